#include "base/jsonv.h"
#include "unit.h"

#define REFUSED(kind, text)                                                                                            \
    { kind, text, sizeof(text) - 1 }

static void what_rfc_8259_forbids_is_refused(void **state) {
    (void)state;
    static const struct {
        enum jsonv_fault fault;
        const char *text;
        size_t len;
    } cases[] = {
        REFUSED(JSONV_SYNTAX, ""),
        REFUSED(JSONV_SYNTAX, " "),
        REFUSED(JSONV_SYNTAX, "{"),
        REFUSED(JSONV_SYNTAX, "[1,]"),
        REFUSED(JSONV_SYNTAX, "{\"a\":1,}"),
        REFUSED(JSONV_SYNTAX, "{} {}"),
        REFUSED(JSONV_SYNTAX, "NaN"),
        REFUSED(JSONV_SYNTAX, "Infinity"),
        REFUSED(JSONV_SYNTAX, "-Infinity"),
        REFUSED(JSONV_SYNTAX, "1."),
        REFUSED(JSONV_SYNTAX, ".5"),
        REFUSED(JSONV_SYNTAX, "01"),
        REFUSED(JSONV_SYNTAX, "+1"),
        REFUSED(JSONV_SYNTAX, "1e"),
        REFUSED(JSONV_SYNTAX, "'a'"),
        REFUSED(JSONV_SYNTAX, "\"a\tb\""),
        REFUSED(JSONV_SYNTAX, "\"\\x\""),
        REFUSED(JSONV_SYNTAX, "\"\\u12g4\""),
        REFUSED(JSONV_SYNTAX, "\"\\ud800\""),
        REFUSED(JSONV_SYNTAX, "\"\\udc00\""),
        REFUSED(JSONV_SYNTAX, "\"\\ud800\\u0041\""),
        REFUSED(JSONV_SYNTAX, "\"\xc0\xaf\""),
        REFUSED(JSONV_SYNTAX, "\"\xed\xa0\x80\""),
        REFUSED(JSONV_SYNTAX, "\"\xf5\x80\x80\x80\""),
        REFUSED(JSONV_SYNTAX, "\"\xc3\""),
        REFUSED(JSONV_SYNTAX, "\xef\xbb\xbf{}"),
        REFUSED(JSONV_SYNTAX, "True"),
        REFUSED(JSONV_SYNTAX, "nul"),
        REFUSED(JSONV_SYNTAX, "[1 2]"),
        REFUSED(JSONV_SYNTAX, "{1:2}"),
        REFUSED(JSONV_SYNTAX, "{\"a\" 1}"),
        REFUSED(JSONV_SYNTAX, "/**/1"),
        REFUSED(JSONV_SYNTAX, "{}\0"),
        REFUSED(JSONV_NUL, "\"a\0b\""),
        REFUSED(JSONV_NUL, "\"\\u0000\""),
        REFUSED(JSONV_NUL, "{\"a\\u0000b\":1}"),
        REFUSED(JSONV_DUPLICATE, "{\"a\":1,\"b\":2,\"a\":3}"),
        REFUSED(JSONV_DUPLICATE, "{\"userName\":1,\"USERNAME\":2}"),
        REFUSED(JSONV_DUPLICATE, "{\"a\":1,\"\\u0061\":2}"),
        REFUSED(JSONV_DUPLICATE, "[{\"x\":{\"y\":1,\"Y\":1}}]"),
        REFUSED(JSONV_DUPLICATE, "{\"\":1,\"\":2}"),
        REFUSED(JSONV_NUMBER, "9223372036854775808"),
        REFUSED(JSONV_NUMBER, "-9223372036854775809"),
        REFUSED(JSONV_NUMBER, "1e400"),
        REFUSED(JSONV_NUMBER, "1.234567890123456789"),
    };
    UNIT_EACH (i, cases, cases[i].text) {
        char *exact = malloc(cases[i].len + 1);
        memcpy(exact, cases[i].text, cases[i].len);
        struct jsonv_result r = jsonv_check(exact, cases[i].len);
        if (r.fault != cases[i].fault)
            fail_msg("%s: fault %d, expected %d", cases[i].text, (int)r.fault, (int)cases[i].fault);
        assert_true(r.at <= cases[i].len && r.what);
        free(exact);
    }
}

static const char whole[] =
    "{\"userName\":\"b\\u00e9 \\ud83d\\ude00\\n\",\"n\":[1,-2.5e-3,0,9223372036854775807,true,false,null,{},[]],"
    "\"name\":{\"a\":\"\xf0\x9f\x98\x80\",\"b\":{\"a\":\"\\\"\\\\\\/\"}}} \n";

