/* POST /Bulk, and its response. */

#include "scim/endpoints.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "directory/bulk_run.h"
#include "scim/activity.h"
#include "scim/envelope.h"
#include "scim/exchange.h"
#include "scim/refused.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* POST /Bulk (RFC 7644, 3.7). */

/*
 * BULK_MAX: 1000 operations with 13 KB of repeated texts, of which each byte may become six in JSON, and the base URL.
 */
enum { BULK_MAX = 16 * 1024 * 1024 };

static int item_status(const struct bulk_item *item) {
    if (item->err != OK)
        return envelope_status(item->err);
    if (item->method == BULK_POST)
        return STATUS_CREATED;
    return item->method == BULK_DELETE || (item->method == BULK_PATCH && item->no_body) ? STATUS_NO_CONTENT : STATUS_OK;
}

/* The id for the location. A failed POST has none, and neither has a path without an id (RFC 7644, 3.7.3). */
static const char *item_resource_id(const struct bulk_item *item) {
    bool known = item->target && uuid_valid(item->target, strlen(item->target));
    if (item->method == BULK_POST && item->err != OK)
        return NULL;
    return item->id[0] ? item->id : known ? item->target : NULL;
}

static void add_item(const struct exchange *x, const struct bulk_item *item, struct buf *b) {
    const char *id = item_resource_id(item);
    buf_str(b, "{\"method\":");
    buf_json_str(b, item->method_text ? item->method_text : "");
    if (item->bulk_id) {
        buf_str(b, ",\"bulkId\":");
        buf_json_str(b, item->bulk_id);
    }
    if (id) {
        buf_str(b, ",\"location\":");
        buf_json_str(b, arena_printf(x->session.ctx.arena, "%s%s/%s", x->session.base_url,
                                     item->users ? "/Users" : "/Groups", id));
    }
    if (item->err == OK && item->version)
        buf_fmt(b, ",\"version\":\"W/\\\"%" PRId64 "\\\"\"", item->version);
    buf_fmt(b, ",\"status\":\"%d\"", item_status(item));
    if (item->err != OK) {
        buf_str(b, ",\"response\":");
        envelope_error(item->err, item->detail, b);
    }
    buf_char(b, '}');
}

static void render_response(struct exchange *x, const struct bulk *bulk) {
    struct buf *b = buf_new(x->session.ctx.arena, BULK_MAX);
    bool first = true;
    buf_str(b, "{\"schemas\":[\"" SCHEMA_BULK_RESPONSE "\"],\"Operations\":[");
    for (size_t i = 0; i < bulk->n; i++) {
        if (!bulk->items[i].processed)
            continue;
        if (!first)
            buf_char(b, ',');
        first = false;
        add_item(x, &bulk->items[i], b);
        if (bulk->items[i].err != OK)
            refused_operation(x, &bulk->items[i], i + 1);
    }
    buf_str(b, "]}");
    /* The work is committed, so there must be an answer; the repeated texts were cut for this. */
    x->call->response = (struct response){.status = STATUS_OK, .body = buf_text(b), .len = buf_len(b)};
}

enum err endpoint_bulk(struct exchange *x) {
    struct json_object *body;
    struct bulk bulk;
    enum err e = exchange_body(x, &body);
    if (e == OK)
        e = bulk_parse(&x->session.ctx, body, &bulk);
    if (e == OK)
        e = bulk_run(&x->session, &bulk, &x->lost);
    if (e == OK) {
        render_response(x, &bulk);
        activity_bulk(x, &bulk);
    }
    return e;
}
