/* Checks the fields of an operation's input by a table: kind, range, required or not. */

#include "control/control_fields.h"

#include "audit/actions.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/ip.h"
#include "base/json.h"
#include "base/uuid.h"
#include "base/words.h"
#include "directory/email.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <unistr.h>

enum { TEXT_MAX = 200, SLUG_MAX = 63, EMAIL_MAX = 254, DOMAINS_MAX = 1000, RANGES_MAX = 100, EVENTS_MAX = 100 };

/* Checks one field: returns NULL if it fits, else what was expected. */
typedef const char *check(struct control *c, const struct field *f, struct json_object *v);

static const char *field_text(struct json_object *v) {
    return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

static const char *check_text_field(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    (void)f;
    const char *s = field_text(v);
    size_t n = s ? (size_t)json_object_get_string_len(v) : 0;
    if (!s || u8_mbsnlen((const uint8_t *)s, n) > TEXT_MAX || fold_blank(s, n) || fold_has_control(s, n))
        return "a text of 200 characters at most that is not blank, without control characters";
    return NULL;
}

static const char *check_name(struct control *c, const struct field *f, struct json_object *v) {
    return !v || !check_text_field(c, f, v)
               ? NULL
               : "null, or a text of 200 characters at most that is not blank, without control characters";
}

static const char *check_choice(struct control *c, const struct field *f, struct json_object *v) {
    assert(f->values);
    const char *s = field_text(v);
    return s && words_have(f->values, "|", s, strlen(s)) ? NULL : arena_printf(c->ctx.arena, "one of %s", f->values);
}

static const char *check_choices(struct control *c, const struct field *f, struct json_object *v) {
    assert(f->values);
    size_t n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;
    const char *wrong = n ? NULL : "";
    for (size_t i = 0; i < n && !wrong; i++)
        wrong = check_choice(c, f, json_object_array_get_idx(v, i));
    return wrong ? arena_printf(c->ctx.arena, "a list of %s", f->values) : NULL;
}

static const char *check_limit(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    int64_t low = f->kind == FIELD_RATE;
    bool fits = !v || (json_object_is_type(v, json_type_int) && json_object_get_int64(v) >= low &&
                       json_object_get_int64(v) <= INT32_MAX);
    if (fits)
        return NULL;
    return low ? "a whole number from 1 on, or null for no limit" : "a whole number from 0 on, or null for no limit";
}

static const char *check_flag(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    (void)f;
    return json_object_is_type(v, json_type_boolean) ? NULL : "true or false";
}

static const char *check_time(struct control *c, const struct field *f, struct json_object *v) {
    char key[CLOCK_KEY];
    (void)c;
    (void)f;
    const char *s = field_text(v);
    return !v || (s && clock_parse(s, strlen(s), key)) ? NULL : "a time such as 2027-01-31T00:00:00Z, or null";
}

static const char *check_end_field(struct control *c, const struct field *f, struct json_object *v) {
    char key[CLOCK_KEY];
    const char *fault = check_time(c, f, v), *s = field_text(v);
    if (fault || !v)
        return fault;
    return clock_parse(s, strlen(s), key) && clock_is_past(key)
               ? "a time that is still to come, or null: nothing begins with its end"
               : NULL;
}

static const char *check_id(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    const char *s = field_text(v);
    if (f->kind == FIELD_ANY_ID && !v)
        return NULL;
    return s && uuid_valid(s, strlen(s)) ? NULL : "an id (a UUID)";
}

static const char *check_slug(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    (void)f;
    const char *s = field_text(v);
    size_t n = s ? strlen(s) : 0;
    bool fits = n && n <= SLUG_MAX && s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' && s[0] != '-' &&
                s[n - 1] != '-' && !uuid_valid(s, n); /* a UUID would mean the organization with that id */
    return fits ? NULL : "a slug: a-z, 0-9 and hyphens inside, 63 at most, and no UUID";
}

static const char *check_email_field(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    (void)f;
    const char *s = field_text(v);
    return s && strlen(s) <= EMAIL_MAX && email_valid(s, strlen(s)) ? NULL : "an email address of 254 bytes at most";
}

static const char *check_role(struct control *c, const struct field *f, struct json_object *v) {
    const char *s = field_text(v);
    bool fits = s && strncmp(s, "org:", 4) == 0 && s[4] && !check_text_field(c, f, v) && !strpbrk(s, " \t");
    return fits ? NULL : "a role, which begins with org: as in org:admin";
}

static bool is_domain(const char *s) {
    size_t n = s ? strlen(s) : 0;
    return n && n < 254 && s[0] != '.' && s[n - 1] != '.' && !strpbrk(s, " @/:") && !fold_has_control(s, n);
}

static const char *check_domains(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    (void)f;
    bool fits = json_object_is_type(v, json_type_array) && json_object_array_length(v) <= DOMAINS_MAX;
    for (size_t i = 0, n = fits ? json_object_array_length(v) : 0; fits && i < n; i++)
        fits = is_domain(field_text(json_object_array_get_idx(v, i)));
    return fits ? NULL : "a list of domains such as example.com, 1000 at most";
}

/*
 * An address or a range, whose other bits are zero; *canonical is the one form of it, which PostgreSQL's cidr takes:
 * ::ffff:192.0.2.1 is 192.0.2.1.
 */
static bool read_range(const char *s, char canonical[IP_TEXT]) {
    struct ip range, address;
    size_t n = s ? strlen(s) : 0;
    if (n == 0 || !ip_parse_range(s, n, &range) || !ip_parse(s, strcspn(s, "/"), &address))
        return false;
    ip_format(&range, canonical);
    return memcmp(range.bytes, address.bytes, sizeof range.bytes) == 0;
}

static const char *check_ranges(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    (void)f;
    bool fits = !v || (json_object_is_type(v, json_type_array) && json_object_array_length(v) <= RANGES_MAX);
    for (size_t i = 0, n = v && fits ? json_object_array_length(v) : 0; fits && i < n; i++) {
        char canonical[IP_TEXT];
        fits = read_range(field_text(json_object_array_get_idx(v, i)), canonical);
        if (fits)
            json_object_array_put_idx(v, i, json_object_new_string(canonical));
    }
    return fits ? NULL : "a list of addresses and CIDR ranges such as 192.0.2.0/24 or 2001:db8::/32, 100 at most";
}

static const char *check_number(struct control *c, const struct field *f, struct json_object *v) {
    assert(f->low < f->high);
    if (json_object_is_type(v, json_type_int) && json_object_get_int64(v) >= f->low &&
        json_object_get_int64(v) <= f->high)
        return NULL;
    return arena_printf(c->ctx.arena, "a whole number from %" PRId64 " to %" PRId64, f->low, f->high);
}

static const char *check_events(struct control *c, const struct field *f, struct json_object *v) {
    size_t n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;
    (void)f;
    if (n == 0 || n > EVENTS_MAX)
        return "a list of events such as scim.user.deactivated, scim.* or *, from 1 to 100";
    for (size_t i = 0; i < n; i++) {
        const char *s = field_text(json_object_array_get_idx(v, i));
        if (!s || strlen(s) > TEXT_MAX)
            return "a list of texts such as scim.user.deactivated, scim.* or *";
        if (!actions_wanted(s))
            return arena_printf(c->ctx.arena,
                                "a list of events that there are: nothing is ever \"%s\"; was \"%s\" meant?", s,
                                actions_nearest(c->ctx.arena, s));
    }
    return NULL;
}

static const char *check_url_field(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    (void)f;
    const char *s = field_text(v);
    return s && strlen(s) == (size_t)json_object_get_string_len(v) ? NULL : "a URL, such as https://example.com/hook";
}

static const char *check_object(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    (void)f;
    return json_object_is_type(v, json_type_object) ? NULL : "an object";
}

static const char *check_query(struct control *c, const struct field *f, struct json_object *v) {
    (void)c;
    (void)f;
    return !v || json_object_is_type(v, json_type_string) || json_object_is_type(v, json_type_int) ? NULL : "a text";
}

static check *const checks[] = {
    [FIELD_TEXT] = check_text_field,   [FIELD_NAME] = check_name,
    [FIELD_CHOICE] = check_choice,     [FIELD_CHOICES] = check_choices,
    [FIELD_LIMIT] = check_limit,       [FIELD_RATE] = check_limit,
    [FIELD_FLAG] = check_flag,         [FIELD_TIME] = check_time,
    [FIELD_END] = check_end_field,     [FIELD_ID] = check_id,
    [FIELD_ANY_ID] = check_id,         [FIELD_SLUG] = check_slug,
    [FIELD_EMAIL] = check_email_field, [FIELD_ROLE] = check_role,
    [FIELD_DOMAINS] = check_domains,   [FIELD_RANGES] = check_ranges,
    [FIELD_NUMBER] = check_number,     [FIELD_EVENTS] = check_events,
    [FIELD_URL] = check_url_field,     [FIELD_OBJECT] = check_object,
    [FIELD_QUERY] = check_query,
};

static const struct field *find_field(struct field_table t, const char *name) {
    for (size_t i = 0; i < t.n; i++)
        if (strcmp(t.fields[i].name, name) == 0)
            return &t.fields[i];
    return NULL;
}

static const char *field_names(struct control *c, struct field_table t) {
    const char *list = "";
    for (size_t i = 0; i < t.n; i++)
        list = arena_printf(c->ctx.arena, "%s%s%s", list, i ? ", " : "", t.fields[i].name);
    return t.n ? list : "none";
}

enum err control_fields_check(struct control *c, struct field_table t, struct json_object *object, bool whole) {
    assert(object);
    json_object_object_foreach(object, name, value) {
        const struct field *f = find_field(t, name);
        const char *expected = f ? checks[f->kind](c, f, value) : NULL;
        if (!f)
            control_wrong(c, name, "unknown_field", "%s is no field here: there are %s", name, field_names(c, t));
        else if (expected)
            control_wrong(c, name, "invalid", "%s must be %s", name, expected);
    }
    for (size_t i = 0; whole && i < t.n; i++)
        if (t.fields[i].required && !json_object_object_get_ex(object, t.fields[i].name, NULL))
            control_wrong(c, t.fields[i].name, "required", "%s is missing", t.fields[i].name);
    return control_refuse(c);
}

enum err control_fields_write(struct control *c, struct field_table t, struct json_object *object, bool whole,
                              struct control_write *w, struct json_object **out) {
    enum err e = control_fields_check(c, t, object, whole);
    if (e == OK)
        e = control_write(c, w);
    *out = c->result;
    return e;
}

enum err control_fields_page(struct control *c, struct json_object *object, struct control_page *out) {
    static const struct field listed[] = {{.name = "limit", .kind = FIELD_QUERY},
                                          {.name = "cursor", .kind = FIELD_QUERY}};
    enum err e = control_fields_check(c, FIELDS(listed), object, false);
    return e == OK ? control_page(c, object, out) : e;
}
