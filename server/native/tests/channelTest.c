/*
 * The channel over real pipes: many threads with replies in any order, and every way in which a controller can break the
 * wire, each in a child that must end with the status of that fault.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../pypy-host/channel.h"
#include "../pypy-host/marshal.h"
#include "../pypy-host/signals.h"
#include "../pypy-host/stubs.h"
#include "../pypy-host/threads.h"
#include "../pypy-host/wire.h"
#include "check.h"

struct pipes {
    int request_read, request_write, reply_read, reply_write;
};

static struct pipes make_channel(bool polls) {
    int request[2], reply[2], poll = -1;
    if (pipe(request) != 0 || pipe(reply) != 0) abort();
    if (polls) {
        char name[64];
        snprintf(name, sizeof name, "/proc/self/fd/%d", reply[0]);
        poll = open(name, O_RDONLY | O_NONBLOCK);
    }
    channel_open((struct channel_ends){ .request = request[1], .reply = reply[0], .poll = poll });
    return (struct pipes){ request[0], request[1], reply[0], reply[1] };
}

static bool read_exactly(int fd, void *into, size_t size) {
    uint8_t *at = into;
    while (size > 0) {
        ssize_t got = read(fd, at, size);
        if (got <= 0) return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

static void write_exactly(int fd, const void *bytes, size_t size) {
    const uint8_t *at = bytes;
    while (size > 0) {
        ssize_t wrote = write(fd, at, size);
        if (wrote <= 0) abort();
        at += wrote;
        size -= (size_t)wrote;
    }
}

static size_t put_reply(uint8_t *at, uint32_t id, int64_t result, int error) {
    memset(at, 0, WIRE_LENGTH_BYTES + WIRE_REPLY_HEAD);
    wire_put_u32(at, WIRE_REPLY_HEAD);
    wire_put_u32(at + 4, id);
    wire_put_i64(at + 8, result);
    wire_put_u32(at + 16, (uint32_t)error);
    return WIRE_LENGTH_BYTES + WIRE_REPLY_HEAD;
}

/* ---- many threads, replies in reverse ---- */

#define THREADS 8
#define CALLS_EACH 1500
/* Replies are held back until this many have gathered or the time is up, then sent last first. */
#define HELD 4

static void *shuffling_controller(void *context) {
    struct pipes *pipes = context;
    uint8_t frame[4096], replies[HELD][64];
    size_t sizes[HELD], held = 0;
    for (;;) {
        if (!read_exactly(pipes->request_read, frame, 4)) return NULL;
        uint32_t length = wire_u32(frame);
        if (length > sizeof frame || !read_exactly(pipes->request_read, frame, length)) return NULL;
        int64_t descriptor = wire_i64(frame + 8);
        sizes[held] = put_reply(replies[held], wire_u32(frame), descriptor * 3, 0);
        held++;
        /* At least one thread must always get an answer, so holding is a matter of chance. */
        if (held < HELD && rand() % HELD != 0 && descriptor % THREADS != 0) continue;
        while (held > 0) {
            held--;
            write_exactly(pipes->reply_write, replies[held], sizes[held]);
        }
    }
}

static int wrong_answers;

