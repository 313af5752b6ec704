/*
 * The pipes between a guest and its controller.
 */
#ifndef SANDTABLE_PIPES_H
#define SANDTABLE_PIPES_H

#include <stdbool.h>

#include "channel.h"

struct pipes {
    int request_read, reply_write; /* what the controller opens through /proc; -1 once closed */
    struct channel_ends guest;
};

/* Makes both pipes; unless `mode` is to sleep at once, or there is but one processor, with a second, non-blocking description of the reply pipe. NULL, or
   what failed, with errno set and nothing left open. */
const char *pipes_make(struct pipes *pipes, enum polling_mode mode);

/* Lets go of the controller's ends, once it has opened its own descriptions; and of the guest's. */
void pipes_close_controllers(struct pipes *pipes);
void pipes_close_guests(struct pipes *pipes);

/* Leaves open nothing but the channel, at its final numbers. false: something is open that should not be, and the guest must not start. */
bool pipes_close_all_else(struct channel_ends *ends);

#endif
