/* A process that has started the interpreter and forks guests from there. See zygote.c. */
#ifndef SANDTABLE_ZYGOTE_H
#define SANDTABLE_ZYGOTE_H

#include <sys/types.h>

#include "options.h"

/* Waits for orders without having started anything; returns in each guest that is forked. */
void zygote_serve(void);

/* Makes this process wait for orders on the control descriptor whenever it waits for a reply; it dies with `parent`. NULL, or what failed. */
const char *zygote_open(const struct options *options, pid_t parent);

#endif
