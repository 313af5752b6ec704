/** Requests about files of a bench. A change is acknowledged after it is on the disk, then the other pages are told. */
import { MAX_BENCH_FILES, MAX_FILE_BYTES, type BenchFile, type Reply } from '@sandtable/shared/protocol';
import type { FileResult } from '../store/fileStore.ts';
import { done, NO_BENCH, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';

type Name = 'file.write' | 'file.read' | 'file.rename' | 'file.remove';

const NO_FILE = refused('not-found', 'There is no such file on this bench any more.');

export function fileHandlers({ store, pages }: Services): { readonly [N in Name]: Handler<N> } {
  return {
    'file.write': async ({ bench, path, content, base }, page, { person }) => {
      const result = await store.files.write(bench, path, content, base, person);
      if (result.ok) pages.tell(bench, 'file.changed', { bench, file: result.file, by: page }, [page]);
      else if (result.code === 'not-found') return NO_BENCH;
      return fileReply(path, result);
    },

    'file.read': async ({ bench, path }) => {
      const file = await store.files.read(bench, path);
      return file === null ? NO_FILE : done(file);
    },

    'file.rename': async ({ bench, path, to }, page, { person }) => {
      const result = await store.files.rename(bench, path, to, person);
      if (result.ok && path !== to) {
        pages.tell(bench, 'file.removed', { bench, path, by: page }, [page]);
        pages.tell(bench, 'file.changed', { bench, file: result.file, by: page }, [page]);
      }
      return fileReply(to, result);
    },

    'file.remove': async ({ bench, path }, page, { person }) => {
      const result = await store.files.remove(bench, path, person);
      if (result === 'not-found') return NO_FILE;
      if (result === 'read-only') return readOnly(path);
      pages.tell(bench, 'file.removed', { bench, path, by: page }, [page]);
      return done(null);
    },
  };
}

/** What the store says of a change to `path`, in words. */
export function fileReply(path: string, result: FileResult): Reply<BenchFile> {
  if (result.ok) return done(result.file);
  switch (result.code) {
    case 'conflict':
      return refused(
        'conflict',
        result.file === null
          ? `${path} was removed in the meantime. Your text was not saved.`
          : `${path} was changed elsewhere. Your text was not saved over it.`,
        result.file === null ? {} : { file: result.file },
      );
    case 'in-the-way':
      return refused(
        'bad-request',
        `${path} cannot be made, because there is ${result.path}. Choose another name.`,
      );
    case 'too-large':
      return refused(
        'too-large',
        `${path} is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB, the most that a bench keeps. It was not saved.`,
      );
    case 'quota':
      return refused(
        'quota',
        `This bench has ${MAX_BENCH_FILES} files already. ${path} was not saved; remove one first.`,
      );
    case 'bad-content':
      return refused('bad-request', `The content of ${path} is not valid base64. It was not saved.`);
    case 'read-only':
      return readOnly(path);
    case 'not-found':
      return NO_FILE;
  }
}

function readOnly(path: string) {
  return refused(
    'forbidden',
    `${path} belongs to the lab and cannot be changed. A copy under another name can.`,
  );
}
