/* Makes the SQL expression by which a list is sorted. */

#include "query/sort_sql.h"

#include "base/arena.h"
#include "query/filter_sql_internal.h"
#include "query/modified_sql.h"

#include <assert.h>
#include <string.h>

#define SQL(c, ...) arena_printf((c)->ctx->arena, __VA_ARGS__)

#define ID "r.id"

enum { BOUND = 256 }; /* characters */

/* Finds an attribute that the type does not have: in an unregistered extension, or in the other type. */
static bool find_elsewhere(struct arena *a, const struct resource_type *rt, const struct resource_type *other,
                           const char *name, struct attr_ref *out) {
    size_t len = strlen(name);
    if ((!other || schema_is_foreign(other, name, len)) && schema_unregistered(a, rt, name, len, out))
        return true;
    bool found = other && schema_lookup(other, name, len, out) && out->attr;
    out->absent = found;
    return found;
}

/* The attribute of a name; a complex one means its value part (SO-04). */
static enum err find_attribute(struct ctx *ctx, const struct resource_type *rt, const struct resource_type *other,
                               const char *name, struct attr_ref *out) {
    bool known = schema_lookup(rt, name, strlen(name), out) && out->attr;
    if (!known && !find_elsewhere(ctx->arena, rt, other, name, out))
        return fail(ctx, ERR_INVALID_VALUE, "sortBy: \"%s\" is not an attribute%s%s", name, other ? "" : " of ",
                    other ? "" : rt->name);
    if (out->unregistered)
        return OK;
    const struct attr *a = out->sub ? out->sub : out->attr;
    if (schema_is_secret(out->attr) || schema_is_secret(a))
        return fail(ctx, ERR_INVALID_VALUE, "sortBy: %s cannot be sorted by", name);
    if (a->type == ATTR_COMPLEX && !(out->sub = schema_value_part(a)))
        return fail(ctx, ERR_INVALID_VALUE, "sortBy: %s has parts: name one of them, as in %s.%s", a->name, a->name,
                    a->n_subs ? a->subs[0].name : "value");
    return OK;
}

/* The part of the first value of a computed list. */
static struct operand of_view(struct compiler *c, const struct view *view, const struct filter *f) {
    struct source s = {.value = "x", .part = view->part};
    struct operand part = view->part(c, &s, f);
    return (struct operand){SQL(c, "(select %s from %s x where " TENANT(x) " and x.%s = r.id order by %s limit 1)",
                                part.sql, view->name, view->key, view->first),
                            part.cast};
}

/* The part of the primary value, or else of the first one (RFC 7644, 3.4.2.3). */
static struct operand of_list(struct compiler *c, const struct filter *f) {
    const char *json = filter_sql_json(c, f);
    struct operand part = filter_sql_json_part(c, "v.value", f->ref.attr, f->ref.sub);
    bool primary = schema_sub(f->ref.attr, "primary", 7);
    return (struct operand){
        SQL(c,
            "(select %s from jsonb_array_elements(case when jsonb_typeof(%s) = 'array' then %s end) "
            "with ordinality v (value, n) order by %sv.n limit 1)",
            part.sql, json, json, primary ? "coalesce(v.value ->> 'primary', '') <> 'true', " : ""),
        part.cast};
}

/* The first value of unregistered data, as text. */
static struct operand of_unregistered(struct compiler *c, const struct filter *f) {
    const char *json = filter_sql_json(c, f);
    const char *first = SQL(c, "(case jsonb_typeof(%s) when 'array' then %s -> 0 else %s end)", json, json, json);
    return filter_sql_any_part(c, first, f);
}

/* The expression; `column`: it is made only of columns. */
static struct operand operand_of(struct compiler *c, const struct filter *f, bool *column) {
    struct operand x;
    if (f->ref.unregistered)
        return of_unregistered(c, f);
    const struct view *view = f->ref.extension ? NULL : filter_sql_view(c->rt, f->ref.attr);
    *column = filter_sql_column(c, f, &x);
    if (*column && strcmp(x.sql, ID "::text") == 0)
        return (struct operand){ID, "uuid"}; /* the same order, and an index has it */
    if (*column)
        return x;
    if (view)
        return of_view(c, view, f);
    if (f->ref.attr->multi)
        return of_list(c, f);
    return filter_sql_json_part(c, filter_sql_json(c, f), f->ref.attr, f->ref.sub);
}

/* The lowest value of a column that is never null and has an index; NULL: another expression. */
static const char *lowest_of(const char *sql) {
    static const char *const columns[][2] = {{"r.user_name_key", "''"},
                                             {"r.created_at", "'-infinity'::timestamptz"},
                                             {"r.modified_at", "'-infinity'::timestamptz"},
                                             {MODIFIED_KEY, "'-infinity'::timestamptz"},
                                             {ID, LOWEST_ID}};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (strcmp(columns[i][0], sql) == 0)
            return columns[i][1];
    return NULL;
}

static const char *attr_cast(const struct attr *a) {
    if (a->type == ATTR_BOOLEAN)
        return "boolean";
    return a->type == ATTR_INTEGER || a->type == ATTR_DECIMAL ? "numeric" : "text";
}

enum err sort_sql(struct ctx *ctx, const struct sort_request *r, struct sort_sql *out) {
    assert(r->first >= 1);
    struct filter f = {.kind = FILTER_PR};
    struct filter_sql params = {0};
    struct compiler c = {.ctx = ctx,
                         .rt = r->rt,
                         .out = &params,
                         .first = r->first,
                         .base_url = r->base_url,
                         .user = strcmp(r->rt->name, "User") == 0};
    bool column = false;
    *out = (struct sort_sql){0};
    enum err e = find_attribute(ctx, r->rt, r->other, r->sort_by, &f.ref);
    if (e != OK)
        return e;
    const char *none = attr_cast(f.ref.sub ? f.ref.sub : f.ref.attr);
    struct operand x = {SQL(&c, "null::%s", none), none};
    if (!f.ref.absent)
        x = operand_of(&c, &f, &column);
    out->modified = !r->other && strcmp(x.sql, "r.modified_at") == 0;
    if (out->modified)
        x.sql = MODIFIED_KEY;
    out->cast = x.cast;
    out->unregistered = f.ref.unregistered;
    out->text = strcmp(x.cast, "text") == 0;
    out->time = strncmp(x.cast, "timestamp", 9) == 0;
    out->lowest = lowest_of(x.sql);
    out->key = out->text && r->bounded && !column ? SQL(&c, "left(%s, %d)", x.sql, BOUND) : x.sql;
    out->n_params = params.n_params;
    for (size_t i = 0; i < params.n_params && i < SORT_SQL_PARAMS; i++)
        out->params[i] = params.params[i];
    return params.n_params > SORT_SQL_PARAMS ? fail(ctx, ERR_INTERNAL, NULL) : OK;
}
