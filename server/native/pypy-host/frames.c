/*
 * Frames. A reply may ask for the Python stack of the call that it answers. The boot script (sitecustomize) has left here the address of a
 * function of the interpreter, made with cffi, which writes the stack as text; it is called before the stub returns to the guest, and its
 * text goes out in a frame with id 0, which no reply answers. The trace has it from the guest alone: a program that tampers with the
 * function, or sends a frame of its own, lies about itself and about nothing else.
 *
 * Invariants. Each reply that asks gets one such frame, with an empty text where the stack cannot be told, so that the controller does not
 * wait for one in vain (for what the wrapper does not pay, it waits until the thread's next call). The function is called with no lock of ours
 * held, and never within itself. Signals stay noted meanwhile, and those that the interpreter was told of before it made the call are kept by a
 * built-in function of its own, called first: a handler that ran in there would lose what it raises, and its calls would have no stack.
 *
 * NEVER: call the function from where the interpreter holds its global lock. It would wait for itself; and to let go of the lock for it would
 * be worse: code around such a call was compiled for one that cannot collect garbage, so it keeps addresses of objects where the collector does
 * not look, and Python code may move them. So only calls that the interpreter makes without the lock are listed, and the C library's streams,
 * whose callers are many, are left out. For the others the boot script's wrappers have the debt paid, from outside the call: functions called
 * with cffi let go of the lock. A wrapper promises that beforehand, and one promise is good for one call, so that a close in a signal handler
 * that runs between the two is not told with the frames of the wrapper's caller.
 */
#include "frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "wire.h"

/* What one stack may take: 32 frames of ordinary names. What does not fit is left out by the function. */
#define TEXT_BYTES 4096u

/* The interpreter ends a recursion at 768 KiB of stack. A function that it cannot even enter says so on standard error, so it is not called
   in the last part; a deep program then has no stack in its rows. */
#define STACK_USED_MAX (640l << 10)

/* Writes at most `size` bytes, and returns how many. */
typedef long (*frames_function)(char *into, long size);

typedef void (*holding_function)(const char *unused, long size);
typedef void (*releasing_function)(void);

static frames_function teller;
static holding_function hold_handlers;
static releasing_function release_handlers;
static __thread bool is_handling;
static __thread unsigned paused;
/* Where the thread's stack begins, or near it. */
static __thread const char *stack_start;
/* From where in the interpreter a write came, and from where one comes that is made without the lock. */
static __thread int64_t writer;
static int64_t known_writer;
/* A request whose stack is told a moment later, by frames_pay(). */
static __thread uint32_t owed;
/* The wrapper that made the thread's next call will ask for that. */
static __thread bool promised;

bool frames_take_function(const char *name) {
    size_t prefix = sizeof FRAMES_PREFIX - 1;
    if (strncmp(name, FRAMES_PREFIX, prefix) != 0) return false;
    if (teller != NULL) return true;
    uintptr_t functions[3] = { 0 };
    char *at = (char *)(uintptr_t)(name + prefix);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        functions[i] = (uintptr_t)strtoull(at, &at, 16);
        if (*at == ',') at++;
    }
    teller = (frames_function)functions[0];
    hold_handlers = (holding_function)functions[1];
    release_handlers = (releasing_function)functions[2];
    return true;
}

void frames_pause(void) { paused++; }
void frames_resume(void) { paused--; }

bool frames_see_write(int fd, int64_t caller) {
    writer = caller;
    if (fd != FRAMES_PROBE_FD || known_writer != 0) return false;
    known_writer = caller;
    return true;
}

/* Calls for which the interpreter lets go of its global lock, wherever it makes them: found by trying each (stacks.test.ts does it again), because
   the one that is listed wrongly hangs. close(), getpid(), fork() and ttyname() are made with the lock. */
