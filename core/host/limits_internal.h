#ifndef MUSTER_HOST_LIMITS_INTERNAL_H
#define MUSTER_HOST_LIMITS_INTERNAL_H

#include "host/limits.h"
#include "host/limits_share.h"
#include "host/metrics_internal.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <sys/types.h>

/* The layout of the mapped file, for the files of limits and the unit test. A change of it needs a new version. */
#define LIMITS_MAGIC UINT64_C(0x74696d694c74734d)

enum {
    LIMITS_VERSION = 6,
    LIMITS_TABLES = 2,
    LIMITS_SETS = 4096,
    LIMITS_WAYS = 16,
    LIMITS_NOTE_SETS = 8192,
    LIMITS_NOTE_WAYS = 4,
    LIMITS_NOTE_WORDS = 8,
    LIMITS_BOOKMARK_OWNERS = 1024,
    LIMITS_BOOKMARK_SETS = 4,
    LIMITS_ORGANIZATION_SETS = 512,
    LIMITS_ORGANIZATION_WAYS = 8,
    LIMITS_RECENT = 8
};

_Static_assert(ATOMIC_LONG_LOCK_FREE == 2 && ATOMIC_LLONG_LOCK_FREE == 2 && sizeof(long) == sizeof(int64_t),
               "64-bit words must be lock-free: they are shared between processes");

/* Written before the file gets its name, never after. */
struct limits_head {
    uint64_t magic, version, size;
    uint64_t boot; /* the boot of the kernel to which the times belong; 0: unknown */
    uint64_t secret[2];
};

/* All zero: an unused entry, a full bucket. */
struct limits_bucket {
    _Atomic uint64_t tag;    /* 64 bits of the key's hash; the other 64 chose the set */
    _Atomic int64_t full_at; /* the "theoretical arrival time": when the bucket is full again */
};

/*
 * The words: a checksum of the rest, the key's hash (2), four values, the time. The values of a token: the organization
 * (2), its rate and burst, the token's; of a bookmark: the resource (2), the total.
 */
struct limits_entry {
    _Atomic uint64_t words[LIMITS_NOTE_WORDS];
};

/* Each seat has its own cache line, because its process writes it at each request. */
struct limits_seat {
    alignas(64) _Atomic uint64_t owner; /* see limits_process.h; 0: free */
    _Atomic uint64_t work; /* the organization's hash, with enum limits_work in the lowest bits; 0: nothing */
    _Atomic int64_t since; /* when the work began */
};

/*
 * Since when an organization was served without a pause, and when last; when a change was done, when one waited in
 * vain; what it used (as `used` below).
 */
struct limits_organization {
    _Atomic uint64_t tag;
    _Atomic int64_t since, last, done, hung;
    _Atomic uint64_t used;
};

struct limits_file {
    struct limits_head head;
    alignas(64) _Atomic int64_t
        waits[LIMITS_WAITINGS][LIMITS_WAITERS]; /* until when a process sleeps at most; in the past: free */
    alignas(4096) struct limits_bucket buckets[LIMITS_TABLES][LIMITS_SETS][LIMITS_WAYS];
    struct limits_entry notes[LIMITS_NOTE_SETS][LIMITS_NOTE_WAYS];
    struct limits_entry bookmarks[LIMITS_BOOKMARK_OWNERS][LIMITS_BOOKMARK_SETS][LIMITS_NOTE_WAYS];
    struct limits_organization organizations[LIMITS_ORGANIZATION_SETS][LIMITS_ORGANIZATION_WAYS];
    _Atomic uint64_t recent[LIMITS_SIDES][LIMITS_RECENT]; /* the organizations served last: half of the tag, and when */
    _Atomic uint64_t used[LIMITS_SIDES]; /* by all organizations: when it was written, and milliseconds */
    _Atomic uint64_t seats_used;         /* later seats were never taken */
    struct limits_seat seats[LIMITS_SEATS];
    struct metrics_region metrics;
};

struct limits {
    struct limits_file *file;
    _Atomic int64_t *wait; /* our entry; NULL: none */
    int64_t wait_until;
    struct limits_seat *seat; /* our seat; NULL: none */
    enum limits_side side;
    struct metrics metrics;
};

/* A trusted directory, which is open, and the file's name in it. */
struct limits_place {
    char path[4096]; /* for messages */
    const char *name;
    int directory;
    bool shared; /* by the group `gid` */
    gid_t gid;
};

/* The caller closes the directory. false: the reason was logged. */
bool limits_place_open(const char *setting, struct limits_place *out);

/* Logs, once in a process, why it works without limits. Returns false. */
bool limits_complain(const char *path, const char *what);

/* Nanoseconds of CLOCK_BOOTTIME. */
int64_t limits_now(void);

#endif
