/** `sandtable attack`: searches for something that a policy allows and a property forbids. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Property } from '@sandtable/shared/search/property';
import { readProperty } from '../search/readProperty.ts';
import { searchForHole, type SearchResult } from '../search/search.ts';
import { functionPlace } from '../search/functionPlace.ts';
import { MAX_SEARCH_SECONDS, MAX_SEQUENCES, SEARCH_SECONDS } from '../search/searchLimits.ts';
import { ATTACK_HELP } from './attackHelp.ts';
import { complain, say, USAGE_STATUS } from './complain.ts';
import { parseWords } from './commandWords.ts';
import { checkedSource } from './policySource.ts';

const HOLE_STATUS = 1;
const UNCONFIRMED_STATUS = 3;

const VALUED = ['--policy', '--property', '--seconds', '--sequences', '--seed'] as const;

/** Nothing found: 0; a hole: 1; the real sandbox does otherwise: 3. */
export async function attackCommand(words: readonly string[]): Promise<number> {
  const parsed = parseWords(words, VALUED, ['--json', '--help', '-h']);
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable attack --help'.`);
  const { values, flags, files } = parsed;
  if (flags.has('--help') || flags.has('-h')) {
    process.stdout.write(ATTACK_HELP);
    return 0;
  }
  const policy = values['--policy'] ?? [];
  const properties = values['--property'] ?? [];
  if (policy.length !== 1 || properties.length !== 1 || files.length > 0)
    return complain("attack takes one --policy and one --property\nTry 'sandtable attack --help'.");
  const seconds = numberOf(values['--seconds']?.at(-1), SEARCH_SECONDS, MAX_SEARCH_SECONDS);
  const sequences = numberOf(values['--sequences']?.at(-1), MAX_SEQUENCES, MAX_SEQUENCES);
  const seed = numberOf(values['--seed']?.at(-1), randomInt(1, 2 ** 31 - 1), 2 ** 31 - 1);
  if (seconds === null) return complain(`--seconds takes a number up to ${String(MAX_SEARCH_SECONDS)}`);
  if (sequences === null) return complain(`--sequences takes a number up to ${String(MAX_SEQUENCES)}`);
  if (seed === null || !Number.isInteger(seed))
    return complain('--seed takes a whole number up to 2147483647');
  const property = propertyOf(properties[0]!);
  if (typeof property === 'string') return complain(property);
  const source = await checkedSource(policy[0]!);
  if (!source.ok) return complain(source.message);
  const abort = new AbortController();
  const cancel = (): void => {
    abort.abort();
  };
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  const result = await searchForHole({
    source: source.source,
    property,
    seconds,
    sequences: Math.floor(sequences),
    seed,
    signal: abort.signal,
    ...(process.stderr.isTTY && !flags.has('--json') ? { progress: tellProgress } : {}),
  });
  process.off('SIGINT', cancel);
  process.off('SIGTERM', cancel);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (flags.has('--json'))
    process.stdout.write(
      `${JSON.stringify(asJson(result, { policy: policy[0]!, says: property.says, seed }))}\n`,
    );
  else print(result, policy[0]!, source.source, property, seed);
  return statusOf(result);
}

function numberOf(text: string | undefined, usual: number, most: number): number | null {
  if (text === undefined) return usual;
  const value = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && value > 0 && value <= most ? value : null;
}

function propertyOf(file: string): Property | string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return `--property: ${(error as Error).message}`;
  }
  const parsed = readProperty(text);
  return parsed.ok ? parsed.property : parsed.problems.map((problem) => `${file}: ${problem}`).join('\n');
}

function tellProgress(sequences: number): void {
  process.stderr.write(`\r${String(sequences)} sequences`);
}

function statusOf({ kind }: SearchResult): number {
  switch (kind) {
    case 'nothing':
      return 0;
    case 'hole':
      return HOLE_STATUS;
    case 'unconfirmed':
      return UNCONFIRMED_STATUS;
    default:
      return USAGE_STATUS;
  }
}

function print(result: SearchResult, policy: string, source: string, property: Property, seed: number): void {
  say(`The property: ${property.says}`);
  switch (result.kind) {
    case 'hole':
    case 'unconfirmed': {
      const { finding, confirmation } = result;
      const { rule, call, broken } = finding.trial;
      say(
        result.kind === 'hole'
          ? `A hole: ${confirmation.broken!.words}.`
          : `The search believed that ${broken!.words}, but the real sandbox does not do it: no hole was shown.`,
      );
      say('');
      for (const line of finding.script.trimEnd().split('\n')) say(`  ${line}`);
      say('');
      if (call !== null && rule !== null) {
        const passed = functionPlace(source, call);
        const place =
          rule.at === undefined || rule.layer === 'ceiling' ? '' : ` (${policy}:${String(rule.at.line)})`;
        say(`Let through by ${rule.label}${place}, in the call ${call}.`);
        if (passed !== null)
          say(`Before that the function ${passed.name} passed it on (${policy}:${String(passed.line)}).`);
      }
      if (result.kind === 'unconfirmed' && confirmation.printed !== '')
        say(confirmation.printed.trimEnd().split('\n').at(-1)!);
      say(`Found after ${countWords(result)}; seed ${String(seed)}.`);
      return;
    }
    case 'nothing':
      say(
        `Nothing was found in ${countWords(result)}; seed ${String(seed)}. That is no proof that there is nothing.`,
      );
      return;
    case 'nothing-to-try':
      say(
        'Nothing in the world of this policy is what the property speaks of. Put files there: mounts of the policy, or files of the property.',
      );
      return;
    case 'cancelled':
      say('The search was cancelled.');
      return;
    case 'failed':
      say(result.message);
  }
}

function countWords({
  sequences,
  milliseconds,
}: {
  readonly sequences: number;
  readonly milliseconds: number;
}): string {
  return `${String(sequences)} ${sequences === 1 ? 'sequence' : 'sequences'} in ${(milliseconds / 1000).toFixed(1)} seconds`;
}

function asJson(
  result: SearchResult,
  about: { readonly policy: string; readonly says: string; readonly seed: number },
): object {
  if (result.kind !== 'hole' && result.kind !== 'unconfirmed') return { ...about, ...result };
  const { finding, confirmation, kind, sequences, milliseconds } = result;
  const { rule, call, broken } = finding.trial;
  return {
    ...about,
    kind,
    sequences,
    milliseconds: Math.round(milliseconds),
    script: finding.script,
    broken,
    call,
    rule:
      rule === null ? null : { layer: rule.layer, code: rule.code, label: rule.label, ...(rule.at ?? {}) },
    confirmed: confirmation.confirmed,
  };
}
