import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillIn, parameterSpec, parameterValues, seededIndex, type ParameterSpec } from './parameters.ts';
import { WORDS } from './parameterWords.ts';

const KEY = parameterSpec.parse({ hex: 16 });

const specs: { readonly [name: string]: ParameterSpec } = {
  canary: parameterSpec.parse({ words: 3 }),
  port: parameterSpec.parse({ number: [1000, 9999] }),
  key: KEY,
  colour: parameterSpec.parse({ choose: ['red', 'green', 'blue'] }),
};

describe('individual values', () => {
  it('are the same for ever', () => {
    // Stored grades are derived from these: a change here is a change of every lab that was ever handed in.
    expect(parameterValues(specs, 'seed-1')).toMatchInlineSnapshot(`
      {
        "canary": "quilt-granite-papaya",
        "colour": "green",
        "key": "3872b61702fffe96",
        "port": "9868",
      }
    `);
  });

  it('have the form that was asked for, whatever the seed', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const { canary, port, key, colour } = parameterValues(specs, seed);
        const words = canary!.split('-');
        expect(new Set(words).size).toBe(3);
        expect(words.every((word) => WORDS.includes(word))).toBe(true);
        expect(Number(port)).toBeGreaterThanOrEqual(1000);
        expect(Number(port)).toBeLessThanOrEqual(9999);
        expect(key).toMatch(/^[0-9a-f]{16}$/);
        expect(['red', 'green', 'blue']).toContain(colour);
      }),
    );
  });

  it('do not depend on what other parameters there are', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        expect(parameterValues({ key: KEY }, seed)['key']).toBe(parameterValues(specs, seed)['key']);
      }),
    );
  });

  it('differ from person to person', () => {
    const seen = new Set(
      Array.from({ length: 2000 }, (_, k) => parameterValues({ key: KEY }, `p${String(k)}`)['key']),
    );
    expect(seen.size).toBe(2000);
  });

  it('are others in checks where the author says so', () => {
    const both = { a: KEY, b: parameterSpec.parse({ hex: 16, fresh: true }) };
    const bench = parameterValues(both, 'seed');
    const checks = parameterValues(both, 'seed', 'checks');
    expect(checks['a']).toBe(bench['a']);
    expect(checks['b']).not.toBe(bench['b']);
    expect(parameterValues(both, 'seed', 'checks')).toEqual(checks);
  });

  it('choose evenly', () => {
    const counts = [0, 0, 0, 0, 0];
    for (let k = 0; k < 5000; k++) counts[seededIndex(5, 'lab', String(k))]! += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

it('a place in a text that no value has stays as it is', () => {
  expect(fillIn('{{a}} {{b}} {{ a }} {{toString}}', { a: '{{b}}', b: '2' })).toBe(
    '{{b}} 2 {{ a }} {{toString}}',
  );
});
