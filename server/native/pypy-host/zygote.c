/*
 * The zygote: an interpreter that has started, and forks.
 *
 * It starts like a guest, but without walls and filter, and asks its controller for what it needs. The controller leaves one request
 * unanswered: the one with which the guest's own part begins. From then on the process waits for orders on the control descriptor. For each it makes
 * two pipes and forks. The child raises walls and filter around itself, says hello on its own pipes, asks there the very question that the
 * parent still waits to have answered, and goes on as if nothing had happened.
 *
 * Forking takes as long as all that a guest does until it asks. So when orders have been coming, one child is forked ahead: the spare. It prepares
 * what is the same for every guest (namespaces, the empty root; rehearsal.c), waits for its birth, and is then like any other. The controller opens
 * its pipes beforehand and tells it of its birth itself, so a start waits for nobody here. It is kept out of the start of the interpreter: no order
 * comes before the question is asked.
 *
 * With --before-start it forks before the interpreter starts, and no request waits: the guest starts its own, from nothing, in a host that is
 * loaded and hooked.
 *
 * orders   fork SERIAL UID DATA_BYTES CPU_SECONDS THREADS   0 for "none"; see --uid and the others
 *          go SERIAL                                        the controller has opened its ends: the zygote lets go of them
 *          took PID                                         the same of a spare, or the controller does not want it
 *          born SERIAL PID                                  the spare has been told that it serves this order
 *          reap PID                                         the controller will not signal that process any more
 * reports  {"type":"pipes","serial":N,"pid":N,"request":FD,"reply":FD}   descriptors of the zygote, open until "go"
 *          {"type":"spare","pid":N,"request":FD,"reply":FD,"birth":FD}   likewise, until "took"; `birth` takes one struct birth
 *          {"type":"ready","serial":N,…} or {"type":"error",…}           from the child itself, as from a guest that starts by itself;
 *                                                               a spare, which somebody waits for, lets its hello say that it is ready
 *          {"type":"exited","pid":N,"code":N|null,"signal":N|null}       the number stays taken until "reap"
 *
 * Invariants. Only the platform's own code has run here: the interpreter's start and the modules that the order of the run names. The child
 * closes every descriptor but its channel's, and stands under its filter, before it takes the answer to the question. One thread.
 *
 * NEVER: answer a request here that depends on a guest's files; run on when the controller has gone.
 */
#include "zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "pipes.h"
#include "rehearsal.h"
#include "report.h"
#include "start.h"
#include "stubs.h"
#include "wire.h"

/* Guests alive at once, of one zygote; the controller allows fewer. */
#define MAX_CHILDREN 1024
/* The longest order is under a hundred characters. */
#define MAX_ORDERS 4096
/* From a fork until the next spare is made: by then an ordinary guest has printed its first line, and no longer needs the processors for it. */
#define SPARE_DELAY_MS 20
/* Until it is tried again where there was no room for one. */
#define SPARE_RETRY_MS 1000
#define SPARE_NAME "sandtable-spare"

struct child {
    pid_t process; /* 0: free */
    unsigned long serial;
    struct pipes pipes;
    bool reported; /* its end has been told, and it is not reaped yet */
};

/* What a spare is told: the numbers of an order, as the machine has them in memory. */
struct birth {
    uint64_t serial, uid, data_bytes, cpu_seconds, threads;
};

/* One of the children, until it is born. */
static struct {
    pid_t process; /* 0: there is none */
    int birth; /* where it is told; -1 once the controller has opened that */
} spare = { 0, -1 };

static int64_t spare_due = -1; /* in milliseconds of the monotonic clock; -1: not wanted */

static struct options guest_options;
static struct child children[MAX_CHILDREN];
static bool has_question = true; /* whether a request waits, to be asked anew by each child */
static int ended_children = -1; /* readable when a child has ended */
static char orders[MAX_ORDERS];
static size_t orders_length;

/* ---- reports ---- */

/* One write each, so that lines of zygote and children do not mix. */
static void report_line(const char *line, int length) {
    if (write(CONTROL_FD, line, (size_t)length) != length) _exit(EXIT_PREPARATION);
}

static void report_problem(unsigned long serial, const char *what) {
    char line[256];
    report_line(line, snprintf(line, sizeof line, "{\"type\":\"error\",\"serial\":%lu,\"code\":\"zygote\",\"message\":\"%s: %s\"}\n", serial, what,
                               strerror(errno)));
}

static void report_pipes(const struct child *child) {
    char line[160];
    report_line(line, snprintf(line, sizeof line, "{\"type\":\"pipes\",\"serial\":%lu,\"pid\":%d,\"request\":%d,\"reply\":%d}\n", child->serial,
                               (int)child->process, child->pipes.request_read, child->pipes.reply_write));
}

static void report_spare(const struct child *child, int birth) {
    char line[160];
    report_line(line, snprintf(line, sizeof line, "{\"type\":\"spare\",\"pid\":%d,\"request\":%d,\"reply\":%d,\"birth\":%d}\n", (int)child->process,
                               child->pipes.request_read, child->pipes.reply_write, birth));
}

