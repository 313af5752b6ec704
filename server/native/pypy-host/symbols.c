/*
 * The decision for every imported name: native, stub, call, or denied.
 *
 * Default deny: a name that stands in none of the tables below is refused, so that a new version of the interpreter or
 * of a library fails closed, and the trace says by which name. NATIVE is therefore a list of exact names, each of which
 * was checked to touch nothing but memory (or to be cured: streams are cookie streams, locale and time zone are loaded
 * beforehand, what glibc opens by itself gets EPERM from the filter).
 *
 * NEVER: put a pattern in NATIVE; put a name there because a program seems to need it.
 */
#include "symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"
#include "marshal.h"
#include "stubs.h"
#include "trampolines.h"

_Static_assert(CALLS_COUNT <= CALL_ENTRIES, "the call table has outgrown trampolines.S");

static const char *const NATIVE[] = {
    /* memory */
    "malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "munmap", "mprotect", "mremap", "madvise", "getpagesize",
    "memcpy", "memmove", "memset", "memcmp", "memchr", "memrchr", "memmem", "mempcpy", "__memcpy_chk", "__memmove_chk", "__memset_chk",
    "__mempcpy_chk",
    /* text */
    "strlen", "strnlen", "strcmp", "strncmp", "strcasecmp", "strncasecmp", "strcpy", "strncpy", "stpcpy", "strcat", "strncat", "strchr",
    "strrchr", "strstr", "strspn", "strcspn", "strpbrk", "strtok_r", "strdup", "strndup", "strcoll", "strxfrm", "strerror", "strerror_r",
    "__xpg_strerror_r", "strsignal", "strtol", "strtoll", "strtoul", "strtoull", "strtod", "strtof", "atoi", "atol", "__isoc23_strtol",
    "__isoc23_strtoll", "__isoc23_strtoul", "__isoc23_strtoull", "__isoc23_sscanf", "__isoc99_sscanf", "sscanf", "sprintf", "snprintf",
    "vsprintf", "vsnprintf", "asprintf", "vasprintf", "__sprintf_chk", "__snprintf_chk", "__vsprintf_chk", "__vsnprintf_chk",
    "__asprintf_chk", "__strcpy_chk", "__strncpy_chk", "__strcat_chk", "__strncat_chk", "__stpcpy_chk", "__ctype_b_loc",
    "__ctype_tolower_loc", "__ctype_toupper_loc", "isalnum", "isalpha", "isdigit", "isspace", "tolower", "toupper", "wcslen", "wcscoll",
    "wcsxfrm", "wcstombs", "mbstowcs", "mbrtowc", "wcrtomb", "wmemcpy", "wmemset", "gai_strerror",
    /* streams: all of them are cookie streams */
    "stdin", "stdout", "stderr", "fclose", "fflush", "feof", "ferror", "clearerr", "fgetc", "getc", "fgets", "fread", "ungetc", "fputc",
    "putc", "putchar", "fputs", "puts", "fwrite", "fseek", "fseeko", "fseeko64", "ftell", "ftello", "ftello64", "rewind", "setbuf", "setvbuf",
    "fprintf", "vfprintf", "printf", "vprintf", "__fprintf_chk", "__vfprintf_chk", "__printf_chk", "perror", "getline", "__getdelim",
    "getdelim",
    /* locale and time, loaded before the filter */
    "setlocale", "localeconv", "nl_langinfo", "newlocale", "uselocale", "freelocale", "gmtime", "gmtime_r", "localtime", "localtime_r",
    "mktime", "timegm", "strftime",
    /* environment of the C library: the guest's own */
    "setenv", "putenv", "unsetenv",
    /* threads: futex only */
    "pthread_attr_init", "pthread_attr_destroy", "pthread_attr_setstacksize", "pthread_attr_setscope", "pthread_attr_setdetachstate",
    "pthread_cond_init", "pthread_cond_destroy", "pthread_cond_signal", "pthread_cond_broadcast", "pthread_cond_wait",
    "pthread_cond_timedwait", "pthread_condattr_init", "pthread_condattr_destroy", "pthread_condattr_setclock", "pthread_mutex_init",
    "pthread_mutex_destroy", "pthread_mutex_lock", "pthread_mutex_trylock", "pthread_mutex_unlock", "pthread_mutexattr_init",
    "pthread_mutexattr_destroy", "pthread_mutexattr_settype", "pthread_rwlock_init", "pthread_rwlock_destroy", "pthread_rwlock_rdlock",
    "pthread_rwlock_wrlock", "pthread_rwlock_unlock", "pthread_key_create", "__pthread_key_create", "pthread_key_delete",
    "pthread_getspecific", "pthread_setspecific", "pthread_once", "pthread_self", "pthread_equal", "pthread_join", "pthread_detach",
    "pthread_exit", "sem_init", "sem_destroy", "sem_wait", "sem_post", "sem_trywait", "sem_timedwait", "sem_clockwait", "sem_getvalue",
    "sched_yield", "__sched_cpucount", "__register_atfork", "pthread_atfork",
    /* the machine's own workings */
    "__errno_location", "__tls_get_addr", "__cxa_atexit", "__cxa_finalize", "__cxa_thread_atexit_impl", "_setjmp", "__sigsetjmp",
    "longjmp", "_longjmp", "dl_iterate_phdr", "_dl_find_object", "getauxval", "__fdelt_chk", "sigemptyset", "sigfillset", "sigaddset",
    "sigdelset", "sigismember", "ctermid",
    /* arithmetic, sorting, addresses in text */
    "rand", "srand", "abs", "labs", "qsort", "bsearch", "tsearch", "tfind", "tdelete", "twalk", "frexp", "ldexp", "modf", "copysign",
    "scalbn", "cfgetispeed", "cfgetospeed", "cfsetispeed", "cfsetospeed", "cfmakeraw", "inet_aton", "inet_addr", "inet_ntoa", "inet_ntop",
    "inet_pton", "htons", "ntohs", "htonl", "ntohl", "__h_errno_location",
};

