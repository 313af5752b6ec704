/**
 * The least policy that allows what a recorded run did: one rule for each set of calls on a set of places, each with the rows that made it.
 *
 * The proposal says what the run needed, not what a program may need: another input goes another way. So every rule comes with wider
 * {@link Choice}s, and what a rule lets through beyond the run is flagged. Law: with any choice the policy allows every call of the run
 * that was performed (where it says `incomplete`, it says which it could not name).
 */
import { accessOf } from '../callAccess.ts';
import { callSpec, type CallName } from '../calls.ts';
import type { CallEvent } from '../events.ts';
import { isAnnouncement } from '../policy/ceiling.ts';
import { compileGlob, MAX_GLOB_LENGTH } from '../policy/glob.ts';
import { MAX_GLOB_POSITIONS, MAX_RULES, type RuleSpec, type Selector } from '../policy/ruleSpec.ts';
import type { PlainValue } from '../policy/model.ts';
import { recordedCall } from './recordedCall.ts';
import type { RecordedRun } from './recordedRun.ts';

/** What a person should think about before taking a rule. */
export type Flag =
  | 'everywhere' // it holds wherever the call acts
  | 'writes-widely' // it lets things be changed that the run did not touch
  | 'was-denied' // it lets through what this very run was denied
  | 'own-program' // it lets the guest change its own script
  | 'shortened'; // a policy cannot hold all the names, so this one stands for many

export interface Choice {
  /** `exact` is the least; the others are wider. */
  readonly key: 'exact' | 'folder' | 'below' | 'looking';
  /** In words, for a list of choices. */
  readonly says: string;
  readonly select: readonly Selector[];
  /** Globs; undefined: wherever it acts. */
  readonly paths?: readonly string[];
  readonly mode?: 'read' | 'write';
  readonly flags: readonly Flag[];
}

export interface LearnedRule {
  readonly id: number;
  /** Rows that made it: the first ones, and how many there are. */
  readonly rows: readonly number[];
  readonly count: number;
  /** The first is the least. */
  readonly choices: readonly [Choice, ...Choice[]];
}

/** A constant answer that the policy of the run gave, to be given again. */
export interface LearnedFake {
  readonly call: CallName;
  readonly value: PlainValue;
  readonly rows: readonly number[];
}

export interface Proposal {
  readonly rules: readonly LearnedRule[];
  readonly fakes: readonly LearnedFake[];
  /** Calls of the run that were denied: they stay denied. First rows, and how many. */
  readonly denied: { readonly rows: readonly number[]; readonly count: number };
  /** Rows that no rule can name: their place is too long for the trace. */
  readonly incomplete: readonly number[];
  /** Calls of the run that were looked at. */
  readonly calls: number;
}

/** Rows named at a rule; more say no more. */
const ROWS_NAMED = 6;

/** Characters of all globs together that a proposal may have: half of what a policy may, so that the person can add some. */
const MAX_PATH_CHARS = MAX_GLOB_POSITIONS / 2;

/** Rules of a proposal, likewise. */
const MAX_LEARNED_RULES = MAX_RULES / 4;

/** Names that lie beside each other in one folder and were used alike, above which the folder is offered. */
const SEVERAL = 2;

interface Need {
  readonly call: CallName;
  readonly mode: 'read' | 'write' | null;
  readonly path: string | null;
  readonly n: number;
}

/** Learns from the calls that were performed. */
export function learn(run: RecordedRun): Proposal {
  const needs: Need[] = [];
  const denied: { path: string | null; call: CallName; mode: Need['mode']; n: number }[] = [];
  const incomplete: number[] = [];
  const fakes = new FakeTable();
  let calls = 0;
  for (const row of run.rows) {
    const code = run.rules.get(row.rule)?.code;
    if (code === 'boot' || code === 'runtime' || isAnnouncement(row.call)) continue;
    calls += 1;
    const { request, cutPath } = recordedCall(row);
    const mode = modeOf(row);
    const places = [request.path ?? null, ...(request.newpath === undefined ? [] : [request.newpath])];
    if (row.verdict === 'deny') {
      if (run.rules.get(row.rule)?.layer !== 'ceiling')
        for (const path of places) denied.push({ call: row.call, mode, path, n: row.n });
    } else if (row.verdict === 'fake') fakes.add(row);
    else if (cutPath) incomplete.push(row.n);
    else for (const path of places) needs.push({ call: row.call, mode, path, n: row.n });
  }
  const script = run.start?.argv[1] ?? null;
  const judge = (choice: Omit<Choice, 'flags'>, shortened: boolean): Choice => ({
    ...choice,
    flags: flagsOf(choice, denied, script, shortened),
  });
  const rules = groupsOf(needs).map((group, id): LearnedRule => ({
    id,
    rows: [...new Set(group.rows)].slice(0, ROWS_NAMED),
    count: new Set(group.rows).size,
    choices: choicesOf(group, judge),
  }));
  const deniedRows = [...new Set(denied.map(({ n }) => n))];
  return {
    rules,
    // A call that was performed elsewhere must be allowed: its rule decides for all.
    fakes: fakes.list().filter(({ call }) => !needs.some((need) => need.call === call)),
    denied: { rows: deniedRows.slice(0, ROWS_NAMED), count: deniedRows.length },
    incomplete,
    calls,
  };
}

