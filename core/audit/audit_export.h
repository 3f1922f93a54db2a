#ifndef MUSTER_AUDIT_AUDIT_EXPORT_H
#define MUSTER_AUDIT_AUDIT_EXPORT_H

#include "base/fail.h"
#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>

enum audit_format {
    AUDIT_CSV,  /* with a line of the columns' names first */
    AUDIT_JSONL /* one object a line */
};

/* What is exported, and where to. `progress` may be NULL; it hears of every page, with the lines so far. */
struct audit_export {
    const char *organization; /* slug or id */
    enum audit_format format;
    const char *action;    /* one, or the beginning of some with a * at its end; NULL: any */
    const char *from, *to; /* times (RFC 3339), from then on and before then; NULL: none */
    bool (*write)(void *arg, const char *text, size_t len); /* false: it failed, errno says why */
    void (*progress)(void *arg, size_t lines);
    void *arg;
    size_t lines; /* out, without the header */
};

/*
 * The sealed events of an organization in the order of the chain, as they are at one moment, page by page; memory stays
 * flat. The lines are those of audit_rows.h. ERR_NOT_FOUND; ERR_BAD_REQUEST: it could not be written.
 */
enum err audit_export_run(struct ctx *ctx, struct db *db, struct audit_export *x) __attribute__((warn_unused_result));

#endif
