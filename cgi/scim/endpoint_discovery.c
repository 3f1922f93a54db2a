/* /ServiceProviderConfig, /Schemas and /ResourceTypes, and the answer for /Me. */

#include "scim/endpoints.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/settings.h"
#include "directory/list.h"
#include "protocol/bulk.h"
#include "protocol/schema.h"
#include "scim/schema_text.h"
#include "sql/scim.h"
#include "webhook/format_set.h"

#include <string.h>
#include <strings.h>

/* These describe what this service really supports (RFC 7644, 4). */

enum { DISCOVERY_MAX = 64 * 1024 * 1024 };

/* Everybody with a token may read these. Filters are forbidden (RFC 7644, 4), other parameters ignored. */
static enum err enter_discovery(struct exchange *x) {
    const char *filter;
    enum err e = session_authenticate(&x->session);
    if (e == OK)
        e = request_param(&x->call->request, "filter", &filter);
    if (e == OK && filter)
        return fail(&x->session.ctx, ERR_FORBIDDEN, "this endpoint cannot be filtered");
    return e;
}

static struct buf *new_document(struct exchange *x) {
    return buf_new(x->session.ctx.arena, DISCOVERY_MAX);
}

static enum err answer_document(struct exchange *x, const struct buf *b) {
    x->call->response.status = STATUS_OK;
    return response_text(&x->session.ctx, &x->call->response, b);
}

static void add_document_meta(struct exchange *x, struct buf *b, const char *type, const char *path) {
    buf_fmt(b, "\"meta\":{\"resourceType\":\"%s\",\"location\":", type);
    buf_json_str(b, arena_printf(x->session.ctx.arena, "%s%s", x->session.base_url, path));
    buf_char(b, '}');
}

/*
 * Authenticates if there are credentials, which are not required, and finds whether the organization gets security
 * event tokens.
 */
static enum err enter_config(struct exchange *x, bool *events) {
    struct db_rows rows[2] = {0};
    *events = false;
    if (!x->session.token_hash)
        return OK;
    size_t entered = session_queue(&x->session), wanted = db_queue(x->session.db, sql_security_events_wanted());
    enum err e = db_read(&x->session.ctx, x->session.db, rows);
    if (e == OK)
        e = session_accept(&x->session, rows[entered]);
    *events = e == OK && db_bool(rows[wanted], 0, SECURITY_EVENTS_WANTED_WANTED);
    return e;
}

/*
 * Tokens are pushed to webhooks of the format "set"; requests are answered at once (RFC 9967, section 4). Some clients
 * refuse unknown members (python-scim), so only organizations with such a webhook see this.
 */
static void add_security_events(struct buf *b) {
    buf_str(b, "\"securityEvents\":{\"asyncRequest\":\"none\",\"eventUris\":[");
    for (size_t i = 0; format_set_uris[i]; i++)
        buf_fmt(b, "%s\"%s\"", i ? "," : "", format_set_uris[i]);
    buf_str(b, "]},");
}

enum err endpoint_provider_config(struct exchange *x) {
    bool events;
    enum err e = enter_config(x, &events);
    if (e != OK)
        return e;
    struct buf *b = new_document(x);
    buf_str(b, "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig\"],\"documentationUri\":");
    buf_json_str(b, x->call->worker->settings->documentation_uri);
    buf_fmt(b,
            ",\"patch\":{\"supported\":true},"
            "\"bulk\":{\"supported\":true,\"maxOperations\":%d,\"maxPayloadSize\":%ld},"
            "\"filter\":{\"supported\":true,\"maxResults\":%d},"
            "\"changePassword\":{\"supported\":false},"
            "\"sort\":{\"supported\":true},"
            "\"etag\":{\"supported\":true},"
            "\"pagination\":{\"cursor\":true,\"index\":true,\"defaultPaginationMethod\":\"index\","
            "\"defaultPageSize\":%d,\"maxPageSize\":%d,\"cursorTimeout\":%ld},"
            "\"authenticationSchemes\":[{\"type\":\"oauthbearertoken\",\"name\":\"OAuth Bearer Token\","
            "\"description\":\"A bearer token issued by Muster for one connection\","
            "\"specUri\":\"https://www.rfc-editor.org/info/rfc6750\",\"primary\":true}],",
            BULK_OPERATIONS, x->call->worker->settings->body_max, LIST_MAX, LIST_COUNT, LIST_MAX,
            x->session.cursor_seconds);
    if (events)
        add_security_events(b);
    add_document_meta(x, b, "ServiceProviderConfig", "/ServiceProviderConfig");
    buf_char(b, '}');
    return answer_document(x, b);
}

