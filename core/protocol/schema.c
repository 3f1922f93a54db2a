/* The schemas and the resource types, and the search for attributes in them. */

#include "protocol/schema.h"

#include "base/arena.h"
#include "base/fold.h"
#include "protocol/schema_table.h"

#include <assert.h>
#include <string.h>

/* RFC 7643, 3.1; `schemas` is among them so that paths and filters find it. */
static const struct attr meta_subs[];
static const struct attr common[] = {
    {.name = "schemas", .type = ATTR_STRING, .multi = true, .required = true, .returned = ATTR_ALWAYS},
    {.name = "id",
     .type = ATTR_STRING,
     .required = true,
     .case_exact = true,
     .mutability = ATTR_READ_ONLY,
     .returned = ATTR_ALWAYS,
     .uniqueness = ATTR_SERVER},
    {.name = "externalId", .type = ATTR_STRING, .case_exact = true},
    {.name = "meta", .type = ATTR_COMPLEX, .mutability = ATTR_READ_ONLY, .subs = meta_subs, .n_subs = 5},
};
static const struct attr meta_subs[] = {
    {.name = "resourceType",
     .parent = &common[3],
     .type = ATTR_STRING,
     .case_exact = true,
     .mutability = ATTR_READ_ONLY},
    {.name = "created", .parent = &common[3], .type = ATTR_DATETIME, .mutability = ATTR_READ_ONLY},
    {.name = "lastModified", .parent = &common[3], .type = ATTR_DATETIME, .mutability = ATTR_READ_ONLY},
    {.name = "location",
     .parent = &common[3],
     .type = ATTR_REFERENCE,
     .case_exact = true,
     .mutability = ATTR_READ_ONLY},
    {.name = "version", .parent = &common[3], .type = ATTR_STRING, .case_exact = true, .mutability = ATTR_READ_ONLY},
};

/* The types of a process; made once. */
static struct {
    const struct schema *user_extensions[1];
    struct resource_type user, group;
    struct schema_types types;
} known;

static void make_known(void) {
    if (known.types.user)
        return;
    known.user_extensions[0] = schema_find(SCHEMA_ENTERPRISE, strlen(SCHEMA_ENTERPRISE));
    known.user = (struct resource_type){.name = "User",
                                        .endpoint = "/Users",
                                        .base = schema_find(SCHEMA_USER, strlen(SCHEMA_USER)),
                                        .extensions = known.user_extensions,
                                        .n_extensions = 1};
    known.group = (struct resource_type){
        .name = "Group", .endpoint = "/Groups", .base = schema_find(SCHEMA_GROUP, strlen(SCHEMA_GROUP))};
    known.types = (struct schema_types){.user = &known.user, .group = &known.group};
}

const struct schema *const *schema_all(size_t *n) {
    for (*n = 0; schema_table[*n];)
        ++*n;
    return schema_table;
}

const struct schema *schema_find(const char *urn, size_t len) {
    for (const struct schema *const *s = schema_table; *s; s++)
        if (fold_ascii_equal((*s)->urn, strlen((*s)->urn), urn, len))
            return *s;
    return NULL;
}

const struct resource_type *schema_user_type(void) {
    make_known();
    return &known.user;
}

const struct resource_type *schema_group_type(void) {
    make_known();
    return &known.group;
}

const struct schema_types *schema_built_in(void) {
    make_known();
    return &known.types;
}

static void note_attr(struct resource_type *rt, const struct attr *a) {
    rt->hides =
        rt->hides || a->mutability == ATTR_WRITE_ONLY || a->returned == ATTR_NEVER || a->returned == ATTR_REQUEST;
    rt->unique = rt->unique || a->uniqueness != ATTR_NONE;
    for (size_t i = 0; i < a->n_subs; i++)
        note_attr(rt, &a->subs[i]);
}

