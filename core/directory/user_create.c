#include "directory/read.h"
#include "directory/user.h"
#include "directory/user_facts.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/email.h"
#include "directory/member_mapping.h"
#include "directory/unique.h"

#include <inttypes.h>
#include <string.h>

/* A POST /Users on its way. The order of the steps counts. */
struct creation {
    const char *wanted; /* the id of a new one; NULL: any */
    struct json_object *body;
    const struct projection *p;
    struct session_write *w;
    char id[UUID_TEXT + 1];
    struct user_facts facts;
    enum err refused; /* committed (a link request is kept), yet refused */
};

enum {
    ROW_AUTH,
    ROW_CONFLICTS,
    ROW_REMOVED,
    ROW_REMOVED_MEMBER,
    ROW_MEMBER,
    ROW_LINKS,
    ROW_USAGE,
    ROW_DOMAIN,
    ROW_REQUEST,
    ROWS
};

/* The tenant's rules are known only after the first batch, so that batch asks by every key the body could have. */
struct keys {
    const char *user_name, *external_id, *email, *domain;
};

static void keys_of(struct session *s, struct json_object *resource, struct keys *k) {
    bool from_user_name;
    const char *user_name = json_get_string(resource, "userName");
    const char *external = json_get_string(resource, "externalId");
    const char *email = user_email(s, resource, &from_user_name);
    k->user_name = fold_identity(s->ctx.arena, user_name, strlen(user_name));
    k->external_id = external ? fold_exact(s->ctx.arena, external, strlen(external)) : NULL;
    k->email = email ? fold_identity(s->ctx.arena, email, strlen(email)) : NULL;
    k->domain = k->email ? email_domain(k->email) : NULL;
}

static enum err first_batch(struct session *s, struct json_object *resource, struct db_rows *rows) {
    struct keys k;
    keys_of(s, resource, &k);
    const char *conflicts[] = {k.user_name, k.external_id};
    const char *removed[] = {k.external_id, k.email};
    const char *email[] = {k.email};
    const char *links[] = {k.email, NULL};
    const char *domain[] = {k.domain};
    session_queue_write(s, SESSION_SHARED, NULL, NULL);
    db_add(s->db, SQL_USER_CONFLICTS, conflicts);
    db_add(s->db, SQL_USER_REMOVED_FOR_UPDATE, removed);
    db_add(s->db, SQL_MEMBER_OF_REMOVED_FOR_UPDATE, removed);
    db_add(s->db, SQL_MEMBER_BY_EMAIL_FOR_UPDATE, email);
    db_add(s->db, SQL_MEMBER_LINKS, links);
    db_add(s->db, SQL_USAGE, NULL);
    db_add(s->db, SQL_DOMAIN_VERIFIED, domain);
    db_add(s->db, SQL_LINK_REQUEST_STATE, email);
    enum err e = db_run(&s->ctx, s->db, rows);
    return e == OK ? session_accept(s, rows[ROW_AUTH]) : e;
}

static enum err check_conflicts(struct session *s, struct db_rows row) {
    if (db_bool(row, 0, "user_name"))
        return fail(&s->ctx, ERR_UNIQUENESS, "a user with this userName exists already");
    if (db_bool(row, 0, "external_id") && s->tenant.linking != LINKING_NEVER)
        return fail(&s->ctx, ERR_UNIQUENESS, "a user with this externalId exists already");
    return OK;
}

static enum err check_cap(struct session *s, struct db_rows usage) {
    int64_t cap = s->tenant.max_users;
    if (cap == NO_CAP || db_int(usage, 0, "users") < cap)
        return OK;
    return fail(&s->ctx, ERR_CAP, "the organization's limit of %" PRId64 " users is reached", cap);
}

static void count_user(struct session *s) {
    const char *params[] = {arena_printf(s->ctx.arena, "%d", s->slot), "1", "0"};
    db_add(s->db, SQL_USAGE_ADD, params);
}

