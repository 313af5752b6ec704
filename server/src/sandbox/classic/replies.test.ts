import { CALLS } from '@sandtable/shared/calls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlainValue } from '@sandtable/shared/policy/model';
import { argumentsFit } from '../requests.ts';
import type { Asked } from '../wire/asked.ts';
import { askedOf, CLASSIC_NAMES, functionNumber, shapeOf, UNKNOWN, type Shape } from './functions.ts';
import { MarshalReader, type MarshalValue } from './marshal.ts';
import { errnoReply, MAX_REPLY_BYTES, runtimeErrorReply, successReply } from './replies.ts';

const ASKED: Asked = { call: 'll_os_getcwd', args: {}, held: null, room: 0 };

/** The codes of a reply, `0(iis)` for a success with such a tuple. */
function codes(reply: Uint8Array | string): string {
  if (typeof reply === 'string') return reply;
  const reader = new MarshalReader(reply, { depth: 4, items: 100_000, textBytes: 2 ** 24 });
  const code = reader.next();
  const result = reader.at < reply.length ? reader.next() : null;
  expect(reader.at).toBe(reply.length);
  const spell = (value: MarshalValue): string =>
    'items' in value ? `${value.code}${value.items.map(spell).join('')})` : value.code;
  return `${code?.code === 'i' ? String(code.value) : '?'}${result === null ? '' : spell(result)}`;
}

const VALUES: { readonly [shape in Exclude<Shape, 'never'>]: readonly [PlainValue, string] } = {
  none: [null, '0N'],
  int: [7, '0i'],
  long: [7, '0I'],
  success: [0, '0T'],
  truth: [1, '0T'],
  text: ['a', '0s'],
  textOrNone: [null, '0N'],
  seconds: [1.5, '0f'],
  micros: [12, '0f'],
  names: [['a', 'b'], '0[ss)'],
  stat: [{ mode: 0o100644, size: 5 }, '0(iIIiiiIfff)'],
  pair: [[3, 4], '0(ii)'],
  ended: [5, '0(ii)'],
  environment: [[['A', 'b']], '0[(ss))'],
  uname: [{ sysname: 'Linux' }, '0(sssss)'],
  times: [{ utime: 5 }, '0(fffff)'],
  loads: [{ loads: [1, 2] }, '0(fff)'],
};

const plainValue = fc.letrec<{ value: PlainValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<PlainValue>(null, true, false, NaN, Infinity, -0, 1e300, 2 ** 53, -(2 ** 31) - 1),
    fc.integer(),
    fc.double(),
    fc.string({ maxLength: 10 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('mode', 'size', 'atime', 'loads', 'utime', 'sysname'), tie('value')),
  ),
})).value;

describe('replies of the classic wire', () => {
  it.each(Object.entries(VALUES))('have the shape of %s', (shape, [value, expected]) => {
    expect(codes(successReply(shape as Shape, value, null, ASKED))).toBe(expected);
  });

  it('keep their shape, or there is none, whatever a policy answers', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(VALUES)), plainValue, (shape, value) => {
        const reply = codes(successReply(shape as Shape, value, null, ASKED));
        const expected = VALUES[shape as keyof typeof VALUES][1];
        const allowed: { readonly [shape: string]: RegExp } = {
          int: /^0[iI]$/,
          success: /^0[TF]$/,
          truth: /^0[TF]$/,
          textOrNone: /^0[Ns]$/,
          names: /^0\[s*\)$/,
          pair: /^0\([iI]{2}\)$/,
          ended: /^0\([iI]i\)$/,
          environment: /^0\[(\(ss\))*\)$/,
        };
        expect(
          reply === 'nonsense' || reply === expected || allowed[shape]?.test(reply) === true,
          reply,
        ).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('say int where it fits, and lose no bit where it does not', () => {
    expect(codes(successReply('int', 2 ** 31 - 1, null, ASKED))).toBe('0i');
    expect(Buffer.from(successReply('int', 2 ** 31, null, ASKED)).toString('hex')).toBe(
      '690000000049' + '0000008000000000',
    );
    expect(Buffer.from(successReply('int', -5, null, ASKED)).toString('hex')).toBe('690000000069fbffffff');
  });

  it('are never longer than a child survives', () => {
    const names = Array.from({ length: 60_000 }, (_x, k) => `a name with some length ${String(k)}`);
    expect(successReply('names', names, null, ASKED)).toBe('too-large');
    const room = MAX_REPLY_BYTES - 5;
    expect(successReply('text', 'x'.repeat(room), null, ASKED)).toHaveLength(MAX_REPLY_BYTES + 5);
    expect(successReply('text', 'x'.repeat(room + 1), null, ASKED)).toBe('too-large');
  });

  it('fail as the original did: a number, a no, an exception without words', () => {
    expect(Buffer.from(errnoReply('int', 'ENOENT')).toString('hex')).toBe('69010000006902000000');
    expect(codes(errnoReply('success', 'ENOENT'))).toBe('0F');
    expect(codes(errnoReply('truth', 'ENOTTY'))).toBe('0F');
    expect(Buffer.from(runtimeErrorReply()).toString('hex')).toBe('6909000000');
  });
});

describe('functions of the classic sandbox', () => {
  const value = (kind: string): MarshalValue =>
    kind === 's'
      ? { code: 's', bytes: Buffer.from('/tmp/a') }
      : kind === 'f'
        ? { code: 'f', value: 0.5 }
        : { code: 'I', value: 1n };
  /** Every list of at most three arguments. */
  const lists = [
    '',
    ...['s', 'I', 'f'].flatMap((a) => [
      a,
      ...['s', 'I', 'f'].flatMap((b) => [a + b, ...['s', 'I', 'f'].map((c) => a + b + c)]),
    ]),
  ];

  it.each(CLASSIC_NAMES)(
    '%s takes one list of arguments, and asks a call of the table with all that it needs',
    (name) => {
      const taken = lists
        .map((kinds) => askedOf(functionNumber(name), name, [...kinds].map(value)))
        .filter((asked) => asked !== null);
      if (name === 'll_os.ll_os_utime')
        taken.push(askedOf(functionNumber(name), name, [value('s'), { code: 'N' }])!);
      expect(taken).toHaveLength(1);
      expect(CALLS.map((call) => call.name as string)).toContain(taken[0]!.call);
      expect(argumentsFit(taken[0]!.call, taken[0]!.args)).toBe(true);
    },
  );

  it('that nobody knows are asked as such', () => {
    for (const name of ['ll_os.ll_os_nice', 'ladidum', 'll_os.__class__']) {
      expect(functionNumber(name)).toBe(UNKNOWN);
      expect(askedOf(UNKNOWN, name, [{ code: 'N' }])).toMatchObject({
        call: 'll_unknown',
        args: { symbol: name },
      });
    }
    expect(shapeOf(UNKNOWN)).toBe('none');
  });
});
