/** Our packets are, to the letter, those of the library. */
import fc from 'fast-check';
import { Encoder as Original, PacketType, type Packet } from 'socket.io-parser';
import { expect, it } from 'vitest';
import { PLAIN_PACKETS } from './plainPackets.ts';

const KINDS = [
  PacketType.CONNECT,
  PacketType.DISCONNECT,
  PacketType.EVENT,
  PacketType.ACK,
  PacketType.CONNECT_ERROR,
];

it('are written as the library writes them', () => {
  const ours = new PLAIN_PACKETS.Encoder();
  const original = new Original();
  const packets = fc.record(
    {
      type: fc.constantFrom(...KINDS),
      nsp: fc.constantFrom('/', '/other'),
      id: fc.nat(),
      data: fc.jsonValue(),
    },
    { requiredKeys: ['type', 'nsp'] },
  );
  fc.assert(
    fc.property(packets, (packet) => {
      expect(ours.encode(packet as Packet)).toEqual(original.encode(packet as Packet));
    }),
  );
});
