/*
 * The channel: one request pipe out, one reply pipe in, shared by every thread of the guest. See channel.c.
 */
#ifndef SANDTABLE_CHANNEL_H
#define SANDTABLE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request is written as up to this many pieces: small arguments gathered in one, large ones from where they lie. */
#define CHANNEL_MAX_PIECES 16

struct piece {
    const void *start;
    size_t length;
};

/* One request on its way. Everything it points to must live until channel_exchange() returns. */
struct exchange {
    uint8_t *head; /* first piece; room for length and id is patched in */
    struct piece pieces[CHANNEL_MAX_PIECES];
    size_t piece_count;
    bool may_wait; /* the controller may take long on purpose: never poll for its answer */
    /* Called once with the reply (from id on), perhaps on another thread, while `self` waits. false = malformed. */
    bool (*deliver)(void *context, const uint8_t *reply, size_t length);
    void *context;
};

enum polling_mode { POLLING_ADAPTIVE, POLLING_NEVER, POLLING_ALWAYS };

struct channel_ends {
    int request; /* write end of the request pipe */
    int reply; /* read end of the reply pipe, blocking */
    int poll; /* another description of the same read end, non-blocking; -1 where polling is off */
};

/* How to await replies from now on; adaptive unless told otherwise. */
void channel_poll(enum polling_mode mode);

/* Begins a conversation on these ends; whatever came on earlier ones is forgotten. */
void channel_open(struct channel_ends ends);

/* Sends the request and returns when its reply has been delivered. Ends the process where the channel is broken. */
void channel_exchange(struct exchange *exchange);

/*
 * For a process that forks while it waits for a reply (zygote.c). `wait` is called whenever the leader would read; it
 * returns when the reply pipe has something. NULL, as at the start: the leader just reads.
 */
void channel_wait_with(void (*wait)(int reply));

/* In the child of a fork that happened inside `wait`, after channel_open() with its own ends: asks there what the parent waits for. */
void channel_resume(void);

/* Writes one frame that has no reply: the hello. */
void channel_send_hello(const char *json);

/* Likewise, of `length` bytes, for which `frame` has room before them: WIRE_LENGTH_BYTES and WIRE_REQUEST_HEAD. */
void channel_send(uint16_t fid, uint8_t *frame, size_t length);

#endif
