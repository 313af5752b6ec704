/*
 * Mutated replies against the channel and the marshalling as the guest has them, under the sanitizers. No fuzzing engine: seeds from text
 * files, mutations from a random number with a seed, so that every run can be repeated.
 *
 *   replyFuzz ROUNDS SEED FILE…
 *
 * A file names calls and gives the bytes of a reply stream in hexadecimal; see corpus/README.md. Each round takes the stream of one file, changes it, and
 * lets the calls read it in pieces of any size.
 *
 * What must hold: memory outside the caller's buffers is never touched (each is exactly as large as the call was told, and whatever of
 * the inbox was not received is poisoned); no result is larger than the buffer that bounds it; a stream that breaks the rules ends
 * the process with one of the two statuses for that and no other.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sys/types.h>

#include "../pypy-host/marshal.c"
#include "../pypy-host/threads.h"
#include "fuzzedChannel.h"

void signals_enter_call(void) {}
void signals_leave_call(void) {}
bool signals_take_recent(void) { return false; }
uint16_t thread_number(void) { return 1; }

/* ---- the stream ---- */

#define STREAM_MAX (64u << 10)
#define CALLS_MAX 8
/* What a call is told that its buffers hold, unless the file says otherwise. */
#define ROOM 64
#define ROOM_MAX 65536

struct seed {
    enum call_id calls[CALLS_MAX];
    size_t call_count;
    uint32_t room;
    uint8_t bytes[STREAM_MAX];
    size_t size;
};

static struct seed current;
static size_t stream_at;
static jmp_buf way_out;
static int left_with;
static uint64_t chance;

static uint32_t roll(uint32_t below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return below == 0 ? 0 : (uint32_t)(chance >> 16) % below;
}

ssize_t fuzz_read(int fd, void *into, size_t room) {
    (void)fd;
    size_t left = current.size - stream_at;
    size_t got = left < room ? left : room;
    if (got > 1 && roll(4) == 0) got = 1 + roll((uint32_t)got);
    if (roll(64) == 0) {
        errno = EINTR;
        return -1;
    }
    __asan_unpoison_memory_region(into, got);
    memcpy(into, current.bytes + stream_at, got);
    stream_at += got;
    return (ssize_t)got;
}

ssize_t fuzz_write(int fd, const void *bytes, size_t length) {
    /* Every byte of a request is looked at, so that one from a wrong place is found. */
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < length; i++) sum = (uint8_t)(sum + ((const uint8_t *)bytes)[i]);
    (void)fd;
    return (ssize_t)length;
}

_Noreturn void fuzz_exit(int status) {
    left_with = status;
    longjmp(way_out, 1);
}

/* ---- one call ---- */

static void *buffers[CALL_MAX_ARGS];

static void drop_buffers(void) {
    for (unsigned i = 0; i < CALL_MAX_ARGS; i++) {
        free(buffers[i]);
        buffers[i] = NULL;
    }
}

/* Of a failure: the stream as a file of the corpus. */
static void tell_stream(void) {
    fprintf(stderr, "\n# the stream of the failure: keep it in corpus/replies\n");
    for (size_t i = 0; i < current.call_count; i++) fprintf(stderr, "call %s\n", call_symbol(current.calls[i]));
    fprintf(stderr, "room %u\n", current.room);
    for (size_t i = 0; i < current.size; i++) fprintf(stderr, "%02x%s", current.bytes[i], i % 32 == 31 ? "\n" : " ");
    fprintf(stderr, "\n");
}

static void fail(const char *what) {
    fprintf(stderr, "replyFuzz: %s\n", what);
    tell_stream();
    abort();
}

static size_t buffer_size(const struct op *op) {
    switch (op->code) {
    case 's': return 2;
    case 'I': case 'S': case 'X': return op->bytes;
    case 'o': case 'x': return (size_t)op->bytes * current.room;
    default: return current.room;
    }
}

static void ask_once(enum call_id id) {
    const struct row *row = &ROWS[id];
    int64_t args[CALL_MAX_ARGS] = { 0 };
    uint32_t told = current.room;
    for (unsigned i = 0; i < row->op_count; i++) {
        const struct op *op = &row->ops[i];
        args[i] = current.room;
        if (op->code == 0 || strchr("swrISXoxA", op->code) == NULL) continue;
        buffers[i] = calloc(1, buffer_size(op));
        args[i] = PTR(buffers[i]);
    }
    for (unsigned i = 0; i < row->op_count; i++)
        if (row->ops[i].code == 'A') args[row->ops[i].from] = PTR(&told);
    int64_t result = call_ask(id, args);
    if (row->bound >= 0 && result > (int64_t)current.room) fail("a result beyond its buffer");
    if (told > current.room) fail("a length beyond its buffer");
    drop_buffers();
}

static void ask_all(void) {
    fuzzed_channel_begin();
    stream_at = 0;
    left_with = 0;
    if (setjmp(way_out) == 0)
        for (size_t i = 0; i < current.call_count; i++) ask_once(current.calls[i]);
    drop_buffers();
    if (left_with != 0 && left_with != EXIT_REPLY_PIPE && left_with != EXIT_BAD_REPLY) fail("an end of its own kind");
}

