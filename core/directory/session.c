/* The session of a SCIM request: token, organization, connection, audit events, transaction. */

#include "directory/session.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "directory/tenant.h"
#include "sql/control.h"
#include "sql/scim.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { ARRAY_MAX = 1024 * 1024 * 1024 };

static const char *const locks[] = {
    [SESSION_SHARED] = "shared", [SESSION_EXCLUSIVE] = "exclusive", [SESSION_MEMBERS] = "members"};

size_t session_queue_write(struct session *s, enum session_lock lock, const char *ids, const char *whole) {
    if (s->entered.connection)
        return db_queue(s->db, sql_enter(.organization_id = s->entered.organization,
                                         .connection_id = s->entered.connection, .lock = locks[lock], .ids = ids,
                                         .whole = whole, .api_key_id = s->actor_key, .actor_type = s->actor_type));
    assert(locks[lock]);
    return db_queue(s->db, sql_authenticate(.hash = s->token_hash, .asked = s->asked_connection,
                                            .client_address = s->client_address, .ids = ids, .lock = locks[lock],
                                            .whole = whole));
}

size_t session_queue(struct session *s) {
    return session_queue_page(s, false, false);
}

size_t session_queue_page(struct session *s, bool shaped, bool signs) {
    if (s->entered.connection)
        return session_queue_write(s, SESSION_UNLOCKED, NULL, NULL);
    return db_queue(s->db,
                    sql_admit(.hash = s->token_hash, .asked = s->asked_connection, .client_address = s->client_address,
                              .signs = signs ? "true" : "false", .shaped = shaped ? "true" : NULL));
}

/* Checks that the token's scope allows the request. */
static enum err check_scope(struct session *s) {
    if (s->wants.change && s->tenant.scope == SCOPE_READ)
        return fail(&s->ctx, ERR_FORBIDDEN, "this token may only read");
    if (s->wants.groups && s->tenant.scope == SCOPE_USERS)
        return fail(&s->ctx, ERR_FORBIDDEN, "this token is for users only, not for groups");
    return OK;
}

enum err session_accept(struct session *s, struct db_rows row) {
    enum err e = tenant_take(s, row);
    if (e != OK)
        return e;
    if (!s->entered.connection && s->tenant.paused)
        return fail(&s->ctx, ERR_PAUSED, "the connection is paused; provisioning goes on when it is active again");
    if (s->tenant.schema_version != s->types->version)
        return fail(&s->ctx, ERR_STALE_SCHEMAS, NULL);
    return check_scope(s);
}

enum err session_authenticate(struct session *s) {
    struct db_rows rows[1] = {0};
    size_t entered = session_queue(s);
    enum err e = db_read(&s->ctx, s->db, rows);
    return e == OK ? session_accept(s, rows[entered]) : e;
}

enum err session_heavy(struct session *s) {
    return s->heavy.take ? s->heavy.take(s->heavy.arg) : OK;
}

struct running {
    struct session *session;
    struct session_write *write;
    struct db_transaction *transaction;
    bool outermost;
    struct usage before;
};

/* Slots of the counters that no worker has. */
enum { SLOT_ENTERED = -1, SLOT_SPARE = -2 /* for whoever found its own one locked */ };

/*
 * The last statement: who holds a slot of the counters waits for no other lock. Only an operation that ends users of
 * several connections goes on; it has a slot that no request waits for.
 */
static void queue_usage(struct session *s) {
    if (s->usage.users == 0 && s->usage.groups == 0)
        return;
    struct arena *a = s->ctx.arena;
    int slot = s->entered.connection ? SLOT_ENTERED : s->leaves_others ? SLOT_SPARE : s->slot;
    db_queue(s->db,
             sql_usage_add(.slot = arena_printf(a, "%d", slot), .users = arena_printf(a, "%" PRId64, s->usage.users),
                           .groups = arena_printf(a, "%" PRId64, s->usage.groups)));
}

static enum err run_session_work(struct ctx *ctx, struct db *db, void *arg) {
    (void)ctx;
    (void)db;
    struct running *r = arg;
    r->write->final_duplicate = false;
    r->session->usage = r->before;
    r->session->touches_others = false;
    enum err e = r->write->work(r->session, r->write->arg);
    r->transaction->final_duplicate = r->write->final_duplicate;
    r->transaction->yields = r->session->touches_others && !r->session->leaves_others;
    if (e == OK && r->outermost)
        queue_usage(r->session);
    return e;
}

/*
 * Whether to try once more without the others: nothing is refused because of them, neither for what they are nor for a
 * lock that somebody has on them. Not if the database is at fault, which may even have committed.
 */
static bool goes_without_others(struct session *s, const struct running *r, enum err e) {
    bool possible = r->outermost || db_in_transaction(s->db);
    if (e == OK || (e == ERR_UNAVAILABLE && !db_lock_timed_out(s->db)))
        return false;
    if (!s->touches_others || s->leaves_others || !possible)
        return false;
    s->leaves_others = true;
    fail_clear(&s->ctx);
    return true;
}

