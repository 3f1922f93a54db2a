/* Compares values: the key of a value, and equality. */

#include "protocol/value.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/json.h"

#include <stdint.h>
#include <string.h>

#define EXACT 9007199254740992.0 /* 2^53: up to here a double is exact for integers */

bool value_assigned(struct json_object *v) {
    if (json_object_is_type(v, json_type_null))
        return false;
    if (json_object_is_type(v, json_type_string))
        return json_object_get_string_len(v) > 0;
    if (json_object_is_type(v, json_type_array)) {
        for (size_t i = 0, n = json_object_array_length(v); i < n; i++)
            if (value_assigned(json_object_array_get_idx(v, i)))
                return true;
        return false;
    }
    if (json_object_is_type(v, json_type_object)) {
        json_object_object_foreach(v, name, member) {
            (void)name;
            if (value_assigned(member))
                return true;
        }
        return false;
    }
    return true;
}

static bool parts_shown(const struct attr *attr, struct json_object *v) {
    json_object_object_foreach(v, name, part) {
        const struct attr *sub = schema_sub(attr, name, strlen(name));
        if (value_assigned(part) && !(sub && schema_is_secret(sub)))
            return true;
    }
    return false;
}

bool value_shown(const struct attr *attr, struct json_object *v) {
    if (schema_is_secret(attr))
        return false;
    if (json_object_is_type(v, json_type_object))
        return parts_shown(attr, v);
    if (!json_object_is_type(v, json_type_array))
        return value_assigned(v);
    for (size_t i = 0, n = json_object_array_length(v); i < n; i++)
        if (value_shown(attr, json_object_array_get_idx(v, i)))
            return true;
    return false;
}

/* userName is an identity: it is compared like its unique key. */
static bool is_identity(const struct attr *attr) {
    return !attr->parent && attr->uniqueness == ATTR_SERVER && strcmp(attr->name, "userName") == 0;
}

const char *value_key_text(struct arena *a, const struct attr *attr, const char *s, size_t len) {
    char key[CLOCK_KEY];
    if (attr->type == ATTR_DATETIME)
        return clock_parse(s, len, key) ? arena_strdup(a, key) : arena_strndup(a, s, len);
    if (is_identity(attr))
        return fold_identity(a, s, len);
    return attr->case_exact ? fold_exact(a, s, len) : fold_caseless(a, s, len);
}

struct json_object *value_key(struct arena *a, const struct attr *attr, struct json_object *v) {
    if (!json_object_is_type(v, json_type_string))
        return v;
    const char *key = value_key_text(a, attr, json_object_get_string(v), (size_t)json_object_get_string_len(v));
    return json_keep_new(a, json_object_new_string(key));
}

/* The keys of one value of an attribute, as a new reference; NULL if nothing is assigned. */
static struct json_object *fold_value(struct arena *a, const struct attr *attr, struct json_object *v);

static struct json_object *fold_parts(struct arena *a, const struct attr *attr, struct json_object *v) {
    struct json_object *out = json_object_new_object();
    json_object_object_foreach(v, name, part) {
        const struct attr *sub = schema_sub(attr, name, strlen(name));
        struct json_object *key = sub ? fold_value(a, sub, part) : NULL;
        if (key)
            json_object_object_add(out, sub->name, key);
    }
    if (json_object_object_length(out) > 0)
        return out;
    json_object_put(out);
    return NULL;
}

static struct json_object *fold_list(struct arena *a, const struct attr *attr, struct json_object *v) {
    struct attr one = *attr;
    struct json_object *out = json_object_new_array();
    one.multi = false;
    for (size_t i = 0, n = json_object_array_length(v); i < n; i++) {
        struct json_object *key = fold_value(a, &one, json_object_array_get_idx(v, i));
        if (key)
            json_object_array_add(out, key);
    }
    if (json_object_array_length(out) > 0)
        return out;
    json_object_put(out);
    return NULL;
}

static struct json_object *fold_value(struct arena *a, const struct attr *attr, struct json_object *v) {
    if (!value_shown(attr, v))
        return NULL;
    if (json_object_is_type(v, json_type_array))
        return fold_list(a, attr, v);
    if (attr->type == ATTR_COMPLEX)
        return json_object_is_type(v, json_type_object) ? fold_parts(a, attr, v) : NULL;
    return json_object_get(value_key(a, attr, v));
}

/* An extension's object, folded as a complex attribute whose parts are the schema's attributes. */
static struct json_object *fold_extension(struct arena *a, const struct schema *s, struct json_object *v) {
    struct attr whole = {.name = s->urn, .type = ATTR_COMPLEX, .subs = s->attrs, .n_subs = s->n_attrs};
    return json_object_is_type(v, json_type_object) ? fold_parts(a, &whole, v) : NULL;
}

/* Unregistered data: names in lower case, texts without case; a new reference; NULL: nothing is assigned. */
static struct json_object *fold_any(struct arena *a, struct json_object *v) {
    static const struct attr any = {.name = "", .type = ATTR_ANY};
    if (!value_assigned(v))
        return NULL;
    if (json_object_is_type(v, json_type_array)) {
        struct json_object *list = json_object_new_array();
        for (size_t i = 0, n = json_object_array_length(v); i < n; i++) {
            struct json_object *key = fold_any(a, json_object_array_get_idx(v, i));
            if (key)
                json_object_array_add(list, key);
        }
        return list;
    }
    if (!json_object_is_type(v, json_type_object))
        return json_object_get(value_key(a, &any, v));
    struct json_object *out = json_object_new_object();
    json_object_object_foreach(v, name, part) {
        struct json_object *key = fold_any(a, part);
        if (key)
            json_object_object_add(out, fold_ascii_lower(a, name, strlen(name)), key);
    }
    return out;
}

