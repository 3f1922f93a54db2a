/* The table of SCIM routes, and the search in it. */

#include "scim/routes.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/uuid.h"
#include "scim/endpoints.h"

#include <string.h>
#include <strings.h>

enum { ALLOW_MAX = 128 };

static const struct route routes[] = {
    {.endpoint = "", .place = ROUTE_ALL, .name = "/", .methods = {{"GET", endpoint_all_list}}},
    {.endpoint = "", .place = ROUTE_SEARCH, .name = "/.search", .methods = {{"POST", endpoint_all_search}}},
    {.endpoint = "Users",
     .place = ROUTE_SEARCH,
     .name = "/Users/.search",
     .methods = {{"POST", endpoint_users_search}}},
    {.endpoint = "Groups",
     .place = ROUTE_SEARCH,
     .name = "/Groups/.search",
     .methods = {{"POST", endpoint_groups_search}}},
    {.endpoint = "Users",
     .place = ROUTE_ALL,
     .name = "/Users",
     .methods = {{"GET", endpoint_users_list}, {"POST", endpoint_users_create}}},
    {.endpoint = "Users",
     .place = ROUTE_ONE,
     .name = "/Users/{id}",
     .methods = {{"GET", endpoint_users_get},
                 {"PUT", endpoint_users_replace},
                 {"PATCH", endpoint_users_patch},
                 {"DELETE", endpoint_users_delete}}},
    {.endpoint = "Groups",
     .place = ROUTE_ALL,
     .name = "/Groups",
     .methods = {{"GET", endpoint_groups_list}, {"POST", endpoint_groups_create}}},
    {.endpoint = "Groups",
     .place = ROUTE_ONE,
     .name = "/Groups/{id}",
     .methods = {{"GET", endpoint_groups_get},
                 {"PUT", endpoint_groups_replace},
                 {"PATCH", endpoint_groups_patch},
                 {"DELETE", endpoint_groups_delete}}},
    {.endpoint = "ServiceProviderConfig",
     .place = ROUTE_ALL,
     .open = true,
     .name = "/ServiceProviderConfig",
     .methods = {{"GET", endpoint_provider_config}}},
    {.endpoint = "Schemas", .place = ROUTE_ALL, .name = "/Schemas", .methods = {{"GET", endpoint_schemas}}},
    {.endpoint = "Schemas", .place = ROUTE_ONE, .name = "/Schemas/{id}", .methods = {{"GET", endpoint_schema}}},
    {.endpoint = "ResourceTypes",
     .place = ROUTE_ALL,
     .name = "/ResourceTypes",
     .methods = {{"GET", endpoint_resource_types}}},
    {.endpoint = "ResourceTypes",
     .place = ROUTE_ONE,
     .name = "/ResourceTypes/{id}",
     .methods = {{"GET", endpoint_resource_type}}},
    {.endpoint = "Me",
     .place = ROUTE_ALL,
     .name = "/Me",
     .methods = {{"GET", endpoint_unsupported},
                 {"POST", endpoint_unsupported},
                 {"PUT", endpoint_unsupported},
                 {"PATCH", endpoint_unsupported},
                 {"DELETE", endpoint_unsupported}}},
    {.endpoint = "Bulk", .place = ROUTE_ALL, .name = "/Bulk", .methods = {{"POST", endpoint_bulk}}},
};

static bool is_version(const char *s) {
    return (s[0] == 'v' || s[0] == 'V') && s[1] && s[strspn(s + 1, "0123456789") + 1] == '\0';
}

/* Skips [v2/][connections/{id}/]; both may be left out. */
static enum err skip_prefix(struct exchange *x, size_t *at) {
    struct request *r = &x->call->request;
    struct ctx *ctx = &x->session.ctx;
    if (*at < r->n_segments && is_version(r->raw[*at])) {
        if (strcasecmp(r->raw[*at], "v2") != 0)
            return fail(ctx, ERR_INVALID_VERSION, "protocol version %s is not supported, use v2", r->raw[*at]);
        ++*at;
    }
    if (*at + 1 < r->n_segments && strcasecmp(r->raw[*at], "connections") == 0) {
        const char *id = r->segments[*at + 1];
        if (!uuid_valid(id, strlen(id)))
            return fail(ctx, ERR_NOT_FOUND, NULL);
        x->session.asked_connection = id;
        *at += 2;
    }
    return OK;
}

enum err routes_find(struct exchange *x, const struct route **out) {
    struct request *r = &x->call->request;
    size_t at = 0;
    enum err e = skip_prefix(x, &at);
    if (e != OK)
        return e;
    size_t left = r->n_segments - at;
    bool search = left && strcasecmp(r->raw[r->n_segments - 1], ".search") == 0;
    size_t names = left - search;
    const char *endpoint = names ? r->raw[at] : "";
    for (size_t i = 0; names <= 2 && i < sizeof routes / sizeof *routes; i++) {
        int place = search ? ROUTE_SEARCH : names == 2 ? ROUTE_ONE : ROUTE_ALL;
        if (strcasecmp(routes[i].endpoint, endpoint) != 0 || (int)routes[i].place != place || (search && names == 2))
            continue;
        x->id = names == 2 ? r->segments[at + 1] : NULL;
        x->call->route = routes[i].name;
        *out = &routes[i];
        return OK;
    }
    return fail(&x->session.ctx, ERR_NOT_FOUND, "no such endpoint");
}

enum err routes_handler(struct exchange *x, const struct route *route, handler **out) {
    const char *method = strcmp(x->call->request.method, "HEAD") == 0 ? "GET" : x->call->request.method;
    struct buf *allow = buf_new(x->session.ctx.arena, ALLOW_MAX);
    for (size_t i = 0; i < ROUTE_METHODS && route->methods[i].method; i++) {
        const char *name = route->methods[i].method;
        if (strcmp(name, method) == 0) {
            *out = route->methods[i].handler;
            return OK;
        }
        buf_fmt(allow, "%s%s%s", i ? ", " : "", name, strcmp(name, "GET") == 0 ? ", HEAD" : "");
    }
    x->call->response.allow = buf_text(allow);
    return fail(&x->session.ctx, ERR_METHOD_NOT_ALLOWED, "this URL answers %s", buf_text(allow));
}

void routes_print(FILE *to) {
    static const char line[] = "%-6s %-22s %s\n";
    fprintf(to, line, "METHOD", "PATH", "TOKEN");
    for (const struct route *r = routes; r < routes + sizeof routes / sizeof *routes; r++)
        for (size_t i = 0; i < ROUTE_METHODS && r->methods[i].method; i++)
            fprintf(to, line, r->methods[i].method, r->name, r->open ? "no" : "yes");
}
