/** Everybody presses Run: the teacher has said “now try it”. */
import type { Figure } from '../bench/figures.ts';
import { median } from '../bench/figures.ts';
import type { OwnServer } from './ownServer.ts';
import { cpuOf } from './processes.ts';
import { goalOf, pause, percentile, plain } from './scenario.ts';
import type { Sizes } from './scenario.ts';
import { Student } from './student.ts';

const MEDIAN_GOAL_MS = 1_000;
const LAST_GOAL_MS = 5_000;

/** A run that has shown nothing by then counts as that late. */
const LOST_MS = 60_000;

const SCRIPT = `print('hello')\n`;

/** Everybody has a policy of their own: nothing that is remembered by its source helps the next one. */
const policyOf = (student: number): string => `import { policy, standard, deny } from 'sandtable';

export default policy({
  rules: [deny('write', '/tmp/of-student-${student}/**', { errno: 'EACCES' }), ...standard.rules],
});
`;

export async function measureStorm(
  server: OwnServer,
  { clicks, clickSeconds }: Sizes,
): Promise<readonly Figure[]> {
  const students: Student[] = [];
  try {
    for (let i = 0; i < clicks; i++) {
      const student = await Student.connect(server.url);
      students.push(student);
      await student.makeBench({ 'script.py': SCRIPT, 'policy.ts': policyOf(i) });
      // As the editor does when the policy is shown; it happens long before Run is pressed.
      await student.ask('policy.check', { source: policyOf(i) });
    }
    const before = cpuOf(server.pid);
    const times = await Promise.all(
      students.map(async (student, i) => {
        await pause((i / clicks) * clickSeconds * 1_000);
        return (await student.startToOutput('script', LOST_MS).catch(() => null)) ?? LOST_MS;
      }),
    );
    const after = cpuOf(server.pid);
    const each = (seconds: number): string => `${((seconds / clicks) * 1_000).toFixed(0)} ms`;
    const lost = times.filter((ms) => ms >= LOST_MS).length;
    return [
      { what: 'runs that showed nothing', value: `${lost}`, goal: '= 0', met: lost === 0 },
      goalOf('first output, median', median(times), MEDIAN_GOAL_MS, 'ms'),
      plain('first output, 95 of 100', `${percentile(times, 0.95).toFixed(0)} ms`),
      goalOf('first output, last', Math.max(...times), LAST_GOAL_MS, 'ms'),
      plain('processor time for each run, server', each(after.server - before.server)),
      plain('processor time for each run, guests and helpers', each(after.below - before.below)),
    ];
  } finally {
    for (const student of students) await student.leave();
  }
}
