/* Compiles a filter to SQL. */

#include "query/filter_sql.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "protocol/value.h"
#include "query/filter_sql_internal.h"

#include <assert.h>
#include <string.h>

#define SQL(c, ...) arena_printf((c)->ctx->arena, __VA_ARGS__)

const char *filter_sql_param(struct compiler *c, const char *value) {
    assert(value);
    struct filter_sql *out = c->out;
    if (out->n_params == FILTER_SQL_PARAMS) {
        c->overflow = true;
        return "$1";
    }
    out->params[out->n_params] = value;
    return SQL(c, "$%zu", c->first + out->n_params++);
}

/* The parameter of this pointer, which has the same cast everywhere. */
static const char *shared_param(struct compiler *c, const char *value) {
    for (size_t i = 0; i < c->out->n_params; i++)
        if (c->shared[i] && c->out->params[i] == value)
            return SQL(c, "$%zu", c->first + i);
    size_t next = c->out->n_params;
    const char *param = filter_sql_param(c, value);
    if (!c->overflow)
        c->shared[next] = true;
    return param;
}

const char *filter_sql_text(struct compiler *c, const char *value) {
    return SQL(c, "%s::text", shared_param(c, value));
}

/* The cast for a type's literals and stored keys. */
static const char *type_cast(enum attr_type type) {
    switch (type) {
    case ATTR_BOOLEAN:
        return "boolean";
    case ATTR_INTEGER:
    case ATTR_DECIMAL:
        return "numeric";
    case ATTR_STRING:
    case ATTR_REFERENCE:
    case ATTR_BINARY:
    case ATTR_DATETIME:
    case ATTR_COMPLEX:
    case ATTR_ANY:
        break;
    }
    return "text";
}

/* The key of a comparison, as a parameter of its type. */
static const char *literal_sql(struct compiler *c, const struct filter *f, const char *cast) {
    const char *key = json_object_get_string(f->key);
    return SQL(c, "%s::%s", shared_param(c, key), cast);
}

const char *filter_sql_compare(struct compiler *c, const struct filter *f, struct operand x) {
    const char *fine = filter_sql_time(c, f, x);
    if (fine)
        return fine;
    const char *key = f->key ? literal_sql(c, f, x.cast) : NULL;
    const char *collate = strcmp(x.cast, "text") == 0 ? " collate \"C\"" : "";
    bool null = f->kind != FILTER_PR && !key;
    if (null)
        return SQL(c, "(%s is %s)", x.sql, f->kind == FILTER_EQ ? "null" : "not null");
    switch (f->kind) {
    case FILTER_PR:
        return SQL(c, "(%s is not null)", x.sql);
    case FILTER_EQ:
        return SQL(c, "(%s%s = %s)", x.sql, collate, key);
    case FILTER_NE:
        return SQL(c, "(%s%s is distinct from %s)", x.sql, collate, key);
    case FILTER_CO:
        return SQL(c, "(strpos(%s, %s) > 0)", x.sql, key);
    case FILTER_SW:
        return SQL(c, "(%s%s ^@ %s)", x.sql, collate, key);
    case FILTER_EW:
        return SQL(c, "(right(%s, length(%s)) = %s)", x.sql, key, key);
    case FILTER_GT:
        return SQL(c, "(%s%s > %s)", x.sql, collate, key);
    case FILTER_GE:
        return SQL(c, "(%s%s >= %s)", x.sql, collate, key);
    case FILTER_LT:
        return SQL(c, "(%s%s < %s)", x.sql, collate, key);
    case FILTER_LE:
        return SQL(c, "(%s%s <= %s)", x.sql, collate, key);
    case FILTER_AND:
    case FILTER_OR:
    case FILTER_NOT:
    case FILTER_VALUE_PATH:
        break;
    }
    return "false";
}

/*
 * Casts a JSON value to a type; null if it has another type, because the schema may have changed since it was stored.
 */
static const char *cast_json(struct compiler *c, const char *json, const char *cast) {
    const char *type = strcmp(cast, "boolean") == 0 ? "boolean" : "number";
    return SQL(c, "(case when jsonb_typeof(%s) = '%s' then (%s)::%s end)", json, type, json, cast);
}

struct operand filter_sql_json_part(struct compiler *c, const char *value, const struct attr *attr,
                                    const struct attr *sub) {
    const struct attr *a = sub ? sub : attr;
    const char *cast = type_cast(a->type);
    bool text = strcmp(cast, "text") == 0;
    struct operand x = {.cast = cast};
    if (!sub)
        x.sql = text ? SQL(c, "(%s #>> '{}')", value) : cast_json(c, value, cast);
    else if (text)
        x.sql = SQL(c, "(%s ->> %s)", value, filter_sql_text(c, sub->name));
    else
        x.sql = cast_json(c, SQL(c, "(%s -> %s)", value, filter_sql_text(c, sub->name)), cast);
    return x;
}

