/*
 * Hooking by relocation: in every loaded object but the host, libc, libm and the loader, each slot that the loader bound
 * to the C library (or the kernel's vdso) gets what symbols.c says.
 *
 * Whether a slot is the system's is read from where it points, not from its name: a symbol that one library takes from
 * another stays as it is, and a symbol of libc that another library happens to define as well is not missed.
 *
 * Invariants. Everything was loaded with RTLD_NOW, so every slot is bound. RELRO pages are writable only while their own
 * object is patched. A slot in a page that the loader left read-only otherwise (text relocations) is a failure.
 *
 * NEVER: skip an object silently; leave RELRO writable.
 */
#include "relocate.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if !defined(__x86_64__)
#error "the relocation types and the trampolines are those of x86-64"
#endif

/* libc and its satellites, the loader, the vdso: where a slot must point to be the system's. libm and libgcc only compute. */
static const char *const SYSTEM_OBJECTS[] = {
    "libc.so", "ld-linux", "linux-vdso", "libpthread.so", "libdl.so", "librt.so", "libutil.so", "libresolv.so", "libanl.so", "libnss_",
};
/* Not patched though not the system's: has no outside. */
#define MATH_OBJECT "libm.so"

#define SYSTEM_RANGES_MAX 16

struct range {
    uintptr_t start, end;
};

struct object {
    const char *name;
    uintptr_t base;
    struct range relro;
    bool has_relro;
    const ElfW(Phdr) *headers;
    size_t header_count;
    const ElfW(Sym) *symbols;
    const char *strings;
    const ElfW(Rela) *data_slots, *call_slots;
    size_t data_count, call_count;
    size_t relative_count; /* the first data_slots need no symbol; libpypy has 700,000 of them */
};

struct walk {
    struct range system[SYSTEM_RANGES_MAX];
    size_t system_count;
    uintptr_t own_base;
    bool patches;
    slot_visitor visit;
    void *context;
    struct relocation result;
};

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool is_system_object(const char *name) {
    for (size_t i = 0; i < sizeof SYSTEM_OBJECTS / sizeof *SYSTEM_OBJECTS; i++)
        if (strncmp(name, SYSTEM_OBJECTS[i], strlen(SYSTEM_OBJECTS[i])) == 0) return true;
    return false;
}

static int note_system_range(struct dl_phdr_info *info, size_t size, void *context) {
    struct walk *walk = context;
    struct range range = { UINTPTR_MAX, 0 };
    (void)size;
    if (!is_system_object(last_part(info->dlpi_name))) return 0;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        if (header->p_type != PT_LOAD) continue;
        if (start < range.start) range.start = start;
        if (start + header->p_memsz > range.end) range.end = start + header->p_memsz;
    }
    if (walk->system_count == SYSTEM_RANGES_MAX) walk->result.failure = "too many system libraries are loaded";
    else walk->system[walk->system_count++] = range;
    return 0;
}

static bool is_system_address(const struct walk *walk, uintptr_t address) {
    for (size_t i = 0; i < walk->system_count; i++)
        if (address >= walk->system[i].start && address < walk->system[i].end) return true;
    return false;
}

/* ---- one object ---- */

static void read_dynamic(struct object *object, const ElfW(Dyn) *entry) {
    for (; entry->d_tag != DT_NULL; entry++) {
        switch (entry->d_tag) {
        case DT_RELA: object->data_slots = (const void *)entry->d_un.d_ptr; break;
        case DT_RELASZ: object->data_count = entry->d_un.d_val / sizeof(ElfW(Rela)); break;
        case DT_RELACOUNT: object->relative_count = entry->d_un.d_val; break;
        case DT_JMPREL: object->call_slots = (const void *)entry->d_un.d_ptr; break;
        case DT_PLTRELSZ: object->call_count = entry->d_un.d_val / sizeof(ElfW(Rela)); break;
        case DT_SYMTAB: object->symbols = (const void *)entry->d_un.d_ptr; break;
        case DT_STRTAB: object->strings = (const void *)entry->d_un.d_ptr; break;
        default: break;
        }
    }
}

