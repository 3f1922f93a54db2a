/* Steps of a PATCH on the attribute schemas. */

#include "protocol/patch_internal.h"

#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <string.h>

enum err patch_drop_extension(struct ctx *ctx, const struct schema *extension, struct json_object *resource) {
    if (extension->required && json_get(resource, extension->urn))
        return fail(ctx, ERR_MUTABILITY, "the extension %s is required", extension->urn);
    json_object_object_del(resource, extension->urn);
    return OK;
}

/* The i-th URN of a value that is a list or one URN; "" if it is no text. */
static const char *urn_at(struct json_object *value, size_t i) {
    struct json_object *v = json_object_is_type(value, json_type_array) ? json_object_array_get_idx(value, i) : value;
    return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

static size_t urn_count(struct json_object *value) {
    return json_object_is_type(value, json_type_array) ? json_object_array_length(value) : value != NULL;
}

static bool is_same_urn(const char *a, const char *b) {
    return fold_ascii_equal(a, strlen(a), b, strlen(b));
}

/* Whether the step concerns this schema: by its filter, or else by its value. */
static bool is_step_about(struct ctx *ctx, const struct patch_step *s, const char *urn) {
    if (s->target.filter)
        return filter_match(ctx->arena, s->target.filter, json_keep_new(ctx->arena, json_object_new_string(urn)));
    for (size_t i = 0, n = urn_count(s->value); i < n; i++)
        if (is_same_urn(urn_at(s->value, i), urn))
            return true;
    return false;
}

static enum err check_urns(struct ctx *ctx, const struct patch *p, struct json_object *value) {
    const struct resource_type *rt = p->rt;
    for (size_t i = 0, n = urn_count(value); i < n; i++) {
        const char *urn = urn_at(value, i);
        bool foreign = p->dialect.lenient && schema_is_foreign(rt, urn, strlen(urn));
        if (!is_same_urn(urn, rt->base->urn) && !schema_extension(rt, urn, strlen(urn)) && !foreign)
            return fail(ctx, ERR_INVALID_VALUE, "\"%s\" is no schema of %s", urn, rt->name);
    }
    return OK;
}

/* The same for unregistered extensions. */
static void drop_unregistered(struct ctx *ctx, const struct patch *p, const struct patch_step *s,
                              struct json_object *resource) {
    json_object_object_foreach(resource, name, v) {
        (void)v;
        if (schema_is_foreign(p->rt, name, strlen(name)) && is_step_about(ctx, s, name) == (s->op == PATCH_REMOVE))
            json_object_object_del(resource, name);
    }
}

enum err patch_schemas(struct ctx *ctx, const struct patch *p, const struct patch_step *s,
                       struct json_object *resource) {
    bool remove = s->op == PATCH_REMOVE, base = is_step_about(ctx, s, p->rt->base->urn);
    bool everything = remove && !s->target.filter && !s->value;
    enum err e = remove ? OK : check_urns(ctx, p, s->value);
    if (e == OK && (everything || (remove && base) || (s->op == PATCH_REPLACE && !base)))
        e = fail(ctx, ERR_INVALID_VALUE, "the base schema cannot be removed");
    for (size_t k = 0; e == OK && s->op != PATCH_ADD && k < p->rt->n_extensions; k++)
        if (is_step_about(ctx, s, p->rt->extensions[k]->urn) == remove)
            e = patch_drop_extension(ctx, p->rt->extensions[k], resource);
    if (e == OK && s->op != PATCH_ADD)
        drop_unregistered(ctx, p, s, resource);
    return e;
}
