/** `sandtable doctor`: whether guests can run here, and what was found. */
import {
  engineState,
  interpreterState,
  usualInterpreter,
  type ClassicEngine,
  type HostDescription,
} from '../sandbox/index.ts';

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

function foundClassic({ executable, name, library, confinement }: ClassicEngine): string[] {
  const { tools, namespaces, missing } = confinement;
  const walls = [
    'an empty environment',
    ...(process.geteuid?.() === 0 ? ['a user of its own'] : []),
    ...(tools
      ? ['no privileges to gain', 'limits of memory, processor time and files', 'ends with the server']
      : []),
    ...(namespaces ? ['no network'] : []),
  ];
  return [
    `classic    ${name}`,
    `           ${executable}`,
    `           ${library}`,
    'filter     none: the kernel lets a classic guest make any system call. It is trusted to be a translated sandbox.',
    `walls      ${walls.join(', ')}`,
    ...missing.map((what) => `           missing: ${what}`),
  ];
}

/** As {@link doctor}, where runs use a classic sandbox. */
async function classicDoctor(): Promise<number> {
  const state = await interpreterState();
  const lines =
    state.ok && state.kind === 'classic' ? [...foundClassic(state.engine), '', 'Guests can run.'] : [];
  if (!state.ok) {
    for (const { message, cure } of state.problems) lines.push(`✗ ${message}`, `  ${cure}`, '');
    lines.push('Guests cannot run.');
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  return state.ok ? 0 : 1;
}

/** Prints the report; 0 where guests can run. */
export async function doctor(): Promise<number> {
  if (usualInterpreter().kind === 'classic') return classicDoctor();
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
