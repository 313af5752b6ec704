/*
 * Marshalling without a channel: what a request's bytes are, and what a reply may do to the caller's memory. marshal.c is
 * included whole, with a channel that keeps the request and delivers a prepared reply.
 */
#include "../pypy-host/marshal.c"
#include "frames.h"
#include "threads.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "check.h"

/* ---- a channel and signals of our own ---- */

static uint8_t sent[WIRE_MAX_FRAME];
static size_t sent_size;
static unsigned exchanges;
static bool sent_may_wait;
static uint8_t answer[WIRE_MAX_FRAME];
static size_t answer_size;
static bool well_formed;
static bool recent;
static void (*meanwhile)(void); /* what another thread does while a call is under way */

void channel_exchange(struct exchange *exchange) {
    sent_size = 0;
    exchanges++;
    sent_may_wait = exchange->may_wait;
    wire_put_u32(exchange->head + WIRE_LENGTH_BYTES, exchanges); /* its id */
    for (size_t i = 0; i < exchange->piece_count; i++) {
        memcpy(sent + sent_size, exchange->pieces[i].start, exchange->pieces[i].length);
        sent_size += exchange->pieces[i].length;
    }
    /* Exactly as large as the reply, so that the sanitizer sees every look beyond it. */
    if (meanwhile != NULL) meanwhile();
    uint8_t *copy = malloc(answer_size);
    memcpy(copy, answer, answer_size);
    well_formed = exchange->deliver(exchange->context, copy, answer_size);
    free(copy);
    errno = EAGAIN; /* as polling for the reply leaves it */
}

uint16_t thread_number(void) { return 1; }
void signals_enter_call(void) {}
void signals_leave_call(void) {}
bool signals_take_recent(void) {
    bool was = recent;
    recent = false;
    return was;
}

static void prepare(int64_t result, int error, uint32_t flags) {
    memset(answer, 0, WIRE_REPLY_HEAD);
    wire_put_i64(answer + 4, result);
    wire_put_u32(answer + 12, (uint32_t)error);
    wire_put_u32(answer + 16, flags);
    answer_size = WIRE_REPLY_HEAD;
}

static void prepare_out(const void *bytes, uint32_t length) {
    wire_put_u32(answer + answer_size, length);
    memcpy(answer + answer_size + 4, bytes, length);
    answer_size += 4 + length;
}

/* frames.c's way out. */
static uint8_t stack_sent[256];
static size_t stack_size;

void channel_send(uint16_t fid, uint8_t *frame, size_t length) {
    CHECK(fid == WIRE_FRAMES && length <= sizeof stack_sent);
    stack_size = length;
    memcpy(stack_sent, frame + WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD, length);
}

static const uint8_t *sent_arguments(void) { return sent + WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD; }

/* ---- tests ---- */

static void test_requests(void) {
    char large[5000];
    memset(large, 'x', sizeof large);
    prepare(3, 0, 0);
    CHECK(ASK(CALL_open64, PTR("/a"), -1, 0644) == 3);
    CHECK(sent_size == 12 + 4 + 2 + 8 + 8);
    CHECK((sent[8] | sent[9] << 8) == CALL_open64);
    CHECK(wire_u32(sent_arguments()) == 2 && memcmp(sent_arguments() + 4, "/a", 2) == 0);
    CHECK(wire_i64(sent_arguments() + 6) == -1);

    prepare(5, 0, 0);
    CHECK(ASK(CALL_write, 1, PTR("hello"), 5) == 5);
    CHECK(sent_size == 12 + 8 + 4 + 5 + 8 && memcmp(sent_arguments() + 12, "hello", 5) == 0);

    prepare(sizeof large, 0, 0);
    CHECK(ASK(CALL_pwrite64, 1, PTR(large), sizeof large, 77) == sizeof large);
    CHECK(sent_size == 12 + 8 + 4 + sizeof large + 8 + 8);
    CHECK(wire_u32(sent_arguments() + 8) == sizeof large && wire_i64(sent + sent_size - 8) == 77);

    prepare(0, 0, 0);
    ASK(CALL_stat64, PTR(NULL), PTR(NULL));
    CHECK(sent_size == 12 + 4 && wire_u32(sent_arguments()) == WIRE_NULL);
}

/* Nobody has left a function, so the host says that it does not know; once for each reply that asks. */
static void test_frames(void) {
    stack_size = 0;
    prepare(0, 0, 0);
    CHECK(ASK(CALL_mkdir, PTR("/a"), 0) == 0 && stack_size == 0);
    prepare(-1, EACCES, WIRE_FLAG_FRAMES);
    errno = 0;
    CHECK(ASK(CALL_mkdir, PTR("/a"), 0) == -1 && errno == EACCES);
    CHECK(stack_size == sizeof(uint32_t) && wire_u32(stack_sent) == wire_u32(sent + WIRE_LENGTH_BYTES));
}