/** The rules of a proposal as the engine takes them; `picks`: which choice of each rule, the least where nothing is said. */
export function learnedRules(
  { rules, fakes }: Proposal,
  picks: Readonly<Record<number, Choice['key']>> = {},
): readonly RuleSpec[] {
  return [
    ...fakes.map(({ call, value }): RuleSpec => ({
      effect: 'fake',
      select: [call],
      value,
      label: `fake('${call}')`,
    })),
    ...rules.map((rule): RuleSpec => {
      const { select, paths, mode } = picked(rule, picks);
      return {
        effect: 'allow',
        select,
        label: `allow(${select.join()})`,
        ...(paths === undefined ? {} : { paths }),
        ...(mode === undefined ? {} : { mode }),
      };
    }),
  ];
}

export function picked(rule: LearnedRule, picks: Readonly<Record<number, Choice['key']>>): Choice {
  return rule.choices.find(({ key }) => key === picks[rule.id]) ?? rule.choices[0];
}

/** Only calls that may do either have a mode; the others say it by their names. */
function modeOf({ call, args }: CallEvent): 'read' | 'write' | null {
  if (callSpec(call)?.access !== 'depends') return null;
  return accessOf(call, args) === 'write' ? 'write' : 'read';
}

// ---- grouping ----------------------------------------------------------------------------------------------------

interface Group {
  readonly calls: readonly CallName[];
  readonly mode: 'read' | 'write' | null;
  /** Null: calls without a place. */
  readonly paths: readonly string[] | null;
  readonly rows: readonly number[];
  readonly shortened: boolean;
}

/** One group for each set of calls that some places have in common. */
function groupsOf(needs: readonly Need[]): readonly Group[] {
  const groups = mergedByCalls(needs, false);
  const chars = groups.flatMap(({ paths }) => paths ?? []).reduce((sum, path) => sum + path.length, 0);
  const tooLong = groups.some(
    ({ paths }) => paths?.some((path) => escaped(path).length > MAX_GLOB_LENGTH) === true,
  );
  if (chars <= MAX_PATH_CHARS && groups.length <= MAX_LEARNED_RULES && !tooLong) return groups;
  const byFolder = mergedByCalls(needs, true);
  const size = byFolder.flatMap(({ paths }) => paths ?? []).reduce((sum, path) => sum + path.length, 0);
  if (size <= MAX_PATH_CHARS && byFolder.length <= MAX_LEARNED_RULES) return byFolder;
  return mergedByCalls(
    needs.map((need) => ({ ...need, path: need.path === null || isName(need.path) ? need.path : '/' })),
    true,
  );
}

/** `byFolder`: folders with all that is below stand for the names in them. */
function mergedByCalls(needs: readonly Need[], byFolder: boolean): readonly Group[] {
  const byPlace = new Map<
    string,
    { calls: Set<CallName>; rows: number[]; path: string | null; mode: Need['mode'] }
  >();
  const both = callsWithBoth(needs, byFolder);
  for (const need of needs) {
    const path = byFolder ? folderGlob(need.path) : need.path === null ? null : escaped(need.path);
    // A place that is both read and written needs no word on which.
    const mode = need.mode !== null && both.has(`${need.call} ${path ?? ''}`) ? null : need.mode;
    const key = `${mode ?? ''} ${path ?? '\0'}`;
    let place = byPlace.get(key);
    if (place === undefined) byPlace.set(key, (place = { calls: new Set(), rows: [], path, mode }));
    place.calls.add(need.call);
    place.rows.push(need.n);
  }
  const groups = new Map<
    string,
    { calls: readonly CallName[]; mode: Need['mode']; paths: string[] | null; rows: number[] }
  >();
  for (const { calls, rows, path, mode } of byPlace.values()) {
    const names = [...calls].sort();
    const key = `${mode ?? ''} ${path === null ? 'anywhere' : 'at'} ${names.join()}`;
    const group = groups.get(key);
    if (group === undefined)
      groups.set(key, { calls: names, mode, paths: path === null ? null : [path], rows: [...rows] });
    else {
      group.paths?.push(path!);
      for (const row of rows) group.rows.push(row);
    }
  }
  return [...groups.values()].map((group) => ({
    ...group,
    rows: group.rows.sort((a, b) => a - b),
    shortened: byFolder && group.paths?.some((path) => path.endsWith('**')) === true,
  }));
}

function callsWithBoth(needs: readonly Need[], byFolder: boolean): ReadonlySet<string> {
  const seen = new Map<string, Need['mode']>();
  const both = new Set<string>();
  for (const { call, mode, path } of needs) {
    if (mode === null) continue;
    const at = byFolder ? folderGlob(path) : path === null ? null : escaped(path);
    const key = `${call} ${at ?? ''}`;
    const other = seen.get(key);
    if (other !== undefined && other !== mode) both.add(key);
    seen.set(key, mode);
  }
  return both;
}

