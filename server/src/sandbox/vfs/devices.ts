/** Character devices of the virtual world. */
import { randomFillSync } from 'node:crypto';
import type { Stat } from './abi.ts';
import { Description, type OpenDescription } from './description.ts';
import { entryPath } from './entryPath.ts';
import type { Entry } from './inode.ts';
import { fail, ok, type Outcome, type Result } from './result.ts';

/** One read of an endless device gives at most this; a short read is legal and a guest cannot make us allocate gigabytes. */
export const DEVICE_READ_BYTES = 1024 * 1024;

/** What a driver of the controller is told when a guest opens its device, for example /dev/tty. */
export interface DeviceOpening {
  readonly flags: number;
  /** What fstat is to answer. */
  readonly stat: () => Stat;
}

/** Makes the description for an opened device, or refuses. */
export type DeviceDriver = (opening: DeviceOpening) => Result<OpenDescription>;

/** Fills the array with random bytes; a deterministic run passes its own. */
export type RandomSource = (into: Uint8Array) => void;

export const systemRandom: RandomSource = (into) => {
  randomFillSync(into);
};

const NUMBERS = new Map<string, readonly [major: number, minor: number]>([
  ['null', [1, 3]],
  ['zero', [1, 5]],
  ['full', [1, 7]],
  ['random', [1, 8]],
  ['urandom', [1, 9]],
  ['tty', [5, 0]],
  ['console', [5, 1]],
]);

/** st_rdev of a device; one that Linux does not know has major 240, the range for local use. */
export function deviceNumber(device: string): number {
  const [major, minor] = NUMBERS.get(device) ?? [240, 0];
  return (major << 8) | minor;
}

/** Opens a device that the vfs itself drives; undefined for others. */
export function openBuiltIn(
  entry: Entry,
  device: string,
  flags: number,
  random: RandomSource,
): Description | undefined {
  switch (device) {
    case 'null':
      return new MemoryDevice(entry, flags, () => new Uint8Array(0), 'take');
    case 'zero':
      return new MemoryDevice(entry, flags, (count) => new Uint8Array(count), 'take');
    case 'full':
      return new MemoryDevice(entry, flags, (count) => new Uint8Array(count), 'refuse');
    case 'random':
    case 'urandom':
      return new MemoryDevice(entry, flags, (count) => randomBytes(random, count), 'take');
    default:
      return undefined;
  }
}

function randomBytes(random: RandomSource, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  random(bytes);
  return bytes;
}

class MemoryDevice extends Description {
  readonly kind = 'device';
  readonly entry: Entry;
  readonly #make: (count: number) => Uint8Array;
  readonly #writes: 'take' | 'refuse';

  constructor(entry: Entry, flags: number, make: (count: number) => Uint8Array, writes: 'take' | 'refuse') {
    super(flags);
    this.entry = entry;
    this.#make = make;
    this.#writes = writes;
  }

  read(count: number): Outcome<Uint8Array> {
    return ok(this.#make(Math.min(count, DEVICE_READ_BYTES)));
  }

  write(bytes: Uint8Array): Outcome<number> {
    return this.#writes === 'take' ? ok(bytes.length) : fail('ENOSPC');
  }

  override pread(count: number, _offset: number): Outcome<Uint8Array> {
    return this.read(count);
  }

  override pwrite(bytes: Uint8Array, _offset: number): Outcome<number> {
    return this.write(bytes);
  }

  /** These devices take any seek and stay at 0. */
  override seek(_offset: number, _whence: number): Result<number> {
    return ok(0);
  }

  stat(): Result<Stat> {
    return ok(this.entry.inode.stat());
  }

  label(): string | null {
    return entryPath(this.entry);
  }
}
