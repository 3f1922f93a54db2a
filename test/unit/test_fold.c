#include "base/fold.h"
#include "unit.h"

#include <unistr.h>

static const char *identity(struct arena *a, const char *s) {
    return fold_identity(a, s, strlen(s));
}

static void twins_have_one_key(void **state) {
    (void)state;
    static const char *const twins[][2] = {
        {"Frank", "\xef\xbd\x86rank"},
        {"\xc3\x89", "e\xcc\x81"},
        {"\xe1\xb4\xae\xe1\xb4\xb5\xe1\xb4\xb3", "big"},
        {"STRASSE", "stra\xc3\x9f"
                    "e"},
        {"\xce\xa3", "\xcf\x82"},
        {"\xef\xac\x81x", "FIX"},
    };
    struct arena *a = arena_create();
    UNIT_EACH (i, twins, twins[i][0])
        assert_string_equal(identity(a, twins[i][0]), identity(a, twins[i][1]));
    assert_string_not_equal(identity(a, "a"), identity(a, "b"));
    assert_string_not_equal(fold_caseless(a, "\xef\xbd\x86", 3), fold_caseless(a, "f", 1));
    assert_string_equal(fold_exact(a, "e\xcc\x81", 3), "\xc3\xa9");
    assert_string_not_equal(fold_exact(a, "A", 1), fold_exact(a, "a", 1));
    arena_destroy(a);
}

static void every_character_folds_to_a_stable_key(void **state) {
    (void)state;
    struct arena *a = arena_create();
    const char *(*const folds[])(struct arena *, const char *, size_t) = {fold_identity, fold_caseless, fold_exact};
    for (ucs4_t c = 1; c <= 0x10ffff; c++) {
        uint8_t text[8];
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        int n = u8_uctomb(text, c, sizeof text);
        for (size_t f = 0; f < 3; f++) {
            const char *once = folds[f](a, (const char *)text, (size_t)n);
            if (strcmp(once, folds[f](a, once, strlen(once))) != 0)
                fail_msg("U+%04X is not stable", (unsigned)c);
        }
        if (c % 4096 == 0)
            arena_reset(a);
    }
    arena_destroy(a);
}

static void controls_and_blanks_are_known(void **state) {
    (void)state;
    static const char *const controls[] = {"a\nb", "\x7f", "\xc2\x85", "\xe2\x80\xae", "\xe2\x80\xa8", "\xe2\x81\xa6"};
    static const char *const blanks[] = {"", " ", "\xc2\xa0", "\xe3\x80\x80 \t"};
    UNIT_EACH (i, controls, controls[i])
        assert_true(fold_has_control(controls[i], strlen(controls[i])));
    UNIT_EACH (i, blanks, blanks[i])
        assert_true(fold_blank(blanks[i], strlen(blanks[i])));
    assert_false(fold_has_control("\xc3\x89lo\xc3\xafse \xe6\x97\xa5", 11));
    assert_false(fold_blank(" x", 2));
}

static void names_compare_without_ascii_case(void **state) {
    (void)state;
    assert_true(fold_ascii_equal("userName", 8, "USERNAME", 8));
    assert_false(fold_ascii_equal("userName", 8, "userNam", 7));
    assert_false(fold_ascii_equal("k", 1, "\xe2\x84\xaa", 3));
    assert_false(fold_ascii_equal("[", 1, "{", 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twins_have_one_key),
        cmocka_unit_test(every_character_folds_to_a_stable_key),
        cmocka_unit_test(controls_and_blanks_are_known),
        cmocka_unit_test(names_compare_without_ascii_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
