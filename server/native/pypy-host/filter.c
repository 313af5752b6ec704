/*
 * The seccomp filter. Hooks are only the mechanism by which the guest asks; this is what holds when native code inside
 * the guest ignores them.
 *
 * After it, a process can read and write the channel's own pipes, have private memory, wait on futexes, return from
 * signal handlers, make threads of exactly the kind that pthread_create makes (where wanted), and end. Anything else
 * kills the process. A few calls that glibc makes by itself are answered with an error instead, because a library that
 * tries must go on: none of them is performed.
 *
 * Facts it relies on: BPF sees registers, not memory, so clone3 (flags in memory) must be refused and clone's flags be
 * compared exactly. The kernel uses the low 32 bits of a descriptor, so comparing those is exact. The other flag words
 * are compared low and masked; their high halves mean nothing to the kernel.
 *
 * NEVER: allow a call that makes a descriptor, names a file, or takes flags from memory.
 */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define RULES_MAX 128

/* Numbers from here on are the x32 interface's: the same calls with other structures. */
#define X32_BIT 0x40000000u

/* What glibc's pthread_create asks for; anything else makes a process, or a thread that shares less. */
#define THREAD_FLAGS                                                                                            \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |          \
     CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
_Static_assert(THREAD_FLAGS == 0x3d0f00, "flags of pthread_create");

struct program {
    struct sock_filter rules[RULES_MAX];
    unsigned short count;
};

static void add(struct program *program, struct sock_filter rule) { program->rules[program->count++] = rule; }

static void statement(struct program *program, uint16_t code, uint32_t value) {
    add(program, (struct sock_filter)BPF_STMT(code, value));
}

/* Skips `otherwise` rules unless the accumulator equals `value`, else `then`. */
static void if_equal(struct program *program, uint32_t value, uint8_t then, uint8_t otherwise) {
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise));
}

static void verdict(struct program *program, uint32_t value) { statement(program, BPF_RET | BPF_K, value); }

static void load(struct program *program, size_t offset) { statement(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset); }

/* Low half of an argument; x86-64 is little-endian. */
static void load_argument(struct program *program, unsigned index) {
    load(program, offsetof(struct seccomp_data, args) + index * sizeof(uint64_t));
}

/* Every rule below begins with the call's number in the accumulator and leaves it there for the next one when it does
   not concern that call; a rule that loads an argument ends with a verdict on all its ways. */

static void on_call(struct program *program, uint32_t number, uint32_t value) {
    if_equal(program, number, 0, 1);
    verdict(program, value);
}

/* `mask` 0xffffffff compares the whole low half. */
static void on_call_if(struct program *program, uint32_t number, unsigned argument, uint32_t mask, uint32_t wanted, uint32_t otherwise) {
    if_equal(program, number, 0, 5);
    load_argument(program, argument);
    statement(program, BPF_ALU | BPF_AND | BPF_K, mask);
    if_equal(program, wanted, 0, 1);
    verdict(program, SECCOMP_RET_ALLOW);
    verdict(program, otherwise);
}

static void on_read(struct program *program, struct channel_ends ends) {
    uint32_t second = ends.poll >= 0 ? (uint32_t)ends.poll : (uint32_t)ends.reply;
    if_equal(program, SYS_read, 0, 5);
    load_argument(program, 0);
    if_equal(program, second, 1, 0);
    if_equal(program, (uint32_t)ends.reply, 0, 1);
    verdict(program, SECCOMP_RET_ALLOW);
    verdict(program, SECCOMP_RET_KILL_PROCESS);
}

static void on_futex(struct program *program) {
    if_equal(program, SYS_futex, 0, 8);
    load_argument(program, 1);
    statement(program, BPF_ALU | BPF_AND | BPF_K, ~(uint32_t)(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME));
    if_equal(program, FUTEX_WAIT, 4, 0);
    if_equal(program, FUTEX_WAKE, 3, 0);
    if_equal(program, FUTEX_WAIT_BITSET, 2, 0);
    if_equal(program, FUTEX_WAKE_BITSET, 1, 0);
    verdict(program, SECCOMP_RET_KILL_PROCESS);
    verdict(program, SECCOMP_RET_ALLOW);
}

