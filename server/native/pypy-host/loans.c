/*
 * Lent files. The interpreter reads its library in thousands of small steps: fstat, isatty, lseek, read, lseek again. Where the policy leaves
 * that alone, the reply to the opening of such a file carries its stat and contents, and the steps are answered here.
 *
 * Each answer is noted: a frame like that of any request, with id 0, which means that no reply is wanted. The notes are sent before the next
 * request, so the controller performs the same steps in the same order, its descriptor moves as ours does, and the trace misses nothing. It
 * lends only what cannot change and what it would allow, so its answers are the ones that were given here.
 *
 * Threads. The reply to an opening comes after its number is in use: another thread may have guessed that number, and asked the controller to move
 * the file or to close it, while there was no loan yet that this could end. So calls that name a number count themselves in before they look
 * for a loan of it, and out when their reply has come; an opening begins its loan, looks whether anybody was counted since it went out, and ends the
 * loan again if so. Numbers share places of the count, which ends a loan too many now and then.
 *
 * Invariants. Notes leave before the request that follows them. A call about a lent descriptor that is not answered here ends the loan. What
 * is wrong with a call (a null buffer, an offset before the beginning) is left to the controller to say.
 *
 * NEVER: lose a note; answer from a loan after a call has gone out that may have moved the file.
 */
#include "loans.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "marshal.h"
#include "threads.h"
#include "wire.h"

/* Files that are lent at once: imports nest, a file or two for each level. */
#define MAX_LOANS 16u
/* Frame of the longest note: length, head, and three numbers. */
#define NOTE_BYTES (WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD + 3 * sizeof(int64_t))

_Static_assert(sizeof(struct stat) == WIRE_STAT_BYTES, "stat as it is on the wire");

struct loan {
    int fd;
    uint8_t *bytes; /* NULL: free */
    const uint8_t *contents;
    int64_t size, at;
    bool closes_on_exec; /* as it was opened: a call that changes it ends the loan */
};

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static struct loan loans[MAX_LOANS];
static unsigned loan_count; /* read without the lock: most calls come when nothing is lent */
static uint8_t notes[LOANS_NOTES_BYTES];
static size_t notes_length; /* likewise */

static struct loan *find(int fd) {
    for (unsigned i = 0; i < MAX_LOANS; i++)
        if (loans[i].bytes != NULL && loans[i].fd == fd) return &loans[i];
    return NULL;
}

static void end(struct loan *loan) {
    free(loan->bytes);
    loan->bytes = NULL;
    __atomic_sub_fetch(&loan_count, 1, __ATOMIC_RELAXED);
}

/* ---- calls of other threads ---- */

static bool has_threads;
static uint32_t named[LOANS_PLACES]; /* how often calls began or ended that name a number of this place */
static uint32_t under_way[LOANS_PLACES]; /* such calls that wait for their replies */

static unsigned place_of(int64_t number) { return (uint32_t)number % LOANS_PLACES; }

void loans_expect_threads(void) { __atomic_store_n(&has_threads, true, __ATOMIC_SEQ_CST); }

static void count(enum call_id id, const int64_t *args, uint32_t more) {
    for (unsigned i = 0; i < CALL_MAX_ARGS; i++) {
        if (!call_takes_number(id, i)) continue;
        __atomic_add_fetch(&named[place_of(args[i])], 1, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&under_way[place_of(args[i])], more, __ATOMIC_SEQ_CST);
    }
}

void loans_done(enum call_id id, const int64_t *args) { count(id, args, UINT32_MAX); }

void loans_look(struct loans_view *view) {
    for (unsigned i = 0; i < LOANS_PLACES; i++) view->named[i] = __atomic_load_n(&named[i], __ATOMIC_SEQ_CST);
}

static bool was_named(int fd, const struct loans_view *before) {
    unsigned place = place_of(fd);
    return __atomic_load_n(&under_way[place], __ATOMIC_SEQ_CST) != 0 || __atomic_load_n(&named[place], __ATOMIC_SEQ_CST) != before->named[place];
}

/* ---- notes ---- */

static void note(enum call_id id, const int64_t *numbers, unsigned count) {
    uint8_t *frame = notes + notes_length;
    size_t length = WIRE_REQUEST_HEAD + count * sizeof(int64_t);
    wire_put_u32(frame, (uint32_t)length);
    wire_put_u32(frame + WIRE_LENGTH_BYTES, 0);
    wire_put_u16(frame + WIRE_LENGTH_BYTES + 4, (uint16_t)id);
    wire_put_u16(frame + WIRE_LENGTH_BYTES + 6, thread_number());
    for (unsigned i = 0; i < count; i++) wire_put_i64(frame + WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD + i * sizeof(int64_t), numbers[i]);
    __atomic_store_n(&notes_length, notes_length + WIRE_LENGTH_BYTES + length, __ATOMIC_RELAXED);
}

size_t loans_take_notes(uint8_t *into) {
    if (__atomic_load_n(&notes_length, __ATOMIC_RELAXED) == 0) return 0;
    pthread_mutex_lock(&table);
    size_t length = notes_length;
    memcpy(into, notes, length);
    __atomic_store_n(&notes_length, 0, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&table);
    return length;
}

/* ---- answers ---- */

