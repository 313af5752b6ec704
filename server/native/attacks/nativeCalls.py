"""Every system call by which a program could reach outside, made natively: none may be performed.

Run with a name: that one call. Run without: the names.
"""
import sys
from native import call, memory

CLONE_NEWUSER, CLONE_VFORK, THREAD = 0x10000000, 0x4000, 0x3D0F00
AT_FDCWD = -100
path, empty = memory(b"/etc/passwd"), memory()

ATTEMPTS = dict(
    # files
    open=(2, path, 0), openat2=(437, AT_FDCWD, path, empty, 24), creat=(85, path, 0o600), name_to_handle_at=(303, AT_FDCWD, path, empty, empty, 0),
    open_by_handle_at=(304, AT_FDCWD, empty, 0), stat=(4, path, empty), lstat=(6, path, empty), fstat=(5, 3, empty),
    newfstatat=(262, AT_FDCWD, path, empty, 0), statx=(332, AT_FDCWD, path, 0, 0, empty), access=(21, path, 4), faccessat2=(439, AT_FDCWD, path, 4, 0),
    unlink=(87, path), rename=(82, path, path), mkdir=(83, path, 0o700), rmdir=(84, path), link=(86, path, path), symlink=(88, path, path),
    readlink=(89, path, empty, 100), chmod=(90, path, 0o777), chown=(92, path, 0, 0), truncate=(76, path, 0), getcwd=(79, empty, 100),
    chdir=(80, path), chroot=(161, path), mount=(165, path, path, 0, 0, 0), umount2=(166, path, 0), pivot_root=(155, path, path), open_tree=(428, AT_FDCWD, path, 0),
    fsopen=(430, path, 0), inotify_init1=(294, 0), fanotify_init=(300, 0, 0), mknod=(133, path, 0, 0), swapon=(167, path, 0), utimensat=(280, AT_FDCWD, path, 0, 0),
    getdents64=(217, 3, empty, 4096), sync=(162,), statfs=(137, path, empty), setxattr=(188, path, path, path, 1, 0),
    # descriptors other than the channel, and the channel in other ways
    read0=(0, 0, empty, 10), read_request_pipe=(0, 3, empty, 10), read9=(0, 9, empty, 10), write1=(1, 1, empty, 2), write2=(1, 2, empty, 2),
    write_reply_pipe=(1, 4, empty, 2), readv=(19, 4, empty, 1), writev=(20, 3, empty, 1), pread64=(17, 4, empty, 1, 0), pwrite64=(18, 3, empty, 1, 0),
    sendfile=(40, 3, 4, 0, 10), splice=(275, 4, 0, 3, 0, 10, 0), tee=(276, 4, 3, 10, 0), vmsplice=(278, 3, empty, 1, 0), dup=(32, 3), dup2=(33, 3, 0),
    dup3=(292, 3, 9, 0), close=(3, 3), close_range=(436, 0, 100, 0), fcntl=(72, 3, 0, 0), ioctl=(16, 3, 0x541B, empty), pipe2=(293, empty, 0),
    eventfd2=(290, 0, 0), memfd_create=(319, path, 0), memfd_secret=(447, 0), lseek=(8, 3, 0, 0), ftruncate=(77, 3, 0), poll=(7, empty, 1, 0),
    select=(23, 0, 0, 0, 0, 0), epoll_create1=(291, 0), signalfd4=(289, -1, empty, 8, 0), timerfd_create=(283, 0, 0),
    # network
    socket=(41, 2, 1, 0), socketpair=(53, 1, 1, 0, empty), connect=(42, 3, empty, 16), bind=(49, 3, empty, 16), accept4=(288, 3, 0, 0, 0),
    sendto=(44, 3, empty, 1, 0, 0, 0), sendmsg=(46, 3, empty, 0), recvmsg=(47, 4, empty, 0), recvfrom=(45, 4, empty, 1, 0, 0, 0),
    # processes
    fork=(57,), vfork=(58,), clone_process=(56, 17, 0, 0, 0, 0), clone_user=(56, CLONE_NEWUSER | 17, 0, 0, 0, 0),
    clone_vfork_thread=(56, THREAD | CLONE_VFORK, 0, 0, 0, 0), clone3=(435, empty, 88), execve=(59, memory(b"/bin/sh"), 0, 0),
    execveat=(322, AT_FDCWD, memory(b"/bin/sh"), 0, 0, 0), kill=(62, 1, 9), tkill=(200, 1, 9), tgkill=(234, 1, 1, 9), pidfd_open=(434, 1, 0),
    pidfd_send_signal=(424, 3, 9, 0, 0), pidfd_getfd=(438, 3, 0, 0), ptrace=(101, 0, 0, 0, 0), process_vm_readv=(310, 1, empty, 1, empty, 1, 0),
    process_vm_writev=(311, 1, empty, 1, empty, 1, 0), wait4=(61, -1, 0, 0, 0), setsid=(112,), unshare=(272, CLONE_NEWUSER), setns=(308, 3, 0),
    # rights, limits, the filter itself
    setuid=(105, 0), setresuid=(117, 0, 0, 0), setgroups=(116, 0, 0), capset=(126, empty, empty), prctl=(157, 22, 0, 0, 0), prctl_dumpable=(157, 4, 1, 0, 0),
    seccomp=(317, 0, 0, 0), arch_prctl=(158, 0x1002, 0), prlimit64=(302, 0, 7, 0, empty), setrlimit=(160, 7, empty), setpriority=(141, 0, 0, -20),
    sched_setaffinity=(203, 0, 8, empty), bpf=(321, 0, empty, 64), perf_event_open=(298, empty, 0, -1, -1, 0), keyctl=(250, 0, 0), add_key=(248, path, path, empty, 1, -2),
    io_uring_setup=(425, 1, empty), userfaultfd=(323, 0), landlock=(444, 0, 0, 1), reboot=(169, 0, 0, 0, 0), init_module=(175, empty, 1, path), iopl=(172, 3),
    personality=(135, 0), modify_ldt=(154, 0, empty, 16), kexec_load=(246, 0, 0, 0, 0),
    # memory that is shared or comes from a file
    mmap_shared=(9, 0, 4096, 3, 0x21, -1, 0), mmap_file=(9, 0, 4096, 1, 2, 3, 0), mmap_shared_validate=(9, 0, 4096, 3, 0x23, -1, 0),
    mmap_huge=(9, 0, 1 << 21, 3, 0x40022, -1, 0), shmget=(29, 0, 4096, 0o1600), mlock=(149, empty, 4096), mbind=(237, 0, 0, 0, 0, 0, 0), remap_file_pages=(216, 0, 0, 0, 0, 0),
    process_madvise=(440, 3, 0, 0, 0, 0), pkey_alloc=(330, 0, 0),
    # signals, other futex operations, knowledge
    rt_sigaction=(13, 11, 0, 0, 8), sigaltstack=(131, 0, empty), setitimer=(38, 0, 0, 0), timer_create=(222, 0, 0, empty), futex_lock_pi=(202, empty, 6, 0, 0, 0, 0),
    futex_requeue=(202, empty, 3, 1, 1, empty, 0), futex2_wait=(455, empty, 0, 0, 0, 0, 0), getpid=(39,), gettid=(186,), getuid=(102,), uname=(63, empty), sysinfo=(99, empty),
    getrandom=(318, empty, 8, 0), syslog=(103, 3, empty, 100), nanosleep=(35, empty, 0), x32=(0x40000000 | 39,), highest=(0x3FFFFFFF,), minus_one=(-1,),
)

if len(sys.argv) == 1:
    print(" ".join(ATTEMPTS))
else:
    result = call(*ATTEMPTS[sys.argv[1]])
    print("PERFORMED" if result >= 0 else "refused", sys.argv[1], result, flush=True)
