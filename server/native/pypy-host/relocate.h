/*
 * The relocation slots of every loaded object but the system's own. See relocate.c.
 */
#ifndef SANDTABLE_RELOCATE_H
#define SANDTABLE_RELOCATE_H

#include <stdbool.h>

#include "symbols.h"

/* One slot that leads into the system's libraries. */
struct slot {
    const char *object; /* file name of the library that holds the slot, without folder */
    const char *name; /* imported symbol */
    struct symbol symbol;
};

typedef void (*slot_visitor)(void *context, const struct slot *slot);

struct relocation {
    unsigned objects, hooked, native, denied; /* slots, not names */
    const char *failure; /* NULL, or what is wrong; the guest must then not start */
};

/* Rewrites the slots. Objects that were read-only after relocation are read-only again. */
struct relocation relocate_all(void);

/* Visits the same slots and changes nothing. */
struct relocation relocate_visit(slot_visitor visit, void *context);

#endif
