/* Teams of an organization, and the people in them that no group has put there. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "sql/control.h"

#include <string.h>

static const struct field named[] = {{.name = "name", .kind = FIELD_TEXT, .required = true}};
static const struct field ended[] = {{.name = "confirm", .kind = FIELD_QUERY}};
static const struct field joined[] = {{.name = "member", .kind = FIELD_TEXT, .required = true}};

struct team_change {
    char id[UUID_TEXT + 1];
    const struct control_input *in;
    const char *member; /* as the client names them */
};

/* The places of the statements that ask_team() and ask_place() queue. */
enum { TEAM_LOCKED, TEAM_SHOWN, MEMBER_LOCKED, MEMBER_SHOWN };

static const char *fold_key(struct control *c, const char *s) {
    return fold_identity(c->ctx.arena, s, strlen(s));
}

static enum err name_taken(struct control *c, const char *name) {
    control_wrong(c, "name", "conflict", "a team \"%s\" exists already", name);
    return fail(&c->ctx, ERR_UNIQUENESS, "a team \"%s\" exists already", name);
}

static enum err add_team_work(struct control *c, void *arg) {
    struct team_change *x = arg;
    const char *name = json_get_string(x->in->fields, "name");
    control_event(c, "team.created", NULL, "team", x->id, json_text(c->ctx.arena, x->in->fields));
    control_result(c, sql_api_team_add(.id = x->id, .name = name, .name_key = fold_key(c, name)), "team");
    return OK;
}

enum err control_team_add(struct control *c, const struct control_input *in, struct json_object **out) {
    struct team_change x = {.in = in};
    struct control_write w = {.work = add_team_work, .arg = &x, .final_duplicate = true};
    uuid_new(x.id);
    enum err e = control_fields_write(c, FIELDS(named), in->fields, true, &w, out);
    return e == ERR_UNIQUENESS ? name_taken(c, json_get_string(in->fields, "name")) : e;
}

/* By name or id. */
static struct sql_call team_show(struct control *c, const char *which) {
    return sql_api_team_show(.name_key = fold_key(c, which), .id = which);
}

static void ask_team(struct control *c, const struct control_input *in) {
    db_queue(c->db, sql_api_team_lock(.name_key = fold_key(c, in->id), .id = in->id));
    db_queue(c->db, team_show(c, in->id));
}

static enum err set_team_work(struct control *c, void *arg) {
    struct team_change *x = arg;
    struct json_object *before;
    const char *name = json_get_string(x->in->fields, "name");
    enum err e = control_found(c, TEAM_SHOWN, "team", &before);
    if (e == OK)
        e = control_precondition(c, x->in->if_match, before);
    if (e != OK)
        return e;
    const char *id = json_get_string(before, "id");
    control_result(c,
                   name ? sql_api_team_set(.id = id, .name = name, .name_key = fold_key(c, name), CONTROL_EVENT(c))
                        : sql_api_team_show(.id = id),
                   "team");
    return OK;
}

enum err control_team_set(struct control *c, const struct control_input *in, struct json_object **out) {
    struct team_change x = {.in = in};
    struct control_write w = {.ask = ask_team, .in = in, .work = set_team_work, .arg = &x, .final_duplicate = true};
    enum err e = control_fields_write(c, FIELDS(named), in->fields, false, &w, out);
    return e == ERR_UNIQUENESS ? name_taken(c, json_get_string(in->fields, "name")) : e;
}

static enum err remove_team_work(struct control *c, void *arg) {
    struct team_change *x = arg;
    struct json_object *team;
    enum err e = control_found(c, TEAM_SHOWN, "team", &team);
    if (e == OK)
        e = control_confirm(c, x->in->fields, "team's name", json_get_string(team, "name"), "its people leave it");
    if (e != OK)
        return e;
    struct json_object *link = json_get(team, "link");
    if (link)
        return fail(&c->ctx, ERR_CONFLICT,
                    "the team is filled by the group \"%s\": delete the group at the identity provider, or end the "
                    "link first",
                    json_get_string(link, "display_name"));
    db_queue(c->db, sql_api_team_remove(.id = json_get_string(team, "id"), CONTROL_EVENT(c)));
    return OK;
}

