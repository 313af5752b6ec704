/* See options.h. */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "threads.h"

/* Enough for thread pools of ordinary programs, and far below the requests that may be in flight. */
#define DEFAULT_THREADS 64u
/* Bytes: no machine has more, and the sum of two still fits. */
#define MAX_BYTES (UINT64_C(1) << 46)
/* A year. */
#define MAX_CPU_SECONDS (UINT64_C(366) * 24 * 3600)
/* The last value means "no change" to the kernel. */
#define MAX_UID (UINT32_MAX - 1)

static char message[256];

static const char *complain(const char *what, const char *about) {
    snprintf(message, sizeof message, "%s: %s", what, about);
    return message;
}

static bool parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *into) {
    char *end;
    errno = 0;
    if (*text < '0' || *text > '9') return false; /* strtoull would take blanks and signs */
    *into = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *into >= least && *into <= most;
}

static bool is_setting(const char *text) {
    const char *equals = strchr(text, '=');
    return equals != NULL && equals != text;
}

/* An option with a value. NULL where it was taken. */
static const char *take_value(struct options *options, const char *name, char *value) {
    uint64_t number = 0;
    bool good = true;
    if (strcmp(name, "--lib") == 0) options->library = strdup(value);
    else if (strcmp(name, "--stdlib") == 0) options->stdlib = strdup(value);
    else if (strcmp(name, "--heap-bytes") == 0) good = parse_number(value, 1, MAX_BYTES, &options->heap_bytes);
    else if (strcmp(name, "--data-bytes") == 0) good = parse_number(value, 1, MAX_BYTES, &options->data_bytes);
    else if (strcmp(name, "--cpu-seconds") == 0) good = parse_number(value, 1, MAX_CPU_SECONDS, &options->cpu_seconds);
    else if (strcmp(name, "--threads") == 0) {
        good = parse_number(value, 1, THREADS_MAX, &number);
        options->threads = (unsigned)number;
    } else if (strcmp(name, "--uid") == 0) {
        good = parse_number(value, 1, MAX_UID, &number);
        options->uid = (uid_t)number;
        options->has_uid = true;
    } else if (strcmp(name, "--env") == 0) {
        good = is_setting(value);
        options->environment[options->environment_count++] = strdup(value);
    } else {
        return complain("unknown option", name);
    }
    return good ? NULL : complain("bad value for option", name);
}

/* true where `name` is an option that stands alone. */
static bool take_flag(struct options *options, const char *name) {
    if (strcmp(name, "--describe") == 0) options->describe = true;
    else if (strcmp(name, "--marshal-time") == 0) options->marshal_time = true;
    else if (strcmp(name, "--no-poll") == 0) options->polling = POLLING_NEVER;
    else if (strcmp(name, "--always-poll") == 0) options->polling = POLLING_ALWAYS;
    else if (strcmp(name, "--zygote") == 0) options->zygote = true;
    else if (strcmp(name, "--before-start") == 0) options->before_start = true;
    else return false;
    return true;
}

const char *options_parse(struct options *options, int argc, char **argv) {
    *options = (struct options){ .polling = POLLING_ADAPTIVE, .threads = DEFAULT_THREADS };
    options->environment = calloc((size_t)argc + 1, sizeof *options->environment);
    options->arguments = calloc((size_t)argc + 1, sizeof *options->arguments);
    if (options->environment == NULL || options->arguments == NULL) return "out of memory";
    int at = 1;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
        if (take_flag(options, argv[at])) continue;
        if (strncmp(argv[at], "--", 2) != 0) return complain("not an option", argv[at]);
        if (at + 1 == argc) return complain("unknown option, or its value is missing", argv[at]);
        const char *problem = take_value(options, argv[at], argv[at + 1]);
        if (problem != NULL) return problem;
        at++;
    }
    for (at++; at < argc; at++) options->arguments[options->argument_count++] = strdup(argv[at]);
    return NULL;
}
