#ifndef MUSTER_HOST_LIMITS_SHARE_H
#define MUSTER_HOST_LIMITS_SHARE_H

#include "host/limits.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Which process of the host works for which organization at this moment; kept in the file of the limits, by its rules.
 * A process that answers requests takes a seat, which shows its work, its pid and its start time. The seat of a process
 * that has ended does not count, and the next process takes it. If all LIMITS_SEATS are taken, a process without a seat
 * is not limited. Organizations may be any texts.
 */
enum { LIMITS_SEATS = 1024 };

/* The programs that answer requests. Each has workers of its own, so everything below is counted for each alone. */
enum limits_side { LIMITS_SCIM, LIMITS_ADMIN, LIMITS_SIDES };

/*
 * Takes a seat for this process, and gives it back; limits_close() does not. A child does not have its parent's seat.
 */
void limits_seat_take(struct limits *l, enum limits_side side);
void limits_seat_leave(struct limits *l);

/* What a process does. */
enum limits_work {
    LIMITS_IDLE = 0,
    LIMITS_BUSY = 1,  /* answers a request */
    LIMITS_WRITE = 2, /* the request changes something */
    LIMITS_HEAVY = 4, /* the request has a place for heavy work */
};

/* Sets what this process does from now on, bits of the above; `organization` NULL: for an unknown one. */
void limits_work(struct limits *l, const char *organization, unsigned what);

/*
 * Adds LIMITS_HEAVY to what this process does for `organization`. false: `share` processes already do heavy work for
 * it, or one does and `all` processes do for anybody. The first place of an organization is always free, so others
 * never block it. Otherwise the limits are never exceeded, even if processes are killed or stopped. A process is
 * refused only after the kernel confirmed that the owners of the places live.
 */
bool limits_work_heavy(struct limits *l, const char *organization, unsigned share, unsigned all);

/*
 * What the other processes do: how many in all, how many for the organization, and how many of these for longer than
 * `moment_ns`.
 */
struct limits_others {
    unsigned busy, own, own_old;
    unsigned writes, writes_old; /* of `own` */
};

/* With `sure` the seats of ended processes are freed first, which takes some microseconds for each busy one. */
struct limits_others limits_others(struct limits *l, const char *organization, int64_t moment_ns, bool sure);

/* Records that a request of the organization is served. */
void limits_served(struct limits *l, const char *organization);

/*
 * Whether another organization was served in the last second, after this one began to come without a pause of a second.
 * So an organization that is now alone is not limited because of earlier ones. It is a hint: up to 50 ms late, and only
 * the latest few organizations are known.
 */
bool limits_rivals(struct limits *l, const char *organization);

/* Whether another organization was served in the last `ns`, even before this one came. */
bool limits_others_served(struct limits *l, const char *organization, int64_t ns);

/* Milliseconds of workers; half of them is forgotten in LIMITS_HALF_MS. */
struct limits_used {
    int64_t own, all;
};
enum { LIMITS_HALF_MS = 15000 };

/* Records that a worker worked so long for the organization; and tells what it and all organizations used lately. */
void limits_use(struct limits *l, const char *organization, int64_t ms);
struct limits_used limits_used(struct limits *l, const char *organization);

/*
 * These record that a change of the organization was done, or waited for a lock in vain; and tell whether one was done
 * in the last `ns`, or whether one waited in vain in the last `ns` and none was done since.
 */
void limits_done(struct limits *l, const char *organization);
void limits_hung(struct limits *l, const char *organization);
bool limits_gets_on(struct limits *l, const char *organization, int64_t ns);
bool limits_hangs(struct limits *l, const char *organization, int64_t ns);

#endif
