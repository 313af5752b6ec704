/**
 * `npm run soak`: ten minutes of everything that a class does, with checks that nothing is leaked and nobody stuck. `--minutes N`, `--seed N`,
 * `--students N`. The seed of a run that failed chooses the same actions again.
 */
import { parseArgs } from 'node:util';
import { machineLoad } from './processes.ts';
import { soak } from './soakRun.ts';

const DEFAULT_MINUTES = 10;
const DEFAULT_STUDENTS = 12;

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, students: { type: 'string' } },
});
const numberOf = (text: string | undefined, otherwise: number): number => {
  const number = text === undefined ? otherwise : Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  console.error(`not a number above 0: ${text}`);
  process.exit(2);
};
const minutes = numberOf(values.minutes, DEFAULT_MINUTES);
const seed = numberOf(values.seed, 1 + (Date.now() % 1_000_000));
const students = numberOf(values.students, DEFAULT_STUDENTS);

console.log(
  `soak: ${minutes} minutes, ${students} students, seed ${seed}, load of the machine before ${machineLoad().toFixed(1)}`,
);
const { actions, killed, problems, leftovers } = await soak({ minutes, seed, students, report: console.log });
const done = [...actions].sort(([, a], [, b]) => b - a).map(([name, count]) => `${count} ${name}`);
console.log(`  actions: ${done.join(', ')}; processes killed: ${killed}`);
for (const problem of problems) console.log(`  ✗ ${problem}`);
const left = leftovers.processes.length + leftovers.files.length + Number(leftovers.portOpen);
if (left > 0) console.log('  ✗ left behind:', JSON.stringify(leftovers));
console.log(
  problems.length + left === 0 ? '  nothing leaked, nobody stuck' : `  ${problems.length + left} problems`,
);
if (problems.length + left > 0) process.exitCode = 1;
