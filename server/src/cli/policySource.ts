/** `--policy`: a built-in policy by name, or a file; checked before anything runs. */
import { readFileSync, statSync } from 'node:fs';
import { auditEngine, auditWorld } from '@sandtable/shared/policy/audit';
import type { Diagnostic } from '@sandtable/shared/protocol';
import type { PolicyEngine, PolicyNotice } from '@sandtable/shared/policy/model';
import { checkPolicy, stopChecking } from '../sandbox/policy/checkPolicy.ts';
import {
  BUILT_IN_POLICIES,
  builtInSource,
  loadBuiltIn,
  loadPolicy,
  type BuiltInPolicy,
  type LoadOptions,
} from '../sandbox/policy/loadPolicy.ts';

export type OpenedPolicy =
  | {
      readonly ok: true;
      readonly engine: PolicyEngine;
      readonly notices: readonly PolicyNotice[];
      readonly byChance: boolean;
    }
  | { readonly ok: false; readonly message: string };

/** `policy.ts:3:5: …`, as compilers say it and editors follow it. */
export function diagnosticLine({ file, line, column, severity, code, message }: Diagnostic): string {
  return `${file}:${String(line)}:${String(column)}: ${severity === 'error' ? 'error' : 'warning'}: ${message} (${code})`;
}

function refused(diagnostics: readonly Diagnostic[]): OpenedPolicy {
  return { ok: false, message: diagnostics.map(diagnosticLine).join('\n') };
}

export interface OpenOptions {
  /** It only records what it would have said. */
  readonly audit?: true;
  /** It judges a recorded run: nobody waits for its sleep. */
  readonly replay?: true;
}

export async function openPolicy(named: string, options: OpenOptions = {}): Promise<OpenedPolicy> {
  const opened = await open(named, options.replay === true ? { replay: true } : {});
  if (!opened.ok || options.audit !== true) return opened;
  const standard = await loadBuiltIn('standard');
  if (!standard.ok) return refused(standard.diagnostics);
  const world = auditWorld(standard.engine.world, opened.engine.world);
  standard.engine.dispose();
  return { ...opened, engine: auditEngine({ policy: opened.engine, world }) };
}

export type CheckedSource =
  { readonly ok: true; readonly source: string } | { readonly ok: false; readonly message: string };

/** Source of a policy that can be run, by the name of a built-in one or a file. */
export async function checkedSource(named: string): Promise<CheckedSource> {
  const isFile = statSync(named, { throwIfNoEntry: false })?.isFile() === true;
  if (!isFile && (BUILT_IN_POLICIES as readonly string[]).includes(named))
    return { ok: true, source: builtInSource(named as BuiltInPolicy) };
  if (!isFile)
    return {
      ok: false,
      message: `--policy: ${named} is neither a file nor one of ${BUILT_IN_POLICIES.join(', ')}`,
    };
  let source: string;
  try {
    source = readFileSync(named, 'utf8');
  } catch (error) {
    return { ok: false, message: `--policy: ${(error as Error).message}` };
  }
  const errors = (await checkPolicy(source)).filter(({ severity }) => severity === 'error');
  await stopChecking();
  return errors.length > 0
    ? { ok: false, message: errors.map((error) => diagnosticLine({ ...error, file: named })).join('\n') }
    : { ok: true, source };
}

async function open(named: string, options: Pick<LoadOptions, 'replay'>): Promise<OpenedPolicy> {
  const checked = await checkedSource(named);
  if (!checked.ok) return checked;
  const loaded = await loadPolicy(checked.source, { name: named, ...options });
  return loaded.ok ? loaded : refused(loaded.diagnostics);
}
