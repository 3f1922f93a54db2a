/* Shared by the operations of the control plane: authentication, reads and pages, errors of fields, audit events. */

#include "control/control.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/number.h"
#include "base/token.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "base/words.h"
#include "sql/control.h"
#include "sql/operator.h"
#include "sql/transaction.h"

#include <inttypes.h>
#include <string.h>

const char control_installation[] = "00000000-0000-0000-0000-000000000000";

enum { PAGE = 100, PAGE_MAX = 1000 };

void control_queue(struct control *c) {
    const char *changes = db_in_transaction(c->db) ? "true" : "false";
    if (c->key_hash && c->credential != CONTROL_KEY)
        db_queue(c->db, sql_api_authenticate_session(.hash = c->key_hash, .organization = c->asked,
                                                     .link = c->credential == CONTROL_LINK ? "true" : "false",
                                                     .changes = changes));
    else if (c->key_hash)
        db_queue(c->db, sql_api_authenticate(.hash = c->key_hash, .organization = c->asked,
                                             .client_address = c->client_address, .changes = changes));
    else
        db_queue(c->db, sql_op_organization_enter(.organization = c->asked, .removed = c->removed ? "true" : "false"));
}

/* Whether two lists of words, separated by blanks, have a common word. */
static bool shares_word(const char *list, const char *other) {
    size_t len;
    for (const char *word; (word = words_next(&other, " ", &len));)
        if (words_have(list, " ", word, len))
            return true;
    return false;
}

/* What only a session has: screens, and the state of its link. */
static enum err accept_session(struct control *c, struct db_rows row) {
    const char *screens = db_text(row, 0, API_AUTHENTICATE_SESSION_SCREENS);
    const char *opened = db_text(row, 0, API_AUTHENTICATE_SESSION_OPENED_AT);
    c->link_state = arena_strdup(c->ctx.arena, db_text(row, 0, API_AUTHENTICATE_SESSION_STATE));
    c->link_opened_at = opened ? arena_strdup(c->ctx.arena, opened) : NULL;
    c->loosen = db_bool(row, 0, API_AUTHENTICATE_SESSION_LOOSEN);
    if (c->callers == CONTROL_KEYS)
        return fail(&c->ctx, ERR_FORBIDDEN, "this is for API keys, not for sessions of the portal");
    if (c->screen && !words_have(screens, " ", c->screen, strlen(c->screen)))
        return fail(&c->ctx, ERR_FORBIDDEN, "the screen \"%s\" is not open to this session", c->screen);
    return OK;
}

static enum err accept_key(struct control *c, struct db_rows row) {
    if (db_count(row) == 0)
        return fail(&c->ctx, ERR_INVALID_TOKEN, "%s",
                    c->credential == CONTROL_KEY       ? "the API key is unknown, expired or revoked"
                    : c->credential == CONTROL_SESSION ? "the session has ended: ask for a new link"
                                                       : "there is no such link");
    c->key_id = arena_strdup(c->ctx.arena, db_text(row, 0, CALLER_KEY_ID));
    c->bound = db_bool(row, 0, CALLER_BOUND);
    if (c->scopes && !shares_word(db_text(row, 0, CALLER_SCOPES), c->scopes))
        return fail(&c->ctx, ERR_FORBIDDEN, "the %s needs %s %s", c->credential == CONTROL_KEY ? "API key" : "session",
                    strchr(c->scopes, ' ') ? "one of the scopes" : "the scope", c->scopes);
    if (c->installation && c->bound)
        return fail(&c->ctx, ERR_FORBIDDEN,
                    "the API key is bound to one organization; this is for keys of the installation");
    if (c->credential != CONTROL_KEY)
        return accept_session(c, row);
    if (c->callers == CONTROL_SESSIONS)
        return fail(&c->ctx, ERR_FORBIDDEN, "this is for sessions of the portal, not for API keys");
    return OK;
}

enum err control_accept(struct control *c, struct db_rows row) {
    enum err e = c->key_hash ? accept_key(c, row) : OK;
    if (e != OK)
        return e;
    int column = c->key_hash ? CALLER_ORGANIZATION_ID : OP_ORGANIZATION_ENTER_ORGANIZATION_ID;
    const char *id = db_count(row) ? db_text(row, 0, column) : NULL;
    if (c->asked && !id)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no organization \"%s\"", c->asked);
    c->organization = id ? arena_strdup(c->ctx.arena, id) : NULL;
    c->accepted = true;
    return OK;
}

