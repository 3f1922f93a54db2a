#include "directory/control_fields.h"
#include "directory/control_operations.h"

#include "base/arena.h"
#include "base/json.h"

#include <string.h>

static const struct field listed[] = {{"limit", FIELD_QUERY, NULL, false},
                                      {"cursor", FIELD_QUERY, NULL, false},
                                      {"status", FIELD_CHOICE, "open|approved|refused", false}};

enum err control_link_request_list(struct control *c, const struct control_input *in, struct json_object **out) {
    const char *params[] = {json_get_string(in->fields, "status")};
    enum err e = fields_check(c, FIELDS(listed), in->fields, false);
    return e == OK ? control_list(c, SQL_API_LINK_REQUEST_LIST, params, 1, in->fields, out) : e;
}

struct decision {
    const char *id, *status;
};

static enum err decide_work(struct control *c, void *arg) {
    struct decision *x = arg;
    struct db_rows rows = {0};
    const char *params[] = {x->id, x->status};
    enum err e = control_step(c, SQL_API_LINK_REQUEST_DECIDE, params, &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no such link request");
    if (e == OK)
        e = control_object(c, rows, "object", &c->result);
    if (e == OK && strcmp(db_text(rows, 0, "before"), x->status) != 0)
        control_event(c, arena_printf(c->ctx.arena, "scim.link_request.%s", x->status),
                      json_get_string(c->result, "connection_id"), "link_request", x->id,
                      json_text(c->ctx.arena, c->result));
    return e;
}

static enum err decide(struct control *c, const struct control_input *in, const char *status,
                       struct json_object **out) {
    struct decision x = {.id = in->id, .status = status};
    struct control_write w = {.work = decide_work, .arg = &x};
    enum err e = fields_check(c, NULL, 0, in->fields, false);
    if (e == OK)
        e = control_write(c, &w);
    *out = c->result;
    return e;
}

enum err control_link_request_approve(struct control *c, const struct control_input *in, struct json_object **out) {
    return decide(c, in, "approved", out);
}

enum err control_link_request_refuse(struct control *c, const struct control_input *in, struct json_object **out) {
    return decide(c, in, "refused", out);
}
