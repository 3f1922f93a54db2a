#include "protocol/template.h"

#include "base/buf.h"
#include "unit.h"

#include <time.h>

static enum err parse(struct ctx *ctx, const char *text, struct template **t) {
    return template_parse(ctx, text, strlen(text), t);
}

/* What a template makes of a value, both as JSON texts; "null" for nothing. */
static const char *eval(struct ctx *ctx, const char *text, const char *value) {
    struct template *t;
    if (parse(ctx, text, &t) != OK)
        fail_msg("%s: %s", text, fail_detail(ctx));
    return json_text(ctx->arena, template_eval(ctx->arena, t, unit_json(ctx, value), &(size_t){SIZE_MAX}));
}

struct eval_case {
    const char *text, *value, *want;
};

static void check(const struct eval_case *cases, size_t n) {
    struct ctx ctx = unit_ctx();
    unsigned bad = 0;
    for (size_t i = 0; i < n; i++) {
        const char *got = eval(&ctx, cases[i].text, cases[i].value);
        if (strcmp(got, cases[i].want) == 0)
            continue;
        bad++;
        print_error("%s of %s: %s, want %s\n", cases[i].text, cases[i].value, got, cases[i].want);
    }
    assert_int_equal(bad, 0);
    arena_destroy(ctx.arena);
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

/* All results here and below are those of Ruby's Liquid 5.4, but for }} in quotes and filters on lists. */
static void text_around_braces_stays(void **state) {
    (void)state;
    static const struct eval_case cases[] = {
        {"", "\"x\"", "\"\""},
        {"plain", "\"x\"", "\"plain\""},
        {"{ } }} %}", "1", "\"{ } }} %}\""},
        {"{{value}}", "\"x\"", "\"x\""},
        {"{{ value }}", "null", "null"},
        {"org:{{ value }}", "null", "\"org:\""},
        {"a{{ value }}b{{value}}c", "\"x\"", "\"axbxc\""},
        {" a {{- value -}} b ", "\"x\"", "\" axb \""},
        {"a {{- value }} b", "\"x\"", "\"ax b\""},
        {"{{\n value\t|\n upcase }}", "\"x\"", "\"X\""},
        {"{{ value }}{{ value }}", "[\"a\",\"b\"]", "\"abab\""},
    };
    CHECK(cases);
}

static void operands_are_value_texts_numbers_and_words(void **state) {
    (void)state;
    static const struct eval_case cases[] = {
        {"{{ \"a'b\" }}", "null", "\"a'b\""},
        {"{{ 'a\"b\\' }}", "null", "\"a\\\"b\\\\\""},
        {"{{ '}}' }}", "null", "\"}}\""},
        {"{{ 5 }}", "null", "\"5\""},
        {"{{ -007 }}", "null", "\"-7\""},
        {"{{ -0 }}", "null", "\"0\""},
        {"{{ 1.50 }}", "null", "\"1.5\""},
        {"{{ 123456789012345678901 }}", "null", "\"123456789012345678901\""},
        {"{{ true }}", "null", "\"true\""},
        {"{{ false }}", "null", "\"false\""},
        {"{{ nil }}", "1", "null"},
        {"{{ \"x\" | append: value }}", "7", "\"x7\""},
        {"{{ \"x\" | append: nil | append: true | append: -1.5 }}", "7", "\"xtrue-1.5\""},
    };
    CHECK(cases);
}

static void values_of_any_type_have_a_text(void **state) {
    (void)state;
    static const struct eval_case cases[] = {
        {"{{ value }}", "true", "\"true\""},
        {"{{ value }}", "-9223372036854775808", "\"-9223372036854775808\""},
        {"{{ value }}", "1.50", "\"1.5\""},
        {"{{ value }}", "1e20", "\"1.0e+20\""},
        {"{{ value }}", "1e15", "\"1000000000000000.0\""},
        {"{{ value }}", "1.0e-05", "\"1.0e-05\""},
        {"{{ value }}", "0.0001", "\"0.0001\""},
        {"{{ value }}", "0.1", "\"0.1\""},
        {"{{ value }}", "[1,null,\"a\",true]", "[\"1\",\"\",\"a\",\"true\"]"},
        {"{{ value }}", "[]", "[]"},
        {"{{ value | upcase }}", "[\"a\",1]", "\"A1\""},
        {"-{{ value }}", "[\"a\",1]", "\"-a1\""},
        {"{{ value | append: '' }}", "1", "\"1\""},
    };
    CHECK(cases);
}

static void case_is_that_of_unicode(void **state) {
    (void)state;
    static const struct eval_case cases[] = {
        {"{{ value | upcase }}", "\"stra\303\237e \303\251\"", "\"STRASSE \303\211\""},
        {"{{ value | downcase }}", "\"\303\211T\303\211\"", "\"\303\251t\303\251\""},
        {"{{ value | downcase }}", "\"\316\221\316\243 \316\243\"", "\"\316\261\317\203 \317\203\""},
        {"{{ value | downcase }}", "\"\304\260\"", "\"i\314\207\""},
        {"{{ value | upcase }}", "\"\346\227\245\"", "\"\346\227\245\""},
        {"{{ value | upcase }}", "null", "\"\""},
    };
    CHECK(cases);
}

static void strip_takes_white_space_of_ascii(void **state) {
    (void)state;
    static const struct eval_case cases[] = {
        {"{{ value | strip }}", "\" \\t\\n\\u000b\\f\\ra b \\n\"", "\"a b\""},
        {"{{ value | strip }}", "\" \\t\"", "\"\""},
        {"{{ value | strip }}", "\"\302\240a\"", "\"\302\240a\""},
    };
    CHECK(cases);
}

static void split_is_that_of_ruby(void **state) {
    (void)state;
    static const struct eval_case cases[] = {
        {"{{ value | split: ',' }}", "\"a,b\"", "[\"a\",\"b\"]"},
        {"{{ value | split: ',' }}", "\",,a,,b,,\"", "[\"\",\"\",\"a\",\"\",\"b\"]"},
        {"{{ value | split: ',' }}", "\",,,\"", "[]"},
        {"{{ value | split: ',' }}", "\"\"", "[]"},
        {"{{ value | split: ',' }}", "null", "[]"},
        {"{{ value | split: ', ' }}", "\"a, b,c\"", "[\"a\",\"b,c\"]"},
        {"{{ value | split: ' ' }}", "\"  a \\t\\nb  \"", "[\"a\",\"b\"]"},
        {"{{ value | split: '  ' }}", "\"a  b\"", "[\"a\",\"b\"]"},
        {"{{ value | split: '' }}", "\"a\303\251\346\227\245\"", "[\"a\",\"\303\251\",\"\346\227\245\"]"},
        {"{{ value | split: nil }}", "\"ab\"", "[\"a\",\"b\"]"},
        {"{{ value | split: 1 }}", "\"a1b\"", "[\"a\",\"b\"]"},
        {"{{ value | split: \"@\" | last | split: \".\" | first }}", "\"j@corp.example\"", "\"corp\""},
    };
    CHECK(cases);
}

static void first_and_last_are_of_lists(void **state) {
    (void)state;
    static const struct eval_case cases[] = {
        {"{{ value | first }}", "[\"a\",\"b\"]", "\"a\""},
        {"{{ value | last }}", "[\"a\",2]", "\"2\""},
        {"{{ value | first }}", "[]", "null"},
        {"{{ value | last }}", "[]", "null"},
        {"{{ value | first }}", "\"abc\"", "null"},
        {"{{ value | last }}", "null", "null"},
    };
    CHECK(cases);
}

static void replace_takes_all(void **state) {
    (void)state;
    static const struct eval_case cases[] = {
        {"{{ value | replace: 'a', 'b' }}", "\"banana\"", "\"bbnbnb\""},
        {"{{ value | replace: 'a' }}", "\"banana\"", "\"bnn\""},
        {"{{ value | replace: 'aa', 'a' }}", "\"aaaaa\"", "\"aaa\""},
        {"{{ value | replace: '', '-' }}", "\"a\303\251\"", "\"-a-\303\251-\""},
        {"{{ value | replace: '.', 'x' }}", "\"a.b\"", "\"axb\""},
        {"{{ value | replace: 'b', '[\\0\\&]' }}", "\"abc\"", "\"a[bb]c\""},
        {"{{ value | replace: 'b', '<\\`\\\\\\1>' }}", "\"abc\"", "\"a<a\\\\>c\""},
        {"{{ value | replace: 'b', \"\\'\" }}", "\"abc\"", "\"acc\""},
        {"{{ value | replace: 'b', '\\' }}", "\"abc\"", "\"a\\\\c\""},
        {"{{ value | replace: 'b', '\\x' }}", "\"abc\"", "\"a\\\\xc\""},
    };
    CHECK(cases);
}

static void prepend_and_append_add(void **state) {
    (void)state;
    static const struct eval_case cases[] = {
        {"{{ value | prepend: 'org:' }}", "\"admin\"", "\"org:admin\""},
        {"{{ value | append: '@x.example' }}", "\"j\"", "\"j@x.example\""},
        {"{{ value | prepend: value }}", "[\"a\",\"b\"]", "\"abab\""},
        {"{{ value | append: 1 }}", "null", "\"1\""},
    };
    CHECK(cases);
}

static void default_replaces_what_is_empty(void **state) {
    (void)state;
    static const struct eval_case cases[] = {
        {"{{ value | default: 'd' }}", "null", "\"d\""},    {"{{ value | default: 'd' }}", "false", "\"d\""},
        {"{{ value | default: 'd' }}", "\"\"", "\"d\""},    {"{{ value | default: 'd' }}", "[]", "\"d\""},
        {"{{ value | default: 'd' }}", "\" \"", "\" \""},   {"{{ value | default: 'd' }}", "0", "\"0\""},
        {"{{ value | default: 'd' }}", "[\"\"]", "[\"\"]"}, {"{{ value | default }}", "null", "\"\""},
        {"{{ value | default: nil }}", "false", "null"},    {"{{ value | first | default: 'd' }}", "\"x\"", "\"d\""},
    };
    CHECK(cases);
}

static void errors_name_the_byte_and_what_would_be_right(void **state) {
    (void)state;
    static const struct {
        const char *text, *at, *right;
    } cases[] = {
        {"{{ value | capitalize }}", "byte 12",
         "downcase, upcase, strip, split, first, last, replace, prepend, append, "
         "default"},
        {"{{ value | Upcase }}", "byte 12", "no filter"},
        {"{{ value | split }}", "byte 12", "split: \",\""},
        {"{{ value | split: }}", "byte 19", "a number"},
        {"{{ value | upcase: 1 }}", "byte 20", "no argument"},
        {"{{ value | split: 'a', 'b' }}", "byte 24", "one argument"},
        {"{{ value | replace: 'a', 'b', 'c' }}", "byte 31", "two arguments"},
        {"{{ value | replace }}", "byte 12", "replace: \"old\", \"new\""},
        {"{{ value | append: \"a }}", "byte 20", "closed by \""},
        {"{{ value | append: 'a\" }}", "byte 20", "closed by '"},
        {"a {{ value", "byte 3", "}}"},
        {"{{ value }", "byte 10", "}}"},
        {"{{", "byte 1", "}}"},
        {"{{ }}", "byte 4", "value"},
        {"{{ user }}", "byte 4", "use value"},
        {"{{ value | append: user.name }}", "byte 20", "use value"},
        {"{{ value.first }}", "byte 9", "a filter"},
        {"{{ value upcase }}", "byte 10", "a filter"},
        {"{{ value | }}", "byte 12", "name"},
        {"{{ value | | }}", "byte 12", "name"},
        {"{{ value | default: 1, allow_false: true }}", "byte 24", "one argument"},
        {"{% if value %}", "byte 1", "{{ value"},
        {"a\377", "byte 2", "UTF-8"},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].text) {
        struct template *t;
        fail_clear(&ctx);
        assert_int_equal(parse(&ctx, cases[i].text, &t), ERR_INVALID_VALUE);
        char *at = arena_printf(ctx.arena, "%s:", cases[i].at);
        if (!strstr(fail_detail(&ctx), at) || !strstr(fail_detail(&ctx), cases[i].right))
            fail_msg("%s: %s", cases[i].text, fail_detail(&ctx));
    }
    arena_destroy(ctx.arena);
}

