/*
 * Frames. A reply may ask for the Python stack of the call that it answers. The boot script (sitecustomize) has left here the address of a
 * function of the interpreter, made with cffi, which writes the stack as text; it is called before the stub returns to the guest, and its
 * text goes out in a frame with id 0, which no reply answers. The trace has it from the guest alone: a program that tampers with the
 * function, or sends a frame of its own, lies about itself and about nothing else.
 *
 * The function is Python, so it is called only where the thread does not hold the interpreter's global lock, which the interpreter itself
 * says. For calls that are made with the lock the stack is told before: the Python functions and methods that make them are wrapped
 * (stackTelling.ts), and have it kept here while they run; functions called with cffi let go of the lock.
 *
 * Invariants. Each reply that asks gets one such frame, with an empty text where the stack cannot be told, so that the controller does not
 * wait for one in vain (for what is owed and not paid, it waits until the thread's next call). The function is called with no lock of ours
 * held, and never within itself. Signals stay noted meanwhile; those that the interpreter was told of before it made the call, and finalizers, are
 * held by built-in functions of its own until the frames have gone out: a handler that ran in there would lose what it raises, and calls of either
 * would have no stack and make the controller wait no longer for the one that is being told.
 * What is kept is the thread's own, a text for each of the wrappers that run within each other: a close in a signal handler that came between
 * another wrapper's beginning and its call has a text of its own, and leaves that one where it was. Whatever a guest does with these
 * functions, no more is kept, and no call waits for it.
 *
 * NEVER: call the function from where the interpreter holds its global lock. It would wait for itself; and to let go of the lock for it would
 * be worse: code around such a call was compiled for one that cannot collect garbage, so it keeps addresses of objects where the collector does
 * not look, and Python code may move them. Nor from the C library's streams, which have locks of their own.
 */
#include "frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "wire.h"

/* What one stack may take: 32 frames of ordinary names. What does not fit is left out by the function. */
#define TEXT_BYTES 4096u

/* The interpreter ends a recursion at 768 KiB of stack. A function that it cannot even enter says so on standard error, so it is not called
   in the last part; a deep program then has no stack in its rows. */
#define STACK_USED_MAX (640l << 10)

/* Wrappers that run within each other: a finalizer's, or a signal handler's, that came while another one's close flushed. The innermost of more
   than these go with the text of the last. */
#define KEPT_MAX 4u

/* Writes at most `size` bytes, and returns how many. */
typedef long (*frames_function)(char *into, long size);

typedef void (*handlers_function)(const char *unused, long size);
typedef void (*switching_function)(void);

static frames_function teller;
static handlers_function hold_handlers;
static switching_function release_handlers, hold_finalizers, release_finalizers;
static __thread bool is_handling;
static __thread unsigned paused;
/* Where the thread's stack begins, or near it. */
static __thread const char *stack_start;
static int (*holds_lock)(void);
/* A request whose stack is told a moment later, by frames_pay(). */
static __thread uint32_t owed;

struct kept {
    size_t length;
    /* How deep in the thread's stack that was. */
    const char *at;
    bool for_one_call;
    char text[TEXT_BYTES];
};

/* Room for KEPT_MAX, made by the thread's first wrapper: what every thread has comes out of its stack, which a guest may make small. */
static __thread struct kept *kept;
static __thread unsigned kept_count;

void frames_use_lock_check(int (*check)(void)) { holds_lock = check; }

bool frames_take_function(const char *name) {
    size_t prefix = sizeof FRAMES_PREFIX - 1;
    if (strncmp(name, FRAMES_PREFIX, prefix) != 0) return false;
    if (teller != NULL) return true;
    uintptr_t functions[FRAMES_FUNCTIONS] = { 0 };
    char *at = (char *)(uintptr_t)(name + prefix);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        functions[i] = (uintptr_t)strtoull(at, &at, 16);
        if (*at == ',') at++;
    }
    for (size_t i = 0; i < FRAMES_FUNCTIONS; i++)
        if (functions[i] == 0) return true;
    teller = (frames_function)functions[0];
    hold_handlers = (handlers_function)functions[1];
    release_handlers = (switching_function)functions[2];
    hold_finalizers = (switching_function)functions[3];
    release_finalizers = (switching_function)functions[4];
    return true;
}

void frames_pause(void) { paused++; }
void frames_resume(void) { paused--; }

void frames_begin_thread(bool runs_handlers) {
    stack_start = __builtin_frame_address(0);
    is_handling = runs_handlers;
}

void frames_end_thread(void) {
    kept_count = 0;
    free(kept);
    kept = NULL;
}

static bool has_room(void) {
    const char *here = __builtin_frame_address(0);
    return stack_start != NULL && stack_start - here < STACK_USED_MAX;
}

/* Of an interpreter that does not say it is believed that it does. */
static bool is_locked(void) { return holds_lock == NULL || holds_lock() != 0; }

/* True where it could be asked: let_go() is due when its answer has been put where it belongs. */
static bool ask(char *text, size_t *length) {
    *length = 0;
    if (teller == NULL || paused != 0 || !has_room() || is_locked()) return false;
    frames_pause();
    if (is_handling) hold_handlers(NULL, 0);
    hold_finalizers();
    long told = teller(text, TEXT_BYTES);
    if (told > 0 && (unsigned long)told <= TEXT_BYTES) *length = (size_t)told;
    frames_resume();
    return true;
}

/* What was held may run in here. */
static void let_go(void) {
    if (is_handling) release_handlers();
    release_finalizers();
}

/* Copies the text of the innermost wrapper. */
static size_t take_kept(char *text) {
    if (kept_count == 0) return 0;
    const struct kept *innermost = &kept[kept_count - 1];
    memcpy(text, innermost->text, innermost->length);
    if (innermost->for_one_call) kept_count--;
    return innermost->length;
}

static void send(uint32_t request) {
    uint8_t frame[WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD + sizeof(uint32_t) + TEXT_BYTES];
    uint8_t *body = frame + WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD;
    char *text = (char *)body + sizeof(uint32_t);
    wire_put_u32(body, request);
    size_t length;
    int saved = errno;
    bool asked = ask(text, &length);
    if (length == 0) length = take_kept(text);
    channel_send(WIRE_FRAMES, frame, sizeof(uint32_t) + length);
    if (asked) let_go();
    errno = saved;
}

void frames_send(uint32_t request, bool raises) {
    if (raises && kept_count == 0 && teller != NULL && paused == 0 && is_locked()) owed = request;
    else send(request);
}

static int keep(bool for_one_call) {
    const char *here = __builtin_frame_address(0);
    int saved = errno;
    /* Wrappers that still run began further out. One that an exception of a signal handler ended before it could drop its text did not. */
    while (kept_count > 0 && kept[kept_count - 1].at <= here) kept_count--;
    if (kept_count == KEPT_MAX) return -1;
    if (kept == NULL) kept = calloc(KEPT_MAX, sizeof *kept);
    if (kept == NULL) return -1;
    unsigned level = kept_count;
    struct kept *next = &kept[level];
    bool asked = ask(next->text, &next->length);
    next->for_one_call = for_one_call;
    next->at = here;
    kept_count = level + 1;
    if (asked) let_go();
    errno = saved;
    return (int)level;
}

int frames_keep(void) { return keep(false); }
int frames_keep_for_one(void) { return keep(true); }

int frames_drop(int level) {
    if (level >= 0 && (unsigned)level < kept_count) kept_count = (unsigned)level;
    return 0;
}

int frames_pay(void) {
    uint32_t request = owed;
    owed = 0;
    if (request != 0) send(request);
    return 0;
}
