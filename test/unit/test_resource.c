#include "directory/email.h"
#include "protocol/projection.h"
#include "protocol/resource.h"
#include "protocol/value.h"
#include "unit.h"

#include <malloc.h>

static const struct dialect lenient = {.lenient = true};

static struct json_object *normal(struct ctx *ctx, const char *text) {
    struct json_object *out;
    if (resource_from_body(ctx, schema_user_type(), lenient, unit_json(ctx, text), NULL, &out) != OK)
        fail_msg("%s: %s", text, fail_detail(ctx));
    return out;
}

static void a_body_becomes_normal_form(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *got = normal(
        &ctx,
        "{\"USERNAME\":\"a\",\"Active\":\"False\",\"title\":\"\",\"id\":\"x\",\"meta\":{},\"groups\":[],\"password\":"
        "\"p\","
        "\"emails\":[{\"VALUE\":\"a@b\",\"primary\":\"True\"},{\"value\":\"A@b\"}],\"bogus\":1,"
        "\"name\":{\"givenName\":null,\"familyName\":\"F\"},"
        "\"URN:ietf:params:scim:schemas:extension:enterprise:2.0:user\":{\"manager\":\"m\",\"department\":\"\"}}");
    struct json_object *want =
        unit_json(&ctx, "{\"userName\":\"a\",\"active\":false,\"emails\":[{\"value\":\"a@b\",\"primary\":true}],"
                        "\"name\":{\"familyName\":\"F\"},"
                        "\"" SCHEMA_ENTERPRISE "\":{\"manager\":{\"value\":\"m\"}},\"schemas\":[\"" SCHEMA_USER
                        "\",\"" SCHEMA_ENTERPRISE "\"]}");
    if (!json_same(got, want))
        fail_msg("got %s", json_text(ctx.arena, got));
    arena_destroy(ctx.arena);
}

/* "${uuid}" and its like stand for texts. */
static void bodies_of_the_transcripts_are_taken(void **state) {
    (void)state;
    static const char *const files[] = {"idp/entra-create-match.json", "idp/entra-create-nulls.json",
                                        "idp/okta-create.json",        "idp/okta-update-put.json",
                                        "idp/authentik-users.json",    "idp/google-workspace-lifecycle.json"};
    unsigned bodies = 0;
    UNIT_EACH (i, files, files[i]) {
        struct ctx ctx = unit_ctx();
        struct json_object *steps = json_get(unit_data(&ctx, files[i]), "steps"), *out;
        for (size_t k = 0; k < json_object_array_length(steps); k++) {
            struct json_object *step = json_object_array_get_idx(steps, k);
            const char *method = json_get_string(step, "method"), *path = json_get_string(step, "path");
            if ((strcmp(method, "POST") != 0 && strcmp(method, "PUT") != 0) || strncmp(path, "/Users", 6) != 0 ||
                !json_get(step, "body"))
                continue;
            bodies++;
            if (resource_from_body(&ctx, schema_user_type(), lenient, json_get(step, "body"), NULL, &out) != OK)
                fail_msg("%s step %zu: %s", files[i], k, fail_detail(&ctx));
        }
        arena_destroy(ctx.arena);
    }
    assert_true(bodies >= 10);
}

static void emails_have_an_order(void **state) {
    (void)state;
    static const struct {
        const char *body, *email;
        bool from_user_name;
    } cases[] = {
        {"{\"userName\":\"u@x\",\"emails\":[{\"value\":\"h@x\",\"type\":\"home\",\"primary\":true},{\"value\":\"w@x\","
         "\"type\":\"WORK\"}]}",
         "w@x", false},
        {"{\"userName\":\"u@x\",\"emails\":[{\"value\":\"h@x\"},{\"value\":\"p@x\",\"primary\":true}]}", "p@x", false},
        {"{\"userName\":\"u@x\",\"emails\":[{\"type\":\"work\"},{\"value\":\"h@x\"}]}", "h@x", false},
        {"{\"userName\":\"u@x\"}", "u@x", true},
        {"{\"userName\":\"u\"}", NULL, false},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].body) {
        bool from;
        const char *email = email_canonical(normal(&ctx, cases[i].body), &from);
        assert_int_equal(from, cases[i].from_user_name);
        if (cases[i].email)
            assert_string_equal(email, cases[i].email);
        else
            assert_null(email);
    }
    static const char *const bad[] = {"", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@\x01"};
    UNIT_EACH (i, bad, bad[i])
        assert_false(email_valid(bad[i], strlen(bad[i])));
    arena_destroy(ctx.arena);
}

