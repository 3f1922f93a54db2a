/* Applies a replaced attribute mapping to the existing users, step by step. */

#include "directory/mapping_job.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/log.h"
#include "base/uuid.h"
#include "directory/answer.h"
#include "directory/email.h"
#include "directory/extensions.h"
#include "directory/member_mapping.h"
#include "directory/user.h"
#include "directory/user_facts.h"
#include "sql/deliver.h"
#include "sql/scim.h"
#include "sql/transaction.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STEP_MS = 150, USER_MS = 2000, LOCK_MS = 100 };

/* The state of one step. */
struct step {
    const struct mapping_turns *turns;
    struct mapping_turn turn;
    const char *organization, *place; /* organization NULL: it was nobody's turn */
    int64_t version, begun;
    struct db_rows users;
    const char **ids;
    size_t n;
    bool finished;
};

/* The next mapping that is not applied to everybody. */
static enum err find_pending_mapping(struct session *s, struct step *x) {
    static const char first[] = "00000000-0000-0000-0000-000000000000";
    struct db_rows rows[2] = {0};
    const char *resting[MAPPING_TURNS];
    size_t n = mapping_turns_resting(x->turns, clock_monotonic_ms(), resting);
    db_queue(s->db, sql_mapping_again_take());
    size_t pending = db_queue(s->db, sql_mapping_pending(.after = *x->turns->last ? x->turns->last : first,
                                                         .resting = session_uuids(s, resting, n)));
    enum err e = db_run(&s->ctx, s->db, rows);
    struct db_rows row = rows[pending];
    x->organization = NULL;
    if (e != OK || db_count(row) == 0)
        return e;
    const char *resets = db_text(row, 0, MAPPING_PENDING_RESETS);
    x->organization = db_text(row, 0, MAPPING_PENDING_ORGANIZATION_ID);
    x->version = db_int(row, 0, MAPPING_PENDING_VERSION);
    x->place = db_text(row, 0, MAPPING_PENDING_PLACE);
    s->tenant.now_us = db_int(row, 0, MAPPING_PENDING_NOW_US) / 1000 * 1000;
    s->resets.organization_role = strstr(resets, "organization_role");
    s->resets.public_metadata = strstr(resets, "public_metadata");
    x->turn = mapping_turns_of(x->turns, x->organization);
    x->begun = clock_monotonic_ms();
    s->until = x->begun + (x->turn.page > 1 ? STEP_MS : USER_MS);
    return OK;
}

/* Enters the organization as the tenant, loads its schemas and mapping, and locks the page. */
static enum err enter_organization(struct session *s, struct step *x) {
    struct db_rows rows[4] = {0};
    struct schema_types *types = arena_alloc(s->ctx.arena, sizeof *types);
    size_t page = x->turn.page ? x->turn.page : 1;
    db_queue(s->db, sql_tenant_set(.organization_id = x->organization));
    db_queue(s->db, sql_connections_lock_shared());
    size_t schemas = db_queue(s->db, sql_extension_schemas());
    size_t users =
        db_queue(s->db, sql_mapping_page(.after = x->place, .limit = arena_printf(s->ctx.arena, "%zu", page)));
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = extensions_types(&s->ctx, rows[schemas], types);
    if (e != OK)
        return e;
    s->types = types;
    s->tenant.organization_id = x->organization;
    x->users = rows[users];
    x->n = db_count(x->users);
    x->ids = arena_array(s->ctx.arena, x->n + 1, sizeof *x->ids);
    for (size_t i = 0; i < x->n; i++)
        x->ids[i] = db_text(x->users, i, MAPPING_PAGE_ID);
    x->finished = x->n < page;
    return OK;
}

/* Whether the present mapping changes the user's identity or whether it is active. */
static enum err is_user_changed(struct session *s, struct db_rows users, size_t row, bool *out) {
    struct json_object *resource;
    bool from_user_name;
    enum err e = answer_restore(s, db_text(users, row, MAPPING_PAGE_RESOURCE), &resource);
    if (e != OK)
        return e;
    const char *email = user_email(s, resource, &from_user_name), *was = db_text(users, row, MAPPING_PAGE_EMAIL_KEY);
    const char *key =
        email && email_usable(s->ctx.arena, email) ? fold_identity(s->ctx.arena, email, strlen(email)) : NULL;
    bool other = db_bool(users, row, MAPPING_PAGE_ACTIVE) && db_bool(users, row, MAPPING_PAGE_IDENTIFIES) && key &&
                 (!was || strcmp(key, was) != 0);
    *out = other || user_active(s, resource) != db_bool(users, row, MAPPING_PAGE_ACTIVE);
    return OK;
}

