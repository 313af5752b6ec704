/**
 * Packets of socket.io that are text: all that this server sends.
 *
 * The library's own encoder looks through the whole of every packet for binary data, which took as long as making the text of it. Pages and
 * server speak JSON only (`protocol.ts`): files travel as text or base64. What pages send is read by the library's own decoder.
 */
import { Decoder, type Packet } from 'socket.io-parser';

/** Writes packets as the library does; a typed array would become an object with numbers for names. */
class Encoder {
  /** One text for each packet. */
  encode({ type, nsp, id, data }: Packet): string[] {
    const place = nsp === '/' ? '' : `${nsp},`;
    const number = id === undefined ? '' : String(id);
    return [
      `${String(type)}${place}${number}${data === undefined || data === null ? '' : JSON.stringify(data)}`,
    ];
  }
}

export const PLAIN_PACKETS = { Encoder, Decoder };
