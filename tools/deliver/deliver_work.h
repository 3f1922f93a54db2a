#ifndef MUSTER_DELIVER_DELIVER_WORK_H
#define MUSTER_DELIVER_DELIVER_WORK_H

#include "base/secret.h"
#include "base/settings.h"
#include "base/uuid.h"
#include "db/db.h"
#include "deliver/deliver_send.h"
#include "host/metrics.h"

#include <stdbool.h>
#include <stdint.h>

enum { DELIVER_SETTLED = -1 };

/* The state of the worker: one process, one connection, one thread. */
struct deliver {
    const struct settings *settings;
    struct db *db;
    struct metrics *metrics; /* NULL: none */
    struct sender *sender;
    struct domains *domains;    /* the lookups of claimed domains */
    struct secret_keys keys;    /* n == 0: there are no keys, so nothing is sent */
    int worker;                 /* its own number */
    char behind[UUID_TEXT + 1]; /* the organization whose turn was last */
    char making[UUID_TEXT + 1]; /* the same of those whose deliveries are made later than their events are sealed */
    bool strays;                /* deliveries may be reserved under our number that we do not know of */
    int64_t from_place;         /* everything below is sealed; see muster.audit_seal_next() */
    int64_t unsettled;          /* from here on, what waits has not been compared with its events; DELIVER_SETTLED */
    size_t at_work;             /* deliveries that are being sent, or wait to be settled */
    struct job *finished;       /* those that wait to be settled */
    bool standby_waits;         /* a commit has waited too long for a synchronous standby: write nothing more */
};

/* Creates the series of d->metrics, so that their first increase can be seen. */
void deliver_count_from_zero(struct deliver *d);

/* Seals some of the new events; *more: there may be more; *made: there are new deliveries. */
enum err deliver_seal(struct deliver *d, struct arena *a, bool *more, bool *made) __attribute__((warn_unused_result));

/* Makes some deliveries of events that rounds of sealing have kept, an organization's; *more, *made as above. */
enum err deliver_make_kept(struct deliver *d, struct arena *a, bool *more, bool *made)
    __attribute__((warn_unused_result));

/* Files some of the members who are new or have other names, so that they are found fast; *more: there may be more. */
enum err deliver_file_members(struct deliver *d, struct arena *a, bool *more) __attribute__((warn_unused_result));

/*
 * Stores the results of finished deliveries, reserves new ones, and sends them: two round trips. `claim`: reserve new
 * ones; *taken: how many. Results that could not be stored are tried again with the next call, while their lease lasts.
 */
enum err deliver_round(struct deliver *d, struct arena *a, bool claim, size_t *taken)
    __attribute__((warn_unused_result));

/* Makes the reserved deliveries of dead workers due again. */
enum err deliver_release(struct deliver *d, struct arena *a) __attribute__((warn_unused_result));

/*
 * Call this on a new connection until *mine: it listens for new events, and claims this worker's number. Not *mine:
 * another connection has the number, most likely the old one, which the server still keeps.
 */
enum err deliver_arrive(struct deliver *d, struct arena *a, bool *mine) __attribute__((warn_unused_result));

/* Collects the messages that ended; returns their number. */
size_t deliver_collect(struct deliver *d);

/* Deletes some of the deliveries that ended longer ago than MUSTER_DELIVERY_DAYS; *more: there may be more. */
enum err deliver_prune(struct deliver *d, struct arena *a, bool *more) __attribute__((warn_unused_result));

/* Makes the audit log's partitions for the next months; *busy: not now, it is being read. */
enum err deliver_partitions(struct deliver *d, struct arena *a, bool *busy) __attribute__((warn_unused_result));

#endif
