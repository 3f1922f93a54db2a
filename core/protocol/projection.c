/* Decides which attributes an answer has, by attributes, excludedAttributes and the schema. */

#include "protocol/projection.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/words.h"

#include <string.h>

/* Distinct names of attributes; those of unregistered extensions as given. */
struct names {
    struct attr_ref *refs;
    size_t n, room;
    const char **unregistered;
    size_t n_unregistered, room_unregistered;
};

struct projection {
    enum { DEFAULT, ONLY, EXCEPT } mode;
    struct names names; /* the names of the parameter */
    struct names set;   /* the attributes that a write sets: of those returned on request only these are shown */
};

/* The array if it has room for one more, or else a copy with twice the room. */
static void *grown_array(struct arena *a, void *array, size_t n, size_t *room, size_t size) {
    if (n < *room)
        return array;
    *room = *room ? *room * 2 : 16;
    void *more = arena_array(a, *room, size);
    if (n)
        memcpy(more, array, n * size);
    return more;
}

static void add_ref(struct arena *a, struct names *names, struct attr_ref ref) {
    for (size_t i = 0; i < names->n; i++) {
        const struct attr_ref *r = &names->refs[i];
        if (r->extension == ref.extension && r->attr == ref.attr && r->sub == ref.sub)
            return;
    }
    names->refs = grown_array(a, names->refs, names->n, &names->room, sizeof *names->refs);
    names->refs[names->n++] = ref;
}

static bool names_unregistered(const struct names *names, const char *urn, size_t len) {
    for (size_t i = 0; i < names->n_unregistered; i++)
        if (fold_ascii_equal(names->unregistered[i], strlen(names->unregistered[i]), urn, len))
            return true;
    return false;
}

static void add_unregistered(struct arena *a, struct names *names, const char *urn, size_t len) {
    if (names_unregistered(names, urn, len))
        return;
    names->unregistered = grown_array(a, names->unregistered, names->n_unregistered, &names->room_unregistered,
                                      sizeof *names->unregistered);
    names->unregistered[names->n_unregistered++] = arena_strndup(a, urn, len);
}

/* One name of the list; unknown ones are ignored, "emails[...]" counts as emails (Entra's test tool). */
static void add_name(struct arena *a, struct names *names, const struct resource_type *rt, const char *s, size_t len) {
    struct attr_ref ref;
    while (len && *s == ' ') {
        s++;
        len--;
    }
    while (len && s[len - 1] == ' ')
        len--;
    const char *bracket = len ? memchr(s, '[', len) : NULL;
    if (bracket)
        len = (size_t)(bracket - s);
    if (len && schema_lookup(rt, s, len, &ref))
        add_ref(a, names, ref);
    else if (len > 4 && fold_ascii_equal(s, 4, "urn:", 4))
        add_unregistered(a, names, s, len);
}

static enum err add_list(struct ctx *ctx, struct names *names, const struct resource_type *rt, const char *list) {
    size_t len;
    for (const char *s; (s = words_next(&list, ",", &len));) {
        add_name(ctx->arena, names, rt, s, len);
        if (names->n + names->n_unregistered > PROJECTION_NAMES)
            return fail(ctx, ERR_INVALID_VALUE, "attributes and excludedAttributes can name %d attributes at most",
                        PROJECTION_NAMES);
    }
    return OK;
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
    *out = p;
    return add_list(ctx, &p->names, rt, include ? attributes : excluded);
}

bool projection_wants_part(const struct projection *p, const char *attr, const char *part) {
    bool except = !p || p->mode != ONLY, named = false;
    for (size_t i = 0; p && i < p->names.n && !named; i++) {
        const struct attr_ref *r = &p->names.refs[i];
        if (!r->extension && strcmp(r->attr->name, attr) == 0)
            named = !r->sub || (part ? strcmp(r->sub->name, part) == 0 : !except);
    }
    return except != named;
}

bool projection_wants(const struct projection *p, const char *attr) {
    return projection_wants_part(p, attr, NULL);
}

/* How a list of names mentions an attribute: itself (or its whole extension), or some of its parts. */
struct mention {
    bool whole, parts;
};

static struct mention find_mentions(const struct names *names, const struct schema *extension, const struct attr *a) {
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

/* Whether a (sub-)attribute is in the answer (RFC 7643, 7), given how the parameter and the write mention it. */
static bool is_answered(const struct projection *p, const struct attr *a, bool named, bool set) {
    if (a->returned == ATTR_ALWAYS)
        return true;
    if (schema_is_secret(a))
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
        if (!is_answered(p, sub, named, set || names_part(&p->set, sub)))
            json_object_object_del(object, sub->name);
    }
}

