/*
 * Threads of the guest: numbers for the trace, and the cap on how many live. See stubs_threads.c.
 */
#ifndef SANDTABLE_THREADS_H
#define SANDTABLE_THREADS_H

#include <stdint.h>

/* More threads than this need more than a teaching machine has; it also bounds the requests in flight. */
#define THREADS_MAX 256u

/* Lets `cap` threads live at once, the first one included; 1 means that none can be made. */
void threads_open(unsigned cap);

/* Number of the calling thread: 1 for the first; others get the lowest number that is free. */
uint16_t thread_number(void);

#endif
