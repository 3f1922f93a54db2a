#include "protocol/value.h"

#include "base/fold.h"
#include "unit.h"

static void only_what_holds_something_is_assigned(void **state) {
    (void)state;
    static const char *const yes[] = {"false",   "0", "\" \"", "[0]", "{\"a\":false}", "{\"a\":{\"b\":\"x\"}}",
                                      "[null,1]"};
    static const char *const no[] = {"\"\"", "[]", "{}", "[null,\"\",{}]", "{\"a\":\"\",\"b\":[]}", "[{\"a\":null}]"};
    struct ctx ctx = unit_ctx();
    assert_false(value_assigned(NULL));
    UNIT_EACH (i, yes, yes[i])
        if (!value_assigned(unit_json(&ctx, yes[i])))
            fail_msg("%s should be assigned", yes[i]);
    UNIT_EACH (i, no, no[i])
        if (value_assigned(unit_json(&ctx, no[i])))
            fail_msg("%s should not be assigned", no[i]);
    arena_destroy(ctx.arena);
}

static const struct attr *attr_at(const char *path) {
    struct attr_ref ref;
    if (!schema_lookup(schema_user_type(), path, strlen(path), &ref))
        fail_msg("%s is unknown", path);
    return ref.sub ? ref.sub : ref.attr;
}

static void keys_follow_the_attribute(void **state) {
    (void)state;
    static const struct {
        const char *path, *sent, *key;
    } cases[] = {
        {"userName", "\xef\xbc\xa2ob\xef\xac\x81", "bobfi"}, /* full-width, ligature: NFKC */
        {"title",
         "Stra\xc3\x9f"
         "e",
         "strasse"},                                      /* full folding */
        {"title", "\xef\xbc\xa2", "\xef\xbd\x82"},        /* folded, but still full-width */
        {"title", "E\xcc\x81", "\xc3\xa9"},               /* NFC */
        {"externalId", "HR-\x45\xcc\x81", "HR-\xc3\x89"}, /* caseExact: NFC alone */
        {"photos.value", "HTTP://x/A", "HTTP://x/A"},     /* reference */
        {"x509Certificates.value", "QUJD", "QUJD"},       /* binary */
        {"manager.value", "ABC", "ABC"},                  /* caseExact */
        {"emails.value", "BOB@X.example", "bob@x.example"},
        {"meta.created", "2024-03-01T13:30:00.500+01:00", "2024-03-01T12:30:00.5"},
        {"meta.created", "2024-03-01T24:00:00Z", "2024-03-02T00:00:00"},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].path) {
        const struct attr *a = attr_at(cases[i].path);
        struct json_object *v = json_keep_new(ctx.arena, json_object_new_string(cases[i].sent));
        assert_string_equal(value_key_text(ctx.arena, a, cases[i].sent, strlen(cases[i].sent)), cases[i].key);
        assert_string_equal(json_object_get_string(value_key(ctx.arena, a, v)), cases[i].key);
    }
    struct json_object *yes = unit_json(&ctx, "true");
    assert_ptr_equal(value_key(ctx.arena, attr_at("active"), yes), yes);
    arena_destroy(ctx.arena);
}

static void a_folded_resource_has_the_keys_in_the_same_shape(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *resource = unit_json(
        &ctx, "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"BOB\",\"title\":\"\","
              "\"externalId\":\"Ab\",\"active\":false,\"name\":{\"familyName\":\"O'N\",\"givenName\":\"\"},"
              "\"emails\":[{\"value\":\"A@X\",\"type\":\"Work\",\"primary\":true},{\"value\":\"\"}],\"roles\":[],"
              "\"URN:ietf:params:scim:schemas:extension:enterprise:2.0:user\":{\"department\":\"Tours\","
              "\"manager\":{\"value\":\"Xy\"}},\"URN:unknown\":{\"A\":[1,\"B\",null],\"c\":{\"D\":\"\"}}}");
    struct json_object *want =
        unit_json(&ctx, "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:user\"],\"userName\":\"bob\","
                        "\"externalId\":\"Ab\",\"active\":false,\"name\":{\"familyName\":\"o'n\"},"
                        "\"emails\":[{\"value\":\"a@x\",\"type\":\"work\",\"primary\":true}],"
                        "\"" SCHEMA_ENTERPRISE "\":{\"department\":\"tours\",\"manager\":{\"value\":\"Xy\"}},"
                        "\"urn:unknown\":{\"a\":[1,\"b\"]}}");
    struct json_object *got = value_folded(ctx.arena, schema_user_type(), resource);
    if (!json_same(got, want))
        fail_msg("%s", json_text(ctx.arena, got));
    assert_true(json_same(value_folded(ctx.arena, schema_user_type(), got), want));
    arena_destroy(ctx.arena);
}

