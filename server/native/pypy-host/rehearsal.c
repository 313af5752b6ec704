/*
 * A rehearsal. After a fork the first steps of an interpreter are slow: each page that it writes is copied, and each page of its library's code
 * has to be found anew. The boot script of a zygote leaves here a function, made with cffi, that does in memory what every start does next:
 * splitting words, wrapping functions, compiling and running a program that prints. A child that is forked ahead calls it while nobody waits.
 *
 * Invariants. The function is the platform's own and asks nothing outside: there is no controller yet that could answer, and the child would wait for
 * ever. It leaves nothing that a program could see, so a child that has rehearsed is like one that has not.
 *
 * NEVER: call it in a process that has seen anything of a guest, whose program may have named a function of its own.
 */
#include "rehearsal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void (*rehearsed)(void);

bool rehearsal_take_function(const char *name) {
    size_t prefix = sizeof REHEARSAL_PREFIX - 1;
    if (strncmp(name, REHEARSAL_PREFIX, prefix) != 0) return false;
    if (rehearsed == NULL) rehearsed = (void (*)(void))(uintptr_t)strtoull(name + prefix, NULL, 16);
    return true;
}

void rehearse(void) {
    if (rehearsed != NULL) rehearsed();
}
