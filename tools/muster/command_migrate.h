#ifndef MUSTER_MUSTER_COMMAND_MIGRATE_H
#define MUSTER_MUSTER_COMMAND_MIGRATE_H

#include "muster/command.h"

/* What the functions of the database are, beside those of this program. */
enum functions {
    FUNCTIONS_OLDER,
    FUNCTIONS_SAME,
    FUNCTIONS_OTHER /* of its release, but not its own */,
    FUNCTIONS_NEWER
};

/* What the database has of the migrations that this program knows. */
struct migrations {
    struct db_rows applied; /* of op_migrations; result NULL: there is not even the table */
    size_t missing;         /* how many of ours are not applied */
    const char *alien;      /* the newest that is applied and not known here, NULL: none */
    const char *old; /* the newest of those that a baseline stands for and that are not all applied; NULL: no such */
    enum functions functions;
    const char *release; /* of the functions; NULL: nobody noted it */
};

/*
 * Reads it. ERR_CONFLICT: the database cannot be Muster's: not UTF-8, a server before PostgreSQL 15, a role that owns
 * neither; the detail says which and what to do.
 */
enum err command_migrate_read(struct invocation *in, struct migrations *out) __attribute__((warn_unused_result));

/*
 * ERR_UNAVAILABLE with the words for it unless the schema has all migrations and functions that this program needs;
 * more is no harm.
 */
enum err command_migrate_need(struct invocation *in) __attribute__((warn_unused_result));

#endif
