/**
 * Judges one run of a check by its evidence. The trace is read once, row by row, so that its length costs no memory; calls of the
 * interpreter's start never count.
 *
 * An expectation that does not hold gives a finding; the more of the trace a finding can point to, the better it teaches.
 */
import type { CallEvent } from '../events.ts';
import type { LimitName } from '../limits.ts';
import type { RuleInfo } from '../verdicts.ts';
import { accessOf } from '../callAccess.ts';
import { CallMatcher, patternWords, placesOf, rowWords, type RowWithRule } from './callMatcher.ts';
import type { Finding } from './checkResult.ts';
import type { EvidenceFile, RunEvidence } from './evidence.ts';
import type { CallPattern, Expect, FileTest, Harm, OutputTest, SentTest } from './expectSpec.ts';
import { quoted, textComplaint, textHit } from './textTests.ts';

/** What is kept of a trace after one reading. */
interface Summary {
  readonly expected: readonly CallMatcher[];
  readonly forbidden: readonly CallMatcher[];
  readonly calls: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order of printing. */
  readonly output: string;
  readonly limits: ReadonlySet<LimitName>;
  readonly ended: LimitName | null;
  /** Something stood in the way: a call was refused or answered otherwise, failed for want of permission or room, or a limit was reached. */
  readonly stopped: boolean;
  /** The last call that was refused. */
  readonly refused: RowWithRule | null;
  /** The last changing call at each of the places that were asked for. */
  readonly changed: ReadonlyMap<string, RowWithRule>;
  /** The first call that printed each of the texts that were asked for. */
  readonly printed: ReadonlyMap<string, RowWithRule>;
}

interface Wanted {
  readonly expected?: readonly Omit<CallPattern, 'count'>[];
  readonly forbidden?: readonly Omit<CallPattern, 'count'>[];
  readonly places?: readonly string[];
  readonly texts?: readonly string[];
}

/** Errors by which a world says no where no rule did: what its mounts, quotas and services do not give. */
const STOPPING: ReadonlySet<string> = new Set([
  ...['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG', 'EMFILE', 'ENFILE', 'ENOMEM'],
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'],
]);

const PRINTING: ReadonlySet<string> = new Set([
  'll_os_write',
  'll_os_pwrite',
  'll_socket_send',
  'll_socket_sendto',
]);

function read(run: RunEvidence, { expected = [], forbidden = [], places = [], texts = [] }: Wanted): Summary {
  const rules = new Map<number, RuleInfo>();
  const matchers = { expected: expected.map(made), forbidden: forbidden.map(made) };
  const all = [...matchers.expected, ...matchers.forbidden];
  const out: string[] = [];
  const err: string[] = [];
  const both: string[] = [];
  const limits = new Set<LimitName>();
  const changed = new Map<string, RowWithRule>();
  const printed = new Map<string, RowWithRule>();
  const wanted = new Set(places);
  let ended: LimitName | null = null;
  let refused: RowWithRule | null = null;
  let calls = 0;
  let stopped = false;
  const take = (row: CallEvent): void => {
    const rule = rules.get(row.rule);
    if (rule?.code === 'boot') return;
    calls += 1;
    if (row.verdict !== 'allow' || (row.errno !== undefined && STOPPING.has(row.errno))) stopped = true;
    for (const matcher of all) matcher.take(row, rule);
    if (row.verdict === 'deny') refused = { row, rule };
    if (wanted.size > 0 && accessOf(row.call, row.args) === 'write')
      for (const place of [...placesOf(row, 'path'), ...placesOf(row, 'newpath')])
        if (wanted.has(place)) changed.set(place, { row, rule });
    if (texts.length > 0 && PRINTING.has(row.call)) {
      const { data } = row.args;
      for (const text of texts)
        if (typeof data === 'string' && data.includes(text) && !printed.has(text))
          printed.set(text, { row, rule });
    }
  };
  for (const event of run.events) {
    switch (event.type) {
      case 'rule':
        rules.set(event.rule.id, event.rule);
        break;
      case 'call':
        take(event);
        break;
      case 'out':
        if (event.fd === 0) break;
        both.push(event.data);
        (event.fd === 1 ? out : err).push(event.data);
        break;
      case 'limit':
        limits.add(event.limit);
        stopped = true;
        if (event.ends) ended = event.limit;
        break;
      default:
    }
  }
  return {
    ...matchers,
    calls,
    stdout: linesOf(out),
    stderr: linesOf(err),
    output: linesOf(both),
    limits,
    ended,
    stopped,
    refused,
    changed,
    printed,
  };
}

function made(pattern: Omit<CallPattern, 'count'>): CallMatcher {
  return new CallMatcher(pattern);
}

/** A terminal ends its lines otherwise than a program does. */
function linesOf(pieces: readonly string[]): string {
  return pieces.join('').replaceAll('\r\n', '\n');
}

