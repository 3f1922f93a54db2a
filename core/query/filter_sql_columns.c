/* Attributes with a column, a computed value or a view of their own. */

#include "query/filter_sql_internal.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"

#include <string.h>

#define SQL(c, ...) arena_printf((c)->ctx->arena, __VA_ARGS__)

/* The live user that manager.value names. */
#define MANAGER_OF_ROW "from muster.scim_user b where " TENANT(b) " and b.removed_at is null and b.id = r.manager_id"

/*
 * A filter may give a time more exactly than PostgreSQL's microseconds. Such a time lies between two possible times of
 * rows: nothing is equal to it, and for before and after it is cut to the microsecond.
 */
static const char *between_microseconds(struct compiler *c, const struct filter *f, const char *column) {
    enum { MICROSECOND = 26 }; /* length of 2026-03-01T12:00:00.123456 */
    const char *key = json_object_get_string(f->key);
    if (strlen(key) <= MICROSECOND)
        return NULL;
    if (f->kind == FILTER_EQ || f->kind == FILTER_NE)
        return f->kind == FILTER_EQ ? "false" : "true";
    bool after = f->kind == FILTER_GT || f->kind == FILTER_GE;
    return SQL(c, "(%s %s left(%s, %d)::timestamp at time zone 'UTC')", column,
               after ? ">" : "<=", filter_sql_text(c, key), MICROSECOND);
}

const char *filter_sql_time(struct compiler *c, const struct filter *f, struct operand x) {
    return f->key && strncmp(x.cast, "timestamp", 9) == 0 ? between_microseconds(c, f, x.sql) : NULL;
}

const char *filter_sql_id(struct compiler *c, const struct filter *f) {
    bool equality = (f->kind == FILTER_EQ || f->kind == FILTER_NE) && f->key;
    if (f->ref.extension || strcmp(f->ref.attr->name, "id") != 0 || !equality)
        return NULL;
    const char *id = json_object_get_string(f->key);
    if (!uuid_valid(id, strlen(id)))
        return f->kind == FILTER_EQ ? "false" : "true";
    return SQL(c, "(r.id %s %s::uuid)", f->kind == FILTER_EQ ? "=" : "<>", filter_sql_param(c, id));
}

static struct operand resource_type(struct compiler *c) {
    return (struct operand){filter_sql_text(c, c->rt->name), "text"};
}

static struct operand location_sql(struct compiler *c) {
    const char *prefix = arena_printf(c->ctx->arena, "%s%s/", c->base_url, c->rt->endpoint);
    return (struct operand){SQL(c, "(%s || r.id::text)", filter_sql_text(c, prefix)), "text"};
}

static struct operand manager_ref(struct compiler *c) {
    const char *prefix = arena_printf(c->ctx->arena, "%s/Users/", c->base_url);
    return (struct operand){SQL(c, "(select %s || b.id::text " MANAGER_OF_ROW ")", filter_sql_text(c, prefix)), "text"};
}

/* Attributes that have `sql` or `make`. Keys of dates have no zone, because they are UTC. */
static const struct {
    const char *attr, *sub;
    bool user_only, enterprise;
    const char *sql, *cast;
    struct operand (*make)(struct compiler *c);
} columns[] = {
    {.attr = "userName", .user_only = true, .sql = "r.user_name_key", .cast = "text"},
    {.attr = "externalId", .sql = "r.external_id", .cast = "text"},
    {.attr = "id", .sql = "r.id::text", .cast = "text"},
    {.attr = "meta", .sub = "created", .sql = "r.created_at", .cast = "timestamp at time zone 'UTC'"},
    {.attr = "meta", .sub = "lastModified", .sql = "r.modified_at", .cast = "timestamp at time zone 'UTC'"},
    {.attr = "meta", .sub = "version", .sql = "('W/\"' || r.version::text || '\"')", .cast = "text"},
    {.attr = "meta", .sub = "resourceType", .make = resource_type},
    {.attr = "meta", .sub = "location", .make = location_sql},
    {.attr = "manager",
     .sub = "displayName",
     .user_only = true,
     .enterprise = true,
     .sql = "(select b.folded ->> 'displayName' " MANAGER_OF_ROW ")",
     .cast = "text"},
    {.attr = "manager", .sub = "$ref", .user_only = true, .enterprise = true, .make = manager_ref},
};

static bool same_name(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool filter_sql_column(struct compiler *c, const struct filter *f, struct operand *out) {
    const char *sub = f->ref.sub ? f->ref.sub->name : NULL;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (!same_name(columns[i].attr, f->ref.attr->name) || !same_name(columns[i].sub, sub))
            continue;
        const char *urn = columns[i].enterprise ? SCHEMA_ENTERPRISE : NULL;
        if ((columns[i].user_only && !c->user) || !same_name(urn, f->ref.extension ? f->ref.extension->urn : NULL) ||
            f->kind == FILTER_VALUE_PATH)
            continue;
        *out = columns[i].make ? columns[i].make(c) : (struct operand){columns[i].sql, columns[i].cast};
        return true;
    }
    return false;
}

static struct operand reference_sql(struct compiler *c, const char *alternatives) {
    return (struct operand){SQL(c, "(%s || %s || x.id::text)", filter_sql_text(c, c->base_url), alternatives), "text"};
}

static struct operand group_part(struct compiler *c, const struct source *s, const struct filter *f) {
    const char *part = f->ref.sub ? f->ref.sub->name : "value";
    (void)s;
    if (strcmp(part, "$ref") == 0)
        return reference_sql(c, "'/Groups/'");
    if (strcmp(part, "type") == 0)
        return (struct operand){"x.type", "text"};
    if (strcmp(part, "display") == 0)
        return (struct operand){
            "(select g.folded ->> 'displayName' from muster.scim_group g where " TENANT(g) " and g.id = x.id)", "text"};
    return (struct operand){"x.id::text", "text"};
}

static struct operand member_part(struct compiler *c, const struct source *s, const struct filter *f) {
    const char *part = f->ref.sub ? f->ref.sub->name : "value";
    (void)s;
    if (strcmp(part, "$ref") == 0)
        return reference_sql(c, "(case x.type when 'User' then '/Users/' else '/Groups/' end)");
    if (strcmp(part, "type") == 0)
        return (struct operand){"lower(x.type)", "text"};
    if (strcmp(part, "display") == 0)
        return (struct operand){
            "coalesce(x.display_key, (select u.folded ->> 'displayName' from muster.scim_user u where " TENANT(
                u) " and u.id = x.id), "
                   "(select g.folded ->> 'displayName' from muster.scim_group g where " TENANT(g) " and g.id = x.id))",
            "text"};
    return (struct operand){"x.id::text", "text"};
}

static const struct view views[] = {
    {.attr = "groups",
     .user = true,
     .name = "muster.scim_user_group",
     .key = "user_id",
     .first = "x.type, x.id",
     .part = group_part},
    {.attr = "members",
     .name = "muster.scim_group_member",
     .key = "group_id",
     .first = "x.type desc, x.id",
     .part = member_part},
};

const struct view *filter_sql_view(const struct resource_type *rt, const struct attr *a) {
    bool user = strcmp(rt->name, "User") == 0;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (views[i].user == user && strcmp(views[i].attr, a->name) == 0)
            return &views[i];
    return NULL;
}
