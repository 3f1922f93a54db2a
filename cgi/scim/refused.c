/* Records in the audit log which writes of an identity provider were refused, and why. */

#include "scim/refused.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "host/limits.h"
#include "scim/envelope.h"
#include "sql/scim.h"

#include <string.h>

enum { SECONDS = 60, DATA_MAX = 64 * 1024 };

static bool is_write(const struct exchange *x) {
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
    if (strstr(x->call->route, "/.search"))
        return false;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(x->call->request.method, methods[i]) == 0)
            return true;
    return false;
}

/* 401 belongs to no organization, and 5xx faults pass by themselves; but a cap stays until somebody raises it. */
static bool is_refusal(enum err e) {
    int status = envelope_status(e);
    return e != OK && ((status >= 400 && status < 500 && status != 401) || e == ERR_CAP);
}

/* Sets "/Users/UUID" and the target; a text that is no id is not recorded. */
static void name_target(struct exchange *x, struct refusal *r, bool users, const char *id) {
    if (!id || !uuid_valid(id, strlen(id)))
        return;
    r->path = arena_printf(x->session.ctx.arena, "%s/%s", users ? "/Users" : "/Groups", id);
    r->target_type = users ? "scim_user" : "scim_group";
    r->target_id = id;
}

static struct refusal *add_refusal(struct exchange *x, enum err e, const char *method, const char *path) {
    if (!x->refused)
        x->refused = arena_alloc(x->session.ctx.arena, sizeof *x->refused);
    if (x->refused->n == REFUSED_BURST || !is_refusal(e))
        return NULL;
    struct refusal *r = &x->refused->items[x->refused->n++];
    *r = (struct refusal){.method = method,
                          .path = path,
                          .target_type = "connection",
                          .target_id = x->session.tenant.connection_id,
                          .err = e};
    return r;
}

void refused_operation(struct exchange *x, const struct bulk_item *item, size_t number) {
    static const char *const methods[] = {
        [BULK_POST] = "POST", [BULK_PUT] = "PUT", [BULK_PATCH] = "PATCH", [BULK_DELETE] = "DELETE"};
    bool known = item->target && uuid_valid(item->target, strlen(item->target));
    struct refusal *r = add_refusal(x, item->err, methods[item->method], item->users ? "/Users" : "/Groups");
    if (!r)
        return;
    r->operation = (int)number;
    r->detail = item->detail;
    r->data = item->data;
    if (item->method != BULK_POST)
        name_target(x, r, item->users, item->id[0] ? item->id : known ? item->target : NULL);
}

static void note_request(struct exchange *x, enum err e) {
    struct refusal *r =
        add_refusal(x, e, x->call->request.method, strcmp(x->call->route, "-") != 0 ? x->call->route : NULL);
    if (!r)
        return;
    r->detail = x->session.ctx.err == e ? x->session.ctx.detail : NULL;
    r->data = x->body;
    bool users = strncmp(x->call->route, "/Users", strlen("/Users")) == 0;
    if (users || strncmp(x->call->route, "/Groups", strlen("/Groups")) == 0)
        name_target(x, r, users, x->id);
}

/* Whether one more refusal may be recorded. */
static bool take_refusal_place(struct exchange *x) {
    static const struct limits_rule rule = {
        .rate = REFUSED_BURST, .seconds = SECONDS, .burst = REFUSED_BURST, .table = LIMITS_KNOWN};
    const char *key = arena_printf(x->session.ctx.arena, "refused:%s", x->session.tenant.connection_id);
    return limits_take(x->call->worker->failures, key, rule, 0, NULL) >= 0;
}

static const char *refusal_data(struct arena *a, const struct refusal *r) {
    struct buf *b = buf_new(a, DATA_MAX);
    const char *detail = r->detail ? r->detail : fail_text(r->err), *scim_type = envelope_scim_type(r->err);
    buf_fmt(b, "{\"method\":\"%s\",", r->method);
    if (r->path)
        buf_fmt(b, "\"path\":\"%s\",", r->path);
    buf_fmt(b, "\"status\":%d,", envelope_status(r->err));
    if (scim_type)
        buf_fmt(b, "\"scim_type\":\"%s\",", scim_type);
    if (r->operation)
        buf_fmt(b, "\"operation\":%d,", r->operation);
    buf_str(b, "\"detail\":");
    buf_json(b, detail, utf8_cut(detail, REFUSED_DETAIL_BYTES));
    buf_char(b, '}');
    return buf_text(b);
}

void refused_queue(struct exchange *x, const struct refusal *r) {
    struct session *s = &x->session;
    char *id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    uuid_new(id);
    db_queue(s->db, sql_audit_refused(.id = id, .token_id = s->tenant.token_id,
                                      .connection_id = s->tenant.connection_id, .target_type = r->target_type,
                                      .target_id = r->target_id, .data = refusal_data(s->ctx.arena, r),
                                      .request_id = s->request_id, .client_address = s->client_address));
}

size_t refused_collect(struct exchange *x, enum err e) {
    size_t n = 0;
    if (!x->session.tenant.token_id || !is_write(x))
        return 0;
    if (e != OK)
        note_request(x, e);
    while (x->refused && n < x->refused->n && take_refusal_place(x))
        n++;
    return n;
}