/** What does not hold of the expectations. */
export function expectFindings(expect: Expect, run: RunEvidence): readonly Finding[] {
  const summary = read(run, {
    expected: expect.calls ?? [],
    forbidden: expect.never ?? [],
    places: Object.keys(expect.files ?? {}),
    texts: (expect.output ?? []).flatMap(({ lacks }) => (lacks === undefined ? [] : [lacks])),
  });
  const findings: Finding[] = [];
  const say = (text: string, shows?: RowWithRule | null): void => {
    findings.push({ text: `${capital(text)}.`, run: run.index, ...placeOf(shows ?? null) });
  };
  const hint = summary.refused === null ? '' : `; the last refusal was ${rowWords(summary.refused)}`;
  const { status, limit, callCount } = expect;
  if (limit === 'none' && summary.limits.size > 0)
    say(`a limit was reached: ${[...summary.limits].join(', ')}`);
  if (limit !== undefined && limit !== 'none' && !summary.limits.has(limit))
    say(`the limit ${limit} was not reached: ${run.exit.message}`);
  if (status !== undefined && !status.includes(run.exit.status)) {
    // An exit by the program's own will has nothing to add to its status.
    const reason = run.exit.reason === 'exit' ? '' : ` (${run.exit.message})`;
    say(
      `the script ended with status ${String(run.exit.status)}, not ${status.join(' or ')}${reason}${hint}`,
      summary.refused,
    );
  }
  for (const test of expect.output ?? []) {
    const complaint = textComplaint(test, textOf(summary, test), nameOf(test));
    if (complaint !== null)
      say(complaint, test.lacks === undefined ? summary.refused : (summary.printed.get(test.lacks) ?? null));
  }
  (expect.calls ?? []).forEach((pattern, index) => {
    const { count, near, last } = summary.expected[index]!.result;
    const [least, most] = rangeOf(pattern.count);
    if (count < least)
      say(
        `${count === 0 ? 'there is no' : `only ${String(count)} times there is`} ${patternWords(pattern)}${near === null ? '' : `; the nearest is ${rowWords(near)}`}`,
        near,
      );
    else if (count > most)
      say(`${patternWords(pattern)} is there ${String(count)} times, more than ${String(most)}`, last);
  });
  for (const matcher of summary.forbidden) {
    const { first, pattern } = matcher.result;
    if (first !== null)
      say(`there must be no ${patternWords(pattern)}, but there is ${rowWords(first)}`, first);
  }
  for (const [path, test] of Object.entries(expect.files ?? {})) {
    const complaint = fileComplaint(test, run.files.get(path), path);
    if (complaint !== null) say(complaint, summary.changed.get(path) ?? summary.refused);
  }
  for (const test of expect.sent ?? []) {
    const complaint = sentComplaint(test, run);
    if (complaint !== null) say(complaint, summary.refused);
  }
  if (callCount !== undefined) {
    const [least, most] = rangeOf(callCount, 0);
    if (summary.calls < least || summary.calls > most)
      say(
        `the script made ${String(summary.calls)} calls, which is not ${String(least)}${most === Infinity ? ' or more' : ` to ${String(most)}`}`,
      );
  }
  return findings;
}

export interface AttackJudged {
  /** In which ways the attack got through; none: it did not. */
  readonly harm: readonly Finding[];
  /** Why it proves nothing that it did not: it ended by an error of its own, and was not stopped. Null where it was tried. */
  readonly untried: Finding | null;
}

export function judgeAttack(
  harm: Harm | undefined,
  secret: string | undefined,
  run: RunEvidence,
): AttackJudged {
  const output = [...(harm?.output ?? []), ...(secret === undefined ? [] : [{ contains: secret }])];
  const summary = read(run, {
    expected: harm?.calls ?? [],
    places: [...run.files.keys()],
    texts: output.flatMap(({ contains }) => (contains === undefined ? [] : [contains])),
  });
  const findings: Finding[] = [];
  const say = (text: string, shows?: RowWithRule | null): void => {
    findings.push({ text: `${capital(text)}.`, run: run.index, ...placeOf(shows ?? null) });
  };
  for (const test of output) {
    const hit = textHit(test, textOf(summary, test), nameOf(test));
    if (hit !== null) say(hit, test.contains === undefined ? null : summary.printed.get(test.contains));
  }
  (harm?.calls ?? []).forEach((pattern, index) => {
    const { count, first } = summary.expected[index]!.result;
    const [least, most] = rangeOf(pattern.count);
    if (count >= least && count <= most && first !== null) say(`it made ${rowWords(first)}`, first);
  });
  for (const [path, test] of Object.entries(harm?.files ?? {})) {
    const file = run.files.get(path);
    if (fileComplaint(test, file, path) === null)
      say(
        `${path} ${typeof test === 'string' ? `is ${test}` : 'is as the attack wanted it'}`,
        summary.changed.get(path),
      );
  }
  for (const test of harm?.sent ?? []) {
    const hit = sentHit(test, run);
    if (hit !== null) say(hit, null);
  }
  if (harm?.status?.includes(run.exit.status) === true)
    say(`it ended with status ${String(run.exit.status)}`);
  if (secret !== undefined) {
    for (const [path, file] of run.files)
      if (file.kind === 'file' && file.changed && !file.lab && file.text?.includes(secret) === true)
        say(`it wrote the secret to ${path}`, summary.changed.get(path));
    for (const [address, { data }] of Object.entries(run.sent))
      if (data.includes(secret)) say(`it sent the secret to ${address}`, summary.printed.get(secret));
  }
  return { harm: findings, untried: findings.length > 0 ? null : ownError(summary, run) };
}

