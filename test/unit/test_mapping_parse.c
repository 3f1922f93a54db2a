#include "protocol/mapping.h"

#include "base/buf.h"
#include "protocol/template.h"
#include "unit.h"

#include <time.h>

/* A user type with an extension that has what the built-in ones lack. */
static const struct resource_type *user_type(struct ctx *ctx) {
    struct schema *s;
    enum err e = schema_load(ctx,
                             unit_json(ctx, "{\"id\":\"urn:acme:own\",\"name\":\"Own\",\"attributes\":["
                                            "{\"name\":\"pin\",\"type\":\"string\",\"returned\":\"never\"}]}"),
                             &s);
    if (e != OK)
        fail_msg("%s", fail_detail(ctx));
    const struct schema **more = arena_array(ctx->arena, 1, sizeof *more);
    more[0] = s;
    return schema_with_extensions(ctx->arena, schema_user_type(), more, 1);
}

static void errors_name_the_key_the_byte_and_what_would_be_right(void **state) {
    (void)state;
    static const struct {
        const char *key, *value, *at, *right;
    } cases[] = {
        {"bogus", "active", "byte 1", "name.givenName"},
        {"", "active", "byte 1", "userName"},
        {"name.givnName", "active", "byte 6", "givenName"},
        {"name.", "active", "byte 6", "givenName"},
        {"userName.x", "active", "byte 10", "no parts"},
        {"name", "active", "byte 5", "givenName"},
        {"addresses[0]", "active", "byte 13", "country"},
        {SCHEMA_USER ":bogus", "active", "byte 44", "not an attribute"},
        {SCHEMA_USER, "active", "byte 43", "an attribute was expected"},
        {SCHEMA_ENTERPRISE ":bogus", "active", "byte 60", SCHEMA_ENTERPRISE},
        {SCHEMA_ENTERPRISE, "active", "byte 59", SCHEMA_ENTERPRISE ":employeeNumber"},
        {SCHEMA_ENTERPRISE ":manager.x", "active", "byte 68", "displayName"},
        {"password", "active", "byte 1", "never shown"},
        {"urn:acme:own:pin", "active", "byte 1", "never shown"},
        {"groups", "active", "byte 7", "groups[0].value"},
        {"groups.value", "active", "byte 7", "groups[0].value"},
        {"groups[type eq \"direct\"].value", "active", "byte 7", "groups[0].value"},
        {"groups[0]", "active", "byte 10", ".displayName"},
        {"groups[0].type", "active", "byte 10", ".displayName"},
        {"groups[10000].value", "active", "byte 8", "9999"},
        {"emails[99999999999999999999].value", "active", "byte 8", "9999"},
        {"emails[0]value", "active", "byte 10", "emails.value"},
        {"emails[0].bogus", "active", "byte 11", "primary"},
        {"emails[-1].value", "active", "byte 8", "sub-attribute"},
        {"emails[type eq 5].value", "active", "byte 17", "type"},
        {"emails[type eq \"a\".value", "active", "byte 19", "bracket"},
        {"emails.value[0]", "active", "byte 13", "list"},
        {"userName[0]", "active", "byte 9", "list"},
        {"urn:x:y[type eq \"a\"].z", "active", "byte 9", "index"},
        {"urn:x:y[0]z", "active", "byte 11", "name"},
        {"urn:x:", "active", "byte 7", "name"},
        {"urn:x:a..b", "active", "byte 9", "name"},
        {"urn:x:a]", "active", "byte 8", "bracket"},
        {"userName", "bogus", "field, byte 1", "organization_role"},
        {"userName", "", "field, byte 1", "organization_role"},
        {"userName", "Active", "field, byte 1", "active"},
        {"userName", "public_metadata", "field, byte 16", "public_metadata.department"},
        {"userName", "public_metadata.", "field, byte 17", "public_metadata.department"},
        {"userName", "public_metadata.a.b", "field, byte 17", "public_metadata.department"},
        {"userName", "public_metadata.0123456789012345678901234567890123456789012345678901234567890123456789",
         "field, byte 17", "64"},
        {"userName", "{{ value }}", "field, byte 12", ".first_name"},
        {"userName", "{{ value | split: '.' }}", "field, byte 25", ".first_name"},
        {"userName", "{{ value }}.", "field, byte 13", "email_address"},
        {"userName", "{{ value }}.bogus", "field, byte 13", "email_address"},
        {"userName", "{{ value | bogus }}.active", "template, byte 12", "downcase"},
        {"userName", "{{ value.active", "template, byte 9", "filter"},
        {"userName", "{{ value | append: \"x }}.active", "template, byte 20", "closed"},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].key) {
        struct mapping *m;
        struct json_object *json = json_new_object(ctx.arena);
        json_object_object_add(json, cases[i].key, json_object_new_string(cases[i].value));
        fail_clear(&ctx);
        assert_int_equal(mapping_parse(&ctx, user_type(&ctx), json, &m), ERR_INVALID_VALUE);
        const char *detail = fail_detail(&ctx), *begin = arena_printf(ctx.arena, "\"%s\"", cases[i].key);
        const char *at = arena_printf(ctx.arena, "%s:", cases[i].at);
        if (strncmp(detail, begin, strlen(begin)) != 0 || !strstr(detail, at) || !strstr(detail, cases[i].right))
            fail_msg("%s: %s: %s", cases[i].key, cases[i].value, detail);
    }
    arena_destroy(ctx.arena);
}

