#include "protocol/projection.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"

#include <string.h>

enum { PROJECTION_NAMES = 128 };

struct projection {
    bool exclude;
    struct attr_ref refs[PROJECTION_NAMES];
    size_t n;
};

/* One name of the list; unknown ones are ignored, "emails[...]" counts as emails (Entra's test tool). */
static void add_name(struct projection *p, const struct resource_type *rt, const char *s, size_t len) {
    while (len && *s == ' ') {
        s++;
        len--;
    }
    while (len && s[len - 1] == ' ')
        len--;
    const char *bracket = len ? memchr(s, '[', len) : NULL;
    if (bracket)
        len = (size_t)(bracket - s);
    if (len && p->n < PROJECTION_NAMES && schema_lookup(rt, s, len, &p->refs[p->n]))
        p->n++;
}

enum err projection_parse(struct ctx *ctx, const struct resource_type *rt, const char *attributes, const char *excluded,
                          const struct projection **out) {
    bool include = attributes && *attributes, exclude = excluded && *excluded;
    *out = NULL;
    if (include && exclude)
        return fail(ctx, ERR_INVALID_VALUE, "attributes and excludedAttributes exclude each other");
    if (!include && !exclude)
        return OK;
    struct projection *p = arena_alloc(ctx->arena, sizeof *p);
    p->exclude = exclude;
    for (const char *s = include ? attributes : excluded; *s;) {
        size_t len = strcspn(s, ",");
        add_name(p, rt, s, len);
        s += len + (s[len] == ',');
    }
    *out = p;
    return OK;
}

bool projection_wants(const struct projection *p, const char *attr) {
    bool named = false, whole = false;
    for (size_t i = 0; p && i < p->n; i++)
        if (!p->refs[i].extension && strcmp(p->refs[i].attr->name, attr) == 0) {
            named = true;
            whole = whole || !p->refs[i].sub;
        }
    if (!p)
        return true;
    return p->exclude ? !(named && whole) : named;
}

/* Whether a (sub-)attribute stays, told how its parameter names it. */
static bool stays(const struct attr *a, bool exclude, bool named) {
    if (a->returned == ATTR_ALWAYS)
        return true;
    if (a->returned == ATTR_NEVER || a->mutability == ATTR_WRITE_ONLY)
        return false;
    if (exclude)
        return !named && a->returned == ATTR_DEFAULT;
    return named;
}

struct mention {
    bool whole, parts; /* the attribute itself; some of its parts */
};

static struct mention mentioned(const struct projection *p, const struct schema *extension, const struct attr *a) {
    struct mention m = {false, false};
    for (size_t i = 0; p && i < p->n; i++) {
        const struct attr_ref *r = &p->refs[i];
        if (r->extension == extension && !r->attr)
            m.whole = true;
        if (r->extension != extension || r->attr != a)
            continue;
        m.whole = m.whole || !r->sub;
        m.parts = m.parts || r->sub;
    }
    return m;
}

static bool names_part(const struct projection *p, const struct attr *sub) {
    for (size_t i = 0; i < p->n; i++)
        if (p->refs[i].sub == sub)
            return true;
    return false;
}

static void cut_parts(const struct projection *p, const struct attr *a, struct json_object *object) {
    for (size_t i = 0; i < a->n_subs; i++)
        if (!stays(&a->subs[i], p->exclude, names_part(p, &a->subs[i])))
            json_object_object_del(object, a->subs[i].name);
}

static void cut_attr(const struct projection *p, const struct schema *extension, const struct attr *a,
                     struct json_object *box) {
    struct json_object *v = json_get(box, a->name);
    struct mention m = mentioned(p, extension, a);
    if (!v)
        return;
    bool keep = p ? stays(a, p->exclude, m.whole || (!p->exclude && m.parts))
                  : a->returned != ATTR_NEVER && a->returned != ATTR_REQUEST;
    if (!keep) {
        json_object_object_del(box, a->name);
        return;
    }
    if (!p || m.whole || !m.parts)
        return;
    if (json_object_is_type(v, json_type_object))
        cut_parts(p, a, v);
    for (size_t i = 0, n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; i < n; i++)
        cut_parts(p, a, json_object_array_get_idx(v, i));
}

/* Extensions that nobody registered have no attributes that could be named. */
static void cut_unregistered(const struct projection *p, const struct resource_type *rt, struct json_object *resource) {
    if (!p || p->exclude)
        return;
    struct json_object_iter it;
    const char *gone[PROJECTION_NAMES];
    size_t n = 0;
    json_object_object_foreachC(resource, it) {
        if (strchr(it.key, ':') && !schema_extension(rt, it.key, strlen(it.key)) && n < PROJECTION_NAMES)
            gone[n++] = it.key;
    }
    while (n)
        json_object_object_del(resource, gone[--n]);
}

void projection_apply(const struct projection *p, const struct resource_type *rt, struct json_object *resource) {
    static const char *const common[] = {"externalId", "meta"};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        cut_attr(p, NULL, schema_common(common[i], strlen(common[i])), resource);
    for (size_t i = 0; i < rt->base->n_attrs; i++)
        cut_attr(p, NULL, &rt->base->attrs[i], resource);
    for (size_t k = 0; k < rt->n_extensions; k++) {
        const struct schema *s = rt->extensions[k];
        struct json_object *box = json_get(resource, s->urn);
        for (size_t i = 0; box && i < s->n_attrs; i++)
            cut_attr(p, s, &s->attrs[i], box);
        if (box && json_object_object_length(box) == 0)
            json_object_object_del(resource, s->urn);
    }
    cut_unregistered(p, rt, resource);
}
