/* Makes SCIM users for members that existed before the connection. */

#include "directory/adopt.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/user_facts.h"
#include "sql/control.h"
#include "sql/scim.h"

#include <inttypes.h>
#include <string.h>

enum { BATCH = 10 }; /* members in a transaction: each takes a few statements of one pipeline */

struct adoption {
    size_t n;
};

static void add_text_member(struct json_object *o, const char *name, const char *value) {
    if (value)
        json_object_object_add(o, name, json_object_new_string(value));
}

/* The member as a SCIM user in normal form; the email is also the userName. */
static struct json_object *adopted_resource(struct arena *a, struct db_rows rows, size_t row) {
    struct json_object *o = json_new_object(a), *name = json_object_new_object(), *emails = json_object_new_array();
    struct json_object *email = json_object_new_object(), *schemas = json_object_new_array();
    json_object_array_add(schemas, json_object_new_string(SCHEMA_USER));
    json_object_object_add(o, "schemas", schemas);
    add_text_member(o, "userName", db_text(rows, row, ADOPTABLE_EMAIL));
    add_text_member(name, "givenName", db_text(rows, row, ADOPTABLE_FIRST_NAME));
    add_text_member(name, "familyName", db_text(rows, row, ADOPTABLE_LAST_NAME));
    if (json_object_object_length(name) > 0)
        json_object_object_add(o, "name", name);
    else
        json_object_put(name);
    add_text_member(o, "displayName", db_text(rows, row, ADOPTABLE_DISPLAY_NAME));
    json_object_object_add(o, "active", json_object_new_boolean(db_bool(rows, row, ADOPTABLE_ACTIVE)));
    add_text_member(email, "value", db_text(rows, row, ADOPTABLE_EMAIL));
    add_text_member(email, "type", "work");
    json_object_object_add(email, "primary", json_object_new_boolean(1));
    json_object_array_add(emails, email);
    json_object_object_add(o, "emails", emails);
    return o;
}

static void queue_user(struct session *s, struct adoption *a, struct db_rows rows, size_t row) {
    char *id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    struct user_facts f;
    uuid_new(id);
    user_facts(s, id, adopted_resource(s->ctx.arena, rows, row), &f);
    const char *member = db_text(rows, row, ADOPTABLE_ID);
    db_queue(s->db,
             sql_user_insert(.id = id, .member_id = member, .active = f.active ? "true" : "false",
                             .user_name_key = f.user_name_key, .email_key = f.email_key, .display_name = f.display_name,
                             .resource = f.stored, .folded = f.folded, .at = session_now(s, 0)));
    db_queue(s->db, sql_user_emails_set(.user_id = id, .keys = f.email_keys));
    session_event(s, "scim.user.linked", "scim_user", id,
                  arena_printf(s->ctx.arena, "{\"member\":\"%s\",\"adopted\":true}", member));
    a->n++;
}

static enum err adopt_work(struct session *s, void *arg) {
    struct adoption *a = arg;
    struct db_rows rows[3] = {0};
    int64_t cap, used;
    a->n = 0;
    size_t entered = session_queue_write(s, SESSION_EXCLUSIVE, NULL, NULL);
    size_t found = db_queue(s->db, sql_adoptable(.connection_id = s->entered.connection, .limit = "10"));
    size_t usage = db_queue(s->db, sql_usage());
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[entered]);
    if (e != OK)
        return e;
    cap = s->tenant.max_users;
    used = db_int(rows[usage], 0, USAGE_USERS);
    if (db_count(rows[found]) > 0 && cap != NO_CAP && used >= cap)
        return fail(&s->ctx, ERR_CAP, "the organization's limit of %" PRId64 " users is reached", cap);
    for (size_t i = 0; i < db_count(rows[found]) && i < BATCH && (cap == NO_CAP || used < cap); i++) {
        queue_user(s, a, rows[found], i);
        session_note_usage(s, "max_users", used++, cap);
    }
    s->usage.users += (int64_t)a->n;
    return OK;
}

enum err adopt_members(struct session *s, size_t *adopted) {
    struct adoption a = {0};
    struct session_write w = {.work = adopt_work, .arg = &a};
    enum err e = session_write(s, &w);
    *adopted = a.n;
    return e;
}
