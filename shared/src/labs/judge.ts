/**
 * From evidence to the result of a check. Pure: the same check and the same evidence give the same result, today and when a grade is derived
 * again in five years.
 *
 * Regular expressions of authors run here against what hostile students printed, so whoever calls this does it in a thread that can be ended
 * (`judging.ts` on the server); evidence is bounded before it comes here.
 */
import type { Finding, CheckResult } from './checkResult.ts';
import { MAX_FINDING_CHARS, MAX_FINDINGS } from './checkResult.ts';
import type { CheckEvidence, SearchEvidence, TestDecision } from './evidence.ts';
import type { Check, CodeTest, LabPolicyTest } from './checkSpec.ts';
import type { Expect } from './expectSpec.ts';
import { expectFindings, judgeAttack } from './runJudge.ts';
import { textComplaint } from './textTests.ts';

interface Judged {
  readonly outcome: CheckResult['outcome'];
  readonly findings: readonly Finding[];
  /** Part of the points; 1 or 0 but for tables with partial credit. */
  readonly share: number;
}

/** Judges one check. `tests`: the policy tests of a check that names them, its table already read. */
export function judge(
  check: Check,
  evidence: CheckEvidence,
  tests: readonly LabPolicyTest[] = [],
): CheckResult {
  const { outcome, findings, share } = judged(check, evidence, tests);
  return resultOf(check, outcome, findings, share);
}

/** A result that no evidence gave: judging itself came to no end. */
export function unjudged(check: Check, message: string): CheckResult {
  return resultOf(check, 'error', [{ text: message }], 0);
}

function resultOf(
  check: Check,
  outcome: CheckResult['outcome'],
  findings: readonly Finding[],
  share: number,
): CheckResult {
  const passed = outcome === 'passed';
  return {
    id: check.id,
    title: check.title,
    outcome,
    passed,
    points: passed ? check.weight : check.weight * share,
    max: check.weight,
    message: passed ? '' : check.message,
    hidden: check.hidden,
    findings: findings.slice(0, MAX_FINDINGS).map((each) => ({ ...each, text: cut(each.text) })),
  };
}

function cut(text: string): string {
  return text.length > MAX_FINDING_CHARS ? `${text.slice(0, MAX_FINDING_CHARS - 1)}…` : text;
}

function judged(check: Check, evidence: CheckEvidence, tests: readonly LabPolicyTest[]): Judged {
  switch (evidence.kind) {
    case 'nothing': {
      const { blame, message, file, line } = evidence;
      return {
        outcome: blame === 'submission' ? 'failed' : 'error',
        findings: [
          { text: message, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) },
        ],
        share: 0,
      };
    }
    case 'run':
      return judgedRun(check, evidence.run);
    case 'policyTests':
      return judgedTests(check, evidence.decisions, tests);
    case 'property':
      return judgedSearch(evidence.search);
    case 'code':
      return settled(
        (check.code ?? []).flatMap((test) => codeFindings(test, evidence.files[test.file] ?? null)),
      );
  }
}

function settled(findings: readonly Finding[]): Judged {
  return { outcome: findings.length === 0 ? 'passed' : 'failed', findings, share: 0 };
}

/** Ends of a run that say nothing of the submission. */
const PLATFORM_ENDS: ReadonlySet<string> = new Set(['host', 'server', 'stopped', 'protocol']);

function judgedRun(check: Check, run: Extract<CheckEvidence, { readonly kind: 'run' }>['run']): Judged {
  // A guest that breaks the wire's rules does so on purpose; the other ends are the machine's.
  if (PLATFORM_ENDS.has(run.exit.reason)) {
    const outcome = run.exit.reason === 'protocol' ? 'failed' : 'error';
    return { outcome, findings: [{ text: run.exit.message, run: run.index }], share: 0 };
  }
  if (check.attack !== undefined) {
    const { script, secret, mayFail } = check.attack;
    const { harm, untried } = judgeAttack(check.harm, secret, run);
    // A student's own script may be as wrong as it likes.
    if (untried !== null && !mayFail && isOfPack(script))
      return { outcome: 'error', findings: [untried], share: 0 };
    return settled(harm);
  }
  const expect: Expect = check.honest === undefined ? (check.expect ?? {}) : { status: [0], ...check.expect };
  return settled(expectFindings(expect, run));
}

