/**
 * What the server says, as zod schemas: announcements and replies by name, and what `GET /api/meta` answers. The other half of
 * `protocol.ts`, apart from it because the page alone has to check them.
 */
import { z } from 'zod';
import { callEvent, count, objectOf } from './eventSchemas.ts';
import {
  fileContent,
  type Announcements,
  type BenchFile,
  type BenchInfo,
  type Diagnostic,
  type Meta,
  type OpenedBench,
  type ProtocolError,
  type Replies,
  type Reply,
  type RequestName,
  type RunInfo,
  type WorldEntry,
} from './protocol.ts';
import { authorAnnouncements, authorValues } from './authorReplies.ts';
import { courseValues } from './courseReplies.ts';
import { historyAnnouncements, historyValues } from './historyReplies.ts';
import { labAnnouncements, labValues } from './labReplies.ts';
import { peopleValues } from './peopleReplies.ts';
import { progressAnnouncements, progressValues } from './progressReplies.ts';
import { regradeAnnouncements, regradeValues } from './regradeReplies.ts';
import { searchAnnouncements, searchValues } from './searchReplies.ts';
import { batch, runSnapshot } from './stateSchemas.ts';
import { travelAnnouncements, travelValues } from './travelReplies.ts';

const bench = objectOf<BenchInfo>()({
  id: z.string(),
  name: z.string(),
  updatedAt: z.string(),
  kind: z.enum(['work', 'pack']).optional(),
});

const file = objectOf<BenchFile>()({
  path: z.string(),
  version: count,
  size: count,
  savedAt: z.string(),
  readOnly: z.boolean().optional(),
  content: fileContent.optional(),
});

const diagnostics = z.array(
  objectOf<Diagnostic>()({
    file: z.string(),
    line: z.number(),
    column: z.number(),
    endLine: z.number().optional(),
    endColumn: z.number().optional(),
    severity: z.enum(['error', 'warning']),
    code: z.string(),
    message: z.string(),
  }),
);

const worldEntry = objectOf<WorldEntry>()({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['file', 'directory', 'symlink', 'device']),
  size: z.number(),
  origin: z.enum(['real', 'synthetic', 'guest']),
  writable: z.boolean(),
  target: z.string().optional(),
});

export const announcements: { readonly [N in keyof Announcements]: z.ZodType<Announcements[N]> } = {
  'run.started': runSnapshot,
  'run.batch': batch,
  'run.snapshot': runSnapshot,
  'file.changed': objectOf<Announcements['file.changed']>()({ bench: z.string(), file, by: z.string() }),
  'file.removed': objectOf<Announcements['file.removed']>()({
    bench: z.string(),
    path: z.string(),
    by: z.string(),
  }),
  'bench.changed': objectOf<Announcements['bench.changed']>()({ bench }),
  ...travelAnnouncements,
  ...searchAnnouncements,
  ...historyAnnouncements,
  ...labAnnouncements,
  ...authorAnnouncements,
  ...progressAnnouncements,
  ...regradeAnnouncements,
  'bench.removed': objectOf<Announcements['bench.removed']>()({ bench: z.string() }),
  'server.closing': objectOf<Announcements['server.closing']>()({ message: z.string() }),
};

const nothing = z.null();

const values: { readonly [N in RequestName]: z.ZodType<Replies[N]> } = {
  'bench.list': z.array(bench),
  'bench.create': bench,
  'bench.open': objectOf<OpenedBench>()({
    bench,
    files: z.array(file),
    run: runSnapshot.nullable(),
    batches: z.array(batch).nullable(),
  }),
  'bench.leave': nothing,
  'bench.rename': bench,
  'bench.remove': nothing,
  'file.write': file,
  'file.read': file,
  'file.rename': file,
  'file.remove': nothing,
  'policy.check': diagnostics,
  'run.start': runSnapshot,
  'run.list': z.array(
    objectOf<RunInfo>()({
      id: z.string(),
      mode: z.enum(['script', 'repl']),
      startedAt: z.string(),
      status: z.number().nullable(),
    }),
  ),
  'run.show': nothing,
  'run.input': nothing,
  'run.interrupt': nothing,
  'run.stop': nothing,
  'run.resize': nothing,
  'run.ack': nothing,
  'run.rows': z.array(callEvent),
  'run.query': objectOf<Replies['run.query']>()({ rows: z.array(callEvent), next: count.nullable() }),
  ...travelValues,
  ...searchValues,
  ...historyValues({ bench, file }),
  ...labValues(file),
  ...peopleValues,
  ...authorValues,
  ...courseValues,
  ...progressValues,
  ...regradeValues,
  'world.list': z.array(worldEntry),
  'world.read': objectOf<Replies['world.read']>()({
    path: z.string(),
    size: z.number(),
    content: fileContent,
    cut: z.boolean(),
  }),
  'world.keep': file,
};

const failure = z.object({
  ok: z.literal(false),
  error: objectOf<ProtocolError>()({
    code: z.enum([
      'bad-request',
      'not-found',
      'conflict',
      'too-large',
      'quota',
      'policy-invalid',
      'busy',
      'not-running',
      'engine-missing',
      'rate',
      'forbidden',
      'internal',
    ]),
    message: z.string(),
    diagnostics: diagnostics.optional(),
    file: file.optional(),
  }),
});

function reply<T>(value: z.ZodType<T>): z.ZodType<Reply<T>> {
  const success = z.object({ ok: z.literal(true), value }) as unknown as z.ZodType<
    Extract<Reply<T>, { ok: true }>
  >;
  return z.union([success, failure]);
}

export const replies = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, reply(value as z.ZodType)]),
) as unknown as { readonly [N in RequestName]: z.ZodType<Reply<Replies[N]>> };

const engineProblem = objectOf<Meta['engine']['problems'][number]>()({
  code: z.string(),
  message: z.string(),
  cure: z.string(),
});

export const meta: z.ZodType<Meta> = objectOf<Meta>()({
  version: z.string(),
  engine: objectOf<Meta['engine']>()({
    name: z.string(),
    ready: z.boolean(),
    problems: z.array(engineProblem),
  }),
  policyTypes: z.string(),
  examples: z.array(
    objectOf<Meta['examples'][number]>()({ id: z.string(), title: z.string(), summary: z.string() }),
  ),
  policies: z.array(
    objectOf<Meta['policies'][number]>()({ name: z.string(), summary: z.string(), source: z.string() }),
  ),
});
