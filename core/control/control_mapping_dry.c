/* The dry run of a new attribute mapping: who would change, and who would get or lose which role. */

#include "control/control_dry_run.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "directory/mapping_trial.h"
#include "protocol/mapping.h"
#include "sql/control.h"
#include "sql/scim.h"

#include <inttypes.h>
#include <string.h>

enum { PAGE_MEMBERS = 500, ROLES = 100 };

static const char admin_role[] = "org:admin", org_role[] = "organization_role";

struct role_count {
    const char *role;
    struct dry_run_people gain, lose;
};

struct mapping_dry {
    struct control *control;
    struct schema_types types; /* with the new mapping */
    const char *resets;
    struct dry_run_walk walk;
    struct dry_run_people changed, deactivated, reactivated;
    struct role_count roles[ROLES];
    size_t n_roles;
    int64_t other_roles; /* changes of roles beyond these */
    int64_t admins_lost, admins_gained, admins;
    bool protects;
    struct json_object *unknown; /* groups that there are not */
};

/* The differences of a member: {"first_name": ..}, before and after. */
struct differences {
    struct json_object *before, *after;
};

static void note_difference(struct differences *d, const char *name, struct json_object *was, struct json_object *is) {
    if (json_same(was, is))
        return;
    json_set(d->before, name, was);
    json_set(d->after, name, is);
}

static void note_text(struct arena *a, struct differences *d, const char *name, const char *was, const char *is) {
    struct json_object *texts = json_new_object(a);
    json_set_text(texts, "was", was);
    json_set_text(texts, "is", is);
    note_difference(d, name, json_get(texts, "was"), json_get(texts, "is"));
}

static const char *status_word(bool active) {
    return active ? "active" : "deactivated";
}

/* The member as an answer names them, with what changes. */
static struct json_object *describe_member(struct control *c, struct db_rows rows, size_t row,
                                           const struct mapping_trial *t) {
    static const struct {
        const char *name;
        int column;
    } shown[] = {{"id", MAPPED_ID},
                 {"email", API_MAPPING_MEMBERS_EMAIL},
                 {"first_name", MAPPED_FIRST_NAME},
                 {"last_name", MAPPED_LAST_NAME},
                 {"display_name", MAPPED_DISPLAY_NAME}};
    static const char *const mapped[] = {"first_name", "last_name", "display_name", "external_id", "public_metadata"};
    struct arena *a = c->ctx.arena;
    struct json_object *o = json_new_object(a);
    struct differences d = {json_new_object(a), json_new_object(a)};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        json_set_text(o, shown[i].name, db_text(rows, row, shown[i].column));
    for (size_t i = 0; i < sizeof mapped / sizeof *mapped; i++)
        note_difference(&d, mapped[i], json_get(t->outcome.before, mapped[i]), json_get(t->outcome.fields, mapped[i]));
    note_text(a, &d, org_role, t->outcome.role_before, t->outcome.role);
    note_text(a, &d, "status", status_word(t->outcome.active), status_word(t->active));
    if (t->email)
        note_text(a, &d, "email", db_text(rows, row, API_MAPPING_MEMBERS_EMAIL), t->email);
    json_set(o, "before", d.before);
    json_set(o, "after", d.after);
    return o;
}

/* The count of a role; NULL: there are too many roles. */
static struct role_count *count_of(struct mapping_dry *x, const char *role) {
    for (size_t i = 0; i < x->n_roles; i++)
        if (strcmp(x->roles[i].role, role) == 0)
            return &x->roles[i];
    if (x->n_roles == ROLES)
        return NULL;
    x->roles[x->n_roles].role = arena_strdup(x->control->ctx.arena, role);
    return &x->roles[x->n_roles++];
}

/* The counts that a member is in; NULL: not in this one. */
enum { CHANGED, TURNED, LOST, GAINED, COUNTS };

static void find_counts(struct mapping_dry *x, const struct mapping_trial *t, struct dry_run_people *in[COUNTS]) {
    const struct member_outcome *o = &t->outcome;
    bool other = strcmp(o->role_before, o->role) != 0;
    struct role_count *lost = other ? count_of(x, o->role_before) : NULL, *got = other ? count_of(x, o->role) : NULL;
    in[CHANGED] = &x->changed;
    in[TURNED] = t->active == o->active ? NULL : t->active ? &x->reactivated : &x->deactivated;
    in[LOST] = lost ? &lost->lose : NULL;
    in[GAINED] = got ? &got->gain : NULL;
    x->other_roles += other && (!lost || !got);
    x->admins_lost += other && o->active && strcmp(o->role_before, admin_role) == 0;
    x->admins_gained += other && o->active && strcmp(o->role, admin_role) == 0;
}

static bool is_changed(struct db_rows rows, size_t row, const struct mapping_trial *t) {
    const char *email = db_text(rows, row, API_MAPPING_MEMBERS_EMAIL);
    return t->outcome.changed || t->active != t->outcome.active ||
           (t->email && (!email || strcmp(email, t->email) != 0));
}

/* Who is named is kept in a list of one, which outlives the page. */
static void count_member(struct mapping_dry *x, struct control *page, struct db_rows rows, size_t row,
                         const struct mapping_trial *t) {
    struct control *c = x->control;
    struct dry_run_people *in[COUNTS];
    struct json_object *one = NULL;
    bool named = false;
    if (!is_changed(rows, row, t))
        return;
    find_counts(x, t, in);
    for (size_t i = 0; i < COUNTS; i++)
        named = named || (in[i] && in[i]->count < DRY_RUN_FIRST);
    if (named) {
        one = json_new_array(c->ctx.arena);
        json_object_array_add(one, json_object_get(json_copy(c->ctx.arena, describe_member(page, rows, row, t))));
    }
    for (size_t i = 0; i < COUNTS; i++)
        if (in[i])
            control_dry_run_add(c, in[i], 1, one);
}

