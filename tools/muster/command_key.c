/* muster key: the keys of the admin API. */

#include "muster/command.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/token.h"
#include "base/uuid.h"
#include "muster/print.h"
#include "sql/operator.h"

#include <string.h>

/* Keys of the admin API: only the operator makes and ends them. */

static const char scopes_known[] =
    "provisioning:read provisioning:manage organizations:manage audit:read webhooks:manage";

/* "a,b" → "a b"; NULL: one of them is no scope. */
static const char *scopes_of(struct invocation *in) {
    struct json_object *list = json_get(in->fields, "scopes");
    const char *out = "";
    for (size_t i = 0, n = list ? json_object_array_length(list) : 0; i < n; i++) {
        const char *one = json_object_get_string(json_object_array_get_idx(list, i));
        const char *at = strstr(scopes_known, one);
        size_t len = strlen(one);
        if (!at || (at > scopes_known && at[-1] != ' ') || (at[len] && at[len] != ' '))
            return NULL;
        out = arena_printf(in->ctx.arena, "%s%s%s", out, i ? " " : "", one);
    }
    return !list ? scopes_known : *out ? out : NULL;
}

static enum err show_one(struct invocation *in, struct sql_call call, const char *key) {
    struct db_rows rows = {0};
    struct json_object *o;
    enum err e = command_query(in, call, &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&in->ctx, ERR_NOT_FOUND, "there is no API key \"%s\"; muster key list shows them", in->args[0]);
    if (e == OK)
        e = json_parse_own(&in->ctx, db_text(rows, 0, OBJECT_OBJECT), strlen(db_text(rows, 0, OBJECT_OBJECT)), &o);
    if (e != OK)
        return e;
    if (key)
        json_object_object_add(o, "key", json_object_new_string(key));
    print_object(o, in->json);
    return OK;
}

enum err command_key_create(struct invocation *in) {
    const char *org = NULL, *expires = command_text(in, "expires_at"), *scopes = scopes_of(in);
    char id[UUID_TEXT + 1], request[UUID_TEXT + 1], key[TOKEN_MAX + 1], hash[TOKEN_HASH_HEX + 1], time[CLOCK_KEY];
    if (!scopes)
        return fail(&in->ctx, ERR_USAGE, "--scopes takes, by comma, some of %s", scopes_known);
    if (expires && !clock_parse(expires, strlen(expires), time))
        return fail(&in->ctx, ERR_USAGE, "--expires-at takes a time such as 2027-01-31T00:00:00Z, not \"%s\"", expires);
    if (expires && clock_is_past(time))
        return fail(&in->ctx, ERR_USAGE, "--expires-at is over already: %s", expires);
    enum err e = command_text(in, "org") ? command_organization(in, &org) : OK;
    if (e != OK)
        return e;
    uuid_new(id);
    uuid_new(request);
    token_new(TOKEN_API, key);
    token_hash_hex(key, strlen(key), hash);
    return show_one(in,
                    sql_op_key_create(.id = id, .organization_id = org, .name = in->args[0], .hash = hash,
                                      .prefix = arena_strndup(in->ctx.arena, key, TOKEN_SHOWN), .scopes = scopes,
                                      .expires_at = expires, .request_id = request),
                    key);
}

enum err command_key_list(struct invocation *in) {
    const char *org = NULL;
    enum err e = command_text(in, "org") ? command_organization(in, &org) : OK;
    return e == OK ? command_list(in, sql_op_key_list(.organization_id = org),
                                  "id prefix name organization_id scopes expires_at revoked_at last_used_at")
                   : e;
}

enum err command_key_revoke(struct invocation *in) {
    char request[UUID_TEXT + 1];
    uuid_new(request);
    return show_one(in, sql_op_key_revoke(.id = in->args[0], .request_id = request), NULL);
}
