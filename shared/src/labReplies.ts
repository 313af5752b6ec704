/** What the server answers to `labMessages.ts`, as zod schemas. */
import { z } from 'zod';
import { count, objectOf } from './eventSchemas.ts';
import { restored } from './historyReplies.ts';
import type {
  Attempt,
  Catalogue,
  CatalogueLab,
  CheckProgress,
  LabAnnouncements,
  LabReplies,
  LabTask,
  OwnAssignment,
  TaskDates,
  TaskHint,
  TaskStep,
  WorkProgress,
} from './labMessages.ts';
import { checkResult } from './labs/checkResult.ts';
import type { BenchFile } from './protocol.ts';

const text = z.string();
const points = z.number();
const kind = z.enum(['check', 'hand-in']);

const work = objectOf<WorkProgress>()({
  bench: text,
  updatedAt: text,
  points: points.nullable(),
  passed: count,
  checks: count,
  handedIn: z.boolean(),
});

const lab = objectOf<CatalogueLab>()({
  id: text,
  version: text,
  title: text,
  summary: text,
  level: z.number(),
  minutes: z.number(),
  goals: z.array(text),
  requires: z.array(z.object({ id: text, title: text, done: z.boolean() })),
  points,
  work: work.nullable(),
});

const course = z.object({ id: text, title: text });

const assignment = objectOf<OwnAssignment>()({
  id: text,
  title: text,
  course,
  lab: text,
  points,
  opensAt: text.nullable(),
  dueAt: text.nullable(),
  extended: z.boolean(),
  staff: z.boolean(),
  work: work.nullable(),
});

const attempt = objectOf<Attempt>()({
  id: text,
  kind,
  state: z.enum(['waiting', 'running', 'done', 'cancelled', 'failed']),
  startedAt: text,
  endedAt: text.nullable(),
  revision: count,
  points: points.nullable(),
  max: points.nullable(),
  hints: points,
  results: z.array(checkResult).nullable(),
  message: text.nullable(),
  regraded: z.object({ at: text, points: points.nullable(), max: points.nullable() }).nullable(),
});

const progress = objectOf<CheckProgress>()({
  attempt: text,
  kind,
  before: count.nullable(),
  done: count,
  of: count,
  title: text.nullable(),
});

const task = objectOf<LabTask>()({
  bench: text,
  lab: text,
  version: text,
  outdated: z.boolean(),
  title: text,
  level: z.number(),
  minutes: z.number(),
  goals: z.array(text),
  script: text,
  text,
  steps: z.array(
    objectOf<TaskStep>()({
      title: text,
      anchor: text.nullable(),
      checks: z.array(text),
      done: z.boolean().nullable(),
    }),
  ),
  checks: z.array(z.object({ id: text, title: text, points })),
  hints: z.array(objectOf<TaskHint>()({ index: count, step: count, cost: points, text: text.nullable() })),
  hintCost: points,
  points,
  dates: objectOf<TaskDates>()({
    assignment: text,
    title: text,
    course,
    opensAt: text.nullable(),
    dueAt: text.nullable(),
    extended: z.boolean(),
    counts: z.enum(['best', 'last']),
  }).nullable(),
  last: attempt.nullable(),
  underWay: progress.nullable(),
  grade: points.nullable(),
  gradeReason: text.nullable(),
});

const begun = z.object({ attempt: text });

export function labValues(file: z.ZodType<BenchFile>): {
  readonly [N in keyof LabReplies]: z.ZodType<LabReplies[N]>;
} {
  return {
    'lab.list': objectOf<Catalogue>()({ labs: z.array(lab), assignments: z.array(assignment) }),
    'lab.open': z.object({ bench: text }),
    'lab.task': task.nullable(),
    'lab.check': begun,
    'lab.hand-in': begun,
    'lab.cancel': z.null(),
    'lab.attempts': z.array(attempt),
    'lab.attempt': attempt,
    'lab.evidence': z.object({ run: text }),
    'lab.hint': task,
    'lab.reset': restored(file),
  };
}

export const labAnnouncements: { readonly [N in keyof LabAnnouncements]: z.ZodType<LabAnnouncements[N]> } = {
  'lab.progress': objectOf<LabAnnouncements['lab.progress']>()({ bench: text, progress }),
  'lab.attempt': objectOf<LabAnnouncements['lab.attempt']>()({ bench: text, attempt }),
  'lab.changed': objectOf<LabAnnouncements['lab.changed']>()({ bench: text }),
};
