#include "directory/adopt.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/user_facts.h"

#include <string.h>

enum { BATCH = 10 }; /* members a transaction: each takes a few statements of one pipeline */

struct adoption {
    size_t n;
};

static void add_text(struct json_object *o, const char *name, const char *value) {
    if (value)
        json_object_object_add(o, name, json_object_new_string(value));
}

/* The member as a SCIM user in normal form: the email is the userName too. */
static struct json_object *resource_of(struct arena *a, struct db_rows rows, size_t row) {
    struct json_object *o = json_new_object(a), *name = json_object_new_object(), *emails = json_object_new_array();
    struct json_object *email = json_object_new_object(), *schemas = json_object_new_array();
    json_object_array_add(schemas, json_object_new_string(SCHEMA_USER));
    json_object_object_add(o, "schemas", schemas);
    add_text(o, "userName", db_text(rows, row, "email"));
    add_text(name, "givenName", db_text(rows, row, "first_name"));
    add_text(name, "familyName", db_text(rows, row, "last_name"));
    if (json_object_object_length(name) > 0)
        json_object_object_add(o, "name", name);
    else
        json_object_put(name);
    add_text(o, "displayName", db_text(rows, row, "display_name"));
    json_object_object_add(o, "active", json_object_new_boolean(db_bool(rows, row, "active")));
    add_text(email, "value", db_text(rows, row, "email"));
    add_text(email, "type", "work");
    json_object_object_add(email, "primary", json_object_new_boolean(1));
    json_object_array_add(emails, email);
    json_object_object_add(o, "emails", emails);
    return o;
}

static void queue_user(struct session *s, struct adoption *a, struct db_rows rows, size_t row) {
    char *id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    struct user_facts f;
    uuid_new(id);
    user_facts(s, id, resource_of(s->ctx.arena, rows, row), &f);
    const char *member = db_text(rows, row, "id");
    const char *insert[] = {id,
                            member,
                            f.active ? "true" : "false",
                            f.user_name_key,
                            NULL,
                            NULL,
                            f.email_key,
                            f.display_name,
                            NULL,
                            f.stored,
                            f.folded,
                            session_now(s, 0)};
    const char *emails[] = {id, f.email_keys};
    db_add(s->db, SQL_USER_INSERT, insert);
    db_add(s->db, SQL_USER_EMAILS_SET, emails);
    session_event(s, "scim.user.linked", "scim_user", id,
                  arena_printf(s->ctx.arena, "{\"member\":\"%s\",\"adopted\":true}", member));
    a->n++;
}

static enum err work(struct session *s, void *arg) {
    struct adoption *a = arg;
    struct db_rows rows[2] = {0};
    const char *adoptable[] = {s->entered.connection, "10"};
    a->n = 0;
    session_queue_write(s, SESSION_EXCLUSIVE, NULL, NULL);
    db_add(s->db, SQL_ADOPTABLE, adoptable);
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[0]);
    if (e != OK)
        return e;
    for (size_t i = 0; i < db_count(rows[1]) && i < BATCH; i++)
        queue_user(s, a, rows[1], i);
    const char *usage[] = {"0", arena_printf(s->ctx.arena, "%zu", a->n), "0"};
    if (a->n)
        db_add(s->db, SQL_USAGE_ADD, usage);
    return OK;
}

enum err adopt_members(struct session *s, size_t *adopted) {
    struct adoption a = {0};
    struct session_write w = {.work = work, .arg = &a};
    enum err e = session_write(s, &w);
    *adopted = a.n;
    return e;
}