static void on_memory(struct program *program) {
    /* Huge pages are a pool that all processes share. */
    const uint32_t kind = MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
    on_call_if(program, SYS_mmap, 3, kind, MAP_PRIVATE | MAP_ANONYMOUS, SECCOMP_RET_KILL_PROCESS);
    on_call(program, SYS_munmap, SECCOMP_RET_ALLOW);
    on_call(program, SYS_mprotect, SECCOMP_RET_ALLOW);
    on_call(program, SYS_brk, SECCOMP_RET_ALLOW);
    on_call_if(program, SYS_madvise, 2, UINT32_MAX, MADV_DONTNEED, SECCOMP_RET_ERRNO | EINVAL);
    on_call(program, SYS_mremap, SECCOMP_RET_ERRNO | ENOMEM); /* realloc copies instead */
}

static void on_threads(struct program *program, bool with_threads) {
    if (!with_threads) {
        on_call(program, SYS_clone, SECCOMP_RET_ERRNO | EAGAIN);
        on_call(program, SYS_clone3, SECCOMP_RET_ERRNO | EAGAIN);
        return;
    }
    on_call(program, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS); /* glibc falls back to clone */
    on_call_if(program, SYS_clone, 0, UINT32_MAX, THREAD_FLAGS, SECCOMP_RET_ERRNO | EPERM);
    on_call(program, SYS_set_robust_list, SECCOMP_RET_ALLOW);
    on_call(program, SYS_rseq, SECCOMP_RET_ALLOW);
    on_call(program, SYS_rt_sigprocmask, SECCOMP_RET_ALLOW);
}

static void build(struct program *program, struct channel_ends ends, bool with_threads) {
    load(program, offsetof(struct seccomp_data, arch));
    if_equal(program, AUDIT_ARCH_X86_64, 1, 0);
    verdict(program, SECCOMP_RET_KILL_PROCESS);
    load(program, offsetof(struct seccomp_data, nr));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1));
    verdict(program, SECCOMP_RET_KILL_PROCESS);
    on_read(program, ends); /* first, because polling reads most */
    on_call_if(program, SYS_write, 0, UINT32_MAX, (uint32_t)ends.request, SECCOMP_RET_KILL_PROCESS);
    on_futex(program);
    on_memory(program);
    on_call(program, SYS_rt_sigreturn, SECCOMP_RET_ALLOW);
    on_call(program, SYS_sched_yield, SECCOMP_RET_ALLOW);
    on_call(program, SYS_exit, SECCOMP_RET_ALLOW);
    on_call(program, SYS_exit_group, SECCOMP_RET_ALLOW);
    on_call(program, SYS_restart_syscall, SECCOMP_RET_ALLOW);
    on_threads(program, with_threads);
    /* libc looks for a time zone, a locale or a message catalogue, and goes on without. */
    on_call(program, SYS_openat, SECCOMP_RET_ERRNO | EPERM);
    /* The vdso reads the clock without the kernel, except on machines whose clock it cannot read, or when the kernel gives
       up on the clock while the guest runs; the host then asks the controller for the time. */
    on_call(program, SYS_clock_gettime, SECCOMP_RET_ERRNO | ENOSYS);
    on_call(program, SYS_gettimeofday, SECCOMP_RET_ERRNO | ENOSYS);
    verdict(program, SECCOMP_RET_KILL_PROCESS);
}

int filter_install(struct channel_ends ends, bool with_threads) {
    struct program program = { .count = 0 };
    build(&program, ends, with_threads);
    struct sock_fprog described = { program.count, program.rules };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &described);
    if (result > 0) errno = EBUSY; /* the id of a thread that could not be brought under the filter */
    return result == 0 ? 0 : -1;
}

/* In a child: allowed things must work, a refused one must fail, a forbidden one must kill. */
static void try_in_child(struct channel_ends ends) {
    enum { NOT_INSTALLED = 1, NOT_ALLOWED, NOT_REFUSED, NOT_KILLED };
    if (filter_install(ends, true) != 0) _exit(NOT_INSTALLED);
    void *page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) _exit(NOT_ALLOWED);
    if (syscall(SYS_openat, AT_FDCWD, "/", 0) != -1 || errno != EPERM) _exit(NOT_REFUSED);
    syscall(SYS_getppid);
    _exit(NOT_KILLED);
}

const char *filter_try(void) {
    struct channel_ends none = { .request = -1, .reply = -1, .poll = -1 };
    int status;
    pid_t child = fork();
    if (child < 0) return "a process to try the filter in cannot be made";
    if (child == 0) try_in_child(none);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return "the process that tried the filter was lost";
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) return NULL;
    if (!WIFEXITED(status)) return "the process that tried the filter ended in an unexpected way";
    return WEXITSTATUS(status) == 1 ? "the kernel does not take the filter" : "the kernel takes the filter but does not act on it";
}