static void every_prefix_is_taken_or_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "a {{- value | split: \" \" | first | replace: 'a', \"b\" | default: -1.25 -}} b {{ nil | append: '\303\251' "
        "}}",
        "{{ value | downcase | prepend: \"org:\" }}{{ value | upcase | strip | last }}\346\227\245",
    };
    UNIT_EACH (i, texts, texts[i])
        for (size_t n = 0; n <= strlen(texts[i]); n++) {
            struct ctx ctx = unit_ctx();
            char *prefix = malloc(n + 1); /* its end has no NUL */
            memcpy(prefix, texts[i], n);
            struct template *t;
            enum err e = template_parse(&ctx, prefix, n, &t);
            assert_true(e == OK || e == ERR_INVALID_VALUE);
            free(prefix);
            if (e == OK)
                template_eval(ctx.arena, t, unit_json(&ctx, "[\"A b\",null,1.5]"), &(size_t){SIZE_MAX});
            arena_destroy(ctx.arena);
        }
}

static const char *repeated(struct ctx *ctx, const char *front, const char *text, size_t n, const char *back) {
    struct buf *b = buf_new(ctx->arena, 1024 * 1024);
    buf_str(b, front);
    for (size_t i = 0; i < n; i++)
        buf_str(b, text);
    buf_str(b, back);
    return buf_text(b);
}

