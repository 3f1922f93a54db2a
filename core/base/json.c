/* JSON values of json-c: read after validation, owned by arenas, compared. */

#include "base/json.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/jsonv.h"
#include "base/log.h"
#include "base/utf8.h"

#include <limits.h>
#include <string.h>

static void release_object(void *o) {
    json_object_put(o);
}

static struct json_object *own_value(struct arena *a, struct json_object *o) {
    arena_defer(a, release_object, o);
    return o;
}

/* Counts the tree of json-c in the same way as the validator counted the text. */
static void count_values(struct json_object *o, struct jsonv_counts *n) {
    if (json_object_is_type(o, json_type_object)) {
        n->objects++;
        json_object_object_foreach(o, name, member) {
            (void)name;
            n->members++;
            count_values(member, n);
        }
    } else if (json_object_is_type(o, json_type_array)) {
        size_t length = json_object_array_length(o);
        n->arrays++;
        n->elements += length;
        for (size_t i = 0; i < length; i++)
            count_values(json_object_array_get_idx(o, i), n);
    } else if (json_object_is_type(o, json_type_string)) {
        n->strings++;
        n->string_bytes += (size_t)json_object_get_string_len(o);
    }
}

static bool same_counts(const struct jsonv_counts *a, const struct jsonv_counts *b) {
    return a->objects == b->objects && a->arrays == b->arrays && a->members == b->members &&
           a->elements == b->elements && a->strings == b->strings && a->string_bytes == b->string_bytes;
}

/* A null at the top is a NULL tree, so success is returned separately. */
static bool build_tree(struct arena *a, const char *text, size_t len, struct json_object **out) {
    struct json_tokener *tokener = json_tokener_new_ex(JSONV_DEPTH + 1);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    *out = len < INT_MAX ? json_tokener_parse_ex(tokener, text, (int)len) : NULL;
    bool good = json_tokener_get_error(tokener) == json_tokener_success;
    if (json_tokener_get_error(tokener) == json_tokener_continue) {
        /* json-c takes a number or word at the very end as complete only when something follows. */
        *out = json_tokener_parse_ex(tokener, " ", 1);
        good = json_tokener_get_error(tokener) == json_tokener_success;
    }
    json_tokener_free(tokener);
    own_value(a, *out);
    return good;
}

/*
 * A copy with each escaped surrogate pair written out. json-c (0.16) takes a character whose lower half looks like a
 * surrogate, such as U+1D800 or U+2D800, for a surrogate that stands alone when it comes as a pair of escapes.
 */
static const char *write_pairs_out(struct arena *a, const char *text, size_t *len) {
    char *out = arena_alloc(a, *len + 1);
    size_t n = 0;
    for (const char *p = text, *end = text + *len; p < end;) {
        size_t take = *p == '\\' ? 2 : 1;
        unsigned pair = take == 2 ? jsonv_pair(p, end) : 0;
        if (pair) {
            n += utf8_encode(pair, out + n);
            p += 12;
            continue;
        }
        memcpy(out + n, p, take);
        n += take;
        p += take;
    }
    out[n] = '\0';
    *len = n;
    return out;
}

enum err json_parse(struct ctx *ctx, const char *text, size_t len, struct json_object **out) {
    struct jsonv_result r = jsonv_check(text, len);
    if (r.fault != JSONV_OK) {
        bool value = r.fault == JSONV_NUL || r.fault == JSONV_NUMBER;
        return fail(ctx, value ? ERR_INVALID_VALUE : ERR_INVALID_SYNTAX, "the JSON is wrong at byte %zu: %s", r.at,
                    r.what);
    }
    struct jsonv_counts built = {0};
    if (r.pairs)
        text = write_pairs_out(ctx->arena, text, &len);
    bool good = build_tree(ctx->arena, text, len, out);
    count_values(*out, &built);
    if (good && same_counts(&built, &r.counts))
        return OK;
    log_line(LOG_ERROR, "json_mismatch", NULL);
    return fail(ctx, ERR_INTERNAL, NULL);
}

