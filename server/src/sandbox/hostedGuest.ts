/** A guest that is the distribution's PyPy under our host. */
import { createHash } from 'node:crypto';
import { tableText } from '@sandtable/shared/calls';
import { Controller } from './controller.ts';
import type { OriginOf } from './guestOrigin.ts';
import { GuestProcess } from './guestProcess.ts';
import { liveGuest, type GuestCalls, type LiveGuest, type LiveGuestListener } from './liveGuest.ts';

/** Wire protocol that this controller speaks. */
const PROTOCOL = 3;
const TABLE = createHash('sha256').update(tableText()).digest('hex').slice(0, 16);

export function hostedGuest(origin: OriginOf, calls: GuestCalls, listener: LiveGuestListener): LiveGuest {
  const controller = new Controller({
    ...calls,
    reply: (frame) => {
      process.reply(frame);
    },
    breakOff: (code) => {
      process.breakOff(code);
    },
  });
  const process = new GuestProcess(origin, {
    hello: ({ protocol, table }) => {
      if (protocol !== PROTOCOL || table !== TABLE)
        listener.unfit('The host was built from another version of the call table. Run `npm run native`.');
    },
    frame: (reader, now) => {
      controller.frame(reader, now);
    },
    broken: (code) => {
      listener.broken(code);
    },
    ended: (end) => {
      listener.ended(end);
    },
  });
  return liveGuest(process, controller);
}
