/*
 * The command line. Parsed strictly: an option that is not known, a number that is not one, or a value out of range ends
 * the host before anything is done.
 */
#ifndef SANDTABLE_OPTIONS_H
#define SANDTABLE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "channel.h"

struct options {
    bool describe;
    bool marshal_time;
    enum polling_mode polling;
    bool zygote;
    bool before_start; /* the zygote forks before it starts the interpreter */
    bool has_uid;
    uid_t uid;
    const char *library; /* NULL: the newest that is found */
    const char *stdlib; /* NULL: derived from the library's name */
    uint64_t heap_bytes; /* 0: not limited */
    uint64_t data_bytes;
    uint64_t cpu_seconds;
    unsigned threads;
    char **environment;
    size_t environment_count;
    char **arguments; /* the guest's, after its argv[0] */
    size_t argument_count;
};

/* NULL, or a sentence that says what is wrong. Everything in `options` is a copy. */
const char *options_parse(struct options *options, int argc, char **argv);

#endif
