import { afterEach, expect, test, vi } from 'vitest';
import { logFailure } from './serverLog.ts';

afterEach(() => void vi.restoreAllMocks());

test('what a guest said in an error begins no line of ours and moves no cursor', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  for (const lineEnd of ['\n', '\r', '\u0085', '\u2028', '\u2029', '\u001b[2J']) {
    logFailure('request run.rows failed', new Error(`no file ${lineEnd}sandtable: all is well`));
  }
  const lines = said.mock.calls.flatMap(([text]) => String(text).split(/[\n\r\u0085\u2028\u2029\u001b]/));
  expect(lines.filter((line) => line.startsWith('sandtable: request run.rows failed'))).toHaveLength(6);
  expect(lines.filter((line) => line.startsWith('sandtable: all'))).toEqual([]);
});

test('what was thrown and is no error is said as well', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  logFailure('a helper thread failed', 'out of memory');
  expect(said).toHaveBeenCalledWith('sandtable: a helper thread failed: out of memory');
});
