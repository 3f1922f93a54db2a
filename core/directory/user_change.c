/* PUT and PATCH of a user. */

#include "directory/read.h"
#include "directory/user.h"
#include "directory/user_facts.h"
#include "directory/user_leave.h"

#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/member_mapping.h"
#include "protocol/bulk.h"
#include "sql/scim.h"

#include <string.h>

/* The state of a PUT or PATCH of one user; `patch` NULL: a PUT. */
struct change {
    const char *id;
    struct json_object *body, *unresolved; /* as of struct change_request */
    const struct parts *lost;              /* failed before; NULL: none */
    struct precondition when;
    const struct projection *p;
    struct session_write *w;
    struct leaving leaving; /* what earlier attempts met */
    bool locks_links; /* lock all links of the member, because the body looks like it, or an earlier attempt needed them
                       */
    bool again;       /* this attempt needed them */
    /* of this attempt */
    struct db_rows user, member, links; /* of user_for_update, member_for_update and member_links */
    struct json_object *old;            /* normal form */
    struct user_facts before, after;
    bool is_patch;
    bool damaged; /* `old` is only what the columns know */
    bool leaves;  /* the user is inactive after the change */
    struct parts parts;
};

static struct dialect dialect_of(const struct session *s, const struct change *c) {
    struct dialect dialect = s->tenant.connection_id ? s->tenant.dialect : (struct dialect){.lenient = true};
    dialect.unresolved = c->unresolved;
    return dialect;
}

/* The id is unknown; but a malformed body is reported first, as for groups. */
static enum err unknown_user(struct session *s, const struct change *c) {
    struct json_object *resource;
    struct patch *patch;
    if (c->lost && c->lost->err != OK)
        return parts_refuse(&s->ctx, c->lost);
    struct dialect dialect = dialect_of(s, c);
    enum err e;
    if (c->is_patch) {
        e = patch_parse(&s->ctx, s->types->user, dialect, c->body, &patch);
        if (e == OK)
            e = patch_faulty(&s->ctx, patch);
    } else
        e = resource_from_body(&s->ctx, s->types->user, dialect, c->body, NULL, &resource);
    return e == OK ? fail(&s->ctx, ERR_NOT_FOUND, NULL) : e;
}

static enum err begin_user_change(struct session *s, struct change *c) {
    struct db_rows rows[5] = {0};
    size_t entered = session_queue_write(s, SESSION_SHARED, NULL, NULL);
    if (c->locks_links)
        db_queue(s->db, sql_user_links_lock(.id = c->id));
    size_t user = db_queue(s->db, sql_user_for_update(.id = c->id));
    size_t member = db_queue(s->db, sql_member_for_update(.user_id = c->id));
    size_t links = db_queue(s->db, sql_member_links(.user_id = c->id));
    enum err e = db_run(&s->ctx, s->db, rows);
    c->user = rows[user];
    c->member = rows[member];
    c->links = rows[links];
    if (e == OK)
        e = session_accept(s, rows[entered]);
    if (e == OK && db_count(c->user) == 0)
        return c->body ? unknown_user(s, c) : fail(&s->ctx, ERR_NOT_FOUND, NULL);
    return e;
}

/* The meaning of an absent `active` depends on the request and the dialect. */
static void settle_active(struct session *s, struct change *c, struct json_object *resource) {
    struct json_object *old = json_get(c->old, "active");
    bool was_active = c->before.active;
    if (json_get(resource, "active"))
        return;
    if (!c->is_patch && old)
        json_object_object_add(resource, "active", json_object_get(old));
    else if (c->is_patch && s->tenant.dialect.lenient && !was_active)
        json_object_object_add(resource, "active", json_object_new_boolean(0));
}

/* A reference outside of all parts. */
static void check_rest(struct session *s, struct change *c) {
    enum err e = bulk_check_resolved(&s->ctx, c->unresolved, "", c->body);
    if (e != OK)
        parts_failed(&s->ctx, &c->parts, "data", e);
}

/* The new resource, without the parts that could not be applied, which are recorded in the change's parts. */
static enum err new_user_resource(struct session *s, struct change *c, struct json_object **out) {
    struct dialect dialect = dialect_of(s, c);
    bool differs;
    struct patch *patch;
    enum err e;
    c->parts.go_on = true;
    if (c->is_patch) {
        e = patch_parse(&s->ctx, s->types->user, dialect, c->body, &patch);
        if (e == OK)
            e = patch_apply(&s->ctx, patch, c->old, &c->parts, out, &differs);
    } else
        e = resource_from_parts(&s->ctx, (struct resource_rules){s->types->user, dialect}, c->body, c->old, &c->parts,
                                out);
    if (e == OK && c->parts.err == OK)
        check_rest(s, c);
    if (e == OK)
        parts_failed_before(&s->ctx, &c->parts, c->lost ? c->lost->left_out : NULL);
    if (e == OK)
        settle_active(s, c, *out);
    return e;
}