void control_progress(const struct control *c, const char *done, size_t n, const char *of) {
    if (c->progress)
        c->progress(done, n, of);
}

void control_owner(struct control *c) {
    if (c->organization)
        return;
    db_queue(c->db, sql_tenant_set(.organization_id = control_installation));
    c->organization = control_installation;
}

enum err control_need_secrets(struct control *c) {
    if (c->secret_keys)
        return OK;
    /* A customer must not see our paths. */
    return fail(&c->ctx, ERR_CONFLICT, "%s",
                c->bound ? "this server has no key to encrypt secrets with: its operator can give it one"
                         : c->no_secret_keys);
}

enum err control_read(struct control *c, struct sql_call call, struct db_rows *rows) {
    struct db_rows both[2] = {0};
    control_queue(c);
    size_t at = db_queue(c->db, call);
    enum err e = db_read(&c->ctx, c->db, both);
    if (e == OK)
        e = control_accept(c, both[0]);
    *rows = both[at];
    return e;
}

enum err control_read_own(struct control *c, struct sql_call call, struct db_rows *rows) {
    struct db_rows row = {0}, both[2] = {0};
    if (c->asked)
        return control_read(c, call, rows);
    control_queue(c);
    enum err e = db_read(&c->ctx, c->db, &row);
    if (e == OK)
        e = control_accept(c, row);
    if (e != OK)
        return e;
    db_queue(c->db, sql_tenant_set(.organization_id = control_installation));
    size_t at = db_queue(c->db, call);
    e = db_read(&c->ctx, c->db, both);
    *rows = both[at];
    return e;
}

enum err control_object(struct control *c, struct db_rows rows, int column, struct json_object **out) {
    const char *text = db_text(rows, 0, column);
    return json_parse_own(&c->ctx, text, strlen(text), out);
}

enum err control_show(struct control *c, struct sql_call call, const char *what, struct json_object **out) {
    struct db_rows rows = {0};
    enum err e = control_read(c, call, &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no such %s", what);
    return e == OK ? control_object(c, rows, OBJECT_OBJECT, out) : e;
}

enum err control_limit(struct control *c, struct json_object *fields, int64_t otherwise, int64_t *out) {
    struct json_object *limit = json_get(fields, "limit");
    const char *text = limit ? json_object_get_string(limit) : NULL;
    *out = otherwise;
    if (!text || number_within(text, 1, PAGE_MAX, out))
        return OK;
    control_wrong(c, "limit", "out_of_range", "limit must be a number from 1 to %d", PAGE_MAX);
    return control_refuse(c);
}

static enum err fill_page(struct control *c, struct db_rows rows, int64_t limit, struct json_object **out) {
    struct json_object *data = json_new_array(c->ctx.arena);
    size_t n = db_count(rows);
    bool more = limit && n > (size_t)limit;
    n = more ? (size_t)limit : n;
    for (size_t i = 0; i < n; i++) {
        struct json_object *o;
        const char *text = db_text(rows, i, OBJECT_OBJECT);
        enum err e = json_parse_own(&c->ctx, text, strlen(text), &o);
        if (e != OK)
            return e;
        json_object_array_add(data, json_object_get(o));
    }
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "data", json_object_get(data));
    json_object_object_add(*out, "next_cursor", more ? json_object_new_string(db_text(rows, n - 1, LISTED_ID)) : NULL);
    return OK;
}

enum err control_page(struct control *c, struct json_object *fields, struct control_page *out) {
    const char *after = json_get_string(fields, "cursor");
    *out = (struct control_page){.after = after};
    enum err e = control_limit(c, fields, c->key_hash ? PAGE : 0, &out->size);
    if (e != OK)
        return e;
    if (after && !uuid_valid(after, strlen(after))) {
        control_wrong(c, "cursor", "invalid", "cursor must be a next_cursor of this list");
        return control_refuse(c);
    }
    out->limit = out->size ? arena_printf(c->ctx.arena, "%" PRId64, out->size + 1) : NULL;
    return OK;
}

enum err control_list(struct control *c, struct sql_call call, const struct control_page *page,
                      struct json_object **out) {
    struct db_rows rows = {0};
    enum err e = control_read(c, call, &rows);
    return e == OK ? fill_page(c, rows, page->size, out) : e;
}

const char *control_event_id(struct control *c) {
    return db_event_id(c->request_id, &c->events);
}