static struct object read_object(const struct dl_phdr_info *info) {
    struct object object = { .name = last_part(info->dlpi_name), .base = info->dlpi_addr, .headers = info->dlpi_phdr, .header_count = info->dlpi_phnum };
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < object.header_count; i++) {
        const ElfW(Phdr) *header = &object.headers[i];
        uintptr_t start = object.base + header->p_vaddr;
        if (header->p_type == PT_DYNAMIC) read_dynamic(&object, (const ElfW(Dyn) *)start);
        if (header->p_type != PT_GNU_RELRO) continue;
        object.relro = (struct range){ start & ~(page - 1), (start + header->p_memsz) & ~(page - 1) };
        object.has_relro = object.relro.end > object.relro.start;
    }
    return object;
}

static bool is_writable(const struct object *object, uintptr_t address) {
    for (size_t i = 0; i < object->header_count; i++) {
        const ElfW(Phdr) *header = &object->headers[i];
        uintptr_t start = object->base + header->p_vaddr;
        if (header->p_type == PT_LOAD && (header->p_flags & PF_W) != 0 && address >= start && address < start + header->p_memsz) return true;
    }
    return false;
}

static void count(struct relocation *result, enum symbol_kind kind) {
    if (kind == SYMBOL_NATIVE) result->native++;
    else result->hooked++;
    if (kind == SYMBOL_DENIED) result->denied++;
}

static void visit_slot(struct walk *walk, const struct object *object, const ElfW(Rela) *rela) {
    unsigned long type = ELF64_R_TYPE(rela->r_info);
    if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT && type != R_X86_64_64) return;
    const char *name = object->strings + object->symbols[ELF64_R_SYM(rela->r_info)].st_name;
    uintptr_t *place = (uintptr_t *)(object->base + rela->r_offset);
    uintptr_t addend = type == R_X86_64_64 ? (uintptr_t)rela->r_addend : 0;
    if (*name == '\0' || *place == 0) return; /* a weak symbol that nobody defines */
    if (!is_system_address(walk, *place - addend) && !symbol_is_replaced_everywhere(name)) return;
    struct slot slot = { object->name, name, symbol_lookup(name) };
    count(&walk->result, slot.symbol.kind);
    if (walk->visit != NULL) walk->visit(walk->context, &slot);
    if (!walk->patches || slot.symbol.kind == SYMBOL_NATIVE) return;
    if (slot.symbol.address == 0) walk->result.failure = "more functions have to be refused than the host has room for";
    else if (!is_writable(object, (uintptr_t)place)) walk->result.failure = "a library has relocations in its code";
    else *place = slot.symbol.address + addend;
}

static bool set_relro(const struct object *object, int protection) {
    return !object->has_relro || mprotect((void *)object->relro.start, object->relro.end - object->relro.start, protection) == 0;
}

static int visit_object(struct dl_phdr_info *info, size_t size, void *context) {
    struct walk *walk = context;
    (void)size;
    if (walk->result.failure != NULL) return 1;
    const char *name = last_part(info->dlpi_name);
    if (info->dlpi_addr == walk->own_base || is_system_object(name) || strncmp(name, MATH_OBJECT, strlen(MATH_OBJECT)) == 0) return 0;
    struct object object = read_object(info);
    if (object.symbols == NULL || object.strings == NULL) {
        walk->result.failure = "a loaded object has no symbol table";
        return 1;
    }
    if (walk->patches && !set_relro(&object, PROT_READ | PROT_WRITE)) walk->result.failure = "a library's relocations cannot be made writable";
    for (size_t i = object.relative_count; i < object.data_count; i++) visit_slot(walk, &object, &object.data_slots[i]);
    for (size_t i = 0; i < object.call_count; i++) visit_slot(walk, &object, &object.call_slots[i]);
    if (walk->patches && !set_relro(&object, PROT_READ)) walk->result.failure = "a library's relocations cannot be made read-only again";
    walk->result.objects++;
    return walk->result.failure != NULL;
}

/* ---- all objects ---- */

static int note_own_base(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    ((struct walk *)context)->own_base = info->dlpi_addr;
    return 1; /* the program itself is the first */
}

static struct relocation walk_all(struct walk *walk) {
    dl_iterate_phdr(note_own_base, walk);
    dl_iterate_phdr(note_system_range, walk);
    if (walk->system_count == 0) walk->result.failure = "the C library was not found among the loaded objects";
    if (walk->result.failure == NULL) dl_iterate_phdr(visit_object, walk);
    return walk->result;
}

struct relocation relocate_all(void) {
    struct walk walk = { .patches = true };
    return walk_all(&walk);
}

struct relocation relocate_visit(slot_visitor visit, void *context) {
    struct walk walk = { .visit = visit, .context = context };
    return walk_all(&walk);
}
