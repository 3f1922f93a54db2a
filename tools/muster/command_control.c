/* The commands that are operations of the control plane. */

#include "muster/command.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "control/control_operations.h"
#include "directory/extensions.h"
#include "muster/print.h"
#include "sql/operator.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* These commands do the same as the API: each names an operation of the control plane (commands.c). */

/*
 * The organization of the command: --org, the argument of "org ...", "seed" and "portal-link", or that of the
 * connection, token or webhook. NULL: none; for a webhook and the audit log: the installation.
 */
static enum err find_command_organization(struct invocation *in, const char **out) {
    bool webhook = strcmp(in->command->noun, "webhook") == 0;
    bool by_id = in->n_args && (webhook ? !in->command->control.field : !strstr(in->command->options, "--org"));
    struct db_rows rows = {0};
    const char *org = command_text(in, "org");
    *out = org ? arena_strdup(in->ctx.arena, org) : NULL;
    const char *noun = in->command->noun;
    if (strcmp(noun, "org") == 0 || strcmp(noun, "seed") == 0 || strcmp(noun, "portal-link") == 0) {
        *out = in->n_args && !in->command->control.field ? in->args[0] : NULL;
        return OK;
    }
    if (!by_id)
        return *out || webhook || strcmp(in->command->noun, "audit") == 0
                   ? OK
                   : fail(&in->ctx, ERR_USAGE, "--org ORG is missing: which organization?");
    enum err e = command_query(in, sql_op_organization_of(.id = in->args[0]), &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&in->ctx, ERR_NOT_FOUND, "there is no %s", in->command->noun);
    if (e == OK && strcmp(db_text(rows, 0, OP_ORGANIZATION_OF_ORGANIZATION_ID), control_installation) != 0)
        *out = arena_strdup(in->ctx.arena, db_text(rows, 0, OP_ORGANIZATION_OF_ORGANIZATION_ID));
    return e;
}

/* Loads the keys that encrypt secrets; other work does not need them. */
static void load_secret_keys(struct invocation *in, struct control *c, struct secret_keys *keys) {
    struct ctx ctx = {.arena = in->ctx.arena};
    if (secret_keys_load(&ctx, in->settings->secret_key_file, keys) == OK)
        c->secret_keys = keys;
    else
        c->no_secret_keys = ctx.detail;
}

/* A wrong field is reported as the option or argument that was typed; a wrong field of a file is no wrong usage. */
static enum err tell_option(struct invocation *in, const struct control *c, enum err e) {
    struct json_object *first = c->errors ? json_object_array_get_idx(c->errors, 0) : NULL;
    const char *field = json_get_string(json_get(first, "meta"), "field"), *argument = in->command->control.field;
    fail_take(&in->ctx, &c->ctx);
    if (e != ERR_INVALID_FIELD || !field)
        return e;
    const char *message = json_get_string(first, "message");
    size_t n = strlen(field);
    bool begins = strncmp(message, field, n) == 0 && message[n] == ' ';
    for (size_t i = 0; i < option_count; i++)
        if (strcmp(option_table[i].field, field) == 0 && strstr(in->command->options, option_table[i].name))
            return fail(&in->ctx, ERR_USAGE, begins ? "%s%s" : "%s: %s", option_table[i].name,
                        begins ? message + n : message);
    return argument && strcmp(argument, field) == 0 ? fail(&in->ctx, ERR_USAGE, "%s", c->ctx.detail) : e;
}

static void show_progress(const char *done, size_t n, const char *of) {
    fprintf(stderr, "%s %zu %s\n", done, n, of);
}

