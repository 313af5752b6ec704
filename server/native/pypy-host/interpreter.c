/*
 * The distribution's PyPy: libpypyX.Y-c.so, and its standard library in /usr/lib/pypyX.Y.
 *
 * The version stands nowhere but in the text of sys.version, which is a constant in the library's data: it is looked up
 * there, so that no file has to be trusted to match the library.
 */
#include "interpreter.h"

#include <ctype.h>
#include <dlfcn.h>
#include <glob.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LIBRARY_PATTERN "/usr/lib/*/libpypy3*-c.so"
#define LIBRARY_PREFIX "libpypy"
#define LIBRARY_SUFFIX "-c.so"
#define ENTRY_POINT "pypy_main_startup"
/* PyGILState_Check(), as the library calls it: one comparison, which takes no lock and makes no object. */
#define LOCK_CHECK "PyPyGILState_Check"

/* sys.version reads "3.9.16 (7.3.11+dfsg, date)\n[PyPy 7.3.11 with GCC …"; this part occurs once. */
#define VERSION_MARK "[PyPy "
/* How far before the mark the text may begin. */
#define VERSION_REACH 160

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* "…/libpypy3.10-c.so" is newer than "…/libpypy3.9-c.so"; strverscmp knows numbers. */
static bool find_newest(char *into, size_t room) {
    glob_t found;
    bool any = glob(LIBRARY_PATTERN, 0, NULL, &found) == 0;
    if (any) {
        const char *newest = found.gl_pathv[0];
        for (size_t i = 1; i < found.gl_pathc; i++)
            if (strverscmp(found.gl_pathv[i], newest) > 0) newest = found.gl_pathv[i];
        snprintf(into, room, "%s", newest);
    }
    globfree(&found);
    return any;
}

/* /usr/lib/x/libpypy3.9-c.so → /usr/lib/pypy3.9 */
static bool derive_stdlib(const char *library, char *into, size_t room) {
    const char *slash = strrchr(library, '/');
    const char *name = slash == NULL ? library : slash + 1;
    size_t length = strlen(name), prefix = strlen(LIBRARY_PREFIX), suffix = strlen(LIBRARY_SUFFIX);
    if (length <= prefix + suffix || strncmp(name, LIBRARY_PREFIX, prefix) != 0) return false;
    snprintf(into, room, "/usr/lib/pypy%.*s", (int)(length - prefix - suffix), name + prefix);
    return true;
}

const char *interpreter_find(struct interpreter *interpreter, const char *library, const char *stdlib, const char **detail) {
    *interpreter = (struct interpreter){ .version = "unknown" };
    *detail = LIBRARY_PATTERN;
    if (library != NULL) snprintf(interpreter->library, sizeof interpreter->library, "%s", library);
    else if (!find_newest(interpreter->library, sizeof interpreter->library)) return "library-missing";
    *detail = interpreter->stdlib;
    if (stdlib != NULL) snprintf(interpreter->stdlib, sizeof interpreter->stdlib, "%s", stdlib);
    else if (!derive_stdlib(interpreter->library, interpreter->stdlib, sizeof interpreter->stdlib)) return "stdlib-missing";
    return is_folder(interpreter->stdlib) ? NULL : "stdlib-missing";
}

/* ---- version ---- */

/* The word at `from`, up to a blank. */
static void copy_word(char *into, size_t room, const char *from, const char *end) {
    size_t length = 0;
    while (from + length < end && from[length] != ' ' && from[length] != ',' && length + 1 < room) length++;
    memcpy(into, from, length);
    into[length] = '\0';
}

static void read_version(struct interpreter *interpreter, const char *segment, size_t size) {
    const char *mark = memmem(segment, size, VERSION_MARK, strlen(VERSION_MARK));
    if (mark == NULL) return;
    const char *text = mark;
    while (text > segment && mark - text < VERSION_REACH && (isprint((unsigned char)text[-1]) || text[-1] == '\n')) text--;
    while (text < mark && !isdigit((unsigned char)*text)) text++;
    char python[VERSION_ROOM / 2 - 2], pypy[VERSION_ROOM / 2 - 2];
    copy_word(python, sizeof python, text, mark);
    copy_word(pypy, sizeof pypy, mark + strlen(VERSION_MARK), segment + size);
    snprintf(interpreter->version, sizeof interpreter->version, "%s / %s", pypy, python);
}

static int find_version(struct dl_phdr_info *info, size_t size, void *context) {
    struct interpreter *interpreter = context;
    (void)size;
    if (strstr(info->dlpi_name, LIBRARY_PREFIX) == NULL) return 0;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_W) != 0)
            read_version(interpreter, (const char *)(info->dlpi_addr + header->p_vaddr), header->p_filesz);
    }
    return 1;
}

const char *interpreter_load(struct interpreter *interpreter, const char **detail) {
    void *library = dlopen(interpreter->library, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        *detail = dlerror();
        return "library-unusable";
    }
    *detail = ENTRY_POINT;
    *(void **)&interpreter->start = dlsym(library, ENTRY_POINT);
    if (interpreter->start == NULL) return "library-unusable";
    *(void **)&interpreter->holds_lock = dlsym(library, LOCK_CHECK);
    dl_iterate_phdr(find_version, interpreter);
    return NULL;
}
