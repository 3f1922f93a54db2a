#include "directory/group_read.h"

#include "base/uuid.h"
#include "directory/group.h"

#include <string.h>

static void queue_by_id(struct session *s, const char *id, const struct projection *p) {
    const char *params[] = {id, s->base_url, projection_wants(p, "members") ? "true" : "false"};
    db_add(s->db, SQL_GROUP_BY_ID, params);
}

void group_queue_answer(struct session *s, struct session_write *w, const char *id, const struct projection *p) {
    w->answer_at = db_queued(s->db);
    queue_by_id(s, id, p);
}

enum err group_answer(struct session *s, struct session_write *w, const char *id, const struct projection *p,
                      struct answer *out) {
    if (w->read_again)
        return group_get(s, id, p, out);
    return answer_one(s, schema_group_type(), w->rows[w->answer_at], p, out);
}

enum err group_get(struct session *s, const char *id, const struct projection *p, struct answer *out) {
    struct db_rows rows[2] = {0};
    if (!uuid_valid(id, strlen(id)))
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    session_queue(s);
    queue_by_id(s, id, p);
    enum err e = db_read(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[0]);
    return e == OK ? answer_one(s, schema_group_type(), rows[1], p, out) : e;
}

enum err group_list(struct session *s, const struct list_query *q, struct answer *out) {
    return list_run(s, schema_group_type(), SQL_GROUP_LIST, "members", q, out);
}
