/* Evaluates the rules of an attribute mapping for a user and for groups. */

#include "protocol/mapping_internal.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/log.h"
#include "protocol/value.h"

#include <assert.h>
#include <string.h>

const struct mapping *mapping_default(void) {
    static const char text[] = "{\"userName\": \"email_address\", \"emails[primary eq true].value\": \"email_address\","
                               "\"name.givenName\": \"first_name\", \"name.familyName\": \"last_name\","
                               "\"displayName\": \"display_name\", \"externalId\": \"external_id\","
                               "\"active\": \"active\"}";
    static struct mapping *made;
    static struct ctx ctx;
    struct json_object *json;
    if (made)
        return made;
    ctx.arena = arena_create();
    if (json_parse(&ctx, text, sizeof text - 1, &json) != OK ||
        mapping_parse(&ctx, schema_user_type(), json, &made) != OK)
        log_fatal("mapping", fail_detail(&ctx));
    return made;
}

void mapping_add_defaults(const struct mapping *m, struct json_object *into) {
    const struct mapping *d = mapping_default();
    for (size_t i = 0; i < d->n; i++)
        if (!mapping_sets(m, d->rules[i].field) && d->rules[i].field != MAPPING_EMAIL_ADDRESS &&
            d->rules[i].field != MAPPING_ACTIVE)
            json_object_object_add(into, d->rules[i].path.key, json_object_new_string(d->rules[i].name));
}

bool mapping_reads_groups(const struct mapping *m) {
    for (size_t i = 0; i < m->n; i++)
        if (m->rules[i].path.groups)
            return true;
    return m->n_rows > 0;
}

bool mapping_sets(const struct mapping *m, enum mapping_field field) {
    for (size_t i = 0; i < m->n; i++)
        if (m->rules[i].field == field)
            return true;
    return field == MAPPING_ORGANIZATION_ROLE && m->n_rows > 0;
}

/* The first value of a list, or the value itself, that `counts`. */
static struct json_object *first_that_counts(struct json_object *v, bool (*counts)(struct json_object *)) {
    if (!json_object_is_type(v, json_type_array))
        return counts(v) ? v : NULL;
    for (size_t i = 0, n = json_object_array_length(v); i < n; i++)
        if (counts(json_object_array_get_idx(v, i)))
            return json_object_array_get_idx(v, i);
    return NULL;
}

/* `joined`: a list becomes the text that a template shows for it. */
static struct json_object *as_text(struct arena *a, struct json_object *v, bool joined) {
    if (!joined)
        v = first_that_counts(v, value_assigned);
    if (!value_assigned(v) || json_object_is_type(v, json_type_string))
        return value_assigned(v) ? v : NULL;
    size_t len;
    const char *text = template_text(a, v, &len);
    return json_keep_new(a, json_object_new_string_len(text, (int)len));
}

static struct json_object *as_boolean(struct arena *a, struct json_object *v) {
    const char *s = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
    if (json_object_is_type(v, json_type_boolean))
        return v;
    bool yes = fold_ascii_equal(s, strlen(s), "true", 4);
    return yes || fold_ascii_equal(s, strlen(s), "false", 5) ? json_keep_new(a, json_object_new_boolean(yes)) : NULL;
}

/* Where results are made, and what templates may still read and produce. */
struct maker {
    struct arena *arena;
    size_t left;
};

/* What a rule writes for what it reads; NULL: nothing. */
static struct json_object *result_of(struct maker *k, const struct mapping_rule *r, struct json_object *source) {
    struct arena *a = k->arena;
    struct json_object *v = r->template ? template_eval(a, r->template, source, &k->left) : source;
    switch (r->field) {
    case MAPPING_ORGANIZATION_ROLE:
        return first_that_counts(v, mapping_is_role);
    case MAPPING_ACTIVE:
        return as_boolean(a, first_that_counts(v, value_assigned));
    case MAPPING_PUBLIC_METADATA:
        return value_assigned(v) ? v : NULL;
    case MAPPING_EMAIL_ADDRESS:
    case MAPPING_FIRST_NAME:
    case MAPPING_LAST_NAME:
    case MAPPING_DISPLAY_NAME:
    case MAPPING_EXTERNAL_ID:
        break;
    }
    return as_text(a, v, r->template);
}

