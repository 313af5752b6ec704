/* See report.h. */
#include "report.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "wire.h"

static unsigned long own_serial; /* 0: this process belongs to no order */

void report_as(unsigned long serial) { own_serial = serial; }

void report_begin(FILE *out, const char *type) {
    fprintf(out, "{\"type\":\"%s\"", type);
    if (own_serial != 0) fprintf(out, ",\"serial\":%lu", own_serial);
}

void json_string(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') fprintf(out, "\\%c", byte);
        else if (byte < ' ') fprintf(out, "\\u%04x", byte);
        else fputc(byte, out);
    }
    fputc('"', out);
}

static void write_failure(FILE *out, const char *code, const char *message, const char *detail) {
    char whole[1024];
    snprintf(whole, sizeof whole, "%s%s%s", message, detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
    report_begin(out, "error");
    fputs(",\"code\":", out);
    json_string(out, code);
    fputs(",\"message\":", out);
    json_string(out, whole);
    fputs("}\n", out);
    fflush(out);
}

void report_failure(const char *code, const char *message, const char *detail) {
    int control = fcntl(CONTROL_FD, F_GETFD) >= 0 ? CONTROL_FD : STDERR_FILENO;
    FILE *out = fdopen(control, "w");
    if (out != NULL) write_failure(out, code, message, detail);
    _exit(EXIT_PREPARATION);
}