enum err control_team_remove(struct control *c, const struct control_input *in, struct json_object **out) {
    struct team_change x = {.in = in};
    struct control_write w = {.ask = ask_team, .in = in, .work = remove_team_work, .arg = &x};
    *out = NULL;
    enum err e = control_fields_check(c, FIELDS(ended), in->fields, false);
    return e == OK ? control_write(c, &w) : e;
}

/* The member is named by the second id of the path, or by the field. */
static const char *named_member(const struct control_input *in) {
    return in->delivery ? in->delivery : json_get_string(in->fields, "member");
}

static void ask_place(struct control *c, const struct control_input *in) {
    const char *who = named_member(in), *key = fold_key(c, who);
    ask_team(c, in);
    db_queue(c->db, sql_api_member_lock(.email_key = key, .id = who));
    db_queue(c->db, sql_api_member_show(.email_key = key, .id = who));
}

/* As control_found(), for an object that the client named. */
static enum err find_named(struct control *c, size_t i, const char *what, const char *name, struct json_object **out) {
    enum err e = control_found(c, i, what, out);
    return e == ERR_NOT_FOUND ? fail(&c->ctx, e, "there is no %s \"%s\"", what, name) : e;
}

static enum err find_place(struct control *c, struct team_change *x, struct json_object **team,
                           struct json_object **member) {
    enum err e = find_named(c, TEAM_SHOWN, "team", x->in->id, team);
    return e == OK ? find_named(c, MEMBER_SHOWN, "member", x->member, member) : e;
}

static enum err join_work(struct control *c, void *arg) {
    struct team_change *x = arg;
    struct json_object *team = NULL, *member = NULL;
    enum err e = find_place(c, x, &team, &member);
    if (e == OK && strcmp(json_get_string(member, "status"), "active") != 0)
        return fail(&c->ctx, ERR_CONFLICT, "%s is deactivated: a deactivated member is in no team", x->member);
    if (e != OK)
        return e;
    const char *team_id = json_get_string(team, "id");
    db_queue(c->db,
             sql_api_team_join(.team_id = team_id, .member_id = json_get_string(member, "id"), CONTROL_EVENT(c)));
    control_result(c, sql_api_team_show(.id = team_id), "team");
    return OK;
}

enum err control_team_join(struct control *c, const struct control_input *in, struct json_object **out) {
    struct team_change x = {.in = in, .member = named_member(in)};
    struct control_write w = {.ask = ask_place, .in = in, .work = join_work, .arg = &x};
    return control_fields_write(c, FIELDS(joined), in->fields, true, &w, out);
}

static enum err part_work(struct control *c, void *arg) {
    struct team_change *x = arg;
    struct json_object *team = NULL, *member = NULL;
    struct db_rows rows = {0};
    enum err e = find_place(c, x, &team, &member);
    if (e == OK)
        e = control_step(c,
                         sql_api_team_part(.team_id = json_get_string(team, "id"),
                                           .member_id = json_get_string(member, "id"), CONTROL_EVENT(c)),
                         &rows);
    if (e != OK || !db_bool(rows, 0, API_TEAM_PART_HELD))
        return e;
    control_wrong(c, "member", "held_by_group",
                  "the group \"%s\" holds %s in the team: take them out of the group at the identity provider",
                  json_get_string(json_get(team, "link"), "display_name"), x->member);
    return control_refuse(c);
}

enum err control_team_part(struct control *c, const struct control_input *in, struct json_object **out) {
    struct team_change x = {.in = in, .member = named_member(in)};
    struct control_write w = {.ask = ask_place, .in = in, .work = part_work, .arg = &x};
    *out = NULL;
    enum err e = control_fields_check(c, in->delivery ? NO_FIELDS : FIELDS(joined), in->fields, true);
    return e == OK ? control_write(c, &w) : e;
}

enum err control_team_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    return e == OK ? control_show(c, team_show(c, in->id), "team", out) : e;
}

enum err control_team_members(struct control *c, const struct control_input *in, struct json_object **out) {
    struct json_object *team;
    struct control_page p;
    enum err e = control_fields_page(c, in->fields, &p);
    if (e == OK)
        e = control_show(c, team_show(c, in->id), "team", &team);
    if (e != OK)
        return e;
    const char *id = json_get_string(team, "id");
    return control_list(c, sql_api_team_members(.team_id = id, .after = p.after, .limit = p.limit), &p, out);
}
