/* Recomputes members (fields, role, public metadata) by the attribute mapping. */

#include "directory/member_mapping.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "protocol/mapping.h"
#include "sql/scim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 100, OTHERS_MS = 2000 /* of a request, which may change many */ };

static const char admin[] = "org:admin", plain[] = "org:member";

bool member_mapping_any(const struct session *s) {
    return s->types->mapping;
}

bool member_mapping_reads_groups(const struct session *s) {
    return s->types->mapping && mapping_reads_groups(s->types->mapping);
}

enum err member_mapping_in_time(struct session *s) {
    return s->until && clock_monotonic_ms() >= s->until ? fail(&s->ctx, ERR_TOO_MANY, "it takes too long") : OK;
}

static const struct {
    const char *name;
    int column;
} texts[] = {{"first_name", MAPPED_FIRST_NAME},
             {"last_name", MAPPED_LAST_NAME},
             {"display_name", MAPPED_DISPLAY_NAME},
             {"external_id", MAPPED_EXTERNAL_ID}};

/* Takes from a link the values that the links before it did not give. */
static void take_link(struct member_outcome *o, struct json_object *given, struct json_object *metadata) {
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct json_object *v = json_get(given, texts[i].name);
        if (v && !json_get(o->fields, texts[i].name))
            json_object_object_add(o->fields, texts[i].name, json_object_get(v));
    }
    const char *role = json_get_string(given, "organization_role");
    if (role && strcmp(o->role, plain) == 0)
        o->role = role;
    struct json_object *more = json_get(given, "public_metadata");
    if (more) {
        json_object_object_foreach(more, name, value) if (!json_object_object_get_ex(metadata, name, NULL))
            json_object_object_add(metadata, name, json_object_get(value));
    }
}

/* Of the groups of all links the first row counts. */
static void take_group_role(struct arena *a, const struct mapping *m, struct json_object *links,
                            struct member_outcome *o) {
    size_t first = mapping_rows(m);
    struct json_object *group;
    for (size_t i = 0, n = json_object_array_length(links); i < n; i++) {
        struct json_object *groups = json_get(json_object_array_get_idx(links, i), "groups");
        size_t row = mapping_row_of_groups(a, m, groups, &group);
        first = row < first ? row : first;
    }
    if (first < mapping_rows(m))
        o->role = json_object_get_string(mapping_row_role(m, first));
}

/* Takes the values of all links. If the mapping sets no role, or no metadata, these stay. */
static enum err take_links(struct session *s, struct json_object *links, struct member_outcome *o) {
    const struct mapping *m = s->types->mapping ? s->types->mapping : mapping_default();
    struct json_object *metadata = json_new_object(s->ctx.arena);
    o->role = plain;
    for (size_t i = 0, n = json_object_array_length(links); i < n; i++) {
        enum err e = member_mapping_in_time(s);
        if (e != OK)
            return e;
        struct json_object *link = json_object_array_get_idx(links, i), *resource = json_get(link, "resource");
        json_object_object_add(resource, "groups", json_object_get(json_get(link, "groups")));
        take_link(o, mapping_preview(s->ctx.arena, m, resource), metadata);
    }
    take_group_role(s->ctx.arena, m, links, o);
    bool sets_role = mapping_sets(m, MAPPING_ORGANIZATION_ROLE) || s->resets.organization_role;
    bool sets_metadata = mapping_sets(m, MAPPING_PUBLIC_METADATA) || s->resets.public_metadata;
    if (!sets_role)
        o->role = o->role_before;
    json_object_object_add(o->fields, "public_metadata",
                           json_object_get(sets_metadata ? metadata : json_get(o->before, "public_metadata")));
    return OK;
}

enum err member_mapping_outcome(struct session *s, struct db_rows rows, size_t row, struct json_object *links,
                                struct member_outcome *o) {
    struct json_object *metadata;
    const char *text = db_text(rows, row, MAPPED_PUBLIC_METADATA);
    *o = (struct member_outcome){.id = db_text(rows, row, MAPPED_ID),
                                 .role_before = db_text(rows, row, MAPPED_ORGANIZATION_ROLE),
                                 .before = json_new_object(s->ctx.arena),
                                 .fields = json_new_object(s->ctx.arena),
                                 .active = strcmp(db_text(rows, row, MAPPED_STATUS), "active") == 0};
    o->role = o->role_before;
    enum err e = json_parse_own(&s->ctx, text, strlen(text), &metadata);
    if (e != OK || !links)
        return e;
    json_object_object_add(o->before, "public_metadata", json_object_get(metadata));
    e = take_links(s, links, o);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *was = db_text(rows, row, texts[i].column);
        json_set_text(o->before, texts[i].name, was);
        if (!json_get(o->fields, texts[i].name)) /* a name that no link gives stays */
            json_set_text(o->fields, texts[i].name, was);
    }
    o->changed = e == OK && (!json_same(o->before, o->fields) || strcmp(o->role, o->role_before) != 0);
    return e;
}

static enum err read_member(struct session *s, struct db_rows rows, size_t row, struct member_outcome *o) {
    const char *text = db_text(rows, row, MAPPED_LINKS);
    struct json_object *links = NULL;
    enum err e = text ? json_parse_own(&s->ctx, text, strlen(text), &links) : OK;
    return e == OK ? member_mapping_outcome(s, rows, row, links, o) : e;
}

static bool loses_admin(const struct member_outcome *o) {
    return o->active && strcmp(o->role_before, admin) == 0 && strcmp(o->role, admin) != 0;
}

/*
 * An organization's last org:admin is never lost silently: the role is kept if the organization wants that, else there
 * is an event.
 */
