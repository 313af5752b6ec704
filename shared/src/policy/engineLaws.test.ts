import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { CALLS } from '../calls.ts';
import { ceilingDenial, isAnnouncement } from './ceiling.ts';
import { type PolicyLayer } from './engine.ts';
import type { CallRequest, PolicyEngine } from './model.ts';
import type { OtherwiseSpec, RuleSpec, Selector } from './ruleSpec.ts';

import { DONE, engineOf, layer, now } from './testing/engineParts.ts';

const selector = fc.constantFrom<Selector>(
  '*',
  'read',
  'write',
  'files',
  'io',
  'process',
  'll_os_open',
  'll_os_stat',
  'll_os_rename',
  'll_os_fork',
  'll_socket_socket',
);
const glob = fc.constantFrom('/tmp/**', '/tmp/*', '**', '/tmp/a', '/{tmp,bin}/**', '/tmp/**/b');
const anyRule: fc.Arbitrary<RuleSpec> = fc
  .record({
    effect: fc.constantFrom<RuleSpec['effect'][]>('allow', 'deny', 'fake'),
    select: fc.array(selector, { minLength: 1, maxLength: 3 }),
    paths: fc.option(fc.array(glob, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    mode: fc.option(fc.constantFrom<('read' | 'write' | 'none')[]>('read', 'write', 'none'), {
      nil: undefined,
    }),
  })
  .map(({ effect, select, paths, mode }) => ({
    effect,
    select,
    label: effect,
    ...(paths ? { paths } : {}),
    ...(mode ? { mode } : {}),
  }));
const rules = fc.array(anyRule, { maxLength: 8 });
const otherwise = fc.constantFrom<OtherwiseSpec[]>({ effect: 'allow' }, { effect: 'deny' });
const path = fc.constantFrom('/', '/tmp', '/tmp/a', '/tmp/a/b', '/bin/lib/os.py', '/etc/passwd', '<stdin>');
const anyRequest: fc.Arbitrary<CallRequest> = fc
  .record({
    call: fc.constantFrom(...CALLS.map(({ name }) => name)),
    path: fc.option(path, { nil: undefined }),
    newpath: fc.option(path, { nil: undefined }),
    access: fc.constantFrom<CallRequest['access'][]>('read', 'write', 'none'),
  })
  .map(({ call, path: first, newpath, access }) => ({
    call,
    args: {},
    access,
    ...(first === undefined ? {} : { path: first }),
    ...(first === undefined || newpath === undefined || (call !== 'll_os_rename' && call !== 'll_os_link')
      ? {}
      : { newpath }),
  }));

describe('laws', () => {
  const student = (list: readonly RuleSpec[], other: OtherwiseSpec, lab?: PolicyLayer): PolicyEngine =>
    engineOf({ student: layer(list, { otherwise: other }), ...(lab === undefined ? {} : { lab }) });

  it('total: every request has a verdict, which names a rule', () => {
    fc.assert(
      fc.property(rules, otherwise, anyRequest, (list, other, asked) => {
        const engine = student(list, other);
        const decision = now(engine.decide(asked, () => DONE));
        expect(engine.rules[decision.verdict.rule]).toBeDefined();
        expect(decision.seen.ok).toBe(decision.verdict.kind !== 'deny');
      }),
    );
  });

  it('adding a deny anywhere never lets through what was held back', () => {
    fc.assert(
      fc.property(rules, otherwise, anyRequest, anyRule, fc.nat(8), (list, other, asked, extra, at) => {
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
      fc.property(rules, otherwise, rules, otherwise, anyRequest, (list, other, labList, labOther, asked) => {
        const engine = student(list, other, layer(labList, { layer: 'lab', otherwise: labOther }));
        const perform = vi.fn(() => DONE);
        now(engine.decide(asked, perform));
        if (ceilingDenial(asked.call) !== null && !isAnnouncement(asked.call))
          expect(perform).not.toHaveBeenCalled();
      }),
    );
  });

  it('the first rule that matches wins: what stands behind it does not matter', () => {
    fc.assert(
      fc.property(rules, otherwise, anyRequest, rules, (list, other, asked, more) => {
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
      fc.property(rules, otherwise, rules, otherwise, anyRequest, (list, other, labList, labOther, asked) => {
        const alone = student(list, other).judge(asked).kind;
        const both = student(list, other, layer(labList, { layer: 'lab', otherwise: labOther })).judge(
          asked,
        ).kind;
        if (alone !== 'allow') expect(both).not.toBe('allow');
        const lab = engineOf({ lab: layer(labList, { layer: 'lab', otherwise: labOther }) }).judge(
          asked,
        ).kind;
        if (lab !== 'allow') expect(both).not.toBe('allow');
      }),
    );
  });

  it('two names are held to what each would be held to alone', () => {
    fc.assert(
      fc.property(rules, otherwise, path, path, (list, other, first, second) => {
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