const struct resource_type *schema_with_extensions(struct arena *a, const struct resource_type *base,
                                                   const struct schema *const *more, size_t n) {
    assert(base && (more || n == 0));
    struct resource_type *rt = arena_alloc(a, sizeof *rt);
    const struct schema **all = arena_array(a, base->n_extensions + n, sizeof *all);
    *rt = *base;
    for (size_t i = 0; i < base->n_extensions + n; i++)
        all[i] = i < base->n_extensions ? base->extensions[i] : more[i - base->n_extensions];
    rt->extensions = all;
    rt->n_extensions = base->n_extensions + n;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < more[k]->n_attrs; i++)
            note_attr(rt, &more[k]->attrs[i]);
    return rt;
}

static const struct attr *find_by_name(const struct attr *attrs, size_t n, const char *name, size_t len) {
    for (size_t i = 0; i < n; i++)
        if (fold_ascii_equal(attrs[i].name, strlen(attrs[i].name), name, len))
            return &attrs[i];
    return NULL;
}

const struct attr *schema_common(const char *name, size_t len) {
    return find_by_name(common, sizeof common / sizeof *common, name, len);
}

const struct attr *schema_attr(const struct schema *s, const char *name, size_t len) {
    return find_by_name(s->attrs, s->n_attrs, name, len);
}

const struct attr *schema_sub(const struct attr *a, const char *name, size_t len) {
    return find_by_name(a->subs, a->n_subs, name, len);
}

const struct schema *schema_extension(const struct resource_type *rt, const char *urn, size_t len) {
    for (size_t i = 0; i < rt->n_extensions; i++)
        if (fold_ascii_equal(rt->extensions[i]->urn, strlen(rt->extensions[i]->urn), urn, len))
            return rt->extensions[i];
    return NULL;
}

bool schema_is_secret(const struct attr *a) {
    return a->mutability == ATTR_WRITE_ONLY || a->returned == ATTR_NEVER;
}

const struct attr *schema_value_part(const struct attr *a) {
    return a->type == ATTR_COMPLEX ? schema_sub(a, "value", 5) : NULL;
}

/* Whether `text` is the URN, or begins with it and a colon; *rest is what follows. */
static bool has_urn(const char *urn, const char *text, size_t len, const char **rest) {
    size_t n = strlen(urn);
    if (len < n || !fold_ascii_equal(urn, n, text, n) || (len > n && text[n] != ':'))
        return false;
    *rest = text + n + (len > n);
    return true;
}

/* Finds an attribute by name in the schema of its prefix; without prefix in all schemas. */
static bool find_attr(const struct resource_type *rt, const struct schema *prefix, const char *name, size_t len,
                      struct attr_ref *out) {
    if (prefix && prefix != rt->base) {
        out->extension = prefix;
        return (out->attr = schema_attr(prefix, name, len));
    }
    if ((out->attr = schema_attr(rt->base, name, len)) || (out->attr = schema_common(name, len)))
        return true;
    for (size_t i = 0; !prefix && i < rt->n_extensions; i++) {
        const struct attr *a = schema_attr(rt->extensions[i], name, len);
        if (a && out->attr)
            return false;
        if (a)
            *out = (struct attr_ref){.extension = rt->extensions[i], .attr = a};
    }
    return out->attr;
}

/* The schema with whose URN the path begins; the longest, because one URN may begin with another. */
static const struct schema *longest_prefix(const struct resource_type *rt, const char *text, size_t len,
                                           const char **rest) {
    const struct schema *best = has_urn(rt->base->urn, text, len, rest) ? rt->base : NULL;
    for (size_t i = 0; i < rt->n_extensions; i++) {
        const struct schema *s = rt->extensions[i];
        if ((!best || strlen(s->urn) > strlen(best->urn)) && has_urn(s->urn, text, len, rest))
            best = s;
    }
    return best;
}

bool schema_lookup(const struct resource_type *rt, const char *text, size_t len, struct attr_ref *out) {
    const char *rest = text, *end = text + len;
    *out = (struct attr_ref){0};
    const struct schema *prefix = longest_prefix(rt, text, len, &rest);
    if (prefix && prefix != rt->base && rest == end && text[len - 1] != ':') {
        out->extension = prefix;
        return true;
    }
    size_t left = (size_t)(end - rest);
    const char *dot = left ? memchr(rest, '.', left) : NULL;
    size_t name_len = dot ? (size_t)(dot - rest) : left;
    if (!find_attr(rt, prefix, rest, name_len, out))
        return false;
    if (dot)
        out->sub = schema_sub(out->attr, dot + 1, (size_t)(end - dot) - 1);
    return !dot || out->sub;
}

