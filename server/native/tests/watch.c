/*
 * Runs a program and prints, for everything that it does after its seccomp filter stands, each kind of system call once
 * with its count: one line `NUMBER FIRST-ARGUMENT COUNT` each, on the descriptor given as the first argument. The first
 * argument is 0 for calls where it is not a descriptor. Follows threads. What the kernel's own tracer sees is the proof
 * that the filter's list is the whole list.
 *
 *   watch FD PROGRAM ARGUMENTS…
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define KINDS_MAX 256

static struct {
    unsigned long long number, first;
    unsigned long count;
} kinds[KINDS_MAX];
static size_t kind_count;
static bool is_filtered;

static void note(unsigned long long number, unsigned long long first) {
    bool names_descriptor = number == SYS_read || number == SYS_write;
    if (!names_descriptor) first = 0;
    for (size_t i = 0; i < kind_count; i++) {
        if (kinds[i].number != number || kinds[i].first != first) continue;
        kinds[i].count++;
        return;
    }
    if (kind_count == KINDS_MAX) return;
    kinds[kind_count].number = number;
    kinds[kind_count].first = first;
    kinds[kind_count++].count = 1;
}

/* PTRACE_GET_SYSCALL_INFO tells entry from exit, which counting stops cannot once threads come and go. */
static void look(pid_t thread) {
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, (void *)sizeof info, &info) <= 0) return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        if (is_filtered) note(info.entry.nr, info.entry.args[0]);
        else if (info.entry.nr == SYS_seccomp) is_filtered = true;
    }
}

static int follow(pid_t first) {
    int status, result = 0;
    for (;;) {
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0) {
            if (errno == EINTR) continue;
            return result;
        }
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        int signal_number = WSTOPSIG(status);
        if (signal_number == (SIGTRAP | 0x80)) look(thread);
        bool passes = signal_number != (SIGTRAP | 0x80) && signal_number != SIGTRAP && signal_number != SIGSTOP;
        ptrace(PTRACE_SYSCALL, thread, NULL, (void *)(long)(passes ? signal_number : 0));
    }
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    int out = atoi(argv[1]), status;
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        close(out);
        execv(argv[2], argv + 2);
        _exit(127);
    }
    waitpid(child, &status, 0);
    ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL));
    ptrace(PTRACE_SYSCALL, child, NULL, NULL);
    int result = follow(child);
    FILE *lines = fdopen(out, "w");
    if (lines == NULL) return 2;
    for (size_t i = 0; i < kind_count; i++) fprintf(lines, "%llu %llu %lu\n", kinds[i].number, kinds[i].first, kinds[i].count);
    return fclose(lines) == 0 ? result : 2;
}
