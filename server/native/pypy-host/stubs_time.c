/*
 * Sleeping, and clocks that are read in process.
 *
 * Every way to sleep becomes @sleep, so that a policy has one call to judge. Clocks: the interpreter's memory manager and
 * compiler read them hundreds of times, so by default those that the kernel lets every process read without a system call
 * are read here. Where the kernel cannot (the filter then answers ENOSYS), or where the controller wants to rule time,
 * the controller is asked.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "marshal.h"
#include "stubs.h"

#define MICROS_PER_SECOND 1000000
#define NANOS_PER_MICRO 1000
#define NANOS_PER_SECOND 1000000000L
/* A sleep of centuries is a sleep for ever; more would overflow. */
#define LONGEST_SLEEP_SECONDS (INT64_C(1) << 33)

static int sleep_micros(int64_t micros) { return ASK(CALL_at_sleep, micros) < 0 ? -1 : 0; }

static int64_t micros_of(int64_t seconds, int64_t micros) {
    if (seconds > LONGEST_SLEEP_SECONDS) seconds = LONGEST_SLEEP_SECONDS;
    return seconds * MICROS_PER_SECOND + micros;
}

static int stub_usleep(useconds_t micros) { return sleep_micros(micros); }

static unsigned stub_sleep(unsigned seconds) {
    /* How much is left of an interrupted sleep is not known; "all of it" makes a caller sleep again. */
    return sleep_micros(micros_of(seconds, 0)) == 0 ? 0 : seconds;
}

static bool is_time(const struct timespec *time) { return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < NANOS_PER_SECOND; }

/* Rounded up: a sleep is never shorter than asked for. */
static int64_t micros_of_timespec(const struct timespec *time) {
    return micros_of(time->tv_sec, (time->tv_nsec + NANOS_PER_MICRO - 1) / NANOS_PER_MICRO);
}

static int stub_nanosleep(const struct timespec *wanted, struct timespec *left) {
    if (!is_time(wanted)) {
        errno = EINVAL;
        return -1;
    }
    int result = sleep_micros(micros_of_timespec(wanted));
    if (result < 0 && left != NULL) *left = *wanted;
    return result;
}

static int stub_clock_gettime(clockid_t clock, struct timespec *now) { return (int)ASK(CALL_clock_gettime, clock, PTR(now)); }

static int in_process_clock_gettime(clockid_t clock, struct timespec *now) {
    bool is_free = clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
                   clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
    if (is_free && clock_gettime(clock, now) == 0) return 0;
    return stub_clock_gettime(clock, now);
}

static int stub_clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left) {
    struct timespec relative = *wanted, now;
    if (!is_time(wanted)) return EINVAL;
    if ((flags & TIMER_ABSTIME) != 0) {
        if (in_process_clock_gettime(clock, &now) < 0) return errno;
        relative.tv_sec -= now.tv_sec;
        relative.tv_nsec -= now.tv_nsec;
        if (relative.tv_nsec < 0) {
            relative.tv_nsec += NANOS_PER_SECOND;
            relative.tv_sec--;
        }
        if (relative.tv_sec < 0) return 0;
        left = NULL;
    }
    return stub_nanosleep(&relative, left) == 0 ? 0 : errno;
}

/* select() without descriptors is the portable way to sleep, and the interpreter's own. */
static int stub_select(int count, fd_set *to_read, fd_set *to_write, fd_set *except, struct timeval *timeout) {
    bool no_sets = count == 0 || (to_read == NULL && to_write == NULL && except == NULL);
    if (no_sets && timeout != NULL) return sleep_micros(micros_of(timeout->tv_sec, timeout->tv_usec));
    return (int)ASK(CALL_select, count, PTR(to_read), PTR(to_write), PTR(except), PTR(timeout));
}

static time_t in_process_time(time_t *into) {
    struct timespec now;
    if (in_process_clock_gettime(CLOCK_REALTIME, &now) < 0) return -1;
    if (into != NULL) *into = now.tv_sec;
    return now.tv_sec;
}

static int in_process_gettimeofday(struct timeval *into, void *zone) {
    struct timespec now;
    (void)zone;
    if (in_process_clock_gettime(CLOCK_REALTIME, &now) < 0) return -1;
    *into = (struct timeval){ now.tv_sec, now.tv_nsec / NANOS_PER_MICRO };
    return 0;
}

const struct stub STUBS_TIME[] = {
    STUB("usleep", stub_usleep),
    STUB("sleep", stub_sleep),
    STUB("nanosleep", stub_nanosleep),
    STUB("clock_nanosleep", stub_clock_nanosleep),
    STUB("select", stub_select),
    STUBS_END,
};

const struct stub STUBS_CLOCKS_IN_PROCESS[] = {
    STUB("clock_gettime", in_process_clock_gettime),
    STUB("time", in_process_time),
    STUB("gettimeofday", in_process_gettimeofday),
    STUBS_END,
};
