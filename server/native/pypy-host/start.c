/*
 * Start-up, in the order that the wire's description gives: pipes, the controller's "go", preparation, "ready", filter,
 * hello, interpreter.
 *
 * Invariant. Until the filter stands, no byte of the guest's program has been read and no code of the interpreter has
 * run but its library's constructors. Any failure before is one error line and EXIT_PREPARATION.
 *
 * NEVER: start the interpreter without the filter; keep a descriptor besides the channel's three.
 */
#include "start.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "callIds.h"
#include "channel.h"
#include "environment.h"
#include "filter.h"
#include "interpreter.h"
#include "preload.h"
#include "relocate.h"
#include "report.h"
#include "signals.h"
#include "stubs.h"
#include "symbols.h"
#include "threads.h"
#include "walls.h"
#include "warmup.h"
#include "wire.h"

#define GUEST_PROGRAM "/bin/pypy3"
/* What `ps` shows; 15 letters are the most that the kernel keeps. */
#define PROCESS_NAME "sandtable-guest"
/* Room for a whole burst of output in one direction; where it is refused the default of 64 KiB serves. */
#define PIPE_BYTES (1 << 20)
/* The channel's final descriptors, above the three that libraries think they know. */
enum { REQUEST_FD = 3, REPLY_FD = 4, POLL_FD = 5 };
/* Descriptors are made up here first, so that none of the final numbers is taken. */
#define PARKING_FD 16
/* A young generation of 4 MiB, which is what PyPy chooses on common machines; told, so that it does not look for caches. */
#define NURSERY_SETTING "4M"

struct pipes {
    int request_read, request_write, reply_read, reply_write;
};

/* ---- pipes ---- */

static int park(int fd) {
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

/* Tells the controller where its ends are, and waits until it has opened them. */
static void hand_over(const struct pipes *pipes) {
    char line[128], answer[4];
    int length = snprintf(line, sizeof line, "{\"type\":\"pipes\",\"pid\":%d,\"request\":%d,\"reply\":%d}\n", (int)getpid(), pipes->request_read,
                          pipes->reply_write);
    if (write(CONTROL_FD, line, (size_t)length) != length) report_failure("control", "the control descriptor cannot be written", strerror(errno));
    size_t got = 0;
    while (got < 3) {
        ssize_t now = read(CONTROL_FD, answer + got, 3 - got);
        if (now < 0 && errno == EINTR) continue;
        if (now <= 0) report_failure("control", "the controller did not say go", NULL);
        got += (size_t)now;
    }
    if (memcmp(answer, "go\n", 3) != 0) report_failure("control", "the controller said something other than go", NULL);
}

static bool may_poll(const struct options *options) {
    cpu_set_t processors;
    if (!options->polls || sched_getaffinity(0, sizeof processors, &processors) != 0) return false;
    return CPU_COUNT(&processors) > 1; /* on one, looking keeps the controller from answering */
}

static struct channel_ends open_channel(const struct options *options) {
    struct pipes pipes;
    if (!make_pipe(&pipes.request_read, &pipes.request_write) || !make_pipe(&pipes.reply_read, &pipes.reply_write))
        report_failure("pipes", "pipes cannot be made", strerror(errno));
    hand_over(&pipes);
    struct channel_ends ends = { .request = pipes.request_write, .reply = pipes.reply_read, .poll = -1 };
    if (may_poll(options)) {
        char name[64];
        snprintf(name, sizeof name, "/proc/self/fd/%d", pipes.reply_read);
        int opened = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a description of its own: O_NONBLOCK is not shared */
        if (opened < 0) report_failure("proc", "/proc/self/fd cannot be used", strerror(errno));
        ends.poll = park(opened);
    }
    close(pipes.request_read);
    close(pipes.reply_write);
    return ends;
}

/* Leaves open nothing but the channel, at its final numbers. */
static struct channel_ends close_all_else(struct channel_ends ends) {
    bool moved = dup2(ends.request, REQUEST_FD) == REQUEST_FD && dup2(ends.reply, REPLY_FD) == REPLY_FD;
    if (ends.poll >= 0) moved = moved && dup2(ends.poll, POLL_FD) == POLL_FD;
    unsigned first_unused = ends.poll >= 0 ? POLL_FD + 1 : REPLY_FD + 1;
    if (!moved || close_range(first_unused, ~0u, 0) != 0 || close_range(0, REQUEST_FD - 1, 0) != 0) _exit(EXIT_PREPARATION);
    return (struct channel_ends){ REQUEST_FD, REPLY_FD, ends.poll >= 0 ? POLL_FD : -1 };
}

/* ---- preparation ---- */

static void load_interpreter(const struct options *options, struct interpreter *interpreter) {
    const char *detail;
    const char *code = interpreter_find(interpreter, options->library, options->stdlib, &detail);
    if (code != NULL) report_failure(code, "PyPy is not installed as expected", detail);
    code = interpreter_load(interpreter, &detail);
    if (code != NULL) report_failure(code, "PyPy's library cannot be loaded", detail);
    preload_all(interpreter->stdlib);
}

static void set_environment(const struct options *options) {
    char heap[32];
    bool good = environment_open(options->environment, options->environment_count) && environment_hide("PYPY_GC_NURSERY", NURSERY_SETTING);
    if (options->heap_bytes != 0) {
        snprintf(heap, sizeof heap, "%llu", (unsigned long long)options->heap_bytes);
        good = good && environment_hide("PYPY_GC_MAX", heap);
    }
    if (!good) report_failure("memory", "out of memory", NULL);
}

/* The command line, the environment and the program's path stay readable on the stack: the guest shall not find them. */
static void wipe_stack(int argc, char **argv, char **environment) {
    char *start = argv[0], *end = argv[0];
    for (int i = 0; i < argc; i++) end = argv[i] + strlen(argv[i]);
    for (; *environment != NULL; environment++) end = *environment + strlen(*environment);
    memset(start, 0, (size_t)(end - start));
    size_t length = strlen(PROCESS_NAME);
    memcpy(start, PROCESS_NAME, (size_t)(end - start) > length ? length : 0);
    char *path = (char *)getauxval(AT_EXECFN);
    if (path != NULL) memset(path, 0, strlen(path));
    prctl(PR_SET_NAME, PROCESS_NAME, 0, 0, 0);
}

static struct relocation hook_everything(const struct options *options) {
    symbols_open(options->marshal_time);
    if (!stdio_open() || !random_open()) report_failure("memory", "out of memory", NULL);
    struct relocation relocation = relocate_all();
    if (relocation.failure != NULL) report_failure("hooks", relocation.failure, NULL);
    return relocation;
}

static void write_names(FILE *out, const struct walls *walls) {
    const struct {
        bool made;
        const char *name;
    } namespaces[] = {
        { walls->mount_namespace, "mount" }, { walls->network_namespace, "network" }, { walls->ipc_namespace, "ipc" }, { walls->uts_namespace, "uts" },
    };
    const char *separator = "";
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
        if (!namespaces[i].made) continue;
        fprintf(out, "%s\"%s\"", separator, namespaces[i].name);
        separator = ",";
    }
}