static void limits_of_the_text_are_errors(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct template *t;
    assert_int_equal(parse(&ctx, repeated(&ctx, "", "a", TEMPLATE_BYTES, ""), &t), OK);
    assert_int_equal(parse(&ctx, repeated(&ctx, "", "a", TEMPLATE_BYTES, "a"), &t), ERR_INVALID_VALUE);
    assert_int_equal(parse(&ctx, repeated(&ctx, "{{ value", " | strip", TEMPLATE_FILTERS, "}}"), &t), OK);
    assert_int_equal(parse(&ctx, repeated(&ctx, "{{ value", " | strip", TEMPLATE_FILTERS, "| strip }}"), &t),
                     ERR_INVALID_VALUE);
    assert_non_null(strstr(fail_detail(&ctx), "16 filters"));
    arena_destroy(ctx.arena);
}

static void results_over_the_limits_are_nothing(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    const char *full = repeated(&ctx, "\"", "a", TEMPLATE_RESULT, "\"");
    const char *over = repeated(&ctx, "\"", "a", TEMPLATE_RESULT, "a\"");
    const char *list = repeated(&ctx, "[", "\"a\",", TEMPLATE_ELEMENTS - 1, "\"a\"]");
    const char *long_list = repeated(&ctx, "[", "\"a\",", TEMPLATE_ELEMENTS, "\"a\"]");
    assert_int_equal(strlen(eval(&ctx, "{{ value | upcase }}", full)), TEMPLATE_RESULT + 2);
    assert_string_equal(eval(&ctx, "{{ value | append: 'b' }}", full), "null");
    assert_string_equal(eval(&ctx, "{{ value | append: 'b' | default: 'c' }}", full), "null");
    assert_string_equal(eval(&ctx, "{{ value }}b", full), "null");
    assert_string_equal(eval(&ctx, "{{ value }}", over), "null");
    assert_string_equal(eval(&ctx, "{{ value | replace: 'a', 'bb' }}", full), "null");
    assert_string_equal(eval(&ctx, "{{ value | replace: '', '\\`' }}", full), "null");
    assert_string_equal(eval(&ctx, "{{ value | split: '' }}", full), "null");
    assert_string_equal(eval(&ctx, "{{ value }}", list), list);
    assert_string_equal(eval(&ctx, "{{ value }}", long_list), "null");
    assert_string_equal(eval(&ctx, "{{ value | split: 'a' }}", full), "[]");
    assert_string_equal(eval(&ctx, "{{ value | split: ',' }}", repeated(&ctx, "\"", ",", 1000, "a\"")), "null");
    arena_destroy(ctx.arena);
}

