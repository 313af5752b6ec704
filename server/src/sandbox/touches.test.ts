import { describe, expect, it } from 'vitest';
import { TOUCH_PATH_LIMIT } from '@sandtable/shared/events';
import type { CallRequest, Decision } from '@sandtable/shared/policy/model';
import { Touches, type Touch } from './touches.ts';

const DENIED: Decision = { verdict: { kind: 'deny', rule: 0 }, seen: { ok: false, errno: 'EACCES' } };
const DONE: Decision = { verdict: { kind: 'allow', rule: 0 }, seen: { ok: true, value: 3 } };

function opened(path: string, access: 'read' | 'write' = 'write'): CallRequest {
  return { call: 'll_os_open', args: { path }, path, access };
}

function touches(): { readonly told: Touch[]; readonly it: Touches } {
  const told: Touch[] = [];
  return { told, it: new Touches((touch) => told.push(touch)) };
}

describe('touches', () => {
  it('tell each file once for each way', () => {
    const { told, it: all } = touches();
    for (const decision of [DONE, DENIED, DONE]) all.call(opened('/tmp/a'), decision);
    all.call(opened('/tmp/a', 'read'), DONE);
    expect(told).toEqual([
      { path: '/tmp/a', how: 'written' },
      { path: '/tmp/a', how: 'denied' },
      { path: '/tmp/a', how: 'read' },
    ]);
  });

  it('cut a name of any length, and say how long it was', () => {
    const { told, it: all } = touches();
    const long = `/x/${'a'.repeat(120_000)}`;
    for (const path of [long, `${long}a`, long]) all.call(opened(path), DENIED);
    expect(told.map(({ path, pathLength }) => [path, pathLength])).toEqual([
      [long.slice(0, TOUCH_PATH_LIMIT), long.length],
      [long.slice(0, TOUCH_PATH_LIMIT), long.length + 1],
    ]);
    const odd = `/${'\udc80'.repeat(TOUCH_PATH_LIMIT)}`;
    all.call(opened(odd), DENIED);
    expect(told[2]!.path).toBe(odd.slice(0, TOUCH_PATH_LIMIT));
  });

  it('are bounded in number', () => {
    const { told, it: all } = touches();
    for (let k = 0; k < 6000; k++) all.call(opened(`/x/${String(k)}`), DENIED);
    expect(told).toHaveLength(5000);
  });
});
