/* Creates several users at once, of whom nothing is known. */

#include "directory/user_page.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/uuid.h"
#include "directory/member_mapping.h"
#include "directory/user_facts.h"
#include "protocol/resource.h"
#include "sql/scim.h"

#include <assert.h>
#include <string.h>

enum { PAGE_BYTES = 512 * 1024 }; /* of the texts that are kept for a page, which is full with them */

/* The parameters of the statements, column by column. */
struct user_page {
    struct session *session;
    size_t n, bytes;
    bool any_unique;
    const char *known_emails[USER_PAGE]; /* the keys by which members and removed users are looked up */
    const char *ids[USER_PAGE], *actives[USER_PAGE], *user_name_keys[USER_PAGE], *external_ids[USER_PAGE];
    const char *external_ids_unique[USER_PAGE], *email_keys[USER_PAGE], *display_names[USER_PAGE];
    const char *manager_ids[USER_PAGE], *resources[USER_PAGE], *folded[USER_PAGE], *filtered[USER_PAGE];
    const char *unique[USER_PAGE], *events[USER_PAGE];
    const char *member_ids[USER_PAGE], *emails[USER_PAGE], *first_names[USER_PAGE], *last_names[USER_PAGE];
    const char *statuses[USER_PAGE];
};

struct user_page *user_page_new(struct session *s) {
    struct user_page *p = arena_alloc(s->ctx.arena, sizeof *p);
    p->session = s;
    return p;
}

/* The key by which user_create() looks for a member: also that of an email that is none. */
static const char *known_email(struct session *s, const struct user_facts *f) {
    bool from_user_name;
    if (f->email || s->tenant.linking == LINKING_NEVER)
        return f->email_key;
    const char *sent = user_email(s, f->resource, &from_user_name);
    return sent ? fold_identity(s->ctx.arena, sent, strlen(sent)) : NULL;
}

static void add_facts(struct user_page *p, const char *id, const struct user_facts *f) {
    struct session *s = p->session;
    size_t i = p->n++;
    char *member_id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    uuid_new(member_id);
    const struct member_state none = {.id = member_id};
    const struct member_state member = user_member_after(&none, f, true, f->active);
    p->known_emails[i] = known_email(s, f);
    p->ids[i] = id;
    p->actives[i] = f->active ? "true" : "false";
    p->user_name_keys[i] = f->user_name_key;
    p->external_ids[i] = f->external_id;
    p->external_ids_unique[i] = f->external_id_unique;
    p->email_keys[i] = f->email_key;
    p->display_names[i] = f->display_name;
    p->manager_ids[i] = f->manager_id;
    p->resources[i] = f->stored;
    p->folded[i] = f->folded;
    p->filtered[i] = f->email_keys;
    p->unique[i] = f->unique ? f->unique : "[]";
    p->events[i] = user_event(s, &member, NULL, f->resource);
    p->member_ids[i] = member_id;
    p->emails[i] = f->email;
    p->first_names[i] = f->first_name;
    p->last_names[i] = f->last_name;
    p->statuses[i] = f->active ? "active" : "deactivated";
    p->any_unique = p->any_unique || strcmp(p->unique[i], "[]") != 0;
    p->bytes += strlen(f->stored) + strlen(f->folded) + strlen(p->events[i]);
}

bool user_page_add(struct user_page *p, const char *id, struct json_object *body) {
    struct session *s = p->session;
    struct json_object *resource;
    struct user_facts facts;
    if (p->n == USER_PAGE || p->bytes >= PAGE_BYTES || member_mapping_any(s))
        return false;
    enum err e = resource_from_body(&s->ctx, s->types->user, s->tenant.dialect, body, NULL, &resource);
    if (e == OK) {
        user_default_active(s, resource);
        user_facts(s, id, resource, &facts);
        e = user_facts_check(s, &facts, NULL);
    }
    if (e == OK)
        add_facts(p, id, &facts);
    else
        fail_clear(&s->ctx);
    return e == OK;
}

