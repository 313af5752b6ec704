/*
 * Signals. The guest's sigaction() only fills a table here. Real handlers for every signal that a controller may send
 * were installed before the filter; they look the guest's handler up and call it.
 *
 * Invariants. While a thread is inside a call its channel locks may be held, so a signal is only noted, and delivered
 * after the reply. A handler that ran just before a call that waits makes that call answer EINTR: otherwise a Ctrl-C
 * that lands between the interpreter's last check and its read of the terminal would be noticed one line too late.
 * The final stop is SIGKILL, which nothing here can touch.
 *
 * NEVER: allocate or take a lock in on_signal() other than through call_ask() outside a call.
 */
#include "signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "frames.h"
#include "marshal.h"
#include "stubs.h"
#include "wire.h"

#define SIGNAL_COUNT 65

static struct sigaction guest_actions[SIGNAL_COUNT];

/* Per thread, bit s-1 for signal s. */
static __thread volatile unsigned call_depth;
static __thread uint64_t noted;
static __thread uint64_t blocked;
static __thread volatile sig_atomic_t recent;

static uint64_t bit_of(int signal_number) { return UINT64_C(1) << (signal_number - 1); }

static bool is_ignored_by_default(int signal_number) {
    return signal_number == SIGCHLD || signal_number == SIGURG || signal_number == SIGWINCH || signal_number == SIGCONT;
}

/* The filter allows no kill(), so a deadly signal becomes the exit status that a shell would report for it. */
static void die_of(int signal_number) {
    ASK(CALL_at_exit, EXIT_SIGNAL_BASE + signal_number);
    _exit(EXIT_SIGNAL_BASE + signal_number);
}

static void run_action(int signal_number) {
    struct sigaction action = guest_actions[signal_number];
    if (action.sa_handler == SIG_IGN) return;
    if (action.sa_handler == SIG_DFL) {
        if (is_ignored_by_default(signal_number)) return;
        die_of(signal_number);
    }
    if (((unsigned)action.sa_flags & SA_RESETHAND) != 0) guest_actions[signal_number].sa_handler = SIG_DFL;
    int saved = errno;
    frames_pause();
    if ((action.sa_flags & SA_SIGINFO) != 0) {
        siginfo_t info = { .si_signo = signal_number };
        ucontext_t context;
        memset(&context, 0, sizeof context);
        action.sa_sigaction(signal_number, &info, &context);
    } else {
        action.sa_handler(signal_number);
    }
    frames_resume();
    errno = saved;
}

static void run_noted(void) {
    uint64_t ready = __atomic_load_n(&noted, __ATOMIC_RELAXED) & ~blocked;
    while (ready != 0) {
        int signal_number = __builtin_ctzll(ready) + 1;
        ready &= ready - 1;
        __atomic_and_fetch(&noted, ~bit_of(signal_number), __ATOMIC_RELAXED);
        run_action(signal_number);
    }
}

static void on_signal(int signal_number) {
    if (call_depth > 0 || (blocked & bit_of(signal_number)) != 0) {
        __atomic_or_fetch(&noted, bit_of(signal_number), __ATOMIC_RELAXED);
        return;
    }
    recent = 1;
    run_action(signal_number);
}

void signals_enter_call(void) { call_depth++; }

void signals_leave_call(void) {
    call_depth--;
    if (call_depth == 0 && __atomic_load_n(&noted, __ATOMIC_RELAXED) != 0) {
        int saved = errno;
        run_noted();
        errno = saved;
    }
}

bool signals_take_recent(void) {
    bool was = recent != 0;
    recent = 0;
    return was || (__atomic_load_n(&noted, __ATOMIC_RELAXED) & ~blocked) != 0;
}