/* Thread 0 never has its answer held back, so the others' are let go as well. */
static void *calling_thread(void *context) {
    int64_t number = (int64_t)(intptr_t)context;
    for (int64_t i = 0; i < CALLS_EACH; i++) {
        int64_t descriptor = i * THREADS + number;
        if (ASK(CALL_fsync, descriptor) != descriptor * 3) __atomic_add_fetch(&wrong_answers, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static void *releasing_thread(void *context) {
    volatile bool *stop = context;
    while (!*stop) {
        ASK(CALL_fsync, 0);
        usleep(200);
    }
    return NULL;
}

static void test_threads(bool polls) {
    struct pipes pipes = make_channel(polls);
    pthread_t controller, releaser, threads[THREADS];
    static volatile bool stop;
    stop = false;
    pthread_create(&controller, NULL, shuffling_controller, &pipes);
    pthread_create(&releaser, NULL, releasing_thread, (void *)&stop);
    for (intptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, calling_thread, (void *)i);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    stop = true;
    pthread_join(releaser, NULL);
    close(pipes.request_write);
    pthread_join(controller, NULL);
    CHECK(wrong_answers == 0);
    close(pipes.request_read);
    close(pipes.reply_read);
    close(pipes.reply_write);
}

/* ---- the largest replies, one behind the other ---- */

#define LARGE_REPLIES 3

static void *bursting_controller(void *context) {
    struct pipes *pipes = context;
    uint8_t frame[256];
    uint32_t ids[LARGE_REPLIES];
    size_t size = WIRE_LENGTH_BYTES + WIRE_REPLY_HEAD + 4 + WIRE_MAX_LISTING;
    uint8_t *reply = malloc(size);
    for (int i = 0; i < LARGE_REPLIES; i++) {
        if (!read_exactly(pipes->request_read, frame, 4) || !read_exactly(pipes->request_read, frame, wire_u32(frame))) return NULL;
        ids[i] = wire_u32(frame);
    }
    for (int i = 0; i < LARGE_REPLIES; i++) {
        put_reply(reply, ids[i], WIRE_MAX_LISTING, 0);
        wire_put_u32(reply, WIRE_REPLY_HEAD + 4 + WIRE_MAX_LISTING);
        wire_put_u32(reply + WIRE_LENGTH_BYTES + WIRE_REPLY_HEAD, WIRE_MAX_LISTING);
        memset(reply + size - WIRE_MAX_LISTING, (int)ids[i] & 0xff, WIRE_MAX_LISTING);
        write_exactly(pipes->reply_write, reply, size);
    }
    free(reply);
    return NULL;
}

/* The first byte tells which reply it was; every other must be the same. */
static void *listing_thread(void *context) {
    uint8_t *listing = malloc(WIRE_MAX_LISTING);
    (void)context;
    int64_t size = ASK(CALL_at_listdir, PTR("/"), PTR(listing), WIRE_MAX_LISTING);
    bool whole = size == WIRE_MAX_LISTING && memcmp(listing, listing + 1, WIRE_MAX_LISTING - 1) == 0;
    free(listing);
    return (void *)(intptr_t)whole;
}

static void test_large_replies(void) {
    struct pipes pipes = make_channel(true);
    pthread_t controller, threads[LARGE_REPLIES];
    pthread_create(&controller, NULL, bursting_controller, &pipes);
    for (int i = 0; i < LARGE_REPLIES; i++) pthread_create(&threads[i], NULL, listing_thread, NULL);
    for (int i = 0; i < LARGE_REPLIES; i++) {
        void *whole;
        pthread_join(threads[i], &whole);
        CHECK(whole != NULL);
    }
    pthread_join(controller, NULL);
}

/* ---- faults of the controller ---- */

typedef void (*fault)(const struct pipes *pipes, uint32_t id);

static void send_unknown_id(const struct pipes *pipes, uint32_t id) {
    uint8_t reply[64];
    write_exactly(pipes->reply_write, reply, put_reply(reply, id + 1, 0, 0));
}

static void send_short_frame(const struct pipes *pipes, uint32_t id) {
    uint8_t reply[64];
    put_reply(reply, id, 0, 0);
    wire_put_u32(reply, WIRE_REPLY_HEAD - 1);
    write_exactly(pipes->reply_write, reply, WIRE_LENGTH_BYTES + WIRE_REPLY_HEAD - 1);
}

static void send_huge_frame(const struct pipes *pipes, uint32_t id) {
    uint8_t reply[64];
    put_reply(reply, id, 0, 0);
    wire_put_u32(reply, WIRE_MAX_FRAME + 1);
    write_exactly(pipes->reply_write, reply, WIRE_LENGTH_BYTES + WIRE_REPLY_HEAD);
}

static void send_bad_outs(const struct pipes *pipes, uint32_t id) {
    uint8_t reply[64] = { 0 };
    put_reply(reply, id, 0, 0);
    wire_put_u32(reply, WIRE_REPLY_HEAD + 2);
    write_exactly(pipes->reply_write, reply, WIRE_LENGTH_BYTES + WIRE_REPLY_HEAD + 2);
}

static void hang_up(const struct pipes *pipes, uint32_t id) {
    (void)id;
    close(pipes->reply_write);
}

static void hang_up_within_frame(const struct pipes *pipes, uint32_t id) {
    uint8_t reply[64];
    put_reply(reply, id, 0, 0);
    write_exactly(pipes->reply_write, reply, 10);
    close(pipes->reply_write);
}

static int status_after(fault commit) {
    pid_t child = fork();
    if (child == 0) {
        struct pipes pipes = make_channel(true);
        pid_t host = fork();
        if (host == 0) {
            close(pipes.reply_write);
            close(pipes.request_read);
            ASK(CALL_fsync, 1);
            _exit(0);
        }
        uint8_t frame[64];
        close(pipes.request_write);
        close(pipes.reply_read);
        if (!read_exactly(pipes.request_read, frame, 4) || !read_exactly(pipes.request_read, frame, wire_u32(frame))) _exit(99);
        commit(&pipes, wire_u32(frame));
        int status;
        waitpid(host, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 98);
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

static int status_without_reader(void) {
    pid_t child = fork();
    if (child == 0) {
        struct pipes pipes = make_channel(false);
        close(pipes.request_read);
        ASK(CALL_fsync, 1);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

static void test_faults(void) {
    CHECK(status_after(send_unknown_id) == EXIT_BAD_REPLY);
    CHECK(status_after(send_short_frame) == EXIT_BAD_REPLY);
    CHECK(status_after(send_huge_frame) == EXIT_BAD_REPLY);
    CHECK(status_after(send_bad_outs) == EXIT_BAD_REPLY);
    CHECK(status_after(hang_up) == EXIT_REPLY_PIPE);
    CHECK(status_after(hang_up_within_frame) == EXIT_REPLY_PIPE);
    CHECK(status_without_reader() == EXIT_REQUEST_PIPE);
}

/* ---- signals ---- */

static volatile int handled;
static volatile bool handled_within_call;
static volatile bool within_call;

static void on_interrupt(int signal_number) {
    handled = signal_number;
    handled_within_call = within_call;
}

/* Interrupts whoever calls, and answers a little later. */
static void *interrupting_controller(void *context) {
    struct pipes *pipes = context;
    uint8_t frame[256], reply[64];
    while (read_exactly(pipes->request_read, frame, 4) && read_exactly(pipes->request_read, frame, wire_u32(frame))) {
        kill(getpid(), SIGUSR1);
        usleep(20000);
        within_call = false;
        write_exactly(pipes->reply_write, reply, put_reply(reply, wire_u32(frame), -1, EINTR));
    }
    return NULL;
}

static any_function find(const struct stub *table, const char *symbol) {
    while (strcmp(table->symbol, symbol) != 0) table++;
    return table->function;
}

static void test_signals(void) {
    struct pipes pipes = make_channel(true);
    pthread_t controller;
    sigset_t only_here;
    int (*guest_sigaction)(int, const struct sigaction *, struct sigaction *) =
        (int (*)(int, const struct sigaction *, struct sigaction *))find(STUBS_SIGNALS, "sigaction");
    struct sigaction action = { .sa_handler = on_interrupt };
    signals_install();
    CHECK(guest_sigaction(SIGUSR1, &action, NULL) == 0);
    CHECK(guest_sigaction(SIGKILL, &action, NULL) == -1 && errno == EINVAL);
    sigfillset(&only_here);
    pthread_sigmask(SIG_BLOCK, &only_here, NULL);
    pthread_create(&controller, NULL, interrupting_controller, &pipes);
    pthread_sigmask(SIG_UNBLOCK, &only_here, NULL);

    within_call = true;
    errno = 0;
    CHECK(ASK(CALL_at_sleep, 1000000) == -1 && errno == EINTR);
    CHECK(handled == SIGUSR1 && !handled_within_call); /* noted during the call, run after its reply */

    handled = 0;
    kill(getpid(), SIGUSR1);
    CHECK(handled == SIGUSR1);
    errno = 0;
    CHECK(ASK(CALL_at_sleep, 1000000) == -1 && errno == EINTR); /* just interrupted: does not even ask */

    action.sa_handler = SIG_IGN;
    guest_sigaction(SIGUSR1, &action, NULL);
    close(pipes.request_write);
    pthread_join(controller, NULL);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    threads_open(THREADS_MAX);
    test_threads(false);
    test_threads(true);
    test_large_replies();
    test_faults();
    test_signals();
    return check_end("channel");
}