static void write_preloads(FILE *out) {
    size_t size;
    const struct preloaded *modules = preload_list(&size);
    for (size_t i = 0; i < size; i++)
        fprintf(out, "%s{\"name\":\"%s\",\"found\":%s}", i == 0 ? "" : ",", modules[i].module, modules[i].handle != NULL ? "true" : "false");
}

static void report_ready(const struct options *options, const struct interpreter *interpreter, const struct relocation *relocation,
                         const struct walls *walls, bool polls) {
    FILE *out = fdopen(CONTROL_FD, "w");
    if (out == NULL) _exit(EXIT_PREPARATION);
    fputs("{\"type\":\"ready\",\"pypy\":", out);
    json_string(out, interpreter->version);
    fprintf(out, ",\"objects\":%u,\"hooked\":%u,\"native\":%u,\"denied\":%u", relocation->objects, relocation->hooked, relocation->native,
            relocation->denied);
    fprintf(out, ",\"threads\":%u,\"polls\":%s,\"ownUser\":%s,\"root\":\"%s\",\"namespaces\":[", options->threads, polls ? "true" : "false",
            walls->own_user ? "true" : "false", walls->root);
    write_names(out, walls);
    fputs("],\"preload\":[", out);
    write_preloads(out);
    fputs("]}\n", out);
    if (fclose(out) != 0) _exit(EXIT_PREPARATION); /* closes the control descriptor */
}

/* ---- the last steps ---- */

static void raise_filter(struct channel_ends ends, unsigned threads) {
    if (walls_close() != NULL || filter_install(ends, threads > 1) != 0) _exit(EXIT_PREPARATION);
    /* The filter answers this one with an error of its own; anything else means that it does not act. */
    if (syscall(SYS_openat, AT_FDCWD, "/", O_PATH) != -1 || errno != EPERM) _exit(EXIT_PREPARATION);
}

static void send_hello(pid_t process, const char *version) {
    char hello[256];
    snprintf(hello, sizeof hello, "{\"protocol\":%d,\"pid\":%d,\"table\":\"%s\",\"pypy\":\"%s\"}", WIRE_PROTOCOL, (int)process, CALLS_TABLE, version);
    channel_send_hello(hello);
}

_Noreturn static void run(const struct options *options, const struct interpreter *interpreter) {
    static char program[] = GUEST_PROGRAM;
    char **arguments = calloc(options->argument_count + 2, sizeof *arguments);
    if (arguments == NULL) guest_fatal("out of memory");
    arguments[0] = program;
    for (size_t i = 0; i < options->argument_count; i++) arguments[i + 1] = options->arguments[i];
    int status = interpreter->start((int)options->argument_count + 1, arguments);
    fflush(NULL);
    guest_exit(status);
}

void start_guest(const struct options *options, pid_t parent, int argc, char **argv) {
    struct interpreter interpreter;
    struct walls walls;
    struct channel_ends ends = open_channel(options);
    pid_t process = getpid();
    char **host_environment = environ;
    load_interpreter(options, &interpreter);
    wipe_stack(argc, argv, host_environment);
    set_environment(options);
    const char *problem = warm_up();
    if (problem != NULL) report_failure("libc", problem, NULL);
    struct relocation relocation = hook_everything(options);
    signals_install();
    threads_open(options->threads);
    problem = walls_raise(options, parent, &walls);
    if (problem != NULL) report_failure("walls", problem, strerror(errno));
    report_ready(options, &interpreter, &relocation, &walls, ends.poll >= 0);
    ends = close_all_else(ends);
    raise_filter(ends, options->threads);
    channel_open(ends);
    send_hello(process, interpreter.version);
    run(options, &interpreter);
}
