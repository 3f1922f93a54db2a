/* Link requests, and links between groups and teams, users and members, that an administrator changes. */

#include "control/control_dry_run.h"
#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/json.h"
#include "directory/relink.h"
#include "sql/control.h"

#include <string.h>

static const struct field listed[] = {{.name = "limit", .kind = FIELD_QUERY},
                                      {.name = "cursor", .kind = FIELD_QUERY},
                                      {.name = "status", .kind = FIELD_CHOICE, .values = "open|approved|refused"}};

enum err control_link_request_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_page page;
    enum err e = control_fields_check(c, FIELDS(listed), in->fields, false);
    if (e == OK)
        e = control_page(c, in->fields, &page);
    if (e != OK)
        return e;
    return control_list(c,
                        sql_api_link_request_list(.status = json_get_string(in->fields, "status"), .after = page.after,
                                                  .limit = page.limit),
                        &page, out);
}

struct decision {
    const char *id, *status;
};

static enum err decide_work(struct control *c, void *arg) {
    struct decision *x = arg;
    control_result(c, sql_api_link_request_decide(.id = x->id, .status = x->status, CONTROL_EVENT(c)), "link request");
    return OK;
}

static enum err decide_link_request(struct control *c, const struct control_input *in, const char *status,
                                    struct json_object **out) {
    struct decision x = {.id = in->id, .status = status};
    struct control_write w = {.work = decide_work, .arg = &x};
    return control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
}

enum err control_link_request_approve(struct control *c, const struct control_input *in, struct json_object **out) {
    return decide_link_request(c, in, "approved", out);
}

enum err control_link_request_refuse(struct control *c, const struct control_input *in, struct json_object **out) {
    return decide_link_request(c, in, "refused", out);
}

static const struct field linked[] = {{.name = "scim_group_id", .kind = FIELD_ANY_ID, .required = true}, DRY_RUN_FIELD};
static const struct field unlinked[] = {{.name = "scim_user_id", .kind = FIELD_ID, .required = true}};

struct link_change {
    const char *group, *team, *user;
};

static enum err link_group(struct session *s, void *arg) {
    struct link_change *l = arg;
    return relink_group(s, l->group, l->team);
}

/* The group that the client named, as {"scim_group_id", "connection_id"}. */
static enum err find_group(struct control *c, const char *group, struct json_object **out) {
    struct db_rows rows = {0};
    enum err e = control_read(c, sql_api_group_connection(.group_id = group), &rows);
    if (e == OK && db_count(rows) == 0) {
        control_wrong(c, "scim_group_id", "not_found", "the organization has no SCIM group %s", group);
        return control_refuse(c);
    }
    return e == OK ? control_object(c, rows, OBJECT_OBJECT, out) : e;
}

/* A team that a group of another connection has is refused, as by the act. `link`: the group's, NULL: the link ends. */
static enum err foretell_link(struct control *c, struct json_object *team, struct json_object *link,
                              struct json_object **out) {
    struct json_object *old = json_get(team, "link"), *found, *o;
    const char *connection = json_get_string(link, "connection_id"), *now = json_get_string(old, "connection_id");
    if (connection && now && strcmp(connection, now) != 0)
        return fail(&c->ctx, ERR_CONFLICT,
                    "the team is linked to the group \"%s\" of another connection: unlink that first",
                    json_get_string(old, "display_name"));
    enum err e = control_show(c,
                              sql_api_team_link_people(.team_id = json_get_string(team, "id"),
                                                       .group_id = json_get_string(link, "scim_group_id")),
                              "team", &found);
    if (e != OK)
        return e;
    c->foretold = true;
    o = *out = json_copy(c->ctx.arena, json_get(found, "people"));
    static const char *const more[] = {"by_group", "both", "other_group", "old_team"};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        json_set(o, more[i], json_get(found, more[i]));
    return OK;
}

enum err control_team_link(struct control *c, const struct control_input *in, struct json_object **out) {
    const char *group = json_get_string(in->fields, "scim_group_id");
    const struct control_input named = {.id = in->id, .fields = json_new_object(c->ctx.arena)};
    enum err e = control_fields_check(c, FIELDS(linked), in->fields, true);
    if (e == OK)
        e = control_team_show(c, &named, out);
    if (e != OK)
        return e;
    struct json_object *link = json_get(*out, "link");
    bool dry = control_dry_run_asked(in->fields);
    if (!group && !link && !dry)
        return OK;
    if (group)
        e = find_group(c, group, &link);
    if (e != OK || dry)
        return e == OK ? foretell_link(c, *out, group ? link : NULL, out) : e;
    struct link_change l = {.group = json_get_string(link, "scim_group_id"),
                            .team = group ? json_get_string(*out, "id") : NULL};
    struct session s = control_session(c, json_get_string(link, "connection_id"));
    e = control_directory(c, &s, link_group, &l);
    return e == OK ? control_team_show(c, &named, out) : e;
}

static enum err part_user(struct session *s, void *arg) {
    struct link_change *l = arg;
    return relink_apart(s, l->user);
}

/* The member's link to a user; NULL: there is none. */
static struct json_object *link_to(struct json_object *member, const char *user) {
    struct json_object *links = json_get(member, "links");
    for (size_t i = 0, n = json_object_array_length(links); i < n; i++) {
        struct json_object *link = json_object_array_get_idx(links, i);
        if (strcmp(json_get_string(link, "scim_user_id"), user) == 0)
            return link;
    }
    return NULL;
}

enum err control_member_unlink(struct control *c, const struct control_input *in, struct json_object **out) {
    const char *user = json_get_string(in->fields, "scim_user_id");
    const struct control_input named = {.id = in->id, .fields = json_new_object(c->ctx.arena)};
    enum err e = control_fields_check(c, FIELDS(unlinked), in->fields, true);
    if (e == OK)
        e = control_member_show(c, &named, out);
    if (e != OK)
        return e;
    struct json_object *link = link_to(*out, user);
    if (!link) {
        control_wrong(c, "scim_user_id", "not_found", "the member has no link to a SCIM user %s", user);
        return control_refuse(c);
    }
    struct link_change l = {.user = json_get_string(link, "scim_user_id")};
    struct session s = control_session(c, json_get_string(link, "connection_id"));
    e = control_directory(c, &s, part_user, &l);
    return e == OK ? control_member_show(c, &named, out) : e;
}
