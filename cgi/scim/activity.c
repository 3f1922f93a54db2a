/* Writes down what a connection's requests were, and what was refused to whom. */

#include "scim/activity.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "host/limits.h"
#include "scim/causes.h"
#include "scim/envelope.h"
#include "scim/refused.h"
#include "sql/scim.h"
#include "sql/transaction.h"

#include <string.h>

enum { FAILED_A_MINUTE = 30, FAILED_SECONDS = 60, SHOWN_BYTES = 256, KEY_BYTES = 512 };

static const char kind_user[] = "user", kind_group[] = "group", kind_token[] = "token", kind_request[] = "request";
static const char any_request[] = "*";

/* What was refused, and whom it is about. */
struct problem {
    const char *kind;
    const char *id; /* of the user, group or token; NULL: not known */
    const char *method, *what, *detail, *reason;
    enum err err;
    struct json_object *data; /* what was sent; NULL: nothing */
};

static bool is_read(const struct exchange *x) {
    const char *m = x->call->request.method;
    return strcmp(m, "GET") == 0 || strcmp(m, "HEAD") == 0;
}

/* The route without a method; NULL: there is no such URL. */
static const char *route_of(const struct exchange *x) {
    return strcmp(x->call->route, "-") != 0 ? x->call->route : NULL;
}

/* That a resource is not there is an answer to who asks for it, and to who wants it away. */
static bool is_taken(const char *method, enum err e, bool one) {
    bool asks = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "DELETE") == 0;
    return e == OK || (e == ERR_NOT_FOUND && one && asks);
}

/* "user" or "group" if the URL is about one of them. */
static const char *kind_of(const char *what) {
    if (!what || strstr(what, "/.search"))
        return kind_request;
    if (strncmp(what, "/Users", strlen("/Users")) == 0)
        return kind_user;
    return strncmp(what, "/Groups", strlen("/Groups")) == 0 ? kind_group : kind_request;
}

/* Whether a refusal has nothing to do with the person: it is about the token, or about all of the service. */
static bool is_general(enum err e) {
    return e == ERR_FORBIDDEN || e == ERR_RATE_LIMITED || e == ERR_UNAVAILABLE || e == ERR_STALE_SCHEMAS;
}

/* Whether any request that is taken shows that it has passed. */
static bool passes(enum err e) {
    return e == ERR_RATE_LIMITED || e == ERR_UNAVAILABLE || e == ERR_STALE_SCHEMAS || e == ERR_INTERNAL;
}

static const char *sent_text(struct json_object *data, const char *name) {
    struct json_object *o = json_get_caseless(data, name);
    return json_object_is_type(o, json_type_string) && json_object_get_string_len(o) ? json_object_get_string(o) : NULL;
}

static const char *shorten(struct arena *a, const char *text) {
    return text ? arena_strndup(a, text, utf8_cut(text, SHOWN_BYTES)) : NULL;
}

static void add_key(struct json_object *keys, struct arena *a, const char *prefix, const char *text) {
    if (text && strlen(text) <= KEY_BYTES)
        json_object_array_add(keys, json_object_new_string(arena_printf(a, "%s%s", prefix, text)));
}

/* Whom a later request is recognized by. */
static struct json_object *keys_of(struct arena *a, const struct problem *p, const char *name, const char *external) {
    struct json_object *keys = json_object_new_array();
    bool person = p->kind == kind_user || p->kind == kind_group;
    add_key(keys, a, "", p->id);
    if (person && !p->id && external && strlen(external) <= KEY_BYTES)
        add_key(keys, a, "x:", fold_exact(a, external, strlen(external)));
    if (person && !p->id && name && strlen(name) <= KEY_BYTES)
        add_key(keys, a, "n:", fold_identity(a, name, strlen(name)));
    if (p->kind == kind_token || (p->kind == kind_request && (!p->what || passes(p->err))))
        add_key(keys, a, "", any_request);
    else if (p->kind == kind_request)
        add_key(keys, a, p->method, arena_printf(a, " %s", p->what));
    return keys;
}

/* The name for people: of a user who is known, the database has a better one. */
static const char *name_of(const struct problem *p) {
    const char *name = sent_text(p->data, "displayName");
    return name || p->kind != kind_user ? name : sent_text(json_get_caseless(p->data, "name"), "formatted");
}

