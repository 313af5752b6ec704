/* `sandtable-host --describe`: what was found on this machine, as JSON. See describe.c. */
#ifndef SANDTABLE_DESCRIBE_H
#define SANDTABLE_DESCRIBE_H

#include "options.h"

/* Prints one JSON object on stdout. 0 where a guest can run under the full filter, else 1. */
int describe(const struct options *options);

#endif
