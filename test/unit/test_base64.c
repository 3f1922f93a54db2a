#include "base/base64.h"

#include "unit.h"

/* RFC 4648, section 10, and what uses both last digits. */
static const struct {
    const char *bytes, *text, *url;
} pairs[] = {
    {"f", "Zg==", "Zg"},     {"fo", "Zm8=", "Zm8"},   {"foo", "Zm9v", "Zm9v"},          {"foob", "Zm9vYg==", "Zm9vYg"},
    {"?~>", "P34+", "P34-"}, {"???", "Pz8/", "Pz8_"}, {"fooba", "Zm9vYmE=", "Zm9vYmE"},
};

static void bytes_and_texts_are_each_others(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, pairs, pairs[i].text) {
        uint8_t room[16];
        const uint8_t *bytes;
        size_t n, len = strlen(pairs[i].bytes);
        assert_string_equal(base64_text(ctx.arena, pairs[i].bytes, len), pairs[i].text);
        assert_string_equal(base64_url_text(ctx.arena, pairs[i].bytes, len), pairs[i].url);
        assert_true(base64_bytes(pairs[i].text, strlen(pairs[i].text), room, &n) && n == len);
        assert_memory_equal(room, pairs[i].bytes, len);
        assert_true(base64_url_bytes(ctx.arena, pairs[i].url, strlen(pairs[i].url), &bytes, &n) && n == len);
        assert_memory_equal(bytes, pairs[i].bytes, len + 1);
        assert_true(base64_valid(pairs[i].text));
    }
    arena_destroy(ctx.arena);
}

static void what_is_none_is_refused(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    static const char *const wrong[] = {
        "", "Z", "Zg", "Zg=", " Zg=", "Zg= ", "Z===", "====", "Zg==Zg==", "Zm9\n", "Zm9-", "Zm9_"};
    UNIT_EACH (i, wrong, wrong[i]) {
        uint8_t room[16];
        size_t n;
        if (base64_bytes(wrong[i], strlen(wrong[i]), room, &n))
            fail_msg("\"%s\" was taken", wrong[i]);
    }
    static const char *const wrong_in_url[] = {"", "Z", "Zm9v+", "Zm9/", "Zm 9", "Zm9vY"};
    UNIT_EACH (i, wrong_in_url, wrong_in_url[i]) {
        const uint8_t *bytes;
        size_t n;
        if (base64_url_bytes(ctx.arena, wrong_in_url[i], strlen(wrong_in_url[i]), &bytes, &n))
            fail_msg("\"%s\" was taken", wrong_in_url[i]);
    }
    assert_true(base64_valid("") && base64_valid("Zg") && base64_valid("Zg=="));
    assert_false(base64_valid("Z") || base64_valid("Zg=") || base64_valid("Zg===") || base64_valid("Zm9-"));
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_and_texts_are_each_others),
        cmocka_unit_test(what_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