/* How many more users there may be before something has to be said about the limit. */
static size_t users_left(struct session *s, int64_t used) {
    size_t n = 0;
    while (n < USER_PAGE && !session_usage_tells(used + (int64_t)n, s->tenant.max_users))
        n++;
    return n;
}

static void queue_members(struct session *s, const struct user_page *p, size_t n) {
    db_queue(s->db,
             sql_members_insert(.ids = session_uuids(s, p->member_ids, n), .emails = session_texts(s, p->emails, n),
                                .email_keys = session_texts(s, p->email_keys, n),
                                .first_names = session_texts(s, p->first_names, n),
                                .last_names = session_texts(s, p->last_names, n),
                                .display_names = session_texts(s, p->display_names, n),
                                .external_ids = session_texts(s, p->external_ids, n),
                                .statuses = session_texts(s, p->statuses, n), .at = session_now(s, 0)));
}

static void queue_users(struct session *s, const struct user_page *p, size_t n) {
    const char *ids = session_uuids(s, p->ids, n);
    db_queue(s->db, sql_users_insert(.ids = ids, .member_ids = session_uuids(s, p->member_ids, n),
                                     .actives = session_texts(s, p->actives, n),
                                     .user_name_keys = session_texts(s, p->user_name_keys, n),
                                     .external_ids = session_texts(s, p->external_ids, n),
                                     .external_ids_unique = session_texts(s, p->external_ids_unique, n),
                                     .email_keys = session_texts(s, p->email_keys, n),
                                     .display_names = session_texts(s, p->display_names, n),
                                     .manager_ids = session_texts(s, p->manager_ids, n),
                                     .resources = session_texts(s, p->resources, n),
                                     .folded = session_texts(s, p->folded, n), .at = session_now(s, 0)));
    db_queue(s->db, sql_users_emails_add(.user_ids = ids, .keys = session_texts(s, p->filtered, n)));
    if (p->any_unique)
        db_queue(s->db, sql_users_unique_add(.user_ids = ids, .values = session_texts(s, p->unique, n)));
}

/* How many are new, and how many users the organization has. */
static enum err look_up(struct session *s, const struct user_page *p, size_t *n, int64_t *used) {
    struct db_rows rows[2] = {0};
    size_t entered = session_queue_write(s, SESSION_SHARED, NULL, NULL);
    size_t known = db_queue(s->db, sql_users_known(.user_name_keys = session_texts(s, p->user_name_keys, p->n),
                                                   .external_ids = session_texts(s, p->external_ids_unique, p->n),
                                                   .email_keys = session_texts(s, p->known_emails, p->n)));
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[entered]);
    if (e != OK)
        return e;
    *n = db_null(rows[known], 0, USERS_KNOWN_FIRST) ? p->n : (size_t)db_int(rows[known], 0, USERS_KNOWN_FIRST) - 1;
    *used = db_int(rows[known], 0, USERS_KNOWN_USERS) + s->usage.users;
    return OK;
}

struct writing {
    struct user_page *page;
    struct session_write *write;
    size_t done;
};

static enum err write_page(struct session *s, void *arg) {
    struct writing *w = arg;
    const struct user_page *p = w->page;
    size_t n = 0;
    int64_t used = 0;
    w->write->final_duplicate = true;
    enum err e = look_up(s, p, &n, &used);
    if (e != OK)
        return e;
    size_t left = users_left(s, used);
    w->done = n < left ? n : left;
    if (w->done == 0)
        return OK;
    queue_members(s, p, w->done);
    queue_users(s, p, w->done);
    session_user_events(s, "scim.user.provisioned", p->ids, p->events, w->done);
    s->usage.users += (int64_t)w->done;
    db_grown(s->db, DB_USERS, used + (int64_t)w->done - 1);
    return OK;
}

enum err user_page_write(struct user_page *p, size_t *done) {
    struct writing w = {.page = p};
    struct session_write sw = {.work = write_page, .arg = &w};
    w.write = &sw;
    assert(p->session->writing && p->n > 0);
    enum err e = session_write(p->session, &sw);
    *done = e == OK ? w.done : 0;
    return e;
}