enum err command_operate(struct invocation *in, control_run *run, const char *id, struct json_object **out) {
    assert(run);
    char *request = arena_alloc(in->ctx.arena, UUID_TEXT + 1);
    struct control c = {.ctx = in->ctx,
                        .db = in->db,
                        .request_id = request,
                        .base_url = in->settings->public_url,
                        .webhooks_max = in->settings->webhooks_max,
                        .progress = show_progress};
    struct secret_keys keys;
    const char *delivery = command_text(in, "delivery");
    uuid_new(request);
    if (strstr(in->command->options, "--confirm") && !command_text(in, "confirm"))
        json_object_object_add(in->fields, "confirm", json_object_new_string("")); /* the refusal says what to type */
    enum err e = find_command_organization(in, &c.asked);
    if (e != OK)
        return e;
    const struct control_input input = {
        .id = id, .delivery = delivery ? arena_strdup(in->ctx.arena, delivery) : NULL, .fields = in->fields};
    json_object_object_del(in->fields, "org");
    json_object_object_del(in->fields, "delivery");
    load_secret_keys(in, &c, &keys);
    c.extensions = extensions_create();
    e = run(&c, &input, out);
    extensions_destroy(c.extensions);
    OPENSSL_cleanse(&keys, sizeof keys);
    return tell_option(in, &c, e);
}

enum err command_missing(struct invocation *in, enum err e) {
    const char *what = in->command->control.missing, *noun = in->command->noun;
    bool org = command_text(in, "org") || strcmp(noun, "org") == 0;
    if (e != ERR_NOT_FOUND || !what || !in->n_args || (!org && !what))
        return e;
    if (in->ctx.detail && strstr(in->ctx.detail, "organization \"") && strcmp(noun, "org") != 0)
        return fail(&in->ctx, e, "%s; muster org list shows them", in->ctx.detail);
    return fail(&in->ctx, e, "there is no %s \"%s\"; muster %s list shows them", what, in->args[0], noun);
}

enum err command_control(struct invocation *in) {
    const struct command_control *what = &in->command->control;
    struct json_object *out = NULL;
    const char *id = what->field ? NULL : in->n_args ? in->args[0] : NULL;
    if (strcmp(in->command->verb, "set") == 0 && json_object_object_length(in->fields) == 0)
        return fail(&in->ctx, ERR_USAGE, "%s set needs something to change, such as %s", in->command->noun,
                    in->command->options);
    if (what->field && in->n_args)
        json_object_object_add(in->fields, what->field, json_object_new_string(in->args[0]));
    enum err e = command_operate(in, what->run, id, &out);
    if (e != OK)
        return command_missing(in, e);
    if (!out)
        puts(in->json ? "{}" : "done");
    else if (what->table)
        print_table(out, what->table, in->json);
    else
        print_object(out, in->json);
    return OK;
}

enum err command_seed(struct invocation *in) {
    struct json_object *out = NULL;
    enum err e = command_operate(in, control_seed, NULL, &out);
    if (e != OK)
        return command_missing(in, e);
    print_object(out, in->json);
    return OK;
}

/* An administrator types this URL into an identity provider, so it must not be a default. */
enum err command_endpoint(struct invocation *in) {
    if (!getenv("MUSTER_PUBLIC_URL"))
        return fail(
            &in->ctx, ERR_USAGE,
            "MUSTER_PUBLIC_URL is not set: it must be the base URL of SCIM as identity providers see it, such as "
            "https://scim.example.com/scim/v2");
    return command_control(in);
}

enum err command_team_show(struct invocation *in) {
    struct json_object *out = NULL, *members = NULL;
    const char *org = arena_strdup(in->ctx.arena, command_text(in, "org") ? command_text(in, "org") : "");
    enum err e = command_operate(in, control_team_show, in->args[0], &out);
    if (e != OK)
        return command_missing(in, e);
    json_object_object_add(in->fields, "org", json_object_new_string(org));
    e = command_operate(in, control_team_members, json_get_string(out, "id"), &members);
    if (e != OK)
        return e;
    json_object_object_add(out, "members", json_object_get(json_get(members, "data")));
    print_object(out, in->json);
    return OK;
}

/* Adds a team, or with --member a member to a team. */
enum err command_team_add(struct invocation *in) {
    const char *who = command_text(in, "member");
    struct json_object *out = NULL;
    if (!who)
        json_object_object_add(in->fields, "name", json_object_new_string(in->args[0]));
    enum err e = command_operate(in, who ? control_team_join : control_team_add, who ? in->args[0] : NULL, &out);
    if (e != OK)
        return who ? command_missing(in, e) : e;
    print_object(out, in->json);
    return OK;
}
