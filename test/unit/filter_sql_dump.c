/* The C side of filter_sql_db.py: compiles and evaluates filters; JSON in on standard input, JSON out. Not a cmocka
 * test. */
#include "base/fold.h"
#include "dump.h"
#include "filter_unit.h"
#include "protocol/schema.h"
#include "protocol/value.h"
#include "query/filter_sql.h"
#include "query/modified_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dump {
    struct ctx ctx;
    struct json_object *in;
    const struct resource_type *user;
    const char *base_url;
};

static struct json_object *text_or_null(const char *s) {
    return s ? json_object_new_string(s) : NULL;
}

static const char *identity_of(struct arena *a, const char *s) {
    return s ? fold_identity(a, s, strlen(s)) : NULL;
}

/* What the directory layer writes into the key columns of a resource. */
static struct json_object *columns_of(struct dump *d, const struct resource_type *rt, struct json_object *stored) {
    struct arena *a = d->ctx.arena;
    struct json_object *row = json_object_new_object();
    const char *external = json_get_string(stored, "externalId");
    json_object_object_add(row, "folded", json_object_get(value_folded(a, rt, stored)));
    json_object_object_add(row, "user_name_key", text_or_null(identity_of(a, json_get_string(stored, "userName"))));
    json_object_object_add(row, "display_name_key",
                           text_or_null(identity_of(a, json_get_string(stored, "displayName"))));
    json_object_object_add(row, "external_id",
                           text_or_null(external ? fold_exact(a, external, strlen(external)) : NULL));
    return row;
}

static struct json_object *all_columns(struct dump *d, const struct resource_type *rt, const char *name) {
    struct json_object *out = json_object_new_array(), *list = json_get(d->in, name);
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *stored = json_get(json_object_array_get_idx(list, i), "stored");
        json_object_array_add(out, columns_of(d, rt, stored));
    }
    return out;
}

static struct json_object *matches_of(struct dump *d, const struct filter *f, struct json_object *list) {
    struct json_object *out = json_object_new_array();
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *shown = json_get(json_object_array_get_idx(list, i), "shown");
        if (unit_matches(d->ctx.arena, f, shown))
            json_object_array_add(out, json_object_new_int64((int64_t)i));
    }
    return out;
}

/* {"error"} or {"where", "rows", "params", "matches"}; rows: what stands behind `from`, absent: the table. */
static struct json_object *one_filter(struct dump *d, struct json_object *c) {
    struct json_object *out = json_object_new_object(), *params = json_object_new_array();
    const char *text = json_get_string(c, "filter");
    bool groups = json_object_get_boolean(json_get(c, "groups"));
    const struct resource_type *rt = groups ? schema_group_type() : d->user;
    const struct filter *f;
    struct filter_sql sql;
    json_object_object_add(out, "params", params);
    if (unit_filter(&d->ctx, rt, json_object_get_boolean(json_get(c, "lenient")), text, &f) != OK ||
        filter_sql(&d->ctx, rt, f, 1, d->base_url, &sql) != OK) {
        json_object_object_add(out, "error", json_object_new_string(fail_detail(&d->ctx)));
        return out;
    }
    json_object_object_add(out, "where", json_object_new_string(sql.where));
    if (sql.modified)
        json_object_object_add(out, "rows", json_object_new_string(modified_sql_rows(d->ctx.arena, rt, sql.modified)));
    for (size_t i = 0; i < sql.n_params; i++)
        json_object_array_add(params, json_object_new_string(sql.params[i]));
    json_object_object_add(out, "matches", matches_of(d, f, json_get(d->in, groups ? "groups" : "users")));
    return out;
}

int main(void) {
    struct dump d = {.ctx = {.arena = arena_create()}};
    struct json_object *out = json_object_new_object(), *filters = json_object_new_array(), *list;
    struct schema *extension = NULL;
    d.in = read_input(&d.ctx);
    if (schema_load(&d.ctx, json_get(d.in, "extensionSchema"), &extension) != OK)
        die(fail_detail(&d.ctx));
    const struct schema *more[] = {extension};
    d.user = schema_with_extensions(d.ctx.arena, schema_user_type(), more, 1);
    d.base_url = json_get_string(d.in, "base_url");
    json_object_object_add(out, "users", all_columns(&d, d.user, "users"));
    json_object_object_add(out, "groups", all_columns(&d, schema_group_type(), "groups"));
    list = json_get(d.in, "filters");
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++)
        json_object_array_add(filters, one_filter(&d, json_object_array_get_idx(list, i)));
    json_object_object_add(out, "filters", filters);
    puts(json_object_to_json_string_ext(out, JSON_C_TO_STRING_PLAIN));
    json_object_put(out);
    arena_destroy(d.ctx.arena);
    return 0;
}
