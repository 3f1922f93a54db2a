#ifndef MUSTER_AUDIT_VERIFY_H
#define MUSTER_AUDIT_VERIFY_H

#include "base/fail.h"
#include "db/db.h"

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

/* So many problems of each organization are reported; the others are counted. */
enum { VERIFY_TOLD = 100 };

/*
 * What to verify, and the results. `done` gets each organization (borrowed for the call):
 *   {"organization_id", "slug" (null: the organization is not there), "events", "from", "to" (null: none), "hash" (of
 *    the last, null), "waiting" (events that have no place yet), "problem_count",
 *    "problems": [{"sequence" or null, "event_id" or null, "problem"}]}
 */
struct verify_run {
    const char *organization;  /* slug or id; NULL: all, and the installation itself */
    int64_t from, to;          /* places; 0: from the first, to the last */
    const char *head;          /* "SEQUENCE:HASH" of the organization, kept elsewhere; NULL: none */
    struct json_object *heads; /* {organization_id: {"SEQUENCE": "HASH"}}, NULL: none; is emptied */
    void (*done)(void *arg, struct json_object *organization);
    void (*progress)(void *arg,
                     size_t events); /* called after each page with the number of events so far; may be NULL */
    void *arg;
    size_t organizations, events, problems; /* out */
};

/*
 * Verifies chains of the audit log (sql/functions/audit_seal_next.sql) in one snapshot, page by page with constant
 * memory. The hashes are computed here from the stored rows, because somebody who changes rows may also have changed
 * the database's functions. It finds events and seals that were changed, removed, added or moved, and with a head from
 * elsewhere also an end that was cut off or a chain that was made anew. The times at which an event was erased and
 * sealed are not in the chain. With `from` the hash before it is taken from the database; with `from` or `to` events
 * without a place are not searched for. ERR_NOT_FOUND. Problems in a chain are results, not errors.
 */
enum err verify_chains(struct ctx *ctx, struct db *db, struct verify_run *v) __attribute__((warn_unused_result));

#endif
