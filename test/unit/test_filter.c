#include "protocol/filter.h"

#include "filter_unit.h"
#include "query/filter_sql.h"
#include "unit.h"

static struct json_object *corpus(struct ctx *ctx, struct json_object *data, const char *name) {
    return json_keep(ctx->arena, json_get(json_get(data, "corpus"), name));
}

static bool matches_index(struct json_object *c, size_t i) {
    struct json_object *list = json_get(c, "matches");
    for (size_t k = 0; k < json_object_array_length(list); k++)
        if ((size_t)json_object_get_int64(json_object_array_get_idx(list, k)) == i)
            return true;
    return false;
}

static bool check_case(struct ctx *ctx, const struct resource_type *rt, struct json_object *c,
                       struct json_object *resources) {
    const char *text = json_get_string(c, "filter");
    const struct filter *f;
    struct filter_sql sql;
    enum err e = unit_filter(ctx, rt, false, text, &f);
    if (!json_object_get_boolean(json_get(c, "valid")))
        return e == ERR_INVALID_FILTER;
    if (e != OK || filter_sql(ctx, rt, f, 1, "https://x", &sql) != OK)
        return false;
    for (size_t i = 0; i < json_object_array_length(resources); i++)
        if (unit_matches(ctx->arena, f, json_object_array_get_idx(resources, i)) != matches_index(c, i))
            return false;
    return true;
}

static void every_case_of_the_specification(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *data = unit_data(&ctx, "spec/filters.json"), *cases = json_get(data, "cases");
    struct json_object *users = corpus(&ctx, data, "users"), *groups = corpus(&ctx, data, "groups");
    struct schema *test_extension;
    unsigned bad = 0;
    assert_int_equal(schema_load(&ctx, json_get(data, "extensionSchema"), &test_extension), OK);
    const struct schema *more[] = {test_extension};
    const struct resource_type *user = schema_with_extensions(ctx.arena, schema_user_type(), more, 1);
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *c = json_object_array_get_idx(cases, i);
        bool on_groups = json_get_string(c, "on") != NULL;
        if (check_case(&ctx, on_groups ? schema_group_type() : user, c, on_groups ? groups : users))
            continue;
        bad++;
        print_error("case %s: %s, want %s\n", json_object_get_string(json_get(c, "n")), json_get_string(c, "filter"),
                    json_object_get_string(json_get(c, "matches") ? json_get(c, "matches") : json_get(c, "scimType")));
    }
    assert_int_equal(bad, 0);
    arena_destroy(ctx.arena);
}

static void every_prefix_of_a_filter_is_taken_or_refused(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *cases = json_get(unit_data(&ctx, "spec/filters.json"), "cases");
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        const char *text = json_get_string(json_object_array_get_idx(cases, i), "filter");
        unit_at(i, text);
        for (size_t n = 0; n < strlen(text); n++) {
            struct ctx one = unit_ctx();
            char *prefix = malloc(n + 1); /* of its exact size, so that a read past it is noticed */
            memcpy(prefix, text, n);
            const struct resource_type *rt = schema_user_type();
            const struct filter *f;
            enum err strict = filter_parse(&one, rt, NULL, (struct filter_source){prefix, n, false}, &f);
            enum err lenient = filter_parse(&one, rt, NULL, (struct filter_source){prefix, n, true}, &f);
            assert_true(strict == OK || strict == ERR_INVALID_FILTER);
            assert_true(lenient == OK || lenient == ERR_INVALID_FILTER);
            free(prefix);
            arena_destroy(one.arena);
        }
    }
    unit_at(0, NULL);
    arena_destroy(ctx.arena);
}

static enum err parse(struct ctx *ctx, bool lenient, const char *text, const struct filter **f) {
    return unit_filter(ctx, schema_user_type(), lenient, text, f);
}

