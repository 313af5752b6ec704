/** Requests about the guest's files. */
import { benchPath, MAX_FILE_BYTES } from '@sandtable/shared/protocol';
import { GUEST_FOLDER, POLICY_FILE } from '../sessions/benchWorld.ts';
import { contentOf, encodingOf } from '../store/fileContent.ts';
import { fileReply } from './fileHandlers.ts';
import { done, NO_BENCH, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';

type Name = 'world.list' | 'world.read' | 'world.keep';

const NOT_THERE = refused('not-found', 'The guest has no such file.');

export function worldHandlers({ store, sessions, pages }: Services): { readonly [N in Name]: Handler<N> } {
  return {
    'world.list': async ({ bench, path }) => {
      if ((await store.benches.get(bench)) === null) return NO_BENCH;
      const listed = await sessions.list(bench, path);
      return listed.ok ? done(listed.entries) : refused('not-found', 'The guest has no such directory.');
    },

    'world.read': async ({ bench, path }) => {
      if ((await store.benches.get(bench)) === null) return NO_BENCH;
      const read = await sessions.read(bench, path);
      if (!read.ok) return NOT_THERE;
      return done({
        path,
        size: read.size,
        content: contentOf(read.data, encodingOf(read.data)),
        cut: read.cut,
      });
    },

    'world.keep': async ({ bench, path }, page, { person }) => {
      if ((await store.benches.get(bench)) === null) return NO_BENCH;
      const kept = benchPath.safeParse(
        path.startsWith(`${GUEST_FOLDER}/`) ? path.slice(GUEST_FOLDER.length + 1) : '',
      );
      if (!kept.success || kept.data === POLICY_FILE) {
        return refused(
          'bad-request',
          `Only files below ${GUEST_FOLDER} can be kept, and none in the place of ${POLICY_FILE}.`,
        );
      }
      const read = await sessions.read(bench, path);
      if (!read.ok) return NOT_THERE;
      if (read.cut) {
        return refused(
          'too-large',
          `${path} is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB, the most that a bench keeps. Download it instead.`,
        );
      }
      const result = await store.files.put(bench, kept.data, read.data, encodingOf(read.data), 'any', person);
      if (result.ok) pages.tell(bench, 'file.changed', { bench, file: result.file, by: page }, [page]);
      return fileReply(kept.data, result);
    },
  };
}
