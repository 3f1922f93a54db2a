#ifndef MUSTER_AUDIT_AUDIT_EXPORT_H
#define MUSTER_AUDIT_AUDIT_EXPORT_H

#include "base/fail.h"
#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>

enum audit_format {
    AUDIT_CSV,  /* the first line has the names of the columns */
    AUDIT_JSONL /* one object in each line */
};

/*
 * What to export, and where to. `progress` may be NULL; it is called after each page with the number of lines so far.
 */
struct audit_export {
    const char *organization; /* slug or id */
    enum audit_format format;
    const char *action;    /* an action, or the beginning of several followed by *; NULL: all */
    const char *from, *to; /* times (RFC 3339): not before `from`, and before `to`; NULL: no limit */
    bool (*write)(void *arg, const char *text, size_t len); /* false: it failed; errno says why */
    void (*progress)(void *arg, size_t lines);
    void *arg;
    size_t lines; /* out: the number of lines, without the header */
};

/*
 * Writes the sealed events of an organization in the order of the chain, from one snapshot, page by page with constant
 * memory. audit_rows.h describes the lines. ERR_NOT_FOUND; ERR_BAD_REQUEST: writing failed.
 */
enum err audit_export_run(struct ctx *ctx, struct db *db, struct audit_export *x) __attribute__((warn_unused_result));

#endif
