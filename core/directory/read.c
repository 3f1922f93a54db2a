/* Reads one user or group, also as the answer of a write. */

#include "directory/read.h"

#include "base/uuid.h"
#include "sql/scim.h"

#include <string.h>

const struct read_kind read_users = {true, "groups"};
const struct read_kind read_groups = {false, "members"};

static const struct resource_type *type_read(const struct session *s, const struct read_kind *kind) {
    return kind->users ? s->types->user : s->types->group;
}

static size_t queue_by_id(struct session *s, const struct read_kind *kind, const char *id, const struct projection *p) {
    const char *computed = projection_wants(p, kind->computed) ? "true" : "false";
    const char *display = projection_wants_part(p, kind->computed, "display") ? "true" : "false";
    return db_queue(s->db, kind->users ? sql_user_by_id(.id = id, .with_groups = computed)
                                       : sql_group_by_id(.id = id, .with_members = computed, .with_display = display));
}

enum err read_one(struct session *s, const struct read_kind *kind, const char *id, const struct projection *p,
                  struct answer *out) {
    struct db_rows rows[2] = {0};
    if (!uuid_valid(id, strlen(id)))
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    size_t entered = session_queue(s), found = queue_by_id(s, kind, id, p);
    enum err e = db_read(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[entered]);
    return e == OK ? answer_one(s, type_read(s, kind), rows[found], p, out) : e;
}

void read_queue_answer(struct session *s, const struct read_kind *kind, struct session_write *w, const char *id,
                       const struct projection *p) {
    w->answer_at = queue_by_id(s, kind, id, p);
}

enum err read_answer(struct session *s, const struct read_kind *kind, struct session_write *w, const char *id,
                     const struct projection *p, struct answer *out) {
    if (w->read_again)
        return read_one(s, kind, id, p, out);
    return answer_one(s, type_read(s, kind), w->rows[w->answer_at], p, out);
}
