/** The pages that are connected, as handlers see them: which benches each has open, and ways to tell them something. */
import type { Server } from 'socket.io';
import type { Announcements } from '@sandtable/shared/protocol';

/** Benches one page may have open at once; a person looks at one. */
export const MAX_OPEN_BENCHES = 20;

type Told = { readonly [N in keyof Announcements]: (value: Announcements[N]) => void };

export class Pages {
  readonly #io: Server<Record<string, never>, Told>;
  readonly #open = new Map<string, Set<string>>();

  constructor(io: Server) {
    this.#io = io;
  }

  /** @returns whether the page has it open now. */
  join(page: string, bench: string): boolean {
    const benches = this.#open.get(page) ?? new Set();
    const socket = this.#io.sockets.sockets.get(page);
    if (socket === undefined || (benches.size >= MAX_OPEN_BENCHES && !benches.has(bench))) return false;
    this.#open.set(page, benches.add(bench));
    void socket.join(bench);
    return true;
  }

  leave(page: string, bench: string): void {
    this.#open.get(page)?.delete(bench);
    void this.#io.sockets.sockets.get(page)?.leave(bench);
  }

  /** Nobody has it open any more. */
  removed(bench: string): void {
    for (const benches of this.#open.values()) benches.delete(bench);
    this.#io.in(bench).socketsLeave(bench);
  }

  /** @returns the benches that the page had open. */
  gone(page: string): readonly string[] {
    const benches = [...(this.#open.get(page) ?? [])];
    this.#open.delete(page);
    return benches;
  }

  hasOpen(page: string, bench: string): boolean {
    return this.#open.get(page)?.has(bench) === true;
  }

  /** Tells every page that has the bench open. One encoding serves them all. */
  tell<N extends keyof Announcements>(
    bench: string,
    name: N,
    value: Announcements[N],
    except: readonly string[] = [],
  ): void {
    const to = except.length === 0 ? this.#io.to(bench) : this.#io.to(bench).except([...except]);
    to.emit(name, ...([value] as Parameters<Told[N]>));
  }

  tellOne<N extends keyof Announcements>(page: string, name: N, value: Announcements[N]): void {
    this.#io.sockets.sockets.get(page)?.emit(name, ...([value] as Parameters<Told[N]>));
  }

  tellAll<N extends keyof Announcements>(name: N, value: Announcements[N]): void {
    this.#io.emit(name, ...([value] as Parameters<Told[N]>));
  }
}
