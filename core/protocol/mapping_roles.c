/* The part of an attribute mapping that gives roles to groups, in the order of its rows. */

#include "protocol/mapping_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"

#include <string.h>

bool mapping_is_role(struct json_object *v) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:.-";
    const char *s = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
    return strncmp(s, "org:", 4) == 0 && s[4] && strspn(s, allowed) == (size_t)json_object_get_string_len(v);
}

static enum err refuse_row(struct ctx *ctx, size_t row, const char *what) {
    return fail(ctx, ERR_INVALID_VALUE, "\"" MAPPING_GROUP_ROLES "\", row %zu: %s", row + 1, what);
}

/* {"group": name or id, "role": "org:.."} */
static enum err parse_role_row(struct ctx *ctx, struct json_object *json, size_t row, struct mapping_row *out) {
    struct json_object *group = json_get(json, "group"), *role = json_get(json, "role");
    if (!json_object_is_type(json, json_type_object) || json_object_object_length(json) != 2 || !group || !role)
        return refuse_row(ctx, row, "an object with group and role was expected");
    const char *text = json_object_is_type(group, json_type_string) ? json_object_get_string(group) : "";
    size_t len = strlen(text);
    if (len == 0 || len > MAPPING_KEY_BYTES || fold_blank(text, len))
        return refuse_row(ctx, row,
                          arena_printf(ctx->arena,
                                       "group: the display name or the id of a group was expected, at most "
                                       "%d bytes",
                                       MAPPING_KEY_BYTES));
    if (!mapping_is_role(role))
        return refuse_row(ctx, row, "role: org: was expected, followed by letters, digits or _ : . -");
    out->group = arena_strdup(ctx->arena, text);
    out->key = fold_identity(ctx->arena, text, len);
    out->id = fold_ascii_lower(ctx->arena, text, len);
    out->role = json_keep_new(ctx->arena, json_object_new_string(json_object_get_string(role)));
    return OK;
}

enum err mapping_roles_parse(struct ctx *ctx, struct json_object *json, struct mapping *m) {
    size_t n = json_object_is_type(json, json_type_array) ? json_object_array_length(json) : 0;
    struct mapping_row *rows = arena_array(ctx->arena, n + 1, sizeof *rows);
    if (!json_object_is_type(json, json_type_array) || n > MAPPING_ROLE_ROWS)
        return fail(ctx, ERR_INVALID_VALUE,
                    "\"" MAPPING_GROUP_ROLES "\": a list of at most %d objects with group and role was expected",
                    MAPPING_ROLE_ROWS);
    for (size_t i = 0; i < n; i++) {
        enum err e = parse_role_row(ctx, json_object_array_get_idx(json, i), i, &rows[i]);
        if (e != OK)
            return e;
        for (size_t k = 0; k < i; k++)
            if (strcmp(rows[k].key, rows[i].key) == 0)
                return refuse_row(ctx, i, arena_printf(ctx->arena, "row %zu has the same group", k + 1));
    }
    m->rows = rows;
    m->n_rows = n;
    return OK;
}

size_t mapping_rows(const struct mapping *m) {
    return m->n_rows;
}

const char *mapping_row_group(const struct mapping *m, size_t row) {
    return m->rows[row].group;
}

struct json_object *mapping_row_role(const struct mapping *m, size_t row) {
    return m->rows[row].role;
}

/* The first of `n` rows that is about a group; n: none. */
static size_t first_row_of_group(struct arena *a, const struct mapping *m, size_t n, struct json_object *group) {
    const char *id = json_get_string(group, "value"), *name = json_get_string(group, "display");
    const char *key = name ? fold_identity(a, name, strlen(name)) : "";
    const char *lower = id ? fold_ascii_lower(a, id, strlen(id)) : "";
    for (size_t i = 0; i < n; i++)
        if (strcmp(m->rows[i].key, key) == 0 || strcmp(m->rows[i].id, lower) == 0)
            return i;
    return n;
}

size_t mapping_row_of_groups(struct arena *a, const struct mapping *m, struct json_object *groups,
                             struct json_object **group) {
    size_t row = m->n_rows, n = json_object_is_type(groups, json_type_array) ? json_object_array_length(groups) : 0;
    *group = NULL;
    for (size_t i = 0; i < n && row > 0; i++) {
        struct json_object *one = json_object_array_get_idx(groups, i);
        size_t found = first_row_of_group(a, m, row, one);
        *group = found < row ? one : *group;
        row = found;
    }
    return row;
}
