#ifndef MUSTER_HOST_LIMITS_SHARE_H
#define MUSTER_HOST_LIMITS_SHARE_H

#include "host/limits.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Who works for which organization at this moment, on all of a host, in the file of the limits and by its rules. A
 * process that answers requests takes a seat; what it does stands there, with its pid and the time at which it started.
 * The seat of a process that is gone counts no more, however it ended, and is taken by the next one. A process without
 * a seat (there are LIMITS_SEATS) is limited by nothing here. Organizations are any texts.
 */
enum { LIMITS_SEATS = 1024 };

/* Takes a seat for this process, and gives it back; limits_close() does not. A child has none of its parent's. */
void limits_seat_take(struct limits *l);
void limits_seat_leave(struct limits *l);

/* What a process is at. */
enum limits_work {
    LIMITS_IDLE = 0,
    LIMITS_BUSY = 1,  /* has a request */
    LIMITS_WRITE = 2, /* one that changes something */
    LIMITS_HEAVY = 4, /* one that has a place for heavy work */
};

/* What this process does from now on, bits of the above; `organization` NULL: for nobody that it knows. */
void limits_work(struct limits *l, const char *organization, unsigned what);

/*
 * Adds LIMITS_HEAVY to what this process does, for `organization`, unless `share` processes do heavy work for it
 * already, or one does and `all` for anybody: false. The first place of an organization is always free, so that nobody
 * is stopped by what others do; else never are there more, whoever is killed or stopped where. Who is refused has seen
 * all places taken: the kernel is asked whether their owners live, before.
 */
bool limits_work_heavy(struct limits *l, const char *organization, unsigned share, unsigned all);

/* What the other processes do: how many at all, for the organization, and of these: since before `moment_ns` ago. */
struct limits_others {
    unsigned busy, own, own_old;
    unsigned writes, writes_old; /* of `own` */
};

/* `sure`: seats whose process is gone are found and freed first, which takes some microseconds for each busy one. */
struct limits_others limits_others(struct limits *l, const char *organization, int64_t moment_ns, bool sure);

/* Notes that a request of the organization is served. */
void limits_served(struct limits *l, const char *organization);

/*
 * Whether somebody else was served in the last second, and since the organization began to come without a pause of a
 * second: who has just been alone is not measured by who came before. A hint: up to 50 ms late, and of many
 * organizations the latest few.
 */
bool limits_rivals(struct limits *l, const char *organization);

/*
 * Notes that a change of the organization was done; that one waited for a lock in vain. Whether one was done in the
 * last `ns`; whether one waited in vain in the last `ns`, and none was done since.
 */
void limits_done(struct limits *l, const char *organization);
void limits_hung(struct limits *l, const char *organization);
bool limits_gets_on(struct limits *l, const char *organization, int64_t ns);
bool limits_hangs(struct limits *l, const char *organization, int64_t ns);

#endif
