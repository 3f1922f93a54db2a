/* Makes the form of a request body that the log may have: its shape, without values. */

#include "server/redact.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "protocol/schema.h"

#include <string.h>
#include <strings.h>

enum { REDACTED_MAX = 2048, SHOWN_ELEMENTS = 3 };

static void add_redacted(struct buf *b, const char *name, struct json_object *v);

/* Whether an attribute of a schema, or a part of one, has this name. */
static bool is_attribute(const char *name, size_t len) {
    size_t n;
    const struct schema *const *all = schema_all(&n);
    if (schema_common(name, len) || schema_find(name, len))
        return true;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < all[i]->n_attrs; j++)
            if (schema_attr(all[i], name, len) || schema_sub(&all[i]->attrs[j], name, len))
                return true;
    return false;
}

/* Only known names are logged, because a client may use an email address as a name. */
static bool is_known_name(const char *name, size_t len) {
    static const char *const messages[] = {
        "op",         "path",   "value",      "data",   "bulkId",       "method",
        "operations", "count",  "startIndex", "filter", "attributes",   "version",
        "$ref",       "sortBy", "sortOrder",  "cursor", "failOnErrors", "excludedAttributes"};
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (strlen(messages[i]) == len && strncasecmp(messages[i], name, len) == 0)
            return true;
    return is_attribute(name, len);
}

/* A path up to its filter, if all of it is known: URN:name.sub. */
static bool is_known_path(const char *path, size_t len) {
    struct attr_ref ref;
    return schema_lookup(schema_user_type(), path, len, &ref) || schema_lookup(schema_group_type(), path, len, &ref);
}

static void add_object(struct buf *b, struct json_object *o) {
    bool first = true;
    buf_char(b, '{');
    json_object_object_foreach(o, name, v) {
        if (!first)
            buf_char(b, ',');
        first = false;
        buf_json_str(b, is_known_name(name, strlen(name)) || is_known_path(name, strlen(name)) ? name : "...");
        buf_char(b, ':');
        add_redacted(b, name, v);
    }
    buf_char(b, '}');
}

static void add_array(struct buf *b, const char *name, struct json_object *list) {
    size_t n = json_object_array_length(list);
    buf_char(b, '[');
    for (size_t i = 0; i < n && i < SHOWN_ELEMENTS; i++) {
        if (i)
            buf_char(b, ',');
        add_redacted(b, name, json_object_array_get_idx(list, i));
    }
    if (n > SHOWN_ELEMENTS)
        buf_fmt(b, ",\"%zu more\"", n - SHOWN_ELEMENTS);
    buf_char(b, ']');
}

/* An operation, or the URN of a schema or a message of RFC 7644. */
static bool is_known_text(const char *name, const char *text) {
    static const char messages[] = "urn:ietf:params:scim:api:messages:2.0:";
    static const char *const all[] = {"add", "remove", "replace", "PatchOp", "BulkRequest", "SearchRequest"};
    bool op = strcasecmp(name, "op") == 0, schema = strcasecmp(name, "schemas") == 0;
    if (schema && schema_find(text, strlen(text)))
        return true;
    const char *word = schema && strncasecmp(text, messages, strlen(messages)) == 0 ? text + strlen(messages) : text;
    for (size_t i = 0; (op || schema) && i < sizeof all / sizeof *all; i++)
        if (strcasecmp(word, all[i]) == 0)
            return true;
    return false;
}

/* Keeps texts that say what is requested, but not for whom. A path may have a value in brackets. */
static void add_redacted_text(struct buf *b, const char *name, const char *text) {
    if (is_known_text(name, text))
        buf_json_str(b, text);
    else if (strcasecmp(name, "path") == 0 && is_known_path(text, strcspn(text, "[")))
        buf_json(b, text, strcspn(text, "["));
    else
        buf_str(b, "\"...\"");
}

static void add_redacted(struct buf *b, const char *name, struct json_object *v) {
    if (json_object_is_type(v, json_type_object))
        add_object(b, v);
    else if (json_object_is_type(v, json_type_array))
        add_array(b, name, v);
    else if (json_object_is_type(v, json_type_string))
        add_redacted_text(b, name, json_object_get_string(v));
    else if (json_object_is_type(v, json_type_boolean))
        buf_str(b, json_object_get_boolean(v) ? "true" : "false");
    else
        buf_str(b, v ? "0" : "null");
}

const char *redact_body(struct ctx *ctx, const char *body, size_t len) {
    struct ctx quiet = {.arena = ctx->arena};
    struct json_object *o;
    struct buf *b = buf_new(ctx->arena, REDACTED_MAX);
    if (json_parse(&quiet, body, len, &o) != OK || !json_object_is_type(o, json_type_object))
        return NULL;
    add_redacted(b, "", o);
    return buf_beginning(b);
}
