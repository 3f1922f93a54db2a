/* Lists in unregistered extensions. */

#include "protocol/unregistered_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <string.h>

enum { COMPARISONS = 1000000 };

static bool is_object_value(struct json_object *v) {
    return json_object_is_type(v, json_type_object);
}

static void put_list(struct json_object *box, const char *key, struct json_object *list) {
    json_set_or_drop(box, key, json_object_array_length(list) > 0 ? list : NULL);
}

/* Whether an element has all parts of a listed value. */
static bool says_the_same(struct json_object *element, struct json_object *listed) {
    if (!is_object_value(listed) || !is_object_value(element))
        return json_same(element, listed);
    json_object_object_foreach(listed, name, part) {
        if (value_assigned(part) && !json_same(json_get_caseless(element, name), part))
            return false;
    }
    return true;
}

static bool is_element_listed(struct json_object *element, struct json_object *listed) {
    if (!json_object_is_type(listed, json_type_array))
        return says_the_same(element, listed);
    for (size_t i = 0, n = json_object_array_length(listed); i < n; i++)
        if (says_the_same(element, json_object_array_get_idx(listed, i)))
            return true;
    return false;
}

enum err unregistered_take(struct ctx *ctx, struct json_object *box, const char *key, struct json_object *listed) {
    struct json_object *list = json_get(box, key), *left = json_new_array(ctx->arena);
    bool many = json_object_is_type(listed, json_type_array);
    size_t n_listed = many ? json_object_array_length(listed) : 1, n = json_object_array_length(list);
    if (n * n_listed > COMPARISONS)
        return fail(ctx, ERR_TOO_LARGE, "too many values to remove from a long list: send fewer at a time");
    for (size_t i = 0; i < n_listed; i++)
        if (!value_assigned(many ? json_object_array_get_idx(listed, i) : listed))
            return fail(ctx, ERR_INVALID_VALUE, "%s: a value was expected that says what to remove", key);
    for (size_t i = 0; i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (!is_element_listed(element, listed))
            json_object_array_add(left, json_object_get(element));
    }
    put_list(box, key, left);
    return OK;
}

/* Makes a value from a filter of `eq` and `and`; false: the filter has something else. */
static bool element_from_filter(const struct filter *f, struct json_object *into) {
    if (f->kind == FILTER_AND)
        return element_from_filter(f->left, into) && element_from_filter(f->right, into);
    if (f->kind != FILTER_EQ || !f->key || !f->ref.sub || json_get_caseless(into, f->ref.sub->name))
        return false;
    json_object_object_add(into, f->ref.sub->name, f->text ? json_object_new_string(f->text) : json_object_get(f->key));
    return true;
}

/* Adds the change's value to an element made from the filter. */
static enum err fill_element(struct ctx *ctx, struct json_object *element, const char *key,
                             const struct unregistered_change *c) {
    enum err e = OK;
    if (c->tail)
        return unregistered_set(ctx, element, c->tail, false, c->value);
    if (!is_object_value(c->value))
        return fail(ctx, ERR_INVALID_VALUE, "%s: an object was expected", key);
    json_object_object_foreach(c->value, name, part) {
        if (e == OK)
            e = unregistered_set(ctx, element, name, false, part);
    }
    return e;
}

/* If no value matches, makes one, unless the change gives nothing. */
static enum err create_element(struct ctx *ctx, struct json_object *box, const char *key,
                               const struct unregistered_change *c, struct json_object *list) {
    struct json_object *element = json_new_object(ctx->arena);
    if (c->op == UNREGISTERED_REMOVE || !value_assigned(c->value))
        return OK;
    if (!element_from_filter(c->filter, element) || (c->op == UNREGISTERED_REPLACE && !c->tail))
        return fail(ctx, ERR_NO_TARGET, "no value of %s matches", key);
    enum err e = fill_element(ctx, element, key, c);
    if (e != OK)
        return e;
    struct json_object *more = json_new_array(ctx->arena);
    json_object_array_add(more, json_object_get(element));
    if (list)
        return unregistered_set(ctx, box, key, true, more);
    json_object_object_add(box, key, json_object_get(more));
    return OK;
}

/* Whether only the parts that describe a value are left. */
static bool is_shell(struct json_object *v) {
    json_object_object_foreach(v, name, part) {
        size_t n = strlen(name);
        if (value_assigned(part) && !fold_ascii_equal(name, n, "type", 4) && !fold_ascii_equal(name, n, "primary", 7) &&
            !fold_ascii_equal(name, n, "display", 7))
            return false;
    }
    return true;
}

/* What a chosen value becomes; NULL: it is removed. */
static enum err change_element(struct ctx *ctx, const char *key, const struct unregistered_change *c,
                               struct json_object *element, struct json_object **out) {
    bool remove = c->op == UNREGISTERED_REMOVE;
    struct json_object *box = json_new_object(ctx->arena);
    *out = NULL;
    if (c->tail) {
        if (!is_object_value(element))
            return fail(ctx, ERR_INVALID_PATH, "a value of %s has no parts", key);
        enum err e = unregistered_set(ctx, element, c->tail, c->op == UNREGISTERED_ADD, remove ? NULL : c->value);
        bool cleared = remove || !value_assigned(c->value);
        *out = e == OK && !(cleared && is_shell(element)) ? element : NULL;
        return e;
    }
    if (remove || !value_assigned(c->value))
        return OK;
    if (c->op == UNREGISTERED_ADD)
        json_object_object_add(box, key, json_object_get(element));
    enum err e = unregistered_set(ctx, box, key, false, c->value);
    *out = e == OK ? json_keep(ctx->arena, json_get(box, key)) : NULL;
    return e;
}

static enum err change_list(struct ctx *ctx, struct json_object *box, const char *key,
                            const struct unregistered_change *c, struct json_object *list, bool *any) {
    struct json_object *left = json_new_array(ctx->arena);
    enum err e = OK;
    *any = false;
    for (size_t i = 0, n = json_object_array_length(list); e == OK && i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i), *new = element;
        if (filter_match(ctx->arena, c->filter, element)) {
            *any = true;
            e = change_element(ctx, key, c, element, &new);
        }
        if (e == OK && new)
            json_object_array_add(left, json_object_get(new));
    }
    if (e == OK && *any)
        put_list(box, key, left);
    return e;
}

enum err unregistered_choose(struct ctx *ctx, struct json_object *box, const char *key,
                             const struct unregistered_change *c) {
    struct json_object *now = json_keep(ctx->arena, json_get(box, key)), *new;
    bool list = json_object_is_type(now, json_type_array), any;
    if (!now)
        return create_element(ctx, box, key, c, NULL);
    if (!list) { /* the single value, if the filter matches it */
        if (!filter_match(ctx->arena, c->filter, now))
            return OK;
        enum err e = change_element(ctx, key, c, now, &new);
        if (e == OK)
            json_set_or_drop(box, key, new);
        return e;
    }
    enum err e = change_list(ctx, box, key, c, now, &any);
    return e == OK && !any ? create_element(ctx, box, key, c, now) : e;
}
