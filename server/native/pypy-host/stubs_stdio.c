/*
 * C streams over virtual descriptors. A stream is a cookie stream, so fprintf, fread and the rest stay glibc's own and
 * only the four callbacks below ask the controller. libc's variables stdin, stdout and stderr are set to such streams:
 * whatever libc itself prints (perror, printf) then takes the same way.
 *
 * NEVER: a stream on a real descriptor; the filter would kill the guest at its first flush.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "frames.h"
#include "marshal.h"
#include "stubs.h"

/* Streams are listed, because libc's fileno() knows no descriptor for a cookie stream. */
struct stream {
    FILE *file;
    int fd;
    struct stream *next;
};

static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER;
static struct stream *streams;

/* Streams are used with and without the interpreter's lock. */
static int64_t quietly(enum call_id id, const int64_t *args) {
    frames_pause();
    int64_t result = call_ask(id, args);
    frames_resume();
    return result;
}

#define ASK_QUIETLY(id, ...) quietly((id), (const int64_t[CALL_MAX_ARGS]){ __VA_ARGS__ })

static ssize_t on_read(void *cookie, char *bytes, size_t size) {
    return (ssize_t)ASK_QUIETLY(CALL_read, ((struct stream *)cookie)->fd, PTR(bytes), (int64_t)size);
}

/* glibc takes a short write of a cookie stream for an error, and one call moves only so much. */
static ssize_t on_write(void *cookie, const char *bytes, size_t size) {
    size_t done = 0;
    while (done < size) {
        int64_t written = ASK_QUIETLY(CALL_write, ((struct stream *)cookie)->fd, PTR(bytes + done), (int64_t)(size - done));
        if (written <= 0) break;
        done += (size_t)written;
    }
    return (ssize_t)done;
}

static int on_seek(void *cookie, off64_t *offset, int whence) {
    int64_t at = ASK_QUIETLY(CALL_lseek64, ((struct stream *)cookie)->fd, *offset, whence);
    if (at < 0) return -1;
    *offset = at;
    return 0;
}

static void unlist(struct stream *stream) {
    pthread_mutex_lock(&list);
    struct stream **link = &streams;
    while (*link != NULL && *link != stream) link = &(*link)->next;
    if (*link != NULL) *link = stream->next;
    pthread_mutex_unlock(&list);
}

static int on_close(void *cookie) {
    struct stream *stream = cookie;
    int result = (int)ASK_QUIETLY(CALL_close, stream->fd);
    unlist(stream);
    free(stream);
    return result;
}

static FILE *stub_fdopen(int fd, const char *mode) {
    static const cookie_io_functions_t callbacks = { on_read, on_write, on_seek, on_close };
    struct stream *stream = malloc(sizeof *stream);
    if (stream == NULL) return NULL;
    stream->fd = fd;
    stream->file = fopencookie(stream, mode, callbacks);
    if (stream->file == NULL) {
        free(stream);
        return NULL;
    }
    pthread_mutex_lock(&list);
    stream->next = streams;
    streams = stream;
    pthread_mutex_unlock(&list);
    return stream->file;
}

/* Flags of open() for a mode of fopen(), or -1. */
static int flags_of(const char *mode) {
    int flags;
    switch (*mode) {
    case 'r': flags = 0; break;
    case 'w': flags = O_CREAT | O_TRUNC; break;
    case 'a': flags = O_CREAT | O_APPEND; break;
    default: return -1;
    }
    if (strchr(mode, '+') != NULL) flags |= O_RDWR;
    else flags |= *mode == 'r' ? O_RDONLY : O_WRONLY;
    if (strchr(mode, 'e') != NULL) flags |= O_CLOEXEC;
    if (strchr(mode, 'x') != NULL) flags |= O_EXCL;
    return flags;
}

#define NEW_FILE_MODE 0666

static FILE *stub_fopen(const char *path, const char *mode) {
    int flags = flags_of(mode);
    if (flags < 0) {
        errno = EINVAL;
        return NULL;
    }
    int fd = (int)ASK_QUIETLY(CALL_open64, PTR(path), flags, NEW_FILE_MODE);
    if (fd < 0) return NULL;
    FILE *file = stub_fdopen(fd, mode);
    if (file == NULL) ASK_QUIETLY(CALL_close, fd);
    return file;
}

static int stub_fileno(FILE *file) {
    int fd = -1;
    pthread_mutex_lock(&list);
    for (struct stream *stream = streams; stream != NULL; stream = stream->next)
        if (stream->file == file) fd = stream->fd;
    pthread_mutex_unlock(&list);
    if (fd < 0) errno = EBADF;
    return fd;
}

static FILE *stub_popen(void) {
    call_refuse("popen");
    return NULL;
}

static FILE *stub_tmpfile(void) {
    call_refuse("tmpfile");
    return NULL;
}

static FILE *stub_freopen(void) {
    call_refuse("freopen");
    return NULL;
}

bool stdio_open(void) {
    stdin = stub_fdopen(0, "r");
    stdout = stub_fdopen(1, "w");
    stderr = stub_fdopen(2, "w");
    if (stdin == NULL || stdout == NULL || stderr == NULL) return false;
    setvbuf(stderr, NULL, _IONBF, 0);
    return true;
}

const struct stub STUBS_STDIO[] = {
    STUB("fopen", stub_fopen),
    STUB("fopen64", stub_fopen),
    STUB("fdopen", stub_fdopen),
    STUB("fileno", stub_fileno),
    STUB("fileno_unlocked", stub_fileno),
    STUB("freopen", stub_freopen),
    STUB("freopen64", stub_freopen),
    STUB("popen", stub_popen),
    STUB("tmpfile", stub_tmpfile),
    STUB("tmpfile64", stub_tmpfile),
    STUBS_END,
};