static bool answer_read(struct loan *loan, const int64_t *args, int64_t *result) {
    if (args[1] == 0 || args[2] < 0) return false;
    int64_t wanted = args[2] > (int64_t)WIRE_MAX_DATA ? (int64_t)WIRE_MAX_DATA : args[2];
    int64_t left = loan->at < loan->size ? loan->size - loan->at : 0;
    *result = wanted < left ? wanted : left;
    memcpy((void *)(intptr_t)args[1], loan->contents + (loan->at < loan->size ? loan->at : 0), (size_t)*result);
    loan->at += *result;
    note(CALL_read, (const int64_t[]){ loan->fd, wanted, args[2] }, 3);
    return true;
}

static bool answer_seek(enum call_id id, struct loan *loan, const int64_t *args, int64_t *result) {
    int64_t from = 0, to;
    int whence = (int)args[2];
    if (whence == SEEK_CUR) from = loan->at;
    else if (whence == SEEK_END) from = loan->size;
    else if (whence != SEEK_SET) return false;
    if (__builtin_add_overflow(from, args[1], &to) || to < 0) return false;
    *result = loan->at = to;
    note(id, (const int64_t[]){ loan->fd, args[1], whence }, 3);
    return true;
}

static bool answer_stat(struct loan *loan, const int64_t *args, int64_t *result) {
    if (args[1] == 0) return false;
    memcpy((void *)(intptr_t)args[1], loan->bytes, WIRE_STAT_BYTES);
    *result = 0;
    note(CALL_fstat64, (const int64_t[]){ loan->fd }, 1);
    return true;
}

static bool answer_plain(enum call_id id, struct loan *loan, int64_t *result) {
    *result = 0;
    if (id == CALL_isatty) errno = ENOTTY;
    note(id, (const int64_t[]){ loan->fd }, 1);
    if (id == CALL_close) end(loan);
    return true;
}

/* What the interpreter asks of each descriptor that it opens for a program. */
static bool answer_flags(struct loan *loan, const int64_t *args, int64_t *result) {
    if (args[1] != F_GETFD) return false;
    *result = loan->closes_on_exec ? FD_CLOEXEC : 0;
    note(CALL_at_fcntl, (const int64_t[]){ loan->fd, F_GETFD, args[2] }, 3);
    return true;
}

static bool answer(enum call_id id, struct loan *loan, const int64_t *args, int64_t *result) {
    switch (id) {
    case CALL_read: return answer_read(loan, args, result);
    case CALL_lseek: case CALL_lseek64: return answer_seek(id, loan, args, result);
    case CALL_fstat64: return answer_stat(loan, args, result);
    case CALL_isatty: case CALL_close: return answer_plain(id, loan, result);
    case CALL_at_fcntl: return answer_flags(loan, args, result);
    default: return false;
    }
}

bool loans_answer(enum call_id id, const int64_t *args, int64_t *result) {
    if (__atomic_load_n(&loan_count, __ATOMIC_RELAXED) == 0) return false;
    pthread_mutex_lock(&table);
    struct loan *loan = find((int)args[0]);
    bool room = notes_length + NOTE_BYTES <= sizeof notes; /* without room the call goes out, and the notes with it */
    bool answered = loan != NULL && room && answer(id, loan, args, result);
    pthread_mutex_unlock(&table);
    return answered;
}

/* ---- beginning and end ---- */

/* Looks at a descriptor's flags, which neither moves the file nor gives the number away. */
static bool only_looks(enum call_id id, const int64_t *args) { return id == CALL_at_fcntl && (args[1] == F_GETFD || args[1] == F_GETFL); }

bool loans_see(enum call_id id, const int64_t *args) {
    bool counted = __atomic_load_n(&has_threads, __ATOMIC_RELAXED) && !only_looks(id, args);
    if (counted) count(id, args, 1);
    if (__atomic_load_n(&loan_count, __ATOMIC_SEQ_CST) == 0 || only_looks(id, args)) return counted;
    pthread_mutex_lock(&table);
    for (unsigned i = 0; i < CALL_MAX_ARGS; i++) {
        struct loan *loan = call_takes_number(id, i) ? find((int)args[i]) : NULL;
        if (loan != NULL) end(loan);
    }
    pthread_mutex_unlock(&table);
    return counted;
}

void loans_begin(int fd, int flags, uint8_t *bytes, size_t length, const struct loans_view *before) {
    pthread_mutex_lock(&table);
    struct loan *loan = find(fd);
    if (loan != NULL) end(loan);
    for (unsigned i = 0; i < MAX_LOANS && loan == NULL; i++)
        if (loans[i].bytes == NULL) loan = &loans[i];
    if (loan == NULL) free(bytes);
    else {
        *loan = (struct loan){ .fd = fd, .bytes = bytes, .contents = bytes + WIRE_STAT_BYTES, .size = (int64_t)(length - WIRE_STAT_BYTES), .at = 0,
                               .closes_on_exec = (flags & O_CLOEXEC) != 0 };
        __atomic_add_fetch(&loan_count, 1, __ATOMIC_SEQ_CST); /* before the look: whoever is counted later sees the loan */
        if (before != NULL && was_named(fd, before)) end(loan);
    }
    pthread_mutex_unlock(&table);
}

void loans_forget(void) {
    pthread_mutex_lock(&table);
    for (unsigned i = 0; i < MAX_LOANS; i++)
        if (loans[i].bytes != NULL) end(&loans[i]);
    __atomic_store_n(&notes_length, 0, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&table);
}
