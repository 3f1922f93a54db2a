/* Fills an organization with made-up people, for trials and measurements. */

#include "control/control_fields.h"
#include "control/control_operations.h"
#include "directory/group.h"
#include "directory/user.h"
#include "protocol/schema.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "sql/operator.h"
#include "sql/scim.h"

#include <inttypes.h>
#include <string.h>

/* The first user and group are created as an identity provider does it, all others are copies of their rows. */

enum { MOST = 10000000, USERS_A_STEP = 10000, GROUPS_A_STEP = 10000, MEMBERS_A_STEP = 50000 };

static const struct field seeded[] = {
    {.name = "users", .kind = FIELD_NUMBER, .low = 0, .high = MOST},
    {.name = "groups", .kind = FIELD_NUMBER, .low = 0, .high = MOST},
    {.name = "members", .kind = FIELD_NUMBER, .low = 0, .high = (int64_t)10 * MOST},
    {.name = "connection_id", .kind = FIELD_ID},
    {.name = "confirm", .kind = FIELD_QUERY},
};

/* The first ones are replaced in copies: nothing else in the rows of a user contains them. */
static const char given_names[] =
    "{Olivia,Noah,Amelia,Liam,Sofia,Lucas,Hannah,Mateo,Chloe,Elias,Yuki,Omar,Priya,Ivan,Zeynep,Kofi,Ingrid,Tomasz,"
    "Leila,Hugo,Mei,Joao,Aisha,Viktor,Nora,Rafael,Thuy,Samuel,Greta,Pedro,Wanjiru}";
static const char family_names[] =
    "{Thompson,Garcia,Nguyen,Kowalski,Okafor,Jansen,Silva,Tanaka,Novak,Haddad,Murphy,Rossi,Larsson,Petrov,Kaya,Mensah,"
    "Schmidt,Dubois,Sharma,Moreau,Wong,Costa,Khan,Ivanova,Lindqvist,Pereira,Tran,Walker,Weber,Gomez,Kimani,Hughes,"
    "Oliveira,Bianchi,Suzuki,Popescu,Yilmaz}";

struct seeding {
    const char *connection;
    int64_t users, groups, members, size; /* size: members of a group */
    int64_t first_user, first_group;      /* numbers in names */
    const char *user, *group;             /* ids of the first ones */
    int64_t low, high;                    /* copies of the next step */
};

static int64_t number_of(struct json_object *fields, const char *name) {
    return json_object_get_int64(json_get(fields, name));
}

/* The members are spread evenly, so that no group has anybody twice. */
static enum err check_numbers(struct control *c, struct seeding *x) {
    x->size = x->groups ? (x->members + x->groups - 1) / x->groups : 0;
    if (x->users + x->groups == 0)
        control_wrong(c, "users", "required", "users must say how many; groups and members may follow");
    if (x->members && (!x->groups || x->size > x->users))
        control_wrong(c, "members", "out_of_range",
                      "members must be at most users times groups, %" PRId64 ": nobody is twice in a group",
                      x->users * x->groups);
    return control_refuse(c);
}

/* Columns and options of the organization's caps. */
static const struct {
    const char *what, *option;
    int cap, used; /* used -1: none of it */
} caps[] = {{"users", "max-users", OP_SEED_FACTS_MAX_USERS, OP_SEED_FACTS_USERS},
            {"groups", "max-groups", OP_SEED_FACTS_MAX_GROUPS, OP_SEED_FACTS_GROUPS},
            {"members in a group", "max-group-members", OP_SEED_FACTS_MAX_GROUP_MEMBERS, -1}};

static enum err check_caps(struct control *c, const struct seeding *x, struct db_rows facts) {
    const int64_t more[] = {x->users, x->groups, x->size};
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        int64_t used = caps[i].used < 0 ? 0 : db_int(facts, 0, caps[i].used);
        if (!db_null(facts, 0, caps[i].cap) && used + more[i] > db_int(facts, 0, caps[i].cap))
            return fail(&c->ctx, ERR_CONFLICT,
                        "there would be %" PRId64 " %s, and the organization may have %" PRId64
                        ": muster org set %s --%s none",
                        used + more[i], caps[i].what, db_int(facts, 0, caps[i].cap),
                        db_text(facts, 0, OP_SEED_FACTS_SLUG), caps[i].option);
    }
    return OK;
}