static bool is_empty_object(struct json_object *v) {
    return json_object_is_type(v, json_type_object) && json_object_object_length(v) == 0;
}

/* Removes a value if it is empty, and empty values from a list (MT-18). */
static void prune_empty(struct json_object *box, const char *name) {
    struct json_object *v = json_get(box, name);
    bool list = json_object_is_type(v, json_type_array);
    size_t n = list ? json_object_array_length(v) : 0, left = 0;
    for (size_t i = 0; i < n; i++)
        left += !is_empty_object(json_object_array_get_idx(v, i));
    if (list ? left == 0 : is_empty_object(v)) {
        json_object_object_del(box, name);
        return;
    }
    if (left == n)
        return;
    struct json_object *rest = json_object_new_array();
    for (size_t i = 0; i < n; i++)
        if (!is_empty_object(json_object_array_get_idx(v, i)))
            json_object_array_add(rest, json_object_get(json_object_array_get_idx(v, i)));
    json_object_object_add(box, name, rest);
}

static void cut_attr(const struct projection *p, const struct schema *extension, const struct attr *a,
                     struct json_object *box) {
    struct json_object *v = json_get(box, a->name);
    struct mention m = find_mentions(&p->names, extension, a), set = find_mentions(&p->set, extension, a);
    if (!v)
        return;
    if (!is_answered(p, a, m.whole || (p->mode == ONLY && m.parts), set.whole || set.parts)) {
        json_object_object_del(box, a->name);
        return;
    }
    if (json_object_is_type(v, json_type_object))
        cut_parts(p, a, m, set.whole, v);
    for (size_t i = 0, n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; i < n; i++)
        cut_parts(p, a, m, set.whole, json_object_array_get_idx(v, i));
    prune_empty(box, a->name);
}

/* Whether a list names `prefix` + `name`, or a part of it after a dot. */
static struct mention mentioned_part(const struct names *names, const char *prefix, const char *name) {
    struct mention m = {false, false};
    size_t n = strlen(prefix), k = strlen(name);
    for (size_t i = 0; i < names->n_unregistered; i++) {
        const char *path = names->unregistered[i];
        size_t len = strlen(path);
        if (len < n + k || !fold_ascii_equal(path, n, prefix, n) || !fold_ascii_equal(path + n, k, name, k))
            continue;
        m.whole = m.whole || !path[n + k];
        m.parts = m.parts || path[n + k] == '.';
    }
    return m;
}

/*
 * Keeps or removes the members of an extension's object, or of an attribute in it, whose names follow the prefix in the
 * list.
 */
static void cut_members(struct arena *a, const struct projection *p, const char *prefix, bool deeper,
                        struct json_object *box) {
    for (size_t i = 0, n = json_object_is_type(box, json_type_array) ? json_object_array_length(box) : 0; i < n; i++)
        cut_members(a, p, prefix, deeper, json_object_array_get_idx(box, i));
    if (!json_object_is_type(box, json_type_object))
        return;
    json_object_object_foreach(box, name, v) {
        struct mention m = mentioned_part(&p->names, prefix, name);
        bool stays = p->mode == ONLY ? m.whole || m.parts : !m.whole;
        if (!stays) {
            json_object_object_del(box, name);
            continue;
        }
        if (!m.parts || m.whole || !deeper)
            continue;
        cut_members(a, p, arena_printf(a, "%s%s.", prefix, name), false, v);
        prune_empty(box, name);
    }
}

/* Unregistered extensions: as a whole, or by the names after the URN (AT-12). */
static void cut_unregistered(const struct projection *p, const struct resource_type *rt, struct json_object *resource) {
    if (p->mode == DEFAULT)
        return;
    struct arena *a = arena_create();
    json_object_object_foreach(resource, name, v) {
        size_t len = strlen(name);
        if (!strchr(name, ':') || schema_extension(rt, name, len))
            continue;
        bool whole = names_unregistered(&p->names, name, len);
        if (!whole)
            cut_members(a, p, arena_printf(a, "%s:", name), true, v);
        if (whole ? p->mode == EXCEPT : is_empty_object(v))
            json_object_object_del(resource, name);
    }
    arena_destroy(a);
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
        if (box && is_empty_object(box))
            json_object_object_del(resource, s->urn);
    }
    cut_unregistered(p, rt, resource);
}

static void add_lower(struct arena *a, struct name_list *list, const char *name) {
    char *lower = arena_strdup(a, name);
    for (char *p = lower; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p | 0x20);
    list->names[list->n++] = lower;
}

