/* What a connection has received: for who sets an identity provider up, and looks at it meanwhile. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "sql/control.h"
#include "sql/scim.h"

/* A session of the portal that asks watches from now on; that is written down without waiting for a standby. */
enum err control_connection_activity(struct control *c, const struct control_input *in, struct json_object **out) {
    struct db_rows rows[4] = {0};
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    if (e != OK)
        return e;
    control_queue(c);
    if (c->credential == CONTROL_SESSION) {
        db_queue(c->db, sql_commit_here());
        db_queue(c->db, sql_api_connection_watch(.id = in->id));
    }
    size_t at = db_queue(c->db, sql_api_connection_activity(.id = in->id));
    e = db_read(&c->ctx, c->db, rows);
    if (e == OK)
        e = control_accept(c, rows[0]);
    if (e == OK && db_count(rows[at]) == 0)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no such connection");
    return e == OK ? control_object(c, rows[at], OBJECT_OBJECT, out) : e;
}
