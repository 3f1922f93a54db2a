/* Derives data from a group's resource: columns, audit event, the name of its team. */

#include "directory/group_facts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/fold.h"
#include "base/json.h"
#include "directory/answer.h"
#include "directory/unique.h"
#include "protocol/projection.h"
#include "protocol/schema.h"
#include "protocol/value.h"
#include "sql/scim.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static const char *fold_name(struct session *s, const char *text) {
    return fold_identity(s->ctx.arena, text, strlen(text));
}

enum err group_facts(struct session *s, const char *id, struct json_object *resource, struct group_facts *out) {
    json_object_object_del(resource, "members");
    const char *name = json_get_string(resource, "displayName");
    const char *external = json_get_string(resource, "externalId");
    if (fold_blank(name, strlen(name)) || fold_has_control(name, strlen(name)))
        return fail(&s->ctx, ERR_INVALID_VALUE, "displayName must not be blank and must not hold control characters");
    struct json_object *folded = value_folded(s->ctx.arena, s->types->group, resource);
    *out = (struct group_facts){
        .resource = resource,
        .display_name = name,
        .display_name_key = fold_name(s, name),
        .external_id = external ? fold_exact(s->ctx.arena, external, strlen(external)) : NULL,
        .folded = json_text(s->ctx.arena, folded),
        .stored = answer_stored(s, id, resource),
        .unique = unique_values(s, s->types->group, resource),
    };
    if (s->tenant.unique_group_names)
        out->display_name_unique = out->display_name_key;
    return OK;
}

enum err group_check_members_cap(struct session *s, int64_t before, int64_t growth) {
    assert(before >= 0);
    int64_t cap = s->tenant.max_group_members;
    if (cap == NO_CAP || growth <= 0 || before + growth <= cap)
        return OK;
    return fail(&s->ctx, ERR_CAP, "the organization's limit of %" PRId64 " members in a group would be exceeded", cap);
}

static void add_state(struct session *s, struct buf *b, const char *key, const struct group_facts *f) {
    if (!f)
        return;
    buf_fmt(b, ",\"%s\":{\"displayName\":", key);
    buf_json_str(b, f->display_name);
    struct json_object *shown = f->resource;
    if (s->types->group->hides) {
        shown = json_copy(s->ctx.arena, shown);
        projection_conceal(s->types->group, shown);
    }
    json_object_object_foreach(shown, name, value) {
        if (strcmp(name, "externalId") != 0 && strncmp(name, "urn:", 4) != 0)
            continue;
        buf_char(b, ',');
        buf_json_str(b, name);
        buf_char(b, ':');
        buf_str(b, json_text(s->ctx.arena, value));
    }
    buf_char(b, '}');
}

const char *group_event(struct session *s, const struct group_facts *before, const struct group_facts *after,
                        const struct id_list *skipped) {
    assert(before || after);
    struct buf *b = buf_new(s->ctx.arena, ANSWER_MAX);
    buf_str(b, "{\"display_name\":");
    buf_json_str(b, (after ? after : before)->display_name);
    add_state(s, b, "before", before);
    add_state(s, b, "after", after);
    if (skipped && skipped->n) {
        buf_str(b, ",\"skipped_members\":[");
        for (size_t i = 0; i < skipped->n; i++) {
            if (i)
                buf_char(b, ',');
            buf_json_str(b, skipped->ids[i]);
        }
        buf_char(b, ']');
    }
    buf_char(b, '}');
    return buf_text(b);
}

size_t group_team_queue(struct session *s, const char *name) {
    return db_queue(s->db, sql_team_names_like(.name_key = fold_name(s, name),
                                               .prefix = fold_name(s, arena_printf(s->ctx.arena, "%s (scim", name))));
}

static bool is_team_name_taken(struct session *s, const char *name, struct db_rows taken) {
    const char *key = fold_name(s, name);
    for (size_t i = 0, n = db_count(taken); i < n; i++)
        if (strcmp(db_text(taken, i, TEAM_NAMES_LIKE_NAME_KEY), key) == 0)
            return true;
    return false;
}

const char *group_team_name(struct session *s, const char *name, struct db_rows taken) {
    const char *candidate = name;
    for (unsigned n = 1; is_team_name_taken(s, candidate, taken); n++)
        candidate = n == 1 ? arena_printf(s->ctx.arena, "%s (SCIM)", name)
                           : arena_printf(s->ctx.arena, "%s (SCIM %u)", name, n);
    return candidate;
}
