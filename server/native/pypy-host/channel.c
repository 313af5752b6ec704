/*
 * The channel: framing, ids, and which thread reads.
 *
 * Protocol. Every request has its own id, and replies may come in any order. Of the threads that wait, one is the
 * leader: it alone reads the reply pipe, delivers each frame straight into the memory of the thread that waits for it,
 * and goes on until its own reply has come; then it wakes another waiter, which becomes the leader. Frames are never
 * copied aside, so a reply costs no allocation.
 *
 * Locks. `state` guards the list of waiters and the leadership; `writing` keeps the pieces of one frame together. The
 * leader holds neither while it reads. A thread never holds both.
 *
 * Polling. Waking a sleeping core costs some 50 µs in a virtual machine, more than the whole call. The leader therefore
 * looks at the reply pipe for a bounded time before it sleeps, and learns whether that pays (see struct polling).
 *
 * NEVER: a call from a signal handler while this thread is inside channel_exchange() (stubs_signals.c defers handlers),
 * reading by two threads, a reply delivered to anything but a waiter that is still in the list.
 */
#include "channel.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "loans.h"
#include "threads.h"
#include "wire.h"

struct waiter {
    uint32_t id;
    bool done;
    struct exchange *exchange;
    pthread_cond_t wake;
    struct waiter *next;
};

/* Whether polling pays is learned from the last few tries. */
struct polling {
    bool possible;
    unsigned tries, hits, window; /* in the window that runs, and its length */
    unsigned rest; /* calls to make without polling before the next probe */
    unsigned next_rest;
};

/* How long the leader looks before it sleeps: about one wake-up of a halted core, so that a miss at most doubles a wait. */
#define POLL_NANOSECONDS 50000
/* Tries before judging: long enough to stay with what pays, short enough that a machine where it does not loses little more than 1 ms. */
#define POLL_WINDOW 32u
/* Where it did not pay the last time: a hopeless machine is asked at each rest's end, and a full window would cost it a twentieth. */
#define POLL_PROBE 8u
/* Below one hit in so many, sleeping is cheaper for everybody. */
#define POLL_TRIES_PER_HIT 4u
/* Calls without polling after a bad window: doubles up to the maximum, so that a hopeless machine is asked ever less. The
 * maximum is some tenths of a second of calls that sleep: what did not pay beside others pays again when they are gone. */
#define POLL_FIRST_REST 256u
#define POLL_MAX_REST 2048u
/* Looks between two glances at the clock; a look is a system call of some 200 ns. */
#define POLL_LOOKS_PER_GLANCE 8

/* Requests up to this size are written together with the notes before them. */
#define SMALL_REQUEST 512u

static struct channel_ends ends;
static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;
static struct waiter *waiters;
static bool has_leader;
static uint32_t last_id;
static struct polling polling;
static enum polling_mode mode;
static void (*wait_for_reply)(int reply);

/* Bytes read and not yet delivered; only the leader touches them. Twice the cap would avoid moving, but moving is rare. */
static uint8_t inbox[WIRE_LENGTH_BYTES + WIRE_MAX_FRAME];
static size_t inbox_start, inbox_end;

void channel_poll(enum polling_mode wanted) { mode = wanted; }

void channel_open(struct channel_ends opened) {
    ends = opened;
    polling = (struct polling){ .possible = opened.poll >= 0, .window = POLL_WINDOW, .next_rest = POLL_FIRST_REST };
    inbox_start = inbox_end = 0;
    last_id = 0;
}

/* ---- writing ---- */

static void write_all(const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(ends.request, bytes, length);
        if (written < 0) {
            if (errno == EINTR) continue;
            _exit(EXIT_REQUEST_PIPE);
        }
        bytes += written;
        length -= (size_t)written;
    }
}