function isOfPack(script: string): boolean {
  return /^(checks|attacks|hidden)\//.test(script);
}

function judgedTests(
  check: Check,
  decisions: readonly TestDecision[],
  tests: readonly LabPolicyTest[],
): Judged {
  const findings: Finding[] = [];
  let passed = 0;
  tests.forEach((test, index) => {
    const decision = decisions[index];
    const complaint = decision === undefined ? 'it was not asked' : testComplaint(test, decision);
    if (complaint === null) {
      passed += 1;
      return;
    }
    const line = decision?.layer === 'student' ? decision.line : undefined;
    findings.push({
      text: `${test.says === undefined ? '' : `${test.says} `}${test.call}${test.path === undefined ? '' : ` of ${test.path}`}${test.mode === undefined ? '' : ` (${test.mode})`}: ${complaint}.`,
      ...(line === undefined ? {} : { file: 'policy.ts', line }),
    });
  });
  return { ...settled(findings), share: check.partial && tests.length > 0 ? passed / tests.length : 0 };
}

function testComplaint(
  test: LabPolicyTest,
  { verdict, error, value, label, layer, line }: TestDecision,
): string | null {
  const wanted = test.errno ?? test.raise;
  const who =
    layer === 'ceiling' ? 'the platform' : line === undefined ? label : `line ${String(line)} of policy.ts`;
  if (!test.expect.includes(verdict) || (wanted !== undefined && wanted !== error))
    return `expected ${test.expect.join(' or ')}${wanted === undefined ? '' : ` with ${wanted}`}, but it is ${verdict}${error === undefined ? '' : ` with ${error}`}, by ${who}`;
  if (test.sees !== undefined && !sameJson(test.sees, value))
    return `the guest should see ${JSON.stringify(test.sees)}, but it sees ${JSON.stringify(value ?? null)}, by ${who}`;
  return null;
}

/** Every field that the author names; a struct may have others. */
function sameJson(wanted: unknown, came: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === came;
  if (typeof came !== 'object' || came === null) return false;
  if (Array.isArray(wanted))
    return (
      Array.isArray(came) &&
      wanted.length === came.length &&
      wanted.every((each, index) => sameJson(each, came[index]))
    );
  return Object.entries(wanted).every(([key, each]) =>
    sameJson(each, (came as Record<string, unknown>)[key]),
  );
}

function judgedSearch(search: SearchEvidence): Judged {
  switch (search.kind) {
    case 'nothing':
      return { outcome: 'passed', findings: [], share: 0 };
    case 'hole':
      return settled([
        {
          text: `A counterexample: ${search.words}. ${search.script}`,
          ...(search.line === undefined ? {} : { file: 'policy.ts', line: search.line }),
        },
      ]);
    case 'nothing-to-try':
      return {
        outcome: 'error',
        findings: [{ text: 'Nothing in the world of this policy is what the property speaks of.' }],
        share: 0,
      };
    case 'failed':
      return { outcome: 'error', findings: [{ text: search.message }], share: 0 };
  }
}

function codeFindings(test: CodeTest, text: string | null): readonly Finding[] {
  if (text === null) return [{ text: `There is no file ${test.file}.`, file: test.file }];
  const tidy = test.trim
    ? text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .join('\n')
    : text;
  const lines = tidy === '' ? 0 : tidy.replace(/\n$/, '').split('\n').length;
  const say = (words: string): readonly Finding[] => [{ text: `${words}.`, file: test.file }];
  if (test.maxLines !== undefined && lines > test.maxLines)
    return say(`${test.file} has ${String(lines)} lines, more than ${String(test.maxLines)}`);
  if (test.minLines !== undefined && lines < test.minLines)
    return say(`${test.file} has ${String(lines)} lines, fewer than ${String(test.minLines)}`);
  if (test.maxBytes !== undefined && text.length > test.maxBytes)
    return say(`${test.file} is longer than ${String(test.maxBytes)} characters`);
  const folded = (value: string | undefined): string | undefined =>
    test.ignoreCase ? value?.toLowerCase() : value;
  const complaint = textComplaint(
    {
      contains: folded(test.contains),
      equals: folded(test.trim ? test.equals?.trim() : test.equals),
      matches: test.matches,
      lacks: folded(test.lacks),
    },
    folded(tidy) ?? '',
    test.file,
  );
  return complaint === null ? [] : say(complaint);
}
