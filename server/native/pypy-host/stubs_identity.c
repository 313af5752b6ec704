/*
 * Who and where the guest is: its environment, users, the terminal's name, limits.
 *
 * libc's environment and the guest's are two: libc needs TZ and LC_ALL so that it never opens a file for them, and the
 * interpreter's memory manager is told its limits through variables; neither is the program's business.
 */
#include "environment.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "marshal.h"
#include "stubs.h"

/* Settings of the memory manager; more than these are not needed. */
#define HIDDEN_MAX 4

static struct {
    const char *name;
    const char *value;
} hidden[HIDDEN_MAX];
static size_t hidden_count;

static char *no_variables[] = { NULL };
char **guest_environ = no_variables;

bool environment_open(char *const *settings, size_t count) {
    guest_environ = calloc(count + 1, sizeof *guest_environ);
    if (guest_environ == NULL || clearenv() != 0) return false;
    if (setenv("TZ", "UTC0", 1) != 0 || setenv("LC_ALL", "C.UTF-8", 1) != 0) return false;
    for (size_t i = 0; i < count; i++) {
        guest_environ[i] = strdup(settings[i]);
        if (guest_environ[i] == NULL || putenv(guest_environ[i]) != 0) return false;
    }
    return true;
}

bool environment_hide(const char *name, const char *value) {
    if (hidden_count == HIDDEN_MAX) return false;
    hidden[hidden_count].name = name;
    hidden[hidden_count].value = strdup(value);
    return hidden[hidden_count++].value != NULL;
}

static char *stub_getenv(const char *name) {
    for (size_t i = 0; i < hidden_count; i++)
        if (strcmp(hidden[i].name, name) == 0) return (char *)hidden[i].value;
    return getenv(name);
}

static long stub_sysconf(int name) {
    if (name == _SC_PAGESIZE) return sysconf(_SC_PAGESIZE);
    return (long)ASK(CALL_sysconf, name);
}

/* Text that libc holds in memory; for other names it looks at the disk. The interpreter asks at every start. */
static size_t stub_confstr(int name, char *buffer, size_t size) {
    if (name == _CS_GNU_LIBC_VERSION || name == _CS_GNU_LIBPTHREAD_VERSION || name == _CS_PATH) return confstr(name, buffer, size);
    call_refuse("confstr");
    return 0;
}

/* There is no user database but the guest itself; looking up anybody else is noted, and finds nobody. */
static struct passwd *nobody(const char *symbol) {
    call_refuse(symbol);
    errno = 0;
    return NULL;
}

/* As libc's: the answer is good until the next question. NULL where the policy does not tell who the guest is. */
static struct passwd *oneself(void) {
    static char name[LOGIN_NAME_MAX], home[PATH_MAX];
    static struct passwd self;
    if (ASK(CALL_at_getlogin, PTR(name), sizeof name) < 0) return NULL;
    const char *directory = "/";
    for (char **each = guest_environ; *each != NULL; each++)
        if (strncmp(*each, "HOME=", 5) == 0) directory = *each + 5;
    snprintf(home, sizeof home, "%s", directory);
    self = (struct passwd){
        .pw_name = name,
        .pw_passwd = "x",
        .pw_uid = (uid_t)ASK(CALL_getuid, 0),
        .pw_gid = (gid_t)ASK(CALL_getgid, 0),
        .pw_gecos = "",
        .pw_dir = home,
        .pw_shell = "/bin/sh",
    };
    return &self;
}

static struct passwd *stub_getpwnam(const char *name) {
    struct passwd *self = oneself();
    return self != NULL && strcmp(self->pw_name, name) == 0 ? self : nobody("getpwnam");
}

static struct passwd *stub_getpwuid(uid_t uid) {
    struct passwd *self = oneself();
    return self != NULL && self->pw_uid == uid ? self : nobody("getpwuid");
}

static struct passwd *stub_getpwent(void) { return NULL; }
static void stub_nothing(void) {}

static char *stub_getlogin(void) {
    static char name[LOGIN_NAME_MAX];
    return ASK(CALL_at_getlogin, PTR(name), sizeof name) < 0 ? NULL : name;
}

static int stub_ttyname_r(int fd, char *buffer, size_t size) {
    return ASK(CALL_at_ttyname, fd, PTR(buffer), (int64_t)size) < 0 ? errno : 0;
}

static char *stub_ttyname(int fd) {
    static char name[PATH_MAX];
    return stub_ttyname_r(fd, name, sizeof name) != 0 ? NULL : name;
}

/* The terminal library would search the disk for a description, and print and exit where it is not told where to put
   the error. 0 means: this terminal is not known. */
static int stub_setupterm(const char *term, int fd, int *error) {
    (void)term;
    (void)fd;
    if (error != NULL) *error = 0;
    return -1;
}

const struct stub STUBS_IDENTITY[] = {
    STUB("getenv", stub_getenv),
    STUB("secure_getenv", stub_getenv),
    STUB("sysconf", stub_sysconf),
    STUB("__sysconf", stub_sysconf),
    STUB("confstr", stub_confstr),
    STUB("getpwnam", stub_getpwnam),
    STUB("getpwuid", stub_getpwuid),
    STUB("getpwent", stub_getpwent),
    STUB("setpwent", stub_nothing),
    STUB("endpwent", stub_nothing),
    STUB("getlogin", stub_getlogin),
    STUB("ttyname", stub_ttyname),
    STUB("ttyname_r", stub_ttyname_r),
    STUB("setupterm", stub_setupterm),
    STUBS_END,
};
