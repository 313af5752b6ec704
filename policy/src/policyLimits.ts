/**
 * What a policy may use, with the reason and what happens there. A policy runs on the thread that answers its guest and others,
 * so every limit is a limit of what it can take from them.
 */

/** Source of a policy; the largest of ours has some 4 KB. A longer one is refused before anything reads it. */
export const MAX_SOURCE_BYTES = 256 * 1024;

/** Memory of QuickJS for one policy: a thousand times what a sensible one keeps. Past it an allocation fails: `policy-memory`. */
export const MEMORY_BYTES = 16 * 1024 * 1024;

/**
 * The WebAssembly memory around it, in pages of 64 KiB: that, and 8 MiB for stack and tables. It cannot grow: growing would
 * detach views that the binding holds. Pages never touched cost nothing.
 */
export const MEMORY_PAGES = 384;

/** More than 256 KiB lets deep recursion overflow the thread's own stack before QuickJS sees it; 500 frames fit. */
export const STACK_BYTES = 192 * 1024;

/**
 * One entry into the policy, in time of the processor: a thousand times what a sensible function takes, twice what a megabyte of
 * data takes in and out. Then the call is denied: `policy-timeout`. A thread that had to wait for a processor blames nobody.
 */
export const CALL_MS = 50;

/** How old a look at the processor's clock may be at the beginning of an entry; it costs a tenth of a call. */
export const CPU_SAMPLE_MS = 5;

/** Evaluating the policy when it is loaded; then it is refused. */
export const LOAD_MS = 500;

/** Past the deadline QuickJS gets this long to raise its own error; then the instance is broken off, for good. */
export const GRACE_MS = 50;

/** Reading the source (types taken out); only nesting made for the purpose takes longer. Then it is refused. */
export const TRANSPILE_MS = 1000;

/** Turns of loops inside QuickJS between two looks at the clock: a few milliseconds. */
export const FUEL = 200_000;

/** Time of the thread a policy may take in a second, and what it may save up. A guest that calls faster waits. */
export const BUDGET_MS_PER_SECOND = 500;
export const BUDGET_SAVED_MS = 1000;

/**
 * A guest that calls often waits for its policy, at most so long: half of that is a call's price. A policy that is dearer has
 * its calls denied instead (`policy-budget`): then it is not the guest that is fast but the policy that is slow.
 */
export const MAX_DEBT_WAIT_MS = 60;

/** A call waits no longer than this for its turn, however many wait with it; then it is denied (`policy-budget`). */
export const MAX_TURN_WAIT_MS = 2000;

/** Text in and out of QuickJS that costs a millisecond on our side of it. */
export const CHARS_PER_MS = 200_000;

/** How long an asynchronous function may take without being in `next()`; then the call is denied: `policy-timeout`. */
export const ANSWER_MS = 10_000;

/** Longest `sleep()`, in seconds: it has to end within {@link ANSWER_MS}. */
export const MAX_SLEEP_SECONDS = 9;

/** Timers of one policy at a time; one more `sleep` throws. */
export const MAX_TIMERS = 1000;

/** Calls inside middleware at a time, as many as the wire lets wait; one more is denied: `policy-budget`. */
export const MAX_IN_FLIGHT = 512;

/** Small jobs (continuations of promises) after one entry; a policy that makes more loops: `policy-timeout`. */
export const MAX_JOBS = 10_000;

/** Text that comes out of QuickJS at once: a megabyte of data, written with six characters a byte. More is `policy-nonsense`. */
export const MAX_MESSAGE_CHARS = 7 * 1024 * 1024;

/** Values in one such text, looked at where it is longer than this; a directory of as many names is the largest that is honest. */
export const MAX_MESSAGE_VALUES = 100_000;
export const LONG_MESSAGE_CHARS = 256 * 1024;

/** A value of a policy may be nested this deep; no answer of a call is deeper than 3. */
export const MAX_VALUE_DEPTH = 8;
