/* The key that signs security event tokens: makes the first one. */

#include "control/control_operations.h"

#include "sql/control.h"
#include "webhook/signing_key.h"

void control_signing_key_ask(struct control *c) {
    db_queue(c->db, sql_api_signing_key_exists());
}

enum err control_signing_key(struct control *c, struct db_rows exists) {
    const char *columns[SIGNING_KEY_COLUMNS];
    if (db_bool(exists, 0, API_SIGNING_KEY_EXISTS_THERE))
        return OK;
    enum err e = control_need_secrets(c);
    if (e != OK)
        return e;
    signing_key_make(c->ctx.arena, c->secret_keys, columns);
    /* Of two at the same time, the second waits for the lock, and then adds nothing. */
    db_queue(c->db, sql_signing_key_lock());
    db_queue(c->db, sql_api_signing_key_add(.id = columns[0], .public_key = columns[1], .private_key = columns[2]));
    return OK;
}
