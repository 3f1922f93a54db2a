/* POST of a user, and the choice of its member. */

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
#include "sql/scim.h"

#include <inttypes.h>
#include <string.h>

/* The state of a POST /Users. The order of the steps matters. */
struct creation {
    const char *wanted; /* the id of a new one; NULL: any */
    struct json_object *body;
    const struct projection *p;
    struct session_write *w;
    char id[UUID_TEXT + 1];
    struct user_facts facts;
    bool inserted;    /* by the last batch; its row is the answer */
    enum err refused; /* the error after a commit (a link request was stored) */
};

/* How much room the organization has, and who has the identity: no rows if nothing is known of it. */
struct found {
    int64_t users;                         /* live SCIM users of the organization */
    struct db_rows conflicts;              /* user_conflicts, which sees what is behind the locks of the others */
    struct db_rows removed, former_member; /* user_removed_for_update, member_of_removed_for_update */
    struct db_rows member;                 /* member_by_email_for_update */
};

/* The tenant's rules are known only after the first batch, so the batch asks by every possible key of the body. */
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

/* Locks whoever has the identity, and looks again. */
static enum err look_closely(struct session *s, const struct keys *k, struct found *out) {
    struct db_rows rows[4] = {0};
    size_t removed = db_queue(s->db, sql_user_removed_for_update(.external_id = k->external_id, .email_key = k->email));
    size_t former =
        db_queue(s->db, sql_member_of_removed_for_update(.external_id = k->external_id, .email_key = k->email));
    size_t member = db_queue(s->db, sql_member_by_email_for_update(.email_key = k->email));
    size_t conflicts =
        db_queue(s->db, sql_user_conflicts(.user_name_key = k->user_name, .external_id_unique = k->external_id,
                                           .email_key = k->email, .domain = k->domain));
    enum err e = db_run(&s->ctx, s->db, rows);
    *out = (struct found){
        .conflicts = rows[conflicts], .removed = rows[removed], .former_member = rows[former], .member = rows[member]};
    if (e == OK)
        out->users = db_int(out->conflicts, 0, USER_CONFLICTS_USERS) + s->usage.users;
    return e;
}

/* Most users are new, which one statement finds out; only for the others the rest is worth its while. */
static enum err begin_user_create(struct session *s, struct json_object *resource, struct found *out) {
    struct db_rows rows[2] = {0};
    struct keys k;
    keys_of(s, resource, &k);
    size_t entered = session_queue_write(s, SESSION_SHARED, NULL, NULL);
    size_t known = db_queue(
        s->db, sql_user_known(.user_name_key = k.user_name, .external_id = k.external_id, .email_key = k.email));
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[entered]);
    if (e != OK)
        return e;
    if (db_bool(rows[known], 0, USER_KNOWN_KNOWN))
        return look_closely(s, &k, out);
    out->users = db_int(rows[known], 0, USER_KNOWN_USERS) + s->usage.users;
    return OK;
}

static enum err check_conflicts(struct session *s, struct db_rows row) {
    if (db_count(row) == 0)
        return OK;
    if (db_bool(row, 0, USER_CONFLICTS_USER_NAME))
        return fail(&s->ctx, ERR_UNIQUENESS, "a user with this userName exists already");
    if (db_bool(row, 0, USER_CONFLICTS_EXTERNAL_ID) && s->tenant.linking != LINKING_NEVER)
        return fail(&s->ctx, ERR_UNIQUENESS, "a user with this externalId exists already");
    return OK;
}

static enum err check_cap(struct session *s, const struct found *found) {
    int64_t cap = s->tenant.max_users;
    if (cap == NO_CAP || found->users < cap)
        return OK;
    return fail(&s->ctx, ERR_CAP, "the organization's limit of %" PRId64 " users is reached", cap);
}

