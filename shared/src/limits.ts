/** Limits of a run as data: default, platform maximum, and one sentence on why and what happens there. */
import type { RunLimits } from './policy/model.ts';

export type LimitName =
  keyof RunLimits | 'fileBytes' | 'totalBytes' | 'files' | 'descriptors' | 'pathBytes' | 'policyTime';

export interface LimitSpec {
  readonly default: number;
  readonly maximum: number;
  readonly unit: 'bytes' | 'seconds' | 'per second' | 'count';
  /** Whether reaching it ends the run; the others only make the one call fail. */
  readonly ends: boolean;
  readonly why: string;
}

const MIB = 1024 * 1024;

export const RUN_LIMITS: { readonly [K in keyof RunLimits]: LimitSpec } = {
  heapBytes: {
    default: 256 * MIB,
    maximum: 2048 * MIB,
    unit: 'bytes',
    ends: true,
    why: 'The memory of the guest. PyPy raises MemoryError near it; the kernel ends a guest that goes past it.',
  },
  cpuSeconds: {
    default: 60,
    maximum: 3600,
    unit: 'seconds',
    ends: true,
    why: 'Processor time of the guest: an endless loop ends by itself.',
  },
  wallSeconds: {
    default: 600,
    maximum: 6 * 3600,
    unit: 'seconds',
    ends: true,
    why: 'Time on the clock; waiting at the prompt does not count.',
  },
  outputBytes: {
    default: 64 * MIB,
    maximum: 1024 * MIB,
    unit: 'bytes',
    ends: true,
    why: 'What the guest may print: a flood ends before it fills the disk.',
  },
  callsPerSecond: {
    default: 500_000,
    maximum: 2_000_000,
    unit: 'per second',
    ends: true,
    why: 'Calls averaged over a second; no honest program comes near it, a flood of forged frames does.',
  },
  threads: {
    default: 32,
    maximum: 256,
    unit: 'count',
    ends: false,
    why: 'Live threads; starting one more fails in the guest.',
  },
  traceBytes: {
    default: 1024 * MIB,
    maximum: 8192 * MIB,
    unit: 'bytes',
    ends: true,
    why: 'The log of the run on disk: no row is ever lost, so the run ends when it is full.',
  },
};

/** Defaults, overridden by `asked`, clamped to the platform's maxima; values that are no positive number are ignored. */
export function clampLimits(...asked: readonly (Partial<RunLimits> | undefined)[]): RunLimits {
  const result: Record<string, number> = {};
  for (const [name, spec] of Object.entries(RUN_LIMITS)) {
    let value = spec.default;
    for (const layer of asked) {
      const wanted = layer?.[name as keyof RunLimits];
      if (typeof wanted === 'number' && Number.isFinite(wanted) && wanted > 0) value = wanted;
    }
    result[name] = Math.min(value, spec.maximum);
  }
  return result as unknown as RunLimits;
}