static void limits_are_errors(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    const struct filter *f;
    char *deep = arena_alloc(ctx.arena, 100001), *wide = arena_alloc(ctx.arena, 8192);
    memset(deep, '(', 100000);
    assert_int_equal(parse(&ctx, false, deep, &f), ERR_INVALID_FILTER);
    deep[8000] = '\0';
    assert_int_equal(parse(&ctx, false, deep, &f), ERR_INVALID_FILTER);
    strncat(wide, "title pr", 9);
    for (int i = 1; i < FILTER_COMPARISONS; i++)
        strncat(wide, " or title pr", 13);
    assert_int_equal(parse(&ctx, false, wide, &f), OK);
    strncat(wide, " or title pr", 13);
    assert_int_equal(parse(&ctx, false, wide, &f), ERR_INVALID_FILTER);
    char *filler = arena_alloc(ctx.arena, FILTER_BYTES);
    memset(filler, 'x', FILTER_BYTES - 11);
    const char *longest = arena_printf(ctx.arena, "title eq \"%s\"", filler);
    assert_int_equal(strlen(longest), FILTER_BYTES);
    assert_int_equal(parse(&ctx, false, longest, &f), OK);
    assert_int_equal(parse(&ctx, false, arena_printf(ctx.arena, "%s ", longest), &f), ERR_INVALID_FILTER);
    for (int depth = FILTER_DEPTH; depth <= FILTER_DEPTH + 1; depth++) {
        const char *text = "title pr";
        for (int i = 0; i < depth; i++)
            text = arena_printf(ctx.arena, "%s(%s)", i % 2 ? "not " : "", text);
        assert_int_equal(parse(&ctx, false, text, &f), depth > FILTER_DEPTH ? ERR_INVALID_FILTER : OK);
    }
    arena_destroy(ctx.arena);
}

static void unquoted_literals_are_text_in_the_lenient_dialect_only(void **state) {
    (void)state;
    static const char *const forms[] = {"externalId eq jyoung",
                                        "userName sw O",
                                        "userName eq 3e59e27b-1",
                                        "(userName eq bob)",
                                        "emails[type eq work].value eq a@example.com",
                                        "meta.Created gt 2015-11-30T01:21:55Z"};
    static const char *const refused[] = {"bob", "userName", "userName eq", "userName eq bob smith", "active eq maybe"};
    struct ctx ctx = unit_ctx();
    const struct filter *f;
    UNIT_EACH (i, forms, forms[i]) {
        assert_int_equal(parse(&ctx, false, forms[i], &f), ERR_INVALID_FILTER);
        if (parse(&ctx, true, forms[i], &f) != OK)
            fail_msg("%s: %s", forms[i], fail_detail(&ctx));
    }
    UNIT_EACH (i, refused, refused[i])
        assert_int_equal(parse(&ctx, true, refused[i], &f), ERR_INVALID_FILTER);
    assert_int_equal(parse(&ctx, true, "externalId eq 701984", &f), OK);
    assert_string_equal(f->text, "701984");
    assert_int_equal(parse(&ctx, true, "manager eq true", &f), OK);
    assert_string_equal(f->text, "true");
    assert_int_equal(parse(&ctx, true, "externalId eq null", &f), OK);
    assert_null(f->key);
    assert_int_equal(parse(&ctx, true, "active eq True", &f), OK);
    assert_true(json_object_get_boolean(f->key));
    arena_destroy(ctx.arena);
}

/* A double has no 2^53 + 1. */
static void integers_are_compared_exactly(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct schema *s;
    const struct filter *f;
    assert_int_equal(
        schema_load(&ctx, unit_json(&ctx, "{\"id\":\"urn:x\",\"attributes\":[{\"name\":\"n\",\"type\":\"integer\"}]}"),
                    &s),
        OK);
    const struct schema *more[] = {s};
    const struct resource_type *rt = schema_with_extensions(ctx.arena, schema_user_type(), more, 1);
    struct json_object *resource = unit_json(&ctx, "{\"urn:x\":{\"n\":9007199254740993}}");
    assert_int_equal(unit_filter(&ctx, rt, false, "n gt 9007199254740992", &f), OK);
    assert_true(unit_matches(ctx.arena, f, resource));
    assert_int_equal(unit_filter(&ctx, rt, false, "n le 9007199254740992", &f), OK);
    assert_false(unit_matches(ctx.arena, f, resource));
    arena_destroy(ctx.arena);
}

/* What a filter says of a whole attribute is the same of the resource and of its keys, where secret parts do not stand.
 */