/* n rules urn:x:aN, and their text. */
static struct json_object *many(struct ctx *ctx, size_t n, const char *value) {
    struct json_object *json = json_new_object(ctx->arena);
    for (size_t i = 0; i < n; i++)
        json_object_object_add(json, arena_printf(ctx->arena, "urn:x:a%zu", i), json_object_new_string(value));
    return json;
}

static void limits_are_errors(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct mapping *m;
    const struct resource_type *user = schema_user_type();
    assert_int_equal(mapping_parse(&ctx, user, many(&ctx, MAPPING_RULES, "active"), &m), OK);
    assert_int_equal(mapping_parse(&ctx, user, many(&ctx, MAPPING_RULES + 1, "active"), &m), ERR_INVALID_VALUE);
    assert_non_null(strstr(fail_detail(&ctx), "100"));
    assert_int_equal(mapping_parse(&ctx, user, NULL, &m), ERR_INVALID_VALUE);
    assert_int_equal(mapping_parse(&ctx, user, unit_json(&ctx, "[]"), &m), ERR_INVALID_VALUE);
    assert_int_equal(mapping_parse(&ctx, user, unit_json(&ctx, "{\"userName\":1}"), &m), ERR_INVALID_VALUE);
    assert_int_equal(mapping_parse(&ctx, user, unit_json(&ctx, "{\"userName\":null}"), &m), ERR_INVALID_VALUE);
    struct json_object *twice = json_new_object(ctx.arena);
    json_object_object_add(twice, "userName", json_object_new_string("active"));
    json_object_object_add(twice, "USERNAME", json_object_new_string("first_name"));
    assert_int_equal(mapping_parse(&ctx, user, twice, &m), ERR_INVALID_VALUE);
    assert_non_null(strstr(fail_detail(&ctx), "twice"));
    struct buf *key = buf_new(ctx.arena, 5000);
    struct json_object *longest = json_new_object(ctx.arena);
    for (size_t i = 0; i < 2000; i++)
        buf_str(key, i ? "\303\251" : "u:");
    json_object_object_add(longest, buf_text(key), json_object_new_string("active"));
    assert_int_equal(mapping_parse(&ctx, user, longest, &m), ERR_INVALID_VALUE);
    assert_int_equal(strlen(fail_detail(&ctx)), 64 + strlen("\"...\", byte 513: a path has at most 512 bytes"));
    arena_destroy(ctx.arena);
}

