#include "directory/read.h"
#include "directory/user.h"
#include "directory/user_facts.h"

#include "base/json.h"
#include "base/uuid.h"
#include "directory/member_mapping.h"

#include <string.h>

/* A PUT or PATCH of one user on its way; `patch` NULL: a PUT. */
struct change {
    const char *id;
    struct json_object *body;
    struct precondition when;
    const struct projection *p;
    struct session_write *w;
    /* of this attempt */
    struct db_rows rows[6];
    struct json_object *old; /* normal form */
    struct user_facts before, after;
    bool is_patch;
    struct parts parts;
};

enum { ROW_AUTH, ROW_USER, ROW_MEMBER, ROW_LINKS, ROWS };

static enum err first_batch(struct session *s, struct change *c) {
    const char *user[] = {c->id, s->base_url};
    const char *links[] = {NULL, c->id};
    session_queue_write(s, SESSION_SHARED, NULL, NULL);
    db_add(s->db, SQL_USER_FOR_UPDATE, user);
    db_add(s->db, SQL_MEMBER_FOR_UPDATE, user);
    db_add(s->db, SQL_MEMBER_LINKS, links);
    enum err e = db_run(&s->ctx, s->db, c->rows);
    if (e == OK)
        e = session_accept(s, c->rows[ROW_AUTH]);
    if (e == OK && db_count(c->rows[ROW_USER]) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    return e;
}

/* What an absent value means depends on the request and the dialect. */
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

static enum err new_resource(struct session *s, struct change *c, struct json_object **out) {
    bool differs;
    struct patch *patch;
    if (!c->is_patch) {
        enum err e = resource_from_body(&s->ctx, s->types->user, s->tenant.dialect, c->body, c->old, out);
        if (e == OK)
            settle_active(s, c, *out);
        return e;
    }
    enum err e = patch_parse(&s->ctx, s->types->user, s->tenant.dialect, c->body, &patch);
    if (e == OK)
        e = patch_apply(&s->ctx, patch, c->old, &c->parts, out, &differs);
    if (e == OK)
        settle_active(s, c, *out);
    return e;
}

static bool same(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/*
 * Identity is immutable: neither the userName nor the canonical email of an existing user changes, case
 * aside. Free are a first explicit email, and everything when an inactive user becomes active, which is how an address
 * changes.
 */
static enum err check_identity(struct session *s, const struct change *c) {
    const struct user_facts *a = &c->before, *b = &c->after;
    if (s->tenant.identity_mutable || (!a->active && b->active))
        return OK;
    if (strcmp(a->user_name_key, b->user_name_key) != 0)
        return fail(&s->ctx, ERR_MUTABILITY, "userName is immutable via SCIM");
    bool first_email = !a->email || (a->email_from_user_name && !b->email_from_user_name);
    if (!first_email && !same(a->email_folded, b->email_folded))
        return fail(&s->ctx, ERR_MUTABILITY, "email is immutable via SCIM");
    return OK;
}

static const char *action_of(const struct change *c) {
    if (c->before.active == c->after.active)
        return "scim.user.updated";
    return c->after.active ? "scim.user.reactivated" : "scim.user.deactivated";
}

static void queue_change(struct session *s, struct change *c) {
    struct member_state before = user_member_of(c->rows[ROW_MEMBER]);
    bool new_email = c->after.email && !same(c->before.email_folded, c->after.email_folded);
    bool active = before.active;
    if (c->before.active != c->after.active)
        active = c->after.active || db_int(c->rows[ROW_LINKS], 0, "active") > 0;
    struct member_state after = user_member_after(&before, &c->after, new_email, active);
    user_save(s, c->id, &c->after, c->rows[ROW_USER], 0);
    user_save_values(s, c->id, &c->after, &c->before);
    user_member_save(s, &before, &after);
    if (c->before.active != c->after.active)
        user_sync_teams(s, c->id);
    session_event(s, action_of(c), "scim_user", c->id,
                  parts_told(s->ctx.arena, &c->parts, user_event(s, &after, c->old, c->after.resource)));
}

/* Nothing has changed; what was left out is told all the same. */
static void queue_left_out(struct session *s, const struct change *c) {
    struct member_state member = user_member_of(c->rows[ROW_MEMBER]);
    session_event(s, "scim.user.updated", "scim_user", c->id,
                  parts_told(s->ctx.arena, &c->parts, user_event(s, &member, c->old, c->old)));
}

static enum err work(struct session *s, void *arg) {
    struct change *c = arg;
    struct json_object *resource;
    memset(c->rows, 0, sizeof c->rows);
    enum err e = first_batch(s, c);
    if (e == OK)
        e = answer_precondition(s, c->when, db_int(c->rows[ROW_USER], 0, "version"));
    if (e == OK)
        e = answer_restore(s, db_text(c->rows[ROW_USER], 0, "resource"), &c->old);
    if (e != OK)
        return e;
    user_facts(s, c->id, c->old, &c->before);
    c->before.active = db_bool(c->rows[ROW_USER], 0, "active"); /* a mapping may have been another one then */
    e = new_resource(s, c, &resource);
    if (e != OK)
        return e;
    user_facts(s, c->id, resource, &c->after);
    e = check_identity(s, c);
    if (e == OK)
        e = user_facts_check(s, &c->after, &c->before);
    if (e != OK)
        return e;
    c->w->final_duplicate = true;
    bool changed = !json_same(c->old, c->after.resource);
    if (changed)
        queue_change(s, c);
    else if (c->parts.left_out)
        queue_left_out(s, c);
    if (changed && member_mapping_any(s))
        e = member_mapping_apply(s, &c->id, 1);
    if (e != OK)
        return e;
    read_queue_answer(s, &read_users, c->w, c->id, c->p);
    return OK;
}

static enum err change_user(struct session *s, struct change *c, struct answer *out) {
    struct session_write w = {.work = work, .arg = c};
    if (!uuid_valid(c->id, strlen(c->id)))
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    c->w = &w;
    enum err e = session_write(s, &w);
    if (e == ERR_UNIQUENESS)
        return user_taken(s);
    return e == OK ? read_answer(s, &read_users, &w, c->id, c->p, out) : e;
}

/* The same resource, read with another mapping. */
static enum err remap_work(struct session *s, void *arg) {
    struct change *c = arg;
    memset(c->rows, 0, sizeof c->rows);
    enum err e = first_batch(s, c);
    if (e == OK)
        e = answer_restore(s, db_text(c->rows[ROW_USER], 0, "resource"), &c->old);
    if (e != OK)
        return e;
    user_facts(s, c->id, c->old, &c->after);
    c->before = c->after;
    c->before.active = db_bool(c->rows[ROW_USER], 0, "active");
    c->before.email_folded = db_text(c->rows[ROW_USER], 0, "email_key");
    c->w->final_duplicate = true;
    queue_change(s, c);
    return OK;
}

enum err user_remap(struct session *s, const char *id) {
    struct change c = {.id = id};
    struct session_write w = {.work = remap_work, .arg = &c};
    c.w = &w;
    return session_write(s, &w);
}

enum err user_replace(struct session *s, const char *id, struct json_object *body, struct precondition when,
                      const struct projection *p, struct answer *out) {
    struct change c = {.id = id, .body = body, .when = when, .p = p};
    return change_user(s, &c, out);
}

enum err user_patch(struct session *s, const char *id, struct json_object *body, struct precondition when,
                    const struct projection *p, struct answer *out) {
    struct change c = {.id = id, .body = body, .when = when, .p = p, .is_patch = true};
    return change_user(s, &c, out);
}
