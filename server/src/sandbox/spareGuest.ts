/**
 * A guest that a zygote has forked ahead: its pipes are open, it has prepared all that it can (zygote.c), and waits for its birth.
 *
 * Invariant: each descriptor is closed once, here or by whoever takes the pipes.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { closeEnds, descriptorOf, openEnds, type OpenEnds } from './guestOrigin.ts';
import type { HostReport } from './hostChild.ts';
import { birthNotice, type BirthOptions } from './hostCommand.ts';

export class SpareGuest {
  readonly pid: number;
  readonly #ends: OpenEnds;
  readonly #birth: number;

  private constructor(pid: number, ends: OpenEnds, birth: number) {
    this.pid = pid;
    this.#ends = ends;
    this.#birth = birth;
  }

  /** Opens what the zygote `holder` reports; null where it has ended already. */
  static open(report: HostReport, holder: number): SpareGuest | null {
    let ends: OpenEnds | null = null;
    try {
      ends = openEnds({ holder, request: Number(report.request), reply: Number(report.reply) });
      const birth = openSync(
        descriptorOf(holder, Number(report.birth)),
        constants.O_WRONLY | constants.O_NONBLOCK,
      );
      return new SpareGuest(Number(report.pid), ends, birth);
    } catch {
      if (ends !== null) closeEnds(ends);
      return null;
    }
  }

  /** Tells it whose it is. @returns its pipes, for the caller to close; null where it has ended. It cannot be told again. */
  bear(serial: number, options: BirthOptions): OpenEnds | null {
    try {
      writeSync(this.#birth, birthNotice(serial, options));
    } catch {
      this.close();
      return null;
    }
    closeSync(this.#birth);
    return this.#ends;
  }

  /** Lets go of it unborn: it ends by itself. */
  close(): void {
    closeSync(this.#birth);
    closeEnds(this.#ends);
  }
}
