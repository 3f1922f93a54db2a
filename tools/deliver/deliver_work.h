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

/* What the worker has; one process, one connection, one thread. */
struct deliver {
    const struct settings *settings;
    struct db *db;
    struct metrics *metrics; /* NULL: none */
    struct sender *sender;
    struct secret_keys keys;    /* n == 0: there are none, and nothing is sent */
    int worker;                 /* a number of its own */
    char behind[UUID_TEXT + 1]; /* the endpoint that was claimed from last */
    int64_t from_place;         /* nothing is unsealed below it; see muster.audit_seal_next() */
    size_t at_work;             /* deliveries that are on their way, or wait to be settled */
    struct job *finished;       /* those that wait */
    bool standby_waits;         /* a commit has waited for a synchronous standby for too long: write nothing more */
};

/* Makes the series of d->metrics appear, so that their first increase is seen. */
void deliver_count_from_zero(struct deliver *d);

/* Seals what is written, some of it; *more: there may be more, *made: there are new deliveries. */
enum err deliver_seal(struct deliver *d, struct arena *a, bool *more, bool *made) __attribute__((warn_unused_result));

/*
 * Writes down how the finished ones ended, takes new ones in hand, and sends them: two round trips. `claim`: take new
 * ones. *taken: how many. What could not be written down is tried again with the next call, as long as its lease lasts.
 */
enum err deliver_round(struct deliver *d, struct arena *a, bool claim, size_t *taken)
    __attribute__((warn_unused_result));

/* What workers that are gone had in hand is due again. */
enum err deliver_release(struct deliver *d, struct arena *a) __attribute__((warn_unused_result));

/*
 * To be called on a new connection until *mine: hears of what is written, and says that this worker is there. Not
 * *mine: its number is held by another connection, most likely the one before, which the server still believes in.
 */
enum err deliver_arrive(struct deliver *d, struct arena *a, bool *mine) __attribute__((warn_unused_result));

/* Collects what ended on the wire; how many. */
size_t deliver_collect(struct deliver *d);

/* Takes away some of the deliveries that ended longer ago than MUSTER_DELIVERY_DAYS; *more: there may be more. */
enum err deliver_prune(struct deliver *d, struct arena *a, bool *more) __attribute__((warn_unused_result));

#endif
