/** What checks of labs may take, with the reason and what happens there. */

/**
 * Guests of checks at a time on this machine, whoever handed in: they share the processors with guests that people look at. What comes later
 * waits, and each attempt gets its turn.
 */
export const CHECK_THREADS = 2;

/** Seconds of all checks of one attempt, waiting included: a class of 200 that hands in at once is through in that time. Then what is left counts as an error of the platform, not of the student. */
export const ATTEMPT_SECONDS = 15 * 60;

/** Limits of a guest that checks where the lab says nothing: an attempt has many of them, and nobody looks on. */
export const CHECK_RUN_LIMITS = {
  cpuSeconds: 20,
  wallSeconds: 40,
  /** Judged as a whole, by regular expressions too. */
  outputBytes: 4 * 1024 * 1024,
  traceBytes: 64 * 1024 * 1024,
} as const;

/** The most that a lab can ask for in a check; beyond, its authors would wait too long for `lab check`. */
export const MAX_CHECK_RUN_LIMITS = {
  cpuSeconds: 60,
  wallSeconds: 120,
  outputBytes: 16 * 1024 * 1024,
  traceBytes: 256 * 1024 * 1024,
} as const;

/** A thread that has not answered so long after its job's own limits is ended, in milliseconds: a guest takes a second to start on a busy machine. */
export const JOB_GRACE_MS = 20_000;

/** A thread that was asked to stop has this long to end its guest in good order. */
export const CANCEL_GRACE_MS = 5_000;

/** An idle thread ends after this time, in milliseconds, with its zygotes. */
export const IDLE_MS = 60_000;

/** Heap of a check thread in MiB: the guest's world lives in it. Past it the thread ends, and the check is an error. */
export const THREAD_HEAP_MIB = 1024;

/** Seconds that a policy table may take: 500 calls through a slow function are done long before. */
export const TABLE_SECONDS = 30;

/** Seconds of a processor that judging one check may take: reading a trace of 64 MiB takes two, a regular expression of an author that blows up takes for ever. Then the check is an error. */
export const JUDGE_SECONDS = 15;

/** Heap of the thread that judges, in MiB. */
export const JUDGE_HEAP_MIB = 512;

/** Bytes of one file that are kept as evidence; of a larger one only the size is. */
export const KEPT_FILE_BYTES = 256 * 1024;

/** Bytes of all files of one run that are kept. */
export const KEPT_FILES_BYTES = 8 * 1024 * 1024;

/** Files of one run that are listed; a guest may make thousands. */
export const KEPT_FILES = 5_000;

/** Attempts of a search where a lab says nothing: holes of one page of policy show within some hundreds. */
export const SEARCH_ATTEMPTS = 1_500;

/** Seconds that they may take; a slow policy on a busy machine does twenty attempts in one. Then the check is an error, not passed. */
export const MOST_SEARCH_SECONDS = 90;
