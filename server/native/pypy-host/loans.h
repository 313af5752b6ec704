/* Files that the controller has lent: their contents and stat came with their opening. See loans.c. */
#ifndef SANDTABLE_LOANS_H
#define SANDTABLE_LOANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "callIds.h"

/* Bytes that loans_take_notes() may give. */
#define LOANS_NOTES_BYTES 2048u

/* Answers a call from what was lent; false where the controller has to be asked. To be called between signals_enter_call() and
   signals_leave_call(), like the others. */
bool loans_answer(enum call_id id, const int64_t *args, int64_t *result);

/* A call goes to the controller: a loan of a descriptor that it names ends, because the call may move the file or give the number away.
   Returns whether loans_done() is to be called when its reply has come. */
bool loans_see(enum call_id id, const int64_t *args);
void loans_done(enum call_id id, const int64_t *args);

/* To be called before the first thread is made. */
void loans_expect_threads(void);

/* Which numbers calls have named by now. */
#define LOANS_PLACES 64u
struct loans_view {
    uint32_t named[LOANS_PLACES];
};

/* To be called before an opening goes out. */
void loans_look(struct loans_view *view);

/* `flags` are those of the opening, and `before` what was seen before it went out (NULL where no other thread can be): there is no loan where a call
   of another thread has named the number since. `bytes` (struct stat, then the contents) belongs to the loans from now on, and is freed with malloc's
   free(). */
void loans_begin(int fd, int flags, uint8_t *bytes, size_t length, const struct loans_view *before);

/* Ends all loans, and forgets what was answered from them. */
void loans_forget(void);

/* Frames that tell the controller what was answered here since the last time; to be sent before anything else. Returns their bytes. */
size_t loans_take_notes(uint8_t *into);

#endif