void control_event(struct control *c, const char *action, const char *connection, const char *target_type,
                   const char *target, const char *data) {
    db_queue(c->db, sql_api_audit(.event_id = control_event_id(c), .action = action, .connection_id = connection,
                                  .target_type = target_type, .target_id = target, .data = data,
                                  .request_id = c->request_id, .client_address = c->client_address));
}

struct session control_session(struct control *c, const char *connection) {
    return (struct session){.ctx = {.arena = c->ctx.arena},
                            .db = c->db,
                            .base_url = c->base_url,
                            .request_id = c->request_id,
                            .client_address = c->client_address,
                            .entered = {c->organization, connection},
                            .actor_key = c->key_id,
                            .actor_type = c->credential == CONTROL_KEY ? "key" : "session",
                            .types = schema_built_in()};
}

enum err control_directory(struct control *c, struct session *s, enum err (*work)(struct session *s, void *arg),
                           void *arg) {
    enum err e = extensions_run(c->extensions, s, work, arg);
    if (e != OK)
        fail_take(&c->ctx, &s->ctx);
    return e;
}

const char *control_tag(struct arena *a, struct json_object *object) {
    static const char *const counted[] = {"failures",    "failing_since", "open_until",      "paused_until",
                                          "done",        "total",         "last_success_at", "applied_version",
                                          "finished_at", "unknown_groups"};
    char hash[TOKEN_HASH_HEX + 1];
    struct json_object *copy = json_copy(a, object);
    if (json_get(copy, "applied_version"))
        json_object_object_del(copy, "status"); /* of a mapping: how far it is applied */
    if (json_get(copy, "slug")) { /* an organization; of a connection's activity they are what is watched */
        json_object_object_del(copy, "users");
        json_object_object_del(copy, "groups");
    }
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        json_object_object_del(copy, counted[i]);
    const char *text = json_text(a, copy);
    token_hash_hex(text, strlen(text), hash);
    return arena_printf(a, "\"%.24s\"", hash);
}

enum err control_precondition(struct control *c, const char *if_match, struct json_object *object) {
    const char *tag = control_tag(c->ctx.arena, object);
    if (!if_match || strcmp(if_match, "*") == 0 || strstr(if_match, tag))
        return OK;
    return fail(&c->ctx, ERR_PRECONDITION, "it has changed since it was read: its entity tag is %s", tag);
}

enum err control_confirm(struct control *c, struct json_object *fields, const char *what, const char *wanted,
                         const char *loss) {
    struct json_object *confirm = json_get(fields, "confirm");
    if (confirm && strcmp(json_object_get_string(confirm), wanted) != 0)
        control_wrong(c, "confirm", "invalid", "confirm must be the %s, %s: %s", what, wanted, loss);
    return control_refuse(c);
}

/* The beginning of a client's text, in whole characters, at most `max` bytes. */
static struct json_object *shortened_text(const char *text, size_t max) {
    return json_object_new_string_len(text, (int)utf8_cut(text, max));
}

void control_wrong(struct control *c, const char *field, const char *code, const char *fmt, ...) {
    va_list ap;
    if (++c->n_errors > CONTROL_ERRORS)
        return;
    va_start(ap, fmt);
    const char *message = arena_vprintf(c->ctx.arena, fmt, ap);
    va_end(ap);
    struct json_object *one = json_object_new_object(), *meta = json_object_new_object();
    json_object_object_add(meta, "field", shortened_text(field, CONTROL_FIELD_BYTES));
    json_object_object_add(one, "code", json_object_new_string(code));
    json_object_object_add(one, "message", shortened_text(message, CONTROL_MESSAGE_BYTES));
    json_object_object_add(one, "meta", meta);
    if (!c->errors)
        c->errors = json_new_array(c->ctx.arena);
    json_object_array_add(c->errors, one);
}

enum err control_refuse(struct control *c) {
    if (c->n_errors == 0)
        return OK;
    const char *first = json_get_string(json_object_array_get_idx(c->errors, 0), "message");
    if (c->n_errors == 1)
        return fail(&c->ctx, ERR_INVALID_FIELD, "%s", first);
    const char *others =
        c->n_errors > CONTROL_ERRORS ? arena_printf(c->ctx.arena, "the first %d", CONTROL_ERRORS) : "the others";
    return fail(&c->ctx, ERR_INVALID_FIELD, "%zu fields are wrong: %s; see errors for %s", c->n_errors, first, others);
}
