/* What a forked interpreter does before anybody waits for it. See rehearsal.c. */
#ifndef SANDTABLE_REHEARSAL_H
#define SANDTABLE_REHEARSAL_H

#include <stdbool.h>

/* A name that dlopen() is asked for by the boot script: the prefix, then the address of its function in hexadecimal. */
#define REHEARSAL_PREFIX "sandtable-rehearsal:"

/* Takes the function; true where the name was of that kind. Only the first one counts. */
bool rehearsal_take_function(const char *name);

/* Calls it, once; does nothing where there is none. The thread is in a call that the interpreter makes without its global lock. */
void rehearse(void);

#endif
