/* The smallest test frame: CHECK() says where it failed and counts; check_end() gives the program's exit status. */
#ifndef SANDTABLE_CHECK_H
#define SANDTABLE_CHECK_H

#include <stdio.h>

static int check_count, check_failures;

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        check_count++;                                                                   \
        if (!(condition)) {                                                              \
            check_failures++;                                                            \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);      \
        }                                                                                \
    } while (0)

static inline int check_end(const char *name) {
    printf("%s: %d checks, %d failed\n", name, check_count, check_failures);
    return check_failures == 0 ? 0 : 1;
}

#endif