/** `<stdin>` and the like. */
function isName(path: string): boolean {
  return path.startsWith('<');
}

function folderGlob(path: string | null): string | null {
  if (path === null || isName(path)) return path;
  let folder = folderOf(path);
  while (escaped(folder).length > MAX_GLOB_LENGTH - 3) folder = folderOf(folder);
  return folder === '/' ? '/**' : `${escaped(folder)}/**`;
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** The glob that matches this name alone. */
function escaped(path: string): string {
  return path.replaceAll(/[\\*?[\]{}]/g, '\\$&');
}

// ---- choices -----------------------------------------------------------------------------------------------------

type Judge = (choice: Omit<Choice, 'flags'>, shortened: boolean) => Choice;

function choicesOf(group: Group, judge: Judge): [Choice, ...Choice[]] {
  const { calls, paths, mode, shortened } = group;
  const modes = mode === null ? {} : { mode };
  if (paths === null) return [judge({ key: 'exact', says: 'these calls', select: calls, ...modes }, false)];
  const exact = judge(
    { key: 'exact', says: 'exactly these places', select: calls, paths, ...modes },
    shortened,
  );
  if (shortened) return [exact];
  const choices: [Choice, ...Choice[]] = [exact];
  const folders = [...new Set(paths.filter((path) => path.startsWith('/')).map(folderOf))];
  const names = paths.filter((path) => !path.startsWith('/'));
  const wide = (suffix: string): readonly string[] => [
    ...folders.map((folder) => (folder === '/' ? `/${suffix}` : `${folder}/${suffix}`)),
    ...names,
  ];
  const fits = (globs: readonly string[]): boolean => globs.every((glob) => compileGlob(glob).ok);
  if (folders.length > 0 && fits(wide('*'))) {
    const many = paths.length >= folders.length + SEVERAL - 1 + names.length;
    if (many || folders.length === 1)
      choices.push(
        judge(
          { key: 'folder', says: 'every name beside them', select: calls, paths: wide('*'), ...modes },
          false,
        ),
        judge(
          { key: 'below', says: 'everything in these folders', select: calls, paths: wide('**'), ...modes },
          false,
        ),
      );
  }
  const looks = calls.every(
    (call) => callSpec(call)?.access === 'read' || (mode === 'read' && callSpec(call)?.access === 'depends'),
  );
  if (looks && calls.length > 0)
    choices.push(
      judge({ key: 'looking', says: 'every call that looks at them', select: ['read'], paths }, false),
    );
  return choices;
}

/** What the choice lets through that the run did not need. */
function flagsOf(
  choice: Omit<Choice, 'flags'>,
  denied: readonly { readonly path: string | null; readonly call: CallName; readonly mode: Need['mode'] }[],
  script: string | null,
  shortened: boolean,
): readonly Flag[] {
  const flags: Flag[] = [];
  const { select, paths, mode } = choice;
  const changes = select.some((name) => {
    const access = callSpec(name)?.access;
    return access === 'write' || (access === 'depends' && mode !== 'read');
  });
  const takesPlaces = select.some((name) =>
    callSpec(name)?.args.some(({ kind }) => kind === 'path' || kind === 'fd'),
  );
  if (paths === undefined) {
    if (takesPlaces) flags.push('everywhere');
  } else {
    const tests = paths.map((glob) => compileGlob(glob)).filter((glob) => glob.ok);
    const matches = (path: string): boolean => tests.some((glob) => glob.matches(path));
    if (changes && choice.key !== 'exact') flags.push('writes-widely');
    if (changes && script !== null && matches(script)) flags.push('own-program');
    const asks = ({ call, mode: asked }: (typeof denied)[number]): boolean =>
      (select.includes(call) || (select.includes('read') && (asked ?? callSpec(call)?.access) === 'read')) &&
      (mode === undefined || asked === null || asked === mode);
    if (denied.some((each) => each.path !== null && asks(each) && matches(each.path)))
      flags.push('was-denied');
  }
  if (shortened) flags.push('shortened');
  return flags;
}

/** Fakes of rules: one answer for every time. A function that answers differently cannot be learned as a rule. */
class FakeTable {
  readonly #values = new Map<
    CallName,
    { json: string; value: PlainValue; rows: number[]; steady: boolean }
  >();

  add(row: CallEvent): void {
    const json = JSON.stringify(row.result ?? null);
    const known = this.#values.get(row.call);
    const whole = row.errno === undefined && row.raise === undefined && !recordedCall(row).cutSeen;
    if (known === undefined)
      this.#values.set(row.call, { json, value: row.result ?? null, rows: [row.n], steady: whole });
    else {
      known.steady &&= whole && known.json === json;
      if (known.rows.length < ROWS_NAMED) known.rows.push(row.n);
    }
  }

  list(): readonly LearnedFake[] {
    return [...this.#values]
      .filter(([, { steady }]) => steady)
      .map(([call, { value, rows }]) => ({ call, value, rows }));
  }
}