enum err session_write(struct session *s, struct session_write *w) {
    struct db_transaction t = {.work = run_session_work,
                               .event_id = s->request_id,
                               .organization = &s->tenant.organization_id,
                               .events = &s->events,
                               .rows = w->rows,
                               .unheard = w->unheard};
    struct running r = {.session = s, .write = w, .transaction = &t, .outermost = !s->writing};
    if (!r.outermost)
        r.before = s->usage;
    t.arg = &r;
    s->writing = true;
    enum err e = db_transaction(&s->ctx, s->db, &t);
    if (goes_without_others(s, &r, e))
        e = db_transaction(&s->ctx, s->db, &t);
    s->writing = !r.outermost;
    if (e != OK)
        s->usage = r.before;
    w->read_again = t.read_again;
    return e;
}

static const char *new_event_id(struct session *s) {
    char *id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    uuid_new(id);
    return id;
}

void session_event(struct session *s, const char *action, const char *target_type, const char *target_id,
                   const char *data) {
    const char *id = db_event_id(s->request_id, &s->events);
    db_queue(s->db, sql_audit_add(.id = id ? id : new_event_id(s), .action = action, .target_type = target_type,
                                  .target_id = target_id, .data = data, .request_id = s->request_id,
                                  .client_address = s->client_address));
}

void session_member_events(struct session *s, const char *action, const char *group_id, const char *type,
                           const char *const *ids, size_t n) {
    if (n == 0)
        return;
    const char *first = db_event_id(s->request_id, &s->events);
    db_queue(s->db, sql_audit_add_members(.first_id = first, .action = action, .group_id = group_id,
                                          .ids = session_uuids(s, ids, n), .type = type, .request_id = s->request_id,
                                          .client_address = s->client_address));
}

void session_user_events(struct session *s, const char *action, const char *const *user_ids, const char *const *data,
                         size_t n) {
    const char **ids = arena_array(s->ctx.arena, n, sizeof *ids);
    for (size_t i = 0; i < n; i++) {
        const char *first = db_event_id(s->request_id, &s->events);
        ids[i] = first ? first : new_event_id(s);
    }
    db_queue(s->db, sql_audit_add_users(.ids = session_uuids(s, ids, n), .action = action,
                                        .user_ids = session_uuids(s, user_ids, n), .data = session_texts(s, data, n),
                                        .request_id = s->request_id, .client_address = s->client_address));
}

/* Whether one more reaches four fifths of the cap. */
static bool comes_near(int64_t used, int64_t cap) {
    return cap != NO_CAP && (used + 1) * 5 >= cap * 4 && used * 5 < cap * 4;
}

bool session_usage_tells(int64_t used, int64_t cap) {
    return comes_near(used, cap) || (cap != NO_CAP && used >= cap);
}

void session_note_usage(struct session *s, const char *limit, int64_t used, int64_t cap) {
    db_grown(s->db, strcmp(limit, "max_users") == 0 ? DB_USERS : DB_GROUPS, used);
    if (!comes_near(used, cap))
        return;
    session_event(s, "organization.limit_near", "organization", s->tenant.organization_id,
                  arena_printf(s->ctx.arena, "{\"limit\":\"%s\",\"used\":%" PRId64 ",\"max\":%" PRId64 "}", limit,
                               used + 1, cap));
}

const char *session_now(struct session *s, int64_t previous_us) {
    int64_t now = s->tenant.now_us;
    if (now <= previous_us)
        now = previous_us + 1000;
    char *text = arena_alloc(s->ctx.arena, CLOCK_TEXT + 1);
    clock_format(now, text);
    return text;
}

const char *session_uuids(struct session *s, const char *const *ids, size_t n) {
    struct buf *b = buf_new(s->ctx.arena, ARRAY_MAX);
    buf_char(b, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(b, ',');
        buf_str(b, ids[i]);
    }
    buf_char(b, '}');
    return buf_text(b);
}

const char *session_texts(struct session *s, const char *const *texts, size_t n) {
    struct buf *b = buf_new(s->ctx.arena, ARRAY_MAX);
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        buf_char(b, i ? ',' : '{');
        if (!texts[i]) {
            buf_str(b, "NULL");
            continue;
        }
        any = true;
        buf_char(b, '"');
        for (const char *c = texts[i]; *c;) {
            size_t plain = strcspn(c + 1, "\"\\") + 1; /* with what was escaped before */
            if (*c == '"' || *c == '\\')
                buf_char(b, '\\');
            buf_add(b, c, plain);
            c += plain;
        }
        buf_char(b, '"');
    }
    buf_char(b, '}');
    return any ? buf_text(b) : NULL;
}
