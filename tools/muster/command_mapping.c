/* muster mapping. */

#include "muster/command.h"

#include "base/arena.h"
#include "base/json.h"
#include "control/control_operations.h"
#include "muster/print.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1024 * 1024 };

/* Reads a file with a JSON object as a field of an operation. */
static enum err read_object(struct invocation *in, const char *path, const char *field) {
    char *text;
    size_t len;
    struct json_object *o;
    enum err e = command_read_file(in, path, FILE_MAX, &text, &len);
    if (e == OK && len > FILE_MAX)
        return fail(&in->ctx, ERR_USAGE, "%s is larger than %d bytes", path, FILE_MAX);
    if (e == OK)
        e = json_parse(&in->ctx, text, len, &o);
    if (e == OK && !json_object_is_type(o, json_type_object))
        return fail(&in->ctx, ERR_USAGE, "%s must hold a JSON object", path);
    if (e == OK)
        json_object_object_add(in->fields, field, json_object_get(o));
    return e;
}

static enum err operate_and_print(struct invocation *in, control_run *run) {
    struct json_object *out = NULL;
    enum err e = command_operate(in, run, NULL, &out);
    if (e == OK)
        print_object(out, in->json);
    return e;
}

/* A group that is still to come is no mistake, but a misspelt one is. */
static void warn_of_unknown_groups(struct json_object *unknown) {
    for (size_t i = 0, n = unknown ? json_object_array_length(unknown) : 0; i < n; i++)
        fprintf(stderr, "muster: warning: group_roles: there is no group \"%s\" yet\n",
                json_object_get_string(json_object_array_get_idx(unknown, i)));
}

enum err command_mapping_set(struct invocation *in) {
    struct json_object *out = NULL;
    enum err e = read_object(in, in->args[0], "mapping");
    if (e == OK)
        e = command_operate(in, control_mapping_set, NULL, &out);
    if (e != OK)
        return e;
    warn_of_unknown_groups(json_get(out, "unknown_groups"));
    print_object(out, in->json);
    return OK;
}

enum err command_mapping_preview(struct invocation *in) {
    const char *given = command_text(in, "mapping");
    const char *path = given ? arena_strdup(in->ctx.arena, given) : NULL;
    json_object_object_del(in->fields, "mapping");
    if (!in->n_args && !command_text(in, "scim_user_id"))
        return fail(&in->ctx, ERR_USAGE, "mapping preview takes a file with a SCIM user, or --scim-user ID");
    enum err e = path ? read_object(in, path, "mapping") : OK;
    if (e == OK && in->n_args)
        e = read_object(in, in->args[0], "resource");
    return e == OK ? operate_and_print(in, control_mapping_preview) : e;
}

/* The progress goes to standard error while it changes. */
enum err command_mapping_status(struct invocation *in) {
    const char *given = command_text(in, "org"), *org = given ? arena_strdup(in->ctx.arena, given) : NULL;
    bool wait = json_object_get_boolean(json_get(in->fields, "wait"));
    int64_t last = -1;
    json_object_object_del(in->fields, "wait");
    for (;;) {
        struct json_object *out = NULL;
        enum err e = command_operate(in, control_mapping_show, NULL, &out);
        if (e != OK)
            return e;
        bool applying = strcmp(json_get_string(out, "status"), "applying") == 0;
        int64_t done = json_object_get_int64(json_get(out, "done"));
        if (!wait || !applying) {
            json_object_object_del(out, "mapping");
            print_object(out, in->json);
            return OK;
        }
        if (done != last)
            fprintf(stderr, "applied to %lld of %lld users\n", (long long)done,
                    (long long)json_object_get_int64(json_get(out, "total")));
        last = done;
        json_object_object_add(in->fields, "org", json_object_new_string(org));
        command_pause();
    }
}
