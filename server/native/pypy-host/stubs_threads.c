/*
 * pthread_create with a number for each thread, and a cap. Beyond the cap it answers EAGAIN, which Python turns into
 * "can't start new thread". Native code can make threads without asking here; those speak with number 0, and the cap
 * on them is RLIMIT_NPROC where the guest has a uid of its own.
 */
#include "threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "frames.h"
#include "loans.h"
#include "marshal.h"
#include "stubs.h"

#define FIRST_THREAD 1u
/* Counts fully against the limit on private memory, so the C library's 8 MiB would let a few dozen threads use it up. The
   interpreter stops itself at 768 KiB unless a program raises its recursion limit; this leaves room for some 5000. */
#define THREAD_STACK_BYTES ((size_t)4 << 20)

struct start {
    void *(*routine)(void *);
    void *argument;
    bool taken;
};

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static struct start starts[THREADS_MAX + 1]; /* by number; 0 is not given out */
static unsigned thread_cap = 1;
static __thread uint16_t own_number;
/* Counts the threads that were made. Numbers are given again, what gettid() says is not: programs tell threads apart by it. */
static atomic_uint threads_made;
static __thread unsigned own_place;

void threads_open(unsigned cap) {
    thread_cap = cap;
    starts[FIRST_THREAD].taken = true;
    own_number = FIRST_THREAD;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

uint16_t thread_number(void) { return own_number; }

static unsigned take_number(void *(*routine)(void *), void *argument) {
    unsigned number = 0;
    pthread_mutex_lock(&table);
    for (unsigned i = FIRST_THREAD; i <= thread_cap && number == 0; i++)
        if (!starts[i].taken) number = i;
    if (number != 0) starts[number] = (struct start){ routine, argument, true };
    pthread_mutex_unlock(&table);
    return number;
}

static void free_number(void *number) {
    pthread_mutex_lock(&table);
    starts[(uintptr_t)number].taken = false;
    pthread_mutex_unlock(&table);
}

static void end_thread(void *number) {
    frames_end_thread();
    free_number(number);
}

static void *run(void *number) {
    struct start start = starts[(uintptr_t)number];
    void *result;
    own_number = (uint16_t)(uintptr_t)number;
    own_place = atomic_fetch_add(&threads_made, 1) + 1;
    pthread_cleanup_push(end_thread, number);
    frames_begin_thread(false);
    result = start.routine(start.argument);
    pthread_cleanup_pop(1);
    return result;
}

static int stub_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument) {
    uintptr_t number = take_number(routine, argument);
    if (number == 0) return EAGAIN;
    loans_expect_threads();
    int error = pthread_create(thread, attributes, run, (void *)number);
    if (error != 0) free_number((void *)number);
    return error;
}

static pid_t stub_gettid(void) {
    static pid_t process; /* asked once: a trace full of getpid() would hide what the program does */
    if (process == 0) process = (pid_t)ASK(CALL_getpid, 0);
    return process + (pid_t)own_place;
}

pid_t virtual_gettid(void) { return stub_gettid(); }

const struct stub STUBS_THREADS[] = {
    STUB("pthread_create", stub_pthread_create),
    STUB("gettid", stub_gettid),
    STUBS_END,
};
