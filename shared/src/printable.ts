/**
 * Lines of ours that repeat what a guest said: names, messages, values. Nothing in them may move the cursor of the person's
 * terminal, begin a line that looks like ours, or turn the direction of what is read.
 */

/** Characters of one line; a guest may name things by the megabyte. */
const MAX_CHARS = 500;

/** C0, DEL, C1 (U+009B begins a command like ESC), line and paragraph separators, marks that turn the direction. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** What separates lines for some readers but not in JSON, which may hold them as they are. */
const LINE_BREAKS = /[\u0085\u2028\u2029]/g;

const BREAKS: readonly string[] = ['\u0085', '\u2028', '\u2029'];

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** One line without anything that is not shown as itself; a longer one is cut. */
export function printable(text: string): string {
  const line = text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
  return line.replace(UNPRINTABLE, escaped);
}

/** JSON that is one line for every reader; the same value when parsed. */
export function oneLineJson(json: string): string {
  // Each row of a trace comes through here, and a search for one character is the fastest there is.
  return BREAKS.some((each) => json.includes(each)) ? json.replace(LINE_BREAKS, escaped) : json;
}