static enum err mind_admins(struct session *s, struct member_outcome *all, size_t n) {
    struct db_rows rows[3] = {0};
    const char **losers = arena_array(s->ctx.arena, n + 1, sizeof *losers);
    struct member_outcome *first = NULL;
    size_t lost = 0;
    bool gains = false;
    for (size_t i = 0; i < n; i++) {
        gains = gains || (all[i].active && strcmp(all[i].role, admin) == 0);
        if (!loses_admin(&all[i]))
            continue;
        first = first ? first : &all[i];
        losers[lost++] = all[i].id;
    }
    if (lost == 0 || gains)
        return OK;
    db_queue(s->db, sql_admins_lock());
    size_t left = db_queue(s->db, sql_admins_left(.member_ids = session_uuids(s, losers, lost)));
    size_t protects = db_queue(s->db, sql_organization_protects());
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e != OK || db_int(rows[left], 0, ADMINS_LEFT_LEFT) > 0)
        return e;
    bool keep = db_bool(rows[protects], 0, ORGANIZATION_PROTECTS_PROTECT_LAST_ADMIN);
    session_event(s, keep ? "organization.last_admin_kept" : "organization.last_admin_lost", "member", first->id,
                  arena_printf(s->ctx.arena, "{\"role\":\"%s\",\"mapped\":\"%s\"}", admin, first->role));
    if (keep)
        first->role = first->role_before;
    return OK;
}

static void queue_changes(struct session *s, struct member_outcome *all, size_t n) {
    struct json_object *list = json_new_array(s->ctx.arena);
    bool roles = false;
    for (size_t i = 0; i < n; i++) {
        if (!all[i].changed)
            continue;
        roles = roles || strcmp(all[i].role, all[i].role_before) != 0;
        json_set_text(all[i].fields, "id", all[i].id);
        json_set_text(all[i].fields, "organization_role", all[i].role);
        json_set_text(all[i].fields, "before", all[i].role_before);
        json_object_array_add(list, json_object_get(all[i].fields));
    }
    if (json_object_array_length(list) == 0)
        return;
    const char *first = roles ? db_event_id(s->request_id, &s->events) : NULL;
    db_queue(s->db,
             sql_members_write(.members = json_text(s->ctx.arena, list), .first_id = first, .at = session_now(s, 0),
                               .request_id = s->request_id, .client_address = s->client_address));
}

enum err member_mapping_apply(struct session *s, const char *const *user_ids, size_t n) {
    assert(db_in_transaction(s->db));
    struct db_rows rows[DB_BATCH] = {0};
    const char *ids = session_uuids(s, user_ids, n);
    if (n == 0)
        return OK;
    db_queue(s->db, sql_members_lock(.user_ids = ids));
    size_t at = db_queue(s->db, sql_members_read(.user_ids = ids));
    enum err e = db_run(&s->ctx, s->db, rows);
    size_t members = e == OK ? db_count(rows[at]) : 0;
    struct member_outcome *all = arena_array(s->ctx.arena, members + 1, sizeof *all);
    for (size_t i = 0; e == OK && i < members; i++)
        e = read_member(s, rows[at], i, &all[i]);
    if (e == OK)
        e = mind_admins(s, all, members);
    if (e == OK)
        queue_changes(s, all, members);
    return e;
}

/* Those who are left follow in the background. */
static enum err leave_to_background(struct session *s) {
    fail_clear(&s->ctx);
    log_line(LOG_INFO, "mapping_left_to_background", "organization", s->tenant.organization_id, NULL);
    db_queue(s->db, sql_mapping_again_add());
    return OK;
}

static enum err apply_pages(struct session *s, const char *const *user_ids, size_t n) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i += PAGE) {
        e = member_mapping_in_time(s);
        if (e == OK)
            e = member_mapping_apply(s, user_ids + i, n - i < PAGE ? n - i : PAGE);
    }
    return e;
}

/* The users of groups, and of those below them. */
struct people {
    const char *groups, *after;
    bool more;
};

static enum err apply_next_people(struct session *s, struct people *p) {
    struct db_rows rows[DB_BATCH] = {0};
    size_t at = db_queue(s->db, sql_group_people(.group_ids = p->groups, .after = p->after,
                                                 .limit = arena_printf(s->ctx.arena, "%d", PAGE)));
    enum err e = db_run(&s->ctx, s->db, rows);
    size_t n = e == OK ? db_count(rows[at]) : 0;
    const char **ids = arena_array(s->ctx.arena, n + 1, sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = db_text(rows[at], i, GROUP_PEOPLE_ID);
    p->more = n == PAGE;
    p->after = n ? ids[n - 1] : p->after;
    return e == OK ? apply_pages(s, ids, n) : e;
}

static int64_t begin_others(struct session *s) {
    int64_t now = clock_monotonic_ms(), left = s->leaves_others ? 0 : OTHERS_MS - s->others_ms;
    s->until = now + (left > 0 ? left : 0);
    s->touches_others = true;
    return now;
}

static enum err end_others(struct session *s, int64_t begun, enum err e) {
    s->until = 0;
    s->others_ms += clock_monotonic_ms() - begun;
    return e == ERR_TOO_MANY ? leave_to_background(s) : e;
}

enum err member_mapping_apply_others(struct session *s, const char *const *user_ids, size_t n) {
    int64_t begun = begin_others(s);
    return end_others(s, begun, apply_pages(s, user_ids, n));
}

enum err member_mapping_apply_groups(struct session *s, const char *const *group_ids, size_t n) {
    struct people p = {
        .groups = session_uuids(s, group_ids, n), .after = "00000000-0000-0000-0000-000000000000", .more = true};
    int64_t begun = begin_others(s);
    enum err e = OK;
    while (e == OK && p.more)
        e = apply_next_people(s, &p);
    return end_others(s, begun, e);
}
