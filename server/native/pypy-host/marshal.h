/*
 * Calls of the table, marshalled by their signatures. See marshal.c.
 */
#ifndef SANDTABLE_MARSHAL_H
#define SANDTABLE_MARSHAL_H

#include <stdbool.h>
#include <stdint.h>

#include "callIds.h"

/* The name of a row of the table. */
const char *call_symbol(enum call_id id);

/* Whether an argument of the call is a number that may be a descriptor. */
bool call_takes_number(enum call_id id, unsigned argument);

/* The row that carries `symbol`, or -1. */
int call_find(const char *symbol);

/*
 * Asks the controller. `args` holds CALL_MAX_ARGS values; those beyond the call's signature are not looked at. Fills
 * out-arguments, sets errno where the reply carries one, and returns the reply's value.
 */
int64_t call_ask(enum call_id id, const int64_t *args);

/* From now on calls go nowhere, and this answers them, errno included; NULL: they go to the controller again. */
void call_answer_with(int64_t (*answer)(enum call_id id, const int64_t *args));

/* call_ask() with the arguments written out: ASK(CALL_close, fd). A call without arguments is asked as ASK(id, 0). */
#define ASK(id, ...) call_ask((id), (const int64_t[CALL_MAX_ARGS]){ __VA_ARGS__ })

/* A pointer as an argument of ASK. */
#define PTR(pointer) ((int64_t)(intptr_t)(pointer))

/* Tells the controller that the guest wanted `symbol`, which the sandbox does not offer; sets errno, returns -1. */
int64_t call_refuse(const char *symbol);

#endif
