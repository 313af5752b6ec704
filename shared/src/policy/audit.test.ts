import { describe, expect, it, vi } from 'vitest';
import { auditEngine, auditWorld } from './audit.ts';
import type { PolicyEngine } from './model.ts';
import { DONE, engineOf, host, layer, now, request, rule, WORLD } from './testing/engineParts.ts';

function audited(policy: PolicyEngine): PolicyEngine {
  const engine = auditEngine({ policy, world: WORLD });
  engine.beginGuest();
  return engine;
}

describe('audit', () => {
  it('performs what the policy would have denied, and says that it would have', () => {
    const engine = audited(
      engineOf({
        student: layer([rule('deny', 'll_os_open', '/tmp/a', { why: 'mine', denial: { errno: 'EPERM' } })]),
      }),
    );
    const perform = vi.fn(() => DONE);
    const { verdict, seen, would } = now(engine.decide(request('ll_os_open', '/tmp/a'), perform));
    expect(perform).toHaveBeenCalledOnce();
    expect([verdict.kind, seen, would?.verdict.kind, would?.verdict.reason, would?.seen]).toEqual([
      'allow',
      DONE,
      'deny',
      'mine',
      { ok: false, errno: 'EPERM' },
    ]);
    expect(engine.rules[verdict.rule]).toMatchObject({
      layer: 'ceiling',
      label: expect.stringMatching(/^audit/),
    });
    expect(engine.rules[would!.verdict.rule]).toMatchObject({ layer: 'student', label: 'deny(ll_os_open)' });
    expect(engine.rules.map(({ id }) => id)).toEqual(engine.rules.map((_, at) => at));
  });

  it('keeps the ceiling, of which no policy has an opinion', () => {
    const decision = now(
      audited(engineOf({ student: layer([rule('allow', '*')]) })).decide(request('ll_os_fork'), () => DONE),
    );
    expect(decision).toMatchObject({ verdict: { kind: 'deny' }, seen: { ok: false } });
    expect(decision.would).toBeUndefined();
  });

  it('shows a function the real answer, tells the places that it decides at, and lets nothing of it through', () => {
    const answers: unknown[] = [];
    const engine = audited(
      engineOf({
        student: layer([rule('allow', '*')], {
          middleware: host({
            ll_os_stat: (_, next) => {
              answers.push(next(null, false));
              return { kind: 'answer', outcome: { ok: true, value: 'a lie' } };
            },
          }),
        }),
      }),
    );
    const told = vi.fn();
    engine.onRule = told;
    const decision = now(engine.decide(request('ll_os_stat', '/tmp/a'), () => DONE));
    expect(answers).toEqual([DONE]);
    expect(decision).toMatchObject({
      verdict: { kind: 'allow' },
      seen: DONE,
      would: { verdict: { kind: 'modify' } },
    });
    expect(told).toHaveBeenCalledWith(engine.rules[decision.would!.verdict.rule]);
  });

  it('has the standard world with the files that the policy brings', () => {
    const world = auditWorld(
      { ...WORLD, mounts: [{ at: '/tmp', mode: 'read-write' }], quotas: { files: 9 } },
      {
        ...WORLD,
        mounts: [
          { at: '/tmp', mode: 'read-only', files: { a: '1' } },
          { at: '/data', mode: 'read-only' },
        ],
        quotas: { files: 1 },
        identity: { user: 'ann' },
      },
    );
    expect(world).toEqual({
      ...WORLD,
      mounts: [
        { at: '/tmp', mode: 'read-write', files: { a: '1' } },
        { at: '/data', mode: 'read-only' },
      ],
      quotas: { files: 9 },
      identity: { user: 'ann' },
    });
  });
});
