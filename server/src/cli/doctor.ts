/** `sandtable doctor`: whether guests can run here, and what was found. */
import { engineState, type HostDescription } from '../sandbox/index.ts';

function found(description: HostDescription): string[] {
  const { pypy, filter, preload, counts, symbols } = description;
  const lines = [`machine    ${description.arch}, Linux ${description.kernel}`];
  if (pypy !== null)
    lines.push(`PyPy       ${pypy.version}`, `           ${pypy.library}`, `           ${pypy.stdlib}`);
  lines.push(
    `filter     ${filter.available ? 'available' : 'not available'}${filter.tsync ? ', for all threads at once' : ''}`,
    `symbols    ${String(counts.hooked)} hooked, ${String(counts.native)} native, ${String(counts.denied)} of the hooked denied by default`,
  );
  for (const { object, calls, stubs, denied, native } of symbols) {
    lines.push(
      `           ${object}: ${String(calls.length)} calls, ${String(stubs.length)} stubs, ${String(denied.length)} denied, ${String(native)} native`,
    );
  }
  const missing = preload.filter((module) => !module.found).map(({ name }) => name);
  lines.push(
    `modules    ${preload
      .filter((module) => module.found)
      .map(({ name }) => name)
      .join(' ')}`,
  );
  if (missing.length > 0)
    lines.push(`           missing, Python does without or fails to import: ${missing.join(' ')}`);
  return lines;
}

/** Prints the report; 0 where guests can run. */
export async function doctor(): Promise<number> {
  const state = await engineState(true);
  const lines = state.description === null ? [] : found(state.description);
  if (state.ok) lines.push('', 'Guests can run.');
  else {
    for (const { message, cure } of state.problems) lines.push('', `✗ ${message}`, `  ${cure}`);
    lines.push('', 'Guests cannot run. There is no weaker mode.');
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  return state.ok ? 0 : 1;
}