static const char *projected(struct ctx *ctx, const char *attributes, const char *excluded) {
    const struct projection *p;
    struct json_object *o = unit_json(
        ctx, "{\"schemas\":[\"" SCHEMA_USER
             "\"],\"id\":\"1\",\"userName\":\"u\",\"name\":{\"givenName\":\"g\",\"familyName\":\"f\"},"
             "\"emails\":[{\"value\":\"a\",\"type\":\"work\"}],\"meta\":{\"version\":\"1\",\"created\":\"c\"}}");
    assert_int_equal(projection_parse(ctx, schema_user_type(), attributes, excluded, &p), OK);
    projection_apply(p, schema_user_type(), o);
    return json_text(ctx->arena, o);
}

static void projections_cut(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    const struct projection *p;
    assert_string_equal(projected(&ctx, "emails.value, NAME.familyname", NULL),
                        "{\"schemas\":[\"" SCHEMA_USER
                        "\"],\"id\":\"1\",\"name\":{\"familyName\":\"f\"},\"emails\":[{\"value\":\"a\"}]}");
    assert_string_equal(projected(&ctx, NULL, "name,emails.type,meta,id"),
                        "{\"schemas\":[\"" SCHEMA_USER
                        "\"],\"id\":\"1\",\"userName\":\"u\",\"emails\":[{\"value\":\"a\"}]}");
    assert_int_equal(projection_parse(&ctx, schema_user_type(), "a", "b", &p), ERR_INVALID_VALUE);
    assert_int_equal(projection_parse(&ctx, schema_group_type(), NULL, "members", &p), OK);
    assert_false(projection_wants(p, "members"));
    assert_int_equal(projection_parse(&ctx, schema_group_type(), NULL, "members.display", &p), OK);
    assert_true(projection_wants(p, "members"));
    assert_int_equal(projection_parse(&ctx, schema_group_type(), "members.value", NULL, &p), OK);
    assert_true(projection_wants(p, "members"));
    assert_int_equal(projection_parse(&ctx, schema_group_type(), "displayName", NULL, &p), OK);
    assert_false(projection_wants(p, "members"));
    arena_destroy(ctx.arena);
}

static void folded_values_are_what_filters_compare(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *got =
        value_folded(ctx.arena, schema_user_type(),
                     normal(&ctx, "{\"userName\":\"\xef\xbd\x86O\",\"externalId\":\"AbC\",\"title\":\"B\xc3\x89\","
                                  "\"emails\":[{\"value\":\"A@B\",\"primary\":true}]}"));
    assert_true(json_same(got, unit_json(&ctx, "{\"userName\":\"fo\",\"externalId\":\"AbC\",\"title\":\"b\xc3\xa9\","
                                               "\"emails\":[{\"value\":\"a@b\",\"primary\":true}],"
                                               "\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:user\"]}")));
    arena_destroy(ctx.arena);
}

/* Thousands of canonical values, for each of thousands of values. */
static void many_canonical_values_cost_no_memory(void **state) {
    (void)state;
    enum { ALLOWED = 6000, VALUES = 2000, MEMORY = 16 * 1024 * 1024 };
    struct ctx ctx = unit_ctx();
    const struct reader read = {.ctx = &ctx};
    const char **allowed = arena_array(ctx.arena, ALLOWED, sizeof *allowed);
    struct json_object *list = json_new_array(ctx.arena), *out;
    for (int i = 0; i < ALLOWED; i++)
        allowed[i] = arena_printf(ctx.arena, "Value %d", i);
    allowed[0] = "\xc3\x89t\xc3\xa9";
    const struct attr attr = {
        .name = "size", .canonical = allowed, .n_canonical = ALLOWED, .multi = true, .closed = true};
    for (int i = 0; i < VALUES; i++)
        json_object_array_add(list, json_object_new_string("VALUE 5999"));
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    assert_int_equal(resource_list(&read, &attr, list, "size", &out), OK);
    assert_true(mallinfo2().uordblks + mallinfo2().hblkhd - before < MEMORY);
    assert_int_equal(resource_value(&read, &attr,
                                    json_keep_new(ctx.arena, json_object_new_string("e\xcc\x81T\xc3\x89")), "size",
                                    &out),
                     OK);
    assert_int_equal(resource_value(&read, &attr, json_keep_new(ctx.arena, json_object_new_string("x")), "size", &out),
                     ERR_INVALID_VALUE);
    assert_string_equal(strstr(fail_detail(&ctx), "\"Value 18\""), "\"Value 18\", \"Value 19\", ...");
    assert_true(mallinfo2().uordblks + mallinfo2().hblkhd - before < MEMORY);
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_becomes_normal_form),
        cmocka_unit_test(bodies_of_the_transcripts_are_taken),
        cmocka_unit_test(emails_have_an_order),
        cmocka_unit_test(projections_cut),
        cmocka_unit_test(folded_values_are_what_filters_compare),
        cmocka_unit_test(many_canonical_values_cost_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