/* A problem as note_problems() takes it. */
static struct json_object *describe_problem(struct arena *a, struct problem p) {
    struct json_object *o = json_object_new_object();
    bool person = p.kind == kind_user || p.kind == kind_group;
    if (!person || strcmp(p.method, "PATCH") == 0)
        p.data = NULL;
    const char *user_name = p.kind == kind_user ? sent_text(p.data, "userName") : NULL;
    const char *external = sent_text(p.data, "externalId"), *name = name_of(&p);
    const char *detail = p.detail && p.err != ERR_INTERNAL ? p.detail : fail_text(p.err);
    struct json_object *keys = keys_of(a, &p, p.kind == kind_user ? user_name : name, external);
    if (json_object_array_length(keys) == 0) { /* nobody knows whom it is about */
        p.kind = kind_request;
        json_object_put(keys);
        keys = keys_of(a, &p, NULL, NULL);
    }
    json_set_text(o, "code", causes_find(a, p.err, detail));
    json_set_text(o, "kind", p.kind);
    json_object_object_add(o, "keys", keys);
    json_set_text(o, "resource_id", p.id);
    json_set_text(o, "name", shorten(a, name));
    json_set_text(o, "user_name", shorten(a, user_name));
    json_set_text(o, "external_id", shorten(a, external));
    json_set_text(o, "reason", p.reason);
    json_set_text(o, "method", p.method);
    json_set_text(o, "what", p.what);
    json_object_object_add(o, "status", json_object_new_int(envelope_status(p.err)));
    json_set_text(o, "detail", arena_strndup(a, detail, utf8_cut(detail, REFUSED_DETAIL_BYTES)));
    return o;
}

/* The problem of a refused write. */
static struct problem problem_of(const struct exchange *x, const struct refusal *r) {
    bool users = r->operation ? strncmp(r->path, "/Users", strlen("/Users")) == 0 : false, one = r->target_id != NULL;
    const char *what = !r->operation ? route_of(x)
                       : users       ? (strcmp(r->method, "POST") == 0 ? "/Users" : "/Users/{id}")
                                     : (strcmp(r->method, "POST") == 0 ? "/Groups" : "/Groups/{id}");
    const char *kind = is_general(r->err) ? kind_request : kind_of(what);
    bool known = one && strncmp(r->target_type, "scim_", strlen("scim_")) == 0;
    return (struct problem){.kind = kind,
                            .id = kind != kind_request && known ? r->target_id : NULL,
                            .method = r->method,
                            .what = what,
                            .detail = r->detail,
                            .err = r->err,
                            .data = r->data};
}

/* The problem of a request that is no refused write: a read, or a fault of ours. */
static struct problem problem_of_request(const struct exchange *x, enum err e) {
    const char *what = route_of(x), *kind = is_read(x) || is_general(e) ? kind_request : kind_of(what);
    bool known = kind != kind_request && x->id && uuid_valid(x->id, strlen(x->id));
    return (struct problem){.kind = kind,
                            .id = known ? x->id : NULL,
                            .method = x->call->request.method,
                            .what = what,
                            .detail = x->session.ctx.err == e ? x->session.ctx.detail : NULL,
                            .err = e,
                            .data = x->body};
}

/* Whether one more failed request may be written down. */
static bool take_failure_place(struct exchange *x) {
    static const struct limits_rule rule = {
        .rate = FAILED_A_MINUTE, .seconds = FAILED_SECONDS, .burst = FAILED_A_MINUTE, .table = LIMITS_KNOWN};
    const char *key = arena_printf(x->session.ctx.arena, "failed:%s", x->session.tenant.connection_id);
    return limits_take(x->call->worker->failures, key, rule, 0, NULL) >= 0;
}

static void queue_problems(struct exchange *x, const char *connection, struct json_object *problems) {
    db_queue(x->session.db,
             sql_problems_note(.connection_id = connection, .problems = json_text(x->session.ctx.arena, problems),
                               .request_id = x->session.request_id));
}

static void queue_note(struct exchange *x, const struct activity_token *t, int status, bool taken) {
    struct session *s = &x->session;
    db_queue(s->db,
             sql_request_note(.connection_id = t->connection, .method = x->call->request.method, .what = route_of(x),
                              .status = arena_printf(s->ctx.arena, "%d", status), .token_id = t->token,
                              .request_id = s->request_id, .taken = taken ? "true" : "false"));
}

static void queue_forget(struct exchange *x, const char *kind, const char *ids, const char *taken) {
    if (ids || taken)
        db_queue(x->session.db, sql_problems_forget(.connection_id = x->session.tenant.connection_id, .kind = kind,
                                                    .ids = ids ? ids : "{}", .taken = taken ? taken : "{}"));
}

/* Waits for no standby: it is news, and who reads it later sees it or something newer. */
static void begin_keeping(struct session *s, const char *organization) {
    db_queue(s->db, sql_commit_here());
    db_queue(s->db, sql_tenant_set(.organization_id = organization));
}

static void end_keeping(struct session *s) {
    struct ctx ctx = {.arena = s->ctx.arena};
    if (db_run(&ctx, s->db, NULL) != OK)
        log_line(LOG_WARN, "request_not_kept", "request", s->request_id, NULL);
}

