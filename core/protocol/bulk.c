/* Reads a BulkRequest (RFC 7644, section 3.7). */

#include "protocol/bulk.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/message.h"
#include "protocol/schema.h"

#include <string.h>
#include <strings.h>

static enum err fail_item(struct bulk_item *item, const char *detail) {
    item->err = ERR_INVALID_SYNTAX;
    item->detail = detail;
    return item->err;
}

static const char *member_text(struct json_object *json, const char *name) {
    struct json_object *v = json_get_caseless(json, name);
    return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

/* Only short texts are echoed, so answers stay short. */
static const char *short_text(const char *text, size_t max) {
    return text && strlen(text) <= max ? text : NULL;
}

static bool find_method(const char *text, enum bulk_method *out) {
    static const char *const methods[] = {
        [BULK_POST] = "POST", [BULK_PUT] = "PUT", [BULK_PATCH] = "PATCH", [BULK_DELETE] = "DELETE"};
    for (size_t i = 0; text && i < sizeof methods / sizeof *methods; i++)
        if (strcasecmp(text, methods[i]) == 0) {
            *out = (enum bulk_method)i;
            return true;
        }
    return false;
}

static void note_fault(struct ctx *ctx, struct bulk_item *item, const char *name, const char *detail) {
    parts_failed(ctx, &item->lost, name, fail(ctx, ERR_INVALID_SYNTAX, "%s", detail));
}

/* "/Users" or "/Groups", optionally followed by "/{id}". As in a URL, empty segments do not count. */
static bool read_path(struct ctx *ctx, const char *path, struct bulk_item *item) {
    const char *p = path + strspn(path, "/");
    size_t len = strcspn(p, "/");
    item->users = fold_ascii_equal(p, len, "Users", 5);
    if (!item->users && !fold_ascii_equal(p, len, "Groups", 6))
        return false;
    p += len + strspn(p + len, "/");
    len = strcspn(p, "/?#");
    item->target = len ? arena_strndup(ctx->arena, p, len) : NULL;
    p += len + strspn(p + len, "/");
    if (item->target && *p == '?')
        note_fault(ctx, item, "query", "path has a query, which Bulk does not take");
    if (*p == '\0' || item->lost.err != OK)
        return true;
    item->target = NULL;
    return false;
}

/* What is wrong beside the method, the target and the data never prevents the end of a user's access. */
static enum err check_beside(struct ctx *ctx, struct json_object *json, struct bulk_item *item) {
    if (member_text(json, "bulkId") && !item->bulk_id)
        note_fault(ctx, item, "bulkId", "a bulkId may have 1024 bytes at most");
    if (json_get_caseless(json, "version") && !item->if_match)
        note_fault(ctx, item, "version", "version must be a text such as W/\"3\"");
    if (item->if_match && !item->if_match[strspn(item->if_match, " \t")])
        item->if_match = NULL; /* no condition, like a blank If-Match */
    bool leaver = item->users && item->method != BULK_POST;
    return leaver || item->lost.err == OK ? OK : fail_item(item, item->lost.detail);
}

static enum err parse_item(struct ctx *ctx, struct json_object *json, struct bulk_item *item) {
    const char *path = member_text(json, "path");
    bool object = json_object_is_type(json, json_type_object);
    item->method_text = short_text(member_text(json, "method"), BULK_METHOD_BYTES);
    item->bulk_id = short_text(member_text(json, "bulkId"), BULK_ID_BYTES);
    item->if_match = member_text(json, "version");
    if (!object || !find_method(item->method_text, &item->method))
        return fail_item(item, object ? "method must be POST, PUT, PATCH or DELETE" : "an operation must be an object");
    item->data = item->method == BULK_DELETE ? NULL : json_get_caseless(json, "data");
    if (!path || !read_path(ctx, path, item))
        return fail_item(item, "path must be /Users, /Groups, or one of them followed by an id");
    if ((item->method == BULK_POST) != !item->target)
        return fail_item(item, item->target ? "POST takes a path without an id" : "the path needs an id");
    if (check_beside(ctx, json, item) != OK)
        return item->err;
    if (item->method == BULK_POST && !(item->bulk_id && *item->bulk_id))
        return fail_item(item, "POST needs a bulkId");
    if (item->method != BULK_DELETE && !json_object_is_type(item->data, json_type_object))
        return fail_item(item, "data must be an object");
    if (item->method == BULK_POST)
        uuid_new(item->id);
    return OK;
}

/* In lenient dialect 0 counts as not given. */
static enum err read_fail_on_errors(struct ctx *ctx, struct json_object *body, struct bulk *out) {
    struct json_object *v = json_get_caseless(body, "failOnErrors");
    bool number = json_object_is_type(v, json_type_int);
    out->fail_on_errors = number ? json_object_get_int64(v) : 0;
    out->fails_on_zero = number && out->fail_on_errors == 0;
    if (v && !out->fails_on_zero && out->fail_on_errors < 1)
        return fail(ctx, ERR_INVALID_VALUE, BULK_FAIL_ON_ERRORS);
    return OK;
}

/* The table of bulkIds; json-c's hash table finds duplicates. */
static enum err index_items(struct ctx *ctx, struct bulk *b) {
    b->by_bulk_id = json_new_object(ctx->arena);
    for (size_t i = 0; i < b->n; i++) {
        const char *id = b->items[i].bulk_id;
        if (!id)
            continue;
        if (json_object_object_get_ex(b->by_bulk_id, id, NULL))
            return fail(ctx, ERR_INVALID_SYNTAX, "two operations have the bulkId \"%s\"", id);
        json_object_object_add(b->by_bulk_id, id, json_object_new_int64((int64_t)i));
    }
    return OK;
}

enum err bulk_parse(struct ctx *ctx, struct json_object *body, struct bulk *out) {
    struct json_object *operations = json_get_caseless(body, "Operations");
    *out = (struct bulk){.lenient_only = !json_get_caseless(body, "schemas")};
    if (!out->lenient_only && !message_is(body, SCHEMA_BULK_REQUEST))
        return fail(ctx, ERR_INVALID_SYNTAX, "schemas must be an array with \"" SCHEMA_BULK_REQUEST "\"");
    if (!json_object_is_type(operations, json_type_array) || json_object_array_length(operations) == 0)
        return fail(ctx, ERR_INVALID_SYNTAX, "Operations must be an array of at least one operation");
    out->n = json_object_array_length(operations);
    if (out->n > BULK_OPERATIONS)
        return fail(ctx, ERR_TOO_LARGE, "%zu operations are more than maxOperations (%d)", out->n, BULK_OPERATIONS);
    enum err e = read_fail_on_errors(ctx, body, out);
    if (e != OK)
        return e;
    out->items = arena_array(ctx->arena, out->n, sizeof *out->items);
    for (size_t i = 0; i < out->n; i++)
        if (parse_item(ctx, json_object_array_get_idx(operations, i), &out->items[i]) == OK)
            out->items[i].err = OK;
    return index_items(ctx, out);
}

size_t bulk_find(const struct bulk *b, const char *bulk_id) {
    struct json_object *at = json_get(b->by_bulk_id, bulk_id);
    size_t i = at ? (size_t)json_object_get_int64(at) : b->n;
    return i < b->n && b->items[i].method == BULK_POST ? i : b->n;
}