static void report_end(const struct child *child, const siginfo_t *end) {
    char line[160];
    bool exited = end->si_code == CLD_EXITED;
    int length = exited ? snprintf(line, sizeof line, "{\"type\":\"exited\",\"pid\":%d,\"code\":%d,\"signal\":null}\n", (int)child->process, end->si_status)
                        : snprintf(line, sizeof line, "{\"type\":\"exited\",\"pid\":%d,\"code\":null,\"signal\":%d}\n", (int)child->process, end->si_status);
    report_line(line, length);
}

/* ---- children ---- */

static struct child *free_child(void) {
    for (size_t i = 0; i < MAX_CHILDREN; i++)
        if (children[i].process == 0) return &children[i];
    return NULL;
}

static int64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct child *child_of(pid_t process) {
    for (size_t i = 0; i < MAX_CHILDREN; i++)
        if (children[i].process == process) return &children[i];
    return NULL;
}

static void let_go_of_birth(void) {
    if (spare.birth >= 0) close(spare.birth);
    spare.birth = -1;
}

/* Left as zombies until "reap", so that a signal of the controller's can never reach a stranger with the same number. */
static void report_ends(void) {
    struct signalfd_siginfo ignored[8];
    while (read(ended_children, ignored, sizeof ignored) > 0) continue;
    for (size_t i = 0; i < MAX_CHILDREN; i++) {
        siginfo_t end = { .si_pid = 0 };
        if (children[i].process == 0 || children[i].reported) continue;
        if (waitid(P_PID, (id_t)children[i].process, &end, WEXITED | WNOHANG | WNOWAIT) != 0 || end.si_pid == 0) continue;
        children[i].reported = true;
        if (children[i].process == spare.process) {
            let_go_of_birth();
            spare.process = 0;
        }
        report_end(&children[i], &end);
    }
}

static void reap(pid_t process) {
    struct child *child = child_of(process);
    if (child == NULL || !child->reported) return;
    waitpid(process, NULL, 0);
    pipes_close_controllers(&child->pipes);
    child->process = 0;
}

static void let_go(unsigned long serial) {
    for (size_t i = 0; i < MAX_CHILDREN; i++)
        if (children[i].process != 0 && children[i].serial == serial) pipes_close_controllers(&children[i].pipes);
}

static void take_away(pid_t process) {
    struct child *child = child_of(process);
    if (child == NULL) return;
    pipes_close_controllers(&child->pipes);
    if (spare.process == process) let_go_of_birth();
}

static void note_birth(unsigned long serial, pid_t process) {
    struct child *child = child_of(process);
    if (child != NULL) child->serial = serial;
    if (spare.process == process) spare.process = 0;
    spare_due = milliseconds() + SPARE_DELAY_MS;
}

/* ---- forking ---- */

/* In the child, as soon as there is one. NULL, or what failed. */
static const char *prepare_birth(struct walls *walls) {
    channel_wait_with(NULL);
    spare_due = -1;
    return random_open() ? walls_prepare(guest_options.has_uid, walls) : "random bytes cannot be had";
}

/* In the child. Returns as a guest. */
static void be_born(pid_t parent, struct walls *walls, struct channel_ends ends, bool reports) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    become_guest(&guest_options, parent, walls, ends, reports);
    if (has_question) channel_resume();
}

/* In the child that is forked ahead. Returns as a guest. */
static void await_birth(pid_t parent, int told, struct channel_ends ends) {
    struct birth birth;
    struct walls walls;
    ssize_t got;
    /* Whoever holds an end of another guest's pipes keeps that one from noticing that the other side has gone. */
    for (size_t i = 0; i < MAX_CHILDREN; i++)
        if (children[i].process != 0) pipes_close_controllers(&children[i].pipes);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent) _exit(EXIT_PREPARATION);
    prctl(PR_SET_NAME, SPARE_NAME, 0, 0, 0);
    if (has_question) rehearse();
    /* Said to nobody: the next order is then served by a fork, which says it. */
    if (prepare_birth(&walls) != NULL) _exit(EXIT_PREPARATION);
    do got = read(told, &birth, sizeof birth); /* written at once, and shorter than what a pipe may part */
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof birth) _exit(EXIT_PREPARATION); /* the controller has gone, or does not want it */
    report_as((unsigned long)birth.serial);
    guest_options.uid = (uid_t)birth.uid;
    guest_options.data_bytes = birth.data_bytes;
    guest_options.cpu_seconds = birth.cpu_seconds;
    guest_options.threads = (unsigned)birth.threads;
    be_born(parent, &walls, ends, false);
}