/* An organization that has people already is filled only if its slug confirms it. */
static enum err check_empty(struct control *c, const struct seeding *x, struct json_object *fields,
                            struct db_rows facts) {
    int64_t members = db_int(facts, 0, OP_SEED_FACTS_MEMBERS), teams = db_int(facts, 0, OP_SEED_FACTS_TEAMS);
    if (members + teams == 0)
        return OK;
    return control_confirm(c, fields, "organization's slug", db_text(facts, 0, OP_SEED_FACTS_SLUG),
                           arena_printf(c->ctx.arena,
                                        "it has %" PRId64 " members and %" PRId64 " teams already, among which %" PRId64
                                        " made-up users and %" PRId64 " groups would be, for good",
                                        members, teams, x->users, x->groups));
}

static enum err read_facts(struct control *c, const struct control_input *in, struct seeding *x) {
    struct db_rows facts = {0};
    const char *asked = json_get_string(in->fields, "connection_id");
    enum err e = control_read(c, sql_op_seed_facts(.connection_id = asked), &facts);
    if (e != OK)
        return e;
    x->connection = db_text(facts, 0, OP_SEED_FACTS_CONNECTION_ID);
    x->first_user = db_int(facts, 0, OP_SEED_FACTS_LAST_USER) + 1;
    x->first_group = db_int(facts, 0, OP_SEED_FACTS_LAST_GROUP) + 1;
    if (!x->connection)
        return fail(&c->ctx, ERR_CONFLICT, "the organization has no %s: muster connection create --org %s",
                    asked ? "such connection" : "connection", db_text(facts, 0, OP_SEED_FACTS_SLUG));
    e = check_caps(c, x, facts);
    return e == OK ? check_empty(c, x, in->fields, facts) : e;
}

/* A new request of the same control: each step has its own events. */
static void begin_step(struct control *c) {
    char *id = arena_alloc(c->ctx.arena, UUID_TEXT + 1);
    uuid_new(id);
    c->request_id = id;
}

static enum err parse_made(struct session *s, const char *text, struct json_object **out) {
    return json_parse_own(&s->ctx, text, strlen(text), out);
}

/* With what Entra ID sends. */
static enum err create_first_user(struct session *s, void *arg) {
    struct seeding *x = arg;
    struct answer answer = {0};
    struct json_object *body;
    const char *name = arena_printf(s->ctx.arena, "user%07" PRId64, x->first_user);
    enum err e = parse_made(
        s,
        arena_printf(s->ctx.arena,
                     "{\"schemas\":[\"" SCHEMA_USER "\",\"" SCHEMA_ENTERPRISE "\"],\"externalId\":\"%s\","
                     "\"userName\":\"%s@example.com\",\"active\":true,\"displayName\":\"Olivia Thompson\","
                     "\"name\":{\"givenName\":\"Olivia\",\"familyName\":\"Thompson\"},\"title\":\"Engineer\","
                     "\"preferredLanguage\":\"en-US\","
                     "\"emails\":[{\"primary\":true,\"type\":\"work\",\"value\":\"%s@example.com\"}],"
                     "\"" SCHEMA_ENTERPRISE "\":{\"employeeNumber\":\"%s\",\"department\":\"Research\"}}",
                     name, name, name, name),
        &body);
    if (e == OK)
        e = user_create(s, NULL, body, NULL, &answer);
    x->user = answer.id;
    return e;
}

static enum err create_first_group(struct session *s, void *arg) {
    struct seeding *x = arg;
    struct answer answer = {0};
    struct json_object *body;
    const char *members = x->members ? arena_printf(s->ctx.arena, "[{\"value\":\"%s\"}]", x->user) : "[]";
    enum err e = parse_made(s,
                            arena_printf(s->ctx.arena,
                                         "{\"schemas\":[\"" SCHEMA_GROUP "\"],\"displayName\":\"Group %07" PRId64
                                         "\",\"members\":%s}",
                                         x->first_group, members),
                            &body);
    if (e == OK)
        e = group_create(s, NULL, body, NULL, &answer);
    x->group = answer.id;
    return e;
}

static enum err create_first(struct control *c, struct seeding *x, enum err (*create)(struct session *s, void *arg)) {
    begin_step(c);
    struct session s = control_session(c, x->connection);
    return control_directory(c, &s, create, x);
}

static const char *number_text(struct control *c, int64_t n) {
    return arena_printf(c->ctx.arena, "%" PRId64, n);
}

