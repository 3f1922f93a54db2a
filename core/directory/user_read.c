#include "directory/user_read.h"

#include "base/uuid.h"
#include "directory/user.h"

#include <string.h>

static void queue_by_id(struct session *s, const char *id, const struct projection *p) {
    const char *params[] = {id, s->base_url, projection_wants(p, "groups") ? "true" : "false"};
    db_add(s->db, SQL_USER_BY_ID, params);
}

void user_queue_answer(struct session *s, struct session_write *w, const char *id, const struct projection *p) {
    w->answer_at = db_queued(s->db);
    queue_by_id(s, id, p);
}

enum err user_answer(struct session *s, struct session_write *w, const char *id, const struct projection *p,
                     struct answer *out) {
    if (w->read_again)
        return user_get(s, id, p, out);
    return answer_one(s, schema_user_type(), w->rows[w->answer_at], p, out);
}

enum err user_get(struct session *s, const char *id, const struct projection *p, struct answer *out) {
    struct db_rows rows[2] = {0};
    if (!uuid_valid(id, strlen(id)))
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    session_queue(s);
    queue_by_id(s, id, p);
    enum err e = db_read(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[0]);
    return e == OK ? answer_one(s, schema_user_type(), rows[1], p, out) : e;
}

enum err user_list(struct session *s, const struct list_query *q, struct answer *out) {
    return list_run(s, schema_user_type(), SQL_USER_LIST, "groups", q, out);
}
