/* PUT and PATCH of a group. */

#include "directory/group.h"
#include "directory/group_facts.h"
#include "directory/group_members.h"
#include "directory/member_mapping.h"
#include "directory/read.h"
#include "directory/unique.h"
#include "protocol/patch.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "sql/scim.h"

#include <inttypes.h>
#include <string.h>

/* The state of a PUT or PATCH of one group; a PATCH has `is_patch`. */
struct change {
    const char *id;
    struct json_object *body;
    struct precondition when;
    const struct projection *p;
    struct session_write *w;
    bool is_patch;
    bool body_asked;
    /* of this attempt */
    bool with_body;
    bool all; /* the request can touch every member */
    int64_t version;
    struct parts parts;
};

/* The results of the first batch. */
struct found {
    struct db_rows group; /* of group_for_update */
    struct group_targets targets;
};

/* The members that the request can touch; read as lenient, because the dialect is known only after the first batch. */
static enum err named_members(struct session *s, const struct change *c, struct id_list *named, bool *all) {
    struct dialect any = {.lenient = true};
    if (!c->is_patch) {
        struct json_object *resource;
        enum err e = resource_from_body(&s->ctx, s->types->group, any, c->body, NULL, &resource);
        if (e == OK)
            group_members_ids(s, json_get(resource, "members"), named);
        *all = true;
        return e;
    }
    struct patch *patch;
    struct patch_members touched;
    enum err e = patch_parse(&s->ctx, s->types->group, any, c->body, &patch);
    if (e == OK)
        e = patch_faulty(&s->ctx, patch);
    if (e != OK)
        return e;
    patch_members(s->ctx.arena, patch, &touched);
    *all = touched.all;
    struct json_object *list = json_new_array(s->ctx.arena);
    for (size_t i = 0; i < touched.n; i++) {
        struct json_object *member = json_object_new_object();
        json_object_object_add(member, "value", json_object_new_string(touched.ids[i]));
        json_object_array_add(list, member);
    }
    group_members_ids(s, list, named);
    return OK;
}

static enum err begin_group_change(struct session *s, struct change *c, struct found *out) {
    struct db_rows rows[5] = {0};
    struct id_list named = {0};
    enum err e = named_members(s, c, &named, &c->all);
    if (e != OK)
        return e;
    const char *ids = session_uuids(s, named.ids, named.n);
    size_t entered = session_queue_write(s, SESSION_MEMBERS, ids, c->all ? c->id : NULL);
    size_t group = db_queue(s->db, sql_group_for_update(.id = c->id));
    struct group_targets_at at = group_members_queue_targets(s, c->id, &named, c->all);
    e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[entered]);
    if (e == OK && db_count(rows[group]) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    out->group = rows[group];
    out->targets = group_targets_of(rows, at, c->all);
    return e == OK ? answer_precondition(s, c->when, db_int(out->group, 0, STORED_VERSION)) : e;
}

/* The present group, with the members that the request can touch. */
static enum err old_resource(struct session *s, const struct group_targets *t, struct db_rows group,
                             struct json_object **out) {
    enum err e = answer_restore(s, db_text(group, 0, STORED_RESOURCE), out);
    if (e != OK)
        return e;
    struct json_object *members = group_members_present(s, t);
    if (json_object_array_length(members))
        json_object_object_add(*out, "members", json_object_get(members));
    return OK;
}

static enum err new_group_resource(struct session *s, struct change *c, struct json_object *old,
                                   struct json_object **out) {
    struct patch *patch;
    bool differs;
    if (!c->is_patch)
        return resource_from_body(&s->ctx, s->types->group, s->tenant.dialect, c->body, old, out);
    enum err e = patch_parse(&s->ctx, s->types->group, s->tenant.dialect, c->body, &patch);
    return e == OK ? patch_apply(&s->ctx, patch, old, &c->parts, out, &differs) : e;
}

static void queue_row(struct session *s, struct change *c, const struct group_facts *f, bool attributes,
                      const char *now, int64_t members) {
    const char *version = arena_printf(s->ctx.arena, "%" PRId64, ++c->version);
    const char *count = arena_printf(s->ctx.arena, "%" PRId64, members);
    if (attributes)
        db_queue(s->db,
                 sql_group_update(.id = c->id, .display_name = f->display_name, .display_name_key = f->display_name_key,
                                  .display_name_unique = f->display_name_unique, .external_id = f->external_id,
                                  .resource = f->stored, .folded = f->folded, .at = now, .version = version,
                                  .member_count = count));
    else
        db_queue(s->db, sql_group_touch(.id = c->id, .at = now, .version = version, .member_count = count));
}