static struct operand json_part(struct compiler *c, const struct source *s, const struct filter *f) {
    return filter_sql_json_part(c, s->value, f->ref.attr, f->ref.sub);
}

/* A filter on one value; the source says how to name its parts in SQL. */
static const char *on_value(struct compiler *c, const struct source *s, const struct filter *f) {
    if (f->kind == FILTER_AND || f->kind == FILTER_OR)
        return SQL(c, "(%s %s %s)", on_value(c, s, f->left), f->kind == FILTER_AND ? "and" : "or",
                   on_value(c, s, f->right));
    if (f->kind == FILTER_NOT)
        return SQL(c, "(not coalesce(%s, false))", on_value(c, s, f->left));
    return f->ref.absent ? "false" : filter_sql_compare(c, f, s->part(c, s, f));
}

const char *filter_sql_json(struct compiler *c, const struct filter *f) {
    bool any = f->ref.unregistered;
    const char *written = f->ref.attr->name;
    const char *name = filter_sql_text(c, any ? fold_ascii_lower(c->ctx->arena, written, strlen(written)) : written);
    const char *urn = f->ref.extension ? f->ref.extension->urn : f->ref.unregistered;
    if (urn)
        return SQL(c, "(r.folded -> %s -> %s)", filter_sql_text(c, urn), name);
    return SQL(c, "(r.folded -> %s)", name);
}

static bool is_whole(const struct filter *f) {
    return f->kind != FILTER_VALUE_PATH && !f->ref.sub && (f->kind == FILTER_PR || !f->key);
}

/* The condition that one value of the list matches the filter. */
static const char *value_condition(struct compiler *c, const struct source *s, const struct filter *f) {
    if (f->kind != FILTER_VALUE_PATH)
        return on_value(c, s, f);
    const char *inner = on_value(c, s, f->left);
    return f->right ? SQL(c, "(%s and %s)", inner, on_value(c, s, f->right)) : inner;
}

/* A part of a complex attribute: computed, or a column (meta, manager), or else from its JSON. */
static struct operand placed_part(struct compiler *c, const struct source *s, const struct filter *f) {
    struct operand x;
    return filter_sql_column(c, f, &x) ? x : json_part(c, s, f);
}

static const char *on_json(struct compiler *c, const struct filter *f) {
    struct source s = {.value = "v.value", .part = json_part};
    if (f->kind == FILTER_VALUE_PATH && !f->ref.extension && strcmp(f->ref.attr->name, "meta") == 0) {
        s.part = placed_part;
        return value_condition(c, &s, f);
    }
    const char *json = filter_sql_json(c, f);
    if (is_whole(f)) {
        bool absent = f->kind == FILTER_EQ;
        return SQL(c, "(%s is %s)", json, absent ? "null" : "not null");
    }
    if (f->ref.attr->multi)
        return SQL(
            c,
            "exists (select from jsonb_array_elements(case when jsonb_typeof(%s) = 'array' then %s end) v (value) "
            "where %s)",
            json, json, value_condition(c, &s, f));
    s.value = json;
    s.part = placed_part;
    if (f->kind == FILTER_VALUE_PATH)
        return SQL(c, "(%s is not null and %s)", json, value_condition(c, &s, f));
    return on_value(c, &s, f);
}

/* The JSON type that a value needs to be compared with the literal; NULL: any. */
static const char *literal_type(const struct filter *f) {
    if (f->kind == FILTER_PR || !f->key)
        return NULL;
    if (json_object_is_type(f->key, json_type_string))
        return "string";
    return json_object_is_type(f->key, json_type_boolean) ? "boolean" : "number";
}

struct operand filter_sql_any_part(struct compiler *c, const char *value, const struct filter *f) {
    const char *name = f->ref.sub ? f->ref.sub->name : "value", *type = literal_type(f);
    name = fold_ascii_lower(c->ctx->arena, name, strlen(name));
    const char *part = SQL(c, "(%s -> %s)", value, filter_sql_text(c, name));
    if (strcmp(name, "value") == 0)
        part = SQL(c, "(case jsonb_typeof(%s) when 'object' then %s else %s end)", value, part, value);
    if (!type)
        return (struct operand){SQL(c, "(%s #>> '{}')", part), "text"};
    const char *cast = strcmp(type, "string") == 0 ? "text" : strcmp(type, "number") == 0 ? "numeric" : type;
    return (struct operand){
        SQL(c, "(case when jsonb_typeof(%s) = '%s' then (%s #>> '{}')::%s end)", part, type, part, cast), cast};
}

