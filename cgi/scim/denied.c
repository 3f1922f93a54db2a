/* Records the use of denied tokens in the audit log. */

#include "scim/denied.h"

#include "base/arena.h"
#include "host/limits.h"
#include "sql/scim.h"

enum { TOLD_A_MINUTE = 10, SECONDS = 60 };

static bool may_be_told(struct exchange *x) {
    static const struct limits_rule rule = {
        .rate = TOLD_A_MINUTE, .seconds = SECONDS, .burst = TOLD_A_MINUTE, .table = LIMITS_STRANGERS};
    const char *key = arena_printf(x->session.ctx.arena, "denied:%s", x->session.token_hash);
    return limits_take(x->call->worker->failures, key, rule, 0, NULL) >= 0;
}

void denied_keep(struct exchange *x, enum err e) {
    struct session *s = &x->session;
    struct ctx ctx = {.arena = s->ctx.arena};
    struct db_rows rows[1] = {0};
    if (e == ERR_FORBIDDEN && s->tenant.token_id)
        x->call->reason = "scope";
    if ((e != ERR_INVALID_TOKEN && e != ERR_FORBIDDEN) || !s->token_hash || s->tenant.token_id)
        return;
    size_t at = db_queue(s->db, sql_token_denied(.hash = s->token_hash, .why = e == ERR_FORBIDDEN ? "address" : NULL,
                                                 .told = may_be_told(x) ? "true" : "false", .request_id = s->request_id,
                                                 .client_address = s->client_address));
    if (db_run(&ctx, s->db, rows) != OK || db_count(rows[at]) == 0)
        return;
    x->call->organization = db_text(rows[at], 0, TOKEN_DENIED_ORGANIZATION_ID);
    x->call->connection = db_text(rows[at], 0, TOKEN_DENIED_CONNECTION_ID);
    x->call->actor = db_text(rows[at], 0, TOKEN_DENIED_TOKEN_ID);
    x->call->reason = db_text(rows[at], 0, TOKEN_DENIED_REASON);
}
