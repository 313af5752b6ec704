/*
 * A rehearsal. After a fork the first steps of an interpreter are slow: each page that it writes is copied, and each page of its library's code
 * has to be found anew. The boot script of a zygote leaves here a function, made with cffi, that does what every start does next: splitting words,
 * wrapping functions, looking at a script, reading, compiling and running it. A child that is forked ahead calls it while nobody waits. What it asks of the
 * outside meanwhile is answered here: there is one file, a program that prints, and whatever is printed is taken.
 *
 * Invariants. The function is the platform's own, and the process is not a guest yet. Nothing of it goes out, and it leaves nothing that a program could
 * see, so a child that has rehearsed is like one that has not.
 *
 * NEVER: call it in a process that has seen anything of a guest, whose program may have named a function of its own.
 */
#include "rehearsal.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "callIds.h"
#include "loans.h"
#include "marshal.h"

/* The number that an opening gives, as in a guest that has its three streams. */
#define FIRST_FREE_FD 3

/* Of the kind that beginners run. Each page that it makes the interpreter touch is one more of the guest's own, so it does what all do and no more. */
static const char program[] = "import sys\n"
                              "\n"
                              "def greet(name):\n"
                              "    return f'hello {name}'\n"
                              "\n"
                              "print(greet('you'), len(sys.argv), file=out, flush=True)\n";

static void (*rehearsed)(void);

bool rehearsal_take_function(const char *name) {
    size_t prefix = sizeof REHEARSAL_PREFIX - 1;
    if (strncmp(name, REHEARSAL_PREFIX, prefix) != 0) return false;
    if (rehearsed == NULL) rehearsed = (void (*)(void))(uintptr_t)strtoull(name + prefix, NULL, 16);
    return true;
}

/* ---- the world meanwhile ---- */

static const struct stat program_stat = { .st_mode = S_IFREG | 0644, .st_nlink = 1, .st_size = sizeof program - 1, .st_blksize = 4096, .st_blocks = 8 };

static int64_t open_program(int flags) {
    size_t length = sizeof program_stat + sizeof program - 1;
    uint8_t *bytes = malloc(length);
    if (bytes == NULL) return -1;
    memcpy(bytes, &program_stat, sizeof program_stat);
    memcpy(bytes + sizeof program_stat, program, sizeof program - 1);
    loans_begin(FIRST_FREE_FD, flags, bytes, length, NULL);
    return FIRST_FREE_FD;
}

static int64_t tell_stat(int64_t into) {
    memcpy((void *)(intptr_t)into, &program_stat, sizeof program_stat);
    return 0;
}

/* What is read of the file its loan answers. */
static int64_t answer(enum call_id id, const int64_t *args) {
    switch (id) {
    case CALL_open: case CALL_open64: return open_program((int)args[1]);
    case CALL_openat64: return open_program((int)args[2]);
    case CALL_stat64: case CALL_lstat64: case CALL_fstat64: return tell_stat(args[1]);
    case CALL_fstatat64: return tell_stat(args[2]);
    case CALL_write: return args[2];
    default: errno = ENOENT; return -1;
    }
}

void rehearse(void) {
    if (rehearsed == NULL) return;
    call_answer_with(answer);
    rehearsed();
    call_answer_with(NULL);
    loans_forget();
}
