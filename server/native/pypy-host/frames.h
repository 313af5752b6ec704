/* Where in the guest's program a call came from: the frames of its Python stack, as text. See frames.c. */
#ifndef SANDTABLE_FRAMES_H
#define SANDTABLE_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "callIds.h"

/* A name that dlopen() is asked for by the boot script: the prefix, then the address of the function in hexadecimal. */
#define FRAMES_PREFIX "sandtable-frames:"

/* Takes the function that tells the frames; true where the name was of that kind. Only the first function counts. */
bool frames_take_function(const char *name);

/* Sends the frames of the call that has just been answered, or nothing for "not known". */
void frames_send(enum call_id id, uint32_t request, bool raises);

/* Sends those that could not be told within the call, if there are any; found by FRAMES_PAY in the library of that name. For cffi: returns 0. */
#define FRAMES_PAY "frames_pay"
int frames_pay(void);

/* To be called first in each thread that may run Python. */
void frames_begin_thread(void);

/* The interpreter writes, from that place in its code. True for the probe, with which the boot script shows once where os.write() does so. */
#define FRAMES_PROBE_FD (-4095)
bool frames_see_write(int fd, int64_t caller);

/* Between these two, this thread is where no Python may run. */
void frames_pause(void);
void frames_resume(void);

#endif
