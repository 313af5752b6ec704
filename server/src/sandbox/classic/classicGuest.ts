/** A guest that is a classic sandbox. */
import { liveGuest, type GuestCalls, type LiveGuest, type LiveGuestListener } from '../liveGuest.ts';
import type { ClassicCommand } from './classicCommand.ts';
import { ClassicController } from './classicController.ts';
import { ClassicProcess } from './classicProcess.ts';

export function classicGuest(
  command: ClassicCommand,
  calls: GuestCalls,
  listener: LiveGuestListener,
): LiveGuest {
  const controller = new ClassicController({
    ...calls,
    reply: (bytes) => {
      process.reply(bytes);
    },
    exit: (status) => {
      process.exit(status);
    },
    breakOff: (code) => {
      process.breakOff(code);
    },
  });
  const process = new ClassicProcess(command, {
    request: (request) => {
      controller.request(request);
    },
    broken: (code) => {
      listener.broken(code);
    },
    said: (line) => {
      listener.said(line);
    },
    fatal: (message) => {
      calls.run.fatal(message);
    },
    ended: (end) => {
      listener.ended(end);
    },
  });
  return liveGuest(process, controller);
}
