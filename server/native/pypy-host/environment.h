/*
 * The guest's environment, apart from the host's and from what libc itself needs. See stubs_identity.c.
 */
#ifndef SANDTABLE_ENVIRONMENT_H
#define SANDTABLE_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Empties libc's environment and sets the guest's to `settings` ("NAME=value" each). libc also gets a fixed time zone and
 * locale, which the guest does not see. false where memory is out.
 */
bool environment_open(char *const *settings, size_t count);

/* A setting that getenv() answers and os.environ does not show: how the interpreter's memory manager is told its limits. */
bool environment_hide(const char *name, const char *value);

/* What stands in the guest's relocation slots for `environ`. */
extern char **guest_environ;

#endif
