/* Connections to identity providers: create, change, adopt members. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/adopt.h"
#include "sql/control.h"

#include <string.h>

#define MANNERS                                                                                                        \
    FIELD(.name = "preset", .kind = FIELD_CHOICE, .values = "certification"),                                          \
        FIELD(.name = "identity_provider", .kind = FIELD_CHOICE,                                                       \
              .values = "entra|okta|onelogin|google|jumpcloud|ping|rippling|generic"),                                 \
        FIELD(.name = "dialect", .kind = FIELD_CHOICE, .values = "lenient|strict"),                                    \
        FIELD(.name = "identity", .kind = FIELD_CHOICE, .values = "immutable|mutable"),                                \
        FIELD(.name = "email", .kind = FIELD_CHOICE, .values = "required|optional"),                                   \
        FIELD(.name = "linking", .kind = FIELD_CHOICE, .values = "auto|verified_domains|never"),                       \
        FIELD(.name = "unknown_members", .kind = FIELD_CHOICE, .values = "refuse|skip"),                               \
        FIELD(.name = "group_names", .kind = FIELD_CHOICE, .values = "unique|any"),                                    \
        FIELD(.name = "status", .kind = FIELD_CHOICE, .values = "active|paused")

static const struct field manners[] = {{.name = "name", .kind = FIELD_TEXT}, MANNERS};
static const struct field endpoint[] = {{.name = "connection_id", .kind = FIELD_ID}};

struct change {
    char id[UUID_TEXT + 1];
    const struct control_input *in;
    struct json_object *before;
};

/* The settings of a preset: a connection for every certification and conformance suite. */
static const struct {
    const char *field, *value;
} certification[] = {{"dialect", "lenient"}, {"identity", "mutable"},     {"email", "optional"},
                     {"linking", "never"},   {"unknown_members", "skip"}, {"group_names", "unique"}};

/* Explicit fields win over the preset. */
static void apply_preset(struct json_object *fields) {
    if (!json_get(fields, "preset"))
        return;
    json_object_object_del(fields, "preset");
    for (size_t i = 0; i < sizeof certification / sizeof *certification; i++)
        if (!json_get(fields, certification[i].field))
            json_object_object_add(fields, certification[i].field, json_object_new_string(certification[i].value));
}

static enum err create_connection_work(struct control *c, void *arg) {
    struct change *x = arg;
    apply_preset(x->in->fields);
    control_result(
        c, sql_api_connection_create(.id = x->id, .fields = json_text(c->ctx.arena, x->in->fields), CONTROL_EVENT(c)),
        "connection");
    return OK;
}

enum err control_connection_create(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.work = create_connection_work, .arg = &x};
    uuid_new(x.id);
    return control_fields_write(c, FIELDS(manners), in->fields, true, &w, out);
}

enum err control_connection_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_page p;
    enum err e = control_fields_page(c, in->fields, &p);
    return e == OK ? control_list(c, sql_api_connection_list(.after = p.after, .limit = p.limit), &p, out) : e;
}

enum err control_connection_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    return e == OK ? control_show(c, sql_api_connection_show(.id = in->id), "connection", out) : e;
}

static void ask_connection(struct control *c, const struct control_input *in) {
    db_queue(c->db, sql_api_connection_lock(.id = in->id));
    db_queue(c->db, sql_api_connection_show(.id = in->id));
}

static enum err find_before(struct control *c, struct change *x) {
    return control_found(c, 1, "connection", &x->before);
}

/* Where a way of linking stands, from the loosest to the tightest. */
static size_t tightness_of(struct json_object *connection) {
    static const char *const ways[] = {"auto", "verified_domains", "never"};
    const char *linking = json_get_string(connection, "linking");
    size_t i = 0;
    while (i + 1 < sizeof ways / sizeof *ways && strcmp(ways[i], linking) != 0)
        i++;
    return i;
}

