/** Tells of the changes of a guest's files: merged and somewhat later, because a program may change one a thousand times a second. */
import type { GuestWorld } from './guestWorld.ts';
import type { SideEvent } from './sink.ts';

/** Changes are told this much later at most. */
const LATER_MS = 50;

export class FileNews {
  readonly #world: GuestWorld;
  readonly #tell: (body: SideEvent) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(world: GuestWorld, tell: (body: SideEvent) => void) {
    this.#world = world;
    this.#tell = tell;
  }

  /** Something changed; what it was the world knows. */
  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, LATER_MS);
  }

  /** Tells what is not told yet, now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const quota = this.#world.usage();
    for (const change of this.#world.vfs.takeChanges()) {
      switch (change.kind) {
        case 'reset':
          this.#tell({
            type: 'notice',
            code: 'files-many',
            level: 'info',
            message: 'So many files changed at once that they are not told one by one.',
          });
          break;
        case 'rename':
          this.#tell({ type: 'file', change: 'rename', path: change.path, to: change.to, quota });
          break;
        case 'write':
          this.#tell({ type: 'file', change: 'write', path: change.path, size: change.size, quota });
          break;
        default:
          this.#tell({ type: 'file', change: change.kind, path: change.path, quota });
      }
    }
  }
}
