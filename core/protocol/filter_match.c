/* Evaluates the filter of a value path on a value in memory. */

#include "protocol/filter.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

/* Returns -1, 0 or 1. Integers are not converted to double, which is exact only up to 2^53. */
static int compare_integers(int64_t x, int64_t y) {
    return (x > y) - (x < y);
}

static int compare_decimals(double x, double y) {
    return (x > y) - (x < y);
}

static bool compare_order(enum filter_kind kind, int order) {
    switch (kind) {
    case FILTER_GT:
        return order > 0;
    case FILTER_GE:
        return order >= 0;
    case FILTER_LT:
        return order < 0;
    case FILTER_LE:
        return order <= 0;
    case FILTER_EQ:
    case FILTER_NE:
    case FILTER_CO:
    case FILTER_SW:
    case FILTER_EW:
    case FILTER_PR:
    case FILTER_AND:
    case FILTER_OR:
    case FILTER_NOT:
    case FILTER_VALUE_PATH:
        break;
    }
    return false;
}

static bool compare_texts(enum filter_kind kind, const char *x, const char *y) {
    size_t xn = strlen(x), yn = strlen(y);
    if (kind == FILTER_CO)
        return strstr(x, y);
    if (kind == FILTER_SW)
        return strncmp(x, y, yn) == 0;
    if (kind == FILTER_EW)
        return xn >= yn && strcmp(x + xn - yn, y) == 0;
    return compare_order(kind, strcmp(x, y)); /* UTF-8 sorts by code point */
}

static bool is_number_value(struct json_object *v) {
    return json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double);
}

/* Without a schema, values of different JSON types are never equal. */
static bool same_kind(struct json_object *x, struct json_object *y) {
    return is_number_value(x) ? is_number_value(y) : json_object_is_type(x, json_object_get_type(y));
}

/* The part of a value without a schema; without a part, `value` of an object, or the value itself. */
static struct json_object *find_any_part(struct json_object *v, const struct attr *sub) {
    bool object = json_object_is_type(v, json_type_object);
    const char *name = sub ? sub->name : "value";
    if (object)
        return json_get_caseless(v, name);
    return fold_ascii_equal(name, strlen(name), "value", 5) ? v : NULL;
}

/* The part of one value that a comparison tests. */
static struct json_object *part_of(const struct filter *f, struct json_object *v) {
    if (f->ref.attr->type == ATTR_ANY)
        return find_any_part(v, f->ref.sub);
    return f->ref.sub ? json_get(v, f->ref.sub->name) : v;
}

static bool test_text(struct arena *a, const struct filter *f, const struct attr *attr, struct json_object *v) {
    const char *key = value_key_text(a, attr, json_object_get_string(v), (size_t)json_object_get_string_len(v));
    const char *literal = json_object_get_string(f->key);
    if (f->kind == FILTER_EQ || f->kind == FILTER_NE)
        return (strcmp(key, literal) == 0) == (f->kind == FILTER_EQ);
    return compare_texts(f->kind, key, literal);
}

/* Tests one single value (NULL: unassigned). */
static bool test_value(struct arena *a, const struct filter *f, struct json_object *v) {
    const struct attr *attr = f->ref.sub ? f->ref.sub : f->ref.attr;
    assert(attr);
    bool assigned = value_assigned(v);
    if (f->kind == FILTER_PR)
        return assigned;
    if (!f->key)
        return assigned == (f->kind == FILTER_NE);
    if (!assigned)
        return f->kind == FILTER_NE;
    if (!same_kind(v, f->key))
        return f->kind == FILTER_NE;
    if (json_object_is_type(v, json_type_string))
        return test_text(a, f, attr, v);
    if (f->kind == FILTER_EQ || f->kind == FILTER_NE)
        return json_same(v, f->key) == (f->kind == FILTER_EQ);
    if (json_object_is_type(v, json_type_int) && json_object_is_type(f->key, json_type_int))
        return compare_order(f->kind, compare_integers(json_object_get_int64(v), json_object_get_int64(f->key)));
    return compare_order(f->kind, compare_decimals(json_object_get_double(v), json_object_get_double(f->key)));
}

bool filter_match(struct arena *a, const struct filter *f, struct json_object *value) {
    switch (f->kind) {
    case FILTER_AND:
        return filter_match(a, f->left, value) && filter_match(a, f->right, value);
    case FILTER_OR:
        return filter_match(a, f->left, value) || filter_match(a, f->right, value);
    case FILTER_NOT:
        return !filter_match(a, f->left, value);
    case FILTER_VALUE_PATH:
        return false;
    case FILTER_PR:
    case FILTER_EQ:
    case FILTER_NE:
    case FILTER_CO:
    case FILTER_SW:
    case FILTER_EW:
    case FILTER_GT:
    case FILTER_GE:
    case FILTER_LT:
    case FILTER_LE:
        break;
    }
    return test_value(a, f, part_of(f, value));
}

bool filter_mentions(const struct filter *f, struct attr_ref ref) {
    if (!f)
        return false;
    bool whole = !ref.sub || !f->ref.sub || f->ref.sub == ref.sub;
    return (f->ref.attr && f->ref.attr == ref.attr && whole) || filter_mentions(f->left, ref) ||
           filter_mentions(f->right, ref);
}

bool filter_absent(const struct filter *f) {
    if (f->kind == FILTER_EQ)
        return !f->key;
    return f->kind == FILTER_NE && f->key && !f->ref.attr->multi;
}