static bool is_made_unlocked(enum call_id id) {
    switch (id) {
    case CALL_open64: case CALL_openat64: case CALL_stat64: case CALL_fstatat64: case CALL_lstat64: case CALL_fstat64: case CALL_statvfs64:
    case CALL_fstatvfs64: case CALL_access: case CALL_faccessat: case CALL_at_listdir: case CALL_at_flistdir: case CALL_readlink:
    case CALL_readlinkat: case CALL_at_getcwd: case CALL_chdir: case CALL_fchdir: case CALL_mkdir: case CALL_mkdirat: case CALL_rmdir:
    case CALL_unlink: case CALL_unlinkat: case CALL_rename: case CALL_renameat: case CALL_link: case CALL_linkat: case CALL_symlink:
    case CALL_symlinkat: case CALL_chmod: case CALL_fchmodat: case CALL_fchmod: case CALL_chown: case CALL_lchown: case CALL_fchownat:
    case CALL_fchown: case CALL_truncate64: case CALL_ftruncate64: case CALL_utimensat: case CALL_futimens: case CALL_umask: case CALL_read:
    case CALL_pread64: case CALL_pwrite64: case CALL_lseek64: case CALL_fsync: case CALL_fdatasync: case CALL_dup2:
    case CALL_at_fcntl: case CALL_pipe: case CALL_pipe2: case CALL_isatty: case CALL_tcgetattr: case CALL_tcsetattr: case CALL_at_sleep:
    case CALL_getuid: case CALL_geteuid: case CALL_getgid: case CALL_getegid: case CALL_getpgrp: case CALL_getpgid: case CALL_getsid:
    case CALL_uname: case CALL_gethostname: case CALL_times: case CALL_getloadavg: case CALL_getpriority: case CALL_system:
    case CALL_execv: case CALL_execve: case CALL_waitpid: case CALL_kill: case CALL_at_killpg: case CALL_dup:
    case CALL_select: case CALL_poll: case CALL_epoll_create1: case CALL_epoll_ctl: case CALL_epoll_wait: case CALL_socket: case CALL_socketpair:
    case CALL_connect: case CALL_bind: case CALL_listen: case CALL_accept: case CALL_accept4: case CALL_send: case CALL_sendto: case CALL_recv:
    case CALL_recvfrom: case CALL_shutdown: case CALL_getsockname: case CALL_getpeername: case CALL_getsockopt: case CALL_setsockopt:
    case CALL_at_getaddrinfo: case CALL_at_gethostbyname: case CALL_at_dlopen: return true;
    case CALL_write: return writer == known_writer; /* its module faulthandler writes with the lock, from a place of its own */
    default: return false;
    }
}

void frames_begin_thread(bool runs_handlers) {
    stack_start = __builtin_frame_address(0);
    is_handling = runs_handlers;
}

static bool has_room(void) {
    const char *here = __builtin_frame_address(0);
    return stack_start != NULL && stack_start - here < STACK_USED_MAX;
}

static size_t ask(char *text) {
    if (teller == NULL || paused != 0 || !has_room()) return 0;
    int saved = errno;
    frames_pause();
    bool holds = is_handling && hold_handlers != NULL && release_handlers != NULL;
    if (holds) hold_handlers(NULL, 0);
    long length = teller(text, TEXT_BYTES);
    if (holds) release_handlers();
    frames_resume();
    errno = saved;
    return length > 0 && (unsigned long)length <= TEXT_BYTES ? (size_t)length : 0;
}

static void send(uint32_t request, bool asks) {
    uint8_t frame[WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD + sizeof(uint32_t) + TEXT_BYTES];
    uint8_t *body = frame + WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD;
    wire_put_u32(body, request);
    size_t length = sizeof(uint32_t) + (asks ? ask((char *)body + sizeof(uint32_t)) : 0);
    channel_send(WIRE_FRAMES, frame, length);
}

void frames_send(enum call_id id, uint32_t request, bool raises) {
    bool unlocked = is_made_unlocked(id);
    bool paid_later = !unlocked && (raises || promised) && teller != NULL && paused == 0;
    if (!unlocked) promised = false;
    if (paid_later) owed = request;
    else send(request, unlocked);
}

int frames_promise(void) {
    promised = true;
    return 0;
}

int frames_pay(void) {
    uint32_t request = owed;
    owed = 0;
    promised = false;
    if (request != 0) send(request, true);
    return 0;
}