static bool has_lock;
static unsigned tellings;

static int check_lock(void) { return has_lock; }

/* Finalizers are held while it is asked, and afterwards they are not. */
static int held;

static void hold(void) { held++; }
static void let_run(void) { held--; }

/* As the interpreter's function, which may only be called without its lock. */
static long tell(char *into, long size) {
    CHECK(!has_lock && size >= 8 && held == 1);
    return sprintf(into, "told%u", ++tellings);
}

static int64_t close_locked(uint32_t flags) {
    has_lock = true;
    stack_size = 0;
    prepare((flags & WIRE_FLAG_RAISE) != 0 ? -1 : 0, 0, flags);
    int64_t result = ASK(CALL_close, 3);
    has_lock = false;
    return result;
}

static bool sent_is(const char *text) {
    return stack_size == sizeof(uint32_t) + strlen(text) && memcmp(stack_sent + sizeof(uint32_t), text, strlen(text)) == 0;
}

/* One in a frame further in, as a wrapper within another one's call is. */
static __attribute__((noinline)) int keep_within(int (*keep_one)(void)) {
    volatile char frame[256] = { 0 };
    int level = keep_one();
    return level + frame[0];
}

static void test_kept_frames(void) {
    char name[128];
    snprintf(name, sizeof name, "%s%zx,%zx,%zx,%zx,%zx", FRAMES_PREFIX, (size_t)(uintptr_t)tell, (size_t)(uintptr_t)tell,
             (size_t)(uintptr_t)hold, (size_t)(uintptr_t)hold, (size_t)(uintptr_t)let_run);
    frames_use_lock_check(check_lock);
    frames_begin_thread(false);
    CHECK(frames_take_function(name));
    prepare(0, 0, WIRE_FLAG_FRAMES);
    CHECK(ASK(CALL_mkdir, PTR("/a"), 0) == 0 && sent_is("told1"));
    CHECK(close_locked(WIRE_FLAG_FRAMES) == 0 && sent_is(""));

    int level = frames_keep();
    CHECK(level == 0 && tellings == 2);
    CHECK(close_locked(WIRE_FLAG_FRAMES) == 0 && sent_is("told2"));
    CHECK(keep_within(frames_keep) == 1 && close_locked(WIRE_FLAG_FRAMES) == 0 && sent_is("told3"));
    frames_drop(1);
    CHECK(close_locked(WIRE_FLAG_FRAMES) == 0 && sent_is("told2"));
    CHECK(keep_within(frames_keep_for_one) == 1 && close_locked(WIRE_FLAG_FRAMES) == 0 && sent_is("told4"));
    CHECK(close_locked(WIRE_FLAG_FRAMES | WIRE_FLAG_RAISE) == -1 && sent_is("told2"));
    frames_pay();
    frames_drop(level);
    CHECK(close_locked(WIRE_FLAG_FRAMES) == 0 && sent_is(""));

    /* What nobody dropped goes with the next one that is kept as far out. */
    keep_within(frames_keep);
    for (unsigned i = 0; i < 1000; i++) CHECK(frames_keep() == 0);
    frames_drop(-1);
    frames_drop(INT32_MAX);
    CHECK(close_locked(WIRE_FLAG_FRAMES) == 0 && sent_is("told1005"));
    frames_drop(0);

    CHECK(close_locked(WIRE_FLAG_FRAMES | WIRE_FLAG_RAISE) == -1 && stack_size == 0);
    frames_pay();
    CHECK(sent_is("told1006"));
    stack_size = 0;
    frames_pay();
    CHECK(stack_size == 0);
    CHECK(held == 0);
    frames_end_thread();
    frames_use_lock_check(NULL);
    prepare(0, 0, WIRE_FLAG_FRAMES);
    CHECK(ASK(CALL_mkdir, PTR("/a"), 0) == 0 && sent_is(""));
}