static bool is_same_key(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/*
 * Identity is immutable: userName and canonical email of an active user cannot change, except in case. Allowed are a
 * first explicit email, a name that a tombstone hid, and every change when an inactive user becomes active, which is
 * the way to change an address. While a user is inactive both are only data.
 */
static enum err check_identity(struct session *s, const struct change *c) {
    const struct user_facts *a = &c->before, *b = &c->after;
    if (s->tenant.identity_mutable || !a->active)
        return OK;
    if (strcmp(a->user_name_key, b->user_name_key) != 0 && !is_same_key(a->former, b->user_name_key))
        return fail(&s->ctx, ERR_MUTABILITY, "userName is immutable via SCIM");
    bool first_email = !a->email || (a->email_from_user_name && !b->email_from_user_name);
    if (!first_email && !is_same_key(a->email_folded, b->email_folded))
        return fail(&s->ctx, ERR_MUTABILITY, "email is immutable via SCIM");
    return OK;
}

/* Derives the facts after the change and checks them; a leaver is never refused. */
static enum err derive_after(struct session *s, struct change *c, struct json_object *resource) {
    c->leaves = !user_active(s, resource);
    if (c->damaged && !c->leaves)
        return fail(&s->ctx, ERR_INTERNAL, NULL);
    enum err e =
        c->leaves ? user_leave(s, c->id, &c->leaving, c->old, resource, &c->parts) : parts_refuse(&s->ctx, &c->parts);
    if (e != OK)
        return e;
    user_facts(s, c->id, resource, &c->after);
    const struct user_facts *was = &c->before;
    if (c->leaves && user_tombstone(s, c->after.user_name, was->user_name_key) &&
        !is_same_key(was->user_name_key, c->after.user_name_key))
        user_facts_tombstone(s, &c->after, was->former ? was->former : was->user_name_key);
    else
        user_facts_tombstone(s, &c->after, was->former);
    if (!c->leaves)
        e = check_identity(s, c);
    return e == OK && !c->leaves ? user_facts_check(s, &c->after, &c->before) : e;
}

static const char *action_of(const struct change *c) {
    if (c->before.active == c->after.active)
        return "scim.user.updated";
    return c->after.active ? "scim.user.reactivated" : "scim.user.deactivated";
}

/*
 * Whether the member's email follows. It never follows an inactive user, whose row keeps the email that identified it.
 * If emails do not identify (linking never), the member belongs to the user alone.
 */
static bool takes_email(struct session *s, const struct change *c, const struct member_state *member) {
    if (c->leaves || !c->after.email)
        return false;
    if (c->before.active)
        return !is_same_key(c->before.email_folded, c->after.email_folded);
    if (c->after.email_key)
        return !is_same_key(db_text(c->user, 0, USER_FOR_UPDATE_EMAIL_KEY), c->after.email_key);
    return !member->email ||
           strcmp(fold_identity(s->ctx.arena, member->email, strlen(member->email)), c->after.email_folded) != 0;
}

/* A tombstone frees the address for somebody new, if the member has no other live link. */
static bool is_email_released(const struct change *c) {
    return c->leaves && c->after.former && db_int(c->links, 0, MEMBER_LINKS_ACTIVE) == 0;
}

static void queue_user_change(struct session *s, struct change *c) {
    struct member_state before = user_member_of(c->member);
    bool active = before.active;
    if (c->before.active != c->after.active)
        active = c->after.active || db_int(c->links, 0, MEMBER_LINKS_ACTIVE) > 0;
    struct member_state after = user_member_after(&before, &c->after, takes_email(s, c, &before), active);
    user_save(s, c->id, &c->after, c->leaves, c->user, 0);
    user_save_values(s, c->id, &c->after, &c->before);
    if (is_email_released(c)) {
        after.email_key = NULL;
        db_queue(s->db, sql_member_release(.member_id = after.id));
    }
    user_member_save(s, &before, &after);
    if (c->before.active != c->after.active)
        user_sync_teams(s, c->id);
    session_event(s, action_of(c), "scim_user", c->id,
                  parts_told(s->ctx.arena, &c->parts, user_event(s, &after, c->old, c->after.resource)));
}

/* Nothing changed, but the omitted parts are still reported. */
static void queue_left_out(struct session *s, const struct change *c) {
    struct member_state member = user_member_of(c->member);
    session_event(s, "scim.user.updated", "scim_user", c->id,
                  parts_told(s->ctx.arena, &c->parts, user_event(s, &member, c->old, c->old)));
}

/* The user as it was. */
static void find_old(struct session *s, struct change *c) {
    c->old = user_restore(s, c->user, &c->damaged);
    user_facts(s, c->id, c->old, &c->before);
    user_facts_tombstone(s, &c->before, db_text(c->user, 0, USER_FOR_UPDATE_FORMER_USER_NAME_KEY));
    c->before.active = db_bool(c->user, 0, USER_FOR_UPDATE_ACTIVE); /* another mapping may have been in use then */
}

/*
 * Freeing the address writes to all links of the member, so they must be locked before the member. This is known only
 * now, and rare. Other changes must not wait for links of other connections.
 */
static enum err need_links(struct session *s, struct change *c) {
    if (c->locks_links || !is_email_released(c))
        return OK;
    c->locks_links = c->again = true;
    return fail(&s->ctx, ERR_UNAVAILABLE, NULL);
}

static enum err change_user_work(struct session *s, void *arg) {
    struct change *c = arg;
    struct json_object *resource;
    c->leaves = false;
    enum err e = begin_user_change(s, c);
    if (e == OK)
        e = answer_precondition(s, c->when, db_int(c->user, 0, STORED_VERSION));
    if (e != OK)
        return e;
    find_old(s, c);
    e = new_user_resource(s, c, &resource);
    if (e == OK)
        e = derive_after(s, c, resource);
    if (e == OK)
        e = need_links(s, c);
    if (e != OK)
        return e;
    c->w->final_duplicate = true;
    bool changed = c->damaged || !json_same(c->old, c->after.resource);
    if (changed)
        queue_user_change(s, c);
    else if (c->parts.left_out)
        queue_left_out(s, c);
    if (changed && member_mapping_any(s))
        e = c->leaves ? member_mapping_apply_others(s, &c->id, 1) : member_mapping_apply(s, &c->id, 1);
    if (e != OK)
        return e;
    read_queue_answer(s, &read_users, c->w, c->id, c->p);
    return OK;
}

/* Whether a text in the body looks like a tombstone, so that the links are locked at the first attempt. */
static bool looks_like_tombstone(struct json_object *v) {
    if (json_object_is_type(v, json_type_string))
        return user_begins_as_tombstone(json_object_get_string(v));
    for (size_t i = 0, n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; i < n; i++)
        if (looks_like_tombstone(json_object_array_get_idx(v, i)))
            return true;
    if (!json_object_is_type(v, json_type_object))
        return false;
    json_object_object_foreach(v, name, part) {
        (void)name;
        if (looks_like_tombstone(part))
            return true;
    }
    return false;
}

/* Whether the change is tried once more: with all links locked, or without values that others have. */
static bool tries_again(struct session *s, struct change *c, enum err e) {
    if (!c->again)
        return e == ERR_UNIQUENESS && c->leaves && user_leave_yields(s, &c->leaving);
    c->again = false;
    return true;
}

/* Unique indexes detect values in a leaver's request that others have; these are then left out. */
static enum err change_user(struct session *s, struct change *c, struct answer *out) {
    struct session_write w = {.work = change_user_work, .arg = c};
    if (!uuid_valid(c->id, strlen(c->id)))
        return unknown_user(s, c);
    c->w = &w;
    c->locks_links = looks_like_tombstone(c->body);
    enum err e = session_write(s, &w);
    while (e != OK && tries_again(s, c, e)) {
        fail_clear(&s->ctx);
        e = session_write(s, &w);
    }
    if (e == ERR_UNIQUENESS)
        return user_taken(s);
    return e == OK ? read_answer(s, &read_users, &w, c->id, c->p, out) : e;
}

/* The same resource, read with another mapping. */
static enum err remap_work(struct session *s, void *arg) {
    struct change *c = arg;
    enum err e = begin_user_change(s, c);
    if (e != OK)
        return e;
    find_old(s, c);
    if (c->damaged)
        return fail(&s->ctx, ERR_INTERNAL, NULL);
    c->after = c->before;
    c->after.active = user_active(s, c->old);
    c->leaves = !c->after.active;
    c->before.email_folded = db_text(c->user, 0, USER_FOR_UPDATE_EMAIL_KEY);
    c->w->final_duplicate = true;
    queue_user_change(s, c);
    return OK;
}

enum err user_remap(struct session *s, const char *id) {
    struct change c = {.id = id};
    struct session_write w = {.work = remap_work, .arg = &c};
    c.w = &w;
    return session_write(s, &w);
}

static struct change user_change_of(const struct change_request *r) {
    return (struct change){
        .id = r->id, .body = r->body, .unresolved = r->unresolved, .lost = r->lost, .when = r->when, .p = r->p};
}

enum err user_replace(struct session *s, const struct change_request *r, struct answer *out) {
    struct change c = user_change_of(r);
    return change_user(s, &c, out);
}

enum err user_patch(struct session *s, const struct change_request *r, struct answer *out) {
    struct change c = user_change_of(r);
    c.is_patch = true;
    return change_user(s, &c, out);
}
