/* Where in the guest's program a call came from: the frames of its Python stack, as text. See frames.c. */
#ifndef SANDTABLE_FRAMES_H
#define SANDTABLE_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "callIds.h"

/* A name that dlopen() is asked for by the boot script: the prefix, then in hexadecimal, with commas between, the addresses of the function that
   tells the frames, of one that keeps Python's signal handlers from running, and of one that lets them run again. */
#define FRAMES_PREFIX "sandtable-frames:"

/* Takes the functions; true where the name was of that kind. Only the first ones count. */
bool frames_take_function(const char *name);

/* Sends the frames of the call that has just been answered, or nothing for "not known". */
void frames_send(enum call_id id, uint32_t request, bool raises);

/* What the boot script finds in the library of that name, for cffi: both return 0. FRAMES_PROMISE: the thread's next call that is made with the
   interpreter's lock held will be paid for from outside it. FRAMES_PAY: sends the frames that could not be told within the call, if there are any. */
#define FRAMES_PROMISE "frames_promise"
#define FRAMES_PAY "frames_pay"
int frames_promise(void);
int frames_pay(void);

/* To be called first in each thread that may run Python; of them one runs Python's signal handlers. */
void frames_begin_thread(bool runs_handlers);

/* The interpreter writes, from that place in its code. True for the probe, with which the boot script shows once where os.write() does so. */
#define FRAMES_PROBE_FD (-4095)
bool frames_see_write(int fd, int64_t caller);

/* Between these two, this thread is where no Python may run. */
void frames_pause(void);
void frames_resume(void);

#endif
