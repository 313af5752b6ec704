/** Whether a call looks or changes: for most calls it stands in the table, for some it depends on the flags. */
import { callSpec, type CallName } from './calls.ts';
import type { CallArgs, CallRequest } from './policy/model.ts';

/** As Linux numbers them on x86-64 and arm64 alike. */
const O_ACCMODE = 3;
const O_CREAT = 0o100;
const O_TRUNC = 0o1000;

/** What the call with these arguments is judged as. A call that the table does not have is judged as changing. */
export function accessOf(call: CallName, args: CallArgs): CallRequest['access'] {
  const access = callSpec(call)?.access ?? 'write';
  if (access !== 'depends') return access;
  const flags = typeof args['flags'] === 'number' ? args['flags'] : 0;
  return (flags & O_ACCMODE) === 0 && (flags & (O_CREAT | O_TRUNC)) === 0 ? 'read' : 'write';
}
