/*
 * Files and directories where the C contract is not a plain call: variadic functions, directory streams, buffers that
 * libc allocates, and files seen as memory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>

#include "marshal.h"
#include "stubs.h"
#include "wire.h"

/* ---- open: the mode is there only where a file may be made ---- */

static bool has_mode(int flags) { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

#define OPTIONAL_MODE(flags)                      \
    int mode = 0;                                 \
    if (has_mode(flags)) {                        \
        va_list rest;                             \
        va_start(rest, flags);                    \
        mode = va_arg(rest, int);                 \
        va_end(rest);                             \
    }

static int stub_open(const char *path, int flags, ...) {
    OPTIONAL_MODE(flags)
    return (int)ASK(CALL_open64, PTR(path), flags, mode);
}

static int stub_openat(int directory, const char *path, int flags, ...) {
    OPTIONAL_MODE(flags)
    return (int)ASK(CALL_openat64, directory, PTR(path), flags, mode);
}

static int stub_creat(const char *path, mode_t mode) {
    return (int)ASK(CALL_open64, PTR(path), O_CREAT | O_WRONLY | O_TRUNC, mode);
}

static int stub_fcntl(int fd, int command, ...) {
    va_list rest;
    va_start(rest, command);
    long value = va_arg(rest, long);
    va_end(rest);
    switch (command) {
    case F_DUPFD: case F_DUPFD_CLOEXEC: case F_SETFD: case F_SETFL: case F_SETOWN: case F_SETPIPE_SZ: break;
    default: value = 0; /* the others take nothing, or a pointer that would mean nothing outside */
    }
    return (int)ASK(CALL_at_fcntl, fd, command, value);
}

static int stub_ioctl(int fd, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    /* The kernel's struct is smaller than the C library's; the calls below know the latter. */
    if (request == TCGETS) {
        struct termios modes;
        int result = (int)ASK(CALL_tcgetattr, fd, PTR(&modes));
        if (result == 0 && argument != NULL) memcpy(argument, &modes, offsetof(struct termios, c_cc) + 19);
        return result;
    }
    if (request == FIONBIO) {
        int on = argument == NULL ? 0 : *(int *)argument;
        int flags = (int)ASK(CALL_at_fcntl, fd, F_GETFL, 0);
        if (flags < 0) return -1;
        return (int)ASK(CALL_at_fcntl, fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
    }
    if (request == FIOCLEX || request == FIONCLEX) return (int)ASK(CALL_at_fcntl, fd, F_SETFD, request == FIOCLEX);
    /* Requests say in themselves how large their struct is; old ones do not, and none of those needs more than this. */
    uint8_t exchanged[64] = { 0 };
    size_t size = _IOC_SIZE(request) != 0 ? _IOC_SIZE(request) : sizeof(struct winsize);
    if (request == FIONREAD) size = sizeof(int);
    if (size > sizeof exchanged) {
        errno = EINVAL;
        return -1;
    }
    bool asks = request == TIOCSWINSZ || (_IOC_DIR(request) & _IOC_WRITE) != 0;
    if (asks && argument != NULL) memcpy(exchanged, argument, size);
    int result = (int)ASK(CALL_at_ioctl, fd, (int64_t)request, PTR(exchanged));
    bool answers = request == TIOCGWINSZ || request == FIONREAD || (_IOC_DIR(request) & _IOC_READ) != 0;
    if (result >= 0 && answers && argument != NULL) memcpy(argument, exchanged, size);
    return result;
}

/* ---- directory streams: the whole listing comes with the opening ---- */

/* One record of a listing: u64 inode, u8 type, name, NUL. */
#define RECORD_HEAD 9u

struct directory {
    size_t used, at;
    int fd; /* of fdopendir, closed with the stream; -1 otherwise */
    struct dirent64 entry;
    char *records;
};

static void directory_free(struct directory *directory) {
    free(directory->records);
    free(directory);
}

static struct directory *directory_make(int fd) {
    struct directory *directory = calloc(1, sizeof *directory);
    if (directory == NULL) return NULL;
    directory->fd = fd;
    directory->records = malloc(WIRE_MAX_LISTING);
    if (directory->records == NULL) {
        free(directory);
        return NULL;
    }
    return directory;
}

/* Keeps what was listed and gives the rest of the buffer back; a program may hold many streams open. */
static DIR *directory_filled(struct directory *directory, int64_t size) {
    if (size < 0) {
        int saved = errno;
        directory_free(directory);
        errno = saved;
        return NULL;
    }
    directory->used = (size_t)size;
    char *shrunk = realloc(directory->records, directory->used > 0 ? directory->used : 1);
    if (shrunk != NULL) directory->records = shrunk;
    return (DIR *)directory;
}

static DIR *stub_opendir(const char *path) {
    struct directory *directory = directory_make(-1);
    if (directory == NULL) return NULL;
    return directory_filled(directory, ASK(CALL_at_listdir, PTR(path), PTR(directory->records), WIRE_MAX_LISTING));
}

static DIR *stub_fdopendir(int fd) {
    struct directory *directory = directory_make(fd);
    if (directory == NULL) return NULL;
    return directory_filled(directory, ASK(CALL_at_flistdir, fd, PTR(directory->records), WIRE_MAX_LISTING));
}

/* Bytes that one sendfile() moves; less than what was asked for is a good answer. */
#define SENDFILE_BYTES 65536

/* Reads and writes, each of them judged as such. */
static ssize_t stub_sendfile64(int out, int in, off64_t *offset, size_t count) {
    char bytes[SENDFILE_BYTES];
    size_t most = count < sizeof bytes ? count : sizeof bytes;
    int64_t got = offset != NULL ? ASK(CALL_pread64, in, PTR(bytes), (int64_t)most, *offset) : ASK(CALL_read, in, PTR(bytes), (int64_t)most);
    if (got <= 0) return got;
    int64_t sent = ASK(CALL_write, out, PTR(bytes), got);
    if (offset != NULL && sent > 0) *offset += sent;
    if (offset == NULL && sent < got) {
        int saved = errno;
        ASK(CALL_lseek, in, (sent > 0 ? sent : 0) - got, SEEK_CUR);
        errno = saved;
    }
    return sent;
}

static struct dirent64 *stub_readdir64(DIR *stream) {
    struct directory *directory = (struct directory *)stream;
    size_t left = directory->used - directory->at;
    if (left <= RECORD_HEAD) return NULL;
    const char *record = directory->records + directory->at;
    size_t length = strnlen(record + RECORD_HEAD, left - RECORD_HEAD);
    size_t end = directory->at + RECORD_HEAD + length + 1;
    directory->at = end < directory->used ? end : directory->used;
    if (length > sizeof directory->entry.d_name - 1) length = sizeof directory->entry.d_name - 1;
    memcpy(&directory->entry.d_ino, record, sizeof directory->entry.d_ino);
    directory->entry.d_off = (off64_t)directory->at;
    directory->entry.d_type = (unsigned char)record[8];
    directory->entry.d_reclen = (unsigned short)sizeof directory->entry;
    memcpy(directory->entry.d_name, record + RECORD_HEAD, length);
    directory->entry.d_name[length] = '\0';
    return &directory->entry;
}

static int stub_closedir(DIR *stream) {
    struct directory *directory = (struct directory *)stream;
    int result = directory->fd >= 0 ? (int)ASK(CALL_close, directory->fd) : 0;
    directory_free(directory);
    return result;
}

static void stub_rewinddir(DIR *stream) { ((struct directory *)stream)->at = 0; }

static long stub_telldir(DIR *stream) { return (long)((struct directory *)stream)->at; }

static void stub_seekdir(DIR *stream, long at) {
    struct directory *directory = (struct directory *)stream;
    if (at >= 0 && (size_t)at <= directory->used) directory->at = (size_t)at;
}

/* A stream made from a name has no descriptor; callers that get -1 fall back to names. */
static int stub_dirfd(DIR *stream) {
    int fd = ((struct directory *)stream)->fd;
    if (fd < 0) errno = EINVAL;
    return fd;
}

/* ---- names in buffers ---- */

static char *stub_getcwd(char *buffer, size_t size) {
    char *into = buffer != NULL ? buffer : malloc(size > 0 ? size : (size = PATH_MAX));
    if (into == NULL) return NULL;
    if (ASK(CALL_at_getcwd, PTR(into), (int64_t)size) >= 0) return into;
    if (buffer == NULL) free(into);
    return NULL;
}

static char *stub_realpath(const char *path, char *buffer) {
    char *into = buffer != NULL ? buffer : malloc(PATH_MAX);
    if (into == NULL) return NULL;
    if (ASK(CALL_at_realpath, PTR(path), PTR(into), PATH_MAX) >= 0) return into;
    if (buffer == NULL) free(into);
    return NULL;
}

/* ---- memory ---- */

/* A copy of the file: the guest's memory can never be shared with anything, so later changes stay unseen. */
static bool read_into_memory(int fd, uint8_t *memory, size_t length, off64_t offset) {
    while (length > 0) {
        int64_t got = ASK(CALL_pread64, fd, PTR(memory), (int64_t)length, offset);
        if (got < 0) return false;
        if (got == 0) return true; /* past the end the memory stays zero, as the rest of a last page would */
        memory += got;
        offset += got;
        length -= (size_t)got;
    }
    return true;
}

static void *map_file(size_t length, int protection, int flags, int fd, off64_t offset) {
    if (ASK(CALL_at_mmap, fd, (int64_t)length) < 0) return MAP_FAILED;
    if ((flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0) {
        errno = ENODEV; /* nobody would write the changes back */
        return MAP_FAILED;
    }
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return MAP_FAILED;
    if (read_into_memory(fd, memory, length, offset) && mprotect(memory, length, protection) == 0) return memory;
    int saved = errno;
    munmap(memory, length);
    errno = saved;
    return MAP_FAILED;
}

/* Shared anonymous memory means nothing without fork(): private memory serves. */
static void *stub_mmap(void *address, size_t length, int protection, int flags, int fd, off64_t offset) {
    if ((flags & MAP_ANONYMOUS) == 0) return map_file(length, protection, flags, fd, offset);
    int kept = flags & (MAP_FIXED | MAP_NORESERVE | MAP_STACK);
    return mmap(address, length, protection, MAP_PRIVATE | MAP_ANONYMOUS | kept, -1, 0);
}

/* Every write is at its place already. */
static int stub_done(void) { return 0; }

const struct stub STUBS_FILES[] = {
    STUB("open", stub_open),
    STUB("open64", stub_open),
    STUB("openat", stub_openat),
    STUB("openat64", stub_openat),
    STUB("creat", stub_creat),
    STUB("creat64", stub_creat),
    STUB("fcntl", stub_fcntl),
    STUB("fcntl64", stub_fcntl),
    STUB("ioctl", stub_ioctl),
    STUB("opendir", stub_opendir),
    STUB("fdopendir", stub_fdopendir),
    STUB("readdir", stub_readdir64),
    STUB("readdir64", stub_readdir64),
    STUB("closedir", stub_closedir),
    STUB("rewinddir", stub_rewinddir),
    STUB("telldir", stub_telldir),
    STUB("seekdir", stub_seekdir),
    STUB("dirfd", stub_dirfd),
    STUB("getcwd", stub_getcwd),
    STUB("realpath", stub_realpath),
    STUB("mmap", stub_mmap),
    STUB("mmap64", stub_mmap),
    STUB("sync", stub_done),
    STUB("sendfile", stub_sendfile64),
    STUB("sendfile64", stub_sendfile64),
    STUBS_END,
};