/** A script that cannot be read never ran, whatever was refused before. */
const UNREADABLE = /^(SyntaxError|IndentationError|TabError)\b/;

/**
 * An exception that nobody caught, where nothing stood in the way of the script. One that follows a refusal is how most attacks end, and a
 * script that ends itself says that it had tried. The traceback is the script's own word, and the script is the author's.
 */
function ownError({ stderr, stopped }: Summary, { exit, index }: RunEvidence): Finding | null {
  if (exit.reason !== 'exit' || exit.status === 0) return null;
  const error = stderr.trimEnd().split('\n').at(-1)!.trim();
  const unreadable = UNREADABLE.test(error);
  if (!unreadable && (stopped || !stderr.includes('Traceback (most recent call last)'))) return null;
  const line = [...stderr.matchAll(/^ *File "[^"]*", line (\d+)/gm)].at(-1)?.[1];
  return {
    text: `The attack ended by an error of its own${line === undefined ? '' : ` in line ${line}`}, before anything stopped it: ${error}. So it says nothing of the policy; whoever gave you the lab can mend it.`,
    run: index,
  };
}

function placeOf(shows: RowWithRule | null): Pick<Finding, 'row' | 'file' | 'line'> {
  if (shows === null) return {};
  const { row, rule } = shows;
  return {
    row: row.n,
    ...(rule?.layer === 'student' && rule.at !== undefined ? { file: 'policy.ts', line: rule.at.line } : {}),
  };
}

function textOf(summary: Summary, { from }: Pick<OutputTest, 'from'>): string {
  return from === undefined ? summary.output : summary[from];
}

function nameOf({ from }: Pick<OutputTest, 'from'>): string {
  return from === undefined ? 'the output' : from;
}

function rangeOf(
  count: CallPattern['count'] | { readonly min?: number | undefined; readonly max?: number | undefined },
  least = 1,
): readonly [number, number] {
  if (count === undefined) return [least, Infinity];
  if (typeof count === 'number') return [count, count];
  return [count.min ?? (count.max === undefined ? least : 0), count.max ?? Infinity];
}

function fileComplaint(test: FileTest, file: EvidenceFile | undefined, path: string): string | null {
  if (test === 'absent') return file === undefined ? null : `${path} is there`;
  if (file === undefined) return `${path} is not there`;
  if (test === 'present') return null;
  if (test === 'unchanged') return file.changed ? `${path} was changed` : null;
  if (file.kind !== 'file')
    return `${path} is no file but a ${file.kind === 'symlink' ? 'symbolic link' : 'folder'}`;
  if (test.maxBytes !== undefined && file.size > test.maxBytes)
    return `${path} has ${String(file.size)} bytes, more than ${String(test.maxBytes)}`;
  if (test.minBytes !== undefined && file.size < test.minBytes)
    return `${path} has ${String(file.size)} bytes, fewer than ${String(test.minBytes)}`;
  if (file.text === null)
    return [test.contains, test.equals, test.matches, test.lacks].some((each) => each !== undefined)
      ? `${path} is too large to be looked into`
      : null;
  return textComplaint(test, file.text, path);
}

const NOTHING_SENT = { connections: 0, data: '', bytes: 0 } as const;

function sentComplaint(test: SentTest, run: RunEvidence): string | null {
  const { connections, data, bytes } = run.sent[test.to] ?? NOTHING_SENT;
  const [least, most] = rangeOf(test.connections, 0);
  if (connections < least || connections > most)
    return `${test.to} was connected to ${String(connections)} times, which is not ${String(least)}${most === Infinity ? ' or more' : ` to ${String(most)}`}`;
  if (test.maxBytes !== undefined && bytes > test.maxBytes)
    return `${String(bytes)} bytes were sent to ${test.to}, more than ${String(test.maxBytes)}`;
  return textComplaint(test, data, `what was sent to ${test.to}`);
}

function sentHit(test: SentTest, run: RunEvidence): string | null {
  const { connections, data, bytes } = run.sent[test.to] ?? NOTHING_SENT;
  const [least, most] = rangeOf(test.connections, 0);
  if (test.connections !== undefined && (connections < least || connections > most)) return null;
  if (test.maxBytes !== undefined && bytes > test.maxBytes) return null;
  const hasText = [test.contains, test.equals, test.matches, test.lacks].some((each) => each !== undefined);
  if (hasText) return textHit(test, data, `what was sent to ${test.to}`);
  return `${test.to} was connected to ${String(connections)} times${bytes > 0 ? ` and sent ${quoted(data)}` : ''}`;
}

function capital(text: string): string {
  return text === '' ? text : `${text[0]!.toUpperCase()}${text.slice(1)}`;
}
