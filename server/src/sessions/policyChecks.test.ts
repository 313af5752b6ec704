import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '@sandtable/shared/protocol';
import { PolicyChecks, REMEMBERED } from './policyChecks.ts';

const problem = (code: string): Diagnostic => ({
  file: 'policy.ts',
  line: 1,
  column: 1,
  severity: 'error',
  code,
  message: code,
});

/** A checker whose answers the test gives. */
function openChecks() {
  const asked: { readonly source: string; readonly answer: (diagnostics: readonly Diagnostic[]) => void }[] =
    [];
  const checks = new PolicyChecks(
    (source) => new Promise((resolve) => asked.push({ source, answer: resolve })),
  );
  return { checks, asked, settled: () => new Promise((resolve) => setImmediate(resolve)) };
}

describe('checks of policies', () => {
  test('one check serves all who ask the same, also while it is under way', async () => {
    const { checks, asked, settled } = openChecks();
    const answers = [checks.check('a'), checks.check('a')];
    await settled();
    expect(asked).toHaveLength(1);
    asked[0]!.answer([problem('TS1')]);
    expect(await Promise.all([...answers, checks.check('a')])).toEqual([
      [problem('TS1')],
      [problem('TS1')],
      [problem('TS1')],
    ]);
    expect(asked).toHaveLength(1);
  });

  test('a check that was broken off is told to who asked, and made again for the next', async () => {
    const { checks, asked, settled } = openChecks();
    const first = checks.check('a');
    await settled();
    asked[0]!.answer([problem('check-timeout')]);
    expect(await first).toEqual([problem('check-timeout')]);
    const second = checks.check('a');
    await settled();
    asked[1]!.answer([]);
    expect(await second).toEqual([]);
  });

  test('whoever asks while the first checker starts waits for that one', async () => {
    const { checks, asked, settled } = openChecks();
    checks.warmUp();
    const answer = checks.check('a');
    await settled();
    expect(asked).toHaveLength(1);
    asked[0]!.answer([problem('check-start')]);
    await settled();
    expect(asked.map(({ source }) => source).slice(1)).toEqual(['a']);
    asked[1]!.answer([]);
    expect(await answer).toEqual([]);
  });

  test('after the end no checker is started', async () => {
    const { checks, asked } = openChecks();
    const answer = checks.check('a');
    await checks.close();
    expect(await answer).toMatchObject([{ code: 'check-failed' }]);
    expect(asked).toEqual([]);
  });

  test('the oldest are forgotten', async () => {
    const { checks, asked, settled } = openChecks();
    for (let n = 0; n < REMEMBERED; n++) void checks.check(`policy ${n}`);
    // Asked for again, so the one after it is the oldest.
    void checks.check('policy 0');
    void checks.check('one more');
    void checks.check('policy 0');
    void checks.check('policy 1');
    await settled();
    expect(asked).toHaveLength(REMEMBERED + 2);
  });
});