static void queue_insert(struct session *s, struct creation *c, const char *member_id) {
    const struct user_facts *f = &c->facts;
    c->w->answer_at =
        db_queue(s->db, sql_user_insert(.id = c->id, .member_id = member_id, .active = f->active ? "true" : "false",
                                        .user_name_key = f->user_name_key, .external_id = f->external_id,
                                        .external_id_unique = f->external_id_unique, .email_key = f->email_key,
                                        .display_name = f->display_name, .manager_id = f->manager_id,
                                        .resource = f->stored, .folded = f->folded, .at = session_now(s, 0)));
    c->inserted = true;
    user_save_values(s, c->id, f, NULL);
    s->usage.users++;
}

/* Step 4: nobody has this identity, so a new member is made. */
static enum err provision_member(struct session *s, struct creation *c) {
    char *member_id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    const struct user_facts *f = &c->facts;
    uuid_new(member_id);
    struct member_state none = {.id = member_id};
    struct member_state member = user_member_after(&none, f, true, f->active);
    db_queue(s->db, sql_member_insert(.id = member_id, .email = f->email, .email_key = f->email_key,
                                      .first_name = f->first_name, .last_name = f->last_name,
                                      .display_name = f->display_name, .external_id = f->external_id,
                                      .status = f->active ? "active" : "deactivated", .at = session_now(s, 0)));
    queue_insert(s, c, member_id);
    session_event(s, "scim.user.provisioned", "scim_user", c->id, user_event(s, &member, NULL, f->resource));
    return OK;
}

/* Stores the request for an administrator to decide, although the answer is 409. */
static enum err ask_to_link(struct session *s, struct creation *c, const char *member_id) {
    char *id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    uuid_new(id);
    db_queue(s->db, sql_link_request_add(.id = id, .email_key = c->facts.email_key, .user_name = c->facts.user_name,
                                         .external_id = c->facts.external_id, .member_id = member_id));
    c->refused =
        fail(&s->ctx, ERR_UNIQUENESS,
             "a member has this email, and its domain is not verified: an administrator has to approve the link");
    return OK;
}

static bool may_link(struct session *s, const struct found *found) {
    if (s->tenant.linking != LINKING_VERIFIED_DOMAINS || db_bool(found->conflicts, 0, USER_CONFLICTS_VERIFIED))
        return true;
    const char *decided = db_text(found->conflicts, 0, USER_CONFLICTS_REQUEST);
    return decided && strcmp(decided, "approved") == 0;
}

/* Step 3: a member has this email. */
static enum err link_member(struct session *s, struct creation *c, const struct found *found) {
    struct member_state before = user_member_of(found->member);
    if (db_int(found->conflicts, 0, USER_CONFLICTS_HERE) > 0)
        return fail(&s->ctx, ERR_UNIQUENESS, "another user of this connection has this email");
    if (!may_link(s, found))
        return ask_to_link(s, c, before.id);
    enum err e = check_cap(s, found);
    if (e != OK)
        return e;
    bool active = c->facts.active || db_int(found->conflicts, 0, USER_CONFLICTS_ACTIVE) > 0;
    struct member_state after = user_member_after(&before, &c->facts, false, active);
    queue_insert(s, c, before.id);
    user_member_save(s, &before, &after);
    session_event(s, "scim.user.linked", "scim_user", c->id, user_event(s, &after, NULL, c->facts.resource));
    return OK;
}

