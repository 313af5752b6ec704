import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, MAX_GLOB_LENGTH } from './glob.ts';

function matches(glob: string, path: string): boolean {
  const compiled = compileGlob(glob);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.matches(path);
}

describe('path globs', () => {
  it.each([
    ['/tmp/a', '/tmp/a', true],
    ['/tmp/a', '/tmp/ab', false],
    ['/tmp/*', '/tmp/a', true],
    ['/tmp/*', '/tmp/', true],
    ['/tmp/*', '/tmp/a/b', false],
    ['/tmp/*.txt', '/tmp/notes.txt', true],
    ['/tmp/*.txt', '/tmp/notes.txt.key', false],
    ['/tmp/?', '/tmp/a', true],
    ['/tmp/?', '/tmp/', false],
    ['/tmp?a', '/tmp/a', false],
    ['/tmp/**', '/tmp', true],
    ['/tmp/**', '/tmp/a', true],
    ['/tmp/**', '/tmp/a/b/c', true],
    ['/tmp/**', '/tmpx', false],
    ['/**', '/', true],
    ['/**', '/etc/passwd', true],
    ['**', '<stdin>', true],
    ['/**', '<stdin>', false],
    ['<stdin>', '<stdin>', true],
    ['<*>', '<pipe>', true],
    ['/tmp/', '/tmp', true],
    ['/', '/', true],
    ['/tmp/**/x.key', '/tmp/x.key', true],
    ['/tmp/**/x.key', '/tmp/a/b/x.key', true],
    ['/tmp/**/x.key', '/tmp/ax.key', false],
    ['/tmp/**/*.key', '/tmp/.key', true],
    ['/a/**/b/**/c', '/a/b/c', true],
    ['/a/**/b/**/c', '/a/x/b/y/z/c', true],
    ['/a/**/b/**/c', '/a/x/y/c', false],
    ['/a/**/b/**', '/a/b', true],
    ['/a/**/b/**', '/a/q/b/r', true],
    ['**/secret', '/secret', true],
    ['**/secret', '/a/b/secret', true],
    ['**/secret', '/a/bsecret', false],
    ['/a**b', '/a/x/b', true],
    ['/[a-c]x', '/bx', true],
    ['/[a-c]x', '/dx', false],
    ['/[!a-c]x', '/dx', true],
    ['/[^a-c]x', '/ax', false],
    ['/a[!x]b', '/a/b', false],
    ['/[]]', '/]', true],
    ['/[\\]]', '/]', true],
    ['/[a-]', '/-', true],
    ['/{a,b}/c', '/b/c', true],
    ['/{a,b}/c', '/c/c', false],
    ['/{a,b{c,d}}', '/bd', true],
    ['/x{,.bak}', '/x', true],
    ['/x{,.bak}', '/x.bak', true],
    ['/[{]', '/{', true],
    ['/\\*', '/*', true],
    ['/\\*', '/a', false],
    ['/\\{a\\}', '/{a}', true],
    ['/é*', '/éa', true],
    ['/*', '/日本', true],
    ['/[à-ü]', '/é', true],
    ['/\udce9', '/\udce9', true],
    // The escapes of two bytes that are one letter: the same name.
    ['/\udcc3\udca9', '/é', true],
  ])('%s against %s: %s', (glob, path, expected) => {
    expect(matches(glob, path)).toBe(expected);
  });

  it.each([
    ['x'.repeat(MAX_GLOB_LENGTH + 1), 'too-long'],
    ['/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}', 'too-many-alternatives'],
    ['/{a', 'unclosed'],
    ['/a}', 'unclosed'],
    ['/[a', 'unclosed'],
    ['secret/**', 'not-absolute'],
    ['*.key', 'not-absolute'],
    ['{/tmp,etc}/x', 'not-absolute'],
    ['/tmp/../etc', 'not-resolved'],
    ['/tmp/./x', 'not-resolved'],
    ['/tmp//x', 'not-resolved'],
    ['', 'not-absolute'],
  ])('refuses %s as %s', (glob, code) => {
    expect(compileGlob(glob)).toMatchObject({ ok: false, code });
  });

  const part = fc.constantFrom('a', 'b', 'ab', '*', '?', '**', '[ab]', '[!a]', 'a*', '*b', '{a,bb}', '**a');
  const globOf = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => `/${parts.join('/')}`);
  const pathOf = fc
    .array(fc.constantFrom('a', 'b', 'ab', 'aab', 'c', 'bb'), { maxLength: 6 })
    .map((parts) => `/${parts.join('/')}`);

  it('agrees with a straightforward translation into a regular expression', () => {
    fc.assert(
      fc.property(globOf, pathOf, (glob, path) => {
        expect(matches(glob, path)).toBe(asRegExp(glob).test(path));
      }),
      { numRuns: 3000 },
    );
  });

  it('matches long globs as it matches short ones', () => {
    // 31 positions are the limit of the fast way; the same glob with literal text on both sides takes the other.
    fc.assert(
      fc.property(globOf, pathOf, (glob, path) => {
        const tail = '/?'.repeat(20);
        const end = '/z'.repeat(20);
        expect(
          matches(
            glob.endsWith('/**') ? `${glob}/q${tail}` : glob + tail,
            glob.endsWith('/**') ? `${path}/q${end}` : path + end,
          ),
        ).toBe(
          asRegExp(glob.endsWith('/**') ? `${glob}/q${tail}` : glob + tail).test(
            glob.endsWith('/**') ? `${path}/q${end}` : path + end,
          ),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: 'binary' }),
        (glob, path) => {
          const compiled = compileGlob(`/${glob}`);
          if (compiled.ok) expect(typeof compiled.matches(path)).toBe('boolean');
          else expect(compiled.message).not.toBe('');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('takes time proportional to the path for globs made to backtrack', () => {
    const path = `/${'a'.repeat(4000)}`;
    const compiled = compileGlob(`/${'**a'.repeat(80)}b`);
    if (!compiled.ok) throw new Error(compiled.message);
    const began = performance.now();
    expect(compiled.matches(path)).toBe(false);
    expect(performance.now() - began).toBeLessThan(500);
  });
});

declare const performance: { now(): number };

/** The same language, told another way; good enough for the short paths of a test. */
function asRegExp(glob: string): RegExp {
  let text = '';
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const rest = glob.slice(at);
    if (rest === '/**' && at > 0) {
      text += '(?:/.*)?';
      break;
    }
    if (rest.startsWith('/**/')) {
      text += '/(?:.*/)?';
      at += 3;
      while (glob.startsWith('**/', at + 1)) at += 3;
      if (glob.slice(at + 1) === '**') {
        text += '.*';
        break;
      }
    } else if (rest.startsWith('**')) {
      text += '.*';
      at += 1;
    } else if (rest.startsWith('*')) text += '[^/]*';
    else if (rest.startsWith('?')) text += '[^/]';
    else if (rest.startsWith('[!')) {
      text += `[^/${glob.slice(at + 2, glob.indexOf(']', at))}]`;
      at = glob.indexOf(']', at);
    } else if (rest.startsWith('[')) {
      text += glob.slice(at, glob.indexOf(']', at) + 1);
      at = glob.indexOf(']', at);
    } else if (rest.startsWith('{')) {
      text += '(?:';
      depth += 1;
    } else if (rest.startsWith('}')) {
      text += ')';
      depth -= 1;
    } else if (rest.startsWith(',') && depth > 0) text += '|';
    else text += glob[at]!;
  }
  return new RegExp(`^${text}$`, 's');
}
