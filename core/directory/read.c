#include "directory/read.h"

#include "base/uuid.h"

#include <string.h>

const struct read_kind read_users = {true, SQL_USER_BY_ID, "groups"};
const struct read_kind read_groups = {false, SQL_GROUP_BY_ID, "members"};

const struct resource_type *read_type(const struct session *s, const struct read_kind *kind) {
    return kind->users ? s->types->user : s->types->group;
}

static void queue_by_id(struct session *s, const struct read_kind *kind, const char *id, const struct projection *p) {
    const char *params[] = {id, s->base_url, projection_wants(p, kind->computed) ? "true" : "false"};
    db_add(s->db, kind->by_id, params);
}

enum err read_one(struct session *s, const struct read_kind *kind, const char *id, const struct projection *p,
                  struct answer *out) {
    struct db_rows rows[2] = {0};
    if (!uuid_valid(id, strlen(id)))
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    session_queue(s);
    queue_by_id(s, kind, id, p);
    enum err e = db_read(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[0]);
    return e == OK ? answer_one(s, read_type(s, kind), rows[1], p, out) : e;
}

void read_queue_answer(struct session *s, const struct read_kind *kind, struct session_write *w, const char *id,
                       const struct projection *p) {
    w->answer_at = db_queued(s->db);
    queue_by_id(s, kind, id, p);
}

enum err read_answer(struct session *s, const struct read_kind *kind, struct session_write *w, const char *id,
                     const struct projection *p, struct answer *out) {
    if (w->read_again)
        return read_one(s, kind, id, p, out);
    return answer_one(s, read_type(s, kind), w->rows[w->answer_at], p, out);
}
