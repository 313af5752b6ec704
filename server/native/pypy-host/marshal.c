/*
 * Generic marshalling: one request and one reply per call, driven by the table's signatures.
 *
 * Invariants. An out-buffer is never filled beyond its capacity, and no call returns more than the buffer that bounds it
 * holds, whatever the controller says: a policy may be wrong, memory must not be. Nothing is allocated: small arguments
 * are gathered in a buffer on the stack, large ones are written to the pipe from where they lie.
 *
 * NEVER: trust a length in a reply; touch the guest's memory outside the arguments of the call that is being answered.
 */
#include "marshal.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "channel.h"
#include "frames.h"
#include "loans.h"
#include "signals.h"
#include "wire.h"

struct op {
    char code;
    uint8_t from; /* the argument that holds a length or capacity */
    uint16_t bytes; /* size of a struct, or of one element */
};

struct row {
    const char *symbol;
    uint8_t op_count;
    int8_t bound; /* argument that bounds the result, or -1 */
    struct op ops[CALL_MAX_ARGS];
};

static const struct row ROWS[CALLS_COUNT] = {
#include "calls.inc"
};

/* Arguments up to this size are copied beside the numbers; larger ones become pieces of their own. */
#define INLINE_BYTES 1024u
#define SCRATCH_BYTES (WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD + CALL_MAX_ARGS * (sizeof(int64_t) + INLINE_BYTES))

struct request {
    size_t used; /* bytes of scratch */
    size_t piece_start; /* where the piece that is being gathered begins */
    struct exchange exchange;
    uint8_t scratch[SCRATCH_BYTES];
};

/* What a reply is delivered into. */
struct pending {
    const struct row *row;
    const int64_t *args;
    int64_t result;
    int error;
    uint32_t flags;
    uint8_t *loan; /* what came with an opening, malloc'ed; NULL where nothing did */
    size_t loan_length;
};

const char *call_symbol(enum call_id id) { return ROWS[id].symbol; }

bool call_takes_number(enum call_id id, unsigned argument) {
    return argument < ROWS[id].op_count && ROWS[id].ops[argument].code == 'i';
}

int call_find(const char *symbol) {
    for (int id = 0; id < CALLS_COUNT; id++)
        if (strcmp(ROWS[id].symbol, symbol) == 0) return id;
    return -1;
}

/* ---- requests ---- */

static void add_piece(struct request *request, const void *start, size_t length) {
    if (length == 0) return;
    request->exchange.pieces[request->exchange.piece_count++] = (struct piece){ start, length };
}

static void end_gathering(struct request *request) {
    add_piece(request, request->scratch + request->piece_start, request->used - request->piece_start);
    request->piece_start = request->used;
}

static void put_i64(struct request *request, int64_t value) {
    wire_put_i64(request->scratch + request->used, value);
    request->used += sizeof value;
}

static void put_bytes(struct request *request, const void *bytes, size_t length) {
    wire_put_u32(request->scratch + request->used, bytes == NULL ? WIRE_NULL : (uint32_t)length);
    request->used += sizeof(uint32_t);
    if (bytes == NULL) return;
    if (length <= INLINE_BYTES) {
        memcpy(request->scratch + request->used, bytes, length);
        request->used += length;
        return;
    }
    end_gathering(request);
    add_piece(request, bytes, length);
}

/* Bytes behind an argument that is a buffer, struct or array; capped to what one call may move. */
static size_t extent(const struct op *op, const int64_t *args) {
    uint64_t count;
    switch (op->code) {
    case 'I': case 'S': case 'X': return op->bytes;
    case 'A': {
        const uint32_t *capacity = (const uint32_t *)(intptr_t)args[op->from];
        return capacity == NULL ? 0 : *capacity;
    }
    case 'o': case 'x':
        count = args[op->from] < 0 ? 0 : (uint64_t)args[op->from];
        if (count > WIRE_MAX_DATA / op->bytes) count = WIRE_MAX_DATA / op->bytes;
        return (size_t)count * op->bytes;
    default: /* 'r' and 'w'; a listing is the one thing that is larger than a data transfer */
        count = args[op->from] < 0 ? 0 : (uint64_t)args[op->from];
        if (count > WIRE_MAX_DATA && !(op->code == 'r' && count == WIRE_MAX_LISTING)) count = WIRE_MAX_DATA;
        return (size_t)count;
    }
}

