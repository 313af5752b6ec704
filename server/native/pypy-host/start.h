/* From a parsed command line to a running guest. See start.c. */
#ifndef SANDTABLE_START_H
#define SANDTABLE_START_H

#include <sys/types.h>

#include "channel.h"
#include "options.h"
#include "walls.h"

/* `parent` is the controller's process, as seen when the host began. Does not return. */
_Noreturn void start_guest(const struct options *options, pid_t parent, int argc, char **argv);

/*
 * The last steps, for this process as it is prepared: the rest of the walls, "ready" where it `reports`, nothing open but `ends`, filter, hello. `parent`
 * is who the guest dies with. Where a step fails the process ends.
 */
void become_guest(const struct options *options, pid_t parent, struct walls *walls, struct channel_ends ends, bool reports);

#endif
