/* Unregistered extensions: keeps them, and changes them by PATCH. */

#include "protocol/unregistered_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/jsonv.h"
#include "protocol/value.h"

#include <assert.h>
#include <string.h>

enum { DEPTH = JSONV_DEPTH - 5 }; /* of a value, which is in a part of an attribute of an extension of a resource */

/* The target of a path. */
struct place {
    const char *urn; /* in the resource's spelling, or as sent */
    const char *name, *sub;
    bool there; /* the resource has the extension */
};

static bool is_json_object(struct json_object *v) {
    return json_object_is_type(v, json_type_object);
}

static bool is_list(struct json_object *v) {
    return json_object_is_type(v, json_type_array);
}

/* The member's name as the object spells it, else as given. */
static const char *spelled_key(struct json_object *box, const char *name) {
    if (is_json_object(box)) {
        json_object_object_foreach(box, key, v) {
            (void)v;
            if (fold_ascii_equal(key, strlen(key), name, strlen(name)))
                return key;
        }
    }
    return name;
}

/* The longest unregistered member with which the path begins, up to its end or a colon. */
static const char *stored_urn(const struct resource_type *rt, struct json_object *resource, const char *path) {
    const char *best = NULL;
    size_t len = strlen(path);
    json_object_object_foreach(resource, key, v) {
        size_t n = strlen(key);
        (void)v;
        bool begins = n <= len && (path[n] == ':' || !path[n]) && fold_ascii_equal(key, n, path, n);
        if (begins && schema_is_foreign(rt, key, n) && (!best || n > strlen(best)))
            best = key;
    }
    return best;
}

/* URNs of schemas end with the name of a resource type; attributes begin with a small letter: ...:2.0:User:seat. */
static bool looks_named(const char *path, const char *urn) {
    const char *colon = path + strlen(urn), *type = colon;
    while (type > path && type[-1] != ':')
        type--;
    return *type >= 'A' && *type <= 'Z' && colon[1] >= 'a' && colon[1] <= 'z';
}

/* Whether the data of a URN, if sent again, would be read as an attribute of a shorter URN. */
static bool is_attribute(struct arena *a, const struct resource_type *rt, const char *urn) {
    struct attr_ref ref;
    return schema_unregistered(a, rt, urn, strlen(urn), &ref) && looks_named(urn, ref.unregistered);
}

static bool resolve_place(struct arena *a, const struct resource_type *rt, const struct unregistered_change *c,
                          struct json_object *resource, struct place *out) {
    const char *stored = stored_urn(rt, resource, c->path), *rest = NULL;
    struct attr_ref ref;
    bool named = schema_unregistered(a, rt, c->path, strlen(c->path), &ref);
    bool whole = c->op != UNREGISTERED_REMOVE && is_json_object(c->value) && !c->filter && named &&
                 (c->in_body || !ref.sub) && !looks_named(c->path, ref.unregistered);
    *out = (struct place){.urn = stored ? stored : c->path, .there = stored};
    if (stored)
        rest = c->path + strlen(stored);
    else if (named && !whole)
        rest = c->path + strlen(ref.unregistered);
    if (!rest || !*rest)
        return c->path[strlen(c->path) - 1] != ':';
    out->urn = arena_strndup(a, c->path, (size_t)(rest - c->path));
    if (stored)
        out->urn = stored;
    else if ((rest > c->path && rest[-1] == ':') || is_attribute(a, rt, out->urn))
        return false; /* no URN ends like this: the stored data could not be sent again */
    const char *dot = strchr(++rest, '.');
    out->name = dot ? arena_strndup(a, rest, (size_t)(dot - rest)) : rest;
    out->sub = dot ? dot + 1 : NULL;
    return schema_is_name(rest, strlen(rest));
}

/* The depth of a value; a scalar has 0. */
static unsigned depth_of(struct json_object *v) {
    unsigned deepest = 0, one;
    if (!is_json_object(v) && !is_list(v))
        return 0;
    for (size_t i = 0, n = is_list(v) ? json_object_array_length(v) : 0; i < n; i++)
        if ((one = depth_of(json_object_array_get_idx(v, i))) > deepest)
            deepest = one;
    if (is_json_object(v)) {
        json_object_object_foreach(v, name, part) {
            (void)name;
            if ((one = depth_of(part)) > deepest)
                deepest = one;
        }
    }
    return deepest + 1;
}