static struct json_object *result_for_group(struct maker *k, const struct mapping_rule *r, const char *id,
                                            const char *display_name) {
    const char *text = r->path.by_name ? display_name : id;
    return result_of(k, r, text ? json_keep_new(k->arena, json_object_new_string(text)) : NULL);
}

/* An object inside another; made if it is missing. */
static struct json_object *inner_object(struct json_object *o, const char *name) {
    struct json_object *member = json_get(o, name);
    if (member)
        return member;
    member = json_object_new_object();
    json_object_object_add(o, name, member);
    return member;
}

static void put_field(struct json_object *o, const struct mapping_rule *r, struct json_object *v) {
    if (r->field == MAPPING_PUBLIC_METADATA)
        json_object_object_add(inner_object(o, mapping_fields[r->field]), r->metadata_key, json_object_get(v));
    else
        json_object_object_add(o, r->name, json_object_get(v));
}

struct json_object *mapping_value(struct arena *a, const struct mapping *m, enum mapping_field field,
                                  struct json_object *resource) {
    assert(field < MAPPING_ORGANIZATION_ROLE); /* of these one value wins */
    struct maker k = {a, MAPPING_WORK};
    struct json_object *v = NULL;
    for (size_t i = m->n; i-- > 0 && !v;) {
        const struct mapping_rule *r = &m->rules[i];
        if (r->field == field && !r->path.groups)
            v = result_of(&k, r, mapping_path_read(a, &r->path, resource));
    }
    return v;
}

bool mapping_active(struct arena *a, const struct mapping *m, struct json_object *resource) {
    struct json_object *active = json_get(resource, "active");
    struct json_object *mapped = m ? mapping_value(a, m, MAPPING_ACTIVE, resource) : NULL;
    return (!active || json_object_get_boolean(active)) && (!mapped || json_object_get_boolean(mapped));
}

/* What a rule gives for the nth group of a resource; NULL also if there are fewer. */
static struct json_object *result_for_nth(struct maker *k, const struct mapping_rule *r, struct json_object *groups,
                                          size_t n, struct json_object **source) {
    struct json_object *group = json_object_array_get_idx(groups, n);
    *source = json_get(group, r->path.by_name ? "display" : "value");
    return group ? result_for_group(k, r, json_get_string(group, "value"), json_get_string(group, "display")) : NULL;
}

/* What a rule writes for a whole resource, and what it read; for a role the first of all groups counts. */
static struct json_object *result_for_resource(struct maker *k, const struct mapping_rule *r,
                                               struct json_object *resource, struct json_object **source) {
    struct json_object *groups = json_get(resource, "groups"), *found = NULL, *first = NULL;
    *source = r->path.groups ? NULL : mapping_path_read(k->arena, &r->path, resource);
    if (!r->path.groups)
        return result_of(k, r, *source);
    if (!json_object_is_type(groups, json_type_array))
        return NULL;
    if (r->field != MAPPING_ORGANIZATION_ROLE)
        return result_for_nth(k, r, groups, r->path.index, source);
    for (size_t i = 0, n = json_object_array_length(groups); i < n && !found; i++) {
        found = result_for_nth(k, r, groups, i, source);
        first = i ? first : *source;
    }
    *source = found ? *source : first;
    return found;
}

struct json_object *mapping_preview(struct arena *a, const struct mapping *m, struct json_object *resource) {
    struct json_object *out = json_new_object(a), *source;
    struct maker k = {a, MAPPING_WORK};
    size_t row = mapping_row_of_groups(a, m, json_get(resource, "groups"), &source);
    struct json_object *role = row < m->n_rows ? m->rows[row].role : NULL;
    for (size_t i = 0; i < m->n; i++) {
        const struct mapping_rule *r = &m->rules[i];
        if (r->field == MAPPING_ORGANIZATION_ROLE)
            role = role ? role : result_for_resource(&k, r, resource, &source);
        else {
            struct json_object *v = result_for_resource(&k, r, resource, &source);
            if (v)
                put_field(out, r, v);
        }
    }
    json_object_object_add(out, mapping_fields[MAPPING_ORGANIZATION_ROLE],
                           role ? json_object_get(role) : json_object_new_string("org:member"));
    return out;
}

struct json_object *mapping_rule_try(struct arena *a, const struct mapping_rule *r, struct json_object *resource,
                                     size_t *left, struct json_object **read) {
    struct maker k = {a, *left};
    struct json_object *v = result_for_resource(&k, r, resource, read);
    *left = k.left;
    return v;
}