/* false where the argument cannot be sent; errno says why. */
static bool put_argument(struct request *request, const struct op *op, int64_t value, const int64_t *args) {
    const void *pointer = (const void *)(intptr_t)value;
    switch (op->code) {
    case 'i': put_i64(request, (int32_t)value); break;
    case 'l': put_i64(request, value); break;
    case 's': {
        size_t length = pointer == NULL ? 0 : strnlen(pointer, WIRE_MAX_TEXT + 1);
        if (length > WIRE_MAX_TEXT) {
            errno = ENAMETOOLONG;
            return false;
        }
        put_bytes(request, pointer, length);
        break;
    }
    case 'w': case 'I': case 'X': case 'x': put_bytes(request, pointer, extent(op, args)); break;
    case 'r': case 'A': put_i64(request, (int64_t)extent(op, args)); break;
    default: break; /* 'S' and 'o' have nothing to say beforehand; '-' is ignored */
    }
    return true;
}

static bool build_request(struct request *request, enum call_id id, const int64_t *args) {
    const struct row *row = &ROWS[id];
    request->exchange.piece_count = 0;
    request->exchange.head = request->scratch;
    request->piece_start = 0;
    request->used = WIRE_LENGTH_BYTES + WIRE_REQUEST_HEAD;
    wire_put_u16(request->scratch + WIRE_LENGTH_BYTES + 4, (uint16_t)id);
    for (unsigned i = 0; i < row->op_count; i++)
        if (!put_argument(request, &row->ops[i], args[i], args)) return false;
    end_gathering(request);
    return true;
}

/* ---- replies ---- */

static bool is_out(const struct op *op) { return op->code != 0 && strchr("rSXoxA", op->code) != NULL; }

static void fill(const struct op *op, int64_t value, const int64_t *args, const uint8_t *bytes, size_t length) {
    size_t capacity = extent(op, args);
    void *into = (void *)(intptr_t)value;
    if (length > capacity) length = capacity;
    if (into == NULL) return;
    if (length > 0) memcpy(into, bytes, length);
    if (op->code != 'A') return;
    /* No address is an answer, too: the other side of a stream has none. */
    uint32_t *told = (uint32_t *)(intptr_t)args[op->from];
    if (told != NULL) *told = (uint32_t)length;
}

/* A refusal may leave its out-arguments out altogether; a frame that ends within one is malformed. */
static bool fill_outs(const struct pending *pending, const uint8_t *at, size_t left) {
    for (unsigned i = 0; i < pending->row->op_count && left > 0; i++) {
        const struct op *op = &pending->row->ops[i];
        if (!is_out(op)) continue;
        if (left < sizeof(uint32_t)) return false;
        size_t length = wire_u32(at);
        at += sizeof(uint32_t);
        left -= sizeof(uint32_t);
        if (length > left) return false;
        fill(op, pending->args[i], pending->args, at, length);
        at += length;
        left -= length;
    }
    return left == 0;
}

/* Openings have no out-arguments, so what follows the head is the loan. Without memory for it there is none. */
static bool take_loan(struct pending *pending, const uint8_t *at, size_t left) {
    if (left < sizeof(uint32_t)) return false;
    size_t length = wire_u32(at);
    if (length != left - sizeof(uint32_t) || length < WIRE_STAT_BYTES) return false;
    pending->loan = malloc(length);
    pending->loan_length = length;
    if (pending->loan != NULL) memcpy(pending->loan, at + sizeof(uint32_t), length);
    return true;
}

static bool deliver(void *context, const uint8_t *reply, size_t length) {
    struct pending *pending = context;
    pending->result = wire_i64(reply + 4);
    pending->error = (int)wire_u32(reply + 12);
    pending->flags = wire_u32(reply + 16);
    const uint8_t *rest = reply + WIRE_REPLY_HEAD;
    size_t left = length - WIRE_REPLY_HEAD;
    return (pending->flags & WIRE_FLAG_LOAN) != 0 ? take_loan(pending, rest, left) : fill_outs(pending, rest, left);
}

