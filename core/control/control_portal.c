/* The way into the portal: links that work once, the sessions that they become, and embedded sessions. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/settings.h"
#include "base/token.h"
#include "base/uuid.h"
#include "sql/control.h"

#include <string.h>

#define SCREENS "provisioning|mapping|domains|members|teams|audit|webhooks|settings"

static const struct field made[] = {{.name = "permissions", .kind = FIELD_CHOICE, .values = "read|manage"},
                                    {.name = "for", .kind = FIELD_TEXT},
                                    {.name = "screens", .kind = FIELD_CHOICES, .values = SCREENS},
                                    {.name = "return_url", .kind = FIELD_URL},
                                    {.name = "allow_loosen_linking", .kind = FIELD_FLAG}};

/* A link or session to make. */
struct way {
    const struct control_input *in;
    bool embedded;
    const char *url; /* of the portal */
    char id[UUID_TEXT + 1], secret[TOKEN_MAX + 1], hash[TOKEN_HASH_HEX + 1];
};

static void prepare_way(struct way *x, const char *prefix) {
    uuid_new(x->id);
    token_new(prefix, x->secret);
    token_hash_hex(x->secret, strlen(x->secret), x->hash);
}

/* The portal's URL stands beside that of SCIM. */
static enum err find_portal(struct control *c, const char **out) {
    static const char scim[] = "/scim/v2";
    const char *url = c->base_url;
    size_t len = strlen(url), n = sizeof scim - 1;
    if (strncmp(url, "http://", 7) == 0 && !settings_is_loopback(url + 7))
        return fail(&c->ctx, ERR_CONFLICT,
                    "MUSTER_PUBLIC_URL is %s: the portal needs https, because whoever listens on the way could take "
                    "the session",
                    url);
    if (len > n && strcmp(url + len - n, scim) == 0)
        len -= n;
    *out = arena_printf(c->ctx.arena, "%.*s/portal/", (int)len, url);
    return OK;
}

/* A page to go back to is opened by the administrator's browser, so it must not be a script. */
static void check_return_url(struct control *c, struct json_object *fields) {
    const char *url = json_get_string(fields, "return_url");
    if (url && strncmp(url, "https://", 8) != 0)
        control_wrong(c, "return_url", "invalid", "return_url must be a URL that begins with https://");
}

static enum err way_work(struct control *c, void *arg) {
    struct way *x = arg;
    control_result(c,
                   sql_api_portal_session_add(.id = x->id, .link_hash = x->embedded ? NULL : x->hash,
                                              .hash = x->embedded ? x->hash : NULL,
                                              .fields = json_text(c->ctx.arena, x->in->fields),
                                              .action = x->embedded ? "portal.session.created" : "portal.link.created",
                                              CONTROL_EVENT(c)),
                   "organization");
    return OK;
}

/* Shows the secret, for the only time: in the fragment of a URL, which browsers send to nobody. */
static void show_way(struct control *c, void *arg) {
    struct way *x = arg;
    struct json_object *shown = json_new_object(c->ctx.arena);
    const char *ends = json_get_string(c->result, x->embedded ? "expires_at" : "link_expires_at");
    json_object_object_add(shown, "id", json_object_new_string(x->id));
    if (x->embedded)
        json_object_object_add(shown, "token", json_object_new_string(x->secret));
    else
        json_object_object_add(shown, "url",
                               json_object_new_string(arena_printf(c->ctx.arena, "%s#/open/%s", x->url, x->secret)));
    json_object_object_add(shown, "expires_at", json_object_new_string(ends));
    c->link_made = !x->embedded;
    c->result = shown;
}

static enum err make_way(struct control *c, const struct control_input *in, bool embedded, struct json_object **out) {
    struct way x = {.in = in, .embedded = embedded};
    struct control_write w = {.work = way_work, .done = show_way, .arg = &x};
    enum err e = find_portal(c, &x.url);
    if (e != OK)
        return e;
    check_return_url(c, in->fields);
    prepare_way(&x, embedded ? TOKEN_SESSION : TOKEN_LINK);
    return control_fields_write(c, FIELDS(made), in->fields, false, &w, out);
}

