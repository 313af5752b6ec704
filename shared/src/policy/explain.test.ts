import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../verdicts.ts';
import { explain, MAX_NEAR_MISSES, type Explanation } from './explain.ts';
import type { CallRequest, PolicyEngine } from './model.ts';
import type { RuleSpec } from './ruleSpec.ts';
import { anyOtherwise, anyRequest, anyRule, anyRules } from './testing/anyRules.ts';
import { DONE, engineOf, host, layer, now, request, rule } from './testing/engineParts.ts';

function why(engine: PolicyEngine, asked: CallRequest): Explanation {
  const decision = now(engine.decide(asked, () => DONE));
  return explained(engine, asked, decision.verdict, decision.seen.ok ? undefined : 'EACCES');
}

function explained(engine: PolicyEngine, asked: CallRequest, verdict: Verdict, error?: string): Explanation {
  const found = explain(engine.rules, asked, { ...verdict, error });
  if (found === null) throw new Error('the deciding rule is unknown');
  return found;
}

describe('why a call was decided so', () => {
  it('names the first rule that fits, with its place, and what kept those before it from fitting', () => {
    const engine = engineOf({
      student: layer([
        rule('deny', 'll_os_open', '/tmp/secret/**'),
        rule('deny', 'll_os_unlink', '/tmp/**'),
        rule('allow', 'files', '/tmp/**', { mode: 'write' }),
        rule('allow', 'network'),
        rule('allow', 'read', '/tmp/*', { at: { line: 9, column: 5 } }),
        rule('deny', '*', '/tmp/never-reached'),
      ]),
    });
    const { decider, layer: by, code, nearly, more, sentence } = why(engine, request('ll_os_open', '/tmp/a'));
    expect(decider).toMatchObject({ label: 'allow(read)', at: { line: 9, column: 5 } });
    expect([by, code, more]).toEqual(['student', 'rule', 0]);
    expect(nearly.map(({ rule: { label }, differs, text }) => [label, differs, text])).toEqual([
      ['deny(ll_os_open)', 'glob', 'it is about /tmp/secret/**, and this call acts on /tmp/a'],
      ['allow(files)', 'mode', 'it is about calls that change something, and this one looks'],
      [
        'deny(ll_os_unlink)',
        'selector',
        'it is about ll_os_unlink, and this is ll_os_open of the group “files”, which looks',
      ],
    ]);
    expect(sentence).toBe(
      'The rules of your policy are tried from the top, and the one in line 9 is the first that fits, so ll_os_open was performed.',
    );
  });

  it('explains “otherwise” by every rule of that policy, the nearest first, and counts those that it leaves out', () => {
    const many = Array.from({ length: 9 }, (_, at) =>
      rule('allow', 'll_os_open', `/tmp/${'x'.repeat(at + 1)}/y`),
    );
    const { code, nearly, more, sentence } = why(
      engineOf({ student: layer(many) }),
      request('ll_os_open', '/tmp/xxxxxz'),
    );
    expect(code).toBe('otherwise');
    expect(nearly).toHaveLength(MAX_NEAR_MISSES);
    expect(more).toBe(9 - MAX_NEAR_MISSES);
    expect(nearly[0]!.rule.match?.paths).toEqual(['/tmp/xxxxx/y']);
    expect(sentence).toContain('No rule of your policy fits this call');
    expect(sentence).toContain('the guest got EACCES');
  });

  it('speaks of the ceiling and of functions without naming rules that nobody asked', () => {
    const engine = engineOf({
      student: layer([rule('deny', 'll_os_stat', '/tmp/b')], {
        otherwise: { effect: 'allow' },
        middleware: host({
          ll_os_stat: () => ({
            kind: 'deny',
            denial: { errno: 'EPERM' },
            why: 'no',
            at: { line: 3, column: 1 },
          }),
        }),
      }),
    });
    const asFunction = why(engine, request('ll_os_stat', '/tmp/a'));
    expect(asFunction).toMatchObject({ code: 'middleware', layer: 'student', nearly: [] });
    expect(asFunction.sentence).toContain('A function of your policy decided in line 3');
    const asCeiling = why(engine, request('ll_os_fork', undefined, 'write'));
    expect(asCeiling).toMatchObject({ layer: 'ceiling', code: 'ceiling', nearly: [] });
    expect(asCeiling.sentence).toContain('The platform never allows this');
  });

  it('says nothing where the trace does not have the rule', () => {
    expect(explain([], request('ll_os_open', '/tmp/a'), { kind: 'deny', rule: 3 })).toBeNull();
  });
});

describe('explanation and engine', () => {
  it('agree: the rule named is the one that decided, and the others named could not have', () => {
    fc.assert(
      fc.property(
        anyRules,
        fc.array(anyRule, { maxLength: 4 }),
        anyOtherwise,
        anyRequest,
        (student, lab, other, asked) => {
          const engine = engineOf({
            student: layer(student, { otherwise: other }),
            lab: layer(lab, { layer: 'lab', otherwise: { effect: 'allow' } }),
          });
          const verdict = engine.judge(asked);
          const { decider, layer: by, nearly } = explained(engine, asked, verdict);
          expect(decider).toBe(engine.rules[verdict.rule]);
          expect(by).toBe(decider.layer);
          for (const { rule: near } of nearly) {
            expect(near.layer).toBe(decider.layer);
            expect(near.id).toBeLessThan(decider.id);
            // Alone, before an "otherwise" that tells by its own number, it never decides.
            const alone = engineOf({
              student: layer([{ effect: 'deny', label: 'alone', ...near.match } as RuleSpec], {
                otherwise: { effect: 'allow' },
              }),
            });
            expect(alone.rules[alone.judge(asked).rule]!.label).not.toBe('alone');
          }
        },
      ),
    );
  });
});