static void add_schema(struct exchange *x, struct buf *b, const struct schema *s) {
    const char *text = schema_text(&x->session, s);
    buf_add(b, text, strlen(text) - 1);
    buf_char(b, ',');
    add_document_meta(x, b, "Schema", arena_printf(x->session.ctx.arena, "/Schemas/%s", s->urn));
    buf_char(b, '}');
}

static void list_head(struct buf *b, size_t n) {
    buf_fmt(b,
            "{\"schemas\":[\"" SCHEMA_LIST
            "\"],\"totalResults\":%zu,\"startIndex\":1,\"itemsPerPage\":%zu,\"Resources\":[",
            n, n);
}

/* The i-th schema of this organization: the built-in ones, then its own; NULL after the last. */
static const struct schema *schema_at(const struct exchange *x, size_t i) {
    size_t n;
    const struct schema *const *all = schema_all(&n);
    const struct resource_type *own[] = {x->session.types->user, x->session.types->group};
    const struct resource_type *built_in[] = {schema_built_in()->user, schema_built_in()->group};
    if (i < n)
        return all[i];
    i -= n;
    for (size_t k = 0; k < 2; k++) {
        size_t more = own[k]->n_extensions - built_in[k]->n_extensions;
        if (i < more)
            return own[k]->extensions[built_in[k]->n_extensions + i];
        i -= more;
    }
    return NULL;
}

enum err endpoint_schemas(struct exchange *x) {
    enum err e = enter_discovery(x);
    if (e != OK)
        return e;
    size_t n = 0;
    while (schema_at(x, n))
        n++;
    struct buf *b = new_document(x);
    list_head(b, n);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(b, ',');
        add_schema(x, b, schema_at(x, i));
    }
    buf_str(b, "]}");
    return answer_document(x, b);
}

enum err endpoint_schema(struct exchange *x) {
    enum err e = enter_discovery(x);
    if (e != OK)
        return e;
    const struct schema *s;
    for (size_t i = 0; (s = schema_at(x, i)) && strcasecmp(s->urn, x->id) != 0;)
        i++;
    if (!s)
        return fail(&x->session.ctx, ERR_NOT_FOUND, "no such schema");
    struct buf *b = new_document(x);
    add_schema(x, b, s);
    return answer_document(x, b);
}

static void add_resource_type(struct exchange *x, struct buf *b, const struct resource_type *rt) {
    buf_fmt(b,
            "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],\"id\":\"%s\",\"name\":\"%s\","
            "\"endpoint\":\"%s\",\"description\":\"%s accounts\",\"schema\":\"%s\",\"schemaExtensions\":[",
            rt->name, rt->name, rt->endpoint, rt->name, rt->base->urn);
    for (size_t i = 0; i < rt->n_extensions; i++)
        buf_fmt(b, "%s{\"schema\":\"%s\",\"required\":%s}", i ? "," : "", rt->extensions[i]->urn,
                rt->extensions[i]->required ? "true" : "false");
    buf_str(b, "],");
    add_document_meta(x, b, "ResourceType", arena_printf(x->session.ctx.arena, "/ResourceTypes/%s", rt->name));
    buf_char(b, '}');
}

enum err endpoint_resource_types(struct exchange *x) {
    enum err e = enter_discovery(x);
    if (e != OK)
        return e;
    struct buf *b = new_document(x);
    list_head(b, 2);
    add_resource_type(x, b, x->session.types->user);
    buf_char(b, ',');
    add_resource_type(x, b, x->session.types->group);
    buf_str(b, "]}");
    return answer_document(x, b);
}

enum err endpoint_resource_type(struct exchange *x) {
    enum err e = enter_discovery(x);
    if (e != OK)
        return e;
    const struct resource_type *all[] = {x->session.types->user, x->session.types->group};
    for (size_t i = 0; i < 2; i++)
        if (strcasecmp(x->id, all[i]->name) == 0) {
            struct buf *b = new_document(x);
            add_resource_type(x, b, all[i]);
            return answer_document(x, b);
        }
    return fail(&x->session.ctx, ERR_NOT_FOUND, "no such resource type");
}

enum err endpoint_unsupported(struct exchange *x) {
    return fail(&x->session.ctx, ERR_NOT_IMPLEMENTED, NULL);
}