static int64_t bounded(const struct pending *pending) {
    if (pending->row->bound < 0) return pending->result;
    int64_t most = pending->args[(unsigned)pending->row->bound];
    return pending->result > most && most >= 0 ? most : pending->result;
}

/* ---- calls ---- */

/* Calls that wait on purpose: polling for their answers would burn a core for nothing. */
static bool may_wait(enum call_id id, const int64_t *args) {
    switch (id) {
    case CALL_read: return args[0] == 0;
    case CALL_poll: return args[2] != 0;
    case CALL_epoll_wait: return args[3] != 0;
    case CALL_select: case CALL_at_sleep: case CALL_at_pause: case CALL_waitpid: case CALL_accept: case CALL_accept4:
    case CALL_connect: case CALL_recv: case CALL_recvfrom: case CALL_system: return true;
    default: return false;
    }
}

/* Those of them that a signal which came just before must wake, as it would have a moment later. */
static bool wakes_on_signal(enum call_id id) {
    switch (id) {
    case CALL_read: case CALL_poll: case CALL_epoll_wait: case CALL_select: case CALL_at_sleep: case CALL_at_pause:
    case CALL_waitpid: case CALL_accept: case CALL_accept4: case CALL_recv: case CALL_recvfrom: return true;
    default: return false;
    }
}

/* Set while nobody is there who could be asked. */
static int64_t (*answers)(enum call_id id, const int64_t *args);

void call_answer_with(int64_t (*answer)(enum call_id id, const int64_t *args)) { answers = answer; }

static bool is_opening(enum call_id id) { return id == CALL_open || id == CALL_open64 || id == CALL_openat64; }

static void begin_loan(enum call_id id, const int64_t *args, const struct pending *pending, const struct loans_view *named) {
    int flags = (int)args[id == CALL_openat64 ? 2 : 1];
    loans_begin((int)pending->result, flags, pending->loan, pending->loan_length, is_opening(id) ? named : NULL);
}

static int64_t ask_controller(enum call_id id, const int64_t *args) {
    struct pending pending = { .row = &ROWS[id], .args = args };
    struct request request;
    struct loans_view named;
    bool waits = may_wait(id, args);
    /* Asking leaves traces in errno; a call that succeeds does not change it, and programs count on that. */
    int before = errno;
    if (!build_request(&request, id, args)) return -1;
    request.exchange.may_wait = waits;
    request.exchange.deliver = deliver;
    request.exchange.context = &pending;
    signals_enter_call();
    if (waits && wakes_on_signal(id) && signals_take_recent()) {
        signals_leave_call();
        errno = EINTR;
        return -1;
    }
    if (is_opening(id)) loans_look(&named);
    channel_exchange(&request.exchange);
    if (pending.loan != NULL) begin_loan(id, args, &pending, &named);
    if ((pending.flags & WIRE_FLAG_FRAMES) != 0) frames_send(wire_u32(request.scratch + WIRE_LENGTH_BYTES), (pending.flags & WIRE_FLAG_RAISE) != 0);
    signals_leave_call();
    if ((pending.flags & WIRE_FLAG_RAISE) != 0) errno = WIRE_ERRNO_RAISE;
    else errno = pending.error != 0 ? pending.error : before;
    return bounded(&pending);
}

int64_t call_ask(enum call_id id, const int64_t *args) {
    int64_t answered;
    signals_enter_call();
    if (loans_answer(id, args, &answered)) {
        signals_leave_call();
        return answered;
    }
    bool counted = loans_see(id, args);
    signals_leave_call();
    answered = answers != NULL ? answers(id, args) : ask_controller(id, args);
    if (counted) loans_done(id, args);
    return answered;
}

int64_t call_refuse(const char *symbol) {
    errno = 0;
    ASK(CALL_at_deny, PTR(symbol));
    if (errno == 0) errno = ENOSYS;
    return -1;
}
