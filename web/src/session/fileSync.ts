/**
 * Saving: the files of one bench, what the server holds of them, what a person has typed since, and the way from one to the
 * other.
 *
 * A file is `saved` when server and screen are equal. An edit makes it `waiting`; after {@link SAVE_AFTER_MS} of quiet, or at
 * once on `flush`, it is `saving`; the server's answer makes it `saved` again. Without a connection it is `offline` and goes out
 * when the line is back. One write per file is under way at a time, always on the version that it was made on; where
 * somebody else was quicker the two are merged by lines, and where that cannot be done the file is in `conflict` until a
 * person chooses. What was typed is NEVER dropped or overwritten without that choice, and `saved` is NEVER said of text that
 * the server has not confirmed.
 */
import type { BenchFile } from '@sandtable/shared/protocol';
import type { Connection, RequestFailure } from './connection.ts';
import type { Draft, DraftStore } from './drafts.ts';
import {
  asDrafted,
  fileOf,
  known,
  newFile,
  reconciled,
  serverSide,
  textOf,
  type WorkFile,
  type WorkFiles,
} from './workFile.ts';

/** Long enough that a word is one write, short enough that nobody waits for the badge. */
export const SAVE_AFTER_MS = 300;

/** Typing does not write to the browser's storage at each key, which blocks the page; a crash loses at most this much. */
const KEEP_AFTER_MS = 200;

/** A refused write (too large, quota) is not repeated by itself; an unanswered one is, this much later. */
const RETRY_AFTER_MS = 2_000;

type Clock = Pick<typeof globalThis, 'setTimeout' | 'clearTimeout'>;

export interface FileSyncOptions {
  readonly bench: string;
  readonly connection: Connection;
  readonly drafts: DraftStore;
  /** `draftsKept` is false where the browser's storage could not take them: they live as long as this tab. */
  readonly onChange: (files: WorkFiles, draftsKept: boolean) => void;
  /** The text changed, but not by `edit`: an editor that shows the file has to follow. */
  readonly onText: (path: string, text: string) => void;
  readonly clock?: Clock;
}

export class FileSync {
  readonly #options: FileSyncOptions;
  readonly #clock: Clock;
  #files: Record<string, WorkFile> = {};
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Paths whose write is under way, each with the promise of its end. */
  #writing = new Map<string, Promise<void>>();
  #draftsKept = true;
  #keepTimer: ReturnType<typeof setTimeout> | null = null;
  #stopListening: () => void;
  #disposed = false;

