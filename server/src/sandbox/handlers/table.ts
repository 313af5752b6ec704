/** Every handler by the name of its call. A call without one is performed by nobody: ENOSYS. */
import { randomFillSync } from 'node:crypto';
import type { CallName } from '@sandtable/shared/calls';
import { ENVIRONMENT_HANDLERS } from './environment.ts';
import { FILE_HANDLERS } from './files.ts';
import { fail, int, type Handler } from './handler.ts';
import { IDENTITY_HANDLERS } from './identity.ts';
import { IO_HANDLERS } from './io.ts';
import { PROCESS_HANDLERS } from './process.ts';
import { READINESS_HANDLERS } from './readiness.ts';
import { SOCKET_HANDLERS } from './sockets.ts';
import { TERMINAL_HANDLERS } from './terminal.ts';
import { TIME_HANDLERS } from './time.ts';

const RANDOM_HANDLERS = {
  ll_os_urandom: (_run, args, call) => {
    const size = int(args, 'size');
    if (size < 0) return fail('EINVAL');
    const bytes = new Uint8Array(Math.min(size, call.asked.room));
    randomFillSync(bytes);
    return call.bytes(bytes);
  },
} as const satisfies { readonly [call: string]: Handler };

const HANDLERS: { readonly [call in CallName]?: Handler } = {
  ...FILE_HANDLERS,
  ...IO_HANDLERS,
  ...READINESS_HANDLERS,
  ...TERMINAL_HANDLERS,
  ...TIME_HANDLERS,
  ...IDENTITY_HANDLERS,
  ...ENVIRONMENT_HANDLERS,
  ...RANDOM_HANDLERS,
  ...PROCESS_HANDLERS,
  ...SOCKET_HANDLERS,
};

export function handlerOf(call: CallName): Handler | undefined {
  return HANDLERS[call];
}