static enum err refuse_too_many(struct ctx *ctx, const char *what, int most) {
    return fail(ctx, ERR_INVALID_VALUE, "an extension that nobody registered may have %d %s at most", most, what);
}

/* A value without its unassigned parts; NULL: nothing is left. */
static struct json_object *kept_value(struct arena *a, struct json_object *v) {
    if (!value_assigned(v))
        return NULL;
    if (!is_json_object(v) && !is_list(v))
        return v;
    struct json_object *out = is_list(v) ? json_new_array(a) : json_new_object(a);
    for (size_t i = 0, n = is_list(v) ? json_object_array_length(v) : 0; i < n; i++) {
        struct json_object *one = kept_value(a, json_object_array_get_idx(v, i));
        if (one)
            json_object_array_add(out, json_object_get(one));
    }
    if (is_json_object(v)) {
        json_object_object_foreach(v, name, part) {
            struct json_object *one = kept_value(a, part);
            if (one)
                json_object_object_add(out, name, json_object_get(one));
        }
    }
    return out;
}

/* `add` to a list: appends the new values. */
static enum err append_values(struct ctx *ctx, struct json_object *list, struct json_object *v) {
    struct json_object *seen = json_new_object(ctx->arena), *more = kept_value(ctx->arena, v);
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++)
        json_object_object_add(seen, json_text(ctx->arena, json_object_array_get_idx(list, i)), NULL);
    for (size_t i = 0, n = is_list(more) ? json_object_array_length(more) : more != NULL; i < n; i++) {
        struct json_object *one = is_list(more) ? json_object_array_get_idx(more, i) : more;
        const char *text = json_text(ctx->arena, one);
        if (json_object_object_get_ex(seen, text, NULL))
            continue;
        json_object_object_add(seen, text, NULL);
        json_object_array_add(list, json_object_get(one));
    }
    return json_object_array_length(list) > JSONV_ELEMENTS ? refuse_too_many(ctx, "values in a list", JSONV_ELEMENTS)
                                                           : OK;
}

static enum err put_member(struct ctx *ctx, struct json_object *box, const char *key, struct json_object *v) {
    if (!value_assigned(v))
        json_object_object_del(box, key);
    else if (json_get(box, key) != v)
        json_object_object_add(box, key, json_object_get(v));
    return json_object_object_length(box) > JSONV_MEMBERS ? refuse_too_many(ctx, "members", JSONV_MEMBERS) : OK;
}

/* Merges the members of an object one by one; an empty object changes nothing. */
static enum err merge_members(struct ctx *ctx, struct json_object *box, bool add, struct json_object *v) {
    enum err e = OK;
    json_object_object_foreach(v, name, part) {
        if (e == OK)
            e = unregistered_set(ctx, box, name, add, part);
    }
    return e;
}

enum err unregistered_set(struct ctx *ctx, struct json_object *box, const char *name, bool add, struct json_object *v) {
    const char *key = spelled_key(box, name);
    struct json_object *now = json_keep(ctx->arena, json_get(box, key));
    if (add && is_list(now)) {
        enum err e = append_values(ctx, now, v);
        return e == OK ? put_member(ctx, box, key, now) : e;
    }
    if (!is_json_object(v))
        return put_member(ctx, box, key, kept_value(ctx->arena, v));
    struct json_object *whole = is_json_object(now) ? now : json_new_object(ctx->arena);
    enum err e = merge_members(ctx, whole, add, v);
    return e == OK ? put_member(ctx, box, key, whole) : e;
}

