#include "scim/denied.h"

#include "base/arena.h"
#include "host/limits.h"
#include "server/service.h"

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
    struct db_rows rows = {0};
    if (e == ERR_FORBIDDEN && s->tenant.token_id)
        x->call->reason = "scope";
    if ((e != ERR_INVALID_TOKEN && e != ERR_FORBIDDEN) || !s->token_hash || s->tenant.token_id)
        return;
    const char *params[] = {s->token_hash, e == ERR_FORBIDDEN ? "address" : NULL, may_be_told(x) ? "true" : "false",
                            s->request_id, s->client_address};
    db_add(s->db, SQL_TOKEN_DENIED, params);
    if (db_run(&ctx, s->db, &rows) != OK || db_count(rows) == 0)
        return;
    x->call->organization = db_text(rows, 0, "organization_id");
    x->call->connection = db_text(rows, 0, "connection_id");
    x->call->actor = db_text(rows, 0, "token_id");
    x->call->reason = db_text(rows, 0, "reason");
}
