/*
 * Walls besides the filter. With root's rights: namespaces, an empty root folder, a user of its own without groups or
 * capabilities. For everybody: limits, no core dump, death with the controller.
 *
 * Order matters: namespaces and root need rights that setresuid takes away; PR_SET_PDEATHSIG and the dumpable flag are
 * reset by setresuid, so they come after it.
 *
 * A process namespace is not made: unshare(CLONE_NEWPID) forbids making threads afterwards, and the filter allows no
 * call that could name a process.
 *
 * NEVER: go on after a step that root's rights should have allowed has failed (namespaces excepted: containers refuse
 * them, and the filter does not depend on them); leave anything on the disk.
 */
#include "walls.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The first thread's stack: eight times the usual, so that a program which raises its recursion limit to some 80,000 gets
   RecursionError and not a crash. Pages that are not used cost nothing. */
#define STACK_BYTES (UINT64_C(64) << 20)
/* Address space beyond what is mapped already and the private memory that is allowed: machine code of the JIT and libraries'
   small maps. The limit on private memory alone would not hold: pages that were written and then made read-only are no
   longer counted by it. */
#define ADDRESS_SLACK_BYTES (UINT64_C(64) << 20)
/* Where memory runs out, the kernel shall take guests first. */
#define OOM_SCORE "1000"

/* ---- empty root ---- */

/* An empty, read-only file system becomes the root, and the old one is let go of; needs an own mount namespace. */
static bool enter_empty_mount(void) {
    static const char place[] = "/proc"; /* exists, because the channel was reopened through it */
    unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return false;
    if (mount("none", place, "tmpfs", flags, "size=4k,nr_inodes=1,mode=0555") != 0) return false;
    if (chdir(place) != 0) return false;
    if (syscall(SYS_pivot_root, ".", ".") == 0) return umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
    return chroot(".") == 0 && chdir("/") == 0; /* the root of a ramdisk cannot be pivoted away */
}

/* A folder that has no name any more: empty, and nothing can be made in it. */
static bool enter_removed_folder(void) {
    static const char *const parents[] = { "/tmp", "/run", "/dev/shm", "/var/tmp" };
    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++) {
        char name[] = ".sandtable-XXXXXX";
        if (chdir(parents[i]) != 0 || mkdtemp(name) == NULL) continue;
        int folder = open(name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        bool removed = rmdir(name) == 0;
        bool entered = folder >= 0 && removed && fchdir(folder) == 0 && chroot(".") == 0;
        if (folder >= 0) close(folder);
        if (entered) return true;
    }
    return false;
}

/* ---- user ---- */

static bool has_no_capabilities(void) {
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) != 0) return false;
    for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if ((data[i].effective | data[i].permitted | data[i].inheritable) != 0) return false;
    return true;
}

static const char *become_user(uid_t uid) {
    gid_t gid = (gid_t)uid;
    if (setgroups(0, NULL) != 0) return "groups cannot be given up";
    if (setresgid(gid, gid, gid) != 0) return "the group cannot be changed";
    if (setresuid(uid, uid, uid) != 0) return "the user cannot be changed";
    if (setresuid(0, 0, 0) == 0 || !has_no_capabilities()) return "root's rights are still there after giving them up";
    return NULL;
}

static const char *leave_the_machine(struct walls *walls) {
    walls->mount_namespace = unshare(CLONE_NEWNS) == 0;
    walls->network_namespace = unshare(CLONE_NEWNET) == 0;
    walls->ipc_namespace = unshare(CLONE_NEWIPC) == 0;
    walls->uts_namespace = unshare(CLONE_NEWUTS) == 0;
    bool entered = walls->mount_namespace && enter_empty_mount();
    if (!entered && !enter_removed_folder()) return "an empty root folder cannot be entered";
    walls->root = "empty";
    return NULL;
}

/* ---- limits ---- */

static bool limit(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit wanted = { soft, hard };
    return setrlimit(resource, &wanted) == 0;
}

/* Never above the hard limit that the host was given. */
static bool limit_stack(void) {
    struct rlimit now;
    if (getrlimit(RLIMIT_STACK, &now) != 0) return false;
    rlim_t bytes = now.rlim_max < STACK_BYTES ? now.rlim_max : STACK_BYTES;
    return limit(RLIMIT_STACK, bytes, bytes);
}

/* Bytes of address space that this process uses now; 0 where it cannot be told. */
static rlim_t mapped_bytes(void) {
    unsigned long pages = 0;
    FILE *sizes = fopen("/proc/self/statm", "re");
    if (sizes == NULL) return 0;
    if (fscanf(sizes, "%lu", &pages) != 1) pages = 0;
    fclose(sizes);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static bool limit_memory(rlim_t data_bytes, rlim_t mapped) {
    rlim_t address_bytes = mapped + STACK_BYTES + data_bytes + ADDRESS_SLACK_BYTES;
    return mapped != 0 && limit(RLIMIT_DATA, data_bytes, data_bytes) && limit(RLIMIT_AS, address_bytes, address_bytes);
}

static bool limit_resources(const struct options *options, bool own_user, rlim_t mapped) {
    bool good = limit(RLIMIT_CORE, 0, 0) && limit_stack() && limit(RLIMIT_MEMLOCK, 0, 0);
    if (options->data_bytes != 0) good = good && limit_memory(options->data_bytes, mapped);
    /* At the soft limit SIGXCPU, which the guest may ignore; a second later the kernel kills. */
    if (options->cpu_seconds != 0) good = good && limit(RLIMIT_CPU, options->cpu_seconds, options->cpu_seconds + 1);
    /* Counts all of a user's threads: right only where the user is the guest's own. */
    if (own_user) good = good && limit(RLIMIT_NPROC, options->threads, options->threads);
    return good;
}

static void prefer_for_oom(void) {
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    /* Best effort: nothing depends on it. */
    ssize_t written = write(fd, OOM_SCORE, sizeof OOM_SCORE - 1);
    (void)written;
    close(fd);
}

const char *walls_prepare(bool has_uid, struct walls *walls) {
    *walls = (struct walls){ .root = "kept" };
    bool is_root = geteuid() == 0;
    if (!is_root && has_uid) return "--uid needs root's rights";
    if (is_root && !has_uid) return "run as root, the host needs --uid: the user that the guest becomes";
    walls->mapped = mapped_bytes(); /* now, while there is /proc */
    prefer_for_oom();
    return is_root ? leave_the_machine(walls) : NULL;
}

const char *walls_raise(const struct options *options, pid_t parent, struct walls *walls) {
    if (options->has_uid) {
        const char *problem = become_user(options->uid);
        if (problem != NULL) return problem;
        walls->own_user = true;
    }
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return "the guest cannot be tied to the controller's life";
    if (getppid() != parent) return "the controller has gone";
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return "the process cannot be closed to others";
    if (!limit_resources(options, walls->own_user, walls->mapped)) return "a limit cannot be set";
    return NULL;
}

const char *walls_close(void) {
    /* No new descriptor; those that are open stay. The channel is pipes, which have no file size. */
    return limit(RLIMIT_NOFILE, 0, 0) && limit(RLIMIT_FSIZE, 0, 0) ? NULL : "a limit cannot be set";
}