/* Runs in a savepoint: if somebody else has the email, the user stays as it was, and an event says so. */
static enum err remap_user(struct session *s, const struct step *x, size_t row) {
    const struct schema_types *types = s->types;
    struct tenant tenant = s->tenant;
    s->entered.organization = x->organization;
    s->entered.connection = db_text(x->users, row, MAPPING_PAGE_CONNECTION_ID);
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
        e = member_mapping_in_time(s);
        if (e == OK)
            e = is_user_changed(s, x->users, i, &other);
        if (e == OK && other)
            e = remap_user(s, x, i);
    }
    return e;
}

/* Smaller steps failed because of the next user, under this mapping. */
static bool is_to_be_skipped(const struct step *x) {
    return x->turn.page == 0 && x->n == 1 && strcmp(x->turn.failed, x->ids[0]) == 0 && x->turn.version == x->version;
}

/* The user stays as it is. */
static void skip_user(struct session *s, const struct step *x) {
    log_line(LOG_WARN, "mapping_user_skipped", "organization", x->organization, "user", x->ids[0], NULL);
    session_event(s, "scim.mapping.conflict", "scim_user", x->ids[0],
                  "{\"problem\":\"the mapping cannot be applied to this user\"}");
}

static enum err apply_mapping_work(struct session *s, void *arg) {
    struct step *x = arg;
    x->organization = NULL;
    x->n = 0;
    enum err e = find_pending_mapping(s, x);
    if (e != OK || !x->organization)
        return e;
    e = enter_organization(s, x);
    if (e == OK && is_to_be_skipped(x))
        skip_user(s, x);
    else if (e == OK) {
        e = change_users(s, x);
        if (e == OK)
            e = member_mapping_apply(s, x->ids, x->n);
    }
    if (e != OK)
        return e;
    const char *place = x->n ? x->ids[x->n - 1] : NULL;
    db_queue(s->db, sql_mapping_progress(.version = arena_printf(s->ctx.arena, "%" PRId64, x->version), .place = place,
                                         .more = arena_printf(s->ctx.arena, "%zu", x->n),
                                         .finished = x->finished ? "true" : "false"));
    return OK;
}

static void note_failed(struct step *x) {
    x->turn.version = x->version;
    snprintf(x->turn.failed, sizeof x->turn.failed, "%s", x->n ? x->ids[0] : "");
}

/* Notes how the step ended. A smaller step may still succeed, so only an organization that rests is logged. */
static void settle_step(struct session *s, struct mapping_turns *turns, struct step *x, enum err e) {
    int64_t now = clock_monotonic_ms();
    bool rests = e == ERR_UNAVAILABLE;
    if (e == OK)
        mapping_turns_worked(turns, x->turn, now - x->begun < STEP_MS / 2);
    else if (rests)
        mapping_turns_locked(turns, x->turn, now);
    else {
        note_failed(x);
        rests = mapping_turns_failed(turns, x->turn, now);
    }
    if (rests)
        log_line(LOG_WARN, "mapping_step", "organization", x->organization, "error", fail_name(e), "detail",
                 fail_detail(&s->ctx), NULL);
}

/* Whoever holds the lock is working for the same organization; the others should not wait for that. */
static int64_t wait_no_more(void *arg, unsigned waits) {
    (void)arg;
    (void)waits;
    return 0;
}

bool mapping_job_step(struct arena *a, struct db *db, const char *base_url, struct mapping_turns *turns) {
    char request[UUID_TEXT + 1];
    struct session s = {
        .ctx = {.arena = a}, .db = db, .base_url = base_url, .request_id = request, .types = schema_built_in()};
    struct step x = {.turns = turns};
    struct session_write w = {.work = apply_mapping_work, .arg = &x, .unheard = true};
    db_set_patience(db, &(struct db_patience){.ms = LOCK_MS, .next = wait_no_more});
    uuid_new(request);
    enum err e = session_write(&s, &w);
    if (x.organization)
        settle_step(&s, turns, &x, e);
    else if (e != OK)
        log_line(LOG_WARN, "mapping_step", "error", fail_name(e), "detail", fail_detail(&s.ctx), NULL);
    return x.organization;
}
