/* Does to groups and reports what a leaver's request could not do. */

#include "directory/left_behind_job.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/uuid.h"
#include "directory/extensions.h"
#include "directory/user.h"
#include "sql/deliver.h"
#include "sql/scim.h"
#include "sql/transaction.h"

#include <string.h>

enum { WAIT_MS = 100 };

/* What is to be done; `left` NULL: nothing. */
struct item {
    const char *organization, *connection, *left, *other;
    bool group;
};

static enum err take_item(struct session *s, struct item *x) {
    struct db_rows rows[1] = {0};
    size_t at = db_queue(s->db, sql_left_behind_take());
    enum err e = db_run(&s->ctx, s->db, rows);
    *x = (struct item){0};
    if (e != OK || db_count(rows[at]) == 0)
        return e;
    *x = (struct item){.organization = db_text(rows[at], 0, LEFT_BEHIND_TAKE_ORGANIZATION_ID),
                       .connection = db_text(rows[at], 0, LEFT_BEHIND_TAKE_CONNECTION_ID),
                       .left = db_text(rows[at], 0, LEFT_BEHIND_TAKE_USER_ID),
                       .other = db_text(rows[at], 0, LEFT_BEHIND_TAKE_OTHER_ID),
                       .group = strcmp(db_text(rows[at], 0, LEFT_BEHIND_TAKE_KIND), "group") == 0};
    return OK;
}

/* With the organization's types, which say what is derived from a resource. */
static enum err follow_leaver(struct session *s, const struct item *x) {
    struct db_rows rows[2] = {0};
    struct schema_types types;
    db_queue(s->db, sql_tenant_set(.organization_id = x->organization));
    size_t schemas = db_queue(s->db, sql_extension_schemas());
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = extensions_types(&s->ctx, rows[schemas], &types);
    if (e != OK)
        return e;
    s->types = &types;
    s->entered.organization = x->organization;
    s->entered.connection = x->connection;
    e = user_left_behind(s, x->left, x->other, x->group);
    s->types = schema_built_in();
    return e;
}

static enum err left_behind_item_work(struct session *s, void *arg) {
    struct item *x = arg;
    enum err e = take_item(s, x);
    if (e == OK && x->left)
        e = follow_leaver(s, x);
    if (e == OK && x->left)
        db_queue(s->db, sql_left_behind_done(.user_id = x->left, .other_id = x->other));
    return e;
}

static enum err put_off_work(struct session *s, void *arg) {
    const struct item *x = arg;
    db_queue(s->db, sql_tenant_set(.organization_id = x->organization));
    db_queue(s->db, sql_left_behind_put_off(.user_id = x->left, .other_id = x->other));
    return OK;
}

static void put_off_item(struct session *s, struct item *x, enum err why) {
    struct session_write w = {.work = put_off_work, .arg = x, .unheard = true};
    log_line(LOG_WARN, "left_behind", "organization", x->organization, "left", x->left, x->group ? "group" : "report",
             x->other, "error", fail_name(why), "detail", fail_detail(&s->ctx), NULL);
    fail_clear(&s->ctx);
    enum err e = session_write(s, &w);
    if (e != OK)
        log_line(LOG_WARN, "left_behind", "error", fail_name(e), "detail", fail_detail(&s->ctx), NULL);
}

/* Others have work to do as well. */
static int64_t wait_once(void *arg, unsigned waits) {
    (void)arg;
    (void)waits;
    return 0;
}

bool left_behind_step(struct arena *a, struct db *db, const char *base_url) {
    char request[UUID_TEXT + 1];
    struct session s = {
        .ctx = {.arena = a}, .db = db, .base_url = base_url, .request_id = request, .types = schema_built_in()};
    struct item x = {0};
    struct session_write w = {.work = left_behind_item_work, .arg = &x, .unheard = true};
    db_set_patience(db, &(struct db_patience){.ms = WAIT_MS, .next = wait_once});
    uuid_new(request);
    enum err e = session_write(&s, &w);
    if (e != OK && x.left)
        put_off_item(&s, &x, e);
    return x.left;
}
