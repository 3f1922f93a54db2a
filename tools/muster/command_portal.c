/* muster portal-link and session: the way into the portal. */

#include "muster/command.h"

#include "base/json.h"
#include "control/control_operations.h"
#include "muster/print.h"

#include <stdio.h>

enum err command_portal_link(struct invocation *in) {
    struct json_object *out = NULL;
    enum err e = command_operate(in, control_portal_link, NULL, &out);
    if (e != OK)
        return command_missing(in, e);
    print_object(out, in->json);
    return OK;
}

enum err command_session_end(struct invocation *in) {
    struct json_object *out = NULL;
    bool all = json_object_get_boolean(json_get(in->fields, "all"));
    json_object_object_del(in->fields, "all");
    if (all == (in->n_args > 0))
        return fail(&in->ctx, ERR_USAGE, "session end takes the id of a session, or --all of the organization");
    enum err e = command_operate(in, all ? control_portal_end_all : control_portal_end, in->args[0], &out);
    if (e != OK)
        return command_missing(in, e);
    puts(in->json ? "{}" : "done");
    return OK;
}
