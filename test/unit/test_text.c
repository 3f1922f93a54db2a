#include "base/number.h"
#include "base/utf8.h"
#include "base/words.h"
#include "unit.h"

#include <math.h>

static void texts_are_cut_between_characters(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    static const struct {
        const char *text;
        size_t most, cut;
        const char *shortened;
    } cases[] = {
        {"", 4, 0, ""},
        {"abcd", 4, 4, "abcd"},
        {"abcde", 4, 4, "a..."},
        {"abc\u00e9", 4, 3, "a..."},
        {"a\u00e9bc", 4, 4, "a..."},
        {"ab\u20acd", 5, 5, "ab..."},
        {"a\u20acbcd", 5, 5, "a..."},
        {"\U0001f600x", 3, 0, "..."},
        {"\U0001f600xyzu", 7, 7, "\U0001f600..."},
    };
    UNIT_EACH (i, cases, cases[i].text) {
        size_t cut = utf8_cut(cases[i].text, cases[i].most);
        const char *shortened = utf8_shorten(ctx.arena, cases[i].text, cases[i].most);
        if (cut != cases[i].cut || strcmp(shortened, cases[i].shortened) != 0)
            fail_msg("%s at %zu: %zu, %s", cases[i].text, cases[i].most, cut, shortened);
    }
    arena_destroy(ctx.arena);
}

static void any_bytes_become_a_text(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    static const char bytes[] = "a\0b\x1b\t\r\n\x7f\xc3\xa9\xc3(\xed\xa0\x80\xf0\x9f\x98\x80\xe2\x82";
    assert_string_equal(utf8_clean(ctx.arena, bytes, sizeof bytes - 1), "a?b?\t\r\n\x7f\u00e9?(???\U0001f600??");
    assert_string_equal(utf8_clean(ctx.arena, "", 0), "");
    arena_destroy(ctx.arena);
}

static void whole_numbers_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t n;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"-12", true, -12},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", true, INT64_MAX},
        {"-99999999999999999999999", true, INT64_MIN},
        {"99999999999999999999999x", false, 5},
        {"", false, 5},
        {"-", false, 5},
        {"+1", false, 5},
        {" 1", false, 5},
        {"1 ", false, 5},
        {"1.0", false, 5},
        {"0x1", false, 5},
    };
    UNIT_EACH (i, cases, cases[i].text) {
        int64_t n = 5;
        bool good = number_parse(cases[i].text, strlen(cases[i].text), &n);
        if (good != cases[i].good || n != cases[i].n)
            fail_msg("\"%s\" gives %d, %lld", cases[i].text, good, (long long)n);
    }
    int64_t n = 5;
    assert_false(number_within("0", 1, 10, &n));
    assert_false(number_within("11", 1, 10, &n));
    assert_false(number_within("-0", 0, 10, &n));
    assert_int_equal(n, 5);
    assert_true(number_within("10", 1, 10, &n));
    assert_int_equal(n, 10);
    assert_true(number_parse("12]", 2, &n));
    assert_int_equal(n, 12);
}

static void numbers_have_their_fewest_digits(void **state) {
    (void)state;
    static const struct {
        double d;
        const char *digits;
        int power;
    } cases[] = {
        {0, "0", 0},     {1250, "125", 3},    {-0.1, "1", -1},   {0.1 + 0.2, "30000000000000004", -1},
        {1e21, "1", 21}, {5e-324, "5", -324}, {HUGE_VAL, "", 0},
    };
    UNIT_EACH (i, cases, "") {
        char digits[NUMBER_DIGITS + 1];
        int power = number_shortest(cases[i].d, digits);
        if (power != cases[i].power || strcmp(digits, cases[i].digits) != 0)
            fail_msg("%g gives %s, %d", cases[i].d, digits, power);
    }
}

static void lists_give_their_words(void **state) {
    (void)state;
    const char *list = ", a.b,, c ,", *word;
    size_t len;
    word = words_next(&list, ", ", &len);
    assert_int_equal(len, 3);
    assert_memory_equal(word, "a.b", 3);
    word = words_next(&list, ", ", &len);
    assert_int_equal(len, 1);
    assert_memory_equal(word, "c", 1);
    assert_null(words_next(&list, ", ", &len));
    assert_null(words_next(&list, ", ", &len));
    assert_true(words_have("on|off", "|", "off", 3));
    assert_true(words_have("on|off", "|", "only", 2));
    assert_false(words_have("on|off", "|", "of", 2));
    assert_false(words_have("on|off", "|", "", 0));
    assert_false(words_have("on|off", "|", "on|off", 6));
    assert_false(words_have("", "|", "on", 2));
}

static void distances_count_characters(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        size_t far;
    } cases[] = {{"", "", 0},       {"abc", "", 3}, {"", "abc", 3}, {"kitten", "sitting", 3},
                 {"abc", "abc", 0}, {"ab", "ba", 2}};
    UNIT_EACH (i, cases, cases[i].a) {
        size_t far = words_distance(cases[i].a, strlen(cases[i].a), cases[i].b, strlen(cases[i].b));
        if (far != cases[i].far)
            fail_msg("%s and %s: %zu", cases[i].a, cases[i].b, far);
    }
    char x[1000], y[1000];
    memset(x, 'x', sizeof x);
    memset(y, 'y', sizeof y);
    assert_int_equal(words_distance(x, sizeof x, y, sizeof y), 64);
    assert_int_equal(words_distance(x, 70, x, 66), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_cut_between_characters), cmocka_unit_test(any_bytes_become_a_text),
        cmocka_unit_test(whole_numbers_are_read),           cmocka_unit_test(numbers_have_their_fewest_digits),
        cmocka_unit_test(lists_give_their_words),           cmocka_unit_test(distances_count_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