/* Step 2: a removed user comes back with its id, its member and its history. */
static enum err revive_user(struct session *s, struct creation *c, const struct found *found) {
    struct member_state before = user_member_of(found->former_member);
    struct json_object *old, *resource;
    if (db_count(found->member) && strcmp(db_text(found->member, 0, MEMBER_ID), before.id) != 0)
        return fail(&s->ctx, ERR_UNIQUENESS, "another member has this email");
    enum err e = check_cap(s, found);
    if (e == OK)
        e = answer_restore(s, db_text(found->removed, 0, STORED_RESOURCE), &old);
    if (e == OK)
        e = resource_from_body(&s->ctx, s->types->user, s->tenant.dialect, c->body, old, &resource); /* like a PUT */
    if (e != OK)
        return e;
    memcpy(c->id, db_text(found->removed, 0, STORED_ID), UUID_TEXT + 1);
    user_default_active(s, resource);
    user_facts(s, c->id, resource, &c->facts);
    bool new_email = c->facts.email_key && strcmp(c->facts.email_key, before.email_key ? before.email_key : "") != 0;
    struct member_state after = user_member_after(&before, &c->facts, new_email, c->facts.active || before.active);
    user_save(s, c->id, &c->facts, false, found->removed, 0);
    db_queue(s->db, sql_left_behind_groups(.user_id = c->id, .at = session_now(s, 0), .request_id = s->request_id,
                                           .client_address = s->client_address));
    user_save_values(s, c->id, &c->facts, NULL);
    s->usage.users++;
    user_member_save(s, &before, &after);
    user_sync_teams(s, c->id);
    /* "revived" distinguishes it from an update that made the user active. */
    const char *event = user_event(s, &after, old, c->facts.resource);
    session_event(s, "scim.user.reactivated", "scim_user", c->id,
                  arena_printf(s->ctx.arena, "{\"revived\":true,%s", event + 1));
    return OK;
}

static enum err decide_new_user(struct session *s, struct creation *c, const struct found *found) {
    enum err e = check_conflicts(s, found->conflicts);
    if (e != OK)
        return e;
    bool identifies = s->tenant.linking != LINKING_NEVER;
    if (identifies && db_count(found->removed) && db_count(found->former_member))
        return revive_user(s, c, found);
    if (identifies && db_count(found->member))
        return link_member(s, c, found);
    e = check_cap(s, found);
    return e == OK ? provision_member(s, c) : e;
}

static enum err finish_user_create(struct session *s, struct creation *c, int64_t users) {
    bool mapped = member_mapping_any(s);
    const char *id = c->id;
    enum err e = mapped ? member_mapping_apply(s, &id, 1) : OK;
    if (e != OK)
        return e;
    session_note_usage(s, "max_users", users, s->tenant.max_users);
    if (mapped || !c->inserted || c->facts.manager_id)
        read_queue_answer(s, &read_users, c->w, c->id, c->p);
    return OK;
}

static enum err create_user_work(struct session *s, void *arg) {
    struct creation *c = arg;
    struct found found = {0};
    struct json_object *resource;
    c->refused = OK;
    c->inserted = false;
    if (c->wanted)
        memcpy(c->id, c->wanted, sizeof c->id);
    else
        uuid_new(c->id);
    enum err e =
        resource_from_body(&s->ctx, s->types->user, (struct dialect){.lenient = true}, c->body, NULL, &resource);
    if (e == OK)
        e = begin_user_create(s, resource, &found);
    if (e == OK && !s->tenant.dialect.lenient)
        e = resource_from_body(&s->ctx, s->types->user, s->tenant.dialect, c->body, NULL, &resource);
    if (e != OK)
        return e;
    user_default_active(s, resource);
    user_facts(s, c->id, resource, &c->facts);
    e = user_facts_check(s, &c->facts, NULL);
    if (e == OK)
        e = decide_new_user(s, c, &found);
    return e == OK && c->refused == OK ? finish_user_create(s, c, found.users) : e;
}

enum err user_create(struct session *s, const char *id, struct json_object *body, const struct projection *p,
                     struct answer *out) {
    struct creation c = {.wanted = id, .body = body, .p = p};
    struct session_write w = {.work = create_user_work, .arg = &c};
    c.w = &w;
    enum err e = session_write(s, &w);
    if (e == OK && c.refused != OK)
        return c.refused;
    if (e == ERR_UNIQUENESS && unique_taken(s))
        return user_taken(s);
    return e == OK ? read_answer(s, &read_users, &w, c.id, p, out) : e;
}