/* A member's keys (NULL: none), and the name under which they are stored. */
static struct json_object *fold_member(struct arena *a, const struct resource_type *rt, const char *name,
                                       struct json_object *v, const char **under) {
    size_t len = strlen(name);
    const struct attr *attr = schema_attr(rt->base, name, len);
    const struct schema *extension = schema_extension(rt, name, len);
    if (!attr)
        attr = schema_common(name, len);
    if (attr) {
        *under = attr->name;
        return fold_value(a, attr, v);
    }
    if (extension) {
        *under = extension->urn;
        return fold_extension(a, extension, v);
    }
    *under = fold_ascii_lower(a, name, len);
    return strchr(name, ':') ? fold_any(a, v) : NULL;
}

struct json_object *value_folded(struct arena *a, const struct resource_type *rt, struct json_object *resource) {
    struct json_object *out = json_new_object(a);
    json_object_object_foreach(resource, name, v) {
        const char *under;
        struct json_object *key = fold_member(a, rt, name, v, &under);
        if (key)
            json_object_object_add(out, under, key);
    }
    return out;
}

/* A part "primary": false counts as absent. */
static bool is_absent(const char *name, struct json_object *v) {
    return !value_assigned(v) ||
           (strcmp(name, "primary") == 0 && json_object_is_type(v, json_type_boolean) && !json_object_get_boolean(v));
}

static bool parts_within(struct arena *a, const struct attr *attr, struct json_object *x, struct json_object *y) {
    json_object_object_foreach(x, name, part) {
        const struct attr *sub = schema_sub(attr, name, strlen(name));
        struct json_object *other = json_get(y, name);
        if (is_absent(name, part))
            continue;
        if (!other || (sub ? !value_equal(a, sub, part, other) : !json_same(part, other)))
            return false;
    }
    return true;
}

/* A key whose text is the same for equal values: parts in the schema's order, lists sorted; a new reference. */
static struct json_object *comparable_value(struct arena *a, const struct attr *attr, struct json_object *v);

static int compare_json_texts(const void *x, const void *y) {
    return strcmp(json_object_get_string(*(struct json_object *const *)x),
                  json_object_get_string(*(struct json_object *const *)y));
}

/* 1.0, 1.00 and 1 are the same number. */
static struct json_object *comparable_number(double v) {
    bool whole = v > -EXACT && v < EXACT && v == (double)(int64_t)v;
    return whole ? json_object_new_int64((int64_t)v) : json_object_new_double(v);
}

static struct json_object *comparable_list(struct arena *a, const struct attr *attr, struct json_object *v) {
    struct json_object *out = json_object_new_array();
    for (size_t i = 0, n = json_object_array_length(v); i < n; i++) {
        struct json_object *element = comparable_value(a, attr, json_object_array_get_idx(v, i));
        json_object_array_add(out, json_object_new_string(json_object_to_json_string(element)));
        json_object_put(element);
    }
    json_object_array_sort(out, compare_json_texts);
    return out;
}

static struct json_object *comparable_value(struct arena *a, const struct attr *attr, struct json_object *v) {
    if (json_object_is_type(v, json_type_double))
        return comparable_number(json_object_get_double(v));
    if (json_object_is_type(v, json_type_array))
        return comparable_list(a, attr, v);
    if (!json_object_is_type(v, json_type_object))
        return json_object_get(value_key(a, attr, v));
    struct json_object *out = json_object_new_object();
    for (size_t i = 0; i < attr->n_subs; i++) {
        struct json_object *part = json_get(v, attr->subs[i].name);
        if (!is_absent(attr->subs[i].name, part))
            json_object_object_add(out, attr->subs[i].name, comparable_value(a, &attr->subs[i], part));
    }
    return out;
}

static bool lists_equal(struct arena *a, const struct attr *attr, struct json_object *x, struct json_object *y) {
    size_t n = json_object_array_length(x), i = 0;
    if (n != json_object_array_length(y))
        return false;
    while (i < n && value_equal(a, attr, json_object_array_get_idx(x, i), json_object_array_get_idx(y, i)))
        i++;
    return i == n ||
           json_same(json_keep_new(a, comparable_list(a, attr, x)), json_keep_new(a, comparable_list(a, attr, y)));
}

bool value_equal(struct arena *a, const struct attr *attr, struct json_object *x, struct json_object *y) {
    if (json_object_is_type(x, json_type_array) && json_object_is_type(y, json_type_array))
        return lists_equal(a, attr, x, y);
    if (attr->type == ATTR_COMPLEX && json_object_is_type(x, json_type_object) &&
        json_object_is_type(y, json_type_object))
        return parts_within(a, attr, x, y) && parts_within(a, attr, y, x);
    return json_same(value_key(a, attr, x), value_key(a, attr, y));
}

const char *value_text(struct arena *a, const struct attr *attr, struct json_object *v) {
    return json_text(a, json_keep_new(a, comparable_value(a, attr, v)));
}