static void queue_insert(struct session *s, const char *id, const char *member_id, const struct user_facts *f) {
    const char *params[] = {id,
                            member_id,
                            f->active ? "true" : "false",
                            f->user_name_key,
                            f->external_id,
                            f->external_id_unique,
                            f->email_key,
                            f->display_name,
                            f->manager_id,
                            f->stored,
                            f->folded,
                            session_now(s, 0)};
    db_add(s->db, SQL_USER_INSERT, params);
    user_save_values(s, id, f, NULL);
    count_user(s);
}

/* Step 4: nobody has this identity; a new member. */
static enum err provision(struct session *s, struct creation *c) {
    char *member_id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    const struct user_facts *f = &c->facts;
    uuid_new(member_id);
    struct member_state none = {.id = member_id};
    struct member_state member = user_member_after(&none, f, true, f->active);
    const char *params[] = {member_id,        f->email,        f->email_key,   f->first_name,
                            f->last_name,     f->display_name, f->external_id, f->active ? "active" : "deactivated",
                            session_now(s, 0)};
    db_add(s->db, SQL_MEMBER_INSERT, params);
    queue_insert(s, c->id, member_id, f);
    session_event(s, "scim.user.provisioned", "scim_user", c->id, user_event(s, &member, NULL, f->resource));
    return OK;
}

/* The request is kept for an administrator to decide, although the answer is 409. */
static enum err ask_to_link(struct session *s, struct creation *c, const char *member_id) {
    char *id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    uuid_new(id);
    const char *params[] = {id, c->facts.email_key, c->facts.user_name, c->facts.external_id, member_id};
    db_add(s->db, SQL_LINK_REQUEST_ADD, params);
    c->refused =
        fail(&s->ctx, ERR_UNIQUENESS,
             "a member has this email, and its domain is not verified: an administrator has to approve the link");
    return OK;
}

static bool may_link(struct session *s, struct db_rows *rows) {
    if (s->tenant.linking != LINKING_VERIFIED_DOMAINS || db_bool(rows[ROW_DOMAIN], 0, "verified"))
        return true;
    const char *decided = db_count(rows[ROW_REQUEST]) ? db_text(rows[ROW_REQUEST], 0, "status") : "";
    return strcmp(decided, "approved") == 0;
}

/* Step 3: a member has this email. */
static enum err link_member(struct session *s, struct creation *c, struct db_rows *rows) {
    struct member_state before = user_member_of(rows[ROW_MEMBER]);
    if (db_int(rows[ROW_LINKS], 0, "here") > 0)
        return fail(&s->ctx, ERR_UNIQUENESS, "another user of this connection has this email");
    if (!may_link(s, rows))
        return ask_to_link(s, c, before.id);
    enum err e = check_cap(s, rows[ROW_USAGE]);
    if (e != OK)
        return e;
    bool active = c->facts.active || db_int(rows[ROW_LINKS], 0, "active") > 0;
    struct member_state after = user_member_after(&before, &c->facts, false, active);
    queue_insert(s, c->id, before.id, &c->facts);
    user_member_save(s, &before, &after);
    session_event(s, "scim.user.linked", "scim_user", c->id, user_event(s, &after, NULL, c->facts.resource));
    return OK;
}

/* Absent counts as active; the lenient dialect stores it, because Okta and Entra compare what comes back. */
static void default_active(struct session *s, struct json_object *resource) {
    if (s->tenant.dialect.lenient && !json_get(resource, "active"))
        json_object_object_add(resource, "active", json_object_new_boolean(1));
}

