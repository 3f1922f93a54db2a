#include "admin/api_routes.h"

#include "base/arena.h"
#include "control/control_operations.h"

#include <string.h>

#define READ "provisioning:read provisioning:manage"
#define MANAGE "provisioning:manage"
#define ORGANIZATIONS "organizations:manage"
#define AUDIT "audit:read"
#define WEBHOOKS "webhooks:manage"
#define DELIVERY "/webhooks/{id}/deliveries/{delivery}"
#define ORG "/v1/organizations/{org}"

const struct api_route api_routes[] = {
    {"GET", "/v1/organizations", ORGANIZATIONS, control_organization_list, false, false},
    {"POST", "/v1/organizations", ORGANIZATIONS, control_organization_create, true, true},
    {"GET", ORG, READ " " ORGANIZATIONS, control_organization_show, false, false},
    {"PATCH", ORG, ORGANIZATIONS, control_organization_set, false, false},
    {"DELETE", ORG, ORGANIZATIONS, control_organization_remove, true, false},
    {"GET", ORG "/scim/endpoint", READ, control_endpoint, false, false},
    {"GET", ORG "/scim/connections", READ, control_connection_list, false, false},
    {"POST", ORG "/scim/connections", MANAGE, control_connection_create, false, true},
    {"GET", ORG "/scim/connections/{id}", READ, control_connection_show, false, false},
    {"PATCH", ORG "/scim/connections/{id}", MANAGE, control_connection_set, false, false},
    {"DELETE", ORG "/scim/connections/{id}", MANAGE, control_connection_remove, false, false},
    {"POST", ORG "/scim/connections/{id}/adopt", MANAGE, control_connection_adopt, false, false},
    {"POST", ORG "/scim/connections/{id}/rotate/start", MANAGE, control_rotation_start, false, true},
    {"POST", ORG "/scim/connections/{id}/rotate/complete", MANAGE, control_rotation_complete, false, false},
    {"POST", ORG "/scim/connections/{id}/rotate/cancel", MANAGE, control_rotation_cancel, false, false},
    {"GET", ORG "/scim/domains", READ, control_domains_show, false, false},
    {"PUT", ORG "/scim/domains", MANAGE, control_domains_set, false, false},
    {"GET", ORG "/scim/link-requests", READ, control_link_request_list, false, false},
    {"POST", ORG "/scim/link-requests/{id}/approve", MANAGE, control_link_request_approve, false, false},
    {"POST", ORG "/scim/link-requests/{id}/refuse", MANAGE, control_link_request_refuse, false, false},
    {"GET", ORG "/scim/tokens", READ, control_token_list, false, false},
    {"POST", ORG "/scim/tokens", MANAGE, control_token_issue, false, true},
    {"GET", ORG "/scim/tokens/{id}", READ, control_token_show, false, false},
    {"POST", ORG "/scim/tokens/{id}/revoke", MANAGE, control_token_revoke, false, false},
    {"GET", ORG "/scim/attribute-mappings", READ, control_mapping_show, false, false},
    {"PUT", ORG "/scim/attribute-mappings", MANAGE, control_mapping_set, false, false},
    {"POST", ORG "/scim/attribute-mappings/preview", READ, control_mapping_preview, false, false},
    {"GET", ORG "/scim/schemas", READ, control_schema_list, false, false},
    {"POST", ORG "/scim/schemas", MANAGE, control_schema_add, false, true},
    {"DELETE", ORG "/scim/schemas/{id}", MANAGE, control_schema_remove, false, false},
    {"GET", ORG "/members", READ, control_member_list, false, false},
    {"POST", ORG "/members", MANAGE, control_member_add, false, true},
    {"GET", ORG "/members/{id}", READ, control_member_show, false, false},
    {"PATCH", ORG "/members/{id}", MANAGE, control_member_set, false, false},
    {"GET", ORG "/teams", READ, control_team_list, false, false},
    {"POST", ORG "/teams", MANAGE, control_team_add, false, true},
    {"GET", ORG "/teams/{id}", READ, control_team_show, false, false},
    {"GET", ORG "/teams/{id}/members", READ, control_team_members, false, false},
    {"PATCH", ORG "/teams/{id}/link", MANAGE, control_team_link, false, false},
    {"POST", ORG "/members/{id}/unlink", MANAGE, control_member_unlink, false, false},
    {"GET", ORG "/webhooks", WEBHOOKS, control_webhook_list, false, false},
    {"POST", ORG "/webhooks", WEBHOOKS, control_webhook_create, false, true},
    {"GET", ORG "/webhooks/{id}", WEBHOOKS, control_webhook_show, false, false},
    {"PATCH", ORG "/webhooks/{id}", WEBHOOKS, control_webhook_set, false, false},
    {"DELETE", ORG "/webhooks/{id}", WEBHOOKS, control_webhook_remove, false, false},
    {"POST", ORG "/webhooks/{id}/rotate-secret", WEBHOOKS, control_webhook_rotate, false, false},
    {"POST", ORG "/webhooks/{id}/test", WEBHOOKS, control_webhook_test, false, true},
    {"POST", ORG "/webhooks/{id}/replay", WEBHOOKS, control_webhook_replay, false, false},
    {"GET", ORG "/webhooks/{id}/deliveries", WEBHOOKS, control_webhook_delivery_list, false, false},
    {"GET", ORG DELIVERY, WEBHOOKS, control_webhook_delivery_show, false, false},
    {"POST", ORG DELIVERY "/replay", WEBHOOKS, control_webhook_delivery_replay, false, false},
    {"GET", "/v1/webhooks", WEBHOOKS, control_webhook_list, true, false},
    {"POST", "/v1/webhooks", WEBHOOKS, control_webhook_create, true, true},
    {"GET", "/v1/webhooks/{id}", WEBHOOKS, control_webhook_show, true, false},
    {"PATCH", "/v1/webhooks/{id}", WEBHOOKS, control_webhook_set, true, false},
    {"DELETE", "/v1/webhooks/{id}", WEBHOOKS, control_webhook_remove, true, false},
    {"POST", "/v1/webhooks/{id}/rotate-secret", WEBHOOKS, control_webhook_rotate, true, false},
    {"POST", "/v1/webhooks/{id}/test", WEBHOOKS, control_webhook_test, true, true},
    {"POST", "/v1/webhooks/{id}/replay", WEBHOOKS, control_webhook_replay, true, false},
    {"GET", "/v1/webhooks/{id}/deliveries", WEBHOOKS, control_webhook_delivery_list, true, false},
    {"GET", "/v1" DELIVERY, WEBHOOKS, control_webhook_delivery_show, true, false},
    {"POST", "/v1" DELIVERY "/replay", WEBHOOKS, control_webhook_delivery_replay, true, false},
    {"GET", "/v1/audit-logs", AUDIT, control_audit_list, true, false},
    {"GET", ORG "/audit-logs", AUDIT, control_audit_list, false, false},
    {"GET", ORG "/audit-logs/export", AUDIT, control_audit_file, false, false},
    {"GET", ORG "/events", READ, control_event_feed, false, false},
    {"GET", ORG "/events/snapshot", READ, control_event_snapshot, false, false},
};
const size_t api_route_count = sizeof api_routes / sizeof *api_routes;

