/** Linux's poll masks: what is ready, in the bits that poll and epoll use. */
import type { Readiness } from '../vfs/description.ts';

export const EPOLL = {
  IN: 0x1,
  PRI: 0x2,
  OUT: 0x4,
  ERR: 0x8,
  HUP: 0x10,
  NVAL: 0x20,
  RDNORM: 0x40,
  RDBAND: 0x80,
  WRNORM: 0x100,
  WRBAND: 0x200,
  RDHUP: 0x2000,
} as const;

/** What `select` calls readable and writable. */
export const READ_SET = EPOLL.RDNORM | EPOLL.RDBAND | EPOLL.IN | EPOLL.HUP | EPOLL.ERR;
export const WRITE_SET = EPOLL.WRBAND | EPOLL.WRNORM | EPOLL.OUT | EPOLL.ERR;

/** Told whether asked for or not. */
export const ALWAYS_TOLD = EPOLL.ERR | EPOLL.HUP;

export function readinessOf(mask: number): Readiness {
  return {
    readable: (mask & EPOLL.IN) !== 0,
    writable: (mask & EPOLL.OUT) !== 0,
    hangup: (mask & EPOLL.HUP) !== 0,
    error: (mask & EPOLL.ERR) !== 0,
  };
}

/** The mask of a description, which may have more to say than the four words of `Readiness`. */
export function maskOf(description: { readiness(): Readiness; events?(): number }): number {
  if (description.events !== undefined) return description.events();
  const { readable, writable, hangup, error } = description.readiness();
  let mask = 0;
  if (readable) mask |= EPOLL.IN | EPOLL.RDNORM;
  if (writable) mask |= EPOLL.OUT | EPOLL.WRNORM;
  if (hangup) mask |= EPOLL.HUP;
  if (error) mask |= EPOLL.ERR;
  return mask;
}
