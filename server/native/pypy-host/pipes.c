/*
 * The guest's two pipes: made by the host, opened a second time by the controller through /proc, and moved to fixed numbers once
 * nothing else is open. See pipes.h.
 */
#include "pipes.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

/* Room for a whole burst of output in one direction; where it is refused the default of 64 KiB serves. */
#define PIPE_BYTES (1 << 20)
/* The channel's final descriptors, above the three that libraries think they know. */
enum { REQUEST_FD = 3, REPLY_FD = 4, POLL_FD = 5 };
/* Descriptors are made up here first, so that none of the final numbers is taken. */
#define PARKING_FD 16

static int park(int fd) {
    if (fd < 0) return -1;
    int parked = fcntl(fd, F_DUPFD_CLOEXEC, PARKING_FD);
    close(fd);
    return parked;
}

static bool make_pipe(int *read_end, int *write_end) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    *read_end = park(ends[0]);
    *write_end = park(ends[1]);
    fcntl(*write_end, F_SETPIPE_SZ, PIPE_BYTES);
    return *read_end >= 0 && *write_end >= 0;
}

static bool may_poll(enum polling_mode mode) {
    cpu_set_t processors;
    if (mode != POLLING_ADAPTIVE) return mode == POLLING_ALWAYS;
    if (sched_getaffinity(0, sizeof processors, &processors) != 0) return false;
    return CPU_COUNT(&processors) > 1; /* on one, looking keeps the controller from answering */
}

/* A description of its own, so that O_NONBLOCK is not shared with the blocking one. */
static int reopen_without_blocking(int fd) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    return park(open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

const char *pipes_make(struct pipes *pipes, enum polling_mode mode) {
    *pipes = (struct pipes){ -1, -1, { -1, -1, -1 } };
    bool made = make_pipe(&pipes->request_read, &pipes->guest.request) && make_pipe(&pipes->guest.reply, &pipes->reply_write);
    if (made && may_poll(mode)) made = (pipes->guest.poll = reopen_without_blocking(pipes->guest.reply)) >= 0;
    if (made) return NULL;
    pipes_close_guests(pipes);
    pipes_close_controllers(pipes);
    return "the guest's pipes cannot be made";
}

static void close_one(int *fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

void pipes_close_controllers(struct pipes *pipes) {
    close_one(&pipes->request_read);
    close_one(&pipes->reply_write);
}

void pipes_close_guests(struct pipes *pipes) {
    close_one(&pipes->guest.request);
    close_one(&pipes->guest.reply);
    close_one(&pipes->guest.poll);
}

bool pipes_close_all_else(struct channel_ends *ends) {
    bool moved = dup2(ends->request, REQUEST_FD) == REQUEST_FD && dup2(ends->reply, REPLY_FD) == REPLY_FD;
    if (ends->poll >= 0) moved = moved && dup2(ends->poll, POLL_FD) == POLL_FD;
    unsigned first_unused = ends->poll >= 0 ? POLL_FD + 1 : REPLY_FD + 1;
    *ends = (struct channel_ends){ REQUEST_FD, REPLY_FD, ends->poll >= 0 ? POLL_FD : -1 };
    return moved && close_range(first_unused, ~0u, 0) == 0 && close_range(0, REQUEST_FD - 1, 0) == 0;
}
