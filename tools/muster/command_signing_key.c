/* muster signing-key. */

#include "muster/command.h"

#include "base/json.h"
#include "base/secret.h"
#include "muster/print.h"
#include "sql/control.h"
#include "sql/operator.h"
#include "webhook/signing_key.h"

#include <openssl/crypto.h>
#include <string.h>

/* Keys of security event tokens: only the operator replaces them. */

enum err command_signing_key_list(struct invocation *in) {
    return command_list(in, sql_op_signing_key_list(), "id kid created_at retired_at");
}

enum err command_signing_key_rotate(struct invocation *in) {
    const char *columns[SIGNING_KEY_COLUMNS];
    struct secret_keys keys;
    struct db_rows rows[2] = {0};
    struct json_object *o;
    enum err e = secret_keys_load(&in->ctx, in->settings->secret_key_file, &keys);
    if (e != OK)
        return e;
    signing_key_make(in->ctx.arena, &keys, columns);
    OPENSSL_cleanse(&keys, sizeof keys);
    db_queue(in->db, sql_signing_key_lock());
    size_t made = db_queue(
        in->db, sql_op_signing_key_rotate(.id = columns[0], .public_key = columns[1], .private_key = columns[2],
                                          .at_once = json_get(in->fields, "now") ? "true" : "false"));
    e = db_run(&in->ctx, in->db, rows);
    const char *text = e == OK ? db_text(rows[made], 0, OBJECT_OBJECT) : NULL;
    if (e == OK)
        e = json_parse_own(&in->ctx, text, strlen(text), &o);
    if (e == OK)
        print_object(o, in->json);
    return e;
}