static void every_prefix_is_taken_or_refused(void **state) {
    (void)state;
    static const char *const keys[] = {
        "emails[type eq \"work\" and not (primary eq true)].value",
        SCHEMA_USER ":groups[12].displayName",
        SCHEMA_ENTERPRISE ":manager.value",
        "urn:acme:directory:2.0:User:a.b[0].c",
        "phoneNumbers[0].value",
    };
    static const char value[] = "a.{{ value | split: '.' | first | append: '}}' }}.public_metadata.a-B_1";
    UNIT_EACH (i, keys, keys[i])
        for (size_t n = 0; n <= strlen(keys[i]) + sizeof value; n++) {
            struct ctx ctx = unit_ctx();
            struct mapping *m;
            struct json_object *json = json_new_object(ctx.arena);
            size_t key_len = n < strlen(keys[i]) ? n : strlen(keys[i]);
            size_t value_len = n < strlen(keys[i]) ? sizeof value - 1 : n - strlen(keys[i]);
            json_object_object_add(json, arena_strndup(ctx.arena, keys[i], key_len),
                                   json_object_new_string_len(value, (int)value_len));
            enum err e = mapping_parse(&ctx, user_type(&ctx), json, &m);
            assert_true(e == OK || e == ERR_INVALID_VALUE);
            if (e == OK)
                mapping_preview(ctx.arena, m,
                                unit_json(&ctx, "{\"emails\":[{\"type\":\"work\",\"value\":\"a.b\"}],\"groups\":[{}],"
                                                "\"urn:acme\":{\"directory\":1}}"));
            arena_destroy(ctx.arena);
        }
}

static void rows_of_group_roles_are_checked(void **state) {
    (void)state;
    static const struct {
        const char *rows, *wrong;
    } cases[] = {
        {"{}", "a list of at most 100 objects"},
        {"[7]", "row 1: an object with group and role"},
        {"[{\"group\":\"a\"}]", "row 1: an object with group and role"},
        {"[{\"group\":\"a\",\"role\":\"org:a\",\"more\":1}]", "row 1: an object with group and role"},
        {"[{\"group\":\"a\",\"role\":\"org:a\"},{\"group\":\" \",\"role\":\"org:a\"}]",
         "row 2: group: the display name"},
        {"[{\"group\":1,\"role\":\"org:a\"}]", "row 1: group: the display name"},
        {"[{\"group\":\"a\",\"role\":\"admin\"}]", "row 1: role: org: was expected"},
        {"[{\"group\":\"a\",\"role\":\"org:\"}]", "row 1: role: org: was expected"},
        {"[{\"group\":\"a\",\"role\":\"org:a b\"}]", "row 1: role: org: was expected"},
        {"[{\"group\":\"a\",\"role\":\"org:a\"},{\"group\":\"A\",\"role\":\"org:b\"}]",
         "row 2: row 1 has the same group"},
    };
    UNIT_EACH (i, cases, cases[i].rows) {
        struct ctx ctx = unit_ctx();
        struct mapping *m;
        struct json_object *json = unit_json(&ctx, arena_printf(ctx.arena, "{\"group_roles\":%s}", cases[i].rows));
        assert_int_equal(mapping_parse(&ctx, schema_user_type(), json, &m), ERR_INVALID_VALUE);
        assert_non_null(strstr(fail_detail(&ctx), cases[i].wrong));
        arena_destroy(ctx.arena);
    }
}

/* As many rules as there may be, each as much work as it can be, on the largest texts and lists. */
static void hostile_mappings_end_soon(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct buf *text = buf_new(ctx.arena, TEMPLATE_RESULT), *rule = buf_new(ctx.arena, TEMPLATE_BYTES);
    struct json_object *resource = json_new_object(ctx.arena), *box = json_object_new_object();
    struct mapping *m;
    for (size_t i = 0; i < TEMPLATE_RESULT / 2; i++)
        buf_str(text, "\303\251");
    while (buf_len(rule) < TEMPLATE_BYTES - 40)
        buf_str(rule, "{{value|upcase|downcase}}");
    buf_str(rule, ".first_name");
    for (size_t i = 0; i < MAPPING_RULES; i++)
        json_object_object_add(box, arena_printf(ctx.arena, "a%zu", i), json_object_new_string(buf_text(text)));
    json_object_object_add(resource, "urn:x", box);
    clock_t from = clock();
    assert_int_equal(mapping_parse(&ctx, schema_user_type(), many(&ctx, MAPPING_RULES, buf_text(rule)), &m), OK);
    assert_string_equal(json_text(ctx.arena, mapping_preview(ctx.arena, m, resource)),
                        "{\"organization_role\":\"org:member\"}");
    assert_true((double)(clock() - from) / CLOCKS_PER_SEC < 5);
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_name_the_key_the_byte_and_what_would_be_right),
        cmocka_unit_test(limits_are_errors),
        cmocka_unit_test(every_prefix_is_taken_or_refused),
        cmocka_unit_test(rows_of_group_roles_are_checked),
        cmocka_unit_test(hostile_mappings_end_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