/* Whether the segments fit the template; what stands for {org}, {id} and {delivery} goes to `out`. */
static bool path_fits_route(const struct request *r, const char *path, struct api_match *out) {
    size_t i = 0;
    for (const char *p = path; *p; i++) {
        size_t len = strcspn(++p, "/");
        if (i == r->n_segments)
            return false;
        if (strncmp(p, "{org}", len) == 0)
            out->organization = r->segments[i];
        else if (strncmp(p, "{id}", len) == 0)
            out->id = r->segments[i];
        else if (strncmp(p, "{delivery}", len) == 0)
            out->delivery = r->segments[i];
        else if (strlen(r->raw[i]) != len || memcmp(r->raw[i], p, len) != 0)
            return false;
        p += len;
    }
    return i == r->n_segments;
}

enum err api_route_find(struct ctx *ctx, const struct request *r, struct api_match *out, const char **allow) {
    const char *method = strcmp(r->method, "HEAD") == 0 ? "GET" : r->method, *others = "";
    for (size_t i = 0; i < api_route_count; i++) {
        struct api_match match = {.route = &api_routes[i]};
        if (!path_fits_route(r, api_routes[i].path, &match))
            continue;
        *out = match;
        if (strcmp(api_routes[i].method, method) == 0)
            return OK;
        others = arena_printf(ctx->arena, "%s%s%s", others, *others ? ", " : "", api_routes[i].method);
    }
    if (!*others)
        return fail(ctx, ERR_NOT_FOUND, "there is no such URL; /v1/openapi.json names them all");
    out->route = NULL;
    *allow = strstr(others, "GET") ? arena_printf(ctx->arena, "%s, HEAD", others) : others;
    return fail(ctx, ERR_METHOD_NOT_ALLOWED, "this URL answers %s", *allow);
}
