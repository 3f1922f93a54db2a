/* The table of the admin API's routes, and the search in it. */

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
#define SESSIONS "/v1/portal/sessions"

const struct api_route api_routes[] = {
    {.method = "GET", .path = "/v1/organizations", .scopes = ORGANIZATIONS, .run = control_organization_list},
    {.method = "POST",
     .path = "/v1/organizations",
     .scopes = ORGANIZATIONS,
     .run = control_organization_create,
     .installation = true,
     .creates = true},
    {.method = "GET", .path = ORG, .scopes = READ " " ORGANIZATIONS, .run = control_organization_show},
    {.method = "PATCH", .path = ORG, .scopes = ORGANIZATIONS, .run = control_organization_set},
    {.method = "DELETE",
     .path = ORG,
     .scopes = ORGANIZATIONS,
     .run = control_organization_remove,
     .installation = true},
    {.method = "GET", .path = ORG "/scim/endpoint", .scopes = READ, .run = control_endpoint},
    {.method = "GET", .path = ORG "/scim/connections", .scopes = READ, .run = control_connection_list},
    {.method = "POST",
     .path = ORG "/scim/connections",
     .scopes = MANAGE,
     .run = control_connection_create,
     .creates = true},
    {.method = "GET", .path = ORG "/scim/connections/{id}", .scopes = READ, .run = control_connection_show},
    {.method = "PATCH", .path = ORG "/scim/connections/{id}", .scopes = MANAGE, .run = control_connection_set},
    {.method = "DELETE", .path = ORG "/scim/connections/{id}", .scopes = MANAGE, .run = control_connection_remove},
    {.method = "GET",
     .path = ORG "/scim/connections/{id}/activity",
     .scopes = READ,
     .run = control_connection_activity},
    {.method = "POST", .path = ORG "/scim/connections/{id}/adopt", .scopes = MANAGE, .run = control_connection_adopt},
    {.method = "POST",
     .path = ORG "/scim/connections/{id}/rotate/start",
     .scopes = MANAGE,
     .run = control_rotation_start,
     .creates = true},
    {.method = "POST",
     .path = ORG "/scim/connections/{id}/rotate/complete",
     .scopes = MANAGE,
     .run = control_rotation_complete},
    {.method = "POST",
     .path = ORG "/scim/connections/{id}/rotate/cancel",
     .scopes = MANAGE,
     .run = control_rotation_cancel},
    {.method = "GET", .path = ORG "/scim/domains", .scopes = READ, .run = control_domains_show},
    {.method = "PUT",
     .path = ORG "/scim/domains",
     .scopes = MANAGE,
     .run = control_domains_set,
     .callers = CONTROL_KEYS},
    {.method = "GET", .path = ORG "/scim/domain-claims", .scopes = READ, .run = control_domain_claim_list},
    {.method = "POST",
     .path = ORG "/scim/domain-claims",
     .scopes = MANAGE,
     .run = control_domain_claim,
     .creates = true},
    {.method = "GET", .path = ORG "/scim/domain-claims/{id}", .scopes = READ, .run = control_domain_claim_show},
    {.method = "DELETE", .path = ORG "/scim/domain-claims/{id}", .scopes = MANAGE, .run = control_domain_claim_remove},
    {.method = "POST",
     .path = ORG "/scim/domain-claims/{id}/check",
     .scopes = MANAGE,
     .run = control_domain_claim_check},
    {.method = "GET", .path = ORG "/scim/link-requests", .scopes = READ, .run = control_link_request_list},
    {.method = "POST",
     .path = ORG "/scim/link-requests/{id}/approve",
     .scopes = MANAGE,
     .run = control_link_request_approve},
    {.method = "POST",
     .path = ORG "/scim/link-requests/{id}/refuse",
     .scopes = MANAGE,
     .run = control_link_request_refuse},
    {.method = "GET", .path = ORG "/scim/tokens", .scopes = READ, .run = control_token_list},
    {.method = "POST", .path = ORG "/scim/tokens", .scopes = MANAGE, .run = control_token_issue, .creates = true},
    {.method = "GET", .path = ORG "/scim/tokens/{id}", .scopes = READ, .run = control_token_show},
    {.method = "POST", .path = ORG "/scim/tokens/{id}/revoke", .scopes = MANAGE, .run = control_token_revoke},
    {.method = "GET", .path = ORG "/scim/attribute-mappings", .scopes = READ, .run = control_mapping_show},
    {.method = "PUT", .path = ORG "/scim/attribute-mappings", .scopes = MANAGE, .run = control_mapping_set},
    {.method = "POST", .path = ORG "/scim/attribute-mappings/preview", .scopes = READ, .run = control_mapping_preview},
    {.method = "GET", .path = ORG "/scim/schemas", .scopes = READ, .run = control_schema_list},
    {.method = "POST", .path = ORG "/scim/schemas", .scopes = MANAGE, .run = control_schema_add, .creates = true},
    {.method = "DELETE", .path = ORG "/scim/schemas/{id}", .scopes = MANAGE, .run = control_schema_remove},
    {.method = "GET", .path = ORG "/members", .scopes = READ, .run = control_member_list},
    {.method = "POST", .path = ORG "/members", .scopes = MANAGE, .run = control_member_add, .creates = true},
    {.method = "GET", .path = ORG "/members/{id}", .scopes = READ, .run = control_member_show},
    {.method = "PATCH", .path = ORG "/members/{id}", .scopes = MANAGE, .run = control_member_set},
    {.method = "GET", .path = ORG "/members/{id}/explain", .scopes = READ, .run = control_member_explain},
    {.method = "POST", .path = ORG "/members/{id}/deactivate", .scopes = MANAGE, .run = control_member_deactivate},
    {.method = "POST", .path = ORG "/members/{id}/reactivate", .scopes = MANAGE, .run = control_member_reactivate},
    {.method = "GET", .path = ORG "/teams", .scopes = READ, .run = control_team_list},
    {.method = "POST", .path = ORG "/teams", .scopes = MANAGE, .run = control_team_add, .creates = true},
    {.method = "GET", .path = ORG "/teams/{id}", .scopes = READ, .run = control_team_show},
    {.method = "PATCH", .path = ORG "/teams/{id}", .scopes = MANAGE, .run = control_team_set},
    {.method = "DELETE", .path = ORG "/teams/{id}", .scopes = MANAGE, .run = control_team_remove},
    {.method = "GET", .path = ORG "/teams/{id}/members", .scopes = READ, .run = control_team_members},
    {.method = "POST", .path = ORG "/teams/{id}/members", .scopes = MANAGE, .run = control_team_join},
    {.method = "DELETE", .path = ORG "/teams/{id}/members/{member}", .scopes = MANAGE, .run = control_team_part},
    {.method = "PATCH", .path = ORG "/teams/{id}/link", .scopes = MANAGE, .run = control_team_link},
    {.method = "POST", .path = ORG "/members/{id}/unlink", .scopes = MANAGE, .run = control_member_unlink},
    {.method = "GET", .path = ORG "/webhooks", .scopes = WEBHOOKS, .run = control_webhook_list},
    {.method = "POST", .path = ORG "/webhooks", .scopes = WEBHOOKS, .run = control_webhook_create, .creates = true},
    {.method = "GET", .path = ORG "/webhooks/{id}", .scopes = WEBHOOKS, .run = control_webhook_show},
    {.method = "PATCH", .path = ORG "/webhooks/{id}", .scopes = WEBHOOKS, .run = control_webhook_set},
    {.method = "DELETE", .path = ORG "/webhooks/{id}", .scopes = WEBHOOKS, .run = control_webhook_remove},
    {.method = "POST", .path = ORG "/webhooks/{id}/rotate-secret", .scopes = WEBHOOKS, .run = control_webhook_rotate},
    {.method = "POST",
     .path = ORG "/webhooks/{id}/test",
     .scopes = WEBHOOKS,
     .run = control_webhook_test,
     .creates = true},
    {.method = "POST", .path = ORG "/webhooks/{id}/replay", .scopes = WEBHOOKS, .run = control_webhook_replay},
    {.method = "GET",
     .path = ORG "/webhooks/{id}/deliveries",
     .scopes = WEBHOOKS,
     .run = control_webhook_delivery_list},
    {.method = "GET", .path = ORG DELIVERY, .scopes = WEBHOOKS, .run = control_webhook_delivery_show},
    {.method = "POST", .path = ORG DELIVERY "/replay", .scopes = WEBHOOKS, .run = control_webhook_delivery_replay},
    {.method = "GET", .path = "/v1/webhooks", .scopes = WEBHOOKS, .run = control_webhook_list, .installation = true},
    {.method = "POST",
     .path = "/v1/webhooks",
     .scopes = WEBHOOKS,
     .run = control_webhook_create,
     .installation = true,
     .creates = true},
    {.method = "GET",
     .path = "/v1/webhooks/{id}",
     .scopes = WEBHOOKS,
     .run = control_webhook_show,
     .installation = true},
    {.method = "PATCH",
     .path = "/v1/webhooks/{id}",
     .scopes = WEBHOOKS,
     .run = control_webhook_set,
     .installation = true},
    {.method = "DELETE",
     .path = "/v1/webhooks/{id}",
     .scopes = WEBHOOKS,
     .run = control_webhook_remove,
     .installation = true},
    {.method = "POST",
     .path = "/v1/webhooks/{id}/rotate-secret",
     .scopes = WEBHOOKS,
     .run = control_webhook_rotate,
     .installation = true},
    {.method = "POST",
     .path = "/v1/webhooks/{id}/test",
     .scopes = WEBHOOKS,
     .run = control_webhook_test,
     .installation = true,
     .creates = true},
    {.method = "POST",
     .path = "/v1/webhooks/{id}/replay",
     .scopes = WEBHOOKS,
     .run = control_webhook_replay,
     .installation = true},
    {.method = "GET",
     .path = "/v1/webhooks/{id}/deliveries",
     .scopes = WEBHOOKS,
     .run = control_webhook_delivery_list,
     .installation = true},
    {.method = "GET",
     .path = "/v1" DELIVERY,
     .scopes = WEBHOOKS,
     .run = control_webhook_delivery_show,
     .installation = true},
    {.method = "POST",
     .path = "/v1" DELIVERY "/replay",
     .scopes = WEBHOOKS,
     .run = control_webhook_delivery_replay,
     .installation = true},
    {.method = "GET", .path = "/v1/audit-logs", .scopes = AUDIT, .run = control_audit_list, .installation = true},
    {.method = "GET", .path = ORG "/audit-logs", .scopes = AUDIT, .run = control_audit_list},
    {.method = "GET", .path = ORG "/audit-logs/export", .scopes = AUDIT, .run = control_audit_file},
    {.method = "GET", .path = ORG "/jobs", .scopes = READ, .run = control_job_list},
    {.method = "GET", .path = ORG "/jobs/{id}", .scopes = READ, .run = control_job_show},
    {.method = "GET", .path = ORG "/events", .scopes = READ, .run = control_event_feed},
    {.method = "GET", .path = ORG "/events/snapshot", .scopes = READ, .run = control_event_snapshot},
    {.method = "POST",
     .path = ORG "/portal-links",
     .scopes = MANAGE,
     .run = control_portal_link,
     .callers = CONTROL_KEYS,
     .creates = true},
    {.method = "POST",
     .path = ORG "/portal-embed-tokens",
     .scopes = MANAGE,
     .run = control_portal_embed,
     .callers = CONTROL_KEYS,
     .creates = true},
    {.method = "GET",
     .path = ORG "/portal-sessions",
     .scopes = READ,
     .run = control_portal_list,
     .callers = CONTROL_KEYS},
    {.method = "DELETE",
     .path = ORG "/portal-sessions",
     .scopes = MANAGE,
     .run = control_portal_end_all,
     .callers = CONTROL_KEYS},
    {.method = "DELETE",
     .path = ORG "/portal-sessions/{id}",
     .scopes = MANAGE,
     .run = control_portal_end,
     .callers = CONTROL_KEYS},
    {.method = "POST",
     .path = SESSIONS,
     .scopes = READ,
     .run = control_portal_open,
     .callers = CONTROL_LINKS,
     .creates = true},
    {.method = "GET", .path = SESSIONS, .scopes = READ, .run = control_portal_show, .callers = CONTROL_SESSIONS},
    {.method = "DELETE", .path = SESSIONS, .scopes = READ, .run = control_portal_leave, .callers = CONTROL_SESSIONS},
    {.method = "POST",
     .path = SESSIONS "/stay",
     .scopes = READ,
     .run = control_portal_stay,
     .callers = CONTROL_SESSIONS},
};
const size_t api_route_count = sizeof api_routes / sizeof *api_routes;

