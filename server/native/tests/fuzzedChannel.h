/*
 * The channel with system calls, and a way out, that are the fuzzer's.
 */
#ifndef SANDTABLE_FUZZED_CHANNEL_H
#define SANDTABLE_FUZZED_CHANNEL_H

#include <stddef.h>
#include <sys/types.h>

/* In place of read(), write() and _exit(); the fuzzer defines them. */
ssize_t fuzz_read(int fd, void *into, size_t room);
ssize_t fuzz_write(int fd, const void *bytes, size_t length);
_Noreturn void fuzz_exit(int status);

/* A channel that has sent and received nothing, whatever became of it before; what it has not received is poisoned. */
void fuzzed_channel_begin(void);

#endif
