/** A virtual world: one tree of mounts with its quotas, seen by a guest and by the page. */
import type { TimeSpec } from './abi.ts';
import { buildWorld, DeclarationError } from './buildWorld.ts';
import type { VfsChange } from './changeFeed.ts';
import { GuestContext, type WorldServices } from './context.ts';
import { systemRandom, type DeviceDriver, type RandomSource } from './devices.ts';
import { GuestFiles } from './guestFiles.ts';
import { Ledger, resolveLimits, type LimitHit, type VfsLimits } from './limits.ts';
import type { GuestPath } from '../paths.ts';
import { ok, type Result } from './result.ts';
import { TrustedFiles } from './trustedFiles.ts';
import type { Mount, Owner } from './worldSpec.ts';

export interface VfsOptions {
  readonly mounts: readonly Mount[];
  /** What differs from the defaults; clamped to the platform's maxima. */
  readonly limits?: Partial<VfsLimits>;
  /** Called the first time that each limit is reached. */
  readonly onLimit?: (hit: LimitHit) => void;
  /** Called when there is something to drain with `takeChanges` and there was nothing before. Must only schedule. */
  readonly onChange?: () => void;
  /** Milliseconds since 1970, with fraction; the machine's clock by default. */
  readonly now?: () => number;
  /** Drivers for devices of the mounts that the vfs does not know, such as `tty`. */
  readonly devices?: Readonly<Record<string, DeviceDriver>>;
  readonly random?: RandomSource;
  /** Owner of what the person makes; the usual guest, 1000 and 1000, by default. */
  readonly owner?: Owner;
  /** `later`: who makes the world puts more into it, and calls `markBaseline` before anything is compared. */
  readonly baseline?: 'made' | 'later';
}

export interface GuestIdentity {
  readonly uid: number;
  readonly gid: number;
  readonly groups?: readonly number[];
  /** Must exist; `/` by default. */
  readonly cwd?: GuestPath;
  /** 022 by default. */
  readonly umask?: number;
}

export interface VfsUsage {
  /** Bytes of all files and link targets. */
  readonly bytes: number;
  /** Names. */
  readonly files: number;
  readonly symlinks: number;
  readonly limits: VfsLimits;
}

export class Vfs {
  /** The person's own hand. */
  readonly trusted: TrustedFiles;
  readonly #services: WorldServices;

  /**
   * The world of a declaration that others had a hand in: a policy may mount something over a file
   * or choose a name that no file can have.
   */
  static create(
    options: VfsOptions,
  ): { readonly ok: true; readonly vfs: Vfs } | { readonly ok: false; readonly message: string } {
    try {
      return { ok: true, vfs: new Vfs(options) };
    } catch (cause) {
      if (cause instanceof DeclarationError) return { ok: false, message: cause.message };
      throw cause;
    }
  }

  /** Throws if the declaration makes no sense: for declarations of our own, where that is a bug. */
  constructor(options: VfsOptions) {
    const ledger = new Ledger(resolveLimits(options.limits), (hit) => options.onLimit?.(hit));
    const space = buildWorld(options.mounts, ledger, clockOf(options.now ?? Date.now));
    space.feed.drain();
    space.feed.onPending = options.onChange ?? null;
    this.#services = { space, devices: options.devices ?? {}, random: options.random ?? systemRandom };
    const hand = { uid: 0, gid: 0, groups: [], trusted: true };
    this.trusted = new TrustedFiles(
      new GuestContext(this.#services, hand, 0o022),
      options.owner ?? { uid: 1000, gid: 1000 },
    );
    if (options.baseline !== 'later') this.markBaseline();
  }

  /** A process of the guest, with no open descriptors; refused if its working directory cannot be entered. */
  guest(identity: GuestIdentity): Result<GuestFiles> {
    const { uid, gid, groups = [], cwd, umask = 0o022 } = identity;
    const files = new GuestFiles(
      new GuestContext(this.#services, { uid, gid, groups, trusted: false }, umask),
    );
    const entered = cwd === undefined ? ok(undefined) : files.chdir(cwd);
    return entered.ok ? ok(files) : entered;
  }

  /** Everything that changed since the last call, merged; see `changeFeed.ts`. */
  takeChanges(): VfsChange[] {
    return this.#services.space.feed.drain();
  }

  /** From here on `trusted.changeSet()` counts; the state after construction is the first baseline, unless the options say `later`. */
  markBaseline(): void {
    this.#services.space.epoch += 1;
  }

  usage(): VfsUsage {
    const { ledger } = this.#services.space;
    return { bytes: ledger.bytes, files: ledger.files, symlinks: ledger.symlinks, limits: ledger.limits };
  }
}

function clockOf(now: () => number): () => TimeSpec {
  return () => {
    const milliseconds = now();
    const sec = Math.floor(milliseconds / 1000);
    return { sec, nsec: Math.floor((milliseconds - sec * 1000) * 1_000_000) };
  };
}
