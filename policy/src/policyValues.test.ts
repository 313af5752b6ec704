import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argsOf, denialOf, misfit, outcomeOf, plainValue } from './policyValues.ts';

describe('values of a policy', () => {
  it('are rebuilt equal to what JSON says', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, noUnicodeString: true }), (value) => {
        const parsed = JSON.parse(JSON.stringify(value)) as unknown;
        const hasProto = JSON.stringify(value).includes('"__proto__"');
        if (!hasProto) expect(plainValue(parsed)).toEqual(parsed);
      }),
    );
  });

  it('cannot reach a prototype', () => {
    expect(plainValue(JSON.parse('{"a": {"__proto__": {"x": 1}}}'))).toBeUndefined();
    expect(Object.getPrototypeOf(plainValue(JSON.parse('{"constructor": 1}')))).toBe(Object.prototype);
  });

  it('come in one spelling of each name', () => {
    expect(plainValue('/\udcc3\udca9')).toBe('/é');
    expect(plainValue(['\ud800'])).toEqual(['�']);
  });

  it('are refused when they are nested beyond sense, or no values', () => {
    expect(plainValue(JSON.parse(`${'['.repeat(9)}${']'.repeat(9)}`))).toBeUndefined();
    for (const value of [undefined, Number.NaN, Infinity, 1n, Symbol('x'), (): void => {}])
      expect(plainValue(value)).toBeUndefined();
  });
});

describe('answers', () => {
  it.each([
    ['ll_os_getcwd', '/tmp', null],
    ['ll_os_getcwd', 7, 'a text'],
    ['ll_os_getpid', 1.5, 'a whole number'],
    ['ll_os_isatty', true, null],
    ['ll_os_open', -1, 'a descriptor: a whole number from 0'],
    ['ll_os_listdir', ['a', 'b'], null],
    ['ll_os_listdir', ['a/b'], 'a list of names without slashes'],
    ['ll_os_listdir', ['a\0b'], 'a list of names without slashes'],
    ['ll_os_listdir', 'a', 'a list of names without slashes'],
    ['ll_os_pipe', [3, 4], null],
    ['ll_os_pipe', [3], 'two descriptors'],
    ['ll_time_time', 1e9 + 0.5, null],
    ['ll_os_mkdir', null, null],
    ['ll_os_stat', null, 'an object like that of stat'],
  ] as const)('of %s: %j', (call, value, expected) => {
    expect(misfit(call, value)).toBe(expected);
  });

  it('may be errors of Linux and nothing else', () => {
    expect(outcomeOf('ll_os_stat', { ok: false, errno: 'ENOENT' })).toEqual({
      ok: true,
      outcome: { ok: false, errno: 'ENOENT' },
    });
    expect(outcomeOf('ll_os_stat', { ok: false, raise: 'RuntimeError' })).toEqual({
      ok: true,
      outcome: { ok: false, raise: 'RuntimeError' },
    });
    for (const raw of [
      { ok: false },
      { ok: false, errno: 'toString' },
      { ok: false, errno: 2 },
      { ok: 1, value: {} },
      {},
    ]) {
      expect(outcomeOf('ll_os_stat', raw).ok).toBe(false);
    }
  });

  it('of denials likewise', () => {
    expect(denialOf({ errno: 'EPERM' })).toEqual({ errno: 'EPERM' });
    expect(denialOf({ raise: 'RuntimeError' })).toEqual({ raise: 'RuntimeError' });
    for (const raw of [null, 'EPERM', {}, { errno: 'hasOwnProperty' }, { raise: 'SystemExit' }])
      expect(denialOf(raw)).toBeNull();
  });
});

describe('arguments', () => {
  const before = { path: '/tmp/x', flags: 0, mode: 438 };

  it('are taken where they have the kind that the call needs', () => {
    expect(argsOf('ll_os_open', before, { ...before, path: '/y' })).toEqual({
      ok: true,
      args: { ...before, path: '/y' },
    });
    for (const wrong of [{ path: 7 }, { flags: 'r' }, { flags: 1.5 }, { other: 1 }, { path: null }]) {
      expect(argsOf('ll_os_open', before, { ...before, ...wrong }).ok).toBe(false);
    }
    expect(argsOf('ll_os_open', before, 'x').ok).toBe(false);
    expect(argsOf('ll_os_open', before, []).ok).toBe(false);
  });

  it('beside the table keep their kind', () => {
    expect(argsOf('ll_os_open', { ...before, dirfd: 5 }, { ...before, dirfd: 6 }).ok).toBe(true);
    expect(argsOf('ll_os_open', { ...before, dirfd: 5 }, { ...before, dirfd: '/' }).ok).toBe(false);
  });
});
