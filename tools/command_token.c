#include "command.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/token.h"
#include "base/uuid.h"
#include "print.h"

#include <string.h>

/* The connection that --connection names, or the only one. */
static enum err find_connection(struct invocation *in, const char *org, const char **id) {
    const char *params[] = {org}, *given = command_text(in, "connection");
    struct db_rows rows = {0};
    enum err e = command_query(in, SQL_OP_CONNECTION_LIST, params, &rows);
    if (e != OK)
        return e;
    for (size_t i = 0; i < db_count(rows); i++) {
        struct json_object *o;
        const char *text = db_text(rows, i, "object");
        e = json_parse_own(&in->ctx, text, strlen(text), &o);
        if (e != OK)
            return e;
        *id = json_get_string(o, "id");
        if (given ? strcmp(given, *id) == 0 : db_count(rows) == 1)
            return OK;
    }
    if (given)
        return fail(&in->ctx, ERR_NOT_FOUND,
                    "the organization has no connection \"%s\"; muster connection list shows them", given);
    return fail(&in->ctx, ERR_USAGE,
                db_count(rows) ? "the organization has several connections: say which with --connection"
                               : "the organization has no connection yet: muster connection create makes one");
}

enum err command_token_issue(struct invocation *in) {
    const char *org, *connection = NULL, *name = command_text(in, "name"), *expires = command_text(in, "expires_at");
    char id[UUID_TEXT + 1], token[TOKEN_MAX + 1], hash[TOKEN_HASH_HEX + 1], key[CLOCK_KEY];
    struct db_rows rows = {0};
    struct json_object *o;
    if (expires && !clock_parse(expires, strlen(expires), key))
        return fail(&in->ctx, ERR_USAGE, "--expires-at takes a time such as 2027-01-31T00:00:00Z: \"%s\" is none",
                    expires);
    enum err e = command_organization(in, &org);
    if (e == OK)
        e = find_connection(in, org, &connection);
    if (e != OK)
        return e;
    uuid_new(id);
    token_new(TOKEN_SCIM, token);
    token_hash_hex(token, strlen(token), hash);
    const char *prefix = arena_strndup(in->ctx.arena, token, TOKEN_SHOWN);
    const char *at = expires ? arena_printf(in->ctx.arena, "%sZ", key) : NULL;
    const char *params[] = {id, org, connection, name ? name : "token", hash, prefix, at};
    e = command_query(in, SQL_OP_TOKEN_ISSUE, params, &rows);
    if (e == OK)
        e = json_parse_own(&in->ctx, db_text(rows, 0, "object"), strlen(db_text(rows, 0, "object")), &o);
    if (e != OK)
        return e;
    json_object_object_add(o, "token", json_object_new_string(token));
    print_object(o, in->json);
    return OK;
}

enum err command_token_list(struct invocation *in) {
    const char *org;
    enum err e = command_organization(in, &org);
    return e == OK ? command_list(in, SQL_OP_TOKEN_LIST, &org,
                                  "id prefix name connection_id expires_at revoked_at last_used_at")
                   : e;
}

enum err command_token_revoke(struct invocation *in) {
    char event[UUID_TEXT + 1];
    uuid_new(event);
    const char *params[] = {in->args[0], event};
    return command_show(in, SQL_OP_TOKEN_REVOKE, params,
                        "there is no token with this id; muster token list shows them");
}
