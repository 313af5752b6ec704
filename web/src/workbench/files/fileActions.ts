/** What one can do with files, asked for and carried out; every failure is told in words. */
import { benchPath, MAX_BENCH_FILES, MAX_FILE_BYTES } from '@sandtable/shared/protocol';
import { askText, askYes } from '../../app/asking.ts';
import { notify } from '../../app/notices.ts';
import { bytesOf, contentOf } from '../../session/bytes.ts';
import type { Session } from '../../session/session.ts';
import { byteSize, plural } from '../../ui/numbers.ts';
import { closeFile, openFile, renameOpenFile } from '../view.ts';
import { downloadBytes } from './download.ts';
import type { TreeRow } from './tree.ts';

export class FileActions {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Shows a row's file in the editor: a bench file to edit, another file of the guest's world to read. */
  open(row: TreeRow): void {
    if (row.kind === 'directory' || row.removed || row.origin === 'denied') return;
    openFile(row.bench ?? row.path);
  }

  async create(directory = ''): Promise<void> {
    const path = await askText({
      title: 'New file',
      text: 'It lies in /tmp, where the guest sees it.',
      action: 'Make it',
      field: {
        label: 'Name',
        initial: directory === '' ? '' : `${directory}/`,
        complaint: (text) => this.#complaint(text),
      },
    });
    if (path === null) return;
    this.#session.files?.edit(path, '');
    await this.#session.files?.flush(path);
    openFile(path);
  }

  async rename(path: string): Promise<void> {
    const bench = this.#bench();
    if (bench === null) return;
    const to = await askText({
      title: `Rename ${path}`,
      action: 'Rename',
      field: {
        label: 'New name',
        initial: path,
        complaint: (text) => (text === path ? null : this.#complaint(text)),
      },
    });
    if (to === null || to === path) return;
    await this.#session.files?.flush(path);
    const file = await this.#session.ask(`${path} kept its name`, 'file.rename', { bench, path, to });
    if (file === null) return;
    this.#session.files?.moved(path, file);
    renameOpenFile(path, to);
  }

  async remove(path: string): Promise<void> {
    const bench = this.#bench();
    if (bench === null) return;
    const text = path === 'policy.ts' ? 'Without it the standard policy applies.' : 'This cannot be undone.';
    if (!(await askYes({ title: `Delete ${path}?`, text, action: 'Delete', danger: true }))) return;
    const done = await this.#session.request('file.remove', { bench, path });
    if (!done.ok && done.error.code !== 'not-found') {
      notify({ level: 'error', title: `${path} was not deleted`, text: done.error.message });
      return;
    }
    this.#session.files?.discard(path);
    closeFile(path);
  }

  async download(row: TreeRow): Promise<void> {
    const bench = this.#bench();
    if (bench === null) return;
    const held = row.bench === null ? undefined : this.#session.files?.files[row.bench];
    if (held !== undefined && (held.draft !== null || held.content !== null)) {
      const content = held.draft === null ? held.content! : { encoding: 'utf8' as const, text: held.draft };
      downloadBytes(held.path, bytesOf(content));
      return;
    }
    if (row.bench !== null) {
      const file = await this.#session.ask(`${row.name} was not downloaded`, 'file.read', {
        bench,
        path: row.bench,
      });
      if (file?.content !== undefined) downloadBytes(row.bench, bytesOf(file.content));
      return;
    }
    const read = await this.#session.ask(`${row.name} was not downloaded`, 'world.read', {
      bench,
      path: row.path,
    });
    if (read === null) return;
    downloadBytes(row.path, bytesOf(read.content));
    if (read.cut) {
      notify({
        level: 'warning',
        title: `Only the beginning of ${row.name}`,
        text: `The file has ${byteSize(read.size)}; the page is sent less.`,
      });
    }
  }

  /** Takes a file that the guest made into the bench. */
  async keep(path: string): Promise<void> {
    const bench = this.#bench();
    if (bench === null) return;
    const file = await this.#session.ask(`${path} was not kept`, 'world.keep', { bench, path });
    if (file === null) return;
    this.#session.files?.arrived(file);
    notify({
      level: 'info',
      title: `Kept ${file.path}`,
      text: 'It is a file of the bench now and is there in the next run.',
    });
  }

  async upload(files: readonly File[], directory = ''): Promise<void> {
    const bench = this.#bench();
    if (bench === null) return;
    let done = 0;
    for (const file of files) {
      const path = directory === '' ? file.name : `${directory}/${file.name}`;
      if (await this.#uploadOne(bench, path, file)) done += 1;
    }
    if (done > 0) notify({ level: 'info', title: `${plural(done, 'file')} uploaded` });
  }

  async #uploadOne(bench: string, path: string, file: File): Promise<boolean> {
    if (!benchPath.safeParse(path).success) {
      notify({
        level: 'error',
        title: `${file.name} was not uploaded`,
        text: 'Its name cannot be used here.',
      });
      return false;
    }
    if (file.size > MAX_FILE_BYTES) {
      notify({
        level: 'error',
        title: `${file.name} was not uploaded`,
        text: `It has ${byteSize(file.size)}; a file of a bench has at most ${byteSize(MAX_FILE_BYTES)}.`,
      });
      return false;
    }
    const existing = this.#session.files?.files[path];
    if (existing !== undefined) {
      const yes = await askYes({
        title: `Replace ${path}?`,
        text: 'A file of this name is on the bench.',
        action: 'Replace',
        danger: true,
      });
      if (!yes) return false;
    }
    const content = contentOf(new Uint8Array(await file.arrayBuffer()));
    if (content.encoding === 'utf8' && existing !== undefined) {
      // Through the editor's own way, so that an open editor shows it and undo brings the old text back.
      this.#session.files?.replace(path, content.text);
      await this.#session.files?.flush(path);
      return true;
    }
    const written = await this.#session.ask(`${path} was not uploaded`, 'file.write', {
      bench,
      path,
      content,
      base: existing?.version ?? null,
    });
    if (written === null) return false;
    this.#session.files?.arrived({ ...written, content });
    return true;
  }

  #bench(): string | null {
    const { bench } = this.#session.state;
    return bench.status === 'open' ? bench.info.id : null;
  }

  #complaint(text: string): string | null {
    const path = text.trim();
    if (path === '') return 'A file needs a name.';
    const files = this.#session.state.files;
    if (files[path] !== undefined) return 'A file of this name is on the bench.';
    if (Object.keys(files).length >= MAX_BENCH_FILES) return `A bench has at most ${MAX_BENCH_FILES} files.`;
    if (path.startsWith('/')) return 'Names are relative to /tmp: leave out the slash at the front.';
    const parsed = benchPath.safeParse(path);
    return parsed.success ? null : (parsed.error.issues[0]?.message ?? 'This name cannot be used.');
  }
}
