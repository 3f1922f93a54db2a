#include "command.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/email.h"

#include <stdio.h>
#include <string.h>

static const char *fold(struct invocation *in, const char *s) {
    return fold_identity(in->ctx.arena, s, strlen(s));
}

enum err command_member_add(struct invocation *in) {
    const char *org, *email = in->args[0], *role = command_text(in, "organization_role");
    char id[UUID_TEXT + 1];
    if (!email_valid(email, strlen(email)))
        return fail(&in->ctx, ERR_USAGE, "\"%s\" is not an email address", email);
    if (role && (strncmp(role, "org:", 4) != 0 || !role[4]))
        return fail(&in->ctx, ERR_USAGE, "a role begins with org:, as in org:admin: \"%s\" does not", role);
    enum err e = command_organization(in, &org);
    if (e != OK)
        return e;
    uuid_new(id);
    const char *params[] = {id, org, email, fold(in, email), json_text(in->ctx.arena, in->fields)};
    e = command_show(in, SQL_OP_MEMBER_ADD, params, "");
    return e == ERR_UNIQUENESS ? fail(&in->ctx, e, "a member with the email %s exists already", email) : e;
}

enum err command_member_list(struct invocation *in) {
    const char *org;
    enum err e = command_organization(in, &org);
    return e == OK ? command_list(in, SQL_OP_MEMBER_LIST, &org, "id email display_name status organization_role") : e;
}

static const char *no_member(struct invocation *in, const char *who) {
    return arena_printf(in->ctx.arena, "there is no member \"%s\"; muster member list shows them", who);
}

enum err command_member_show(struct invocation *in) {
    const char *org;
    enum err e = command_organization(in, &org);
    if (e != OK)
        return e;
    const char *params[] = {org, fold(in, in->args[0]), in->args[0]};
    return command_show(in, SQL_OP_MEMBER_SHOW, params, no_member(in, in->args[0]));
}

/* The id of the one object that a statement shows. */
static enum err find_id(struct invocation *in, enum sql q, const char *const *params, const char *missing,
                        const char **id) {
    struct db_rows rows = {0};
    struct json_object *o;
    enum err e = command_query(in, q, params, &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&in->ctx, ERR_NOT_FOUND, "%s", missing);
    if (e == OK)
        e = json_parse_own(&in->ctx, db_text(rows, 0, "object"), strlen(db_text(rows, 0, "object")), &o);
    if (e == OK)
        *id = json_get_string(o, "id");
    return e;
}

static const char *no_team(struct invocation *in) {
    return arena_printf(in->ctx.arena, "there is no team \"%s\"; muster team list shows them", in->args[0]);
}

static enum err join_team(struct invocation *in, const char *org, const char *who) {
    const char *team, *member;
    char event[UUID_TEXT + 1];
    struct db_rows rows = {0};
    const char *by_name[] = {org, fold(in, in->args[0]), in->args[0]};
    const char *by_email[] = {org, fold(in, who), who};
    enum err e = find_id(in, SQL_OP_TEAM_SHOW, by_name, no_team(in), &team);
    if (e == OK)
        e = find_id(in, SQL_OP_MEMBER_SHOW, by_email, no_member(in, who), &member);
    if (e != OK)
        return e;
    uuid_new(event);
    const char *params[] = {org, team, member, event};
    e = command_query(in, SQL_OP_TEAM_JOIN, params, &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&in->ctx, ERR_BAD_REQUEST, "%s is deactivated: a deactivated member is in no team", who);
    return e == OK ? command_show(in, SQL_OP_TEAM_SHOW, by_name, no_team(in)) : e;
}

enum err command_team_add(struct invocation *in) {
    const char *org, *who = command_text(in, "member"), *name = in->args[0];
    char id[UUID_TEXT + 1];
    enum err e = command_organization(in, &org);
    if (e != OK || who)
        return e == OK ? join_team(in, org, who) : e;
    if (fold_blank(name, strlen(name)) || fold_has_control(name, strlen(name)))
        return fail(&in->ctx, ERR_USAGE, "a team's name must not be blank and must not hold control characters");
    uuid_new(id);
    const char *params[] = {id, org, name, fold(in, name)};
    e = command_show(in, SQL_OP_TEAM_ADD, params, "");
    return e == ERR_UNIQUENESS ? fail(&in->ctx, e, "a team \"%s\" exists already", name) : e;
}

enum err command_team_list(struct invocation *in) {
    const char *org;
    enum err e = command_organization(in, &org);
    return e == OK ? command_list(in, SQL_OP_TEAM_LIST, &org, "id name members") : e;
}

enum err command_team_show(struct invocation *in) {
    const char *org;
    enum err e = command_organization(in, &org);
    if (e != OK)
        return e;
    const char *params[] = {org, fold(in, in->args[0]), in->args[0]};
    return command_show(in, SQL_OP_TEAM_SHOW, params, no_team(in));
}

enum err command_audit_list(struct invocation *in) {
    const char *org, *action = command_text(in, "action"),
                     *limit = json_object_get_string(json_get(in->fields, "limit"));
    size_t n = action ? strlen(action) : 0;
    bool wild = n && action[n - 1] == '*';
    enum err e = command_organization(in, &org);
    if (e != OK)
        return e;
    const char *params[] = {org, wild ? NULL : action, wild ? arena_strndup(in->ctx.arena, action, n - 1) : NULL,
                            limit ? limit : "100"};
    return command_list(in, SQL_OP_AUDIT_LIST, params, "at action actor_type target_type target_id request_id");
}