enum err control_portal_link(struct control *c, const struct control_input *in, struct json_object **out) {
    return make_way(c, in, false, out);
}

enum err control_portal_embed(struct control *c, const struct control_input *in, struct json_object **out) {
    return make_way(c, in, true, out);
}

/* A link that no longer works leaves an event, so this work succeeds; control_portal_open() then fails. */
static enum err open_work(struct control *c, void *arg) {
    struct way *x = arg;
    if (strcmp(c->link_state, "live") == 0)
        control_result(c, sql_api_portal_session_open(.id = c->key_id, .hash = x->hash, CONTROL_EVENT(c)), "link");
    else
        db_queue(c->db, sql_api_portal_session_refuse(.id = c->key_id, .reason = c->link_state, CONTROL_EVENT(c)));
    return OK;
}

static void give_cookie(struct control *c, void *arg) {
    struct way *x = arg;
    c->cookie = x->secret;
}

enum err control_portal_open(struct control *c, const struct control_input *in, struct json_object **out) {
    struct way *x = arena_alloc(c->ctx.arena, sizeof *x);
    struct control_write w = {.work = open_work, .done = give_cookie, .arg = x};
    *x = (struct way){.in = in};
    prepare_way(x, TOKEN_SESSION);
    c->idempotency_key = NULL; /* the link itself works once */
    enum err e = control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
    if (e != OK || c->cookie)
        return e;
    if (c->link_opened_at)
        return fail(&c->ctx, ERR_CONFLICT, "this link was opened at %s, and works once: ask for a new one",
                    c->link_opened_at);
    return fail(&c->ctx, ERR_CONFLICT, "this link is older than ten minutes, or was withdrawn: ask for a new one");
}

/* What changes repeat, so that no other site can make them. */
static void show_csrf(struct control *c, struct json_object *session) {
    json_object_object_add(session, "csrf_token", c->csrf ? json_object_new_string(c->csrf) : NULL);
}

enum err control_portal_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    if (e == OK)
        e = control_show(c, sql_api_portal_session_show(.id = NULL), "session", out);
    if (e == OK)
        show_csrf(c, *out);
    return e;
}

static enum err stay_work(struct control *c, void *arg) {
    (void)arg;
    control_result(c, sql_api_portal_session_show(.id = c->key_id), "session");
    return OK;
}

static void show_stay(struct control *c, void *arg) {
    (void)arg;
    show_csrf(c, c->result);
}

/* The authentication of a change keeps the session alive. */
enum err control_portal_stay(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_write w = {.work = stay_work, .done = show_stay};
    c->idempotency_key = NULL;
    return control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
}

enum err control_portal_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_page p;
    enum err e = control_fields_page(c, in->fields, &p);
    return e == OK ? control_list(c, sql_api_portal_session_list(.after = p.after, .limit = p.limit), &p, out) : e;
}

struct session_end {
    const char *id;
    bool own;
};

static enum err end_sessions_work(struct control *c, void *arg) {
    struct session_end *x = arg;
    struct sql_call call = sql_api_portal_session_end(.id = x->id, .own = x->own ? "true" : "false", CONTROL_EVENT(c));
    if (x->id || x->own)
        control_result(c, call, "session");
    else
        db_queue(c->db, call);
    return OK;
}

static enum err end_sessions(struct control *c, const struct control_input *in, struct session_end x,
                             struct json_object **out) {
    struct control_write w = {.work = end_sessions_work, .arg = &x};
    return control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
}

enum err control_portal_leave(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = end_sessions(c, in, (struct session_end){.own = true}, out);
    if (e == OK)
        c->cookie = "";
    return e;
}

enum err control_portal_end(struct control *c, const struct control_input *in, struct json_object **out) {
    return end_sessions(c, in, (struct session_end){.id = in->id}, out);
}

enum err control_portal_end_all(struct control *c, const struct control_input *in, struct json_object **out) {
    return end_sessions(c, in, (struct session_end){0}, out);
}