void signals_install(void) {
    static const int handled[] = {
        SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGCHLD, SIGWINCH, SIGIO, SIGURG, SIGXCPU,
    };
    static const int ignored[] = { SIGPIPE, SIGTTIN, SIGTTOU, SIGTSTP, SIGXFSZ };
    struct sigaction action = { .sa_handler = on_signal };
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) sigaction(handled[i], &action, NULL);
    action.sa_handler = SIG_IGN;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) sigaction(ignored[i], &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* ---- stubs ---- */

static int stub_sigaction(int signal_number, const struct sigaction *wanted, struct sigaction *old) {
    bool fixed = signal_number == SIGKILL || signal_number == SIGSTOP;
    if (signal_number < 1 || signal_number >= SIGNAL_COUNT || (fixed && wanted != NULL)) {
        errno = EINVAL;
        return -1;
    }
    struct sigaction previous = guest_actions[signal_number];
    if (wanted != NULL) guest_actions[signal_number] = *wanted;
    if (old != NULL) *old = previous;
    return 0;
}

static sighandler_t stub_signal(int signal_number, sighandler_t handler) {
    struct sigaction wanted = { .sa_handler = handler }, old;
    return stub_sigaction(signal_number, &wanted, &old) < 0 ? SIG_ERR : old.sa_handler;
}

static int stub_raise(int signal_number) {
    if (signal_number < 1 || signal_number >= SIGNAL_COUNT) {
        errno = EINVAL;
        return -1;
    }
    if (signal_number == SIGKILL) die_of(signal_number);
    if ((blocked & bit_of(signal_number)) != 0) __atomic_or_fetch(&noted, bit_of(signal_number), __ATOMIC_RELAXED);
    else run_action(signal_number);
    return 0;
}

/* A signal to oneself needs nobody; one to another thread would take a system call. The interpreter looks for a negative
   result, not for the error number that POSIX has here, so -1 and errno say it both ways. */
static int stub_pthread_kill(pthread_t thread, int signal_number) {
    if (!pthread_equal(thread, pthread_self())) return (int)call_refuse("pthread_kill");
    return signal_number == 0 ? 0 : stub_raise(signal_number);
}

/* Answers an error number, as pthread_sigmask() does. The kernel's signal sets begin with the same 64 bits. */
static int stub_pthread_sigmask(int how, const sigset_t *wanted, sigset_t *old) {
    uint64_t previous = blocked, bits = 0;
    if (wanted != NULL) {
        memcpy(&bits, wanted, sizeof bits);
        bits &= ~(bit_of(SIGKILL) | bit_of(SIGSTOP));
        switch (how) {
        case SIG_BLOCK: blocked |= bits; break;
        case SIG_UNBLOCK: blocked &= ~bits; break;
        case SIG_SETMASK: blocked = bits; break;
        default: return EINVAL;
        }
    }
    if (old != NULL) {
        sigemptyset(old);
        memcpy(old, &previous, sizeof previous);
    }
    run_noted();
    return 0;
}

static int stub_sigprocmask(int how, const sigset_t *wanted, sigset_t *old) {
    int error = stub_pthread_sigmask(how, wanted, old);
    if (error == 0) return 0;
    errno = error;
    return -1;
}

static int stub_sigpending(sigset_t *set) {
    uint64_t bits = __atomic_load_n(&noted, __ATOMIC_RELAXED);
    sigemptyset(set);
    memcpy(set, &bits, sizeof bits);
    return 0;
}

/* Calls of the guest are never begun again after a signal, whatever it asks. */
static int stub_siginterrupt(int signal_number, int interrupts) {
    (void)interrupts;
    if (signal_number >= 1 && signal_number < SIGNAL_COUNT && signal_number != SIGKILL && signal_number != SIGSTOP) return 0;
    errno = EINVAL;
    return -1;
}

static int stub_nothing(void) { return 0; }

const struct stub STUBS_SIGNALS[] = {
    STUB("sigaction", stub_sigaction),
    STUB("signal", stub_signal),
    STUB("raise", stub_raise),
    STUB("pthread_kill", stub_pthread_kill),
    STUB("pthread_sigmask", stub_pthread_sigmask),
    STUB("sigprocmask", stub_sigprocmask),
    STUB("sigpending", stub_sigpending),
    STUB("siginterrupt", stub_siginterrupt),
    STUB("sigaltstack", stub_nothing),
    STUBS_END,
};
