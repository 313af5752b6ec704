/*
 * Walls around the process besides the filter: user, root folder, namespaces, limits. See walls.c.
 */
#ifndef SANDTABLE_WALLS_H
#define SANDTABLE_WALLS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "options.h"

struct walls {
    uint64_t mapped; /* bytes of address space when they were prepared */
    bool own_user; /* runs as a user of its own, without groups and capabilities */
    const char *root; /* "empty", or "kept" where the host does not run as root */
    bool mount_namespace, network_namespace, ipc_namespace, uts_namespace;
};

/*
 * The part that takes most of the time and is the same for every guest: namespaces and the empty root folder. Afterwards there are no files, /proc
 * included. `has_uid`: the guest will be given a user of its own. NULL, or what failed (errno is set).
 */
const char *walls_prepare(bool has_uid, struct walls *walls);

/*
 * Puts up the rest, as far as the host's rights allow, on walls that are prepared. `parent` is the controller: the guest dies with it. NULL, or what
 * failed (errno is set); where something fails that should work, the guest must not start.
 */
const char *walls_raise(const struct options *options, pid_t parent, struct walls *walls);

/* The limits that would hinder the host itself; call last before the filter. */
const char *walls_close(void);

#endif
