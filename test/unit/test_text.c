#include "base/utf8.h"
#include "unit.h"

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
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t cut = utf8_cut(cases[i].text, cases[i].most);
        const char *shortened = utf8_shorten(ctx.arena, cases[i].text, cases[i].most);
        if (cut != cases[i].cut || strcmp(shortened, cases[i].shortened) != 0)
            fail_msg("%s at %zu: %zu, %s", cases[i].text, cases[i].most, cut, shortened);
    }
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
