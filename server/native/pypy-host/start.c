/*
 * Start-up, in the order that the wire's description gives: pipes, the controller's "go", preparation, "ready", filter,
 * hello, interpreter. A zygote (zygote.c) starts its interpreter without "ready" and filter: those come in each process that it forks.
 *
 * Invariant. Until the filter stands, no byte of the guest's program has been read, and no code has run but the
 * platform's own: the library's constructors, and in a zygote the interpreter's start. Any failure before is one error line and
 * EXIT_PREPARATION.
 *
 * NEVER: let a process that is not a zygote start the interpreter without the filter; keep a descriptor besides the channel's three.
 */
#include "start.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
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
#include "frames.h"
#include "interpreter.h"
#include "pipes.h"
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
#include "zygote.h"

#define GUEST_PROGRAM "/bin/pypy3"
#define GUEST_NAME "sandtable-guest"
#define ZYGOTE_NAME "sandtable-zyg"
/* A young generation of 4 MiB, which is what PyPy chooses on common machines; told, so that it does not look for caches. */
#define NURSERY_SETTING "4M"

/* ---- the channel ---- */

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

static struct channel_ends open_channel(const struct options *options) {
    struct pipes pipes;
    const char *problem = pipes_make(&pipes, options->polling);
    if (problem != NULL) report_failure("pipes", problem, strerror(errno));
    hand_over(&pipes);
    pipes_close_controllers(&pipes);
    return pipes.guest;
}

/* ---- preparation ---- */

static void load_interpreter(const struct options *options, struct interpreter *interpreter) {
    const char *detail;
    const char *code = interpreter_find(interpreter, options->library, options->stdlib, &detail);
    if (code != NULL) report_failure(code, "PyPy is not installed as expected", detail);
    code = interpreter_load(interpreter, &detail);
    if (code != NULL) report_failure(code, "PyPy's library cannot be loaded", detail);
    frames_use_lock_check(interpreter->holds_lock);
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

static struct {
    char *start;
    size_t size;
} command_line;

/* What `ps` and `top` show; 15 letters are the most that the kernel keeps for the latter. */
static void call_process(const char *name) {
    size_t length = strlen(name);
    memset(command_line.start, 0, command_line.size);
    memcpy(command_line.start, name, command_line.size > length ? length : 0);
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

/* The command line, the environment and the program's path stay readable on the stack: the guest shall not find them. */
static void wipe_stack(int argc, char **argv, char **environment) {
    char *end = argv[0];
    for (int i = 0; i < argc; i++) end = argv[i] + strlen(argv[i]);
    for (; *environment != NULL; environment++) end = *environment + strlen(*environment);
    command_line.start = argv[0];
    command_line.size = (size_t)(end - argv[0]);
    call_process(ZYGOTE_NAME);
    char *path = (char *)getauxval(AT_EXECFN);
    if (path != NULL) memset(path, 0, strlen(path));
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

/* What stays the same for every guest that is forked from here. */
static struct {
    struct interpreter interpreter;
    struct relocation relocation;
} prepared;

static void report_ready(const struct options *options, const struct walls *walls, bool polls) {
    const struct relocation *relocation = &prepared.relocation;
    FILE *out = fdopen(CONTROL_FD, "w");
    if (out == NULL) _exit(EXIT_PREPARATION);
    report_begin(out, "ready");
    fputs(",\"pypy\":", out);
    json_string(out, prepared.interpreter.version);
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

static void send_hello(pid_t process) {
    char hello[256];
    snprintf(hello, sizeof hello, "{\"protocol\":%d,\"pid\":%d,\"table\":\"%s\",\"pypy\":\"%s\"}", WIRE_PROTOCOL, (int)process, CALLS_TABLE,
             prepared.interpreter.version);
    channel_send_hello(hello);
}

void become_guest(const struct options *options, pid_t parent, struct walls *walls, struct channel_ends ends, bool reports) {
    pid_t process = getpid();
    call_process(GUEST_NAME);
    threads_open(options->threads);
    const char *problem = walls_raise(options, parent, walls);
    if (problem != NULL) report_failure("walls", problem, strerror(errno));
    if (reports) report_ready(options, walls, ends.poll >= 0);
    if (!pipes_close_all_else(&ends)) _exit(EXIT_PREPARATION);
    raise_filter(ends, options->threads);
    channel_open(ends);
    send_hello(process);
}

static void become_zygote(const struct options *options, pid_t parent, struct channel_ends ends) {
    const char *problem = zygote_open(options, parent);
    static const char ready[] = "{\"type\":\"ready\"}\n";
    if (problem != NULL) report_failure("zygote", problem, strerror(errno));
    threads_open(1);
    if (write(CONTROL_FD, ready, sizeof ready - 1) != (ssize_t)(sizeof ready - 1)) _exit(EXIT_PREPARATION);
    channel_open(ends);
    send_hello(getpid());
}

_Noreturn static void run(const struct options *options) {
    static char program[] = GUEST_PROGRAM;
    char **arguments = calloc(options->argument_count + 2, sizeof *arguments);
    if (arguments == NULL) guest_fatal("out of memory");
    arguments[0] = program;
    for (size_t i = 0; i < options->argument_count; i++) arguments[i + 1] = options->arguments[i];
    frames_begin_thread(true);
    int status = prepared.interpreter.start((int)options->argument_count + 1, arguments);
    fflush(NULL);
    guest_exit(status);
}

void start_guest(const struct options *options, pid_t parent, int argc, char **argv) {
    channel_poll(options->polling);
    struct channel_ends ends = open_channel(options);
    char **host_environment = environ;
    load_interpreter(options, &prepared.interpreter);
    wipe_stack(argc, argv, host_environment);
    set_environment(options);
    const char *problem = warm_up();
    if (problem != NULL) report_failure("libc", problem, NULL);
    prepared.relocation = hook_everything(options);
    signals_install();
    if (options->zygote) {
        become_zygote(options, parent, ends);
    } else {
        struct walls walls;
        problem = walls_prepare(options->has_uid, &walls);
        if (problem != NULL) report_failure("walls", problem, strerror(errno));
        become_guest(options, parent, &walls, ends, true);
    }
    if (options->zygote && options->before_start) zygote_serve();
    run(options);
}