/* The resource that a change was about, as '{id}'; NULL: none. */
static const char *changed_id(const struct exchange *x) {
    const char *id = x->made ? x->made : x->id;
    return id && uuid_valid(id, strlen(id)) ? arena_printf(x->session.ctx.arena, "{%s}", id) : NULL;
}

/* What a request that was taken ends. */
struct ended {
    const char *users, *groups, *taken;
};

static struct ended find_ended(const struct exchange *x) {
    struct arena *a = x->session.ctx.arena;
    const char *kind = kind_of(route_of(x));
    struct ended d = {.users = x->bulk.users, .groups = x->bulk.groups};
    if (!is_read(x) && kind == kind_user)
        d.users = changed_id(x);
    if (!is_read(x) && kind == kind_group)
        d.groups = changed_id(x);
    if (x->session.due)
        d.taken = arena_printf(a, "{*,\"%s %s\"}", x->call->request.method, x->call->route);
    return d;
}

static struct json_object *list_problems(struct exchange *x, size_t refusals, bool failed, enum err e) {
    struct arena *a = x->session.ctx.arena;
    struct json_object *list = json_new_array(a);
    for (size_t i = 0; i < refusals; i++) {
        const struct refusal *r = &x->refused->items[i];
        struct problem p = problem_of(x, r);
        if (!is_taken(r->method, r->err, p.id || x->id))
            json_object_array_add(list, describe_problem(a, p));
    }
    if (failed && !refusals)
        json_object_array_add(list, describe_problem(a, problem_of_request(x, e)));
    return list;
}

/* Whether the database is at fault, and would be asked in vain. */
static bool is_database_down(struct exchange *x, enum err e) {
    return e == ERR_UNAVAILABLE && !db_lock_timed_out(x->session.db);
}

void activity_keep(struct exchange *x, enum err e) {
    struct session *s = &x->session;
    if (!s->tenant.token_id || is_database_down(x, e))
        return;
    bool taken = is_taken(x->call->request.method, e, x->id != NULL);
    size_t refusals = refused_collect(x, e);
    bool failed = !taken && e != ERR_PAUSED && (refusals || take_failure_place(x));
    struct ended d = taken && s->troubled ? find_ended(x) : (struct ended){0};
    if (!refusals && !failed && !s->due && !d.users && !d.groups)
        return;
    struct json_object *problems = list_problems(x, refusals, failed, e);
    const struct activity_token token = {.connection = s->tenant.connection_id, .token = s->tenant.token_id};
    begin_keeping(s, s->tenant.organization_id);
    for (size_t i = 0; i < refusals; i++)
        refused_queue(x, &x->refused->items[i]);
    queue_forget(x, kind_user, d.users, NULL);
    queue_forget(x, kind_group, d.groups, NULL);
    queue_forget(x, kind_request, NULL, d.taken);
    if (json_object_array_length(problems))
        queue_problems(x, s->tenant.connection_id, problems);
    if (s->due || failed)
        queue_note(x, &token, e == OK ? x->call->response.status : envelope_status(e), taken);
    end_keeping(s);
}

/* The ids of users or groups that a BulkRequest has changed, as '{a,b}'; NULL: none. */
static const char *changed_by(struct exchange *x, const struct bulk *bulk, bool users) {
    const char **ids = arena_alloc(x->session.ctx.arena, (bulk->n + 1) * sizeof *ids);
    size_t n = 0;
    for (size_t i = 0; i < bulk->n; i++) {
        const struct bulk_item *item = &bulk->items[i];
        const char *id = item->id[0] ? item->id : item->target;
        if (item->processed && item->err == OK && item->users == users && id && uuid_valid(id, strlen(id)))
            ids[n++] = id;
    }
    return n ? session_uuids(&x->session, ids, n) : NULL;
}

void activity_bulk(struct exchange *x, const struct bulk *bulk) {
    if (!x->session.troubled)
        return;
    x->bulk.users = changed_by(x, bulk, true);
    x->bulk.groups = changed_by(x, bulk, false);
}

void activity_denied(struct exchange *x, enum err e, const struct activity_token *t) {
    struct session *s = &x->session;
    struct json_object *problems = json_new_array(s->ctx.arena);
    struct problem p = problem_of_request(x, e);
    p.kind = kind_token;
    p.id = t->token;
    p.reason = t->reason;
    p.data = NULL;
    json_object_array_add(problems, describe_problem(s->ctx.arena, p));
    begin_keeping(s, t->organization);
    queue_problems(x, t->connection, problems);
    queue_note(x, t, envelope_status(e), false);
    end_keeping(s);
}
