/**
 * The log of a run on disk: `log.jsonl`, one event a line in the order of `seq`, and `index`, which says where rows lie.
 *
 * The log is the truth, only ever appended to; a line counts once its line end is there, so that a torn last line (the server
 * was killed, the disk was full) is no line. The index can be lost: whoever finds none reads the log from its start. It is a
 * sequence of entries of three little-endian float64: byte offset of a line, its `seq`, and the number that the first call
 * row from there on has. The lines of calls begin exactly as {@link CALL_LINE} says, so that rows are counted without parsing.
 */

export const LOG_FILE = 'log.jsonl';
export const INDEX_FILE = 'index';
/** The state at the end of the run, so that a finished run is shown without reading its log. */
export const STATE_FILE = 'state.json';

/** Bytes of log between entries of the index: what is read to find one row. A log of 1 GiB has 400 KB of index. */
export const INDEX_STRIDE = 64 * 1024;

export const INDEX_ENTRY_BYTES = 24;

/** The head of a call's line; the group is the number of its row. `RunLog` and the controller's rows make it so. */
export const CALL_LINE = /^\{"seq":\d+,"t":\d+,"type":"call","n":(\d+),/;

/** The line without its end, from the parts that a sink is given. */
export function callLine(seq: number, t: number, tail: string): string {
  return `{"seq":${seq},"t":${t},${tail}`;
}

export interface IndexEntry {
  readonly offset: number;
  readonly seq: number;
  readonly n: number;
}

export const LOG_START: IndexEntry = { offset: 0, seq: 1, n: 0 };
