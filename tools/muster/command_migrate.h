#ifndef MUSTER_MUSTER_COMMAND_MIGRATE_H
#define MUSTER_MUSTER_COMMAND_MIGRATE_H

#include "muster/command.h"

/* How the functions of the database compare with those of this program. */
enum functions {
    FUNCTIONS_OLDER,
    FUNCTIONS_SAME,
    FUNCTIONS_OTHER /* of its release, but not its own */,
    FUNCTIONS_NEWER
};

/* The state of the database's migrations. */
struct migrations {
    struct db_rows applied; /* rows of op_migrations; result NULL: even the table is missing */
    size_t missing;         /* how many of our migrations are not applied */
    const char *alien;      /* the newest applied migration that is unknown here, NULL: none */
    const char *old; /* the newest applied one of those that the baseline replaces, if some are missing; else NULL */
    enum functions functions;
    const char *release; /* release of the functions; NULL: unknown */
};

/*
 * Reads it. ERR_CONFLICT: the database is unsuitable: not UTF-8, a server before PostgreSQL 15, or a role that is not
 * the owner; the detail says which and what to do.
 */
enum err command_migrate_read(struct invocation *in, struct migrations *out) __attribute__((warn_unused_result));

/*
 * ERR_UNAVAILABLE, with a detail, unless the schema has all migrations and functions that this program needs; more do
 * no harm.
 */
enum err command_migrate_need(struct invocation *in) __attribute__((warn_unused_result));

#endif