static void write_request(struct exchange *exchange, uint32_t id) {
    size_t total = 0;
    for (size_t i = 0; i < exchange->piece_count; i++) total += exchange->pieces[i].length;
    wire_put_u32(exchange->head, (uint32_t)(total - WIRE_LENGTH_BYTES));
    wire_put_u32(exchange->head + WIRE_LENGTH_BYTES, id);
    uint8_t noted[LOANS_NOTES_BYTES + SMALL_REQUEST];
    pthread_mutex_lock(&writing);
    size_t notes = loans_take_notes(noted);
    if (notes != 0 && exchange->piece_count == 1 && total <= SMALL_REQUEST) {
        memcpy(noted + notes, exchange->pieces[0].start, total); /* one write: the controller wakes once */
        write_all(noted, notes + total);
        pthread_mutex_unlock(&writing);
        return;
    }
    write_all(noted, notes);
    for (size_t i = 0; i < exchange->piece_count; i++) write_all(exchange->pieces[i].start, exchange->pieces[i].length);
    pthread_mutex_unlock(&writing);
}

void channel_send_hello(const char *json) {
    uint8_t head[WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD] = { 0 };
    size_t length = strlen(json);
    wire_put_u32(head, (uint32_t)(WIRE_REQUEST_HEAD + length));
    wire_put_u16(head + WIRE_LENGTH_BYTES + 4, WIRE_HELLO);
    write_all(head, sizeof head);
    write_all((const uint8_t *)json, length);
}

void channel_send(uint16_t fid, uint8_t *frame, size_t length) {
    wire_put_u32(frame, (uint32_t)(WIRE_REQUEST_HEAD + length));
    wire_put_u32(frame + WIRE_LENGTH_BYTES, 0);
    wire_put_u16(frame + WIRE_LENGTH_BYTES + 4, fid);
    wire_put_u16(frame + WIRE_LENGTH_BYTES + 6, thread_number());
    pthread_mutex_lock(&writing);
    write_all(frame, WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD + length);
    pthread_mutex_unlock(&writing);
}

/* ---- polling ---- */

static bool should_poll(void) {
    if (!polling.possible) return false;
    if (polling.rest == 0) return true;
    polling.rest--;
    return false;
}

static void learn_from_poll(bool hit) {
    if (mode == POLLING_ALWAYS) return;
    polling.tries++;
    if (hit) polling.hits++;
    bool hopeless = polling.tries - polling.hits > polling.window - polling.window / POLL_TRIES_PER_HIT;
    if (polling.tries < polling.window && !hopeless) return;
    polling.window = hopeless ? POLL_PROBE : POLL_WINDOW;
    if (!hopeless) {
        polling.next_rest = POLL_FIRST_REST;
    } else {
        polling.rest = polling.next_rest;
        if (polling.next_rest < POLL_MAX_REST) polling.next_rest *= 2;
    }
    polling.tries = polling.hits = 0;
}

