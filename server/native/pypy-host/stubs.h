/*
 * Stubs: what stands in the relocation slot of a libc function that needs more than generic marshalling.
 *
 * Each stubs_*.c file exports one table. A stub has the signature and the contract of the function it replaces; where
 * the outside is needed it asks the controller through marshal.h. Stubs run as guest code, behind the filter.
 */
#ifndef SANDTABLE_STUBS_H
#define SANDTABLE_STUBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

typedef void (*any_function)(void);

struct stub {
    const char *symbol;
    any_function function;
};

#define STUB(symbol, function) { (symbol), (any_function)(function) }
#define STUBS_END { NULL, NULL }

extern const struct stub STUBS_FILES[];
extern const struct stub STUBS_STDIO[];
extern const struct stub STUBS_PROCESS[];
extern const struct stub STUBS_SIGNALS[];
extern const struct stub STUBS_THREADS[];
extern const struct stub STUBS_LIBRARY[];
extern const struct stub STUBS_NETWORK[];
extern const struct stub STUBS_IDENTITY[];
extern const struct stub STUBS_LOCALE[];
extern const struct stub STUBS_TIME[];
/* Put first when the controller rules time; otherwise clocks are read in process. */
extern const struct stub STUBS_CLOCKS_IN_PROCESS[];
extern const struct stub STUBS_RANDOM[];

/* Ends the guest as its own _exit() would, the controller being told. */
_Noreturn void guest_exit(int status);

/* Ends the guest with a message that the controller shows. */
_Noreturn void guest_fatal(const char *message);

pid_t virtual_gettid(void);

/* Makes stdin, stdout and stderr speak to virtual descriptors 0 to 2. false where memory is out. */
bool stdio_open(void);

/* Seeds the fallback of arc4random_buf(), which may not fail; reads the kernel's pool, so it runs before the filter. */
bool random_open(void);

#endif