/* Step 2: a removed user comes back with its id, its member and its history. */
static enum err revive(struct session *s, struct creation *c, struct db_rows *rows) {
    struct db_rows removed = rows[ROW_REMOVED];
    struct member_state before = user_member_of(rows[ROW_REMOVED_MEMBER]);
    struct json_object *old, *resource;
    if (db_count(rows[ROW_MEMBER]) && strcmp(db_text(rows[ROW_MEMBER], 0, "id"), before.id) != 0)
        return fail(&s->ctx, ERR_UNIQUENESS, "another member has this email");
    enum err e = check_cap(s, rows[ROW_USAGE]);
    if (e == OK)
        e = answer_restore(s, db_text(removed, 0, "resource"), &old);
    if (e == OK)
        e = resource_from_body(&s->ctx, s->types->user, s->tenant.dialect, c->body, old,
                               &resource); /* as a PUT would */
    if (e != OK)
        return e;
    memcpy(c->id, db_text(removed, 0, "id"), UUID_TEXT + 1);
    default_active(s, resource);
    user_facts(s, c->id, resource, &c->facts);
    bool new_email = c->facts.email_key && strcmp(c->facts.email_key, before.email_key ? before.email_key : "") != 0;
    struct member_state after = user_member_after(&before, &c->facts, new_email, c->facts.active || before.active);
    user_save(s, c->id, &c->facts, false, removed, 0);
    user_save_values(s, c->id, &c->facts, NULL);
    count_user(s);
    user_member_save(s, &before, &after);
    user_sync_teams(s, c->id);
    /* "revived" parts it from an update that made the user active. */
    const char *event = user_event(s, &after, old, c->facts.resource);
    session_event(s, "scim.user.reactivated", "scim_user", c->id,
                  arena_printf(s->ctx.arena, "{\"revived\":true,%s", event + 1));
    return OK;
}

static enum err decide(struct session *s, struct creation *c, struct db_rows *rows) {
    enum err e = check_conflicts(s, rows[ROW_CONFLICTS]);
    if (e != OK)
        return e;
    bool identifies = s->tenant.linking != LINKING_NEVER;
    if (identifies && db_count(rows[ROW_REMOVED]) && db_count(rows[ROW_REMOVED_MEMBER]))
        return revive(s, c, rows);
    if (identifies && db_count(rows[ROW_MEMBER]))
        return link_member(s, c, rows);
    e = check_cap(s, rows[ROW_USAGE]);
    return e == OK ? provision(s, c) : e;
}

static enum err work(struct session *s, void *arg) {
    struct creation *c = arg;
    struct db_rows rows[ROWS] = {0};
    struct json_object *resource;
    c->refused = OK;
    if (c->wanted)
        memcpy(c->id, c->wanted, sizeof c->id);
    else
        uuid_new(c->id);
    enum err e =
        resource_from_body(&s->ctx, s->types->user, (struct dialect){.lenient = true}, c->body, NULL, &resource);
    if (e == OK)
        e = first_batch(s, resource, rows);
    if (e == OK && !s->tenant.dialect.lenient)
        e = resource_from_body(&s->ctx, s->types->user, s->tenant.dialect, c->body, NULL, &resource);
    if (e != OK)
        return e;
    default_active(s, resource);
    user_facts(s, c->id, resource, &c->facts);
    e = user_facts_check(s, &c->facts, NULL);
    if (e == OK)
        e = decide(s, c, rows);
    if (e == OK && c->refused == OK && member_mapping_any(s)) {
        const char *id = c->id;
        e = member_mapping_apply(s, &id, 1);
    }
    if (e == OK && c->refused == OK)
        session_note_usage(s, "max_users", db_int(rows[ROW_USAGE], 0, "users"), s->tenant.max_users);
    if (e == OK && c->refused == OK)
        read_queue_answer(s, &read_users, c->w, c->id, c->p);
    return e;
}

enum err user_create(struct session *s, const char *id, struct json_object *body, const struct projection *p,
                     struct answer *out) {
    struct creation c = {.wanted = id, .body = body, .p = p};
    struct session_write w = {.work = work, .arg = &c};
    c.w = &w;
    enum err e = session_write(s, &w);
    if (e == OK && c.refused != OK)
        return c.refused;
    if (e == ERR_UNIQUENESS && unique_taken(s))
        return user_taken(s);
    return e == OK ? read_answer(s, &read_users, &w, c.id, p, out) : e;
}