/* Nanoseconds of the monotonic clock, or -1 where the kernel cannot tell without a system call. */
static int64_t clock_now(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return -1;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Looks for a reply for POLL_NANOSECONDS. Returns what read() returned, or -1 when nothing came. */
static ssize_t poll_for_bytes(uint8_t *into, size_t room) {
    int64_t start = clock_now();
    if (start < 0) {
        polling.possible = false;
        return -1;
    }
    do {
        for (int look = 0; look < POLL_LOOKS_PER_GLANCE; look++) {
            ssize_t got = read(ends.poll, into, room);
            if (got >= 0 || errno != EAGAIN) return got;
        }
    } while (clock_now() - start < POLL_NANOSECONDS);
    return -1;
}

/* ---- forking ---- */

void channel_wait_with(void (*wait)(int reply)) { wait_for_reply = wait; }

/* One thread forked, so one request waits: its own. */
void channel_resume(void) {
    if (waiters == NULL || waiters->next != NULL) _exit(EXIT_PREPARATION);
    waiters->id = ++last_id;
    write_request(waiters->exchange, waiters->id);
}

/* ---- reading (the leader only) ---- */

static void read_some(bool may_wait) {
    /* May return in another process, with other ends. */
    if (wait_for_reply != NULL) wait_for_reply(ends.reply);
    uint8_t *into = inbox + inbox_end;
    size_t room = sizeof inbox - inbox_end;
    ssize_t got = -1;
    if (!may_wait && should_poll()) {
        got = poll_for_bytes(into, room);
        learn_from_poll(got > 0);
    }
    while (got < 0) {
        got = read(ends.reply, into, room);
        if (got < 0 && errno != EINTR) _exit(EXIT_REPLY_PIPE);
    }
    if (got == 0) _exit(EXIT_REPLY_PIPE);
    inbox_end += (size_t)got;
}

/* Makes the inbox hold `length` bytes from inbox_start on. */
static void need_bytes(size_t length, bool may_wait) {
    if (inbox_start == inbox_end) inbox_start = inbox_end = 0;
    if (inbox_start + length > sizeof inbox) {
        memmove(inbox, inbox + inbox_start, inbox_end - inbox_start);
        inbox_end -= inbox_start;
        inbox_start = 0;
    }
    while (inbox_end - inbox_start < length) read_some(may_wait);
}

/* The next reply, from its id on; it stays valid until the next call. */
static const uint8_t *read_reply(size_t *length, bool may_wait) {
    need_bytes(WIRE_LENGTH_BYTES, may_wait);
    uint32_t size = wire_u32(inbox + inbox_start);
    if (size < WIRE_REPLY_HEAD || size > WIRE_MAX_FRAME) _exit(EXIT_BAD_REPLY);
    need_bytes(WIRE_LENGTH_BYTES + size, false);
    const uint8_t *reply = inbox + inbox_start + WIRE_LENGTH_BYTES;
    inbox_start += WIRE_LENGTH_BYTES + size;
    *length = size;
    return reply;
}

/* ---- waiters (under `state`) ---- */

static uint32_t join_waiters(struct waiter *waiter) {
    pthread_mutex_lock(&state);
    if (++last_id == 0) last_id = 1; /* 0 is the hello's */
    waiter->id = last_id;
    waiter->next = waiters;
    waiters = waiter;
    pthread_mutex_unlock(&state);
    return waiter->id;
}

static struct waiter *take_waiter(uint32_t id) {
    for (struct waiter **link = &waiters; *link != NULL; link = &(*link)->next) {
        if ((*link)->id != id) continue;
        struct waiter *found = *link;
        *link = found->next;
        return found;
    }
    return NULL;
}

static void deliver(const uint8_t *reply, size_t length, const struct waiter *self) {
    struct waiter *waiter = take_waiter(wire_u32(reply));
    if (waiter == NULL) _exit(EXIT_BAD_REPLY);
    if (!waiter->exchange->deliver(waiter->exchange->context, reply, length)) _exit(EXIT_BAD_REPLY);
    waiter->done = true;
    if (waiter != self) pthread_cond_signal(&waiter->wake);
}

static void await_reply(struct waiter *self) {
    pthread_mutex_lock(&state);
    while (!self->done) {
        if (has_leader) {
            pthread_cond_wait(&self->wake, &state);
            continue;
        }
        has_leader = true;
        pthread_mutex_unlock(&state);
        size_t length;
        const uint8_t *reply = read_reply(&length, self->exchange->may_wait);
        pthread_mutex_lock(&state);
        has_leader = false;
        deliver(reply, length, self);
    }
    if (!has_leader && waiters != NULL) pthread_cond_signal(&waiters->wake);
    pthread_mutex_unlock(&state);
}

void channel_exchange(struct exchange *exchange) {
    struct waiter self = { .exchange = exchange, .wake = PTHREAD_COND_INITIALIZER };
    wire_put_u16(exchange->head + WIRE_LENGTH_BYTES + 6, thread_number());
    uint32_t id = join_waiters(&self);
    write_request(exchange, id);
    await_reply(&self);
}
