/*
 * Random bytes come from the controller, so that a run can be repeated. arc4random_buf() has no way to fail; where it is
 * refused it gets bytes from a generator that was seeded before the filter. Its callers use it to salt hash tables.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "marshal.h"
#include "stubs.h"

#define GETENTROPY_MAX 256

static uint64_t fallback;

bool random_open(void) { return getrandom(&fallback, sizeof fallback, 0) == (ssize_t)sizeof fallback; }

/* splitmix64: one addition and three mixing steps a word. */
static uint64_t next_fallback(void) {
    uint64_t word = __atomic_add_fetch(&fallback, UINT64_C(0x9e3779b97f4a7c15), __ATOMIC_RELAXED);
    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

static bool ask_random(uint8_t *into, size_t size) {
    while (size > 0) {
        int64_t got = ASK(CALL_getrandom, PTR(into), (int64_t)size, 0);
        if (got <= 0) return false;
        into += got;
        size -= (size_t)got;
    }
    return true;
}

static void stub_arc4random_buf(void *buffer, size_t size) {
    uint8_t *into = buffer;
    if (ask_random(into, size)) return;
    for (size_t i = 0; i < size; i++) into[i] = (uint8_t)next_fallback();
}

static uint32_t stub_arc4random(void) {
    uint32_t value;
    stub_arc4random_buf(&value, sizeof value);
    return value;
}

static int stub_getentropy(void *buffer, size_t size) {
    if (size > GETENTROPY_MAX) {
        errno = EIO;
        return -1;
    }
    return ask_random(buffer, size) ? 0 : -1;
}

const struct stub STUBS_RANDOM[] = {
    STUB("arc4random_buf", stub_arc4random_buf),
    STUB("arc4random", stub_arc4random),
    STUB("getentropy", stub_getentropy),
    STUBS_END,
};
