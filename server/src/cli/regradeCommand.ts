/** `sandtable lab regrade`: judges what was handed in at an assignment again, and says what would change before anything does. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RegradeChange } from '@sandtable/shared/regradeReplies';
import { applyRegrading, forgetRegrading, judgeAgain, type RegradingTools } from '../courses/regrading.ts';
import { closeCheckThreads } from '../labs/checkRunner.ts';
import { guestChecks } from '../labs/guestChecks.ts';
import { LabShelf } from '../labs/labShelf.ts';
import { stopChecking } from '../sandbox/policy/checkPolicy.ts';
import type { ListedAssignment } from '../store/assignmentStore.ts';
import { THE_SERVER } from '../store/auditStore.ts';
import type { Store } from '../store/store.ts';
import { parseWords } from './commandWords.ts';
import { complain, say } from './complain.ts';
import { REGRADE_HELP } from './labHelp.ts';
import { placeOf, refuse, withOwnStore } from './ownStore.ts';

/** Something would change, and nothing was changed. */
const WOULD_CHANGE = 3;
const CANCELLED = 130;

interface Asked {
  /** Id of an assignment, or a title that only one has. */
  readonly assignment: string;
  /** Of the lab; the one that the catalogue has where none is given. Its beginning is enough. */
  readonly version: string | undefined;
  readonly apply: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** No server may work there: it would know nothing of it, and its page can do the same. */
export async function regradeCommand(words: readonly string[]): Promise<number> {
  const parsed = parseWords(words, ['--version'], ['--apply', '--json', '--help', '-h']);
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable lab regrade --help'.`);
  const { values, flags, files } = parsed;
  if (flags.has('--help') || flags.has('-h')) {
    process.stdout.write(REGRADE_HELP);
    return 0;
  }
  const [assignment, ...more] = files;
  if (assignment === undefined || more.length > 0)
    return complain("lab regrade takes one assignment\nTry 'sandtable lab regrade --help'.");
  const abort = new AbortController();
  const cancel = (): void => abort.abort();
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  const at = placeOf(process.env);
  const asked: Asked = {
    assignment,
    version: values['--version']?.at(-1),
    apply: flags.has('--apply'),
    json: flags.has('--json'),
    signal: abort.signal,
  };
  try {
    return await withOwnStore(at, (store) => regradeIn(store, at.data, asked));
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
    await Promise.all([closeCheckThreads(), stopChecking()]);
  }
}

async function regradeIn(store: Store, data: string, words: Asked): Promise<number> {
  const assignment = await findAssignment(store, words.assignment);
  if (typeof assignment === 'string') return refuse(assignment);
  const to = versionOf(assignment, words.version);
  if (to === null)
    return refuse(
      `--version takes ${[assignment.lab_version, assignment.current].filter((each) => each !== null).join(' (the pinned one) or ')}, or its beginning.`,
    );
  const evidence = join(data, 'attempts');
  mkdirSync(evidence, { recursive: true, mode: 0o700 });
  const tools: RegradingTools = {
    store,
    shelf: new LabShelf(store.labs),
    run: guestChecks,
    folderOf: (attempt) => join(evidence, attempt),
    staging: join(data, 'regrading'),
  };
  const judged = await judgeAgain(tools, assignment, to, { signal: words.signal, progress: () => undefined });
  if (!judged.ok) return judged.code === 'cancelled' ? CANCELLED : refuse(judged.message);
  const { regrading } = judged;
  const { changes, looked, attempts } = regrading;
  const applied = words.apply ? await applyRegrading(tools, THE_SERVER, regrading) : null;
  if (!words.apply) forgetRegrading(regrading);
  if (words.json) {
    const { id, title, lab_version: from } = assignment;
    const report = {
      assignment: id,
      title,
      from,
      to,
      judged: looked.size,
      changes,
      applied: applied !== null,
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } else {
    tellChanges(assignment, to, looked.size, changes);
    if (applied !== null)
      say(`Applied: ${count(applied.judged, 'attempt')} took the place of an earlier one.`);
    else if (attempts.length > 0) say('Nothing was changed. --apply does it.');
  }
  return !words.apply && attempts.length > 0 ? WOULD_CHANGE : 0;
}

/** A text where there is none, or several. */
async function findAssignment(store: Store, asked: string): Promise<ListedAssignment | string> {
  const all = await store.db
    .selectFrom('assignment')
    .innerJoin('course', 'course.id', 'assignment.course')
    .select(['assignment.id', 'assignment.title', 'course.title as course'])
    .orderBy('assignment.made_at')
    .execute();
  const byId = all.filter(({ id }) => id === asked);
  const found =
    byId.length > 0 ? byId : all.filter(({ title }) => title.toLowerCase() === asked.toLowerCase());
  const listed = (rows: typeof all): string =>
    rows.map(({ id, title, course }) => `  ${id}  ${course}: ${title}`).join('\n');
  const [first, ...others] = found;
  if (first === undefined)
    return `There is no assignment ${asked}.${all.length === 0 ? '' : ` There are:\n${listed(all)}`}`;
  if (others.length > 0) return `There are several assignments ${asked}; use an id:\n${listed(found)}`;
  return (await store.assignments.get(first.id)) ?? `There is no assignment ${asked}.`;
}

function versionOf({ lab_version, current }: ListedAssignment, asked: string | undefined): string | null {
  if (asked === undefined) return current ?? lab_version;
  return [lab_version, current].find((each) => each?.startsWith(asked) === true) ?? null;
}

function tellChanges(
  { title, lab_version: from }: ListedAssignment,
  to: string,
  judged: number,
  changes: readonly RegradeChange[],
): void {
  const versions = from === to ? `version ${short(to)}` : `version ${short(from)} -> ${short(to)}`;
  say(`${title}: ${count(judged, 'attempt')} judged again, ${versions}`);
  if (changes.length === 0) say('  Nobody has other points.');
  for (const { name, kind, at, before, after, max, grade, byHand, checks } of changes) {
    const what = kind === 'hand-in' ? 'handed in' : 'checked';
    say(`  ${name}, ${what} ${at}: ${points(before)} -> ${points(after)} of ${points(max)}`);
    if (grade.before !== grade.after || byHand)
      say(
        `      grade ${points(grade.before)} -> ${points(grade.after)}${byHand ? ', but one was set by hand and stays' : ''}`,
      );
    for (const each of checks)
      say(`      ${each.id}: ${each.before ?? 'not there'} -> ${each.after ?? 'not there'}`);
  }
}

function points(value: number | null): string {
  return value === null ? 'none' : String(value);
}

function short(version: string): string {
  return version.slice(0, 8);
}

function count(number: number, what: string): string {
  return `${String(number)} ${what}${number === 1 ? '' : 's'}`;
}
