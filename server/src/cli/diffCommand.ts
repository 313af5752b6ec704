/** `sandtable diff`: two traces of one script, side by side. */
import { compareRuns, foremost, isDifferent, type Step } from '@sandtable/shared/replay/compareRuns';
import { comparisonWords, DIFFERENCE_WORDS, judgedWords } from '@sandtable/shared/replay/summary';
import { complain, say } from './complain.ts';
import { parseWords } from './commandWords.ts';
import { callWords } from './replayCommand.ts';
import { DIFF_HELP } from './replayHelp.ts';
import { openTrace, sayWhereCut } from './traceInput.ts';

/** Differences that are printed; `--json` has more. */
const LINES = 60;

/** The same to the guest: 0; different: 1. */
export async function diffCommand(words: readonly string[]): Promise<number> {
  const parsed = parseWords(words, [], ['--json', '--help', '-h']);
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable diff --help'.`);
  const { flags, files } = parsed;
  if (flags.has('--help') || flags.has('-h')) {
    process.stdout.write(DIFF_HELP);
    return 0;
  }
  const [first, second, ...rest] = files;
  if (first === undefined || second === undefined || rest.length > 0)
    return complain("diff takes two traces\nTry 'sandtable diff --help'.");
  const a = await openTrace(first);
  if (!a.ok) return complain(a.message);
  const b = await openTrace(second);
  if (!b.ok) return complain(b.message);
  sayWhereCut(first, a.run);
  sayWhereCut(second, b.run);
  const comparison = compareRuns(a.run, b.run);
  if (flags.has('--json')) {
    const { steps, ...counts } = comparison;
    process.stdout.write(`${JSON.stringify({ a: first, b: second, ...counts, steps: steps.map(asJson) })}\n`);
  } else {
    for (const line of comparisonWords(comparison)) say(line);
    const shown = comparison.steps.filter(
      (step) => step.kind !== 'differs' || step.in.some((each) => each !== 'rule'),
    );
    if (shown.length > 0) say('');
    for (const step of foremost(shown, LINES)) say(stepLine(step));
    if (shown.length > LINES) say(`… and ${String(shown.length - LINES)} more`);
  }
  return isDifferent(comparison) ? 1 : 0;
}

function stepLine(step: Step): string {
  const number = (n: number | null): string => (n === null ? '' : String(n)).padStart(6);
  switch (step.kind) {
    case 'only-a':
      return `- ${number(step.a.n)} ${number(null)}  ${callWords(step.a)}  ${judgedWords(step.was)}`;
    case 'only-b':
      return `+ ${number(null)} ${number(step.b.n)}  ${callWords(step.b)}  ${judgedWords(step.is)}`;
    case 'differs': {
      const [was, is] = [judgedWords(step.was), judgedWords(step.is)];
      const what = step.in.map((each) => DIFFERENCE_WORDS[each]).join(', ');
      return `~ ${number(step.a.n)} ${number(step.b.n)}  ${callWords(step.a)}  ${was === is ? what : `${was} → ${is}`}`;
    }
  }
}

function asJson(step: Step): object {
  switch (step.kind) {
    case 'only-a':
      return { kind: step.kind, a: step.a.n, call: step.a.call, verdict: step.was.kind };
    case 'only-b':
      return { kind: step.kind, b: step.b.n, call: step.b.call, verdict: step.is.kind };
    case 'differs':
      return {
        kind: step.kind,
        a: step.a.n,
        b: step.b.n,
        call: step.a.call,
        in: step.in,
        verdicts: [step.was.kind, step.is.kind],
      };
  }
}
