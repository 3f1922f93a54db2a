/* Checks that operator and value of a comparison fit the attribute, and makes the key to compare with. */

#include "protocol/filter_internal.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <string.h>

static bool is_ordering(enum filter_kind kind) {
    return kind == FILTER_GT || kind == FILTER_GE || kind == FILTER_LT || kind == FILTER_LE;
}

static bool is_substring(enum filter_kind kind) {
    return kind == FILTER_CO || kind == FILTER_SW || kind == FILTER_EW;
}

/* Which operators a type allows (part F). */
static bool operator_fits(enum attr_type type, enum filter_kind kind) {
    switch (type) {
    case ATTR_STRING:
    case ATTR_REFERENCE:
        return true;
    case ATTR_BOOLEAN:
    case ATTR_BINARY:
        return !is_ordering(kind) && !is_substring(kind);
    case ATTR_INTEGER:
    case ATTR_DECIMAL:
    case ATTR_DATETIME:
        return !is_substring(kind);
    case ATTR_COMPLEX:
    case ATTR_ANY:
        break;
    }
    return false;
}

/* An unregistered attribute has only the type of the literal. */
static bool operator_fits_literal(struct json_object *literal, enum filter_kind kind) {
    if (json_object_is_type(literal, json_type_boolean))
        return operator_fits(ATTR_BOOLEAN, kind);
    return operator_fits(json_object_is_type(literal, json_type_string) ? ATTR_STRING : ATTR_DECIMAL, kind);
}

/* A boolean literal, which may be a string in any case (R-09; Entra: primary eq "True"). NULL: no boolean. */
static struct json_object *boolean_of(struct arena *arena, struct json_object *v) {
    if (json_object_is_type(v, json_type_boolean))
        return v;
    const char *s = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
    bool yes = fold_ascii_equal(s, strlen(s), "true", 4);
    if (!yes && !fold_ascii_equal(s, strlen(s), "false", 5))
        return NULL;
    return json_keep_new(arena, json_object_new_boolean(yes));
}

/* The literal as a key of the type, NULL if it does not fit. */
static struct json_object *literal_key(struct arena *arena, const struct attr *a, struct json_object *v) {
    char key[CLOCK_KEY];
    bool string = json_object_is_type(v, json_type_string);
    switch (a->type) {
    case ATTR_BOOLEAN:
        return boolean_of(arena, v);
    case ATTR_INTEGER:
    case ATTR_DECIMAL:
        return json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double) ? v : NULL;
    case ATTR_DATETIME:
        if (!string || !clock_parse(json_object_get_string(v), (size_t)json_object_get_string_len(v), key))
            return NULL;
        return json_keep_new(arena, json_object_new_string(key));
    case ATTR_STRING:
    case ATTR_REFERENCE:
    case ATTR_BINARY:
        return string ? value_key(arena, a, v) : NULL;
    case ATTR_ANY:
        return value_key(arena, a, v);
    case ATTR_COMPLEX:
        break;
    }
    return NULL;
}

const char *filter_settle(struct arena *arena, struct filter *f, struct json_object *literal) {
    const struct attr *a = f->ref.sub ? f->ref.sub : f->ref.attr;
    if (!literal)
        return f->kind == FILTER_EQ || f->kind == FILTER_NE ? NULL : "null can only be compared with eq or ne";
    if (a->type == ATTR_COMPLEX) {
        f->ref.sub = schema_value_part(a);
        if (!f->ref.sub)
            return arena_printf(arena, "%s has parts: name one of them, as in %s.%s", a->name, a->name,
                                a->n_subs ? a->subs[0].name : "value");
        a = f->ref.sub;
        if (schema_is_secret(a))
            return arena_printf(arena, "%s cannot be filtered on", a->name);
    }
    if (a->type == ATTR_ANY ? !operator_fits_literal(literal, f->kind) : !operator_fits(a->type, f->kind))
        return arena_printf(arena, "this operator does not fit the type of %s", a->name);
    f->key = literal_key(arena, a, literal);
    if (!f->key)
        return arena_printf(arena, "the value does not fit the type of %s", a->name);
    f->text = json_object_is_type(literal, json_type_string) ? json_object_get_string(literal) : NULL;
    return NULL;
}