enum err json_parse_own(struct ctx *ctx, const char *text, size_t len, struct json_object **out) {
    if (build_tree(ctx->arena, text, len, out) &&
        (json_object_is_type(*out, json_type_object) || json_object_is_type(*out, json_type_array)))
        return OK;
    log_line(LOG_ERROR, "stored_json_broken", NULL);
    return fail(ctx, ERR_INTERNAL, NULL);
}

struct json_object *json_new_object(struct arena *a) {
    return own_value(a, json_object_new_object());
}

struct json_object *json_new_array(struct arena *a) {
    return own_value(a, json_object_new_array());
}

struct json_object *json_copy(struct arena *a, struct json_object *o) {
    struct json_object *copy = NULL;
    if (o && json_object_deep_copy(o, &copy, NULL) != 0)
        log_fatal("json", "a value could not be copied");
    return own_value(a, copy);
}

struct json_object *json_keep(struct arena *a, struct json_object *o) {
    return own_value(a, json_object_get(o));
}

struct json_object *json_keep_new(struct arena *a, struct json_object *o) {
    return own_value(a, o);
}

const char *json_text(struct arena *a, struct json_object *o) {
    size_t len;
    const char *text =
        json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
    return arena_strndup(a, text, len);
}

struct json_object *json_get(struct json_object *o, const char *name) {
    struct json_object *member = NULL;
    if (json_object_is_type(o, json_type_object))
        json_object_object_get_ex(o, name, &member);
    return member;
}

struct json_object *json_get_caseless(struct json_object *o, const char *name) {
    if (!json_object_is_type(o, json_type_object))
        return NULL;
    json_object_object_foreach(o, key, member) {
        if (fold_ascii_equal(key, strlen(key), name, strlen(name)))
            return member;
    }
    return NULL;
}

const char *json_get_string(struct json_object *o, const char *name) {
    struct json_object *member = json_get(o, name);
    return json_object_is_type(member, json_type_string) ? json_object_get_string(member) : NULL;
}

void json_set_text(struct json_object *o, const char *name, const char *text) {
    json_object_object_add(o, name, text ? json_object_new_string(text) : NULL);
}

void json_set(struct json_object *o, const char *name, struct json_object *value) {
    json_object_object_add(o, name, json_object_get(value));
}

void json_set_or_drop(struct json_object *o, const char *name, struct json_object *value) {
    if (value)
        json_set(o, name, value);
    else
        json_object_object_del(o, name);
}

static bool is_json_number(struct json_object *o) {
    return json_object_is_type(o, json_type_int) || json_object_is_type(o, json_type_double);
}

static bool same_members(struct json_object *a, struct json_object *b) {
    if (json_object_object_length(a) != json_object_object_length(b))
        return false;
    json_object_object_foreach(a, name, member) {
        struct json_object *other;
        if (!json_object_object_get_ex(b, name, &other) || !json_same(member, other))
            return false;
    }
    return true;
}

static bool same_elements(struct json_object *a, struct json_object *b) {
    size_t n = json_object_array_length(a);
    if (json_object_array_length(b) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!json_same(json_object_array_get_idx(a, i), json_object_array_get_idx(b, i)))
            return false;
    return true;
}

bool json_same(struct json_object *a, struct json_object *b) {
    if (a == b)
        return true;
    if (is_json_number(a) && is_json_number(b) && !json_object_is_type(a, json_object_get_type(b)))
        return !(json_object_get_double(a) < json_object_get_double(b)) &&
               !(json_object_get_double(a) > json_object_get_double(b));
    if (!a || !b || !json_object_is_type(a, json_object_get_type(b)))
        return false;
    if (json_object_is_type(a, json_type_object))
        return same_members(a, b);
    if (json_object_is_type(a, json_type_array))
        return same_elements(a, b);
    return json_object_equal(a, b);
}