/* ---- seeds ---- */

static void read_line(struct seed *seed, char *line, const char *file) {
    line[strcspn(line, "#\n")] = '\0';
    char name[64];
    unsigned number;
    if (sscanf(line, "call %63s", name) == 1) {
        int id = call_find(name);
        if (id < 0 || seed->call_count == CALLS_MAX) {
            fprintf(stderr, "replyFuzz: %s: %s is no call, or one too many\n", file, name);
            exit(2);
        }
        seed->calls[seed->call_count++] = (enum call_id)id;
    } else if (sscanf(line, "room %u", &number) == 1) {
        seed->room = number < ROOM_MAX ? number : ROOM_MAX;
    } else {
        int used;
        for (; sscanf(line, " %2x%n", &number, &used) == 1; line += used)
            if (seed->size < STREAM_MAX) seed->bytes[seed->size++] = (uint8_t)number;
    }
}

static struct seed *read_seed(const char *file) {
    struct seed *seed = calloc(1, sizeof *seed);
    FILE *lines = fopen(file, "r");
    if (lines == NULL) {
        fprintf(stderr, "replyFuzz: %s cannot be read\n", file);
        exit(2);
    }
    seed->room = ROOM;
    char line[1024];
    while (fgets(line, sizeof line, lines) != NULL) read_line(seed, line, file);
    fclose(lines);
    if (seed->call_count == 0) seed->calls[seed->call_count++] = CALL_read;
    return seed;
}

/* ---- mutations ---- */

static const uint32_t TELLING[] = { 0, 1, 3, 4, 19, 20, 21, 24, 63, 64, 65, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, WIRE_MAX_FRAME, WIRE_MAX_FRAME + 1, WIRE_MAX_LISTING };

static void insert(size_t at, const uint8_t *bytes, size_t length) {
    if (length > STREAM_MAX - current.size) return;
    memmove(current.bytes + at + length, current.bytes + at, current.size - at);
    memcpy(current.bytes + at, bytes, length);
    current.size += length;
}

static void cut(size_t at, size_t length) {
    if (length > current.size - at) length = current.size - at;
    memmove(current.bytes + at, current.bytes + at + length, current.size - at - length);
    current.size -= length;
}

static void mutate_once(const struct seed *other) {
    size_t at = roll((uint32_t)current.size + 1);
    uint8_t piece[32];
    size_t length = 1 + roll(sizeof piece);
    for (size_t i = 0; i < length; i++) piece[i] = (uint8_t)roll(256);
    switch (roll(8)) {
    case 0:
        if (at < current.size) current.bytes[at] ^= (uint8_t)(1u << roll(8));
        break;
    case 1:
        if (at < current.size) current.bytes[at] = (uint8_t)roll(256);
        break;
    case 2: case 3: /* a length or a number that says something, where such a field may lie */
        at &= ~(size_t)3;
        if (at + 4 <= current.size) wire_put_u32(current.bytes + at, TELLING[roll(sizeof TELLING / sizeof TELLING[0])]);
        break;
    case 4: insert(at, piece, length); break;
    case 5: cut(at, length); break;
    case 6: /* a part of another stream */
        if (other->size > 0) {
            size_t from = roll((uint32_t)other->size);
            size_t some = 1 + roll((uint32_t)(other->size - from));
            insert(at, other->bytes + from, some);
        }
        break;
    default: current.calls[roll((uint32_t)current.call_count)] = (enum call_id)roll(CALLS_COUNT);
    }
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "replyFuzz ROUNDS SEED FILE…\n");
        return 2;
    }
    __sanitizer_set_death_callback(tell_stream);
    unsigned long rounds = strtoul(argv[1], NULL, 10), accepted = 0;
    chance = 0x9e3779b97f4a7c15u ^ (strtoull(argv[2], NULL, 10) * 0xbf58476d1ce4e5b9u);
    uint32_t seed_count = (uint32_t)(argc - 3);
    struct seed **seeds = calloc(seed_count, sizeof *seeds);
    for (uint32_t i = 0; i < seed_count; i++) {
        seeds[i] = read_seed(argv[i + 3]);
        current = *seeds[i];
        ask_all();
    }
    for (unsigned long round = 0; round < rounds; round++) {
        const struct seed *from = seeds[roll(seed_count)];
        memcpy(&current, from, offsetof(struct seed, bytes));
        memcpy(current.bytes, from->bytes, from->size);
        current.size = from->size;
        for (uint32_t left = 1 + roll(6); left > 0; left--) mutate_once(seeds[roll(seed_count)]);
        ask_all();
        if (left_with == 0) accepted++;
    }
    printf("replyFuzz: %u files, %lu rounds, %lu streams accepted to the end, seed %s\n", seed_count, rounds, accepted, argv[2]);
    for (uint32_t i = 0; i < seed_count; i++) free(seeds[i]);
    free(seeds);
    return 0;
}
