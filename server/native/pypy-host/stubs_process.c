/*
 * The end of the guest, other processes, and the syscall() function.
 *
 * The last frame of every guest is @exit or @fatal; its reply is awaited, so that the controller has seen everything
 * before the process is gone.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "marshal.h"
#include "stubs.h"
#include "wire.h"

void guest_exit(int status) {
    ASK(CALL_at_exit, status);
    _exit(status);
}

void guest_fatal(const char *message) {
    ASK(CALL_at_fatal, PTR(message));
    _exit(EXIT_ABORT);
}

/* libc's exit() would end in its own _exit(), and nobody would be told. Its other work is flushing. */
static void stub_exit(int status) {
    fflush(NULL);
    guest_exit(status);
}

static void stub_abort(void) { guest_fatal("abort"); }

static void stub_assert_fail(const char *assertion, const char *file, unsigned line, const char *function) {
    char message[512];
    snprintf(message, sizeof message, "%s:%u: %s: assertion failed: %s", file, line, function == NULL ? "?" : function, assertion);
    guest_fatal(message);
}

static void stub_stack_chk_fail(void) { guest_fatal("stack smashing detected"); }

static int stub_system(const char *command) {
    int status = (int)ASK(CALL_system, PTR(command));
    /* system() has no errno of its own: the refusal travels in the status. */
    return status == -1 && errno == WIRE_ERRNO_RAISE ? -WIRE_ERRNO_RAISE : status;
}

static int stub_fexecve(void) { return (int)ASK(CALL_at_fexecve, 0); }
static pid_t stub_vfork(void) { return (pid_t)ASK(CALL_fork, 0); }
static pid_t stub_forkpty(void) { return (pid_t)ASK(CALL_at_forkpty, 0); }
static int stub_killpg(pid_t group, int signal_number) { return (int)ASK(CALL_at_killpg, group, signal_number); }
static int stub_pause(void) { return (int)ASK(CALL_at_pause, 0); }

static long stub_syscall(long number, ...) {
    va_list rest;
    va_start(rest, number);
    long first = va_arg(rest, long), second = va_arg(rest, long), third = va_arg(rest, long);
    va_end(rest);
    if (number == SYS_gettid) return virtual_gettid();
    if (number == SYS_getrandom) return ASK(CALL_getrandom, first, second, third);
    char name[32];
    snprintf(name, sizeof name, "syscall(%ld)", number);
    return call_refuse(name);
}

const struct stub STUBS_PROCESS[] = {
    STUB("exit", stub_exit),
    STUB("_exit", guest_exit),
    STUB("_Exit", guest_exit),
    STUB("quick_exit", guest_exit),
    STUB("abort", stub_abort),
    STUB("__assert_fail", stub_assert_fail),
    STUB("__stack_chk_fail", stub_stack_chk_fail),
    STUB("system", stub_system),
    STUB("fexecve", stub_fexecve),
    STUB("vfork", stub_vfork),
    STUB("forkpty", stub_forkpty),
    STUB("killpg", stub_killpg),
    STUB("pause", stub_pause),
    STUB("syscall", stub_syscall),
    STUBS_END,
};
