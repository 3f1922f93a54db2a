/* Checks whether an extension schema fits to the others of an organization. */

#include "protocol/schema.h"

#include <string.h>

/* Whether the text is a path to an attribute of the schema, or to a part of one. */
static bool is_path(const struct schema *s, const char *text) {
    bool built_in = schema_find(s->urn, strlen(s->urn));
    struct resource_type rt = {
        .base = built_in ? s : schema_user_type()->base, .extensions = &s, .n_extensions = built_in ? 0 : 1};
    struct attr_ref ref;
    return schema_lookup(&rt, text, strlen(text), &ref) && ref.attr && (built_in || ref.extension == s);
}

/* A path belongs to the schema with the longest URN, so a URN must not be a path of another schema. */
static enum err check_pair(struct ctx *ctx, const struct schema *s, const struct schema *other) {
    if (s == other)
        return OK;
    if (is_path(other, s->urn))
        return fail(ctx, ERR_INVALID_VALUE, "id: %s is the path of an attribute of %s", s->urn, other->urn);
    if (is_path(s, other->urn))
        return fail(ctx, ERR_INVALID_VALUE, "attribute %s: its path is the id of another schema",
                    other->urn + strlen(s->urn) + 1);
    return OK;
}

static enum err check_others(struct ctx *ctx, const struct schema *s, const struct schema *const *others, size_t n) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++)
        e = check_pair(ctx, s, others[i]);
    return e;
}

/* A value of a list has no list in it; a required attribute must not be read-only, because nobody could give it. */
static enum err check_attrs(struct ctx *ctx, const struct attr *attrs, size_t n) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct attr *a = &attrs[i];
        if (a->parent && a->multi)
            return fail(ctx, ERR_INVALID_VALUE, "attribute %s.%s: a sub-attribute cannot be multiValued",
                        a->parent->name, a->name);
        if (a->required && a->mutability == ATTR_READ_ONLY)
            return fail(ctx, ERR_INVALID_VALUE, "attribute %s%s%s: what is readOnly cannot be required",
                        a->parent ? a->parent->name : "", a->parent ? "." : "", a->name);
        e = check_attrs(ctx, a->subs, a->n_subs);
    }
    return e;
}

enum err schema_check(struct ctx *ctx, const struct schema_types *types, const char *urn) {
    size_t n, len = strlen(urn);
    const struct schema *const *built_in = schema_all(&n);
    const struct schema *s = schema_extension(types->user, urn, len);
    if (!s)
        s = schema_extension(types->group, urn, len);
    enum err e = check_attrs(ctx, s->attrs, s->n_attrs);
    if (e == OK)
        e = check_others(ctx, s, built_in, n);
    if (e == OK)
        e = check_others(ctx, s, types->user->extensions, types->user->n_extensions);
    return e == OK ? check_others(ctx, s, types->group->extensions, types->group->n_extensions) : e;
}
