#include "muster/command.h"

#include "base/json.h"
#include "base/secret.h"
#include "muster/print.h"
#include "webhook/signing_key.h"

#include <openssl/crypto.h>
#include <string.h>

/* Keys of security event tokens: only the operator replaces them. */

enum err command_signing_key_list(struct invocation *in) {
    return command_list(in, SQL_OP_SIGNING_KEY_LIST, NULL, "id kid created_at retired_at");
}

enum err command_signing_key_rotate(struct invocation *in) {
    const char *params[SIGNING_KEY_COLUMNS + 1] = {0};
    struct secret_keys keys;
    struct db_rows rows[2] = {0};
    struct json_object *o;
    enum err e = secret_keys_load(&in->ctx, in->settings->secret_key_file, &keys);
    if (e != OK)
        return e;
    signing_key_make(in->ctx.arena, &keys, params);
    OPENSSL_cleanse(&keys, sizeof keys);
    params[SIGNING_KEY_COLUMNS] = json_get(in->fields, "now") ? "true" : "false";
    db_add(in->db, SQL_SIGNING_KEY_LOCK, NULL);
    db_add(in->db, SQL_OP_SIGNING_KEY_ROTATE, params);
    e = db_run(&in->ctx, in->db, rows);
    if (e == OK)
        e = json_parse_own(&in->ctx, db_text(rows[1], 0, "object"), strlen(db_text(rows[1], 0, "object")), &o);
    if (e == OK)
        print_object(o, in->json);
    return e;
}
