/*
 * The kernel filter: the boundary of the sandbox. See filter.c.
 */
#ifndef SANDTABLE_FILTER_H
#define SANDTABLE_FILTER_H

#include <stdbool.h>

#include "channel.h"

/* Installs the filter for every thread of this process; 0 or -1 with errno. There is no way back. */
int filter_install(struct channel_ends ends, bool with_threads);

/* Whether the kernel takes the filter and kills by it, tried in a child. NULL, or what is wrong. */
const char *filter_try(void);

#endif