  constructor(options: FileSyncOptions, files: readonly BenchFile[]) {
    this.#options = options;
    this.#clock = options.clock ?? globalThis;
    for (const file of files) this.#files[file.path] = fileOf(file);
    this.#stopListening = options.connection.onStatus((status) =>
      this.#connectionChanged(status === 'online'),
    );
    for (const [path, draft] of options.drafts.read(options.bench)) this.#adoptDraft(path, draft);
    this.#publish();
    if (options.connection.status === 'online') void this.flush();
  }

  get files(): WorkFiles {
    return this.#files;
  }

  /** Whether anything here is not on the server. */
  get unsaved(): boolean {
    return Object.values(this.#files).some((file) => file.draft !== null);
  }

  /** A person typed; `text` is all of the file. Makes the file where there is none. */
  edit(path: string, text: string): void {
    const before = this.#files[path];
    if (before !== undefined && textOf(before) === text) return;
    const file = before ?? newFile(path);
    const asSaved =
      file.content?.encoding === 'utf8' && file.content.text === text && file.status !== 'conflict';
    if (asSaved && !this.#writing.has(path)) {
      this.#stopTimer(path);
      this.#set({ ...file, draft: null, status: 'saved', problem: null });
      return;
    }
    const online = this.#options.connection.status === 'online';
    const status = file.status === 'conflict' ? 'conflict' : online ? 'waiting' : 'offline';
    this.#set({ ...file, draft: text, status, problem: null });
    this.#schedule(path, SAVE_AFTER_MS);
  }

  /** Like `edit`, for a text that came from elsewhere on this page: editors follow. */
  replace(path: string, text: string): void {
    this.edit(path, text);
    this.#options.onText(path, text);
  }

  /** The person deleted the file: what was typed goes with it. */
  discard(path: string): void {
    this.#stopTimer(path);
    const { [path]: _, ...rest } = this.#files;
    this.#files = rest;
    this.#publish();
  }

  /** Writes what is waiting, of one file or of all, now. Resolves when each write was answered. */
  async flush(path?: string): Promise<void> {
    const paths = path === undefined ? Object.keys(this.#files) : [path];
    await Promise.all(paths.map((each) => this.#write(each)));
  }

  /** Makes sure that the text of a file is here; large and binary ones are not sent with the bench. */
  async load(path: string): Promise<RequestFailure | null> {
    const file = this.#files[path];
    if (file === undefined || file.content !== null || file.version === null) return null;
    const answer = await this.#options.connection.request('file.read', { bench: this.#options.bench, path });
    if (!answer.ok) return answer.error;
    this.arrived(answer.value);
    return null;
  }

  /** A file as the server holds it now: from an announcement, or as the answer to something this page asked for. */
  arrived(theirs: BenchFile): void {
    const file = this.#files[theirs.path];
    if (file === undefined) {
      this.#set(fileOf(theirs));
      return;
    }
    const stale = file.version !== null && theirs.version < file.version;
    const known = theirs.version === file.version && (file.content !== null || theirs.content === undefined);
    if (stale || known) return;
    if (file.draft === null) {
      const before = textOf(file);
      this.#set(fileOf(theirs));
      const now = textOf(this.#files[theirs.path]!);
      if (now !== null && now !== before) this.#options.onText(theirs.path, now);
      return;
    }
    this.#reconcile(file, file.draft, theirs);
  }

  /** The server has no such file any more. What was typed meanwhile makes it anew. */
  gone(path: string): void {
    const file = this.#files[path];
    if (file === undefined) return;
    if (file.draft === null) {
      const { [path]: _, ...rest } = this.#files;
      this.#files = rest;
      this.#publish();
    } else {
      this.#set({ ...file, version: null, content: null, savedAt: null, theirs: null, status: 'waiting' });
      this.#schedule(path, SAVE_AFTER_MS);
    }
  }

  /** A file has another name on the server; what was typed goes with it. */
  moved(path: string, to: BenchFile): void {
    const file = this.#files[path];
    this.#stopTimer(path);
    const { [path]: _, ...rest } = this.#files;
    this.#files = rest;
    const moved = fileOf(to);
    this.#files[to.path] =
      file === undefined
        ? moved
        : { ...moved, content: moved.content ?? file.content, draft: file.draft, status: file.status };
    this.#publish();
    if (file !== undefined && file.draft !== null) this.#schedule(to.path, SAVE_AFTER_MS);
  }

  /** Ends a conflict: `mine` writes what is on the screen over the other version, `theirs` drops it. */
  resolve(path: string, keep: 'mine' | 'theirs'): void {
    const file = this.#files[path];
    if (file?.status !== 'conflict' || file.theirs === null) return;
    if (keep === 'theirs') {
      const theirs = fileOf(file.theirs);
      this.#set(theirs);
      this.#options.onText(path, textOf(theirs) ?? '');
      return;
    }
    this.#set({ ...file, ...known(file.theirs), draft: file.draft, status: 'waiting', theirs: null });
    void this.#write(path);
  }

  /** The bench was read anew after an outage. */
  reopened(files: readonly BenchFile[]): void {
    const present = new Set(files.map((file) => file.path));
    for (const path of Object.keys(this.#files)) {
      const file = this.#files[path]!;
      if (!present.has(path) && file.version !== null) this.gone(path);
    }
    for (const file of files) this.arrived(file);
    void this.flush();
  }

  /** Puts what is unsaved into the browser's storage now: the page may be gone in a moment. */
  keepDrafts(): void {
    if (this.#keepTimer !== null) this.#clock.clearTimeout(this.#keepTimer);
    this.#keepTimer = null;
    const drafts = new Map<string, Draft>();
    for (const file of Object.values(this.#files)) {
      if (file.draft === null) continue;
      const baseText = file.content?.encoding === 'utf8' ? file.content.text : undefined;
      drafts.set(file.path, {
        text: file.draft,
        base: file.version,
        ...(baseText === undefined ? {} : { baseText }),
      });
    }
    const kept = this.#options.drafts.write(this.#options.bench, drafts);
    if (kept === this.#draftsKept) return;
    this.#draftsKept = kept;
    this.#options.onChange(this.#files, kept);
  }

  /** Keeps what is unsaved in the browser's storage and stops; nothing is sent any more. */
  dispose(): void {
    this.#disposed = true;
    this.#stopListening();
    for (const timer of this.#timers.values()) this.#clock.clearTimeout(timer);
    this.#timers.clear();
    this.keepDrafts();
  }

  #connectionChanged(online: boolean): void {
    for (const file of Object.values(this.#files)) {
      if (file.draft === null || file.status === 'conflict' || file.status === 'refused') continue;
      if (this.#writing.has(file.path)) continue;
      this.#files[file.path] = { ...file, status: online ? 'waiting' : 'offline' };
    }
    // The session reads the bench anew first and then calls `reopened`, which writes.
    this.#publish();
  }

  #adoptDraft(path: string, draft: Draft): void {
    const file = this.#files[path] ?? newFile(path);
    if (textOf(file) === draft.text) return;
    // Where it was removed while the edit lay here the edit wins: it can be removed again, and typing cannot be undone.
    if (file.version === draft.base || draft.base === null || file.version === null) {
      this.#files[path] = { ...file, draft: draft.text, status: 'waiting' };
      return;
    }
    const before = asDrafted(file, draft);
    this.#files[path] = before;
    this.#reconcile(before, draft.text, serverSide(file));
  }

  /** `draft` was made on `file.content`, and `theirs` is newer than that. */
  #reconcile(file: WorkFile, draft: string, theirs: BenchFile): void {
    const now = reconciled(file, draft, theirs, this.#options.connection.status === 'online');
    this.#set(now);
    const text = textOf(now);
    if (text !== null && text !== draft) this.#options.onText(file.path, text);
    if (now.status === 'waiting' || now.status === 'offline') this.#schedule(file.path, SAVE_AFTER_MS);
  }

  async #write(path: string): Promise<void> {
    const underWay = this.#writing.get(path);
    if (underWay !== undefined) {
      await underWay;
      // Typed while that write was under way.
      const status = this.#files[path]?.status;
      if (status === 'waiting' && !this.#writing.has(path)) await this.#write(path);
      return;
    }
    const file = this.#files[path];
    if (this.#disposed || file === undefined || file.draft === null || file.status === 'conflict') return;
    if (this.#options.connection.status !== 'online') return;
    this.#stopTimer(path);
    const write = this.#send(file, file.draft).finally(() => this.#writing.delete(path));
    this.#writing.set(path, write);
    await write;
    const after = this.#files[path];
    const waiting = after !== undefined && after.draft !== null && after.status === 'waiting';
    if (waiting && !this.#timers.has(path)) this.#schedule(path, 0);
  }

  async #send(file: WorkFile, text: string): Promise<void> {
    const { path, version } = file;
    this.#set({ ...file, status: 'saving', problem: null });
    const answer = await this.#options.connection.request('file.write', {
      bench: this.#options.bench,
      path,
      content: { encoding: 'utf8', text },
      base: version,
    });
    const now = this.#files[path];
    if (this.#disposed || now === undefined || now.status === 'conflict') return;
    if (answer.ok) {
      // An announcement may have brought a still newer version while the answer was on its way.
      const older = now.version !== null && now.version > answer.value.version;
      const saved = older ? {} : { ...known(answer.value), content: { encoding: 'utf8' as const, text } };
      const clean = now.draft === text && !older;
      this.#set({ ...now, ...saved, draft: clean ? null : now.draft, status: clean ? 'saved' : 'waiting' });
      return;
    }
    this.#writeFailed(now, answer.error);
  }

  #writeFailed(file: WorkFile, error: RequestFailure): void {
    const { path, draft } = file;
    switch (error.code) {
      case 'conflict':
        if (draft === null) return;
        if (error.file === undefined)
          this.#set({ ...file, version: null, content: null, savedAt: null, status: 'waiting' });
        else if (error.file.version === file.version) this.#set({ ...file, status: 'waiting' });
        else this.#reconcile(file, draft, error.file);
        return;
      case 'offline':
        this.#set({ ...file, status: 'offline' });
        return;
      case 'timeout':
        this.#set({ ...file, status: 'waiting' });
        this.#retry(path);
        return;
      default:
        this.#set({ ...file, status: 'refused', problem: error.message });
    }
  }

  #retry(path: string): void {
    this.#schedule(path, RETRY_AFTER_MS);
  }

  #schedule(path: string, after: number): void {
    this.#stopTimer(path);
    if (this.#disposed) return;
    this.#timers.set(
      path,
      this.#clock.setTimeout(() => {
        this.#timers.delete(path);
        void this.#write(path);
      }, after),
    );
  }

  #stopTimer(path: string): void {
    const timer = this.#timers.get(path);
    if (timer !== undefined) this.#clock.clearTimeout(timer);
    this.#timers.delete(path);
  }

  #set(file: WorkFile): void {
    this.#files = { ...this.#files, [file.path]: file };
    this.#publish();
  }

  #publish(): void {
    if (!this.#disposed) this.#keepTimer ??= this.#clock.setTimeout(() => this.keepDrafts(), KEEP_AFTER_MS);
    this.#options.onChange(this.#files, this.#draftsKept);
  }
}