/* The portal's screen that a path belongs to: a vendor may hide it. Paths without one are of the whole portal. */
static const struct {
    const char *path, *screen;
} screens[] = {{ORG "/scim/tokens", "provisioning"},
               {ORG "/scim/connections/{id}/rotate", "provisioning"},
               {ORG "/scim/connections/{id}/activity", "provisioning"},
               {ORG "/scim/attribute-mappings", "mapping"},
               {ORG "/scim/schemas", "mapping"},
               {ORG "/scim/domains", "domains"},
               {ORG "/scim/domain-claims", "domains"},
               {ORG "/scim/link-requests", "domains"},
               {ORG "/members", "members"},
               {ORG "/teams", "teams"},
               {ORG "/audit-logs", "audit"},
               {ORG "/webhooks", "webhooks"}};

const char *api_route_screen(const struct api_route *r) {
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++)
        if (strncmp(r->path, screens[i].path, strlen(screens[i].path)) == 0)
            return screens[i].screen;
    return NULL;
}

void api_routes_print(FILE *to) {
    static const char line[] = "%-6s %-66s %-12s %-7s %s\n";
    static const char *const callers[] = {"any", "key", "session", "link"};
    char scopes[128];
    fprintf(to, line, "METHOD", "PATH", "KEY", "CREATES", "SCOPES");
    for (const struct api_route *r = api_routes; r < api_routes + api_route_count; r++) {
        snprintf(scopes, sizeof scopes, "%s", r->scopes);
        for (char *p = scopes; *p; p++)
            *p = *p == ' ' ? ',' : *p;
        fprintf(to, line, r->method, r->path, r->installation ? "installation" : callers[r->callers],
                r->creates ? "yes" : "no", scopes);
    }
}

/* Whether the segments match the template; writes the values of {org}, {id}, and {delivery} or {member} to `out`. */
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
        else if (strncmp(p, "{delivery}", len) == 0 || strncmp(p, "{member}", len) == 0)
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
