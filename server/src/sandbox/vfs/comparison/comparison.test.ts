/**
 * The virtual filesystem against Linux: random sequences of calls, some of them nasty, performed on
 * both and compared errno for errno, result for result, and tree against tree at the end.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { O_CREAT, O_RDWR, O_TRUNC } from '../abi.ts';
import { realFolder } from './realFolder.ts';
import { FILE_BYTES, anySteps, type Step } from './steps.ts';
import { runVirtually } from './virtualRun.ts';

/** About 6 s; for a longer look set VFS_RUNS. */
const RUNS = Number(process.env['VFS_RUNS'] ?? 1000);

let real: ReturnType<typeof realFolder>;

beforeAll(() => {
  real = realFolder(FILE_BYTES);
});

afterAll(() => real.close());

async function compare(steps: readonly Step[]): Promise<void> {
  const expected = await real.run(steps);
  const actual = runVirtually(steps, expected.foreign);
  const told = (answers: readonly unknown[]): unknown[] =>
    answers.map((answer, at) => ({ step: steps[at], answer }));
  expect(told(actual.results)).toEqual(told(expected.results));
  expect(actual.tree).toEqual(expected.tree);
}

describe('compared with a real folder', () => {
  it(
    'answers random sequences of calls as Linux does',
    async () => {
      await fc.assert(fc.asyncProperty(anySteps, compare), {
        numRuns: RUNS,
        interruptAfterTimeLimit: 120_000,
      });
    },
    Math.max(130_000, RUNS * 100),
  );

  it('answers the classic traps as Linux does', async () => {
    const chain: Step[] = [['open', 'end', O_CREAT | O_RDWR, 0o644, null]];
    for (let at = 0; at < 42; at++) chain.push(['symlink', at === 0 ? 'end' : `l${at - 1}`, `l${at}`, null]);
    for (const at of [38, 39, 40, 41]) chain.push(['stat', `l${at}`, null], ['lstat', `l${at}/`, null]);
    await compare(chain);
    await compare([
      ['symlink', 'x', 'x', null],
      ['stat', 'x', null],
      ['open', 'x', O_CREAT | O_RDWR, 0o644, null],
      ['mkdir', 'd', 0o755, null],
      ['symlink', '/d/', 's', null],
      ['rmdir', 's', null],
      ['rmdir', 's/', null],
      ['unlink', 's/', null],
      ['rename', 's/', 't', null, null],
      ['rename', 'd', 'd/e', null, null],
      ['rename', 'd', 's', null, null],
      ['mkdir', 'd/e', 0o755, null],
      ['rename', 'd/e', 'd', null, null],
      ['symlink', 'gone', 'dangling', null],
      ['open', 'dangling', O_CREAT | O_RDWR, 0o644, null],
      ['link', 'dangling', 'hard'],
    ]);
  });

  it('moves a directory only with leave to change its own `..`', async () => {
    await compare([
      ['mkdir', 'closed-in', 0o555, null],
      ['mkdir', 'other', 0o755, null],
      ['rename', 'closed-in', 'renamed', null, null],
      ['rename', 'renamed', 'other/moved', null, null],
      ['chmod', 'renamed', 0o755],
      ['rename', 'renamed', 'other/moved', null, null],
    ]);
  });

  it('leaves a directory that was listed at its beginning', async () => {
    await compare([
      ['mkdir', 'a', 0o755, null],
      ['open', 'a', 0, 0, null],
      ['lseek', 0, 1, 0],
      ['flistdir', 0],
      ['lseek', 0, -1, 1],
      ['lseek', 0, 0, 1],
    ]);
  });

  it('takes setuid away from a file that is written or cut', async () => {
    const make = (name: string, mode: number): Step[] => [
      ['open', name, O_CREAT | O_RDWR, 0o755, null],
      ['chmod', name, mode],
    ];
    await compare([
      ...make('a', 0o4755),
      ['truncate', 'a', 3],
      ['stat', 'a', null],
      ...make('b', 0o6755),
      ['write', 1, 'x'],
      ['stat', 'b', null],
      ...make('c', 0o6745),
      ['ftruncate', 2, 3],
      ['stat', 'c', null],
      ...make('d', 0o4755),
      ['open', 'd', O_RDWR | O_TRUNC, 0, null],
      ['stat', 'd', null],
    ]);
  });

  it('keeps unlinked files and removed directories alive as Linux does', async () => {
    await compare([
      ['open', 'f', O_CREAT | O_RDWR, 0o644, null],
      ['write', 0, 'still here'],
      ['link', 'f', 'g'],
      ['unlink', 'f', null],
      ['fstat', 0],
      ['unlink', 'g', null],
      ['fstat', 0],
      ['pread', 0, 20, 0],
      ['ftruncate', 0, 5],
      ['fchmod', 0, 0o600],
      ['fstat', 0],
      ['mkdir', 'd', 0o755, null],
      ['chdir', 'd'],
      ['rmdir', '../d', null],
      ['getcwd'],
      ['stat', '.', null],
      ['stat', 'x', null],
      ['mkdir', 'x', 0o755, null],
      ['open', 'x', O_CREAT | O_RDWR, 0o644, null],
      ['symlink', 'a', 'x', null],
      ['rename', '/nothing', 'x', null, null],
      ['listdir', '.'],
      ['stat', '..', null],
      ['chdir', '..'],
      ['getcwd'],
    ]);
  });
});
