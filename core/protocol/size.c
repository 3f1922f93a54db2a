/* Limits on the size of values and resources. */

#include "protocol/size.h"

#include "base/fold.h"
#include "base/json.h"
#include "protocol/mapping.h"
#include "protocol/value.h"

#include <string.h>

static const char *const binaries[] = {"photos", "x509Certificates"};

enum { BINARIES = sizeof binaries / sizeof *binaries };

static bool is_binary(const char *name, size_t len) {
    for (size_t i = 0; i < BINARIES; i++)
        if (fold_ascii_equal(name, len, binaries[i], strlen(binaries[i])))
            return true;
    return false;
}

/* Whether a name or a path leads to photos or certificates, or to their values: photos[type eq "photo"].value. */
static bool leads_to_binary(const char *path) {
    static const char core[] = SCHEMA_USER ":";
    size_t urn = sizeof core - 1;
    if (strlen(path) > urn && fold_ascii_equal(path, urn, core, urn))
        path += urn;
    const char *end = strrchr(path, ']'), *rest = end ? end + 1 : path + strcspn(path, ".");
    return is_binary(path, strcspn(path, "[.")) && (*rest == '\0' || fold_ascii_equal(rest, strlen(rest), ".value", 6));
}

bool size_may_be_json(const char *s) {
    s += strspn(s, " \t\r\n");
    return *s == '{' || *s == '[';
}

struct walk {
    struct ctx *ctx;
    struct json_object *old;
};

static enum err check_string(const struct walk *w, const char *name, struct json_object *v, bool binary) {
    size_t len = (size_t)json_object_get_string_len(v), max = binary ? SIZE_BINARY : SIZE_STRING;
    const char *s = json_object_get_string(v);
    if (len <= max || size_may_be_json(s) || value_holds(w->old, s))
        return OK;
    return fail(w->ctx, ERR_INVALID_VALUE, "%.100s: a string of %zu bytes, where %zu are the limit", name, len, max);
}

static enum err check_strings(const struct walk *w, const char *name, struct json_object *v, bool binary);

/* `binary`: the object is a photo or a certificate, so its value may be long. */
static enum err check_member(const struct walk *w, const char *name, struct json_object *v, bool binary) {
    size_t len = strlen(name);
    if (len > SIZE_STRING)
        return fail(w->ctx, ERR_INVALID_VALUE, "a name has %zu bytes, where %d are the limit", len, SIZE_STRING);
    bool value = binary && fold_ascii_equal(name, len, "value", strlen("value"));
    return check_strings(w, name, v, value || leads_to_binary(name));
}

static enum err check_members(const struct walk *w, struct json_object *o, bool binary) {
    json_object_object_foreach(o, name, v) {
        enum err e = check_member(w, name, v, binary);
        if (e != OK)
            return e;
    }
    return OK;
}

/* No deeper than JSONV_DEPTH. */
static enum err check_strings(const struct walk *w, const char *name, struct json_object *v, bool binary) {
    enum err e = OK;
    if (json_object_is_type(v, json_type_string))
        return check_string(w, name, v, binary);
    if (json_object_is_type(v, json_type_object))
        return check_members(w, v, binary);
    for (size_t i = 0, n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; e == OK && i < n;
         i++)
        e = check_strings(w, name, json_object_array_get_idx(v, i), binary);
    return e;
}

enum err size_check(struct ctx *ctx, const char *name, struct json_object *v, struct json_object *old) {
    const struct walk w = {.ctx = ctx, .old = old};
    return check_member(&w, name, v, false);
}

enum err size_check_text(struct ctx *ctx, const struct attr *attr, const char *s, const char *where) {
    const struct attr *whole = attr->parent;
    bool binary = whole && is_binary(whole->name, strlen(whole->name)) && strcmp(attr->name, "value") == 0;
    size_t len = strlen(s), max = binary ? SIZE_BINARY : SIZE_STRING;
    if (len <= max)
        return OK;
    return fail(ctx, ERR_INVALID_VALUE, "%s: a string of %zu bytes, where %zu are the limit", where, len, max);
}

static size_t json_length(struct json_object *v) {
    size_t n = 0;
    if (v)
        (void)json_object_to_json_string_length(v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
    return n;
}

/* A quick upper bound of the length: a byte needs at most six (\u0000); a decimal is written as it came. */
static size_t length_at_most(struct json_object *v) {
    enum { BYTE = 6, SCALAR = 24 };
    size_t sum = SCALAR;
    if (json_object_is_type(v, json_type_string))
        return sum + (size_t)json_object_get_string_len(v) * BYTE;
    if (json_object_is_type(v, json_type_double))
        return sum + json_length(v);
    for (size_t i = 0, n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; i < n; i++)
        sum += length_at_most(json_object_array_get_idx(v, i));
    if (json_object_is_type(v, json_type_object)) {
        json_object_object_foreach(v, name, part) {
            sum += strlen(name) * BYTE + length_at_most(part);
        }
    }
    return sum;
}

/* The length that a member adds to an object with other members. */
static size_t added_length(struct json_object *object, const char *name) {
    struct json_object *v = json_get(object, name);
    return v ? json_length(v) + strlen(name) + strlen("\"\":,") : 0;
}

/*
 * The sizes of a resource as JSON: everything from the client (without members), and that without photos and
 * certificates.
 */
struct sizes {
    size_t whole, bare;
};

static struct sizes sizes_of(struct json_object *resource) {
    struct sizes s = {.whole = json_length(resource) - added_length(resource, "members") -
                               added_length(resource, "schemas")};
    s.bare = s.whole;
    for (size_t i = 0; i < BINARIES; i++)
        s.bare -= added_length(resource, binaries[i]);
    return s;
}

static bool ends_access(struct arena *a, const struct resource_type *rt, struct json_object *resource,
                        struct json_object *old) {
    return old && mapping_active(a, rt->mapping, old) && !mapping_active(a, rt->mapping, resource);
}

/*
 * A stored resource that is too large may still grow by the limit of a string. Our own additions (`active`) may exceed
 * the limit a little, which does not allow further growth.
 */
static enum err check_whole_size(struct ctx *ctx, const char *what, size_t is, size_t was, size_t max) {
    bool near = is <= max + SIZE_STRING, older = was > max + SIZE_STRING && is <= was + SIZE_STRING;
    if (is <= max || is <= was || (was > max && (near || older)))
        return OK;
    return fail(ctx, ERR_INVALID_VALUE, "the %s would have %zu bytes as JSON, where %zu are the limit", what, is, max);
}

enum err size_check_resource(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                             struct json_object *old) {
    bool user = strcmp(rt->name, "User") == 0;
    size_t small = user ? SIZE_USER : SIZE_GROUP;
    if (length_at_most(resource) <= small)
        return OK;
    struct sizes is = sizes_of(resource), was = {0, 0};
    if (is.whole <= small)
        return OK;
    if (old)
        was = sizes_of(old);
    if (!user)
        return check_whole_size(ctx, "group, without its members,", is.whole, was.whole, SIZE_GROUP);
    if (ends_access(ctx->arena, rt, resource, old))
        return OK;
    enum err e = check_whole_size(ctx, "user, without photos and certificates,", is.bare, was.bare, SIZE_USER);
    return e == OK ? check_whole_size(ctx, "user", is.whole, was.whole, SIZE_USER_WHOLE) : e;
}
