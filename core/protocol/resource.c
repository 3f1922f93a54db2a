/* Reads the body of a POST or PUT into normal form. */

#include "protocol/resource.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/bulk.h"
#include "protocol/patch.h"
#include "protocol/size.h"
#include "protocol/unregistered.h"
#include "protocol/value.h"

#include <assert.h>
#include <string.h>

/* The state of reading a body. */
struct reading {
    struct ctx *ctx;
    const struct resource_type *rt;
    struct dialect dialect;
    struct json_object *old; /* NULL: POST */
    struct parts *parts;     /* the parts of a PUT; NULL: the first failure ends the work */
    struct patch *paths;     /* members whose names are paths */
    bool in_text;            /* inside an extension that came as JSON text */
};

/* Whether a failing attribute is left out; it then stays as it was. */
static bool leaves_out(struct reading *r, const char *name, enum err e, struct json_object *old, const char *key,
                       struct json_object *into) {
    if (!r->parts || !r->parts->go_on || !r->dialect.lenient)
        return false;
    parts_failed(r->ctx, r->parts, name, e);
    if (json_get(old, key))
        json_object_object_add(into, key, json_object_get(json_copy(r->ctx->arena, json_get(old, key))));
    return true;
}

static bool names_urn(struct json_object *list, const char *urn) {
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        const char *s = json_object_is_type(element, json_type_string) ? json_object_get_string(element) : "";
        if (fold_ascii_equal(s, strlen(s), urn, strlen(urn)))
            return true;
    }
    return false;
}

/* strict requires the base URN; lenient accepts anything that does not name only the other type. */
static enum err check_schemas(struct reading *r, struct json_object *body) {
    struct json_object *schemas = json_get_caseless(body, "schemas");
    bool list = json_object_is_type(schemas, json_type_array);
    bool base = list && names_urn(schemas, r->rt->base->urn);
    const char *other = strcmp(r->rt->name, "User") == 0 ? SCHEMA_GROUP : SCHEMA_USER;
    if (base || (r->dialect.lenient && !(list && names_urn(schemas, other))))
        return OK;
    return fail(r->ctx, ERR_INVALID_SYNTAX, "schemas must be an array with \"%s\"", r->rt->base->urn);
}

static enum err read_attr(struct reading *r, const struct attr *attr, struct json_object *in, const char *where,
                          struct json_object **out) {
    const struct reader reader = {.ctx = r->ctx, .dialect = r->dialect, .in_text = r->in_text};
    if (!attr->multi)
        return resource_value(&reader, attr, in, where, out);
    struct json_object *values;
    enum err e = resource_list(&reader, attr, in, where, &values);
    if (e != OK)
        return e;
    *out = json_new_array(r->ctx->arena);
    resource_first_primary(&reader, attr, values);
    e = resource_settle_primary(r->ctx, attr, values, values);
    resource_merge(r->ctx, attr, *out, json_new_object(r->ctx->arena), values, NULL);
    if (json_object_array_length(*out) == 0)
        *out = NULL;
    return e;
}

/* Adds one attribute of a body to `into`; attributes that are read-only or never stored are ignored. */
static enum err add_body_attr(struct reading *r, const struct attr *attr, const char *prefix, struct json_object *in,
                              struct json_object *into) {
    struct json_object *v = NULL;
    const char *where = *prefix ? arena_join(r->ctx->arena, prefix, attr->name, "") : attr->name;
    bool password = !*prefix && strcmp(attr->name, "password") == 0;
    if (attr->mutability == ATTR_READ_ONLY)
        return OK;
    enum err e = read_attr(r, attr, in, where, &v);
    if (e == OK && v && !password)
        json_object_object_add(into, attr->name, json_object_get(v));
    return e;
}

/* The object under a URN, which may come as JSON text; `inside` reads its members. *in NULL: nothing. */
static enum err open_object(struct reading *r, const char *urn, struct json_object **in, struct reading *inside) {
    const struct reader reader = {.ctx = r->ctx, .dialect = r->dialect, .in_text = r->in_text};
    struct reader unpacked = reader;
    *in = resource_unpacked(&reader, *in, &unpacked);
    *inside = *r;
    inside->in_text = unpacked.in_text;
    return !*in || json_object_is_type(*in, json_type_object)
               ? OK
               : fail(r->ctx, ERR_INVALID_VALUE, "%s must be an object", urn);
}

static enum err check_given(struct reading *r, const char *name, struct json_object *value) {
    enum err e = size_check(r->ctx, name, value, r->old);
    return e == OK ? bulk_check_resolved(r->ctx, r->dialect.unresolved, name, value) : e;
}

static enum err add_extension(struct reading *r, const struct schema *s, struct json_object *in,
                              struct json_object *into) {
    struct json_object *object = json_new_object(r->ctx->arena);
    const char *prefix = arena_printf(r->ctx->arena, "%s:", s->urn);
    struct reading part;
    enum err opened = open_object(r, s->urn, &in, &part);
    if (opened != OK || !in)
        return opened;
    json_object_object_foreach(in, name, value) {
        const struct attr *attr = schema_attr(s, name, strlen(name));
        enum err e = check_given(r, name, value);
        if (e == OK)
            e = attr ? add_body_attr(&part, attr, prefix, value, object)
                     : patch_name_add(r->ctx, r->paths, s, name, value, part.in_text);
        const char *where = arena_join(r->ctx->arena, prefix, name, "");
        if (e != OK && !leaves_out(r, where, e, json_get(r->old, s->urn), attr ? attr->name : name, object))
            return e;
    }
    if (json_object_object_length(object) > 0)
        json_object_object_add(into, s->urn, json_object_get(object));
    return OK;
}

