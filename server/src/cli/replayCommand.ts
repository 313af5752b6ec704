/** `sandtable replay`: a recorded run judged by another policy. */
import type { CallEvent } from '@sandtable/shared/events';
import {
  replay,
  type ChangedRow,
  type DoubtfulRow,
  type Judged,
  type ReplayResult,
} from '@sandtable/shared/replay/replay';
import type { RuleInfo } from '@sandtable/shared/verdicts';
import { DOUBT_WORDS, judgedWords, replayWords } from '@sandtable/shared/replay/summary';
import { complain, say } from './complain.ts';
import { parseWords } from './commandWords.ts';
import { REPLAY_HELP } from './replayHelp.ts';
import { openPolicy } from './policySource.ts';
import { openTrace, sayWhereCut } from './traceInput.ts';

/** Changed calls that are printed; `--json` has more. */
const LINES = 40;

/** Nothing changes: 0. Something would have gone otherwise, or cannot be judged: 1. */
export async function replayCommand(words: readonly string[]): Promise<number> {
  const parsed = parseWords(words, ['--policy', '--against'], ['--json', '--help', '-h']);
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable replay --help'.`);
  const { values, flags, files } = parsed;
  if (flags.has('--help') || flags.has('-h')) {
    process.stdout.write(REPLAY_HELP);
    return 0;
  }
  const [policy, ...more] = values['--policy'] ?? [];
  const [file, ...rest] = files;
  if (policy === undefined || more.length > 0 || file === undefined || rest.length > 0)
    return complain("replay takes one --policy and one trace\nTry 'sandtable replay --help'.");
  const trace = await openTrace(file);
  if (!trace.ok) return complain(trace.message);
  sayWhereCut(file, trace.run);
  const opened = await openPolicy(policy, { replay: true });
  if (!opened.ok) return complain(opened.message);
  const against = values['--against']?.at(-1);
  const other = against === undefined ? null : await openPolicy(against, { replay: true });
  if (other !== null && !other.ok) {
    opened.engine.dispose();
    return complain(other.message);
  }
  const result = await replay(trace.run, opened.engine, {
    byChance: opened.byChance,
    ...(other === null ? {} : { against: other.engine }),
  });
  opened.engine.dispose();
  other?.engine.dispose();
  if (result === null) throw new Error('replayCommand.ts: a replay that nobody ended gave up');
  const before = against ?? trace.run.start?.policy ?? 'the run';
  if (flags.has('--json')) process.stdout.write(`${JSON.stringify(asJson(result, before, policy))}\n`);
  else print(result, before, policy);
  const changed = result.byChange.kind + result.byChange.errno + result.byChange.seen;
  return changed + result.doubtful > 0 ? 1 : 0;
}

function print(result: ReplayResult, before: string, after: string): void {
  say(`${before} → ${after}`);
  for (const line of replayWords(result).lines) say(`  ${line}`);
  const shown = result.changes.filter(({ change }) => change !== 'place');
  if (shown.length > 0) say('');
  for (const change of shown.slice(0, LINES)) say(changeLine(change, after));
  if (shown.length > LINES) say(`… and ${String(shown.length - LINES)} more`);
  for (const doubt of result.doubts.slice(0, LINES)) say(doubtLine(doubt));
}

function changeLine({ row, before, after, guess }: ChangedRow, policy: string): string {
  const place = after.rule === null ? '' : placeWords(after.rule, policy);
  return `${guess ? '?' : ' '} ${String(row.n).padStart(6)}  ${callWords(row)}  ${judgedWords(before)} → ${judgedWords(after)}  ${place}`;
}

/** Rules of a policy that another imports have no line in it. */
function placeWords({ layer, label, at }: RuleInfo, policy: string): string {
  if (layer === 'ceiling') return `the platform: ${label}`;
  return at === undefined ? label : `${policy}:${String(at.line)}`;
}

function doubtLine({ row, doubt }: DoubtfulRow): string {
  return `? ${String(row.n).padStart(6)}  ${callWords(row)}  cannot be judged: ${DOUBT_WORDS[doubt]}`;
}

/** `ll_os_open /tmp/a`. */
export function callWords(row: CallEvent): string {
  const place = row.path ?? row.args['path'];
  return typeof place === 'string' ? `${row.call} ${place}` : row.call;
}

function asJson(result: ReplayResult, before: string, after: string): object {
  const plain = ({ rule, ...judged }: Judged): object => ({
    ...judged,
    ...(rule === null ? {} : { layer: rule.layer, code: rule.code, label: rule.label, ...(rule.at ?? {}) }),
  });
  const { changes, doubts, byRule: _, ...counts } = result;
  return {
    before,
    after,
    ...counts,
    changes: changes.map((each) => ({
      n: each.row.n,
      call: each.row.call,
      path: each.row.path ?? each.row.args['path'] ?? null,
      change: each.change,
      guess: each.guess,
      before: plain(each.before),
      after: plain(each.after),
    })),
    doubts: doubts.map(({ row, doubt }) => ({ n: row.n, call: row.call, doubt })),
  };
}