static void test_limits_of_requests(void) {
    char *huge = malloc(WIRE_MAX_DATA + 10);
    memset(huge, 'y', WIRE_MAX_DATA + 10);
    huge[WIRE_MAX_DATA + 9] = '\0';
    unsigned before = exchanges;
    errno = 0;
    CHECK(ASK(CALL_chdir, PTR(huge)) == -1 && errno == ENAMETOOLONG);
    CHECK(exchanges == before);
    prepare(WIRE_MAX_DATA, 0, 0);
    CHECK(ASK(CALL_write, 1, PTR(huge), WIRE_MAX_DATA + 10) == WIRE_MAX_DATA);
    CHECK(wire_u32(sent_arguments() + 8) == WIRE_MAX_DATA);
    prepare(0, 0, 0);
    ASK(CALL_read, 5, PTR(huge), INT64_MAX);
    CHECK(wire_i64(sent_arguments() + 8) == WIRE_MAX_DATA);
    ASK(CALL_poll, PTR(huge), -1, 0);
    CHECK(wire_u32(sent_arguments()) == 0);
    free(huge);
}

static void test_out_buffers_are_never_overrun(void) {
    uint8_t bytes[64];
    char small[12] = "...........";
    memset(bytes, 'z', sizeof bytes);
    prepare(64, 0, 0);
    prepare_out(bytes, 64);
    CHECK(ASK(CALL_read, 5, PTR(small), 10) == 10);
    CHECK(memcmp(small, "zzzzzzzzzz.", 12) == 0);

    uint32_t length = 8;
    struct sockaddr_storage address = { 0 };
    prepare(7, 0, 0);
    prepare_out(bytes, 64);
    CHECK(ASK(CALL_accept, 3, PTR(&address), PTR(&length), 0) == 7);
    CHECK(length == 8 && ((uint8_t *)&address)[8] == 0);
    prepare(7, 0, 0);
    prepare_out(bytes, 0);
    CHECK(ASK(CALL_accept, 3, PTR(&address), PTR(&length), 0) == 7);
    CHECK(length == 0);

    uint8_t events[36] = { 0 };
    prepare(9, 0, 0);
    prepare_out(bytes, 64);
    CHECK(ASK(CALL_epoll_wait, 3, PTR(events), 2, 0) == 2);
    CHECK(events[23] == 'z' && events[24] == 0);

    uint8_t status[200] = { 0 };
    prepare(0, 0, 0);
    prepare_out(bytes, 10);
    CHECK(ASK(CALL_stat64, PTR("/"), PTR(status)) == 0);
    CHECK(status[9] == 'z' && status[10] == 0);
}

static void test_refusals(void) {
    uint8_t status[144] = { 0 };
    prepare(0, 0, 0);
    errno = ENOTDIR;
    CHECK(ASK(CALL_close, 3) == 0 && errno == ENOTDIR);
    prepare(-1, ENOENT, 0);
    errno = 0;
    CHECK(ASK(CALL_stat64, PTR("/"), PTR(status)) == -1 && errno == ENOENT && well_formed);
    prepare(-1, EACCES, WIRE_FLAG_RAISE);
    CHECK(ASK(CALL_chdir, PTR("/")) == -1 && errno == WIRE_ERRNO_RAISE);
    /* Of a call that cannot fail the interpreter takes no -1: there the controller sends another result. */
    prepare(0, EACCES, WIRE_FLAG_RAISE);
    CHECK(ASK(CALL_umask, 0) == 0 && errno == WIRE_ERRNO_RAISE);
    uint8_t name[8] = { 0 };
    prepare(1000, EACCES, WIRE_FLAG_RAISE);
    CHECK(ASK(CALL_read, 3, PTR(name), sizeof name) == sizeof name && errno == WIRE_ERRNO_RAISE);
    prepare(-1, 0, 0);
    CHECK(call_refuse("setns") == -1 && errno == ENOSYS);
    prepare(-1, EPERM, 0);
    CHECK(call_refuse("setns") == -1 && errno == EPERM);
}

static void test_malformed_replies(void) {
    uint8_t status[144] = { 0 };
    prepare(0, 0, 0);
    answer[answer_size++] = 1;
    ASK(CALL_stat64, PTR("/"), PTR(status));
    CHECK(!well_formed);
    prepare(0, 0, 0);
    wire_put_u32(answer + answer_size, 1000);
    answer_size += 8;
    ASK(CALL_stat64, PTR("/"), PTR(status));
    CHECK(!well_formed);
    prepare(0, 0, 0);
    prepare_out(status, 4);
    prepare_out(status, 4);
    ASK(CALL_stat64, PTR("/"), PTR(status));
    CHECK(!well_formed); /* one out-argument, two given */
}