static void equal_is_by_key_and_without_what_is_absent(void **state) {
    (void)state;
    static const struct {
        const char *path, *x, *y;
        bool equal;
    } cases[] = {
        {"title", "\"A\"", "\"a\"", true},
        {"externalId", "\"A\"", "\"a\"", false},
        {"active", "true", "false", false},
        {"emails", "{\"value\":\"A@x\",\"type\":\"work\"}", "{\"type\":\"WORK\",\"value\":\"a@X\"}", true},
        {"emails", "{\"value\":\"a\",\"primary\":false}", "{\"value\":\"a\"}", true},
        {"emails", "{\"value\":\"a\",\"primary\":true}", "{\"value\":\"a\"}", false},
        {"emails", "{\"value\":\"a\",\"primary\":true}", "{\"value\":\"a\",\"primary\":false}", false},
        {"emails", "{\"value\":\"a\",\"display\":\"\"}", "{\"value\":\"a\"}", true},
        {"emails", "{\"value\":\"a\"}", "{\"value\":\"a\",\"type\":\"home\"}", false},
        {"x509Certificates", "{\"value\":\"QUJD\"}", "{\"value\":\"qUJD\"}", false},
        {"emails", "[{\"value\":\"a\"},{\"value\":\"b\",\"type\":\"work\"}]",
         "[{\"type\":\"Work\",\"value\":\"B\"},{\"primary\":false,\"value\":\"a\"}]", true},
        {"emails", "[{\"value\":\"a\"},{\"value\":\"b\"}]", "[{\"value\":\"a\"},{\"value\":\"a\"}]", false},
        {"emails", "[{\"value\":\"a\"}]", "[{\"value\":\"a\"},{\"value\":\"b\"}]", false},
        {"emails", "[{\"value\":\"a\"}]", "{\"value\":\"a\"}", false},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].path) {
        struct json_object *x = unit_json(&ctx, cases[i].x), *y = unit_json(&ctx, cases[i].y);
        const struct attr *a = attr_at(cases[i].path);
        if (value_equal(ctx.arena, a, x, y) != cases[i].equal || value_equal(ctx.arena, a, y, x) != cases[i].equal)
            fail_msg("%s and %s", cases[i].x, cases[i].y);
        if ((strcmp(value_text(ctx.arena, a, x), value_text(ctx.arena, a, y)) == 0) != cases[i].equal)
            fail_msg("the texts of %s and %s", cases[i].x, cases[i].y);
    }
    arena_destroy(ctx.arena);
}

/* Numbers are equal however they are written. */
static void texts_of_equal_numbers_are_equal(void **state) {
    (void)state;
    static const char *const same[] = {"5", "5.0", "5.00", "0.5e1"};
    static const struct attr number = {.name = "n", .type = ATTR_DECIMAL};
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, same, same[i]) {
        struct json_object *v = json_object_array_get_idx(unit_json(&ctx, arena_printf(ctx.arena, "[%s]", same[i])), 0);
        assert_string_equal(value_text(ctx.arena, &number, v), "5");
    }
    struct json_object *halves = unit_json(&ctx, "[7.5, 7.50, 7.25]");
    const char *text = value_text(ctx.arena, &number, json_object_array_get_idx(halves, 0));
    assert_string_equal(text, value_text(ctx.arena, &number, json_object_array_get_idx(halves, 1)));
    assert_string_not_equal(text, value_text(ctx.arena, &number, json_object_array_get_idx(halves, 2)));
    arena_destroy(ctx.arena);
}

static size_t utf8(unsigned c, char out[5]) {
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(n == 1 ? c : c | (0xf00u >> n & 0xff));
    out[n] = '\0';
    return n;
}

/* A group is found by its identity key from the caseless key of a filter's literal: what is equal there is equal here.
 */
static void identity_folds_all_that_caseless_does(void **state) {
    (void)state;
    for (unsigned plane = 0; plane < 0x11; plane++) {
        struct ctx ctx = unit_ctx();
        for (unsigned c = plane ? 0 : 1; c < 0x10000; c++) {
            unsigned point = plane * 0x10000 + c;
            char text[5];
            if (point >= 0xd800 && point < 0xe000)
                continue;
            size_t n = utf8(point, text);
            const char *caseless = fold_caseless(ctx.arena, text, n);
            const char *direct = fold_identity(ctx.arena, text, n);
            if (strcmp(fold_identity(ctx.arena, caseless, strlen(caseless)), direct) != 0)
                fail_msg("U+%04X", point);
        }
        arena_destroy(ctx.arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_equal_numbers_are_equal),
        cmocka_unit_test(only_what_holds_something_is_assigned),
        cmocka_unit_test(keys_follow_the_attribute),
        cmocka_unit_test(a_folded_resource_has_the_keys_in_the_same_shape),
        cmocka_unit_test(equal_is_by_key_and_without_what_is_absent),
        cmocka_unit_test(identity_folds_all_that_caseless_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