/* Sets a part of the attribute, or of each value of a list. */
static enum err set_part(struct ctx *ctx, struct json_object *box, const struct place *at,
                         const struct unregistered_change *c) {
    const char *key = spelled_key(box, at->name);
    struct json_object *now = json_keep(ctx->arena, json_get(box, key));
    bool remove = c->op == UNREGISTERED_REMOVE, add = c->op == UNREGISTERED_ADD;
    struct json_object *v = remove ? NULL : c->value;
    if (now && !is_json_object(now) && !is_list(now))
        return remove ? OK : fail(ctx, ERR_INVALID_PATH, "%s has no parts", at->name);
    if (!is_list(now)) {
        struct json_object *whole = now ? now : json_new_object(ctx->arena);
        enum err e = unregistered_set(ctx, whole, at->sub, add, v);
        return e == OK ? put_member(ctx, box, key, whole) : e;
    }
    enum err e = OK;
    struct json_object *list = json_new_array(ctx->arena);
    for (size_t i = 0, n = json_object_array_length(now); e == OK && i < n; i++) {
        struct json_object *one = json_object_array_get_idx(now, i);
        if (is_json_object(one))
            e = unregistered_set(ctx, one, at->sub, add, v);
        if (value_assigned(one))
            json_object_array_add(list, json_object_get(one));
    }
    return e == OK ? put_member(ctx, box, key, list) : e;
}

static enum err change_in(struct ctx *ctx, struct json_object *box, const struct place *at,
                          const struct unregistered_change *c) {
    const char *key = spelled_key(box, at->name);
    struct json_object *now = json_get(box, key);
    if (c->filter)
        return unregistered_choose(ctx, box, key, c);
    if (at->sub)
        return set_part(ctx, box, at, c);
    if (c->op != UNREGISTERED_REMOVE)
        return unregistered_set(ctx, box, key, c->op == UNREGISTERED_ADD, c->value);
    if (c->value && is_list(now))
        return unregistered_take(ctx, box, key, c->value);
    return put_member(ctx, box, key, NULL);
}

/* Changes the extension as a whole. */
static enum err change_whole(struct ctx *ctx, struct json_object *resource, const char *urn,
                             const struct unregistered_change *c) {
    if (c->filter)
        return fail(ctx, ERR_INVALID_PATH, "\"%s\" is an extension: there is no attribute before the bracket", urn);
    if (c->op == UNREGISTERED_REMOVE || !c->value)
        return put_member(ctx, resource, urn, NULL);
    if (!is_json_object(c->value))
        return fail(ctx, ERR_INVALID_VALUE, "%s must be an object", urn);
    return unregistered_set(ctx, resource, urn, c->op == UNREGISTERED_ADD, c->value);
}

struct json_object *unregistered_current(const struct resource_type *rt, const struct unregistered_change *c,
                                         struct json_object *resource) {
    const char *urn = stored_urn(rt, resource, c->path);
    return urn ? json_get(resource, urn) : NULL;
}

enum err unregistered_apply(const struct reader *r, const struct resource_type *rt,
                            const struct unregistered_change *change, struct json_object *resource) {
    assert(change->path);
    struct ctx *ctx = r->ctx;
    struct unregistered_change c = *change;
    struct reader inside;
    struct place at;
    if (depth_of(c.value) > DEPTH)
        return fail(ctx, ERR_INVALID_VALUE, "\"%s\": the value is nested deeper than %d", c.path, DEPTH);
    if (!resolve_place(ctx->arena, rt, &c, resource, &at))
        return fail(ctx, ERR_INVALID_PATH, "\"%s\": a URN with the name of an attribute was expected, as in %s:name",
                    c.path, at.urn);
    if (!at.name) {
        c.value = resource_unpacked(r, c.value, &inside);
        return depth_of(c.value) > DEPTH ? fail(ctx, ERR_INVALID_VALUE, "\"%s\" is nested too deeply", c.path)
                                         : change_whole(ctx, resource, arena_strdup(ctx->arena, at.urn), &c);
    }
    const char *urn = arena_strdup(ctx->arena, at.urn);
    struct json_object *box = json_keep(ctx->arena, json_get(resource, urn));
    if (!box)
        box = json_new_object(ctx->arena);
    enum err e = change_in(ctx, box, &at, &c);
    return e == OK ? put_member(ctx, resource, urn, box) : e;
}