/* Whether anything of an attribute can be in the answer. */
static bool can_stay(const struct projection *p, const struct schema *extension, const struct attr *a) {
    struct mention m = find_mentions(&p->names, extension, a), set = find_mentions(&p->set, extension, a);
    return is_answered(p, a, m.whole || (p->mode == ONLY && m.parts), set.whole || set.parts);
}

static bool any_can_stay(const struct projection *p, const struct schema *extension) {
    for (size_t i = 0; i < extension->n_attrs; i++)
        if (can_stay(p, extension, &extension->attrs[i]))
            return true;
    return false;
}

void projection_names(struct arena *a, const struct projection *p, const struct resource_type *rt,
                      struct name_list *keep, struct name_list *leave) {
    *keep = *leave = (struct name_list){0};
    if (!p || p->mode == DEFAULT)
        return;
    bool only = p->mode == ONLY;
    if (only && p->names.n_unregistered) /* only the resource shows where an unregistered URN ends */
        return;
    struct name_list *list = only ? keep : leave;
    list->names =
        arena_array(a, rt->base->n_attrs + rt->n_extensions + p->names.n_unregistered + 3, sizeof *list->names);
    if (only) {
        add_lower(a, list, "schemas");
        add_lower(a, list, "id");
    }
    if (can_stay(p, NULL, schema_common("externalId", strlen("externalId"))) == only)
        add_lower(a, list, "externalId");
    for (size_t i = 0; i < rt->base->n_attrs; i++)
        if (can_stay(p, NULL, &rt->base->attrs[i]) == only)
            add_lower(a, list, rt->base->attrs[i].name);
    for (size_t i = 0; i < rt->n_extensions; i++)
        if (any_can_stay(p, rt->extensions[i]) == only)
            add_lower(a, list, rt->extensions[i]->urn);
    for (size_t i = 0; i < p->names.n_unregistered; i++)
        add_lower(a, list, p->names.unregistered[i]);
}

static void conceal_secrets(const struct attr *attrs, size_t n, struct json_object *box) {
    for (size_t i = 0; i < n; i++) {
        struct json_object *v = json_get(box, attrs[i].name);
        if (schema_is_secret(&attrs[i]))
            json_object_object_del(box, attrs[i].name);
        else if (json_object_is_type(v, json_type_object))
            conceal_secrets(attrs[i].subs, attrs[i].n_subs, v);
        else
            for (size_t k = 0, m = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; k < m;
                 k++)
                conceal_secrets(attrs[i].subs, attrs[i].n_subs, json_object_array_get_idx(v, k));
        prune_empty(box, attrs[i].name);
    }
}

void projection_conceal(const struct resource_type *rt, struct json_object *resource) {
    for (size_t k = 0; k < rt->n_extensions; k++) {
        struct json_object *box = json_get(resource, rt->extensions[k]->urn);
        if (!box)
            continue;
        conceal_secrets(rt->extensions[k]->attrs, rt->extensions[k]->n_attrs, box);
        if (is_empty_object(box))
            json_object_object_del(resource, rt->extensions[k]->urn);
    }
}

static void add_members(struct arena *a, struct names *set, const struct resource_type *rt, const char *prefix,
                        struct json_object *o) {
    json_object_object_foreach(o, name, value) {
        (void)value;
        const char *path = arena_printf(a, "%s%s", prefix, name);
        add_name(a, set, rt, path, strlen(path));
    }
}

/* Adds the names in the object of a write: attributes, and those of extensions. */
static void add_given_names(struct arena *a, struct names *set, const struct resource_type *rt, struct json_object *o) {
    json_object_object_foreach(o, name, value) {
        const struct schema *extension = schema_extension(rt, name, strlen(name));
        if (extension && json_object_is_type(value, json_type_object))
            add_members(a, set, rt, arena_printf(a, "%s:", extension->urn), value);
        else
            add_name(a, set, rt, name, strlen(name));
    }
}

static void add_operation(struct arena *a, struct names *set, const struct resource_type *rt, struct json_object *op) {
    struct json_object *path = json_get_caseless(op, "path"), *value = json_get_caseless(op, "value");
    if (json_object_is_type(path, json_type_string))
        add_name(a, set, rt, json_object_get_string(path), (size_t)json_object_get_string_len(path));
    else if (json_object_is_type(value, json_type_object))
        add_given_names(a, set, rt, value);
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
        add_given_names(ctx->arena, &out->set, rt, body);
    for (size_t i = 0, n = patch ? json_object_array_length(operations) : 0; i < n; i++)
        add_operation(ctx->arena, &out->set, rt, json_object_array_get_idx(operations, i));
    return out;
}
