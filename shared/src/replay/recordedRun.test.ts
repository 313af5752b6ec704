import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALLS } from '../calls.ts';
import { engineOf, host, layer, rule } from '../policy/testing/engineParts.ts';
import { compareRuns } from './compareRuns.ts';
import { learn } from './learn.ts';
import { learnedSource } from './learnedSource.ts';
import { readTrace, TraceReader } from './recordedRun.ts';
import { replay } from './replay.ts';

const START =
  '{"seq":1,"t":0,"type":"start","version":1,"policy":"standard","argv":["/bin/pypy3","/tmp/a.py"]}\n';
const CALL =
  '{"seq":2,"t":1,"type":"call","n":0,"call":"ll_os_getcwd","args":{},"verdict":"allow","rule":9,"result":"/","us":1}\n';

describe('reading a trace', () => {
  it('is the same however the text is cut, and leaves out a last line that is', () => {
    fc.assert(
      fc.property(fc.nat(START.length + CALL.length), (cut) => {
        const text = START + CALL;
        const reader = new TraceReader();
        reader.push(text.slice(0, cut));
        reader.push(text.slice(cut));
        expect(reader.finish()).toEqual(readTrace(text));
      }),
    );
    const running = readTrace(START + CALL + CALL.slice(0, 40));
    expect(running.ok && running.run.rows).toHaveLength(1);
  });

  it.each([
    ['', 'no-calls', 1],
    ['nonsense\n', 'not-a-trace', 1],
    [`${START}[]\n`, 'not-a-trace', 2],
    [START.replace('"version":1', '"version":2'), 'other-version', 1],
    [START.replace('["/bin/pypy3","/tmp/a.py"]', '3'), 'not-a-trace', 1],
    [START + CALL.replace('"args":{}', '"args":3'), 'not-a-trace', 2],
    [START + CALL.replace('"args":{}', '"args":{},"path":3'), 'not-a-trace', 2],
  ])('refuses %j', (text, code, line) => {
    expect(readTrace(text)).toMatchObject({ ok: false, code, line });
  });

  it('counts what it does not keep', () => {
    const other = CALL.replace('ll_os_getcwd', 'll_from_the_future');
    expect(readTrace(START + CALL + CALL + other, 1)).toMatchObject({ run: { left: 1, unknown: 1 } });
  });

  it('whatever stands in a row: it is refused, or it can be judged, compared and learned from', async () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    const row = fc.record(
      {
        call: fc.constantFrom(...CALLS.map(({ name }) => name)),
        args: fc.dictionary(
          fc.constantFrom('path', 'newpath', 'fd', 'flags', 'data', 'dataLength', 'x'),
          value,
        ),
        path: fc.oneof(fc.string(), value),
        performed: fc.oneof(fc.dictionary(fc.string(), value), value),
        answered: value,
        result: value,
        verdict: fc.constantFrom('allow', 'deny', 'modify', 'fake'),
        rule: fc.nat(2),
      },
      { requiredKeys: ['call', 'args', 'verdict', 'rule'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 8 }), async (rows) => {
        const lines = rows.map((each, n) =>
          JSON.stringify({ seq: n + 2, t: n, type: 'call', n, us: 1, ...each }),
        );
        const read = readTrace(START + lines.join('\n'));
        if (!read.ok) return;
        const engine = engineOf({
          student: layer([rule('allow', 'read', '/tmp/**')], {
            middleware: host({ '*': (_, next) => (next(null, false), { kind: 'pass' }) }),
          }),
        });
        expect((await replay(read.run, engine))!.calls).toBe(read.run.rows.length);
        expect(compareRuns(read.run, read.run)).toMatchObject({ onlyA: 0, onlyB: 0, differing: 0 });
        expect(learnedSource(learn(read.run))).toContain('export default policy(');
      }),
    );
  });
});
