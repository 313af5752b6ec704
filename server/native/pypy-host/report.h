/*
 * What the host says about itself: lines of JSON on the control descriptor.
 */
#ifndef SANDTABLE_REPORT_H
#define SANDTABLE_REPORT_H

#include <stdio.h>

/* The control descriptor; the controller's end is a socket or pipe. */
#define CONTROL_FD 3

/* From now on every line says which order it belongs to: what a zygote's controller numbers its guests by. */
void report_as(unsigned long serial);

/* The beginning of a line: `{"type":"…"` and the number. */
void report_begin(FILE *out, const char *type);

/* Writes `text` as a JSON string; bytes that are not ASCII are written as they are. */
void json_string(FILE *out, const char *text);

/* Says why the host cannot go on, with a stable code, and ends with EXIT_PREPARATION. `detail` may be NULL. */
_Noreturn void report_failure(const char *code, const char *message, const char *detail);

#endif
