/*
 * Loading native code. dlopen() of a module that the host preloaded gives a token, and dlsym() on a token answers only
 * the cffi entry point; everything else is asked, noted and refused, whatever the answer.
 *
 * Looking into one's own code (dladdr, backtrace) answers "nothing found": libc's versions read files.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "frames.h"
#include "marshal.h"
#include "preload.h"
#include "rehearsal.h"
#include "stubs.h"

#define CFFI_ENTRY_PREFIX "_cffi_pypyinit_"

/* As libc's: the message of the last failure, told once. */
static __thread char message[256];
static __thread bool has_message;

/* What the boot script gets for its function: a library with the functions of frames.h in it, and nothing else. */
static const char frames_library = 0;
static const char rehearsal_library = 0;

static void refuse(const char *what) {
    snprintf(message, sizeof message, "the sandbox loads no native code: %s", what == NULL ? "the program itself" : what);
    has_message = true;
}

static void *stub_dlopen(const char *path, int flags) {
    (void)flags;
    const struct preloaded *module = path == NULL ? NULL : preload_find(path);
    if (module != NULL) return (void *)module;
    if (path != NULL && frames_take_function(path)) return (void *)&frames_library;
    if (path != NULL && rehearsal_take_function(path)) return (void *)&rehearsal_library;
    ASK(CALL_at_dlopen, PTR(path));
    refuse(path);
    return NULL;
}

static bool is_token(const void *handle) {
    size_t count;
    const struct preloaded *modules = preload_list(&count);
    for (size_t i = 0; i < count; i++)
        if (handle == &modules[i]) return modules[i].handle != NULL;
    return false;
}

static void *find_telling(const char *symbol) {
    if (strcmp(symbol, FRAMES_KEEP) == 0) return (void *)(uintptr_t)frames_keep;
    if (strcmp(symbol, FRAMES_KEEP_FOR_ONE) == 0) return (void *)(uintptr_t)frames_keep_for_one;
    if (strcmp(symbol, FRAMES_DROP) == 0) return (void *)(uintptr_t)frames_drop;
    if (strcmp(symbol, FRAMES_PAY) == 0) return (void *)(uintptr_t)frames_pay;
    return NULL;
}

static void *stub_dlsym(void *handle, const char *symbol) {
    if (is_token(handle) && strncmp(symbol, CFFI_ENTRY_PREFIX, strlen(CFFI_ENTRY_PREFIX)) == 0)
        return dlsym(((const struct preloaded *)handle)->handle, symbol);
    void *telling = handle == &frames_library ? find_telling(symbol) : NULL;
    if (telling != NULL) return telling;
    ASK(CALL_at_dlsym, PTR(symbol));
    refuse(symbol);
    return NULL;
}

static char *stub_dlerror(void) {
    if (!has_message) return NULL;
    has_message = false;
    return message;
}

static int stub_dlclose(void *handle) {
    (void)handle;
    return 0;
}

static int stub_nothing_found(void) { return 0; }
static char **stub_no_symbols(void) { return NULL; }

const struct stub STUBS_LIBRARY[] = {
    STUB("dlopen", stub_dlopen),
    STUB("dlsym", stub_dlsym),
    STUB("dlerror", stub_dlerror),
    STUB("dlclose", stub_dlclose),
    STUB("dladdr", stub_nothing_found),
    STUB("backtrace", stub_nothing_found),
    STUB("backtrace_symbols", stub_no_symbols),
    STUBS_END,
};