static void every_prefix_of_a_text_is_refused(void **state) {
    (void)state;
    assert_int_equal(jsonv_check(whole, sizeof whole - 1).fault, JSONV_OK);
    for (size_t n = 0; n < sizeof whole - 3; n++) {
        char *prefix = malloc(n + 1);
        memcpy(prefix, whole, n);
        if (jsonv_check(prefix, n).fault == JSONV_OK)
            fail_msg("%.*s is taken", (int)n, prefix);
        free(prefix);
    }
}

static void counts_and_tree_agree(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct jsonv_counts c = jsonv_check(whole, sizeof whole - 1).counts;
    assert_int_equal(c.objects, 4);
    assert_int_equal(c.arrays, 2);
    assert_int_equal(c.members, 6);
    assert_int_equal(c.elements, 9);
    struct json_object *o = unit_json(&ctx, whole);
    assert_string_equal(json_get_string(o, "userName"), "b\xc3\xa9 \xf0\x9f\x98\x80\n");
    assert_true(json_same(o, unit_json(&ctx, json_text(ctx.arena, o))));
    assert_true(json_same(unit_json(&ctx, "5"), unit_json(&ctx, " 5.0 ")));
    assert_false(json_same(unit_json(&ctx, "[1,2]"), unit_json(&ctx, "[2,1]")));
    arena_destroy(ctx.arena);
}

/* json-c takes the pair of a character whose lower half looks like a surrogate for one that stands alone. */
static void escaped_pairs_are_characters(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"[\"\\ud83d\\ude00\"]", "[\"\xf0\x9f\x98\x80\"]"},
        {"[\"\\ud836\\udc00\"]", "[\"\xf0\x9d\xa0\x80\"]"},
        {"[\"a\\\\ud836\\uD837\\uDFFFb\\n\"]", "[\"a\\\\ud836\xf0\x9d\xbf\xbf"
                                               "b\\n\"]"},
        {"{\"\\ud876\\udc00\":\"\\udbff\\udfff\"}", "{\"\xf0\xad\xa0\x80\":\"\xf4\x8f\xbf\xbf\"}"},
        {"[\"\\\"\\ud876\\udc00\\\\\"]", "[\"\\\"\xf0\xad\xa0\x80\\\\\"]"},
    };
    UNIT_EACH (i, cases, cases[i].text)
        assert_string_equal(json_text(ctx.arena, unit_json(&ctx, cases[i].text)), cases[i].want);
    arena_destroy(ctx.arena);
}

/* Nothing is kept of names that have no characters, and so nothing may be read of them. */
static void nameless_members_are_taken(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    static const char *const texts[] = {"{}", "[{},{}]", "{\"\":{}}", "{\"\":{\"\":{}},\"a\":{\"\":[]}}"};
    UNIT_EACH (i, texts, texts[i])
        assert_string_equal(json_text(ctx.arena, unit_json(&ctx, texts[i])), texts[i]);
    arena_destroy(ctx.arena);
}

static void limits_hold(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    char *deep = arena_alloc(ctx.arena, 100001), *wide = arena_alloc(ctx.arena, 100000), *end = wide;
    memset(deep, '[', 100000);
    assert_int_equal(jsonv_check(deep, 100000).fault, JSONV_LIMIT);
    *end++ = '{';
    for (int i = 0; i <= JSONV_MEMBERS; i++)
        end += sprintf(end, "%s\"k%d\":1", i ? "," : "", i);
    *end++ = '}';
    assert_int_equal(jsonv_check(wide, (size_t)(end - wide)).fault, JSONV_LIMIT);
    arena_destroy(ctx.arena);
}

static void a_failure_says_where(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *o;
    assert_int_equal(json_parse(&ctx, "{\"a\":}", 6, &o), ERR_INVALID_SYNTAX);
    assert_non_null(strstr(fail_detail(&ctx), "byte 5"));
    assert_int_equal(json_parse(&ctx, "\"\\u0000\"", 8, &o), ERR_INVALID_VALUE);
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rfc_8259_forbids_is_refused),
        cmocka_unit_test(every_prefix_of_a_text_is_refused),
        cmocka_unit_test(counts_and_tree_agree),
        cmocka_unit_test(escaped_pairs_are_characters),
        cmocka_unit_test(nameless_members_are_taken),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(a_failure_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
