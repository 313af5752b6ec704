import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallEvent } from './events.ts';
import {
  FILTER_FIELDS,
  clickFilter,
  filterTest,
  formatFilter,
  parseFilter,
  type FilterField,
} from './filter.ts';
import { literalPattern, wildcard } from './wildcard.ts';

const open: CallEvent = {
  seq: 9,
  t: 1200,
  type: 'call',
  n: 4,
  call: 'll_os_open',
  args: { path: 'secret/My File', flags: 0, mode: 438 },
  path: '/tmp/secret/My File',
  verdict: 'deny',
  rule: 2,
  reason: 'secrets are not for you',
  errno: 'EACCES',
  us: 41,
  stack: [
    { file: '/usr/lib/os.py', line: 9, function: 'walk' },
    { file: '/tmp/script.py', line: 12, function: 'main' },
  ],
};
const write: CallEvent = {
  seq: 10,
  t: 1300,
  type: 'call',
  n: 5,
  thread: 2,
  call: 'll_os_write',
  args: { fd: 1, data: 'Hello: world\n' },
  path: '<stdout>',
  verdict: 'allow',
  rule: 3,
  result: 13,
  bytes: 13,
  us: 7,
};
const system: CallEvent = {
  seq: 11,
  t: 1400,
  type: 'call',
  n: 6,
  call: 'll_os_system',
  args: { command: 'rm -rf /tmp' },
  verdict: 'deny',
  rule: 1,
  raise: 'RuntimeError',
  us: 3,
};
const rows = [open, write, system];

function found(text: string): number[] {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return rows.filter(filterTest(parsed.filter)).map((row) => row.n);
}

describe('what a filter finds', () => {
  test.each<[string, number[]]>([
    ['', [4, 5, 6]],
    ['   ', [4, 5, 6]],
    ['verdict:deny', [4, 6]],
    ['verdict:allow,deny', [4, 5, 6]],
    ['-verdict:deny', [5]],
    ['call:ll_os_open', [4]],
    ['call:open,write', [4, 5]],
    ['call:ll_os_*', [4, 5, 6]],
    ['group:io', [5]],
    ['path:/tmp/*', [4]],
    ['path:"/tmp/secret/My File"', [4]],
    ['path:/tmp/secret/My\\ File', [4]],
    ['path:"secret/*"', [4]],
    ['path:<stdout>', [5]],
    ['path:/TMP/*', []],
    ['errno:EACCES', [4]],
    ['errno:*', [4, 6]],
    ['errno:runtimeerror', [6]],
    ['-errno:*', [5]],
    ['thread:2', [5]],
    ['thread:1', [4, 6]],
    ['us:>7', [4]],
    ['us:3..7', [5, 6]],
    ['bytes:>=13', [5]],
    ['-bytes:>0', [4, 6]],
    ['n:<=5 -thread:2', [4]],
    ['rule:1,2', [4, 6]],
    ['reason:*secrets*', [4]],
    ['hello', [5]],
    ['"Hello: world"', [5]],
    ['rm tmp', [6]],
    ['rm*tmp', [6]],
    ['-tmp', [5]],
    ['verdict:deny call:open path:/tmp/* errno:EACCES', [4]],
    ['VERDICT:Deny', [4, 6]],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});

describe('what is wrong, and where', () => {
  test.each<[string, string, number, number]>([
    ['verdict:deny colour:red', 'unknown-field', 13, 6],
    ['path:', 'empty-value', 0, 5],
    ['path:/tmp,', 'empty-value', 0, 10],
    ['call:open path:"/tmp', 'unclosed-quote', 15, 5],
    ['verdict:maybe', 'bad-value', 8, 5],
    ['verdict:deny,maybe', 'bad-value', 13, 5],
    ['thread:two', 'bad-value', 7, 3],
    ['us:>', 'bad-value', 3, 1],
    ['open -', 'empty-value', 5, 1],
    ['""', 'empty-value', 0, 1],
  ])('%s', (text, code, at, length) => {
    expect(parseFilter(text)).toMatchObject({ ok: false, error: { code, at, length } });
  });

  test('any text is either a filter or an error inside the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const parsed = parseFilter(text);
        if (parsed.ok) expect(parseFilter(formatFilter(parsed.filter))).toEqual(parsed);
        else {
          expect(parsed.error.at).toBeGreaterThanOrEqual(0);
          expect(parsed.error.length).toBeGreaterThan(0);
          expect(parsed.error.at + parsed.error.length).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('filters made by clicks', () => {
  test('add, turn round, never twice', () => {
    const one = clickFilter('', 'verdict', 'deny');
    expect(one).toBe('verdict:deny');
    expect(clickFilter(one, 'verdict', 'deny')).toBe('verdict:deny');
    expect(clickFilter('call:open verdict:deny', 'verdict', 'deny', true)).toBe('call:open -verdict:deny');
    expect(clickFilter('call:open', 'path', '/tmp/my file')).toBe('call:open path:"/tmp/my file"');
    expect(clickFilter('path:"/tmp', 'rule', 3)).toBe('rule:3');
    expect(clickFilter('call:open a\\', 'rule', 3)).toBe('call:open a\\\\ rule:3');
  });

  test('whatever stands in a cell, the click finds that row', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
        fc.boolean(),
        (path, negated) => {
          const parsed = parseFilter(clickFilter('', 'path', path, negated));
          expect(parsed.ok).toBe(true);
          if (parsed.ok) expect(filterTest(parsed.filter)({ ...system, path })).toBe(!negated);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('every field can be clicked', () => {
    const value: Record<FilterField, string | number> = {
      verdict: 'deny',
      call: 'll_os_open',
      group: 'files',
      path: '/tmp/secret/My File',
      line: 'script.py:12',
      errno: 'EACCES',
      rule: 2,
      reason: 'secrets are not for you',
      thread: 1,
      n: 4,
      us: 41,
      bytes: 13,
    };
    for (const field of Object.keys(FILTER_FIELDS) as FilterField[]) {
      expect(found(clickFilter('', field, value[field]))).toContain(field === 'bytes' ? 5 : 4);
    }
  });
});

describe('patterns', () => {
  test('agree with a plain regular expression', () => {
    const piece = fc.constantFrom('*', '?', 'a', 'b', '\\*', '\\?', '/');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '/'), maxLength: 12 }),
        (pieces, text) => {
          const source = pieces
            .map((p) => (p === '*' ? '[^]*' : p === '?' ? '[^]' : p.length === 2 ? p : p))
            .join('');
          expect(wildcard(pieces.join(''))(text)).toBe(new RegExp(`^${source}$`).test(text));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('a literal pattern matches its text and nothing else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const test = wildcard(literalPattern(text));
        expect(test(text)).toBe(true);
        expect(test(other)).toBe(other === text);
      }),
    );
  });

  test('a pattern full of stars is answered at once', () => {
    const started = performance.now();
    expect(wildcard(`${'*a'.repeat(200)}b`)('a'.repeat(4096))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

declare const performance: { now(): number };
