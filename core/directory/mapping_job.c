#include "directory/mapping_job.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/answer.h"
#include "directory/email.h"
#include "directory/extensions.h"
#include "directory/member_mapping.h"
#include "directory/user.h"
#include "directory/user_facts.h"

#include <inttypes.h>
#include <string.h>

enum { PAGE = 200 };

/* One step on its way. */
struct step {
    struct session *session;
    const char *organization, *version, *place;
    struct db_rows users;
    const char **ids;
    size_t n;
    bool finished;
};

/* The oldest mapping that is not applied to everybody. */
static enum err find(struct session *s, struct step *x, bool *found) {
    struct db_rows row = {0};
    db_add(s->db, SQL_MAPPING_PENDING, NULL);
    enum err e = db_run(&s->ctx, s->db, &row);
    *found = e == OK && db_count(row) > 0;
    if (!*found)
        return e;
    const char *resets = db_text(row, 0, "resets");
    x->organization = db_text(row, 0, "organization_id");
    x->version = db_text(row, 0, "version");
    x->place = db_text(row, 0, "place");
    s->tenant.now_us = db_int(row, 0, "now_us") / 1000 * 1000;
    s->resets.organization_role = strstr(resets, "organization_role");
    s->resets.public_metadata = strstr(resets, "public_metadata");
    return OK;
}

/* The organization as the tenant, its definitions as they are, and the page, locked. */
static enum err enter(struct session *s, struct step *x) {
    struct db_rows rows[4] = {0};
    const char *tenant[] = {x->organization}, *page[] = {x->place, arena_printf(s->ctx.arena, "%d", PAGE)};
    struct schema_types *types = arena_alloc(s->ctx.arena, sizeof *types);
    db_add(s->db, SQL_TENANT_SET, tenant);
    db_add(s->db, SQL_CONNECTIONS_LOCK_SHARED, NULL);
    db_add(s->db, SQL_EXTENSION_SCHEMAS, NULL);
    db_add(s->db, SQL_MAPPING_PAGE, page);
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = extensions_types(&s->ctx, rows[2], types);
    if (e != OK)
        return e;
    s->types = types;
    s->tenant.organization_id = x->organization;
    x->users = rows[3];
    x->n = db_count(rows[3]);
    x->ids = arena_array(s->ctx.arena, x->n + 1, sizeof *x->ids);
    for (size_t i = 0; i < x->n; i++)
        x->ids[i] = db_text(rows[3], i, "id");
    x->finished = x->n < PAGE;
    return OK;
}

/* Whether the mapping as it is makes the user another person, or active where it was not, or not. */
static enum err differs(struct session *s, struct db_rows users, size_t row, bool *out) {
    struct json_object *resource;
    bool from_user_name;
    enum err e = answer_restore(s, db_text(users, row, "resource"), &resource);
    if (e != OK)
        return e;
    const char *email = user_email(s, resource, &from_user_name), *was = db_text(users, row, "email_key");
    const char *key =
        email && email_valid(email, strlen(email)) ? fold_identity(s->ctx.arena, email, strlen(email)) : NULL;
    bool other =
        db_bool(users, row, "active") && db_bool(users, row, "identifies") && key && (!was || strcmp(key, was) != 0);
    *out = other || user_active(s, resource) != db_bool(users, row, "active");
    return OK;
}

/* In a savepoint: an email that somebody else has leaves the user as it was, and is told. */
static enum err change_user(struct session *s, const struct step *x, size_t row) {
    const struct schema_types *types = s->types;
    struct tenant tenant = s->tenant;
    s->entered.organization = x->organization;
    s->entered.connection = db_text(x->users, row, "connection_id");
    enum err e = user_remap(s, x->ids[row]);
    s->types = types;
    s->tenant = tenant;
    if (e != ERR_UNIQUENESS)
        return e;
    fail_clear(&s->ctx);
    session_event(s, "scim.mapping.conflict", "scim_user", x->ids[row], "{\"field\":\"email_address\"}");
    return db_run(&s->ctx, s->db, NULL); /* before the next savepoint */
}

static enum err change_users(struct session *s, const struct step *x) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < x->n; i++) {
        bool other;
        e = differs(s, x->users, i, &other);
        if (e == OK && other)
            e = change_user(s, x, i);
    }
    return e;
}

static enum err work(struct session *s, void *arg) {
    struct step *x = arg;
    bool found;
    enum err e = find(s, x, &found);
    x->n = 0;
    x->organization = found ? x->organization : NULL;
    if (e != OK || !found)
        return e;
    e = enter(s, x);
    if (e == OK)
        e = change_users(s, x);
    if (e == OK)
        e = member_mapping_apply(s, x->ids, x->n);
    if (e != OK)
        return e;
    const char *place = x->n ? x->ids[x->n - 1] : NULL;
    const char *progress[] = {x->version, place, arena_printf(s->ctx.arena, "%zu", x->n),
                              x->finished ? "true" : "false"};
    db_add(s->db, SQL_MAPPING_PROGRESS, progress);
    return OK;
}

enum err mapping_job_step(struct ctx *ctx, struct db *db, const char *base_url, bool *worked) {
    char request[UUID_TEXT + 1];
    struct session s = {.ctx = *ctx, .db = db, .base_url = base_url, .request_id = request, .types = schema_built_in()};
    struct step x = {.session = &s};
    struct session_write w = {.work = work, .arg = &x, .unheard = true};
    uuid_new(request);
    enum err e = session_write(&s, &w);
    *ctx = s.ctx;
    *worked = e == OK && x.organization;
    return e;
}
