#include "protocol/mapping.h"

#include "unit.h"

#define ACME "urn:acme:directory:2.0:User"

/* A user type with an extension that has what the built-in ones lack. */
static const struct resource_type *user_type(struct ctx *ctx) {
    struct schema *s;
    enum err e = schema_load(ctx,
                             unit_json(ctx, "{\"id\":\"urn:acme:own\",\"name\":\"Own\",\"attributes\":["
                                            "{\"name\":\"level\",\"type\":\"integer\"},"
                                            "{\"name\":\"tags\",\"type\":\"string\",\"multiValued\":true},"
                                            "{\"name\":\"pin\",\"type\":\"string\",\"returned\":\"never\"},"
                                            "{\"name\":\"state\",\"type\":\"string\"}]}"),
                             &s);
    if (e != OK)
        fail_msg("%s", fail_detail(ctx));
    const struct schema **more = arena_array(ctx->arena, 1, sizeof *more);
    more[0] = s;
    return schema_with_extensions(ctx->arena, schema_user_type(), more, 1);
}

static const char resource_text[] =
    "{\"userName\":\"ada\",\"externalId\":\"e1\",\"displayName\":\"Ada L\",\"active\":true,"
    "\"name\":{\"givenName\":\"Ada\",\"familyName\":\"Lovelace\"},"
    "\"emails\":[{\"value\":\"home@x\",\"type\":\"home\"},{\"type\":\"work\"},"
    "{\"value\":\"work@x\",\"type\":\"work\",\"primary\":true},{\"value\":\"other@x\",\"type\":\"work\"}],"
    "\"phoneNumbers\":[{\"value\":\"1\"},{\"value\":\"2\"}],"
    "\"roles\":[{\"value\":\"none\"},{\"value\":\"org:lead\"},{\"value\":\"org:admin\"}],"
    "\"" SCHEMA_ENTERPRISE "\":{\"department\":\"R&D\",\"manager\":{\"value\":\"m1\"}},"
    "\"urn:acme:own\":{\"level\":7,\"tags\":[\"a\",\"b\"],\"state\":\"FALSE\"},"
    "\"urn:acme:directory:2.0\":{\"User:site\":\"short\"},"
    "\"" ACME "\":{\"site\":\"Oslo\",\"a\":{\"b\":[{\"c\":1.50},{\"c\":true}]},\"list\":[\"x\",{\"y\":1},\"\",\"z\"],"
    "\"none\":null},"
    "\"groups\":[{\"value\":\"g1\",\"display\":\"Sales\"},{\"value\":\"g2\",\"display\":\"org:admin\"},"
    "{\"value\":\"g3\",\"display\":\"org:late\"}]}";

static struct mapping *parse(struct ctx *ctx, const char *json) {
    struct mapping *m;
    if (mapping_parse(ctx, user_type(ctx), unit_json(ctx, json), &m) != OK)
        fail_msg("%s: %s", json, fail_detail(ctx));
    return m;
}

struct mapping_case {
    const char *mapping, *want;
};

typedef struct json_object *evaluate(struct arena *a, const struct mapping *m, struct json_object *resource);

static void check(const struct mapping_case *cases, size_t n, evaluate *fn) {
    struct ctx ctx = unit_ctx();
    struct json_object *resource = unit_json(&ctx, resource_text);
    const char *before = json_text(ctx.arena, resource);
    unsigned bad = 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *got = fn(ctx.arena, parse(&ctx, cases[i].mapping), resource);
        if (json_same(got, unit_json(&ctx, cases[i].want)))
            continue;
        bad++;
        print_error("%s: %s, want %s\n", cases[i].mapping, json_text(ctx.arena, got), cases[i].want);
    }
    assert_int_equal(bad, 0);
    assert_string_equal(json_text(ctx.arena, resource), before);
    arena_destroy(ctx.arena);
}

/* The preview without the role that everybody has. */
static struct json_object *preview_fields(struct arena *a, const struct mapping *m, struct json_object *resource) {
    struct json_object *out = mapping_preview(a, m, resource);
    if (strcmp(json_get_string(out, "organization_role"), "org:member") == 0)
        json_object_object_del(out, "organization_role");
    return out;
}

#define CHECK(cases, fn) check(cases, sizeof(cases) / sizeof *(cases), fn)