const char *schema_with_colon(struct arena *a, const struct resource_type *rt, const char *path) {
    size_t len = strlen(path), at = 0;
    for (size_t i = 0; i <= rt->n_extensions; i++) {
        const char *urn = i ? rt->extensions[i - 1]->urn : rt->base->urn;
        size_t n = strlen(urn);
        bool begins = len > n && fold_ascii_equal(urn, n, path, n) && (path[n] == ':' || path[n] == '.');
        at = begins && n > at ? n : at;
    }
    if (!at || path[at] == ':' || memchr(path + at, ':', strcspn(path + at, "[")))
        return path;
    char *copy = arena_strdup(a, path);
    copy[at] = ':';
    return copy;
}

/* A URN of the type followed by a dot is a slip, not another URN. */
static bool is_slip(const char *urn, const char *text, size_t len) {
    size_t n = strlen(urn);
    return len > n && text[n] == '.' && fold_ascii_equal(urn, n, text, n);
}

bool schema_is_foreign(const struct resource_type *rt, const char *text, size_t len) {
    const char *rest;
    bool slip = is_slip(rt->base->urn, text, len);
    for (size_t i = 0; i < rt->n_extensions; i++)
        slip = slip || is_slip(rt->extensions[i]->urn, text, len);
    return !slip && len > 4 && fold_ascii_equal(text, 4, "urn:", 4) && !longest_prefix(rt, text, len, &rest);
}

/* ATTRNAME: a letter or $, then letters, digits, - _ $; its length; 0: no name. */
static size_t name_length(const char *text, size_t len) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$";
    size_t n = 0;
    while (n < len && text[n] && (strchr(letters, text[n]) || (n && strchr("0123456789-_", text[n]))))
        n++;
    return n;
}

bool schema_is_name(const char *text, size_t len) {
    size_t n = name_length(text, len);
    if (!n || n == len)
        return n;
    return text[n] == '.' && n + 1 < len && name_length(text + n + 1, len - n - 1) == len - n - 1;
}

/* The last colon that has a name after it and "urn:NID:NSS" before it; NULL: none. */
static const char *name_colon(const char *text, size_t len) {
    size_t colons = 0, last = 0;
    for (size_t i = 0; i < len; i++)
        if (text[i] == ':') {
            colons++;
            last = i;
        }
    return colons > 2 && schema_is_name(text + last + 1, len - last - 1) ? text + last : NULL;
}

static struct attr *any_attr(struct arena *a, const struct attr *parent, const char *name, size_t len) {
    struct attr *attr = arena_alloc(a, sizeof *attr);
    *attr = (struct attr){.name = arena_strndup(a, name, len), .parent = parent, .type = ATTR_ANY, .multi = !parent};
    return attr;
}

bool schema_unregistered(struct arena *a, const struct resource_type *rt, const char *text, size_t len,
                         struct attr_ref *out) {
    const char *colon = schema_is_foreign(rt, text, len) ? name_colon(text, len) : NULL;
    if (!colon)
        return false;
    const char *name = colon + 1, *end = text + len;
    size_t n = name_length(name, (size_t)(end - name));
    *out = (struct attr_ref){.unregistered = fold_ascii_lower(a, text, (size_t)(colon - text))};
    out->attr = any_attr(a, NULL, name, n);
    if (name + n < end)
        out->sub = any_attr(a, out->attr, name + n + 1, (size_t)(end - name) - n - 1);
    return true;
}

const struct attr *schema_any_part(struct arena *a, const struct attr *attr, const char *name, size_t len) {
    return schema_is_name(name, len) && !memchr(name, '.', len) ? any_attr(a, attr, name, len) : NULL;
}