static void test_waiting(void) {
    char byte;
    prepare(0, 0, 0);
    ASK(CALL_read, 0, PTR(&byte), 1);
    CHECK(sent_may_wait);
    ASK(CALL_read, 3, PTR(&byte), 1);
    CHECK(!sent_may_wait);
    unsigned before = exchanges;
    recent = true;
    errno = 0;
    CHECK(ASK(CALL_at_sleep, 1000) == -1 && errno == EINTR && exchanges == before);
    CHECK(ASK(CALL_at_sleep, 1000) == 0 && exchanges == before + 1);
    recent = true;
    CHECK(ASK(CALL_read, 3, PTR(&byte), 1) == 0 && recent);
    recent = false;
}

/* Random replies to every row: whatever comes, only the caller's buffers may change, and no result exceeds its bound. */
static void test_random_replies(void) {
    enum { ROUNDS = 300, ROOM = 4096, ASKED = 16 };
    srand(7);
    for (int id = 0; id < CALLS_COUNT; id++) {
        for (int round = 0; round < ROUNDS; round++) {
            const struct row *row = &ROWS[id];
            int64_t args[CALL_MAX_ARGS] = { 0 };
            void *buffers[CALL_MAX_ARGS] = { 0 };
            for (unsigned i = 0; i < row->op_count; i++) args[i] = ASKED;
            for (unsigned i = 0; i < row->op_count; i++) {
                const struct op *op = &row->ops[i];
                if (strchr("swrISXoxA", op->code) == NULL) continue;
                size_t size = op->code == 's' ? 2 : strchr("ISX", op->code) != NULL ? op->bytes : strchr("ox", op->code) != NULL ? (size_t)op->bytes * ASKED : ASKED;
                buffers[i] = calloc(1, size);
                args[i] = PTR(buffers[i]);
            }
            uint32_t told = ASKED;
            for (unsigned i = 0; i < row->op_count; i++)
                if (row->ops[i].code == 'A') args[row->ops[i].from] = PTR(&told);
            prepare(rand() % 2 ? rand() : -1, 0, 0);
            size_t tail = (size_t)rand() % 64;
            for (size_t i = 0; i < tail; i++) answer[answer_size++] = (uint8_t)(rand() % 3 == 0 ? rand() : 0);
            int64_t result = call_ask((enum call_id)id, args);
            CHECK(row->bound < 0 || result <= ASKED);
            CHECK(told <= ASKED);
            for (unsigned i = 0; i < CALL_MAX_ARGS; i++) free(buffers[i]);
        }
    }
}

/* ---- lent files ---- */

static void lend(int fd, const char *contents) {
    uint8_t loan[WIRE_STAT_BYTES + 64] = { 7 };
    size_t length = strlen(contents);
    memcpy(loan + WIRE_STAT_BYTES, contents, length);
    prepare(fd, 0, WIRE_FLAG_LOAN);
    prepare_out(loan, (uint32_t)(WIRE_STAT_BYTES + length));
    CHECK(ASK(CALL_open64, PTR("/x"), 0, 0) == fd);
    CHECK(well_formed);
}

static size_t noted(uint8_t *into) { return loans_take_notes(into); }

static void test_loans(void) {
    uint8_t notes[LOANS_NOTES_BYTES], status[WIRE_STAT_BYTES];
    char bytes[16];
    lend(5, "hello world");
    unsigned before = exchanges;
    CHECK(ASK(CALL_fstat64, 5, PTR(status)) == 0 && status[0] == 7);
    errno = 0;
    CHECK(ASK(CALL_isatty, 5) == 0 && errno == ENOTTY);
    CHECK(ASK(CALL_lseek, 5, 0, SEEK_CUR) == 0);
    CHECK(ASK(CALL_read, 5, PTR(bytes), 5) == 5 && memcmp(bytes, "hello", 5) == 0);
    CHECK(ASK(CALL_lseek64, 5, -5, SEEK_END) == 6);
    CHECK(ASK(CALL_read, 5, PTR(bytes), 16) == 5 && memcmp(bytes, "world", 5) == 0);
    CHECK(ASK(CALL_read, 5, PTR(bytes), 16) == 0);
    CHECK(ASK(CALL_lseek, 5, 100, SEEK_SET) == 100 && ASK(CALL_read, 5, PTR(bytes), 16) == 0);
    CHECK(exchanges == before);
    CHECK(noted(notes) == 2 * (WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD + 8) + 7 * (WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD + 24));
    CHECK(wire_u32(notes + WIRE_LENGTH_BYTES) == 0 && notes[WIRE_LENGTH_BYTES + 4] == CALL_fstat64);
    CHECK(noted(notes) == 0);
    CHECK(ASK(CALL_close, 5) == 0 && exchanges == before);
    CHECK(noted(notes) == WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD + 8);
    prepare(0, EBADF, 0);
    answer_size = WIRE_REPLY_HEAD;
    ASK(CALL_read, 5, PTR(bytes), 1);
    CHECK(exchanges == before + 1);
}

