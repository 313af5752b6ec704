/** What checking a policy's types may take, with the reason and what happens there. */

/** Time of a processor for the types of one policy, in milliseconds; ours take some 50. Then the checker is ended, and the policy refused. */
export const CHECK_MS = 5000;

/** The longest that anybody waits for that processor time, on a machine that has much else to do. */
export const CHECK_WAIT_MS = 60_000;

/** Processor time to start the checker: reading the compiler and its libraries takes a second or two. */
export const CHECK_START_MS = 10_000;

/** Heap of one checker in MiB; it needs about 100. Past it the checker ends, and the policy is refused. */
export const CHECK_HEAP_MIB = 384;

/** Exit status of a checker that had time to say that it ran out of memory; one that had not, ends by SIGABRT. */
export const CHECK_OUT_OF_MEMORY = 70;

/** Checkers at a time, so that one slow policy does not hold up everybody else's. */
export const CHECKERS = 2;

/** A checker that had nothing to do for so long is ended; the next check then starts one. */
export const CHECK_IDLE_MS = 120_000;

/** Messages for one policy; more do not help. */
export const MAX_DIAGNOSTICS = 50;

/** Code of a warning about a test of the policy that failed. */
export const FAILED_TEST = 'policy-test';