/* A group before and after a change, in normal form, and its row. */
struct group_states {
    struct db_rows row;
    struct json_object *old, *new;
};

static enum err queue_group_change(struct session *s, struct change *c, const struct group_states *is,
                                   const struct group_members_change *members, const struct id_list *skipped) {
    struct group_facts before, after;
    int64_t count = db_int(is->row, 0, GROUP_FOR_UPDATE_MEMBER_COUNT);
    enum err e = group_check_members_cap(s, count, group_members_growth(members));
    db_grown(s->db, DB_MEMBERS, count);
    if (e == OK)
        e = group_facts(s, c->id, is->old, &before);
    if (e == OK)
        e = group_facts(s, c->id, is->new, &after);
    if (e != OK)
        return e;
    bool attributes = !json_same(before.resource, after.resource);
    const char *now = session_now(s, db_int(is->row, 0, STORED_MODIFIED_US));
    if (attributes || group_members_any(members))
        queue_row(s, c, &after, attributes, now, count + group_members_growth(members));
    unique_queue(s, c->id, before.unique, after.unique);
    if (attributes || skipped->n || c->parts.left_out)
        session_event(s, "scim.group.updated", "scim_group", c->id,
                      parts_told(s->ctx.arena, &c->parts, group_event(s, &before, &after, skipped)));
    if (group_members_any(members))
        group_members_queue(s, c->id, members);
    if (!member_mapping_reads_groups(s))
        return OK;
    e = group_members_map(s, members);
    bool renamed = strcmp(before.display_name, after.display_name) != 0;
    return e == OK && renamed ? member_mapping_apply_groups(s, &c->id, 1) : e;
}

/* Clients that patch a group want to see it, but not those with many members (Entra prefers 204 there). */
static bool wants_body(const struct session *s, const struct change *c, int64_t members) {
    enum { SHOWN = 100 };
    return !c->is_patch || c->body_asked || !s->tenant.dialect.lenient || members <= SHOWN ||
           !projection_wants(c->p, read_groups.computed);
}

/* Takes `members` out of a resource. */
static struct json_object *members_of(struct session *s, struct json_object *resource) {
    return json_keep(s->ctx.arena, json_get(resource, "members"));
}

static enum err change_group_work(struct session *s, void *arg) {
    struct change *c = arg;
    struct found found = {0};
    struct group_members_change members = {0};
    struct id_list skipped = {0};
    enum err e = begin_group_change(s, c, &found);
    if (e != OK)
        return e;
    struct group_states is = {.row = found.group};
    c->version = db_int(found.group, 0, STORED_VERSION);
    e = old_resource(s, &found.targets, found.group, &is.old);
    if (e == OK)
        e = new_group_resource(s, c, is.old, &is.new);
    if (e == OK)
        e = group_members_diff(s, c->id, members_of(s, is.new), &found.targets, &members, &skipped);
    if (e == OK)
        e = queue_group_change(s, c, &is, &members, &skipped);
    if (e != OK)
        return e;
    c->w->final_duplicate = true;
    c->with_body =
        wants_body(s, c, db_int(found.group, 0, GROUP_FOR_UPDATE_MEMBER_COUNT) + group_members_growth(&members));
    if (c->with_body)
        read_queue_answer(s, &read_groups, c->w, c->id, c->p);
    return OK;
}

static enum err change_group(struct session *s, struct change *c, struct answer *out) {
    struct session_write w = {.work = change_group_work, .arg = c};
    struct id_list named = {0};
    enum err e = OK;
    if (!uuid_valid(c->id, strlen(c->id))) { /* faults of the body are reported first */
        e = named_members(s, c, &named, &c->all);
        return e == OK ? fail(&s->ctx, ERR_NOT_FOUND, NULL) : e;
    }
    c->w = &w;
    e = session_write(s, &w);
    if (e == ERR_UNIQUENESS)
        return unique_taken(s) ? unique_refused(s, s->types->group)
                               : fail(&s->ctx, e, "another group has this displayName");
    if (e != OK || c->with_body)
        return e == OK ? read_answer(s, &read_groups, &w, c->id, c->p, out) : e;
    *out = (struct answer){.id = c->id, .version = c->version};
    return OK;
}

enum err group_replace(struct session *s, const struct change_request *r, struct answer *out) {
    struct change c = {.id = r->id, .body = r->body, .when = r->when, .p = r->p};
    return change_group(s, &c, out);
}

enum err group_patch(struct session *s, const struct change_request *r, struct answer *out) {
    struct change c = {
        .id = r->id, .body = r->body, .when = r->when, .p = r->p, .is_patch = true, .body_asked = r->body_asked};
    return change_group(s, &c, out);
}
