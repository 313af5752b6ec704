/** What a lab adds to a run of one of its benches. Plain data: it crosses threads. Made by `labs/labRun.ts`. */
import { posix } from 'node:path';
import { clampLimits } from '@sandtable/shared/limits';
import type { RunLimits } from '@sandtable/shared/policy/model';
import type { RunHandle, ServiceSpec, StartFile } from '../sandbox/index.ts';

export interface LabPart {
  /** Source of the lab's policy, which stands outside and below the student's. */
  readonly policy?: string;
  /** Files of the guest's world that the bench does not list. */
  readonly files: readonly StartFile[];
  /** Those of them that only the guest may look into: neither the page nor the log shows what is in them. */
  readonly hidden: readonly string[];
  /** Files of the bench, by guest path, that the guest finds without permission to write. */
  readonly readOnly: readonly string[];
  readonly services: readonly ServiceSpec[];
  /** The most that a policy may ask for, and what it gets where it asks for nothing. */
  readonly limits: Partial<RunLimits>;
}

/** Files of the world that anybody may look into. */
export function visibleFiles({ files, hidden }: LabPart): readonly StartFile[] {
  return files.filter(({ path }) => !hidden.includes(path));
}

/** Limits of a run: what the policy asks for, within what the lab gives, within what the platform has. */
export function limitsUnder(asked: Partial<RunLimits>, lab: Partial<RunLimits> = {}): RunLimits {
  const most = clampLimits(lab);
  const wanted = clampLimits(lab, asked);
  const result: Record<string, number> = { ...wanted };
  for (const name of Object.keys(lab)) {
    const key = name as keyof RunLimits;
    result[key] = Math.min(wanted[key], most[key]);
  }
  return result as unknown as RunLimits;
}

/** Files of the guest's world: those of the lab, which count for no quota, then those of the bench, with the permissions that the lab leaves. */
export function filesUnder(files: readonly StartFile[], lab: LabPart | undefined): readonly StartFile[] {
  if (lab === undefined) return files;
  const ofLab = lab.files.map((file): StartFile => ({ ...file, ofLab: true }));
  const readOnly = new Set(lab.readOnly);
  return [...ofLab, ...files.map((file) => (readOnly.has(file.path) ? { ...file, mode: 0o444 } : file))];
}

const NOT_FOUND = { ok: false, code: 'not-found' } as const;

/** A run's world without the files that only the guest may look into. What a guest copied elsewhere is the guest's own. */
export function shownWorld(
  world: Pick<RunHandle, 'list' | 'read'>,
  hidden: readonly string[],
): Pick<RunHandle, 'list' | 'read'> {
  if (hidden.length === 0) return world;
  const names = new Set(hidden);
  return {
    // By the place itself: the name that was asked for may lead there through a link that the guest made.
    read: (path, maxBytes) => {
      const named = posix.normalize(path);
      const around = world.list(posix.dirname(named));
      const entry = around.ok ? around.entries.find(({ name }) => name === posix.basename(named)) : undefined;
      return entry === undefined || names.has(entry.path) ? NOT_FOUND : world.read(path, maxBytes);
    },
    list: (path) => {
      const listed = world.list(path);
      return listed.ok
        ? { ok: true, entries: listed.entries.filter((entry) => !names.has(entry.path)) }
        : listed;
    },
  };
}
