/*
 * Translations and time zones: libc would look for files. Messages stay as written, and the time zone stays the one
 * that was fixed before the filter.
 */
#include <stddef.h>

#include "stubs.h"

static char *stub_gettext(const char *text) { return (char *)text; }

static char *stub_dgettext(const char *domain, const char *text) {
    (void)domain;
    return (char *)text;
}

static char *stub_no_domain(void) { return NULL; }
static void stub_tzset(void) {}

const struct stub STUBS_LOCALE[] = {
    STUB("gettext", stub_gettext),
    STUB("dgettext", stub_dgettext),
    STUB("dcgettext", stub_dgettext),
    STUB("textdomain", stub_gettext),
    STUB("bindtextdomain", stub_no_domain),
    STUB("bind_textdomain_codeset", stub_no_domain),
    STUB("tzset", stub_tzset),
    STUBS_END,
};
