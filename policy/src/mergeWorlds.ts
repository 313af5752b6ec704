/** The world of a run with two policies: the lab's word counts wherever it takes something away. */
import type { MountSpec, RunLimits, WorldSpec, WriteMode } from '@sandtable/shared/policy/model';

/** From the most open to the most closed. */
const MODES: readonly WriteMode[] = ['read-write', 'lecture', 'read-only'];

export function mergeWorlds(student: WorldSpec, lab: WorldSpec): WorldSpec {
  const mounts = new Map<string, MountSpec>(student.mounts.map((mount) => [mount.at, mount]));
  for (const mount of lab.mounts) {
    const other = mounts.get(mount.at);
    if (other === undefined) {
      mounts.set(mount.at, mount);
      continue;
    }
    const files = { ...other.files, ...mount.files };
    mounts.set(mount.at, {
      at: mount.at,
      mode: MODES[Math.max(MODES.indexOf(mount.mode), MODES.indexOf(other.mode))]!,
      ...(Object.keys(files).length === 0 ? {} : { files }),
    });
  }
  return {
    mounts: [...mounts.values()],
    quotas: smaller(student.quotas, lab.quotas),
    identity: { ...student.identity, ...lab.identity, env: { ...student.identity.env, ...lab.identity.env } },
    limits: smaller<Partial<RunLimits>>(student.limits, lab.limits),
    modules: [...new Set([...(lab.modules ?? []), ...(student.modules ?? [])])],
  };
}

function smaller<T extends { readonly [name: string]: number | undefined } | Partial<RunLimits>>(
  a: T,
  b: T,
): T {
  const result: Record<string, number> = {};
  for (const each of [a, b]) {
    for (const [name, value] of Object.entries(each)) {
      if (typeof value === 'number') result[name] = Math.min(result[name] ?? Infinity, value);
    }
  }
  return result as T;
}
