/**
 * The Python stack of a call as the host sends it: u32 id of the request, then for each frame, innermost first, line, function and file as
 * texts that end in NUL. It was written inside the guest, so nothing of it is believed: what does not look like a frame ends the list.
 */
import { MAX_FRAMES, type StackFrame } from '@sandtable/shared/events';
import { decodeText } from '@sandtable/shared/text';

/** Real names are far shorter; longer ones are cut, so that no row is large for its stack. */
const NAME_CHARS = 120;
const FILE_CHARS = 300;

const ID_BYTES = 4;

export interface StackText {
  /** Id of the request that the stack belongs to. */
  readonly id: number;
  readonly frames: readonly StackFrame[];
}

/** Null where not even the id is there. */
export function readStack(bytes: Uint8Array, at: number, end: number): StackText | null {
  if (end - at < ID_BYTES) return null;
  const id = new DataView(bytes.buffer, bytes.byteOffset + at, ID_BYTES).getUint32(0, true);
  const parts = decodeText(bytes.subarray(at + ID_BYTES, end)).split('\0');
  const frames: StackFrame[] = [];
  // Behind the last NUL stands nothing, or a text that was cut.
  for (let k = 0; k + 3 < parts.length && frames.length < MAX_FRAMES; k += 3) {
    const line = parts[k]!;
    if (!/^\d{1,8}$/.test(line)) break;
    frames.push({
      file: parts[k + 2]!.slice(0, FILE_CHARS),
      line: Number(line),
      function: parts[k + 1]!.slice(0, NAME_CHARS),
    });
  }
  return { id, frames };
}