/* Who comes from outside takes over a member by a looser way of linking, so a session needs the vendor's leave. */
static enum err check_loosening(struct control *c, const struct change *x) {
    if (c->credential == CONTROL_KEY || c->loosen || !json_get(x->in->fields, "linking"))
        return OK;
    return tightness_of(x->in->fields) >= tightness_of(x->before)
               ? OK
               : fail(&c->ctx, ERR_FORBIDDEN, "this session may tighten linking, not loosen it");
}

static enum err set_connection_work(struct control *c, void *arg) {
    struct change *x = arg;
    apply_preset(x->in->fields);
    enum err e = find_before(c, x);
    if (e == OK)
        e = control_precondition(c, x->in->if_match, x->before);
    if (e == OK)
        e = check_loosening(c, x);
    if (e == OK)
        control_result(c,
                       sql_api_connection_set(.id = x->in->id, .changes = json_text(c->ctx.arena, x->in->fields),
                                              CONTROL_EVENT(c)),
                       "connection");
    return e;
}

enum err control_connection_set(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {
        .ask = ask_connection, .in = in, .work = set_connection_work, .arg = &x, .final_duplicate = true};
    enum err e = control_fields_write(c, FIELDS(manners), in->fields, false, &w, out);
    if (e != ERR_UNIQUENESS)
        return e;
    control_wrong(c, "group_names", "conflict", "names cannot be made unique: several groups have the same name");
    return fail(&c->ctx, e, "names cannot be made unique: several groups of this connection have the same name");
}

struct adopting {
    size_t step;
};

static enum err adopt_step(struct session *s, void *arg) {
    struct adopting *a = arg;
    return adopt_members(s, &a->step);
}

/* Each step is a transaction. After an interruption the same call goes on. */
enum err control_connection_adopt(struct control *c, const struct control_input *in, struct json_object **out) {
    struct json_object *connection, *skipped;
    struct adopting a;
    size_t total = 0;
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    if (e == OK)
        e = control_connection_show(c, in, &connection);
    if (e != OK)
        return e;
    do {
        char id[UUID_TEXT + 1];
        struct session s = control_session(c, in->id);
        uuid_new(id);
        s.request_id = total ? id : c->request_id;
        e = control_directory(c, &s, adopt_step, &a);
        if (e != OK)
            return e;
        total += a.step;
        if (a.step)
            control_progress(c, "adopted", total, "members");
    } while (a.step);
    e = control_show(c, sql_api_adoption_skipped(.connection_id = in->id), "connection", &skipped);
    if (e != OK)
        return e;
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "adopted", json_object_new_int64((int64_t)total));
    json_object_object_add(*out, "skipped", json_object_get(skipped));
    return OK;
}

/* Entra needs its flag in the tenant URL. A final slash would break the paths that identity providers append. */
enum err control_endpoint(struct control *c, const struct control_input *in, struct json_object **out) {
    const char *asked = json_get_string(in->fields, "connection_id");
    struct json_object *connection;
    enum err e = control_fields_check(c, FIELDS(endpoint), in->fields, false);
    if (e == OK)
        e = control_show(c, sql_api_connection_chosen(.id = asked), "connection", &connection);
    if (e != OK)
        return e;
    const char *provider = json_get_string(connection, "identity_provider");
    const char *flag = strcmp(provider, "entra") == 0 ? "?aadOptscim062020" : "";
    struct json_object *o = *out = json_new_object(c->ctx.arena);
    json_object_object_add(o, "endpoint_url",
                           json_object_new_string(arena_printf(c->ctx.arena, "%s%s", c->base_url, flag)));
    json_object_object_add(o, "users_url", json_object_new_string(arena_printf(c->ctx.arena, "%s/Users", c->base_url)));
    json_object_object_add(o, "groups_url",
                           json_object_new_string(arena_printf(c->ctx.arena, "%s/Groups", c->base_url)));
    json_object_object_add(o, "connection_id", json_object_get(json_get(connection, "id")));
    json_object_object_add(o, "identity_provider", json_object_new_string(provider));
    return OK;
}