/* Lenient keeps data under an unregistered URN: clients send mistyped and own URNs with real data. */
static enum err keep_unregistered(struct reading *r, const char *name, struct json_object *value,
                                  struct json_object *into) {
    const struct unregistered_change c = {.op = UNREGISTERED_REPLACE, .path = name, .in_body = true, .value = value};
    const struct reader reader = {.ctx = r->ctx, .dialect = r->dialect};
    return r->dialect.lenient ? unregistered_apply(&reader, r->rt, &c, into) : OK;
}

static bool is_base(const struct reading *r, const char *name) {
    return fold_ascii_equal(name, strlen(name), r->rt->base->urn, strlen(r->rt->base->urn));
}

static enum err add_base(struct reading *r, struct json_object *in, struct json_object *into);

static enum err add_member(struct reading *r, const char *name, struct json_object *value, struct json_object *into) {
    size_t len = strlen(name);
    const struct schema *extension = schema_extension(r->rt, name, len);
    const struct attr *attr = schema_attr(r->rt->base, name, len);
    if (extension)
        return add_extension(r, extension, value, into);
    if (is_base(r, name))
        return add_base(r, value, into);
    enum err e = check_given(r, name, value);
    if (e != OK)
        return e;
    if (!attr)
        attr = schema_common(name, len);
    if (!attr && schema_is_foreign(r->rt, name, len))
        return keep_unregistered(r, name, value, into);
    if (!attr)
        return patch_name_add(r->ctx, r->paths, NULL, name, value, r->in_text);
    if (strcmp(attr->name, "schemas") == 0)
        return OK;
    return add_body_attr(r, attr, "", value, into);
}

/* The stored name for a member of a body: extensions and attributes in the schema's spelling. */
static const char *canonical_name(const struct resource_type *rt, const char *name) {
    size_t len = strlen(name);
    const struct schema *extension = schema_extension(rt, name, len);
    const struct attr *attr = schema_attr(rt->base, name, len);
    if (!attr)
        attr = schema_common(name, len);
    return extension ? extension->urn : attr ? attr->name : name;
}

/* What a path that failed leads to stays as it was, unless the body has another value for it. */
static void keep_old(struct reading *r, const char *path, struct json_object *into) {
    struct attr_ref ref;
    if (!r->old || !schema_lookup(r->rt, path, strcspn(path, "["), &ref) || !ref.attr)
        return;
    const char *urn = ref.extension ? ref.extension->urn : NULL, *name = ref.attr->name;
    struct json_object *was = json_get(urn ? json_get(r->old, urn) : r->old, name);
    struct json_object *box = urn ? json_get(into, urn) : into, *is = json_get(box, name);
    if (ref.sub && json_object_is_type(is, json_type_object)) {
        box = is;
        name = ref.sub->name;
        was = json_get(was, name);
    }
    if (!was || json_get(box, name))
        return;
    if (!box) {
        box = json_new_object(r->ctx->arena);
        json_object_object_add(into, urn, json_object_get(box));
    }
    json_object_object_add(box, name, json_object_get(json_copy(r->ctx->arena, was)));
}

static enum err add_body_members(struct reading *r, struct json_object *in, struct json_object *into) {
    json_object_object_foreach(in, name, value) {
        enum err e = add_member(r, name, value, into);
        if (e != OK && !leaves_out(r, name, e, r->old, canonical_name(r->rt, name), into))
            return e;
    }
    return OK;
}

/* Adds base attributes from an object under the base URN, like those of an extension; each is a part. */
static enum err add_base(struct reading *r, struct json_object *in, struct json_object *into) {
    struct reading part;
    enum err e = open_object(r, r->rt->base->urn, &in, &part);
    return e == OK && in ? add_body_members(&part, in, into) : e;
}

/* Adds the values of the members whose names are paths; everything that failed now stays as it was. */
static enum err add_paths(struct reading *r, struct json_object **into) {
    struct parts failed = {.go_on = r->parts && r->parts->go_on};
    enum err e = patch_names_apply(r->ctx, r->paths, &failed, into);
    if (e != OK || !r->parts)
        return e;
    parts_failed_before(r->ctx, r->parts, failed.left_out);
    for (const struct part *p = r->parts->left_out; p; p = p->next)
        keep_old(r, p->name, *into);
    return OK;
}

static enum err read_body(struct reading *r, struct json_object *body, struct json_object **out) {
    if (!json_object_is_type(body, json_type_object))
        return fail(r->ctx, ERR_INVALID_SYNTAX, "the body must be a JSON object");
    *out = json_new_object(r->ctx->arena);
    enum err e = check_schemas(r, body);
    if (e != OK && leaves_out(r, "schemas", e, NULL, "", NULL))
        e = OK;
    if (e == OK)
        e = add_body_members(r, body, *out);
    return e == OK ? add_paths(r, out) : e;
}

enum err resource_from_parts(struct ctx *ctx, struct resource_rules rules, struct json_object *body,
                             struct json_object *old, struct parts *parts, struct json_object **out) {
    assert(parts);
    struct reading r = {.ctx = ctx, .rt = rules.rt, .dialect = rules.dialect, .old = old, .parts = parts};
    r.paths = patch_names(ctx, rules.rt, rules.dialect);
    parts_clear(parts);
    enum err e = read_body(&r, body, out);
    return e == OK ? resource_settle(ctx, rules, old, true, parts, out) : e;
}

enum err resource_from_body(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect,
                            struct json_object *body, struct json_object *old, struct json_object **out) {
    struct reading r = {.ctx = ctx, .rt = rt, .dialect = dialect, .old = old};
    r.paths = patch_names(ctx, rt, dialect);
    enum err e = read_body(&r, body, out);
    if (e == OK && old)
        e = resource_keep_fixed(ctx, rt, old, true, *out);
    return e == OK ? resource_check(ctx, rt, *out, old) : e;
}
