/* Says what each rule of an attribute mapping does for a user, and why. */

#include "protocol/mapping_internal.h"

#include "base/arena.h"
#include "base/json.h"
#include "protocol/value.h"

#include <string.h>

/* What a rule, or a row of group_roles, does: all that there is to say of it. */
struct deed {
    const char *path, *name; /* name: of the field, as written */
    enum mapping_field field;
    bool row; /* of group_roles */
    struct json_object *read, *gives;
};

/*
 * The deed that writes the field: the last one that gives a value, for the role the first. The rows stand before the
 * rules. NULL: none does.
 */
static const struct deed *winner_of(const struct deed *all, size_t n, const char *name) {
    const struct deed *found = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!all[i].gives || strcmp(all[i].name, name) != 0)
            continue;
        if (all[i].field == MAPPING_ORGANIZATION_ROLE)
            return &all[i];
        found = &all[i];
    }
    return found;
}

/* A row alone: as if it were the only one. */
static void try_row(struct arena *a, const struct mapping *m, size_t row, struct json_object *resource,
                    struct deed *out) {
    const struct mapping alone = {.rows = &m->rows[row], .n_rows = 1};
    struct json_object *group;
    bool fits = mapping_row_of_groups(a, &alone, json_get(resource, "groups"), &group) == 0;
    struct json_object *name = json_get(group, "display");
    *out = (struct deed){.path = arena_printf(a, MAPPING_GROUP_ROLES "[%zu]", row),
                         .name = mapping_fields[MAPPING_ORGANIZATION_ROLE],
                         .field = MAPPING_ORGANIZATION_ROLE,
                         .row = true,
                         .read = name ? name : json_get(group, "value"),
                         .gives = fits ? m->rows[row].role : NULL};
}

const char *mapping_refusal(enum mapping_field field) {
    switch (field) {
    case MAPPING_ORGANIZATION_ROLE:
        return "the result is no role: org: was expected, followed by letters, digits or _ : . -";
    case MAPPING_ACTIVE:
        return "the result is neither true nor false";
    case MAPPING_EMAIL_ADDRESS:
        return "the result is not an email address";
    case MAPPING_FIRST_NAME:
    case MAPPING_LAST_NAME:
    case MAPPING_DISPLAY_NAME:
    case MAPPING_EXTERNAL_ID:
    case MAPPING_PUBLIC_METADATA:
        break;
    }
    return "the result is empty";
}

/* Why a deed does not write; NULL: it does. */
static const char *reason_of(struct arena *a, const struct deed *d, const struct deed *winner) {
    if (d == winner)
        return NULL;
    if (d->gives)
        return arena_printf(a, "%s decides: of the rules that give a %s counts", winner->path,
                            d->field == MAPPING_ORGANIZATION_ROLE ? "role the first" : "value the last");
    if (value_assigned(d->read))
        return mapping_refusal(d->field);
    return d->row ? "the user is in no group of this name or id" : "the user has no value there";
}

static struct json_object *show_deed(struct arena *a, const struct deed *d, const struct deed *winner) {
    const char *effect = !d->gives && !value_assigned(d->read) ? "nothing_there"
                         : !d->gives                           ? "not_a_value"
                         : d == winner                         ? "written"
                                                               : "replaced";
    struct json_object *o = json_object_new_object();
    json_set_text(o, "path", d->path);
    json_set_text(o, "field", d->name);
    json_object_object_add(o, "read", json_object_get(d->read));
    json_object_object_add(o, "gives", json_object_get(d->gives));
    json_set_text(o, "effect", effect);
    json_set_text(o, "reason", reason_of(a, d, winner));
    return o;
}

struct json_object *mapping_explain(struct arena *a, const struct mapping *m, struct json_object *resource) {
    struct json_object *list = json_new_array(a);
    size_t n = m->n_rows + m->n, left = MAPPING_WORK;
    struct deed *all = arena_array(a, n + 1, sizeof *all);
    for (size_t i = 0; i < m->n_rows; i++)
        try_row(a, m, i, resource, &all[i]);
    for (size_t i = 0; i < m->n; i++) {
        const struct mapping_rule *r = &m->rules[i];
        struct deed *d = &all[m->n_rows + i];
        *d = (struct deed){.path = r->path.key, .name = r->name, .field = r->field};
        d->gives = mapping_rule_try(a, r, resource, &left, &d->read);
    }
    for (size_t i = 0; i < n; i++)
        json_object_array_add(list, show_deed(a, &all[i], winner_of(all, n, all[i].name)));
    return left ? list : NULL;
}