static struct operand any_part_sql(struct compiler *c, const struct source *s, const struct filter *f) {
    return filter_sql_any_part(c, s->value, f);
}

/* Unregistered data: it may be one value or a list. */
static const char *on_unregistered(struct compiler *c, const struct filter *f) {
    struct source s = {.value = "v.value", .part = any_part_sql};
    const char *json = filter_sql_json(c, f);
    if (is_whole(f))
        return SQL(c, "(%s is %s)", json, f->kind == FILTER_EQ ? "null" : "not null");
    const char *there = f->kind == FILTER_VALUE_PATH ? SQL(c, "%s is not null and ", json) : "";
    return SQL(c,
               "(%sexists (select from jsonb_array_elements(case jsonb_typeof(%s) when 'array' then %s else "
               "jsonb_build_array(%s) end) v (value) where %s))",
               there, json, json, json, value_condition(c, &s, f));
}

/* groups of a user and members of a group are computed lists, read from views. */
static const char *on_view(struct compiler *c, const struct filter *f, const struct view *view) {
    struct source s = {.value = "x", .part = view->part};
    const char *rows = SQL(c, "from %s x where " TENANT(x) " and x.%s = r.id", view->name, view->key);
    if (is_whole(f))
        return SQL(c, "(%sexists (select %s))", f->kind == FILTER_EQ ? "not " : "", rows);
    return SQL(c, "exists (select %s and %s)", rows, value_condition(c, &s, f));
}

/* Finds members by the tables' own keys; a value that is no id matches nobody. */
static const char *on_members(struct compiler *c, const struct filter *f, const struct view *view) {
    const struct filter *eq = filter_sql_demanded(f, FILTER_EQ);
    const char *id = eq ? json_object_get_string(eq->key) : NULL;
    return id && !uuid_valid(id, strlen(id)) ? "false" : on_view(c, f, view);
}

static const char *comparison_sql(struct compiler *c, const struct filter *f) {
    const struct attr *a = f->ref.attr;
    bool base = !f->ref.extension;
    struct operand column;
    if (f->ref.absent)
        return filter_absent(f) ? "true" : "false";
    if (f->ref.unregistered)
        return on_unregistered(c, f);
    const char *by_id = filter_sql_id(c, f);
    if (by_id)
        return by_id;
    if (base && strcmp(a->name, "meta") == 0 && is_whole(f))
        return f->kind == FILTER_EQ ? "false" : "true";
    if (filter_sql_column(c, f, &column))
        return filter_sql_compare(c, f, column);
    const struct view *view = base ? filter_sql_view(c->rt, a) : NULL;
    if (view)
        return c->user ? on_view(c, f, view) : on_members(c, f, view);
    return on_json(c, f);
}

/* The exact condition, which needs no index. */
static const char *exact_condition(struct compiler *c, const struct filter *f) {
    if (f->kind == FILTER_AND || f->kind == FILTER_OR)
        return SQL(c, "(%s %s %s)", exact_condition(c, f->left), f->kind == FILTER_AND ? "and" : "or",
                   exact_condition(c, f->right));
    if (f->kind == FILTER_NOT)
        return SQL(c, "(not coalesce(%s, false))", exact_condition(c, f->left));
    return comparison_sql(c, f);
}

/*
 * The exact condition, after one that an index answers, if there is one. The exact condition is fenced: the planner
 * would turn its subqueries into joins, which may read the whole directory.
 */
static const char *compile_condition(struct compiler *c, const struct filter *f) {
    if (f->kind == FILTER_AND)
        return SQL(c, "(%s and %s)", compile_condition(c, f->left), compile_condition(c, f->right));
    const char *necessary = filter_sql_necessary(c, f);
    return necessary ? SQL(c, "(%s and (select %s offset 0))", necessary, exact_condition(c, f))
                     : exact_condition(c, f);
}

enum err filter_sql(struct ctx *ctx, const struct resource_type *rt, const struct filter *f, size_t first,
                    const char *base_url, struct filter_sql *out) {
    assert(f && first >= 1);
    struct compiler c = {
        .ctx = ctx, .rt = rt, .out = out, .first = first, .base_url = base_url, .user = strcmp(rt->name, "User") == 0};
    *out = (struct filter_sql){0};
    out->where = compile_condition(&c, f);
    out->indexed = filter_sql_indexed(&c, f);
    out->fixed = filter_sql_fixed(&c, f);
    out->joined = filter_sql_joined(&c, f);
    out->modified = filter_sql_modified(&c, f);
    if (c.overflow)
        return fail(ctx, ERR_TOO_MANY, "the filter is too long: use fewer comparisons");
    return OK;
}