static void queue_users(struct control *c, const struct seeding *x) {
    db_queue(c->db, sql_op_seed_users(.template = x->user, .first = number_text(c, x->first_user),
                                      .low = number_text(c, x->low), .high = number_text(c, x->high),
                                      .given_names = given_names, .family_names = family_names));
    db_queue(c->db, sql_usage_add(.slot = "-1", .users = number_text(c, x->high - x->low + 1), .groups = "0",
                                  .connection_id = x->connection));
}

static void queue_groups(struct control *c, const struct seeding *x) {
    db_queue(c->db, sql_op_seed_groups(.template = x->group, .first = number_text(c, x->first_group),
                                       .low = number_text(c, x->low), .high = number_text(c, x->high)));
    db_queue(c->db, sql_usage_add(.slot = "-1", .users = "0", .groups = number_text(c, x->high - x->low + 1),
                                  .connection_id = x->connection));
}

static void queue_members(struct control *c, const struct seeding *x) {
    db_queue(c->db, sql_op_seed_members(.user_template = x->user, .group_template = x->group,
                                        .low = number_text(c, x->low), .high = number_text(c, x->high),
                                        .users = number_text(c, x->users), .size = number_text(c, x->size)));
}

/* What is copied, in this order. */
static const struct kind {
    const char *what;
    int64_t step;
    void (*queue)(struct control *c, const struct seeding *x);
} kinds[] = {{"users", USERS_A_STEP, queue_users},
             {"groups", GROUPS_A_STEP, queue_groups},
             {"members", MEMBERS_A_STEP, queue_members}};

struct step {
    struct seeding *seeding;
    const struct kind *kind;
};

static enum err copy_work(struct control *c, void *arg) {
    const struct step *step = arg;
    const struct seeding *x = step->seeding;
    step->kind->queue(c, x);
    control_event(c, "organization.seeded", x->connection, "organization", c->organization,
                  arena_printf(c->ctx.arena, "{\"%s\":%" PRId64 "}", step->kind->what, x->high - x->low + 1));
    return OK;
}

/* The copies 1 to n - 1; the first one is there. Each step is a transaction. */
static enum err copy_all(struct control *c, struct seeding *x, const struct kind *kind, int64_t n) {
    struct step step = {.seeding = x, .kind = kind};
    for (x->low = 1; x->low < n; x->low = x->high + 1) {
        struct control_write w = {.work = copy_work, .arg = &step, .final_duplicate = true};
        x->high = x->low + kind->step - 1 < n ? x->low + kind->step - 1 : n - 1;
        begin_step(c);
        enum err e = control_write(c, &w);
        if (e == ERR_UNIQUENESS)
            return fail(&c->ctx, e, "one of the made-up names is taken already (%s); what was made before stays",
                        db_constraint(c->db));
        if (e != OK)
            return e;
        control_progress(c, "made", (size_t)x->high + 1, kind->what);
    }
    return OK;
}

static enum err finish_work(struct control *c, void *arg) {
    (void)arg;
    db_queue(c->db, sql_op_seed_mapping());
    db_queue(c->db, sql_op_seed_analyze());
    return OK;
}

enum err control_seed(struct control *c, const struct control_input *in, struct json_object **out) {
    struct seeding x = {0};
    struct control_write finish = {.work = finish_work};
    enum err e = control_fields_check(c, FIELDS(seeded), in->fields, true);
    if (e != OK)
        return e;
    x.users = number_of(in->fields, "users");
    x.groups = number_of(in->fields, "groups");
    x.members = number_of(in->fields, "members");
    const int64_t numbers[] = {x.users, x.groups, x.members};
    e = check_numbers(c, &x);
    if (e == OK)
        e = read_facts(c, in, &x);
    for (size_t i = 0; e == OK && i < sizeof kinds / sizeof *kinds; i++)
        control_progress(c, "to make:", (size_t)numbers[i], kinds[i].what);
    if (e == OK && x.users)
        e = create_first(c, &x, create_first_user);
    if (e == OK)
        e = copy_all(c, &x, &kinds[0], x.users);
    if (e == OK && x.groups)
        e = create_first(c, &x, create_first_group);
    for (size_t i = 1; e == OK && i < sizeof kinds / sizeof *kinds; i++)
        e = copy_all(c, &x, &kinds[i], numbers[i]);
    begin_step(c);
    if (e == OK)
        e = control_write(c, &finish);
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "connection_id", x.connection ? json_object_new_string(x.connection) : NULL);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        json_object_object_add(*out, kinds[i].what, json_object_new_int64(numbers[i]));
    return e;
}
