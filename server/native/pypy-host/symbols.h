/*
 * What stands for each function that the guest's libraries take from the system. See symbols.c.
 */
#ifndef SANDTABLE_SYMBOLS_H
#define SANDTABLE_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

enum symbol_kind {
    SYMBOL_NATIVE, /* works on memory only: left as it is */
    SYMBOL_STUB, /* a function, or variable, of the host */
    SYMBOL_CALL, /* marshalled by its signature in the call table */
    SYMBOL_DENIED, /* refused; the default for a name that is not known */
};

struct symbol {
    enum symbol_kind kind;
    uintptr_t address; /* of what replaces it; 0 for SYMBOL_NATIVE, or where the table of denied symbols is full */
};

/* How clocks are read: in this process, or by asking. Call before the first symbol_lookup(). */
void symbols_open(bool marshal_time);

struct symbol symbol_lookup(const char *name);

/* Names that are replaced wherever they are defined; all others only where they are the system's. */
bool symbol_is_replaced_everywhere(const char *name);

#endif
