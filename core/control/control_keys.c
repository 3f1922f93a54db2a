/* The key that signs security event tokens: makes the first one. */

#include "control/control_operations.h"

#include "sql/control.h"
#include "webhook/signing_key.h"

enum err control_signing_key(struct control *c) {
    const char *columns[SIGNING_KEY_COLUMNS];
    struct db_rows rows = {0};
    /* After the lock, so that two at the same time make one key. */
    db_queue(c->db, sql_signing_key_lock());
    enum err e = control_step(c, sql_api_signing_key_exists(), &rows);
    if (e != OK || db_bool(rows, 0, API_SIGNING_KEY_EXISTS_THERE))
        return e;
    e = control_need_secrets(c);
    if (e != OK)
        return e;
    signing_key_make(c->ctx.arena, c->secret_keys, columns);
    db_queue(c->db, sql_api_signing_key_add(.id = columns[0], .public_key = columns[1], .private_key = columns[2]));
    return OK;
}
