import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ceilingDenial, isAnnouncement } from './ceiling.ts';
import { type PolicyLayer } from './engine.ts';
import type { PolicyEngine } from './model.ts';
import type { OtherwiseSpec, RuleSpec } from './ruleSpec.ts';
import { anyOtherwise, anyPath, anyRequest, anyRule, anyRules } from './testing/anyRules.ts';
import { DONE, engineOf, layer, now } from './testing/engineParts.ts';

describe('laws', () => {
  const student = (list: readonly RuleSpec[], other: OtherwiseSpec, lab?: PolicyLayer): PolicyEngine =>
    engineOf({ student: layer(list, { otherwise: other }), ...(lab === undefined ? {} : { lab }) });

  it('total: every request has a verdict, which names a rule', () => {
    fc.assert(
      fc.property(anyRules, anyOtherwise, anyRequest, (list, other, asked) => {
        const engine = student(list, other);
        const decision = now(engine.decide(asked, () => DONE));
        expect(engine.rules[decision.verdict.rule]).toBeDefined();
        expect(decision.seen.ok).toBe(decision.verdict.kind !== 'deny');
      }),
    );
  });

  it('adding a deny anywhere never lets through what was held back', () => {
    fc.assert(
      fc.property(anyRules, anyOtherwise, anyRequest, anyRule, fc.nat(8), (list, other, asked, extra, at) => {
        const before = student(list, other).judge(asked).kind;
        const after = student(
          [...list.slice(0, at), { ...extra, effect: 'deny' }, ...list.slice(at)],
          other,
        ).judge(asked).kind;
        if (before !== 'allow') expect(after).not.toBe('allow');
      }),
    );
  });

  it('no rules exceed the ceiling', () => {
    fc.assert(
      fc.property(
        anyRules,
        anyOtherwise,
        anyRules,
        anyOtherwise,
        anyRequest,
        (list, other, labList, labOther, asked) => {
          const engine = student(list, other, layer(labList, { layer: 'lab', otherwise: labOther }));
          const perform = vi.fn(() => DONE);
          now(engine.decide(asked, perform));
          if (ceilingDenial(asked.call) !== null && !isAnnouncement(asked.call))
            expect(perform).not.toHaveBeenCalled();
        },
      ),
    );
  });

  it('the first rule that matches wins: what stands behind it does not matter', () => {
    fc.assert(
      fc.property(anyRules, anyOtherwise, anyRequest, anyRules, (list, other, asked, more) => {
        const engine = student(list, other);
        // A call with two names is two questions, and a rule may have answered only one of them.
        if (asked.newpath !== undefined) return;
        const { rule: id, kind } = engine.judge(asked);
        if (engine.rules[id]!.code !== 'rule') return;
        const longer = student([...list, ...more], other).judge(asked);
        expect(longer).toEqual({ kind, rule: id });
      }),
    );
  });

  it('layers are monotone: with a second policy nothing is performed that was not before', () => {
    fc.assert(
      fc.property(
        anyRules,
        anyOtherwise,
        anyRules,
        anyOtherwise,
        anyRequest,
        (list, other, labList, labOther, asked) => {
          const alone = student(list, other).judge(asked).kind;
          const both = student(list, other, layer(labList, { layer: 'lab', otherwise: labOther })).judge(
            asked,
          ).kind;
          if (alone !== 'allow') expect(both).not.toBe('allow');
          const lab = engineOf({ lab: layer(labList, { layer: 'lab', otherwise: labOther }) }).judge(
            asked,
          ).kind;
          if (lab !== 'allow') expect(both).not.toBe('allow');
        },
      ),
    );
  });

  it('two names are held to what each would be held to alone', () => {
    fc.assert(
      fc.property(anyRules, anyOtherwise, anyPath, anyPath, (list, other, first, second) => {
        const engine = student(list, other);
        const one = (name: string, access: 'read' | 'write' = 'write'): string =>
          engine.judge({ call: 'll_os_rename', args: {}, path: name, access }).kind;
        const both = engine.judge({
          call: 'll_os_rename',
          args: {},
          path: first,
          newpath: second,
          access: 'write',
        }).kind;
        expect(both === 'allow').toBe(
          one(first) === 'allow' && one(first, 'read') === 'allow' && one(second) === 'allow',
        );
      }),
    );
  });
});