/* As many filters as the text has room for, on the largest value. */
static void hostile_templates_end_soon(void **state) {
    (void)state;
    static const char *const chains[] = {"{{value|upcase}}", "{{value|replace:'','a'}}", "{{value|split:''|first}}",
                                         "{{value|append:value|split:value}}"};
    struct ctx ctx = unit_ctx();
    const char *value = repeated(&ctx, "\"", "\316\243", TEMPLATE_RESULT / 2, "\"");
    clock_t from = clock();
    UNIT_EACH (i, chains, chains[i]) {
        const char *text = repeated(&ctx, "", chains[i], TEMPLATE_BYTES / strlen(chains[i]), "");
        assert_string_equal(eval(&ctx, text, value), "null");
    }
    assert_true((double)(clock() - from) / CLOCKS_PER_SEC < 2);
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_around_braces_stays),
        cmocka_unit_test(operands_are_value_texts_numbers_and_words),
        cmocka_unit_test(values_of_any_type_have_a_text),
        cmocka_unit_test(case_is_that_of_unicode),
        cmocka_unit_test(strip_takes_white_space_of_ascii),
        cmocka_unit_test(split_is_that_of_ruby),
        cmocka_unit_test(first_and_last_are_of_lists),
        cmocka_unit_test(replace_takes_all),
        cmocka_unit_test(prepend_and_append_add),
        cmocka_unit_test(default_replaces_what_is_empty),
        cmocka_unit_test(errors_name_the_byte_and_what_would_be_right),
        cmocka_unit_test(every_prefix_is_taken_or_refused),
        cmocka_unit_test(limits_of_the_text_are_errors),
        cmocka_unit_test(results_over_the_limits_are_nothing),
        cmocka_unit_test(hostile_templates_end_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
