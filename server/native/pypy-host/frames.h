/* Where in the guest's program a call came from: the frames of its Python stack, as text. See frames.c. */
#ifndef SANDTABLE_FRAMES_H
#define SANDTABLE_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

/* A name that dlopen() is asked for by the boot script: the prefix, then in hexadecimal, with commas between, the addresses of the function that
   tells the frames, of one that keeps Python's signal handlers from running and of one that lets them run again, and of two for finalizers. */
#define FRAMES_PREFIX "sandtable-frames:"
#define FRAMES_FUNCTIONS 5

/* Takes the functions; true where the name was of that kind. Only the first ones count. */
bool frames_take_function(const char *name);

/* How the interpreter says whether the calling thread holds its global lock; NULL where it does not say. */
void frames_use_lock_check(int (*check)(void));

/* Sends the frames of the call that has just been answered, or nothing for "not known". */
void frames_send(uint32_t request, bool raises);

/* What the boot script finds in the library of that name, for cffi. FRAMES_KEEP tells the frames of its caller now, for calls that this thread
   makes with the interpreter's lock held until FRAMES_DROP is given what it returned; FRAMES_KEEP_FOR_ONE for one such call. FRAMES_PAY sends the
   frames of a call that was refused with RuntimeError and could not be told within it, if there is one. */
#define FRAMES_KEEP "frames_keep"
#define FRAMES_KEEP_FOR_ONE "frames_keep_for_one"
#define FRAMES_DROP "frames_drop"
#define FRAMES_PAY "frames_pay"
int frames_keep(void);
int frames_keep_for_one(void);
int frames_drop(int level);
int frames_pay(void);

/* To be called first in each thread that may run Python; of them one runs Python's signal handlers. */
void frames_begin_thread(bool runs_handlers);

/* To be called last in each of the others. */
void frames_end_thread(void);

/* Between these two, this thread is where no Python may run. */
void frames_pause(void);
void frames_resume(void);

#endif