static void paths_find_their_values(void **state) {
    (void)state;
    static const struct mapping_case cases[] = {
        {"{\"userName\":\"first_name\"}", "{\"first_name\":\"ada\"}"},
        {"{\"NAME.givenname\":\"first_name\"}", "{\"first_name\":\"Ada\"}"},
        {"{\"" SCHEMA_USER ":name.familyName\":\"last_name\"}", "{\"last_name\":\"Lovelace\"}"},
        {"{\"nickName\":\"first_name\"}", "{}"},
        {"{\"" SCHEMA_ENTERPRISE ":department\":\"last_name\"}", "{\"last_name\":\"R&D\"}"},
        {"{\"department\":\"last_name\"}", "{\"last_name\":\"R&D\"}"},
        {"{\"" SCHEMA_ENTERPRISE ":manager\":\"last_name\"}", "{\"last_name\":\"m1\"}"},
        {"{\"emails[type eq \\\"work\\\"].value\":\"email_address\"}", "{\"email_address\":\"work@x\"}"},
        {"{\"emails[type eq \\\"work\\\" and not (primary eq true)]\":\"email_address\"}",
         "{\"email_address\":\"other@x\"}"},
        {"{\"emails[type eq \\\"]\\\"].value\":\"email_address\"}", "{}"},
        {"{\"emails[0].value\":\"email_address\"}", "{\"email_address\":\"home@x\"}"},
        {"{\"emails[1].value\":\"email_address\"}", "{}"},
        {"{\"emails[9999].value\":\"email_address\"}", "{}"},
        {"{\"phoneNumbers[1]\":\"public_metadata.phone\"}", "{\"public_metadata\":{\"phone\":\"2\"}}"},
        {"{\"phoneNumbers.value\":\"public_metadata.phones\"}", "{\"public_metadata\":{\"phones\":[\"1\",\"2\"]}}"},
        {"{\"phoneNumbers\":\"public_metadata.phones\"}", "{\"public_metadata\":{\"phones\":[\"1\",\"2\"]}}"},
        {"{\"urn:acme:own:tags[1]\":\"last_name\"}", "{\"last_name\":\"b\"}"},
        {"{\"urn:acme:own:tags[value sw \\\"b\\\"]\":\"last_name\"}", "{\"last_name\":\"b\"}"},
        {"{\"ims.value\":\"public_metadata.x\",\"photos[0].value\":\"public_metadata.y\"}", "{}"},
    };
    CHECK(cases, preview_fields);
}

static void unregistered_urns_are_raw_json(void **state) {
    (void)state;
    static const struct mapping_case cases[] = {
        {"{\"" ACME ":site\":\"last_name\"}", "{\"last_name\":\"Oslo\"}"},
        {"{\"URN:ACME:directory:2.0:user:SITE\":\"last_name\"}", "{\"last_name\":\"Oslo\"}"},
        {"{\"" ACME ":a.b[0].c\":\"public_metadata.c\"}", "{\"public_metadata\":{\"c\":1.5}}"},
        {"{\"" ACME ":a.b[1].c\":\"public_metadata.c\"}", "{\"public_metadata\":{\"c\":true}}"},
        {"{\"" ACME ":a.b[2].c\":\"public_metadata.c\"}", "{}"},
        {"{\"" ACME ":list\":\"public_metadata.l\"}", "{\"public_metadata\":{\"l\":[\"x\",\"z\"]}}"},
        {"{\"" ACME ":list[3]\":\"public_metadata.l\"}", "{\"public_metadata\":{\"l\":\"z\"}}"},
        {"{\"" ACME ":a\":\"public_metadata.l\"}", "{}"},
        {"{\"" ACME ":none.deeper\":\"public_metadata.l\"}", "{}"},
        {"{\"" ACME ":site.deeper\":\"public_metadata.l\"}", "{}"},
        {"{\"" ACME "\":\"public_metadata.l\"}", "{}"},
        {"{\"urn:acme:directory:2.0:User:site:x\":\"public_metadata.l\"}", "{}"},
        {"{\"urn:nobody:x\":\"public_metadata.l\"}", "{}"},
    };
    CHECK(cases, preview_fields);
}

