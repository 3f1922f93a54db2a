#ifndef MUSTER_HOST_LIMITS_INTERNAL_H
#define MUSTER_HOST_LIMITS_INTERNAL_H

#include "host/limits.h"
#include "host/limits_share.h"
#include "host/metrics_internal.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <sys/types.h>

/* What the files of limits share, and the unit test: the layout of the mapped file. A change of it is a new version. */
#define LIMITS_MAGIC UINT64_C(0x74696d694c74734d)

enum {
    LIMITS_VERSION = 4,
    LIMITS_TABLES = 2,
    LIMITS_SETS = 4096,
    LIMITS_WAYS = 16,
    LIMITS_NOTE_SETS = 8192,
    LIMITS_NOTE_WAYS = 4,
    LIMITS_NOTE_WORDS = 8,
    LIMITS_ORGANIZATION_SETS = 512,
    LIMITS_ORGANIZATION_WAYS = 8,
    LIMITS_RECENT = 8
};

_Static_assert(ATOMIC_LONG_LOCK_FREE == 2 && ATOMIC_LLONG_LOCK_FREE == 2 && sizeof(long) == sizeof(int64_t),
               "64-bit words must be lock-free: they are shared between processes");

/* Written before the file has its name, never after. */
struct limits_head {
    uint64_t magic, version, size;
    uint64_t boot; /* which boot of the kernel the times belong to; 0: not known, then any */
    uint64_t secret[2];
};

/* All zero is an empty entry: it is full since ever. */
struct limits_bucket {
    _Atomic uint64_t tag;    /* 64 bits of the key's hash; the other 64 chose the set */
    _Atomic int64_t full_at; /* the "theoretical arrival time": when the bucket is full again */
};

/* A checksum of the rest, the key's hash (2), the organization (2), its rate and burst, the token's, the time. */
struct limits_entry {
    _Atomic uint64_t words[LIMITS_NOTE_WORDS];
};

/* A line of its own for each, since its process writes it at each request. */
struct limits_seat {
    alignas(64) _Atomic uint64_t owner; /* limits_process.h; 0: free */
    _Atomic uint64_t work;              /* the organization's hash, in the lowest bits enum limits_work; 0: nothing */
    _Atomic int64_t since;              /* it does something */
};

/* When an organization was served without a pause since, and last; when a change was done, when one waited in vain. */
struct limits_organization {
    _Atomic uint64_t tag;
    _Atomic int64_t since, last, done, hung;
};

struct limits_file {
    struct limits_head head;
    alignas(64) _Atomic int64_t
        waits[LIMITS_WAITINGS][LIMITS_WAITERS]; /* until when a process sleeps at most; past: free */
    alignas(4096) struct limits_bucket buckets[LIMITS_TABLES][LIMITS_SETS][LIMITS_WAYS];
    struct limits_entry notes[LIMITS_NOTE_SETS][LIMITS_NOTE_WAYS];
    struct limits_organization organizations[LIMITS_ORGANIZATION_SETS][LIMITS_ORGANIZATION_WAYS];
    _Atomic uint64_t recent[LIMITS_RECENT]; /* who was served last: half of the tag, and when */
    _Atomic uint64_t seats_used;            /* those behind were never taken */
    struct limits_seat seats[LIMITS_SEATS];
    struct metrics_region metrics;
};

struct limits {
    struct limits_file *file;
    _Atomic int64_t *wait; /* ours; NULL: none */
    int64_t wait_until;
    struct limits_seat *seat; /* ours; NULL: none */
    struct metrics metrics;
};

/* A trusted directory, open, and the file's name in it. */
struct limits_place {
    char path[4096]; /* for messages */
    const char *name;
    int directory;
    bool shared; /* by those of the group `gid` */
    gid_t gid;
};

/* The caller closes the directory. false: complained of. */
bool limits_place_open(const char *setting, struct limits_place *out);

/* Says once in a process why it goes without limits; false. */
bool limits_complain(const char *path, const char *what);

/* Nanoseconds of CLOCK_BOOTTIME. */
int64_t limits_now(void);

#endif
