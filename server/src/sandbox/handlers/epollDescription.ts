/**
 * A waiting list of descriptors: epoll.
 *
 * Whoever's readiness changes puts its interest among those to look at; a look takes out what is not ready. So a wait costs what has
 * changed, not what is watched, and edge-triggered interests come free: they leave the list once they were told, and only a change brings
 * them back. Level-triggered ones stay as long as they are ready.
 */
import type { PlainValue } from '@sandtable/shared/policy/model';
import type { Budget } from '../net/budget.ts';
import { ALWAYS_TOLD, maskOf } from '../net/eventMask.ts';
import { O_RDWR, S_IFREG, type Stat } from '../vfs/abi.ts';
import { Description, type Disposer, type OpenDescription, type Readiness } from '../vfs/index.ts';
import * as vfs from '../vfs/result.ts';
import type { EpollEvent } from '../wire/structs.ts';

const EPOLLONESHOT = 0x40000000;
const EPOLLET = 0x80000000;

interface Interest extends EpollEvent {
  readonly description: OpenDescription;
  readonly disposers: readonly Disposer[];
  disabled: boolean;
}

export class EpollDescription extends Description {
  readonly kind = 'external';
  readonly #interests = new Map<number, Interest>();
  /** To be looked at, in the order in which they came. */
  readonly #stirred = new Set<Interest>();
  /** Interests of all lists of the guest. */
  readonly #watches: Budget;

  constructor(watches: Budget) {
    super(O_RDWR);
    this.#watches = watches;
  }

  read(): vfs.Outcome<Uint8Array> {
    return vfs.fail('EINVAL');
  }

  write(): vfs.Outcome<number> {
    return vfs.fail('EINVAL');
  }

  stat(): vfs.Result<Stat> {
    return vfs.ok({
      dev: 14,
      ino: 1,
      mode: S_IFREG & 0o600,
      nlink: 1,
      uid: 0,
      gid: 0,
      rdev: 0,
      size: 0,
      blksize: 4096,
      blocks: 0,
      atimeSec: 0,
      atimeNsec: 0,
      mtimeSec: 0,
      mtimeNsec: 0,
      ctimeSec: 0,
      ctimeNsec: 0,
    });
  }

  label(): string {
    return '<epoll>';
  }

  watches(fd: number, description: OpenDescription): boolean {
    return this.#interests.get(fd)?.description === description;
  }

  add(fd: number, description: OpenDescription, event: EpollEvent): void {
    const stir = (): void => {
      if (interest.disabled || this.#stirred.has(interest)) return;
      this.#stirred.add(interest);
      this.wakeAll();
    };
    const interest: Interest = {
      description,
      // Last closing ends the interest, as on Linux, and lets go of what the description holds.
      disposers: [
        description.subscribe(stir),
        description.onRelease(() => {
          if (this.#interests.get(fd) === interest) this.remove(fd);
        }),
      ],
      disabled: false,
      events: event.events,
      low: event.low,
      high: event.high,
    };
    this.#interests.set(fd, interest);
    this.#watches.take(1);
    stir();
  }

  remove(fd: number): void {
    const interest = this.#interests.get(fd);
    if (interest === undefined) return;
    for (const dispose of interest.disposers) dispose();
    this.#interests.delete(fd);
    this.#stirred.delete(interest);
    this.#watches.give(1);
  }

  /** At most `count` interests that are ready. */
  collect(count: number): PlainValue[] {
    const found: PlainValue[] = [];
    const again: Interest[] = [];
    for (const interest of this.#stirred) {
      if (found.length >= count) break;
      this.#stirred.delete(interest);
      const now = maskNow(interest);
      if (now === 0) continue;
      found.push({ events: now, low: interest.low, high: interest.high });
      if ((interest.events & EPOLLONESHOT) !== 0) interest.disabled = true;
      else if ((interest.events & EPOLLET) === 0) again.push(interest);
    }
    // Behind those that had no room, so that everybody has a turn.
    for (const interest of again) this.#stirred.add(interest);
    return found;
  }

  override readiness(): Readiness {
    let readable = false;
    for (const interest of this.#stirred) {
      if (maskNow(interest) !== 0) {
        readable = true;
        break;
      }
      this.#stirred.delete(interest);
    }
    return { readable, writable: false, hangup: false, error: false };
  }

  protected override close(): void {
    for (const fd of [...this.#interests.keys()]) this.remove(fd);
  }
}

function maskNow({ description, events }: Interest): number {
  return maskOf(description) & (events | ALWAYS_TOLD);
}
