/** `sandtable lab check` as an author meets it. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandOutput, type CommandOutput } from './testing/commandOutput.ts';
import { SMALL_LAB } from '../labs/testing/smallLab.ts';

/** Starting the type checker and the first guests on a busy machine is what takes the time. */
const TIMEOUT_MS = 90_000;

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'sandtable-lab-test-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const lab = (...args: string[]): Promise<CommandOutput> => commandOutput(root, ['lab', ...args]);

/** The small lab in a folder of this name, with some files changed. */
function folder(name: string, changed: { readonly [path: string]: string } = {}): string {
  for (const [file, text] of Object.entries({ ...SMALL_LAB, ...changed })) {
    mkdirSync(path.dirname(path.join(root, name, file)), { recursive: true });
    writeFileSync(path.join(root, name, file), text);
  }
  return name;
}

describe('sandtable lab check', () => {
  it(
    'of a lab that keeps its promises is 0, and keeps the traces where it is told to',
    async () => {
      const { status, out, err } = await lab(
        'check',
        ...['--students', '1', '--keep', 'kept'],
        folder('01-small-lab'),
      );
      expect(err).toBe('');
      expect(out).toBe(`small-lab: A small lab (4 checks)
  ok    solution                      8/8  loses nothing
  ok    starter                       3/8  loses writes, table, prediction
  ok    wrong/open-door               5/8  loses secret, table
  ok    solution for student 1        8/8  loses nothing
`);
      expect(status).toBe(0);
      expect(existsSync(path.join(root, 'kept/01-small-lab/wrong-open-door/runs/0/log.jsonl'))).toBe(true);
    },
    TIMEOUT_MS,
  );

  it(
    'says what is to be mended: a wrong one that passes, one that loses too much, a policy that does not compile',
    async () => {
      const name = folder('small-lab', {
        'lab.yaml': SMALL_LAB['lab.yaml']!.replace(
          'loses: [ secret, table ]',
          'loses: [ secret, prediction ]',
        ),
        'solution/policy.ts': SMALL_LAB['solution/policy.ts']!.replace(
          "otherwise: 'deny'",
          "otherwise: 'maybe'",
        ),
      });
      const { status, out } = await lab('check', name);
      expect(status).toBe(1);
      expect(out).toMatch(/^small-lab\/solution\/policy\.ts:5:\d+: /m);
      expect(out).toMatch(
        /MEND {2}solution +1\/8 {2}loses writes, secret, table\n +writes fails: The policy cannot be run: line 5/,
      );
      expect(out).toContain('prediction passes, and should fail');
      expect(out).toMatch(
        /table fails, and should pass: ll_os_open of \/secret\/canary\.txt \(read\): expected deny with EACCES, but it is allow/,
      );
    },
    TIMEOUT_MS,
  );

  it(
    'judges what a student would hand in, and gives it all as JSON',
    async () => {
      const name = folder('02-small-lab');
      mkdirSync(path.join(root, 'solution of mine'));
      writeFileSync(path.join(root, 'solution of mine/prediction.txt'), 'EPERM\n');
      const { status, out } = await lab(
        'check',
        '--json',
        '--only',
        'solution of mine',
        '--only',
        'solution',
        name,
      );
      expect(status).toBe(1);
      const [report] = JSON.parse(out) as [
        {
          submissions: {
            name: string;
            points: number;
            complaints: string[];
            results: { id: string; passed: boolean }[];
          }[];
        },
      ];
      expect(report.submissions.map(({ name: each, points }) => [each, points])).toEqual([
        ['solution', 8],
        ['solution of mine', 3],
      ]);
      // Nothing is expected of it, whatever its folder is called.
      expect(report.submissions[1]!.complaints).toEqual([]);
      expect(report.submissions[1]!.results.find(({ id }) => id === 'prediction')!.passed).toBe(false);
    },
    TIMEOUT_MS,
  );

  it('tells of a pack that is none by file, line and column, and of words that are wrong', async () => {
    const name = folder('03-small-lab', {
      'lab.yaml': SMALL_LAB['lab.yaml']!.replace('level: 1', 'level: 9'),
    });
    expect(await lab('check', name)).toEqual({
      status: 1,
      out: '03-small-lab/lab.yaml:5:8: level is 1 to 4.\n',
      err: '',
    });
    expect(await lab('check', 'nowhere')).toMatchObject({
      status: 1,
      out: expect.stringContaining('This folder cannot be read'),
    });
    expect(await lab('check')).toMatchObject({ status: 2, err: expect.stringContaining('takes folders') });
    expect(await lab('check', '--students', 'many', name)).toMatchObject({
      status: 2,
      err: expect.stringContaining('--students takes a whole number'),
    });
    expect(await lab('chek', name)).toMatchObject({ status: 2 });
    expect(await lab('check', '--only', 'wrong/nobody', folder('04-small-lab'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('neither a folder nor one of solution, starter, wrong/open-door'),
    });
    expect((await lab('--help')).out).toContain('Usage: sandtable lab check');
  });
});
