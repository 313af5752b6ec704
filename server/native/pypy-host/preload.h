/*
 * Extension modules of the standard library that are native code: loaded by the host before the filter, because
 * afterwards nothing can be loaded. See preload.c.
 */
#ifndef SANDTABLE_PRELOAD_H
#define SANDTABLE_PRELOAD_H

#include <stdbool.h>
#include <stddef.h>

struct preloaded {
    const char *module; /* what Python imports */
    const char *file; /* its file's name without folder; NULL where it was not found */
    void *handle;
};

/* Loads what is found under `stdlib`. Missing modules are not an error: Python's own fallbacks serve. */
void preload_all(const char *stdlib);

const struct preloaded *preload_list(size_t *count);

/* The module whose file is called like the last part of `path`, or NULL. */
const struct preloaded *preload_find(const char *path);

#endif