/* What is not answered here goes out, and ends the loan where it may have moved the file or given its number away. */
static void test_loans_end(void) {
    uint8_t notes[LOANS_NOTES_BYTES];
    char byte;
    static const enum call_id enders[] = { CALL_dup, CALL_pread64, CALL_fchdir, CALL_ftruncate64 };
    for (size_t i = 0; i < sizeof enders / sizeof *enders; i++) {
        lend(6, "x");
        prepare(0, 0, 0);
        ASK(enders[i], 6, PTR(&byte), 1, 0);
        unsigned before = exchanges;
        ASK(CALL_lseek, 6, 0, SEEK_CUR);
        CHECK(exchanges == before + 1);
    }
    lend(6, "x");
    prepare(6, 0, 0);
    ASK(CALL_dup2, 9, 6);
    unsigned before = exchanges;
    ASK(CALL_isatty, 6);
    CHECK(exchanges == before + 1);
    lend(6, "x");
    prepare(0, 0, 0);
    ASK(CALL_at_fcntl, 6, F_GETFD, 0);
    before = exchanges;
    CHECK(ASK(CALL_lseek, 6, 0, SEEK_CUR) == 0 && exchanges == before);
    prepare(-1, EINVAL, 0);
    CHECK(ASK(CALL_lseek, 6, -1, SEEK_SET) == -1 && exchanges == before + 1); /* wrong: for the controller to say */
    lend(6, "x");
    before = exchanges;
    for (int i = 0; i < 1000; i++) {
        prepare(0, 0, 0);
        ASK(CALL_lseek, 6, 0, SEEK_SET);
    }
    CHECK(exchanges > before); /* the notes filled up; the rest was asked */
    CHECK(noted(notes) > 0);
}

static const int64_t six[CALL_MAX_ARGS] = { 6 }, seven[CALL_MAX_ARGS] = { 7 };

static void ask_of_six(void) { CHECK(loans_see(CALL_read, six)); }
static void ask_of_seven(void) { CHECK(loans_see(CALL_read, seven)); }
static void be_told_of_six(void) { loans_done(CALL_read, six); }
static void read_six(void) {
    ask_of_six();
    be_told_of_six();
}

static bool is_lent(int fd) {
    unsigned before = exchanges;
    prepare(0, 0, 0);
    ASK(CALL_isatty, fd);
    return exchanges == before;
}

static void lend_while(void (*other)(void)) {
    meanwhile = other;
    lend(6, "x");
    meanwhile = NULL;
}

/* Another thread's call may have moved the file before the loan was there. */
static void test_loans_and_threads(void) {
    loans_forget();
    loans_expect_threads();
    lend_while(NULL);
    CHECK(is_lent(6));
    lend_while(read_six);
    CHECK(!is_lent(6));
    lend_while(ask_of_seven);
    CHECK(is_lent(6));
    loans_done(CALL_read, seven);
    CHECK(is_lent(6));
    lend_while(ask_of_six);
    CHECK(!is_lent(6));
    lend_while(be_told_of_six); /* it was under way when the opening went out */
    CHECK(!is_lent(6));
    lend_while(NULL);
    CHECK(is_lent(6));
    ask_of_six();
    CHECK(!is_lent(6));
    be_told_of_six();
    loans_forget();
}

static void test_malformed_loans(void) {
    static const uint32_t lengths[] = { 0, 1, WIRE_STAT_BYTES - 1, WIRE_STAT_BYTES + 1, 0xffffffffu };
    uint8_t bytes[WIRE_STAT_BYTES] = { 0 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        prepare(7, 0, WIRE_FLAG_LOAN);
        prepare_out(bytes, sizeof bytes);
        wire_put_u32(answer + WIRE_REPLY_HEAD, lengths[i]);
        ASK(CALL_open64, PTR("/x"), 0, 0);
        CHECK(!well_formed);
    }
    prepare(7, 0, WIRE_FLAG_LOAN);
    ASK(CALL_open64, PTR("/x"), 0, 0);
    CHECK(!well_formed);
}

int main(void) {
    test_requests();
    test_frames();
    test_kept_frames();
    test_limits_of_requests();
    test_out_buffers_are_never_overrun();
    test_refusals();
    test_malformed_replies();
    test_waiting();
    test_random_replies();
    test_loans();
    test_loans_end();
    test_loans_and_threads();
    test_malformed_loans();
    return check_end("marshal");
}