/* true in the child, when it is born. */
static bool make_spare(void) {
    struct child *child = free_child();
    struct pipes pipes;
    int birth[2];
    spare_due = milliseconds() + SPARE_RETRY_MS;
    if (child == NULL || pipes_make(&pipes, guest_options.polling) != NULL) return false;
    if (pipe2(birth, O_CLOEXEC) != 0) {
        pipes_close_guests(&pipes);
        pipes_close_controllers(&pipes);
        return false;
    }
    pid_t self = getpid(), process = fork();
    if (process == 0) {
        close(birth[1]);
        await_birth(self, birth[0], pipes.guest);
        return true;
    }
    close(birth[0]);
    pipes_close_guests(&pipes);
    if (process < 0) {
        pipes_close_controllers(&pipes);
        close(birth[1]);
        return false;
    }
    *child = (struct child){ process, 0, pipes, false };
    spare.process = process;
    spare.birth = birth[1];
    spare_due = -1;
    report_spare(child, birth[1]);
    return false;
}

/* true in the child. */
static bool fork_guest(unsigned long serial) {
    struct child *child = free_child();
    struct pipes pipes;
    if (child == NULL) {
        errno = EAGAIN;
        report_problem(serial, "too many guests");
        return false;
    }
    if (pipes_make(&pipes, guest_options.polling) != NULL) {
        report_problem(serial, "pipes cannot be made");
        return false;
    }
    pid_t self = getpid(), process = fork();
    if (process == 0) {
        struct walls walls;
        report_as(serial);
        const char *problem = prepare_birth(&walls);
        if (problem != NULL) report_failure("walls", problem, strerror(errno));
        be_born(self, &walls, pipes.guest, true);
        return true;
    }
    pipes_close_guests(&pipes);
    if (process < 0) {
        report_problem(serial, "the guest cannot be forked");
        pipes_close_controllers(&pipes);
        return false;
    }
    *child = (struct child){ process, serial, pipes, false };
    report_pipes(child);
    return false;
}

/* ---- orders ---- */

/* true in a child that was born by it. */
static bool obey(const char *order) {
    unsigned long serial, uid, data, seconds, threads;
    int process;
    if (sscanf(order, "fork %lu %lu %lu %lu %lu", &serial, &uid, &data, &seconds, &threads) == 5) {
        guest_options.has_uid = uid != 0;
        guest_options.uid = (uid_t)uid;
        guest_options.data_bytes = data;
        guest_options.cpu_seconds = seconds;
        guest_options.threads = (unsigned)threads;
        spare_due = milliseconds() + SPARE_DELAY_MS;
        return fork_guest(serial);
    }
    if (sscanf(order, "go %lu", &serial) == 1) let_go(serial);
    else if (sscanf(order, "took %d", &process) == 1) take_away((pid_t)process);
    else if (sscanf(order, "born %lu %d", &serial, &process) == 2) note_birth(serial, (pid_t)process);
    else if (sscanf(order, "reap %d", &process) == 1) reap((pid_t)process);
    else report_failure("zygote", "an order that is none", order);
    return false;
}

static bool take_orders(void) {
    ssize_t got = read(CONTROL_FD, orders + orders_length, sizeof orders - 1 - orders_length);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return false;
    if (got <= 0) _exit(EXIT_PREPARATION); /* the controller has gone */
    orders_length += (size_t)got;
    orders[orders_length] = '\0';
    char *start = orders;
    for (char *end; (end = strchr(start, '\n')) != NULL; start = end + 1) {
        *end = '\0';
        if (obey(start)) return true;
    }
    orders_length = (size_t)(orders + orders_length - start);
    memmove(orders, start, orders_length);
    if (orders_length == sizeof orders - 1) report_failure("zygote", "an order without end", NULL);
    return false;
}

/* Milliseconds until a spare is to be made; -1 where none is wanted. */
static int until_spare(void) {
    if (spare.process != 0 || spare_due < 0) return -1;
    int64_t left = spare_due - milliseconds();
    return left > 0 ? (int)left : 0;
}

/* Returns when the reply has come, which -1 never does; or in a guest, at once. */
static void wait_for_orders(int reply) {
    struct pollfd awaited[] = { { .fd = reply, .events = POLLIN }, { .fd = CONTROL_FD, .events = POLLIN }, { .fd = ended_children, .events = POLLIN } };
    for (;;) {
        int ready = poll(awaited, sizeof awaited / sizeof *awaited, until_spare());
        if (ready < 0) continue; /* EINTR */
        if (ready == 0 && make_spare()) return;
        if (awaited[2].revents != 0) report_ends();
        if (awaited[1].revents != 0 && take_orders()) return;
        if (awaited[0].revents != 0) return;
    }
}

void zygote_serve(void) {
    has_question = false;
    wait_for_orders(-1);
}

const char *zygote_open(const struct options *options, pid_t parent) {
    sigset_t ends;
    guest_options = *options;
    guest_options.zygote = false;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return "the zygote cannot be tied to the controller's life";
    if (getppid() != parent) return "the controller has gone";
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0) return "a signal cannot be blocked";
    ended_children = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    if (ended_children < 0) return "ends of children cannot be watched";
    channel_wait_with(wait_for_orders);
    return NULL;
}
