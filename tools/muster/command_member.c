/* muster member show, with --explain, and muster erase. */

#include "muster/command.h"

#include "base/arena.h"
#include "base/json.h"
#include "control/control_operations.h"
#include "muster/print.h"

#include <stdio.h>
#include <string.h>

/* A text from outside, without control characters, which could control the terminal. */
static const char *shown_text(struct invocation *in, struct json_object *o, const char *name) {
    struct json_object *v = json_get(o, name);
    if (!v)
        return "-";
    bool bare = json_object_is_type(v, json_type_string);
    char *text = arena_strdup(in->ctx.arena, bare ? json_object_get_string(v) : json_text(in->ctx.arena, v));
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    return text;
}

static void print_event(struct invocation *in, const char *indent, struct json_object *event) {
    if (!event)
        return;
    struct json_object *actor = json_get(event, "actor_id");
    printf("%s%s by %s%s%s, at %s, request %s\n", indent, shown_text(in, event, "action"),
           shown_text(in, event, "actor_type"), actor ? " " : "", actor ? shown_text(in, event, "actor_id") : "",
           shown_text(in, event, "at"), shown_text(in, event, "request_id"));
}

static const char *link_state(struct json_object *link) {
    if (json_get(link, "removed_at"))
        return "removed";
    return json_object_get_boolean(json_get(link, "active")) ? "active" : "inactive";
}

static void print_status(struct invocation *in, struct json_object *status) {
    struct json_object *links = json_get(status, "links");
    size_t n = json_object_array_length(links);
    printf("\nstatus: %s%s\n", shown_text(in, status, "value"), n ? "" : ", without any identity provider");
    print_event(in, "  last change: ", json_get(status, "event"));
    for (size_t i = 0; i < n; i++) {
        struct json_object *link = json_object_array_get_idx(links, i);
        printf("  %s at %s since %s: SCIM user %s (%s)\n", link_state(link), shown_text(in, link, "connection"),
               shown_text(in, link, "since"), shown_text(in, link, "scim_user_id"), shown_text(in, link, "user_name"));
        print_event(in, "    ", json_get(link, "event"));
    }
}

/* "by Staff > Engineers" for a way through nested groups. */
static void print_way(struct invocation *in, struct json_object *way) {
    struct json_object *groups = json_get(way, "groups");
    size_t n = groups ? json_object_array_length(groups) : 0;
    printf("    by the group ");
    for (size_t i = 0; i < n; i++)
        printf("%s%s", i ? ", which holds " : "", shown_text(in, json_object_array_get_idx(groups, i), "display_name"));
    printf("%s: SCIM user %s\n", n > 1 ? " (nested)" : "", shown_text(in, way, "scim_user_id"));
}

static void print_team(struct invocation *in, struct json_object *team) {
    struct json_object *ways = json_get(team, "ways");
    struct json_object *added = json_get(team, "added_event"), *kept = json_get(team, "kept_event");
    printf("  %s since %s\n", shown_text(in, team, "name"), shown_text(in, team, "since"));
    for (size_t i = 0, n = json_object_array_length(ways); i < n; i++)
        print_way(in, json_object_array_get_idx(ways, i));
    if (added)
        print_event(in, "    added: ", added);
    else if (json_object_get_boolean(json_get(team, "added")))
        printf("    kept from a group that was deleted\n");
    print_event(in, "    ", kept);
    if (json_get(team, "event") && !json_same(json_get(team, "event"), added))
        print_event(in, "    joined: ", json_get(team, "event"));
}

static void print_why(struct invocation *in, const char *name, struct json_object *why) {
    struct json_object *group = json_get(why, "group");
    printf("  %s: %s", name, shown_text(in, why, "value"));
    if (!json_get(why, "rule")) {
        printf(" (by no rule of the mapping)\n");
        return;
    }
    printf("\n    rule \"%s\" -> %s, read %s", shown_text(in, why, "rule"), shown_text(in, why, "target"),
           shown_text(in, why, "read"));
    if (group)
        printf(" of the group %s (%s)", shown_text(in, group, "display"), shown_text(in, group, "value"));
    printf(", from %s, SCIM user %s\n", shown_text(in, why, "connection"), shown_text(in, why, "scim_user_id"));
}

static void print_explained(struct invocation *in, struct json_object *o) {
    struct json_object *teams = json_get(o, "teams"), *fields = json_get(o, "fields"), *role = json_get(o, "role");
    size_t n = json_object_array_length(teams);
    printf("%s, member %s\n", shown_text(in, json_get(o, "member"), "email"),
           shown_text(in, json_get(o, "member"), "id"));
    print_status(in, json_get(o, "status"));
    printf("\nteams: %zu\n", n);
    for (size_t i = 0; i < n; i++)
        print_team(in, json_object_array_get_idx(teams, i));
    printf("\nrole and fields:\n");
    print_why(in, "organization_role", role);
    print_event(in, "    last change: ", json_get(role, "event"));
    json_object_object_foreach(fields, name, why) print_why(in, name, why);
}

static enum err no_member(struct invocation *in, enum err e) {
    if (e != ERR_NOT_FOUND || strstr(fail_detail(&in->ctx), "organization"))
        return e;
    return fail(&in->ctx, e, "there is no member \"%s\"; muster member list shows them", in->args[0]);
}

enum err command_member_show(struct invocation *in) {
    struct json_object *out = NULL;
    bool explain = json_get(in->fields, "explain");
    json_object_object_del(in->fields, "explain");
    enum err e = command_operate(in, explain ? control_member_explain : control_member_show, in->args[0], &out);
    if (e != OK)
        return no_member(in, e);
    if (explain && !in->json)
        print_explained(in, out);
    else
        print_object(out, in->json);
    return OK;
}

enum err command_erase(struct invocation *in) {
    struct json_object *out = NULL;
    enum err e = command_operate(in, control_erase, in->args[0], &out);
    if (e != OK)
        return no_member(in, e);
    print_object(out, in->json);
    fputs("erased; backups, and old versions of rows until the next vacuum, still have it\n", stderr);
    return OK;
}
