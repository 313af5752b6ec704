/** Socket calls as data, and how to make up sequences of them. A socket is named by its place in the order of their making. */
import fc from 'fast-check';

export type Spelled =
  | readonly ['inet' | 'inet6', host: string, port: number]
  | readonly ['unix', 'abstract' | 'path' | 'unnamed', name: string]
  /** The address that another socket has. */
  | readonly ['of', socket: number];

export type Step =
  | readonly ['socket', family: 'inet' | 'inet6' | 'unix', type: 'stream' | 'datagram']
  | readonly ['pair', type: 'stream' | 'datagram']
  | readonly ['bind' | 'connect', socket: number, address: Spelled]
  | readonly ['listen' | 'send' | 'shutdown' | 'reuse', socket: number, number: number]
  | readonly ['sendto', socket: number, bytes: number, address: Spelled]
  | readonly ['recv', socket: number, bytes: number, peek: boolean]
  | readonly ['option', socket: number, level: number, name: number]
  | readonly ['accept' | 'close' | 'name' | 'peer' | 'error' | 'poll' | 'linger', socket: number];

/** What a step came to: an errno, or the value. */
export type Answer = string | number | null | readonly (string | null)[];

const socket = fc.nat({ max: 5 });
const type = fc.constantFrom('stream', 'stream', 'stream', 'datagram');
const port = fc.constantFrom(2000, 2001, 0);
const bytes = fc.constantFrom(0, 1, 3, 3000);

const inetHost = fc.constantFrom('127.0.0.1', '127.0.0.1', '0.0.0.0', '127.0.0.9', '192.0.2.1');

const unixName: fc.Arbitrary<Spelled> = fc.oneof(
  fc.tuple(fc.constant('unix' as const), fc.constant('abstract' as const), fc.constantFrom('one', 'two')),
  fc.tuple(fc.constant('unix' as const), fc.constant('path' as const), fc.constantFrom('a', 'b', 'none/c')),
);

/** Sequences stay within one family, so that sockets meet. */
function steps(
  family: 'inet' | 'inet6' | 'unix',
  kinds: fc.Arbitrary<'stream' | 'datagram'>,
): fc.Arbitrary<Step[]> {
  const address: fc.Arbitrary<Spelled> =
    family === 'unix'
      ? unixName
      : family === 'inet'
        ? fc.tuple(fc.constant('inet' as const), inetHost, port)
        : fc.tuple(fc.constant('inet6' as const), fc.constantFrom('::1', '::1', '::'), port);
  const target: fc.Arbitrary<Spelled> = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.constant('of' as const), socket) },
    { weight: 1, arbitrary: address },
  );
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.constant('socket' as const), fc.constant(family), kinds) },
    ...(family === 'unix' ? [{ weight: 1, arbitrary: fc.tuple(fc.constant('pair' as const), kinds) }] : []),
    { weight: 3, arbitrary: fc.tuple(fc.constant('bind' as const), socket, address) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('listen' as const), socket, fc.constantFrom(0, 1, 5)) },
    { weight: 6, arbitrary: fc.tuple(fc.constant('connect' as const), socket, target) },
    { weight: 5, arbitrary: fc.tuple(fc.constant('accept' as const), socket) },
    { weight: 5, arbitrary: fc.tuple(fc.constant('send' as const), socket, bytes) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('sendto' as const), socket, bytes, target) },
    { weight: 5, arbitrary: fc.tuple(fc.constant('recv' as const), socket, bytes, fc.boolean()) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('shutdown' as const), socket, fc.constantFrom(0, 1, 2, 3)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('reuse' as const), socket, fc.constantFrom(0, 1)) },
    {
      weight: 6,
      arbitrary: fc.tuple(
        fc.constantFrom('close', 'name', 'peer', 'error', 'poll', 'poll', 'linger' as const),
        socket,
      ) as fc.Arbitrary<Step>,
    },
  ) as fc.Arbitrary<Step>;
  const three: Step[] = ['stream', 'stream', 'stream'].map((each) => ['socket', family, each as 'stream']);
  // Most sequences begin where something can happen.
  const openings: Step[][] = [
    [],
    three,
    [
      ...three,
      [
        'bind',
        0,
        family === 'unix'
          ? ['unix', 'abstract', 'one']
          : [family, family === 'inet' ? '127.0.0.1' : '::1', 2000],
      ],
      ['listen', 0, 5],
      ['connect', 1, ['of', 0]],
      ['accept', 0],
    ],
  ];
  return fc
    .tuple(fc.constantFrom(...openings), fc.array(step, { minLength: 4, maxLength: 40 }))
    .map(([first, rest]) => [...first, ...rest]);
}

export const streams = {
  tcp: steps('inet', fc.constant('stream')),
  tcp6: steps('inet6', fc.constant('stream')),
  unix: steps('unix', fc.constant('stream')),
} as const;

export const mixed = {
  inet: steps('inet', type),
  udp: steps('inet', fc.constant('datagram')),
  unix: steps('unix', type),
  unixDatagrams: steps('unix', fc.constant('datagram')),
} as const;
