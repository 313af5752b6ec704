/* What libc would do lazily, done while it still may. See warmup.c. */
#ifndef SANDTABLE_WARMUP_H
#define SANDTABLE_WARMUP_H

/* NULL, or what did not work. */
const char *warm_up(void);

#endif
