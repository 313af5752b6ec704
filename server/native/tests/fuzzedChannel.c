/* See fuzzedChannel.h. channel.c and loans.c are included whole, so that their state can be set back. */
#include "fuzzedChannel.h"

#include <sanitizer/asan_interface.h>
#include <unistd.h>

#define read fuzz_read
#define write fuzz_write
#define _exit fuzz_exit
#include "../pypy-host/channel.c"
#undef read
#undef write
#undef _exit
#include "../pypy-host/frames.c"
#include "../pypy-host/loans.c"

void fuzzed_channel_begin(void) {
    channel_open((struct channel_ends){ .request = 1, .reply = 0, .poll = -1 });
    /* Whoever left by fuzz_exit() may have held them. */
    state = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    writing = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    waiters = NULL;
    has_leader = false;
    last_id = 0;
    inbox_start = inbox_end = 0;
    for (unsigned i = 0; i < MAX_LOANS; i++) free(loans[i].bytes);
    memset(loans, 0, sizeof loans);
    loan_count = 0;
    notes_length = 0;
    __asan_poison_memory_region(inbox, sizeof inbox);
}
