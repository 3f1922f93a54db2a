#include "protocol/projection.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"

#include <string.h>

enum { PROJECTION_NAMES = 128 };

struct names {
    struct attr_ref refs[PROJECTION_NAMES];
    size_t n;
};

struct projection {
    enum { DEFAULT, ONLY, EXCEPT } mode;
    struct names names; /* of the parameter */
    struct names set;   /* what a write sets: of the attributes returned on request these are shown */
};

/* One name of the list; unknown ones are ignored, "emails[...]" counts as emails (Entra's test tool). */
static void add_name(struct names *names, const struct resource_type *rt, const char *s, size_t len) {
    while (len && *s == ' ') {
        s++;
        len--;
    }
    while (len && s[len - 1] == ' ')
        len--;
    const char *bracket = len ? memchr(s, '[', len) : NULL;
    if (bracket)
        len = (size_t)(bracket - s);
    if (len && names->n < PROJECTION_NAMES && schema_lookup(rt, s, len, &names->refs[names->n]))
        names->n++;
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
    p->mode = exclude ? EXCEPT : ONLY;
    for (const char *s = include ? attributes : excluded; *s;) {
        size_t len = strcspn(s, ",");
        add_name(&p->names, rt, s, len);
        s += len + (s[len] == ',');
    }
    *out = p;
    return OK;
}

bool projection_wants(const struct projection *p, const char *attr) {
    bool named = false, whole = false;
    if (!p || p->mode == DEFAULT)
        return true;
    for (size_t i = 0; i < p->names.n; i++) {
        const struct attr_ref *r = &p->names.refs[i];
        if (r->extension || strcmp(r->attr->name, attr) != 0)
            continue;
        named = true;
        whole = whole || !r->sub;
    }
    return p->mode == EXCEPT ? !(named && whole) : named;
}

/* How a list of names speaks of an attribute: of itself (or its whole extension), of some of its parts. */
struct mention {
    bool whole, parts;
};

static struct mention mentioned(const struct names *names, const struct schema *extension, const struct attr *a) {
    struct mention m = {false, false};
    for (size_t i = 0; i < names->n; i++) {
        const struct attr_ref *r = &names->refs[i];
        if (r->extension != extension || (r->attr && r->attr != a))
            continue;
        m.whole = m.whole || !r->sub;
        m.parts = m.parts || r->sub;
    }
    return m;
}

static bool names_part(const struct names *names, const struct attr *sub) {
    for (size_t i = 0; i < names->n; i++)
        if (names->refs[i].sub == sub)
            return true;
    return false;
}

/* Whether a (sub-)attribute is in the answer (RFC 7643, 7), told how the parameter and the write speak of it. */
static bool stays(const struct projection *p, const struct attr *a, bool named, bool set) {
    if (a->returned == ATTR_ALWAYS)
        return true;
    if (a->returned == ATTR_NEVER || a->mutability == ATTR_WRITE_ONLY)
        return false;
    if (p->mode == ONLY)
        return named;
    return !named && (a->returned == ATTR_DEFAULT || set);
}

static void cut_parts(const struct projection *p, const struct attr *a, struct mention m, bool set,
                      struct json_object *object) {
    for (size_t i = 0; i < a->n_subs; i++) {
        const struct attr *sub = &a->subs[i];
        bool named = names_part(&p->names, sub);
        if (p->mode == ONLY && (m.whole || !m.parts))
            named = named || sub->returned == ATTR_DEFAULT;
        if (!stays(p, sub, named, set || names_part(&p->set, sub)))
            json_object_object_del(object, sub->name);
    }
}

static void cut_attr(const struct projection *p, const struct schema *extension, const struct attr *a,
                     struct json_object *box) {
    struct json_object *v = json_get(box, a->name);
    struct mention m = mentioned(&p->names, extension, a), set = mentioned(&p->set, extension, a);
    if (!v)
        return;
    if (!stays(p, a, m.whole || (p->mode == ONLY && m.parts), set.whole || set.parts)) {
        json_object_object_del(box, a->name);
        return;
    }
    if (json_object_is_type(v, json_type_object))
        cut_parts(p, a, m, set.whole, v);
    for (size_t i = 0, n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; i < n; i++)
        cut_parts(p, a, m, set.whole, json_object_array_get_idx(v, i));
}

/* Extensions that nobody registered have no attributes that could be named. */
static void cut_unregistered(const struct projection *p, const struct resource_type *rt, struct json_object *resource) {
    if (p->mode != ONLY)
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
    static const struct projection everything = {.mode = DEFAULT};
    if (!p)
        p = &everything;
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

static void conceal(const struct attr *attrs, size_t n, struct json_object *box) {
    for (size_t i = 0; i < n; i++) {
        struct json_object *v = json_get(box, attrs[i].name);
        if (attrs[i].returned == ATTR_NEVER || attrs[i].mutability == ATTR_WRITE_ONLY)
            json_object_object_del(box, attrs[i].name);
        else if (json_object_is_type(v, json_type_object))
            conceal(attrs[i].subs, attrs[i].n_subs, v);
        else
            for (size_t k = 0, m = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; k < m;
                 k++)
                conceal(attrs[i].subs, attrs[i].n_subs, json_object_array_get_idx(v, k));
    }
}

void projection_conceal(const struct resource_type *rt, struct json_object *resource) {
    for (size_t k = 0; k < rt->n_extensions; k++) {
        struct json_object *box = json_get(resource, rt->extensions[k]->urn);
        if (box)
            conceal(rt->extensions[k]->attrs, rt->extensions[k]->n_attrs, box);
    }
}

static void add_members(struct arena *a, struct names *set, const struct resource_type *rt, const char *prefix,
                        struct json_object *o) {
    json_object_object_foreach(o, name, value) {
        (void)value;
        const char *path = arena_printf(a, "%s%s", prefix, name);
        add_name(set, rt, path, strlen(path));
    }
}

/* The names in an object that a write gives: attributes, and those of extensions. */
static void add_given(struct arena *a, struct names *set, const struct resource_type *rt, struct json_object *o) {
    json_object_object_foreach(o, name, value) {
        const struct schema *extension = schema_extension(rt, name, strlen(name));
        if (extension && json_object_is_type(value, json_type_object))
            add_members(a, set, rt, arena_printf(a, "%s:", extension->urn), value);
        else
            add_name(set, rt, name, strlen(name));
    }
}

static void add_operation(struct arena *a, struct names *set, const struct resource_type *rt, struct json_object *op) {
    struct json_object *path = json_get_caseless(op, "path"), *value = json_get_caseless(op, "value");
    if (json_object_is_type(path, json_type_string))
        add_name(set, rt, json_object_get_string(path), (size_t)json_object_get_string_len(path));
    else if (json_object_is_type(value, json_type_object))
        add_given(a, set, rt, value);
}

const struct projection *projection_of_write(struct ctx *ctx, const struct resource_type *rt,
                                             const struct projection *p, struct json_object *body) {
    struct json_object *operations = json_get_caseless(body, "Operations");
    if (!rt->hides || (p && p->mode == ONLY))
        return p;
    struct projection *out = arena_alloc(ctx->arena, sizeof *out);
    if (p)
        *out = *p;
    bool patch = json_object_is_type(operations, json_type_array);
    if (!patch)
        add_given(ctx->arena, &out->set, rt, body);
    for (size_t i = 0, n = patch ? json_object_array_length(operations) : 0; i < n; i++)
        add_operation(ctx->arena, &out->set, rt, json_object_array_get_idx(operations, i));
    return out;
}