static void a_dot_behind_a_urn_is_its_colon(void **state) {
    (void)state;
    static const struct mapping_case cases[] = {
        {"{\"" SCHEMA_ENTERPRISE ".department\":\"last_name\"}", "{\"last_name\":\"R&D\"}"},
        {"{\"" SCHEMA_ENTERPRISE ".manager.value\":\"last_name\"}", "{\"last_name\":\"m1\"}"},
        {"{\"" SCHEMA_USER ".name.givenName\":\"last_name\"}", "{\"last_name\":\"Ada\"}"},
        {"{\"" SCHEMA_USER ".groups[0].value\":\"last_name\"}", "{\"last_name\":\"g1\"}"},
        {"{\"URN:acme:OWN.tags[1]\":\"last_name\"}", "{\"last_name\":\"b\"}"},
        {"{\"urn:acme:own.tags[value eq \\\"a\\\"]\":\"last_name\"}", "{\"last_name\":\"a\"}"},
        {"{\"" ACME ".site\":\"last_name\"}", "{\"last_name\":\"Oslo\"}"},
        {"{\"" ACME ".a.b[1].c\":\"public_metadata.c\"}", "{\"public_metadata\":{\"c\":true}}"},
        {"{\"urn:acme:own.0:x\":\"last_name\"}", "{}"},
    };
    CHECK(cases, preview_fields);
}

static void fields_take_what_fits_them(void **state) {
    (void)state;
    static const struct mapping_case cases[] = {
        {"{\"active\":\"active\"}", "{\"active\":true}"},
        {"{\"active\":\"first_name\"}", "{\"first_name\":\"true\"}"},
        {"{\"urn:acme:own:level\":\"external_id\"}", "{\"external_id\":\"7\"}"},
        {"{\"urn:acme:own:level\":\"public_metadata.level\"}", "{\"public_metadata\":{\"level\":7}}"},
        {"{\"urn:acme:own:level\":\"{{ value }}.public_metadata.level\"}", "{\"public_metadata\":{\"level\":\"7\"}}"},
        {"{\"urn:acme:own:level\":\"active\"}", "{}"},
        {"{\"urn:acme:own:state\":\"active\"}", "{\"active\":false}"},
        {"{\"active\":\"{{ value }}.active\"}", "{\"active\":true}"},
        {"{\"displayName\":\"display_name\"}", "{\"display_name\":\"Ada L\"}"},
        {"{\"emails.value\":\"email_address\"}", "{\"email_address\":\"home@x\"}"},
        {"{\"emails.value\":\"{{ value | last }}.email_address\"}", "{\"email_address\":\"other@x\"}"},
        {"{\"displayName\":\"{{ value | split: ' ' }}.last_name\"}", "{\"last_name\":\"AdaL\"}"},
        {"{\"displayName\":\"{{ value | split: ' ' }}.public_metadata.words\"}",
         "{\"public_metadata\":{\"words\":[\"Ada\",\"L\"]}}"},
    };
    CHECK(cases, preview_fields);
}

static void templates_change_values(void **state) {
    (void)state;
    static const struct mapping_case cases[] = {
        {"{\"userName\":\"{{ value | append: '@x.example' }}.email_address\"}",
         "{\"email_address\":\"ada@x.example\"}"},
        {"{\"userName\":\"{{ value }}@x.example.email_address\"}", "{\"email_address\":\"ada@x.example\"}"},
        {"{\"userName\":\"u.{{ value | split: '.' | first }}.public_metadata.public_metadata\"}",
         "{\"public_metadata\":{\"public_metadata\":\"u.ada\"}}"},
        {"{\"nickName\":\"{{ value | default: 'none' }}.first_name\"}", "{\"first_name\":\"none\"}"},
        {"{\"nickName\":\"{{ value }}.first_name\"}", "{}"},
        {"{\"nickName\":\"{{ value | upcase }}.first_name\"}", "{}"},
    };
    CHECK(cases, preview_fields);
}

static void a_later_rule_with_a_value_wins(void **state) {
    (void)state;
    static const struct mapping_case cases[] = {
        {"{\"userName\":\"first_name\",\"displayName\":\"first_name\",\"nickName\":\"first_name\"}",
         "{\"first_name\":\"Ada L\"}"},
        {"{\"userName\":\"public_metadata.k\",\"urn:acme:own:tags\":\"public_metadata.k\"}",
         "{\"public_metadata\":{\"k\":[\"a\",\"b\"]}}"},
        {"{\"userName\":\"first_name\",\"groups[0].value\":\"first_name\",\"nickName\":\"last_name\","
         "\"externalId\":\"last_name\",\"groups[1].value\":\"public_metadata.k\",\"active\":\"public_metadata.k\"}",
         "{\"first_name\":\"g1\",\"last_name\":\"e1\",\"public_metadata\":{\"k\":true}}"},
    };
    CHECK(cases, preview_fields);
}

