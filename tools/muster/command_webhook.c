/* muster webhook replay and test. */

#include "muster/command.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/number.h"
#include "control/control_operations.h"
#include "muster/print.h"

#include <string.h>

/* The webhook commands that are more than an operation of the control plane. */

enum { TEST_MS = 30000 }; /* longer than sealing and an attempt take */

/* Makes --from or --to, here a sequence number, the operation's field. */
static enum err move_number(struct invocation *in, const char *option, const char *field) {
    const char *text = command_text(in, option);
    int64_t n;
    if (!text)
        return OK;
    if (!number_within(text, 1, INT64_MAX, &n))
        return fail(&in->ctx, ERR_USAGE, "--%s takes the sequence number of an event here, not \"%s\"", option, text);
    json_object_object_del(in->fields, option);
    json_object_object_add(in->fields, field, json_object_new_int64(n));
    return OK;
}

/*
 * Replays one delivery, a range of sequence numbers (of --org, for a webhook of the installation), or all dead
 * deliveries.
 */
enum err command_webhook_replay(struct invocation *in) {
    struct command one = *in->command;
    const char *org = command_text(in, "org");
    enum err e = move_number(in, "from", "from_sequence");
    if (e == OK)
        e = move_number(in, "to", "to_sequence");
    if (e != OK)
        return e;
    if (org)
        json_object_object_add(in->fields, "organization", json_object_new_string(org));
    json_object_object_del(in->fields, "org");
    if (command_text(in, "delivery")) {
        one.control.run = control_webhook_delivery_replay;
        in->command = &one;
    } else if (json_object_object_length(in->fields) == 0)
        return fail(&in->ctx, ERR_USAGE, "webhook replay needs --delivery, --from and --to, or --state dead");
    return command_control(in);
}

/* Reports whether the delivery was tried, and the result. */
static enum err report_test(struct invocation *in, struct json_object *delivery, bool *tried) {
    const char *error = json_get_string(delivery, "error");
    *tried = json_object_get_int64(json_get(delivery, "attempts")) > 0;
    if (!*tried)
        return OK;
    print_object(delivery, in->json);
    if (strcmp(json_get_string(delivery, "state"), "delivered") == 0)
        return OK;
    return fail(&in->ctx, ERR_BAD_REQUEST, "the receiver did not take it: %s",
                error ? error
                      : arena_printf(in->ctx.arena, "it answered %lld",
                                     (long long)json_object_get_int64(json_get(delivery, "status"))));
}

static enum err wait_for_test(struct invocation *in, const char *event) {
    const int64_t until = clock_monotonic_ms() + TEST_MS;
    bool tried = false;
    json_object_object_add(in->fields, "event_id", json_object_new_string(event));
    while (clock_monotonic_ms() < until) {
        struct json_object *list;
        command_pause();
        enum err e = command_operate(in, control_webhook_delivery_list, in->args[0], &list);
        if (e == OK && json_object_array_length(json_get(list, "data")))
            e = report_test(in, json_object_array_get_idx(json_get(list, "data"), 0), &tried);
        if (e != OK || tried)
            return e;
    }
    return fail(&in->ctx, ERR_BAD_REQUEST,
                "nothing was sent within %d seconds: does muster-deliver run, and does the webhook rest (muster "
                "webhook show %s)?",
                TEST_MS / 1000, in->args[0]);
}

enum err command_webhook_test(struct invocation *in) {
    bool wait = json_get(in->fields, "wait");
    struct json_object *out;
    json_object_object_del(in->fields, "wait");
    if (!wait)
        return command_control(in);
    enum err e = command_operate(in, control_webhook_test, in->args[0], &out);
    return e == OK ? wait_for_test(in, json_get_string(out, "event_id")) : command_missing(in, e);
}
