/** Output in pieces that a batch of events can carry. */

/** Characters in one `out` event: large enough that a flood is few events, small enough that none delays a batch. */
const MAX_OUTPUT_CHARS = 16 * 1024;

/** The text in pieces; no character is cut in two. */
export function* outputEvents(text: string): IterableIterator<string> {
  let from = 0;
  while (text.length - from > MAX_OUTPUT_CHARS) {
    let to = from + MAX_OUTPUT_CHARS;
    const last = text.charCodeAt(to - 1);
    if (last >= 0xd800 && last <= 0xdbff) to -= 1;
    yield text.slice(from, to);
    from = to;
  }
  if (from < text.length) yield from === 0 ? text : text.slice(from);
}