static enum err try_page(struct mapping_dry *x, struct control *page) {
    struct session s = {.ctx = {.arena = page->ctx.arena}, .types = &x->types};
    struct db_rows rows = {0};
    struct mapping_trial t;
    s.resets.organization_role = strstr(x->resets, org_role);
    s.resets.public_metadata = strstr(x->resets, "public_metadata");
    enum err e = control_read(
        page,
        sql_api_mapping_members(.after = x->walk.after, .limit = arena_printf(page->ctx.arena, "%d", PAGE_MEMBERS)),
        &rows);
    size_t n = e == OK ? db_count(rows) : 0, i = 0;
    for (bool late = false; e == OK && i < n && !late; i++) {
        e = mapping_trial_member(&s, rows, i, &t);
        if (e == OK)
            count_member(x, page, rows, i, &t);
        late = clock_monotonic_ms() >= x->walk.until;
    }
    x->walk.checked += (int64_t)i;
    x->walk.complete = e == OK && i == n && n < PAGE_MEMBERS;
    if (i)
        x->walk.after = arena_strdup(x->control->ctx.arena, db_text(rows, i - 1, MAPPED_ID));
    return e == OK ? OK : fail(&x->control->ctx, e, NULL);
}

/* Each page has an arena of its own, or a large organization would take much memory. */
static enum err try_pages(struct mapping_dry *x) {
    enum err e = OK;
    while (e == OK && !x->walk.complete && clock_monotonic_ms() < x->walk.until) {
        struct control page = *x->control;
        page.ctx = (struct ctx){.arena = arena_create()};
        e = try_page(x, &page);
        arena_destroy(page.ctx.arena);
    }
    return e;
}

static enum err begin_dry(struct mapping_dry *x, struct json_object *mapping) {
    struct control *c = x->control;
    struct db_rows rows[6] = {0};
    const struct mapping *new = NULL;
    control_queue(c);
    size_t schemas = db_queue(c->db, sql_extension_schemas());
    size_t resets = db_queue(c->db, sql_api_mapping_resets());
    size_t unknown = db_queue(c->db, sql_api_groups_unknown(.groups = control_mapping_groups(c, mapping)));
    size_t admins = db_queue(c->db, sql_admins_left(.member_ids = "{}"));
    size_t protects = db_queue(c->db, sql_organization_protects());
    enum err e = db_read(&c->ctx, c->db, rows);
    if (e == OK)
        e = control_accept(c, rows[0]);
    if (e == OK)
        e = extensions_types(&c->ctx, rows[schemas], &x->types);
    if (e == OK)
        e = control_mapping_read(c, &x->types, json_text(c->ctx.arena, mapping), &new);
    if (e == OK)
        e = control_object(c, rows[unknown], OBJECT_OBJECT, &x->unknown);
    if (e != OK)
        return e;
    x->resets = arena_printf(c->ctx.arena, "%s %s", control_mapping_resets(c, x->types.mapping, new),
                             db_text(rows[resets], 0, API_MAPPING_RESETS_RESETS));
    x->types.mapping = new;
    x->admins = db_int(rows[admins], 0, ADMINS_LEFT_LEFT);
    x->protects = db_bool(rows[protects], 0, ORGANIZATION_PROTECTS_PROTECT_LAST_ADMIN);
    return OK;
}

static struct json_object *tell_roles(struct mapping_dry *x) {
    struct json_object *list = json_new_array(x->control->ctx.arena);
    for (size_t i = 0; i < x->n_roles; i++) {
        struct json_object *o = json_object_new_object();
        json_set_text(o, "role", x->roles[i].role);
        control_dry_run_tell(o, "lose", &x->roles[i].lose);
        control_dry_run_tell(o, "gain", &x->roles[i].gain);
        json_object_array_add(list, o);
    }
    return list;
}

/* The last administrator: known only if everybody was looked at. */
static const char *last_admin(const struct mapping_dry *x, bool whole) {
    bool lost = whole && x->walk.complete && x->admins_lost && !x->admins_gained && x->admins_lost >= x->admins;
    return !lost ? NULL : x->protects ? "kept" : "lost";
}

enum err control_mapping_dry_run(struct control *c, struct json_object *fields, struct json_object **out) {
    struct mapping_dry *x = arena_alloc(c->ctx.arena, sizeof *x);
    *x = (struct mapping_dry){.control = c, .walk = {.until = clock_monotonic_ms() + DRY_RUN_MS}};
    enum err e = control_dry_run_after(c, fields, &x->walk.after);
    bool whole = !x->walk.after;
    if (e == OK)
        e = begin_dry(x, json_get(fields, "mapping"));
    if (e == OK)
        e = try_pages(x);
    if (e != OK)
        return e;
    struct json_object *o = *out = json_new_object(c->ctx.arena);
    c->foretold = true;
    control_dry_run_told(o, &x->walk);
    control_dry_run_tell(o, "changed", &x->changed);
    control_dry_run_tell(o, "deactivated", &x->deactivated);
    control_dry_run_tell(o, "reactivated", &x->reactivated);
    json_set(o, "roles", tell_roles(x));
    json_object_object_add(o, "other_roles", json_object_new_int64(x->other_roles));
    json_set_text(o, "last_admin", last_admin(x, whole));
    json_set(o, "unknown_groups", x->unknown);
    return OK;
}
