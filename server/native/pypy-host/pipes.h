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

/* Makes both pipes; `polls` asks for a second, non-blocking description of the reply pipe, where there is more than one processor. NULL, or
   what failed, with errno set and nothing left open. */
const char *pipes_make(struct pipes *pipes, bool polls);

/* Lets go of the controller's ends, once it has opened its own descriptions; and of the guest's. */
void pipes_close_controllers(struct pipes *pipes);
void pipes_close_guests(struct pipes *pipes);

/* Leaves open nothing but the channel, at its final numbers. false: something is open that should not be, and the guest must not start. */
bool pipes_close_all_else(struct channel_ends *ends);

#endif
