import { describe, expect, it } from 'vitest';
import { MAX_SOURCE_BYTES } from '@sandtable/policy/policyLimits';
import { transpile as transpileOn, type Transpiled } from '@sandtable/policy/transpile';
import { NODE_PLATFORM } from './nodePlatform.ts';

const transpile = (source: string): Transpiled => transpileOn(source, NODE_PLATFORM);

/** Where `word` stands in the output, mapped back. */
function mapped(source: string, word: string): { line: number; column: number } {
  const result = transpile(source);
  if (!result.ok) throw new Error(result.message);
  const lines = result.code.split('\n');
  const line = lines.findIndex((text) => text.includes(word));
  return result.original(line + 1, lines[line]!.indexOf(word) + 1);
}

describe('transpile', () => {
  it('takes types out and keeps every line where it was', () => {
    const result = transpile(
      "import type { A } from 'x';\ninterface B {\n  a: string;\n}\nconst c: B = { a: 'x' } as B;\nlet d = c!.a satisfies string;\n",
    );
    expect(result.ok && result.code.split('\n').map((line) => line.trim())).toEqual([
      '',
      '',
      '',
      '',
      "const c = { a: 'x' } ;",
      'let d = c.a ;',
      '',
    ]);
  });

  it('maps columns back, past types that were taken out', () => {
    const source = 'const f = (a: string, b: Map<string, number>): void => { mark(a); };';
    expect(mapped(source, 'mark')).toEqual({ line: 1, column: source.indexOf('mark') + 1 });
    const second =
      "let x: number = 1;\n  const g = <T,>(y: T): T => { if (x as unknown as boolean) throw new Error('here'); return y; };";
    expect(mapped(second, 'new Error')).toEqual({
      line: 2,
      column: second.split('\n')[1]!.indexOf('new Error') + 1,
    });
  });

  it('names the beginning of a call where QuickJS names its parenthesis', () => {
    const source = "const r: string[] = [a.deny('x')];";
    const result = transpile(source);
    if (!result.ok) throw new Error(result.message);
    expect(result.original(1, result.code.indexOf("('x')") + 1)).toEqual({
      line: 1,
      column: source.indexOf('a.deny') + 1,
    });
  });

  it('stays inside the line for any place asked', () => {
    const result = transpile('let a: number = 1;\n');
    if (!result.ok) throw new Error(result.message);
    expect(result.original(1, 999).line).toBe(1);
    expect(result.original(99, 1)).toEqual({ line: 99, column: 1 });
    expect(result.original(1, 0).column).toBe(1);
  });

  it.each([
    ['let x = ;', 1, 9],
    ['let a = 1;\nfoo(;\n', 2, 5],
    ["const s = 'open\n", 1, 11],
  ])('says where the syntax of %j is wrong', (source, line, column) => {
    const result = transpile(source);
    expect(result).toMatchObject({ ok: false, line, column });
    expect(result.ok || result.message).not.toMatch(/\(\d+:\d+\)|Error transforming/);
  });

  it('refuses what is too long or nested beyond reading, in bounded time', () => {
    expect(transpile('/'.repeat(MAX_SOURCE_BYTES + 1))).toMatchObject({
      ok: false,
      message: 'A policy may have 256 KiB of source.',
    });
    for (const nested of [
      '('.repeat(100_000),
      `${'(a='.repeat(40)}1${')=>1'.repeat(40)}`,
      `${'<T>('.repeat(40)}x${')'.repeat(40)}`,
    ]) {
      const before = process.threadCpuUsage();
      expect(transpile(nested).ok).toBe(false);
      const { user, system } = process.threadCpuUsage(before);
      expect((user + system) / 1000).toBeLessThan(4000);
    }
    // The parser is as good as new after it was broken off.
    expect(transpile('let a: number = 1').ok).toBe(true);
  });
});
