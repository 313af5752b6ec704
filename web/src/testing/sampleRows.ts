/** Call rows for tests. */
import type { CallEvent } from '@sandtable/shared/events';

/** Every seventh is denied. */
export function callRow(n: number, part: Partial<CallEvent> = {}): CallEvent {
  const denied = n % 7 === 3;
  return {
    type: 'call',
    seq: n + 1,
    t: n * 10,
    n,
    call: 'll_os_open',
    args: { path: `/tmp/file${n}`, flags: 0, mode: 0o666 },
    path: `/tmp/file${n}`,
    verdict: denied ? 'deny' : 'allow',
    rule: denied ? 2 : 1,
    ...(denied ? { errno: 'EPERM' as const } : { result: 3 }),
    us: 5,
    ...part,
  };
}
