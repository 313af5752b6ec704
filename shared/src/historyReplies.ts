/** What the server answers to `historyMessages.ts`, as zod schemas. */
import { z } from 'zod';
import { count, objectOf } from './eventSchemas.ts';
import type {
  History,
  HistoryAnnouncements,
  HistoryMark,
  HistoryReplies,
  PastBenchFile,
  Restored,
  Revision,
  RunOrigin,
} from './historyMessages.ts';
import { fileContent, type BenchFile, type BenchInfo } from './protocol.ts';

const revision = objectOf<Revision>()({
  n: count,
  at: z.string(),
  label: z.string().nullable(),
  changed: z.array(z.string()),
  removed: z.array(z.string()),
});

const mark = objectOf<HistoryMark>()({
  kind: z.enum(['run', 'check', 'hand-in']),
  id: z.string(),
  n: count,
  at: z.string(),
});

/** `bench` and `file` are the schemas of the messages that have them too. */
export function historyValues(parts: {
  readonly bench: z.ZodType<BenchInfo>;
  readonly file: z.ZodType<BenchFile>;
}): { readonly [N in keyof HistoryReplies]: z.ZodType<HistoryReplies[N]> } {
  return {
    'history.list': objectOf<History>()({ revisions: z.array(revision), marks: z.array(mark) }),
    'history.at': objectOf<HistoryReplies['history.at']>()({
      n: count,
      files: z.array(objectOf<PastBenchFile>()({ path: z.string(), size: count, changed: count })),
    }),
    'history.read': objectOf<HistoryReplies['history.read']>()({ path: z.string(), content: fileContent }),
    'history.label': z.null(),
    'history.restore': restored(parts.file),
    'history.copy': parts.bench,
    'history.run': objectOf<RunOrigin>()({
      run: z.string(),
      revision: count.nullable(),
      input: z.string().nullable(),
    }),
  };
}

export function restored(file: z.ZodType<BenchFile>): z.ZodType<Restored> {
  return objectOf<Restored>()({
    n: count,
    undo: count,
    files: z.array(file),
    removed: z.array(z.string()),
  });
}

export const historyAnnouncements: {
  readonly [N in keyof HistoryAnnouncements]: z.ZodType<HistoryAnnouncements[N]>;
} = {
  'history.labelled': objectOf<HistoryAnnouncements['history.labelled']>()({
    bench: z.string(),
    n: count,
    label: z.string().nullable(),
  }),
};
