/*
 * How many round trips a second the channel makes: the host's side in a child, an echo controller that sleeps in read()
 * in the parent, polling and not, free to run anywhere and pinned to one core (where the host would not poll).
 * A second figure has the controller think for some time, as a policy would.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../pypy-host/channel.h"
#include "../pypy-host/marshal.h"
#include "../pypy-host/threads.h"
#include "../pypy-host/wire.h"

#define CALLS 30000

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void call_many(int request_fd, int reply_fd, bool polls, long calls) {
    int poll = -1;
    struct rusage used;
    if (polls) {
        char name[64];
        snprintf(name, sizeof name, "/proc/self/fd/%d", reply_fd);
        poll = open(name, O_RDONLY | O_NONBLOCK);
    }
    channel_open((struct channel_ends){ .request = request_fd, .reply = reply_fd, .poll = poll });
    threads_open(1);
    double start = now();
    for (long i = 0; i < calls; i++) ASK(CALL_fsync, i);
    double seconds = now() - start;
    getrusage(RUSAGE_SELF, &used);
    double busy = (double)used.ru_utime.tv_sec + (double)used.ru_stime.tv_sec + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("%9.0f calls/s  %6.1f us each  guest busy %3.0f%%\n", (double)calls / seconds, seconds * 1e6 / (double)calls, 100 * busy / seconds);
    fflush(stdout);
    _exit(0);
}

static void echo(int request_fd, int reply_fd, double think) {
    uint8_t frame[256], reply[WIRE_LENGTH_BYTES + WIRE_REPLY_HEAD] = { 0 };
    wire_put_u32(reply, WIRE_REPLY_HEAD);
    while (read(request_fd, frame, sizeof frame) > 0) {
        if (think > 0)
            for (double end = now() + think; now() < end;) continue;
        memcpy(reply + 4, frame + 4, 4);
        if (write(reply_fd, reply, sizeof reply) != sizeof reply) return;
    }
}

static void measure(const char *name, bool polls, bool pinned, double think) {
    int request[2], reply[2];
    if (pipe(request) != 0 || pipe(reply) != 0) exit(1);
    printf("%-46s", name);
    fflush(stdout);
    pid_t child = fork();
    if (pinned) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(0, &one);
        sched_setaffinity(0, sizeof one, &one);
    }
    if (child == 0) {
        close(request[0]);
        close(reply[1]);
        call_many(request[1], reply[0], polls, think > 0 ? CALLS / 10 : CALLS);
    }
    close(request[1]);
    close(reply[0]);
    echo(request[0], reply[1], think);
    waitpid(child, NULL, 0);
    exit(0);
}

static void measure_apart(const char *name, bool polls, bool pinned, double think) {
    pid_t child = fork();
    if (child == 0) measure(name, polls, pinned, think);
    waitpid(child, NULL, 0);
}

int main(void) {
    measure_apart("any core, sleeping", false, false, 0);
    measure_apart("any core, polling", true, false, 0);
    measure_apart("one core, sleeping", false, true, 0);
    measure_apart("one core, polling (the host would not)", true, true, 0);
    measure_apart("any core, sleeping, controller thinks 20 us", false, false, 20e-6);
    measure_apart("any core, polling, controller thinks 20 us", true, false, 20e-6);
    measure_apart("any core, sleeping, controller thinks 200 us", false, false, 200e-6);
    measure_apart("any core, polling, controller thinks 200 us", true, false, 200e-6);
    return 0;
}
