/*
 * The interpreter's library: finding, loading, naming it. See interpreter.c.
 */
#ifndef SANDTABLE_INTERPRETER_H
#define SANDTABLE_INTERPRETER_H

#define PATH_ROOM 512
#define VERSION_ROOM 64

struct interpreter {
    char library[PATH_ROOM];
    char stdlib[PATH_ROOM]; /* folder of the standard library, as installed */
    char version[VERSION_ROOM]; /* "7.3.11 / 3.9.16": PyPy's and Python's; "unknown" where it is not found */
    int (*start)(int argc, char **argv);
    int (*holds_lock)(void); /* whether the calling thread holds the global lock; NULL in a library that does not say */
};

/* Finds the library and the standard library. NULL, or the code of a failure with its message in `detail`. */
const char *interpreter_find(struct interpreter *interpreter, const char *library, const char *stdlib, const char **detail);

/* Loads it, every symbol bound. As interpreter_find(). */
const char *interpreter_load(struct interpreter *interpreter, const char **detail);

#endif
