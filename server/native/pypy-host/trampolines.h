/* The arrays of trampolines.S; included by C and by the assembler. */
#ifndef SANDTABLE_TRAMPOLINES_H
#define SANDTABLE_TRAMPOLINES_H

#define ENTRY_BYTES 16
/* Rows of the call table; the build fails where the table outgrows it. */
#define CALL_ENTRIES 256
/* Distinct functions of the system that are refused; PyPy 7.3.11 with its libraries has 106. Beyond it, preparation fails. */
#define DENIED_ENTRIES 512

#ifndef __ASSEMBLER__
#include <stdint.h>

extern const char call_entries[] __attribute__((visibility("hidden")));
extern const char denied_entries[] __attribute__((visibility("hidden")));

/* Where the tails land: `arguments` are the caller's six integer registers. */
int64_t call_from_entry(const int64_t *arguments, int64_t index);
int64_t denied_from_entry(const int64_t *arguments, int64_t index);
#endif

#endif