static void secret_parts_are_as_good_as_absent(void **state) {
    (void)state;
    static const struct {
        const char *text, *object;
        bool matches;
    } cases[] = {
        {"cx pr", "{\"cx\":{\"z\":\"1\"}}", false},
        {"cx eq null", "{\"cx\":{\"z\":\"1\"}}", true},
        {"cx[not (a pr)]", "{\"cx\":{\"z\":\"1\"}}", false},
        {"cx pr", "{\"cx\":{\"z\":\"1\",\"a\":\"x\"}}", true},
        {"list pr", "{\"list\":[{\"z\":\"1\"}]}", false},
        {"list.a ne \"b\"", "{\"list\":[{\"z\":\"1\"}]}", false},
        {"list[not (a pr)]", "{\"list\":[{\"z\":\"1\"}]}", false},
        {"list ne null", "{\"list\":[{\"z\":\"1\"},{\"a\":\"x\"}]}", true},
    };
    static const char definition[] =
        "{\"id\":\"urn:x\",\"attributes\":[{\"name\":\"cx\",\"type\":\"complex\",\"subAttributes\":[{\"name\":\"a\"},"
        "{\"name\":\"z\",\"mutability\":\"writeOnly\"}]},{\"name\":\"list\",\"type\":\"complex\",\"multiValued\":true,"
        "\"subAttributes\":[{\"name\":\"a\"},{\"name\":\"z\",\"returned\":\"never\"}]}]}";
    struct ctx ctx = unit_ctx();
    struct schema *s;
    const struct filter *f;
    assert_int_equal(schema_load(&ctx, unit_json(&ctx, definition), &s), OK);
    const struct schema *more[] = {s};
    const struct resource_type *rt = schema_with_extensions(ctx.arena, schema_user_type(), more, 1);
    UNIT_EACH (i, cases, cases[i].text) {
        const char *text = cases[i].text;
        struct json_object *resource = unit_json(&ctx, arena_printf(ctx.arena, "{\"urn:x\":%s}", cases[i].object));
        struct json_object *folded = value_folded(ctx.arena, rt, resource);
        assert_int_equal(unit_filter(&ctx, rt, false, text, &f), OK);
        if (unit_matches(ctx.arena, f, resource) != cases[i].matches ||
            unit_matches(ctx.arena, f, folded) != cases[i].matches || strstr(json_text(ctx.arena, folded), "\"z\""))
            fail_msg("%s of %s", text, cases[i].object);
    }
    arena_destroy(ctx.arena);
}

/* PATCH paths: where the brackets end is found by lexing. */
static void an_inner_filter_ends_at_its_own_bracket(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t used; /* 0: refused */
    } cases[] = {
        {"type eq \"work\"].value", 15},
        {"value eq \"a]b\\\"]\"].x", 18},
        {" not (type pr) ] rest", 16},
        {"type eq \"work\"", 0},
        {"bogus eq \"x\"]", 0},
        {"type eq \"work\" and]", 0},
        {"emails[type pr]]", 0},
        {"type.value pr]", 0},
        {"]", 0},
    };
    struct ctx ctx = unit_ctx();
    struct attr_ref emails;
    assert_true(schema_lookup(schema_user_type(), "emails", 6, &emails));
    UNIT_EACH (i, cases, cases[i].text) {
        const struct filter *f;
        size_t used = 0;
        enum err e = filter_parse_inner(&ctx, emails,
                                        (struct filter_source){cases[i].text, strlen(cases[i].text), false}, &used, &f);
        assert_int_equal(e, cases[i].used ? OK : ERR_INVALID_FILTER);
        if (e == OK)
            assert_int_equal(used, cases[i].used);
    }
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_the_specification),
        cmocka_unit_test(every_prefix_of_a_filter_is_taken_or_refused),
        cmocka_unit_test(limits_are_errors),
        cmocka_unit_test(unquoted_literals_are_text_in_the_lenient_dialect_only),
        cmocka_unit_test(integers_are_compared_exactly),
        cmocka_unit_test(secret_parts_are_as_good_as_absent),
        cmocka_unit_test(an_inner_filter_ends_at_its_own_bracket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
