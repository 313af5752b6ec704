/*
 * The allow-list of extension modules: hashing, compression, audio, and OpenSSL's contexts. All are interfaces to
 * libraries that compute; those that reach for the system (sqlite3, curses, resource, syslog, gdbm, ctypes) are left out.
 */
#include "preload.h"

#include <dlfcn.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wanted {
    const char *module;
    const char *pattern; /* below the standard library; the file's tail names version and machine */
};

static const struct wanted WANTED[] = {
    { "_sha3", "_sha3/_sha3_cffi.*.so" },
    { "_blake2b", "_blake2/_blake2b_cffi.*.so" },
    { "_blake2s", "_blake2/_blake2s_cffi.*.so" },
    { "_lzma", "_lzma_cffi.*.so" },
    { "_audioop", "_audioop_cffi.*.so" },
    { "_pypy_util_cffi_inner", "_pypy_util_cffi_inner.*.so" },
    { "_pypy_openssl", "_pypy_openssl.*.so" },
};

#define WANTED_COUNT (sizeof WANTED / sizeof *WANTED)

static struct preloaded modules[WANTED_COUNT];

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static void preload_one(struct preloaded *module, const char *path) {
    module->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module->handle != NULL) module->file = strdup(last_part(path));
}

void preload_all(const char *stdlib) {
    for (size_t i = 0; i < WANTED_COUNT; i++) {
        char pattern[PATH_MAX];
        glob_t found;
        modules[i].module = WANTED[i].module;
        snprintf(pattern, sizeof pattern, "%s/%s", stdlib, WANTED[i].pattern);
        if (glob(pattern, 0, NULL, &found) == 0) preload_one(&modules[i], found.gl_pathv[0]);
        globfree(&found);
    }
}

const struct preloaded *preload_list(size_t *count) {
    *count = WANTED_COUNT;
    return modules;
}

const struct preloaded *preload_find(const char *path) {
    for (size_t i = 0; i < WANTED_COUNT; i++)
        if (modules[i].file != NULL && strcmp(modules[i].file, last_part(path)) == 0) return &modules[i];
    return NULL;
}
