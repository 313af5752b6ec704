import type { WorldSpec } from '@sandtable/shared/policy/model';
import { describe, expect, it } from 'vitest';
import { mergeWorlds } from './mergeWorlds.ts';

const world = (more: Partial<WorldSpec>): WorldSpec => ({
  mounts: [],
  quotas: {},
  identity: {},
  limits: {},
  ...more,
});

describe('the world of a student in a lab', () => {
  it('has the mounts of both, each as closed as the stricter says', () => {
    const merged = mergeWorlds(
      world({
        mounts: [
          { at: '/tmp', mode: 'read-write', files: { a: 'mine', b: 'mine' } },
          { at: '/data', mode: 'read-write' },
        ],
      }),
      world({
        mounts: [
          { at: '/tmp', mode: 'lecture', files: { a: 'the task' } },
          { at: '/lab', mode: 'read-only' },
        ],
      }),
    );
    expect(merged.mounts).toEqual([
      { at: '/tmp', mode: 'lecture', files: { a: 'the task', b: 'mine' } },
      { at: '/data', mode: 'read-write' },
      { at: '/lab', mode: 'read-only' },
    ]);
  });

  it('has the smaller of two limits, and the identity that the lab gives', () => {
    const merged = mergeWorlds(
      world({
        quotas: { fileBytes: 10, files: 3 },
        limits: { cpuSeconds: 5 },
        identity: { hostname: 'mine', env: { A: '1', B: '1' } },
      }),
      world({
        quotas: { fileBytes: 100, totalBytes: 7 },
        limits: { cpuSeconds: 2, wallSeconds: 9 },
        identity: { hostname: 'lab', env: { B: '2' } },
      }),
    );
    expect(merged.quotas).toEqual({ fileBytes: 10, files: 3, totalBytes: 7 });
    expect(merged.limits).toEqual({ cpuSeconds: 2, wallSeconds: 9 });
    expect(merged.identity).toEqual({ hostname: 'lab', env: { A: '1', B: '2' } });
  });
});
