/**
 * Runs that were recorded with `sandtable run --trace`, kept: whatever changes in engine, QuickJS or replay, they are judged as they were.
 * The scripts were some lines that open, rename, link and remove files (`files…`), or ask who and where they are (`ask…`).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { learn } from '@sandtable/shared/replay/learn';
import { learnedSource } from '@sandtable/shared/replay/learnedSource';
import { readTrace, type RecordedRun } from '@sandtable/shared/replay/recordedRun';
import { replay, type ReplayResult } from '@sandtable/shared/replay/replay';
import { compareRuns, isDifferent } from '@sandtable/shared/replay/compareRuns';
import { builtInSource, loadPolicy, type BuiltInPolicy } from '../sandbox/policy/loadPolicy.ts';

function golden(name: string): RecordedRun {
  const read = readTrace(readFileSync(new URL(`fixtures/${name}.jsonl`, import.meta.url), 'utf8'));
  if (!read.ok) throw new Error(`${name}: line ${read.line}: ${read.message}`);
  return read.run;
}

async function judged(run: RecordedRun, source: string): Promise<ReplayResult> {
  const loaded = await loadPolicy(source, { replay: true });
  if (!loaded.ok) throw new Error(loaded.diagnostics[0]!.message);
  const result = await replay(run, loaded.engine, { byChance: loaded.byChance });
  loaded.engine.dispose();
  return result!;
}

describe.each<[string, BuiltInPolicy, readonly string[]]>([
  ['filesStandard', 'standard', []],
  ['filesLecture', 'lecture', []],
  // Its host answers with a number by chance; the other looks into texts that the trace cuts.
  ['askFakeHost', 'fakeHost', ['chance']],
  ['filesRedact', 'redact', ['answer-cut']],
])('%s', (name, policy, doubts) => {
  it('has under its own policy the verdicts that it had', async () => {
    const result = await judged(golden(name), builtInSource(policy));
    // The policies that we hand out may say the same by another rule one day.
    expect(result.changes.filter(({ change }) => change !== 'place')).toEqual([]);
    expect(result.doubts.map(({ doubt }) => doubt)).toEqual(doubts);
    expect(result.boot).toBeGreaterThan(300);
  });

  it('is allowed by the policy that it teaches, as a person would keep it', async () => {
    const run = golden(name);
    const result = await judged(run, learnedSource(learn(run)));
    const lost = result.changes.filter(
      ({ before, after }) => before.kind === 'allow' && after.kind !== 'allow',
    );
    expect(lost.map(({ row }) => row.n)).toEqual([]);
  });

  it('is the same as itself', () => {
    expect(isDifferent(compareRuns(golden(name), golden(name)))).toBe(false);
  });
});

it('tells two policies apart on one script', async () => {
  const run = golden('filesStandard');
  const result = await judged(run, builtInSource('lecture'));
  expect(result.byKinds['allow>deny']).toBeGreaterThan(3);
  // A hole before every wall: there is no rule about /etc, only the world's own refusal.
  expect(result.changes[0]).toMatchObject({ row: { path: '/etc/shadow' }, after: { kind: 'allow' } });
  expect(result.changes.find(({ row }) => row.call === 'll_os_mkdir')).toMatchObject({
    guess: false,
    after: { kind: 'deny', errno: 'EPERM' },
  });
  const comparison = compareRuns(run, golden('filesLecture'));
  expect(comparison.byDifference.verdict).toBe(1);
  expect(isDifferent(comparison)).toBe(true);
});
