/*
 * Work that glibc puts off until it is needed, and that takes system calls which the filter forbids. Each was found by a
 * guest that was killed; the system call stands beside it. Runs with the environment that libc keeps (TZ, LC_ALL).
 */
#include "warmup.h"

#include <dlfcn.h>
#include <locale.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>

/* Above 1 KB, qsort allocates, and asks once how much memory the machine has. */
#define SORTED_ITEMS 1024
/* More than sizeof(ffi_closure) of any version. */
#define CLOSURE_BYTES 128
#define GUEST_LOCALE "C.UTF-8"

static int compare(const void *left, const void *right) { return *(const int *)left - *(const int *)right; }

static void *nothing(void *argument) { return argument; }

/* sysinfo */
static void warm_sort(void) {
    static int items[SORTED_ITEMS];
    qsort(items, SORTED_ITEMS, sizeof *items, compare);
}

/* rt_sigaction of the signals that threads use among themselves */
static bool warm_threads(void) {
    pthread_t thread;
    return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

/* openat of the time zone */
static void warm_time_zone(void) {
    time_t epoch = 0;
    struct tm parts;
    tzset();
    localtime_r(&epoch, &parts);
    mktime(&parts);
}

/* openat of the locale and of character conversions; glibc keeps what it has loaded */
static bool warm_locale(void) {
    wchar_t wide[8];
    char narrow[8];
    bool loaded = setlocale(LC_ALL, GUEST_LOCALE) != NULL;
    bool converts = loaded && mbstowcs(wide, "\xc3\xa9", 8) == 1 && wcstombs(narrow, wide, 8) == 2;
    setlocale(LC_ALL, "C");
    return converts;
}

/* openat of /proc/self/status and /proc/mounts, statfs: libffi looks once how memory for callbacks may be had. The boot script makes one in each guest. */
static void warm_callbacks(void) {
    static const char *const names[] = { "libffi.so.8", "libffi.so.7" };
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && library == NULL; i++) library = dlopen(names[i], RTLD_NOW | RTLD_NOLOAD);
    if (library == NULL) return; /* then the guest's own attempt is a few calls in the trace */
    void *(*allocate)(size_t, void **);
    void (*release)(void *);
    *(void **)&allocate = dlsym(library, "ffi_closure_alloc");
    *(void **)&release = dlsym(library, "ffi_closure_free");
    void *code;
    void *closure = allocate == NULL || release == NULL ? NULL : allocate(CLOSURE_BYTES, &code);
    if (closure != NULL) release(closure);
    dlclose(library);
}

const char *warm_up(void) {
    /* sched_getaffinity, and files below /sys and /proc: a second arena is sized by the number of processors */
    if (mallopt(M_ARENA_MAX, 1) != 1) return "memory cannot be kept in one arena";
    warm_sort();
    if (!warm_threads()) return "a thread cannot be made";
    warm_time_zone();
    warm_callbacks();
    return warm_locale() ? NULL : "the locale " GUEST_LOCALE " is missing";
}
