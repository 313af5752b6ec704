/** What came of a replay or a comparison in words: some lines that a person reads in ten seconds. */
import type { Comparison, Difference } from './compareRuns.ts';
import type { Doubt, Judged, ReplayResult } from './replay.ts';

export const DOUBT_WORDS: { readonly [doubt in Doubt]: string } = {
  'path-cut': 'the trace does not hold its whole name',
  'args-cut':
    'a function of the policy looks at it, and the trace holds only the beginning of what was passed',
  'answer-cut': 'a function of the policy looks at the answer, and the trace holds only its beginning',
  'no-answer':
    'a function of the policy asks what comes of it, and in this run it was never performed like that',
  'other-place':
    'a function of the policy asks for another place, and the trace does not say where that leads',
  chance: 'the policy answers by chance or by the clock, and so otherwise each time',
  time: 'it was decided by a lack of time or memory, which is another each time',
};

export const DIFFERENCE_WORDS: { readonly [difference in Difference]: string } = {
  verdict: 'verdict',
  error: 'error',
  args: 'arguments',
  answer: 'answer',
  rule: 'deciding rule',
};

/** `deny EACCES`, `allow`. */
export function judgedWords({ kind, errno, raise }: Judged): string {
  const error = errno ?? raise;
  return error === undefined ? kind : `${kind} ${error}`;
}

/** `1 call`, `12,000 calls`. */
function many(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

/** The worst first; `guest`: whether the guest would have noticed anything. */
export function replayWords(result: ReplayResult): {
  readonly lines: readonly string[];
  readonly guest: boolean;
} {
  const { byChange, byKinds, doubtful, guessAfter, boot, calls, left } = result;
  const lines: string[] = [];
  const order = Object.entries(byKinds).sort(([a], [b]) => weight(a) - weight(b));
  for (const [key, count] of order) {
    const [from, to] = key.split('>');
    lines.push(`${many(count, 'call')}: ${from!} → ${to!}`);
  }
  if (byChange.errno > 0) lines.push(`${many(byChange.errno, 'call')} denied with another error`);
  if (byChange.seen > 0) lines.push(`${many(byChange.seen, 'call')} answered otherwise`);
  if (byChange.place > 0)
    lines.push(`${many(byChange.place, 'call')} decided by another rule, to the same effect`);
  if (doubtful > 0) lines.push(`${many(doubtful, 'call')} cannot be judged from the trace`);
  const guest = byChange.kind + byChange.errno + byChange.seen > 0;
  if (lines.length === 0) lines.push('Nothing changes: every call gets the verdict that it got.');
  if (guessAfter !== null)
    lines.push(
      `Certain up to call ${String(guessAfter)}. What follows is a guess: the program might have gone another way.`,
    );
  lines.push(
    `${many(calls - boot, 'call')} judged${boot > 0 ? `; ${many(boot, 'call')} of the interpreter's start stay as they were` : ''}.`,
  );
  if (left > 0) lines.push(`${many(left, 'call')} more in the trace were not looked at.`);
  return { lines, guest };
}

/** Opened before closed. */
function weight(kinds: string): number {
  return (
    ['deny>allow', 'deny>modify', 'deny>fake', 'fake>allow', 'fake>modify', 'modify>allow'].indexOf(kinds) >>>
    0
  );
}

export function comparisonWords(comparison: Comparison): readonly string[] {
  const { same, onlyA, onlyB, differing, byDifference, coarse, left } = comparison;
  const lines: string[] = [];
  if (onlyA + onlyB + differing === 0)
    lines.push(`The same ${many(same, 'call')}, with the same verdicts and answers.`);
  else {
    if (byDifference.verdict > 0) lines.push(`${many(byDifference.verdict, 'call')} with another verdict`);
    if (onlyA > 0) lines.push(`${many(onlyA, 'call')} only in the first`);
    if (onlyB > 0) lines.push(`${many(onlyB, 'call')} only in the second`);
    const others = (['error', 'args', 'answer', 'rule'] as const)
      .filter((each) => byDifference[each] > 0)
      .map((each) => `${DIFFERENCE_WORDS[each]} ${byDifference[each].toLocaleString('en')}`);
    if (others.length > 0)
      lines.push(`${many(differing, 'call')} in both that differ (${others.join(', ')})`);
    lines.push(`${many(same, 'call')} alike`);
  }
  if (coarse) lines.push('Some stretches are too different to be compared call by call.');
  if (left > 0) lines.push(`${many(left, 'call')} more were not looked at.`);
  return lines;
}
