import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallRequest } from '../policy/model.ts';
import { engineOf, layer, request, rule } from '../policy/testing/engineParts.ts';
import { learn, learnedRules, type Choice, type Proposal } from './learn.ts';
import { learnedSource } from './learnedSource.ts';
import { replay } from './replay.ts';
import { anyOtherwise, anyRules } from '../policy/testing/anyRules.ts';
import { anyRequest } from './testing/anyRequest.ts';
import { recordRun } from './testing/recordRun.ts';

const open = (path: string, flags = 0): CallRequest =>
  request('ll_os_open', path, flags === 0 ? 'read' : 'write', { path, flags, mode: 0 });

async function learned(requests: readonly CallRequest[]): Promise<Proposal> {
  return learn(
    await recordRun(
      engineOf({ student: layer([rule('deny', '*', '/tmp/secret'), rule('allow', '*')]) }),
      requests,
    ),
  );
}

describe('learn', () => {
  it('names exactly what was done, and the rows that did it', async () => {
    const { rules } = await learned([
      open('/tmp/a'),
      request('ll_os_read', '/tmp/a', 'read', { fd: 3, size: 9 }),
      open('/tmp/b'),
      request('ll_os_read', '/tmp/b', 'read', { fd: 4, size: 9 }),
      request('ll_os_getcwd', undefined, 'none'),
    ]);
    expect(
      rules.map(({ choices: [{ select, paths, mode }], rows }) => ({ select, paths, mode, rows })),
    ).toEqual([
      { select: ['ll_os_open'], paths: ['/tmp/a', '/tmp/b'], mode: 'read', rows: [0, 2] },
      { select: ['ll_os_read'], paths: ['/tmp/a', '/tmp/b'], mode: undefined, rows: [1, 3] },
      { select: ['ll_os_getcwd'], paths: undefined, mode: undefined, rows: [4] },
    ]);
  });

  it('offers the folder, and flags what that lets through beside', async () => {
    const { rules, denied } = await learned([open('/tmp/a', 1), open('/tmp/b', 1), open('/tmp/secret', 1)]);
    const flags = Object.fromEntries(rules[0]!.choices.map((choice) => [choice.key, choice.flags]));
    expect(flags).toEqual({
      exact: [],
      folder: ['writes-widely', 'was-denied'],
      below: ['writes-widely', 'was-denied'],
    });
    expect(denied).toEqual({ rows: [2], count: 1 });
  });

  it('flags a rule that holds everywhere because the call had no place', async () => {
    const { rules } = await learned([request('ll_os_close', undefined, 'none', { fd: 99 })]);
    expect(rules[0]!.choices[0].flags).toEqual(['everywhere']);
  });

  it('takes folders where a policy cannot hold all the names, and says so', async () => {
    const { rules } = await learned(Array.from({ length: 900 }, (_, k) => open(`/tmp/data/file-${k}.txt`)));
    expect(rules).toHaveLength(1);
    expect(rules[0]!.choices[0]).toMatchObject({ paths: ['/tmp/data/**'], flags: ['shortened'] });
    expect(rules[0]!.count).toBe(900);
  });

  it('repeats an answer that was always the same', async () => {
    const engine = engineOf({
      student: layer([rule('fake', 'll_os_gethostname', undefined, { value: 'quiet' })]),
    });
    const proposal = learn(await recordRun(engine, [request('ll_os_gethostname', undefined, 'read', {})]));
    expect(proposal.fakes).toEqual([{ call: 'll_os_gethostname', value: 'quiet', rows: [0] }]);
  });

  it('writes a policy that a person can read', async () => {
    const source = learnedSource(await learned([open("/tmp/it's", 1), open('/tmp/secret')]), {
      what: 'script.py */ x',
    });
    expect(source).toContain("import { allow, policy, standard } from 'sandtable';");
    expect(source).toContain("    // From row 0\n    allow('ll_os_open', \"/tmp/it's\", { mode: 'write' }),");
    expect(source).toContain('// The run was denied row 1: they stay denied.');
    expect(source).toContain('no proof');
    expect(source.split('*/')).toHaveLength(2);
  });
});

describe('law', () => {
  const key = fc.constantFrom<Choice['key'][]>('exact', 'folder', 'below', 'looking');

  it('whatever is chosen, the learned policy allows the run that it was learned from', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRules,
        anyOtherwise,
        fc.array(anyRequest, { maxLength: 25 }),
        fc.array(key, { maxLength: 10 }),
        async (rules, otherwise, requests, keys) => {
          const run = await recordRun(engineOf({ student: layer(rules, { otherwise }) }), requests);
          const proposal = learn(run);
          const picks = Object.fromEntries(keys.map((each, id) => [id, each]));
          const engine = engineOf({ student: layer(learnedRules(proposal, picks)) });
          const result = (await replay(run, engine))!;
          const lost = result.changes.filter(
            ({ before, after }) => before.kind === 'allow' && after.kind !== 'allow',
          );
          expect(lost).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('and the least of them denies every other name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRequest, { maxLength: 25 }), async (requests) => {
        const run = await recordRun(engineOf({ student: layer([rule('allow', '*')]) }), requests);
        const engine = engineOf({ student: layer(learnedRules(learn(run))) });
        expect(engine.judge(open('/tmp/never-asked-for', 1)).kind).toBe(
          requests.some(({ call, path }) => call === 'll_os_open' && path === undefined) ? 'allow' : 'deny',
        );
      }),
    );
  });
});
