#include "control/control_operations.h"

#include "webhook/signing_key.h"

enum err control_signing_key(struct control *c) {
    const char *columns[SIGNING_KEY_COLUMNS];
    struct db_rows rows = {0};
    /* Behind the lock: two at once make one. */
    db_add(c->db, SQL_SIGNING_KEY_LOCK, NULL);
    enum err e = control_step(c, SQL_API_SIGNING_KEY_EXISTS, NULL, &rows);
    if (e != OK || db_bool(rows, 0, "there"))
        return e;
    e = control_need_secrets(c);
    if (e != OK)
        return e;
    signing_key_make(c->ctx.arena, c->secret_keys, columns);
    db_add(c->db, SQL_API_SIGNING_KEY_ADD, columns);
    return OK;
}
