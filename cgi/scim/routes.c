#include "scim/routes.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/uuid.h"
#include "scim/endpoints.h"

#include <string.h>
#include <strings.h>

enum { ALLOW_MAX = 128 };

#define ANY(handler)                                                                                                   \
    {"GET", handler}, {"POST", handler}, {"PUT", handler}, {"PATCH", handler}, {                                       \
        "DELETE", handler                                                                                              \
    }

static const struct route routes[] = {
    {"", ROUTE_ALL, false, "/", {{"GET", endpoint_all_list}}},
    {"", ROUTE_SEARCH, false, "/.search", {{"POST", endpoint_all_search}}},
    {"Users", ROUTE_SEARCH, false, "/Users/.search", {{"POST", endpoint_users_search}}},
    {"Groups", ROUTE_SEARCH, false, "/Groups/.search", {{"POST", endpoint_groups_search}}},
    {"Users", ROUTE_ALL, false, "/Users", {{"GET", endpoint_users_list}, {"POST", endpoint_users_create}}},
    {"Users",
     ROUTE_ONE,
     false,
     "/Users/{id}",
     {{"GET", endpoint_users_get},
      {"PUT", endpoint_users_replace},
      {"PATCH", endpoint_users_patch},
      {"DELETE", endpoint_users_delete}}},
    {"Groups", ROUTE_ALL, false, "/Groups", {{"GET", endpoint_groups_list}, {"POST", endpoint_groups_create}}},
    {"Groups",
     ROUTE_ONE,
     false,
     "/Groups/{id}",
     {{"GET", endpoint_groups_get},
      {"PUT", endpoint_groups_replace},
      {"PATCH", endpoint_groups_patch},
      {"DELETE", endpoint_groups_delete}}},
    {"ServiceProviderConfig", ROUTE_ALL, true, "/ServiceProviderConfig", {{"GET", endpoint_provider_config}}},
    {"Schemas", ROUTE_ALL, false, "/Schemas", {{"GET", endpoint_schemas}}},
    {"Schemas", ROUTE_ONE, false, "/Schemas/{id}", {{"GET", endpoint_schema}}},
    {"ResourceTypes", ROUTE_ALL, false, "/ResourceTypes", {{"GET", endpoint_resource_types}}},
    {"ResourceTypes", ROUTE_ONE, false, "/ResourceTypes/{id}", {{"GET", endpoint_resource_type}}},
    {"Me", ROUTE_ALL, false, "/Me", {ANY(endpoint_unsupported)}},
    {"Bulk", ROUTE_ALL, false, "/Bulk", {{"POST", endpoint_bulk}}},
};

static bool is_version(const char *s) {
    return (s[0] == 'v' || s[0] == 'V') && s[1] && s[strspn(s + 1, "0123456789") + 1] == '\0';
}

/* Skips [v2/][connections/{id}/]; both may be left out. */
static enum err skip_prefix(struct exchange *x, size_t *at) {
    struct request *r = &x->request;
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
    struct request *r = &x->request;
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
        x->route = routes[i].name;
        *out = &routes[i];
        return OK;
    }
    return fail(&x->session.ctx, ERR_NOT_FOUND, "no such endpoint");
}

enum err routes_handler(struct exchange *x, const struct route *route, handler **out) {
    const char *method = strcmp(x->request.method, "HEAD") == 0 ? "GET" : x->request.method;
    struct buf *allow = buf_new(x->session.ctx.arena, ALLOW_MAX);
    for (size_t i = 0; i < ROUTE_METHODS && route->methods[i].method; i++) {
        const char *name = route->methods[i].method;
        if (strcmp(name, method) == 0) {
            *out = route->methods[i].handler;
            return OK;
        }
        buf_fmt(allow, "%s%s%s", i ? ", " : "", name, strcmp(name, "GET") == 0 ? ", HEAD" : "");
    }
    x->response.allow = buf_text(allow);
    return fail(&x->session.ctx, ERR_METHOD_NOT_ALLOWED, "this URL answers %s", buf_text(allow));
}
