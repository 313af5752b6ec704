/** Limits of a search. */

/** Seconds that a search takes where nothing is said: most holes of a policy of one page show in the first few. */
export const SEARCH_SECONDS = 20;

/** The longest that may be asked for; a search that long has a machine of its own. */
export const MAX_SEARCH_SECONDS = 3600;

/** Heap of the thread that searches, in MiB: a world and a policy need some 60. Past it the thread ends, and the search with it. */
export const SEARCH_HEAP_MIB = 256;

/** What the thread gets beyond its own time before it is ended from outside, in milliseconds: for shrinking, and on a machine that is busy. */
export const SEARCH_GRACE_MS = 10_000;

/** Sequences at most, whatever the time. */
export const MAX_SEQUENCES = 10_000_000;

/** Searches for pages at once, each a thread that stands behind everything else; one more is refused with a sentence that says so. */
export const MAX_PAGE_SEARCHES = 3;

/** Files of a bench that stand in the world of a search; every attempt begins with a world of its own. More are left out. */
export const MAX_SEARCH_FILES = 50;

/** A bench file with more characters is left out: what a property speaks of is small. */
export const MAX_SEARCH_FILE_CHARS = 100_000;

/** Of what the script of a finding printed, the page gets the end. */
export const MAX_PRINTED_CHARS = 4_000;

/** What a cancelled search may take to put its guest away, in milliseconds, before its thread is ended. */
export const CANCEL_GRACE_MS = 3_000;