static void the_first_row_of_a_group_gives_the_role(void **state) {
    (void)state;
#define ROWS(rows, more) "{\"group_roles\":[" rows "]" more "}"
#define ROW(group, role) "{\"group\":\"" group "\",\"role\":\"org:" role "\"}"
    static const struct mapping_case cases[] = {
        {ROWS("", ""), "{}"},
        {ROWS(ROW("Sales", "seller"), ""), "{\"organization_role\":\"org:seller\"}"},
        {ROWS(ROW("nobody", "x") "," ROW("ORG:Late", "late") "," ROW("Sales", "seller"), ""),
         "{\"organization_role\":\"org:late\"}"},
        {ROWS(ROW("G3", "third"), ""), "{\"organization_role\":\"org:third\"}"},
        {ROWS(ROW("Sale", "x"), ""), "{}"},
        {ROWS(ROW("nobody", "x"), ",\"groups[0].displayName\":\"organization_role\""),
         "{\"organization_role\":\"org:admin\"}"},
        {"{\"groups[0].displayName\":\"organization_role\",\"group_roles\":[" ROW("sales", "seller") "]}",
         "{\"organization_role\":\"org:seller\"}"},
        {ROWS(ROW("sales", "member"), ",\"groups[0].displayName\":\"organization_role\""), "{}"},
    };
    CHECK(cases, preview_fields);
}

static void the_first_rule_with_a_role_wins(void **state) {
    (void)state;
    static const struct mapping_case cases[] = {
        {"{\"userName\":\"organization_role\"}", "{}"},
        {"{\"userName\":\"org:{{ value }}.organization_role\"}", "{\"organization_role\":\"org:ada\"}"},
        {"{\"nickName\":\"org:{{ value }}.organization_role\"}", "{}"},
        {"{\"displayName\":\"org:{{ value }}.organization_role\"}", "{}"},
        {"{\"userName\":\"Org:{{ value }}.organization_role\"}", "{}"},
        {"{\"userName\":\"{{ value | prepend: 'org:A-z_0.9:' }}.organization_role\"}",
         "{\"organization_role\":\"org:A-z_0.9:ada\"}"},
        {"{\"userName\":\"{{ value | prepend: 'org:\303\251' }}.organization_role\"}", "{}"},
        {"{\"roles.value\":\"organization_role\"}", "{\"organization_role\":\"org:lead\"}"},
        {"{\"roles.value\":\"{{ value }}.organization_role\"}", "{\"organization_role\":\"org:lead\"}"},
        {"{\"nickName\":\"{{ value | default: 'org:x' }}.organization_role\",\"userName\":\"organization_role\","
         "\"roles[2].value\":\"organization_role\",\"groups[0].value\":\"organization_role\"}",
         "{\"organization_role\":\"org:x\"}"},
    };
    CHECK(cases, preview_fields);
}

static void one_field_is_read_without_groups(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *resource = unit_json(&ctx, resource_text), *active;
    struct mapping *m = parse(&ctx, "{\"userName\":\"email_address\",\"externalId\":\"email_address\","
                                    "\"nickName\":\"email_address\",\"groups[0].value\":\"email_address\","
                                    "\"urn:acme:own:state\":\"active\"}");
    assert_string_equal(json_object_get_string(mapping_value(ctx.arena, m, MAPPING_EMAIL_ADDRESS, resource)), "e1");
    active = mapping_value(ctx.arena, m, MAPPING_ACTIVE, resource);
    assert_true(json_object_is_type(active, json_type_boolean));
    assert_false(json_object_get_boolean(active));
    assert_null(mapping_value(ctx.arena, m, MAPPING_LAST_NAME, resource));
    assert_true(mapping_reads_groups(m));
    assert_true(mapping_sets(m, MAPPING_ACTIVE));
    assert_false(mapping_sets(m, MAPPING_FIRST_NAME));
    assert_false(mapping_active(ctx.arena, m, resource));
    assert_true(mapping_active(ctx.arena, NULL, resource));
    arena_destroy(ctx.arena);
}

