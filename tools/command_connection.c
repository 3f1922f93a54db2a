#include "command.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/adopt.h"

#include <stdio.h>
#include <string.h>

enum err command_connection_create(struct invocation *in) {
    const char *org;
    char id[UUID_TEXT + 1];
    enum err e = command_organization(in, &org);
    if (e != OK)
        return e;
    uuid_new(id);
    const char *params[] = {id, org, json_text(in->ctx.arena, in->fields)};
    return command_show(in, SQL_OP_CONNECTION_CREATE, params, "");
}

enum err command_connection_list(struct invocation *in) {
    const char *org;
    enum err e = command_organization(in, &org);
    return e == OK ? command_list(in, SQL_OP_CONNECTION_LIST, &org,
                                  "id name identity_provider dialect identity linking status")
                   : e;
}

static const char missing[] = "there is no connection with this id; muster connection list shows them";

enum err command_connection_show(struct invocation *in) {
    return command_show(in, SQL_OP_CONNECTION_SHOW, in->args, missing);
}

static enum err check_id(struct invocation *in) {
    return uuid_valid(in->args[0], strlen(in->args[0])) ? OK : fail(&in->ctx, ERR_NOT_FOUND, "%s", missing);
}

enum err command_connection_set(struct invocation *in) {
    char event[UUID_TEXT + 1];
    if (json_object_object_length(in->fields) == 0)
        return fail(&in->ctx, ERR_USAGE, "connection set needs something to change, such as --status paused");
    enum err e = check_id(in);
    if (e != OK)
        return e;
    uuid_new(event);
    const char *params[] = {in->args[0], json_text(in->ctx.arena, in->fields), event};
    e = command_show(in, SQL_OP_CONNECTION_SET, params, missing);
    if (e == ERR_UNIQUENESS)
        return fail(&in->ctx, e, "names cannot be made unique: several groups of this connection have the same name");
    return e;
}

enum err command_connection_adopt(struct invocation *in) {
    struct db_rows rows = {0};
    size_t total = 0, step;
    enum err e = check_id(in);
    if (e == OK)
        e = command_query(in, SQL_OP_CONNECTION_SHOW, in->args, &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&in->ctx, ERR_NOT_FOUND, "%s", missing);
    while (e == OK && (e = adopt_members(&in->ctx, in->db, in->args[0], &step)) == OK && step) {
        total += step;
        fprintf(stderr, "adopted %zu members\n", total);
    }
    if (e == OK)
        printf(in->json ? "{\"adopted\":%zu}\n" : "adopted: %zu\n", total);
    return e;
}
