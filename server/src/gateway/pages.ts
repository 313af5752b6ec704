/** The pages that are connected, as handlers see them: which benches each has open, and ways to tell them something. */
import type { Server } from 'socket.io';
import type { Announcements } from '@sandtable/shared/protocol';
import { personRoom, signInOfRoom, signInRoom } from './doorkeeper.ts';

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

  /** The page is told what is told to this room until it leaves or goes. Rooms of benches are {@link join}'s. */
  follow(page: string, room: string): void {
    void this.#io.sockets.sockets.get(page)?.join(room);
  }

  unfollow(page: string, room: string): void {
    void this.#io.sockets.sockets.get(page)?.leave(room);
  }

  isFollowed(room: string): boolean {
    return this.#io.sockets.adapter.rooms.has(room);
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

  /** Tells every page that has the bench open, or follows the room. One encoding serves them all. */
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

  /** Tells every page of a person, whatever it has open. */
  tellPerson<N extends keyof Announcements>(person: string, name: N, value: Announcements[N]): void {
    this.#io.to(personRoom(person)).emit(name, ...([value] as Parameters<Told[N]>));
  }

  /** Ends the connections of a sign-in. */
  cutSignIn(signIn: string): void {
    this.#io.in(signInRoom(signIn)).disconnectSockets(true);
  }

  /** Ends the connections of a person: pages come back by themselves, if they are let in, as what the person is by then. */
  cutPerson(person: string): void {
    this.#io.in(personRoom(person)).disconnectSockets(true);
  }

  /** The sign-ins that pages are connected under. */
  signIns(): readonly string[] {
    const rooms = [...this.#io.sockets.adapter.rooms.keys()];
    return rooms.map(signInOfRoom).filter((signIn) => signIn !== null);
  }

  tellAll<N extends keyof Announcements>(name: N, value: Announcements[N]): void {
    this.#io.emit(name, ...([value] as Parameters<Told[N]>));
  }
}