/* Other names of rows of the call table: on x86-64 the plain and the "64" functions are the same. */
static const struct {
    const char *name, *symbol;
} ALIASES[] = {
    { "stat", "stat64" }, { "lstat", "lstat64" }, { "fstat", "fstat64" }, { "fstatat", "fstatat64" }, { "statvfs", "statvfs64" },
    { "fstatvfs", "fstatvfs64" }, { "truncate", "truncate64" }, { "ftruncate", "ftruncate64" }, { "pread", "pread64" },
    { "pwrite", "pwrite64" }, { "getrlimit", "getrlimit64" },
};

static const struct stub *const STUB_TABLES[] = {
    STUBS_FILES, STUBS_STDIO, STUBS_PROCESS, STUBS_SIGNALS, STUBS_THREADS, STUBS_LIBRARY, STUBS_NETWORK, STUBS_IDENTITY, STUBS_LOCALE,
    STUBS_TIME, STUBS_RANDOM,
};

/* What a refused function returns; most say -1 and set errno. */
enum refusal { REFUSE_MINUS_ONE, REFUSE_ZERO, REFUSE_ERROR_NUMBER };

static const char *const REFUSED_WITH_ZERO[] = {
    "sem_open", "setmntent", "getmntent_r", "hasmntopt", "endmntent", "getgrnam", "getgrgid", "getgrent", "getspnam", "getspent",
    "getprotobynumber", "getservent", "bindresvport", "ptsname", "tempnam", "tmpnam", "mkdtemp", "if_nameindex", "if_indextoname",
    "if_nametoindex", "setgrent", "endgrent", "openlog", "closelog", "fts_open", "getusershell", "crypt", "dlmopen", "dlvsym",
};

struct denied {
    const char *name;
    enum refusal refusal;
};

static struct denied denied[DENIED_ENTRIES];
static unsigned denied_count;
static bool asks_for_time;

void symbols_open(bool marshal_time) { asks_for_time = marshal_time; }

static bool is_listed(const char *name, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0) return true;
    return false;
}

#define IS_LISTED(name, list) is_listed((name), (list), sizeof(list) / sizeof *(list))

static any_function find_stub(const struct stub *table, const char *name) {
    for (; table->symbol != NULL; table++)
        if (strcmp(table->symbol, name) == 0) return table->function;
    return NULL;
}

static any_function find_any_stub(const char *name) {
    any_function found = asks_for_time ? NULL : find_stub(STUBS_CLOCKS_IN_PROCESS, name);
    for (size_t i = 0; i < sizeof STUB_TABLES / sizeof *STUB_TABLES && found == NULL; i++) found = find_stub(STUB_TABLES[i], name);
    return found;
}

static int find_call(const char *name) {
    if (*name == '@') return -1;
    for (size_t i = 0; i < sizeof ALIASES / sizeof *ALIASES; i++)
        if (strcmp(ALIASES[i].name, name) == 0) name = ALIASES[i].symbol;
    return call_find(name);
}

/* ---- refusing ---- */

static enum refusal refusal_of(const char *name) {
    if (IS_LISTED(name, REFUSED_WITH_ZERO)) return REFUSE_ZERO;
    bool answers_errno = strncmp(name, "pthread_", 8) == 0 || strncmp(name, "posix_", 6) == 0 || strcmp(name, "sigwait") == 0;
    return answers_errno ? REFUSE_ERROR_NUMBER : REFUSE_MINUS_ONE;
}

static uintptr_t deny(const char *name) {
    unsigned index = 0;
    while (index < denied_count && strcmp(denied[index].name, name) != 0) index++;
    if (index == DENIED_ENTRIES) return 0;
    if (index == denied_count) denied[denied_count++] = (struct denied){ name, refusal_of(name) };
    return (uintptr_t)denied_entries + (uintptr_t)index * ENTRY_BYTES;
}

int64_t denied_from_entry(const int64_t *arguments, int64_t index) {
    (void)arguments;
    const struct denied *symbol = &denied[index];
    call_refuse(symbol->name);
    switch (symbol->refusal) {
    case REFUSE_ZERO: return 0;
    case REFUSE_ERROR_NUMBER: return errno;
    default: return -1;
    }
}

int64_t call_from_entry(const int64_t *arguments, int64_t index) {
    return call_ask((enum call_id)index, arguments);
}

/* ---- looking up ---- */

bool symbol_is_replaced_everywhere(const char *name) {
    /* `environ` may have been copied into the host itself; setupterm is the terminal library's, and would read the disk. */
    return strcmp(name, "environ") == 0 || strcmp(name, "__environ") == 0 || strcmp(name, "_environ") == 0 ||
           strcmp(name, "setupterm") == 0;
}

struct symbol symbol_lookup(const char *name) {
    if (strcmp(name, "environ") == 0 || strcmp(name, "__environ") == 0 || strcmp(name, "_environ") == 0)
        return (struct symbol){ SYMBOL_STUB, (uintptr_t)&guest_environ };
    any_function stub = find_any_stub(name);
    if (stub != NULL) return (struct symbol){ SYMBOL_STUB, (uintptr_t)stub };
    int call = find_call(name);
    if (call >= 0) return (struct symbol){ SYMBOL_CALL, (uintptr_t)call_entries + (uintptr_t)call * ENTRY_BYTES };
    if (IS_LISTED(name, NATIVE)) return (struct symbol){ SYMBOL_NATIVE, 0 };
    return (struct symbol){ SYMBOL_DENIED, deny(name) };
}