static void the_preview_is_all_of_it(void **state) {
    (void)state;
    static const struct mapping_case cases[] = {
        {"{}", "{\"organization_role\":\"org:member\"}"},
        {"{\"groups[0].displayName\":\"organization_role\"}", "{\"organization_role\":\"org:admin\"}"},
        {"{\"groups[7].display\":\"organization_role\"}", "{\"organization_role\":\"org:admin\"}"},
        {"{\"groups[0].value\":\"{{ value | replace: 'g3', 'org:g3' }}.organization_role\","
         "\"groups[0].displayName\":\"organization_role\"}",
         "{\"organization_role\":\"org:g3\"}"},
        {"{\"roles.value\":\"organization_role\",\"groups[0].displayName\":\"organization_role\"}",
         "{\"organization_role\":\"org:lead\"}"},
        {"{\"userName\":\"organization_role\",\"groups[0].displayName\":\"organization_role\"}",
         "{\"organization_role\":\"org:admin\"}"},
        {"{\"userName\":\"first_name\",\"groups[0].displayName\":\"first_name\",\"groups[3].value\":\"first_name\"}",
         "{\"organization_role\":\"org:member\",\"first_name\":\"Sales\"}"},
        {"{\"groups[0].displayName\":\"first_name\",\"userName\":\"first_name\"}",
         "{\"organization_role\":\"org:member\",\"first_name\":\"ada\"}"},
        {"{\"groups[3].value\":\"{{ value | default: 'x' }}.public_metadata.k\"}",
         "{\"organization_role\":\"org:member\"}"},
        {"{\"groups[2].value\":\"public_metadata.k\",\"active\":\"active\"}",
         "{\"organization_role\":\"org:member\",\"active\":true,\"public_metadata\":{\"k\":\"g3\"}}"},
    };
    CHECK(cases, mapping_preview);
}

static void the_default_maps_the_usual_attributes(void **state) {
    (void)state;
    static const struct {
        const char *resource, *want;
    } cases[] = {
        {"{\"userName\":\"a@x\",\"name\":{\"givenName\":\"A\",\"familyName\":\"B\"},\"displayName\":\"AB\","
         "\"externalId\":\"e\",\"active\":false,\"emails\":[{\"value\":\"b@x\"},{\"value\":\"c@x\",\"primary\":true}]}",
         "{\"email_address\":\"c@x\",\"first_name\":\"A\",\"last_name\":\"B\",\"display_name\":\"AB\","
         "\"external_id\":\"e\",\"active\":false}"},
        {"{\"userName\":\"a@x\",\"emails\":[{\"value\":\"b@x\"}]}", "{\"email_address\":\"a@x\"}"},
        {"{}", "{}"},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].resource)
        assert_string_equal(
            json_text(ctx.arena, preview_fields(ctx.arena, mapping_default(), unit_json(&ctx, cases[i].resource))),
            cases[i].want);
    assert_false(mapping_reads_groups(mapping_default()));
    assert_true(mapping_default() == mapping_default());
    arena_destroy(ctx.arena);
}

/* Resources of any shape are looked at without trust in their form. */
static void odd_resources_give_nothing(void **state) {
    (void)state;
    static const char *const resources[] = {
        "null", "[]", "1", "{\"emails\":1,\"groups\":{},\"name\":[],\"userName\":{},\"roles\":\"x\"}",
        "{\"emails\":[1,null,[],{}],\"groups\":[1,null,{\"value\":1}],\"name\":{\"givenName\":[]}}"};
    struct ctx ctx = unit_ctx();
    struct mapping *m =
        parse(&ctx, "{\"emails[type eq \\\"work\\\"].value\":\"email_address\",\"emails\":\"last_name\","
                    "\"emails[0].value\":\"public_metadata.a\",\"name.givenName\":\"first_name\","
                    "\"userName\":\"display_name\",\"groups[0].value\":\"external_id\","
                    "\"groups[0].displayName\":\"organization_role\",\"urn:x:y\":\"active\"}");
    UNIT_EACH (i, resources, resources[i]) {
        struct json_object *resource = unit_json(&ctx, resources[i]);
        assert_string_equal(json_text(ctx.arena, mapping_preview(ctx.arena, m, resource)),
                            "{\"organization_role\":\"org:member\"}");
    }
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_their_values),
        cmocka_unit_test(unregistered_urns_are_raw_json),
        cmocka_unit_test(fields_take_what_fits_them),
        cmocka_unit_test(templates_change_values),
        cmocka_unit_test(a_later_rule_with_a_value_wins),
        cmocka_unit_test(the_first_rule_with_a_role_wins),
        cmocka_unit_test(one_field_is_read_without_groups),
        cmocka_unit_test(a_dot_behind_a_urn_is_its_colon),
        cmocka_unit_test(the_preview_is_all_of_it),
        cmocka_unit_test(the_first_row_of_a_group_gives_the_role),
        cmocka_unit_test(the_default_maps_the_usual_attributes),
        cmocka_unit_test(odd_resources_give_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
