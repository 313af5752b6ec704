import { describe, expect, it } from 'vitest';
import { oneLineJson, printable } from './printable.ts';

describe('a line of ours', () => {
  it('keeps ordinary text of any language', () => {
    expect(printable('grüße, 世界 🎉 "quoted" \\ path')).toBe('grüße, 世界 🎉 "quoted" \\ path');
  });

  it('shows what would act on the terminal or begin another line', () => {
    expect(printable('a\u001b[2J\nsandtable: FORGED\r\u009b2J\u0085\u2028\u202egnp.exe\u0007')).toBe(
      'a\\u001b[2J\\u000asandtable: FORGED\\u000d\\u009b2J\\u0085\\u2028\\u202egnp.exe\\u0007',
    );
  });

  it('is never long', () => {
    expect(printable('\u001b'.repeat(4_000_000)).length).toBeLessThan(3100);
  });
});

describe('a line of a trace', () => {
  it('is one line for every reader and means the same', () => {
    const value = { name: 'a\u2028b\u2029c\u0085d', other: 'é' };
    const line = oneLineJson(JSON.stringify(value));
    expect(line).not.toMatch(/[\u0085\u2028\u2029]/);
    expect(JSON.parse(line)).toEqual(value);
  });
});
