/* Records the use of denied tokens in the audit log, and for those who look at their connection. */

#include "scim/denied.h"

#include "base/arena.h"
#include "host/limits.h"
#include "scim/activity.h"
#include "server/credentials.h"
#include "sql/scim.h"

enum { TOLD_A_MINUTE = 10, SECONDS = 60 };

static bool may_be_told(struct exchange *x, const char *what, const char *of) {
    static const struct limits_rule rule = {
        .rate = TOLD_A_MINUTE, .seconds = SECONDS, .burst = TOLD_A_MINUTE, .table = LIMITS_STRANGERS};
    const char *key = arena_printf(x->session.ctx.arena, "%s:%s", what, of ? of : "");
    return limits_take(x->call->worker->failures, key, rule, 0, NULL) >= 0;
}

/* An existing token that was not accepted. An event has a reason that stands in the audit log. */
static void keep_denied(struct exchange *x, enum err e) {
    struct session *s = &x->session;
    struct ctx ctx = {.arena = s->ctx.arena};
    struct db_rows rows[1] = {0};
    const char *why = e == ERR_FORBIDDEN ? "address" : e == ERR_NOT_FOUND ? "connection" : NULL;
    bool told = may_be_told(x, "denied", s->token_hash);
    size_t at = db_queue(s->db, sql_token_denied(.hash = s->token_hash, .why = why,
                                                 .told = told && e != ERR_NOT_FOUND ? "true" : "false",
                                                 .request_id = s->request_id, .client_address = s->client_address));
    if (db_run(&ctx, s->db, rows) != OK || db_count(rows[at]) == 0)
        return;
    const struct activity_token t = {.organization = db_text(rows[at], 0, TOKEN_DENIED_ORGANIZATION_ID),
                                     .connection = db_text(rows[at], 0, TOKEN_DENIED_CONNECTION_ID),
                                     .token = db_text(rows[at], 0, TOKEN_DENIED_TOKEN_ID),
                                     .reason = db_text(rows[at], 0, TOKEN_DENIED_REASON)};
    x->call->organization = t.organization;
    x->call->connection = t.connection;
    x->call->actor = t.token;
    x->call->reason = t.reason;
    if (told)
        activity_denied(x, e, &t);
}

/* A token that stands in a wrong header: its hash, or its beginning. */
static void keep_known(struct exchange *x, const char *hash, const char *beginning) {
    struct session *s = &x->session;
    struct ctx ctx = {.arena = s->ctx.arena};
    struct db_rows rows[1] = {0};
    size_t at = db_queue(s->db, sql_token_known(.hash = hash, .beginning = beginning));
    if (db_read(&ctx, s->db, rows) != OK || db_count(rows[at]) == 0)
        return;
    const struct activity_token t = {.organization = db_text(rows[at], 0, TOKEN_KNOWN_ORGANIZATION_ID),
                                     .connection = db_text(rows[at], 0, TOKEN_KNOWN_CONNECTION_ID),
                                     .token = db_text(rows[at], 0, TOKEN_KNOWN_TOKEN_ID),
                                     .reason = db_text(rows[at], 0, TOKEN_KNOWN_REASON)};
    activity_denied(x, ERR_INVALID_TOKEN, &t);
}

/* A header that is wrong, with a token of ours in it. Few are looked up: anybody may send them. */
static void look_inside(struct exchange *x) {
    const char *hash = NULL, *beginning = NULL;
    if (!credentials_inside(x->session.ctx.arena, &x->call->request, &hash, &beginning))
        return;
    if (may_be_told(x, "inside", x->call->client_address))
        keep_known(x, hash, beginning);
}

void denied_keep(struct exchange *x, enum err e) {
    const struct session *s = &x->session;
    if (e == ERR_FORBIDDEN && s->tenant.token_id)
        x->call->reason = "scope";
    if (s->tenant.token_id)
        return;
    if (!s->token_hash) {
        if (e == ERR_INVALID_TOKEN)
            look_inside(x);
        return;
    }
    if (e == ERR_INVALID_TOKEN || e == ERR_FORBIDDEN || (e == ERR_NOT_FOUND && s->asked_connection))
        keep_denied(x, e);
}
