/*
 * Virtual signals: what the guest has asked for, kept apart from what the kernel delivers. See stubs_signals.c.
 */
#ifndef SANDTABLE_SIGNALS_H
#define SANDTABLE_SIGNALS_H

#include <stdbool.h>

/* Installs the real handlers; must run before the filter, which allows no sigaction. */
void signals_install(void);

/* Between these two, a signal is noted only; signals_leave_call() runs what was noted. errno is kept. */
void signals_enter_call(void);
void signals_leave_call(void);

/* Within a call: true where a signal has been noted, and once after a handler ran outside. A call that waits must then
   answer EINTR instead of waiting. */
bool signals_take_recent(void);

#endif
