/*
 * The wire between host and controller: sizes, limits and byte order.
 *
 * request  u32 len | u32 id | u16 fid | u16 thread | args      len counts the bytes after the len field
 *          id 0 wants no reply: see loans.c, frames.c, and the hello
 * reply    u32 len | u32 id | i64 ret | i32 errno | u32 flags | per out-argument: u32 n, n bytes
 *
 * Little-endian; this host runs on x86-64 only, so memcpy is the codec. The controller's side of the same facts is
 * described in shared/src/calls.ts.
 */
#ifndef SANDTABLE_WIRE_H
#define SANDTABLE_WIRE_H

#include <stdint.h>
#include <string.h>

#define WIRE_PROTOCOL 3

#define WIRE_LENGTH_BYTES 4u
/* id, fid, thread */
#define WIRE_REQUEST_HEAD 8u
/* id, ret, errno, flags */
#define WIRE_REPLY_HEAD 20u

/* The largest listing (4 MiB) plus room for heads; a reply above it is a broken controller, and the host exits. */
#define WIRE_MAX_FRAME ((4u << 20) + (64u << 10))
/* One read or write moves at most this; callers see a short count and ask again, so latency for other threads stays low. */
#define WIRE_MAX_DATA (1u << 20)
/* Linux's own limit for one argument of a program; a longer string fails with ENAMETOOLONG without being asked. */
#define WIRE_MAX_TEXT (128u << 10)
/* A directory listing comes in one reply; the controller answers ENOMEM above this. */
#define WIRE_MAX_LISTING (4u << 20)

/* Length that stands for a NULL pointer. */
#define WIRE_NULL 0xffffffffu
/* fid of the hello frame. */
#define WIRE_HELLO 0xffffu
/* fid of a frame with the stack of a call: u32 id of the request, then the text. See frames.c. */
#define WIRE_FRAMES 0xfffeu

/* Reply flag: the call was refused with RuntimeError; the guest sees errno WIRE_ERRNO_RAISE and its sitecustomize raises. */
#define WIRE_FLAG_RAISE 1u
#define WIRE_ERRNO_RAISE 4095
/* Reply flag: send the frames of the call. See frames.c. */
#define WIRE_FLAG_FRAMES 2u
/* Reply flag, for an opening: u32 n and n bytes follow, the file's struct stat and its contents. See loans.c. */
#define WIRE_FLAG_LOAN 4u
#define WIRE_STAT_BYTES 144u

/* Exit statuses that tell the controller what the host met. */
enum host_exit {
    EXIT_PREPARATION = 70, /* an error line was written to the control descriptor */
    EXIT_REQUEST_PIPE = 71, /* the request pipe cannot be written */
    EXIT_REPLY_PIPE = 73, /* the reply pipe ended: the controller is gone */
    EXIT_BAD_REPLY = 74, /* the controller broke the wire's rules */
    EXIT_ABORT = 134, /* what a shell reports for SIGABRT */
    EXIT_SIGNAL_BASE = 128
};

static inline uint32_t wire_u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline int64_t wire_i64(const uint8_t *at) {
    int64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline void wire_put_u16(uint8_t *at, uint16_t value) { memcpy(at, &value, sizeof value); }
static inline void wire_put_u32(uint8_t *at, uint32_t value) { memcpy(at, &value, sizeof value); }
static inline void wire_put_i64(uint8_t *at, int64_t value) { memcpy(at, &value, sizeof value); }

#endif
