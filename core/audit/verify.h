#ifndef MUSTER_AUDIT_VERIFY_H
#define MUSTER_AUDIT_VERIFY_H

#include "base/fail.h"
#include "db/db.h"

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

/* Of each organization so many problems are told, the others counted. */
enum { VERIFY_TOLD = 100 };

/*
 * What is verified, and what came out. `done` gets each organization (borrowed for the call):
 *   {"organization_id", "slug" (null: the organization is not there), "events", "from", "to" (null: none), "hash" (of
 *    the last, null), "waiting" (events that have no place yet), "problem_count",
 *    "problems": [{"sequence" or null, "event_id" or null, "problem"}]}
 */
struct verify_run {
    const char *organization;  /* slug or id; NULL: all, and the installation itself */
    int64_t from, to;          /* places; 0: from the first, to the last */
    const char *head;          /* "SEQUENCE:HASH" of the organization, kept elsewhere; NULL: none */
    struct json_object *heads; /* {organization_id: {"SEQUENCE": "HASH"}}, NULL: none; is used up */
    void (*done)(void *arg, struct json_object *organization);
    void (*progress)(void *arg, size_t events); /* hears of every page, with the events so far; may be NULL */
    void *arg;
    size_t organizations, events, problems; /* out */
};

/*
 * Verifies chains of the audit log (sql/functions/audit_seal_next.sql) in one snapshot, page by page; memory stays
 * flat. The hashes are computed here, of the rows as they are stored, since whoever changes rows may have changed the
 * database's functions. Found are: an event or a seal that is not as it was sealed, is missing, was added or moved, and
 * with a head from elsewhere an end that was cut off or a chain that was made anew. Not in the chain are the times at
 * which an event was erased and sealed. With `from` the hash of the place before it is taken as the database has it;
 * with `from` or `to` events without a place are not looked for. ERR_NOT_FOUND; a problem is none of the function.
 */
enum err verify_chains(struct ctx *ctx, struct db *db, struct verify_run *v) __attribute__((warn_unused_result));

#endif
