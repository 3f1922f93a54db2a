/* Derives data from a user's resource: columns, the member's fields, the audit event. */

#include "directory/user_facts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/log.h"
#include "base/token.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "directory/answer.h"
#include "directory/email.h"
#include "directory/unique.h"
#include "protocol/mapping.h"
#include "protocol/projection.h"
#include "protocol/schema.h"
#include "protocol/value.h"
#include "sql/scim.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

static const char *fold_or_null(struct session *s, const char *text) {
    return text ? fold_identity(s->ctx.arena, text, strlen(text)) : NULL;
}

static bool is_same_fact(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

enum err user_name_check(struct session *s, const char *user_name) {
    size_t len = strlen(user_name);
    if (fold_blank(user_name, len) || fold_has_control(user_name, len))
        return fail(&s->ctx, ERR_INVALID_VALUE, "userName must not be blank and must not hold control characters");
    return OK;
}

static enum err check_user_email(struct session *s, const struct user_facts *f) {
    bool from_user_name;
    const char *sent = email_canonical(f->resource, &from_user_name);
    if (s->tenant.email_optional || f->email)
        return OK;
    if (sent)
        return fail(&s->ctx, ERR_INVALID_VALUE, "emails: \"%s\" is not an email address", sent);
    return fail(&s->ctx, ERR_INVALID_VALUE, "a user needs an email: send emails, or a userName that is an address");
}

enum err user_facts_check(struct session *s, const struct user_facts *f, const struct user_facts *before) {
    enum err e = OK;
    if (!before || !is_same_fact(f->user_name, before->user_name))
        e = user_name_check(s, f->user_name);
    if (e == OK && (!before || !before->active || !is_same_fact(f->email, before->email)))
        e = check_user_email(s, f);
    return e;
}

const char *user_email(struct session *s, struct json_object *resource, bool *from_user_name) {
    const struct mapping *m = s->types->mapping;
    struct json_object *value = m ? mapping_value(s->ctx.arena, m, MAPPING_EMAIL_ADDRESS, resource) : NULL;
    const char *mapped = value ? json_object_get_string(value) : NULL;
    *from_user_name = false;
    return mapped && email_usable(s->ctx.arena, mapped) ? mapped : email_canonical(resource, from_user_name);
}

/* An invalid email address does not count. */
static void derive_email(struct session *s, struct user_facts *f, struct json_object *resource) {
    f->email = user_email(s, resource, &f->email_from_user_name);
    if (f->email && !email_usable(s->ctx.arena, f->email))
        f->email = NULL;
    f->email_folded = fold_or_null(s, f->email);
    f->email_key = s->tenant.linking == LINKING_NEVER ? NULL : f->email_folded;
}

/* The array for user_emails_set and user_emails_add: the keys of all values, in the form that filters on emails.value
 * compare. */
static const char *email_keys(struct session *s, struct json_object *folded) {
    struct json_object *emails = json_get(folded, "emails");
    size_t n = json_object_is_type(emails, json_type_array) ? json_object_array_length(emails) : 0;
    struct buf *b = buf_new(s->ctx.arena, ANSWER_MAX);
    buf_char(b, '[');
    for (size_t i = 0; i < n; i++) {
        const char *key = json_get_string(json_object_array_get_idx(emails, i), "value");
        if (!key)
            continue;
        if (buf_len(b) > 1)
            buf_char(b, ',');
        buf_json_str(b, key);
    }
    buf_char(b, ']');
    return buf_text(b);
}

static void derive_names(struct session *s, struct user_facts *f) {
    struct json_object *name = json_get(f->resource, "name");
    struct json_object *enterprise = json_get(f->resource, SCHEMA_ENTERPRISE);
    const char *external = json_get_string(f->resource, "externalId");
    f->first_name = json_get_string(name, "givenName");
    f->last_name = json_get_string(name, "familyName");
    f->display_name = json_get_string(f->resource, "displayName");
    const char *manager = json_get_string(json_get(enterprise, "manager"), "value");
    f->manager_id = manager && uuid_valid(manager, strlen(manager)) ? manager : NULL;
    f->external_id = external ? fold_exact(s->ctx.arena, external, strlen(external)) : NULL;
    f->external_id_unique = s->tenant.linking == LINKING_NEVER ? NULL : f->external_id;
}

bool user_active(struct session *s, struct json_object *resource) {
    return mapping_active(s->ctx.arena, s->types->mapping, resource);
}

void user_default_active(struct session *s, struct json_object *resource) {
    if (s->tenant.dialect.lenient && !json_get(resource, "active"))
        json_object_object_add(resource, "active", json_object_new_boolean(1));
}

void user_facts(struct session *s, const char *id, struct json_object *resource, struct user_facts *out) {
    struct json_object *folded = value_folded(s->ctx.arena, s->types->user, resource);
    *out = (struct user_facts){
        .resource = resource, .active = user_active(s, resource), .user_name = json_get_string(resource, "userName")};
    derive_email(s, out, resource);
    derive_names(s, out);
    out->user_name_key = fold_or_null(s, out->user_name);
    out->email_keys = email_keys(s, folded);
    out->folded = json_text(s->ctx.arena, folded);
    out->stored = answer_stored(s, id, resource);
    out->unique = unique_values(s, s->types->user, resource);
}

/* The resource as far as the columns know it. */
static struct json_object *outline_of(struct session *s, struct db_rows row) {
    struct json_object *o = json_new_object(s->ctx.arena), *schemas = json_object_new_array();
    json_object_array_add(schemas, json_object_new_string(SCHEMA_USER));
    json_object_object_add(o, "schemas", schemas);
    json_set_text(o, "userName", db_text(row, 0, USER_FOR_UPDATE_USER_NAME_KEY));
    json_set_text(o, "externalId", db_text(row, 0, USER_FOR_UPDATE_EXTERNAL_ID));
    return o;
}

struct json_object *user_restore(struct session *s, struct db_rows row, bool *damaged) {
    struct json_object *resource;
    *damaged =
        answer_restore(s, db_text(row, 0, STORED_RESOURCE), &resource) != OK || !json_get_string(resource, "userName");
    if (!*damaged)
        return resource;
    fail_clear(&s->ctx);
    log_line(LOG_WARN, "stored_resource_damaged", "organization", s->tenant.organization_id, "user",
             db_text(row, 0, STORED_ID), NULL);
    return outline_of(s, row);
}

enum { HEX_DIGITS = 32 };

bool user_begins_as_tombstone(const char *user_name) {
    return strspn(user_name, "0123456789abcdefABCDEF") >= HEX_DIGITS;
}

const char *user_tombstone(struct session *s, const char *user_name, const char *former) {
    while (former && user_begins_as_tombstone(user_name)) {
        user_name += HEX_DIGITS;
        if (*user_name && strcmp(fold_identity(s->ctx.arena, user_name, strlen(user_name)), former) == 0)
            return user_name;
    }
    return NULL;
}

void user_facts_tombstone(struct session *s, struct user_facts *f, const char *former) {
    const char *name = user_tombstone(s, f->user_name, former);
    f->former = name ? former : NULL;
    if (!name)
        return;
    struct json_object *behind = json_copy(s->ctx.arena, f->resource);
    json_object_object_add(behind, "userName", json_object_new_string(name));
    derive_email(s, f, behind);
}

void user_save(struct session *s, const char *id, const struct user_facts *f, bool keeps_email, struct db_rows stored,
               size_t row) {
    assert(db_in_transaction(s->db));
    const char *now = session_now(s, db_int(stored, row, STORED_MODIFIED_US));
    const char *version = arena_printf(s->ctx.arena, "%" PRId64, db_int(stored, row, STORED_VERSION) + 1);
    db_queue(s->db,
             sql_user_update(.id = id, .active = f->active ? "true" : "false", .user_name_key = f->user_name_key,
                             .external_id = f->external_id, .external_id_unique = f->external_id_unique,
                             .email_key = f->email_key, .display_name = f->display_name, .manager_id = f->manager_id,
                             .resource = f->stored, .folded = f->folded, .at = now, .version = version,
                             .former_user_name_key = f->former, .keeps_email = keeps_email ? "true" : "false"));
}

void user_save_values(struct session *s, const char *id, const struct user_facts *f, const struct user_facts *before) {
    assert(db_in_transaction(s->db));
    if (!before && strcmp(f->email_keys, "[]") != 0)
        db_queue(s->db, sql_user_emails_add(.user_id = id, .keys = f->email_keys));
    if (before && strcmp(f->email_keys, before->email_keys) != 0)
        db_queue(s->db, sql_user_emails_set(.user_id = id, .keys = f->email_keys));
    unique_queue(s, id, before ? before->unique : NULL, f->unique);
}

enum err user_taken(struct session *s) {
    static const struct {
        const char *constraint, *detail;
    } details[] = {
        {"scim_user_user_name", "another user has this userName"},
        {"scim_user_external_id", "another user has this externalId"},
        {"member_email", "another member has this email"},
        {"scim_user_member", "another user of this connection is linked to this member"},
    };
    for (size_t i = 0; i < sizeof details / sizeof *details; i++)
        if (strcmp(db_constraint(s->db), details[i].constraint) == 0)
            return fail(&s->ctx, ERR_UNIQUENESS, "%s", details[i].detail);
    return unique_taken(s) ? unique_refused(s, s->types->user) : ERR_UNIQUENESS;
}

struct member_state user_member_of(struct db_rows row) {
    return (struct member_state){
        .id = db_text(row, 0, MEMBER_ID),
        .email = db_text(row, 0, MEMBER_EMAIL),
        .email_key = db_text(row, 0, MEMBER_EMAIL_KEY),
        .first_name = db_text(row, 0, MEMBER_FIRST_NAME),
        .last_name = db_text(row, 0, MEMBER_LAST_NAME),
        .display_name = db_text(row, 0, MEMBER_DISPLAY_NAME),
        .external_id = db_text(row, 0, MEMBER_EXTERNAL_ID),
        .active = strcmp(db_text(row, 0, MEMBER_STATUS), "active") == 0,
    };
}

static const char *newer_text(const char *now, const char *before) {
    return now ? now : before;
}

struct member_state user_member_after(const struct member_state *before, const struct user_facts *f, bool take_email,
                                      bool active) {
    assert(before->id);
    return (struct member_state){
        .id = before->id,
        .email = take_email ? f->email : before->email,
        .email_key = take_email ? f->email_key : before->email_key,
        .first_name = newer_text(f->first_name, before->first_name),
        .last_name = newer_text(f->last_name, before->last_name),
        .display_name = newer_text(f->display_name, before->display_name),
        .external_id = newer_text(f->external_id, before->external_id),
        .active = active,
    };
}

static const char *status_text(const struct member_state *m) {
    return m->active ? "active" : "deactivated";
}

void user_member_save(struct session *s, const struct member_state *before, const struct member_state *after) {
    assert(db_in_transaction(s->db));
    db_queue(s->db, sql_member_update(.id = after->id, .email = after->email, .email_key = after->email_key,
                                      .first_name = after->first_name, .last_name = after->last_name,
                                      .display_name = after->display_name, .external_id = after->external_id,
                                      .status = status_text(after), .at = session_now(s, 0)));
    if (before->active && !after->active)
        db_queue(s->db, sql_member_park(.member_id = after->id));
    if (!before->active && after->active)
        db_queue(s->db, sql_member_unpark(.member_id = after->id));
}

void user_sync_teams(struct session *s, const char *user_id) {
    assert(db_in_transaction(s->db));
    db_queue(s->db, sql_team_sync(.user_ids = session_uuids(s, &user_id, 1)));
    db_queue(s->db, sql_team_sweep());
}

/* A state for an event, without secret values. */
static struct json_object *shown_state(struct session *s, struct json_object *state) {
    if (!state || !s->types->user->hides)
        return state;
    struct json_object *copy = json_copy(s->ctx.arena, state);
    projection_conceal(s->types->user, copy);
    return copy;
}

/* Shortens photos and certificates to the first KiB, the length, and a hash to tell them apart. */
static void shorten_value(struct json_object *element) {
    enum { KEPT_BYTES = 1024 };
    const char *text = json_get_string(element, "value");
    size_t len = text ? strlen(text) : 0;
    char hash[TOKEN_HASH_HEX + 1];
    if (len <= KEPT_BYTES)
        return;
    token_hash_hex(text, len, hash);
    json_object_object_add(element, "value_sha256", json_object_new_string(hash));
    json_object_object_add(element, "value_bytes", json_object_new_int64((int64_t)len));
    json_object_object_add(element, "value", json_object_new_string_len(text, (int)utf8_cut(text, KEPT_BYTES)));
}

/* A value in the form for the audit log. */
static struct json_object *kept_in_event(struct session *s, const char *name, struct json_object *value) {
    bool long_ones = strcasecmp(name, "photos") == 0 || strcasecmp(name, "x509Certificates") == 0;
    if (!long_ones || !json_object_is_type(value, json_type_array))
        return value;
    struct json_object *copy = json_copy(s->ctx.arena, value);
    for (size_t i = 0, n = json_object_array_length(copy); i < n; i++)
        shorten_value(json_object_array_get_idx(copy, i));
    return copy;
}

/* The attributes of one state that differ from the other's. */
static void add_difference(struct session *s, struct buf *b, struct json_object *state, struct json_object *other) {
    bool first = true;
    buf_char(b, '{');
    if (state) {
        json_object_object_foreach(state, name, value) {
            if (strcmp(name, "schemas") == 0 || (other && json_same(value, json_get(other, name))))
                continue;
            if (!first)
                buf_char(b, ',');
            first = false;
            buf_json_str(b, name);
            buf_char(b, ':');
            buf_str(b, json_text(s->ctx.arena, kept_in_event(s, name, value)));
        }
    }
    buf_char(b, '}');
}

const char *user_event(struct session *s, const struct member_state *member, struct json_object *before,
                       struct json_object *after) {
    assert(before || after);
    struct buf *b = buf_new(s->ctx.arena, ANSWER_MAX);
    struct json_object *named = after ? after : before;
    before = shown_state(s, before);
    after = shown_state(s, after);
    buf_str(b, "{\"user_name\":");
    buf_json_str(b, json_get_string(named, "userName"));
    buf_fmt(b, ",\"member\":\"%s\",\"member_status\":\"%s\"", member->id, status_text(member));
    if (before) {
        buf_str(b, ",\"before\":");
        add_difference(s, b, before, after);
    }
    if (after) {
        buf_str(b, ",\"after\":");
        add_difference(s, b, after, before);
    }
    buf_char(b, '}');
    return buf_text(b);
}
