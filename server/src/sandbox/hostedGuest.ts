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

/** `instead`: where the guest comes from if it ends before it has asked anything; null where that is its end. */
export function hostedGuest(
  origin: OriginOf,
  instead: OriginOf | null,
  calls: GuestCalls,
  listener: LiveGuestListener,
): LiveGuest {
  const controller = new Controller({
    ...calls,
    reply: (frame) => {
      process.reply(frame);
    },
    breakOff: (code) => {
      process.breakOff(code);
    },
  });
  const process = new GuestProcess(
    origin,
    {
      hello: ({ protocol, table }) => {
        if (protocol !== PROTOCOL || table !== TABLE)
          listener.unfit('The host was built from another version of the call table. Run `npm run native`.');
      },
      frame: (reader, now) => {
        controller.frame(reader, now);
      },
      startsAnew: () => {
        listener.startsAnew();
      },
      broken: (code) => {
        listener.broken(code);
      },
      ended: (end) => {
        listener.ended(end);
      },
    },
    instead,
  );
  return liveGuest(process, controller);
}
