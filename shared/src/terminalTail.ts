/**
 * The newest part of what a terminal showed, bounded, cheap to extend and equal however the output was cut into pieces.
 *
 * Text is kept in blocks of fixed size that lie at fixed positions of the whole output. So the blocks depend on the
 * characters alone, appending copies one short array, and forgetting the oldest text is dropping a block.
 */

/** Characters (UTF-16 units) in a block: appending touches one block, and a copy of this size is noise in a frame. */
export const TERMINAL_BLOCK_CHARS = 16_384;

/** Full blocks kept: 256 Ki characters, some 3,000 full lines, are what a reattached page can scroll back; older text is in the log. */
export const TERMINAL_BLOCKS_KEPT = 16;

export interface TerminalTail {
  /** Characters (UTF-16 units) shown since the run began. */
  readonly total: number;
  /** How many of them are not in {@link blocks} any more: always the oldest. */
  readonly cut: number;
  readonly blocks: readonly string[];
}

export const EMPTY_TAIL: TerminalTail = { total: 0, cut: 0, blocks: [] };

/** The tail after `text` was shown as well. */
export function appendToTail(tail: TerminalTail, text: string): TerminalTail {
  if (text === '') return tail;
  const total = tail.total + text.length;
  const keepFrom =
    Math.max(0, Math.ceil(total / TERMINAL_BLOCK_CHARS) - 1 - TERMINAL_BLOCKS_KEPT) * TERMINAL_BLOCK_CHARS;
  const blocks =
    keepFrom > tail.cut ? tail.blocks.slice((keepFrom - tail.cut) / TERMINAL_BLOCK_CHARS) : [...tail.blocks];
  const cut = Math.max(tail.cut, keepFrom);
  let at = Math.max(0, cut - tail.total);
  const last = blocks.at(-1);
  if (last !== undefined && last.length < TERMINAL_BLOCK_CHARS) {
    const taken = text.slice(at, at + TERMINAL_BLOCK_CHARS - last.length);
    blocks[blocks.length - 1] = last + taken;
    at += taken.length;
  }
  for (; at < text.length; at += TERMINAL_BLOCK_CHARS) blocks.push(text.slice(at, at + TERMINAL_BLOCK_CHARS));
  return { total, cut, blocks };
}

/**
 * The kept text, ready to be written to an empty terminal. Where older text was cut it begins behind a line end, so that it
 * does not begin inside a line, an escape sequence or a character.
 */
export function tailText(tail: TerminalTail): string {
  const text = tail.blocks.join('');
  if (tail.cut === 0) return text;
  const lineEnd = text.indexOf('\n');
  return lineEnd < 0 ? text : text.slice(lineEnd + 1);
}
