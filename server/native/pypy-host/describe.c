/*
 * The report that `sandtable doctor` shows: the interpreter, every symbol by object and kind, the preloaded modules, the
 * filter as tried in a child, and what stands in the way with its cure. Nothing is hooked and no guest is started.
 */
#include "describe.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "filter.h"
#include "interpreter.h"
#include "preload.h"
#include "relocate.h"
#include "report.h"
#include "symbols.h"
#include "warmup.h"

/* Imports of all libraries together: about 1,300 with PyPy 7.3.11. Beyond it the description is cut, and says so. */
#define SLOTS_MAX 8192
#define PROBLEMS_MAX 8

struct problem {
    const char *code, *message, *cure;
};

struct description {
    struct interpreter interpreter;
    bool loaded;
    struct slot slots[SLOTS_MAX];
    size_t slot_count;
    struct relocation relocation;
    struct problem problems[PROBLEMS_MAX];
    size_t problem_count;
};

static void add_problem(struct description *description, const char *code, const char *message, const char *cure) {
    if (description->problem_count < PROBLEMS_MAX) description->problems[description->problem_count++] = (struct problem){ code, message, cure };
}

/* A symbol that is called and also passed as a value has two slots. */
static bool is_known(const struct description *description, const struct slot *slot) {
    for (size_t i = description->slot_count; i > 0 && strcmp(description->slots[i - 1].object, slot->object) == 0; i--)
        if (strcmp(description->slots[i - 1].name, slot->name) == 0) return true;
    return false;
}

static void add_slot(void *context, const struct slot *slot) {
    struct description *description = context;
    if (is_known(description, slot)) return;
    if (description->slot_count < SLOTS_MAX) description->slots[description->slot_count++] = *slot;
}

static void examine(struct description *description, const struct options *options) {
    const char *detail;
    const char *filter = filter_try();
    if (filter != NULL) add_problem(description, "filter", filter, "Use Linux 5.9 or newer with CONFIG_SECCOMP_FILTER, outside of sandboxes that forbid seccomp.");
    const char *libc = warm_up();
    if (libc != NULL) add_problem(description, "libc", libc, "Install a glibc with the locale C.UTF-8, as Debian and Ubuntu bring it.");
    const char *code = interpreter_find(&description->interpreter, options->library, options->stdlib, &detail);
    if (code == NULL) code = interpreter_load(&description->interpreter, &detail);
    if (code != NULL) {
        add_problem(description, code, detail, "Install the distribution's PyPy: apt-get install pypy3");
        return;
    }
    description->loaded = true;
    preload_all(description->interpreter.stdlib);
    symbols_open(options->marshal_time);
    description->relocation = relocate_visit(add_slot, description);
    if (description->relocation.failure != NULL) add_problem(description, "hooks", description->relocation.failure, "Report it: this PyPy is built in a way that the host does not know.");
}

/* ---- printing ---- */

static void print_names(const struct description *description, const char *object, enum symbol_kind kind) {
    const char *separator = "";
    for (size_t i = 0; i < description->slot_count; i++) {
        const struct slot *slot = &description->slots[i];
        if (strcmp(slot->object, object) != 0 || slot->symbol.kind != kind) continue;
        fputs(separator, stdout);
        json_string(stdout, slot->name);
        separator = ",";
    }
}

static unsigned count_kind(const struct description *description, const char *object, enum symbol_kind kind) {
    unsigned found = 0;
    for (size_t i = 0; i < description->slot_count; i++)
        if (description->slots[i].symbol.kind == kind && strcmp(description->slots[i].object, object) == 0) found++;
    return found;
}

static void print_object(const struct description *description, const char *object) {
    fputs("{\"object\":", stdout);
    json_string(stdout, object);
    fputs(",\"calls\":[", stdout);
    print_names(description, object, SYMBOL_CALL);
    fputs("],\"stubs\":[", stdout);
    print_names(description, object, SYMBOL_STUB);
    fputs("],\"denied\":[", stdout);
    print_names(description, object, SYMBOL_DENIED);
    printf("],\"native\":%u}", count_kind(description, object, SYMBOL_NATIVE));
}

/* Slots come object by object. */
static void print_symbols(const struct description *description) {
    const char *last = "";
    for (size_t i = 0; i < description->slot_count; i++) {
        if (strcmp(description->slots[i].object, last) == 0) continue;
        if (*last != '\0') fputc(',', stdout);
        last = description->slots[i].object;
        print_object(description, last);
    }
}

static void print_preloads(void) {
    size_t size;
    const struct preloaded *modules = preload_list(&size);
    for (size_t i = 0; i < size; i++) {
        printf("%s{\"name\":\"%s\",\"found\":%s}", i == 0 ? "" : ",", modules[i].module == NULL ? "" : modules[i].module,
               modules[i].handle != NULL ? "true" : "false");
    }
}

static void print_problems(const struct description *description) {
    for (size_t i = 0; i < description->problem_count; i++) {
        fputs(i == 0 ? "{\"code\":" : ",{\"code\":", stdout);
        json_string(stdout, description->problems[i].code);
        fputs(",\"message\":", stdout);
        json_string(stdout, description->problems[i].message);
        fputs(",\"cure\":", stdout);
        json_string(stdout, description->problems[i].cure);
        fputc('}', stdout);
    }
}

static bool has_problem(const struct description *description, const char *code) {
    for (size_t i = 0; i < description->problem_count; i++)
        if (strcmp(description->problems[i].code, code) == 0) return true;
    return false;
}

static void print_interpreter(const struct description *description) {
    if (!description->loaded) {
        fputs("null", stdout);
        return;
    }
    fputs("{\"version\":", stdout);
    json_string(stdout, description->interpreter.version);
    fputs(",\"library\":", stdout);
    json_string(stdout, description->interpreter.library);
    fputs(",\"stdlib\":", stdout);
    json_string(stdout, description->interpreter.stdlib);
    fputc('}', stdout);
}

int describe(const struct options *options) {
    struct description *description = calloc(1, sizeof *description);
    struct utsname system;
    if (description == NULL || uname(&system) != 0) return 1;
    examine(description, options);
    bool filters = !has_problem(description, "filter");
    printf("{\"arch\":\"%s\",\"kernel\":\"%s\",\"pypy\":", system.machine, system.release);
    print_interpreter(description);
    printf(",\"filter\":{\"available\":%s,\"tsync\":%s},\"preload\":[", filters ? "true" : "false", filters ? "true" : "false");
    print_preloads();
    printf("],\"counts\":{\"hooked\":%u,\"native\":%u,\"denied\":%u},\"symbols\":[", description->relocation.hooked, description->relocation.native,
           description->relocation.denied);
    print_symbols(description);
    fputs("],\"problems\":[", stdout);
    print_problems(description);
    fputs("]}\n", stdout);
    bool can_run = description->problem_count == 0;
    free(description);
    return fflush(stdout) == 0 && can_run ? 0 : 1;
}
