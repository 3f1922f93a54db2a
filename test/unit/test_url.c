#include "audit/actions.h"
#include "unit.h"
#include "webhook/url.h"

/* What webhooks are set up with: URLs, and patterns of actions. */

static void check(const char *const *urls, size_t n, bool allow_private, bool good) {
    struct ctx ctx = unit_ctx();
    for (size_t i = 0; i < n; i++) {
        const char *problem = url_problem(ctx.arena, urls[i], allow_private);
        if (good && problem)
            fail_msg("%s must %s", urls[i], problem);
        if (!good && !problem)
            fail_msg("%s is taken", urls[i]);
    }
    arena_destroy(ctx.arena);
}
#define CHECK(urls, allow_private, good) check(urls, sizeof(urls) / sizeof *(urls), allow_private, good)

static const char *const outside[] = {"https://example.com",
                                      "https://example.com/",
                                      "https://example.com?x=1",
                                      "https://example.com:8443/hook?a=b&c=%20d",
                                      "HTTPS://Example.COM/Hook",
                                      "https://xn--bcher-kva.example/",
                                      "https://example.com./hook",
                                      "https://a_b.example.com/~me/(x)*!'",
                                      "https://localhost.example.com/",
                                      "https://mylocal/",
                                      "https://1.2.3.4.example/",
                                      "https://8.8.8.8/",
                                      "https://0x08080808/",
                                      "https://[2606:4700:4700::1111]/",
                                      "https://[2606:4700:4700::1111]:443/"};

/* Every spelling that inet_aton() takes, addresses in addresses, names. */
static const char *const inside[] = {"https://127.0.0.1/",
                                     "https://127.0.0.1./",
                                     "https://127.1/",
                                     "https://127.0.1/",
                                     "https://2130706433/",
                                     "https://0x7f000001/",
                                     "https://0x7f.1/",
                                     "https://0X7F.0.0.1/",
                                     "https://0177.0.0.1/",
                                     "https://017700000001/",
                                     "https://0/",
                                     "https://10.0.0.1:8443/x",
                                     "https://169.254.169.254/latest/meta-data",
                                     "https://0xa9fea9fe/",
                                     "https://192.168.1.1/",
                                     "https://[::1]/",
                                     "https://[::]/",
                                     "https://[::ffff:127.0.0.1]/",
                                     "https://[::ffff:7f00:1]/",
                                     "https://[64:ff9b::a00:1]/",
                                     "https://[fd00::1]/",
                                     "https://[fe80::1]/",
                                     "https://localhost/",
                                     "https://LOCALHOST./",
                                     "https://app.localhost/",
                                     "https://printer.local/",
                                     "https://metadata.google.internal/",
                                     "http://example.com/",
                                     "http://127.0.0.1:8080/hook"};

static const char *const never[] = {"",
                                    "example.com",
                                    "/hook",
                                    "//example.com/",
                                    "https:/example.com",
                                    "https:example.com",
                                    "https://",
                                    "https:///hook",
                                    "https://:443/",
                                    "https://?x",
                                    "ftp://example.com/",
                                    "file:///etc/passwd",
                                    "gopher://example.com/",
                                    " https://example.com/",
                                    "https://example.com/ ",
                                    "https://example.com/a b",
                                    "https://example.com/\n",
                                    "https://example.com/\x7f",
                                    "https://example.com/\"x",
                                    "https://example.com\\@127.0.0.1/",
                                    "https://user@example.com/",
                                    "https://user:pass@example.com/",
                                    "https://example.com@127.0.0.1/",
                                    "https://example.com/#fragment",
                                    "https://example.com#",
                                    "https://\xc3\xbc.example/",
                                    "https://example.com/\xc3\xbc",
                                    "https://%65xample.com/",
                                    "https://example.com/%",
                                    "https://example.com/%4",
                                    "https://example.com/%zz",
                                    "https://.example.com/",
                                    "https://example..com/",
                                    "https://./",
                                    "https://example.com:/",
                                    "https://example.com:0/",
                                    "https://example.com:65536/",
                                    "https://example.com:443443/",
                                    "https://example.com:+80/",
                                    "https://example.com:80:80/",
                                    "https://example.com:http/",
                                    "https://[::1/",
                                    "https://[]/",
                                    "https://[example.com]/",
                                    "https://[127.0.0.1]/",
                                    "https://[::1%25lo]/",
                                    "https://[2606:4700:4700::1111]x/",
                                    "https://2606:4700:4700::1111/",
                                    "https://example.com/[x]",
                                    "https://exa[mple.com/",
                                    "https://exa,mple.com/"};

static void urls_of_the_public_internet_are_taken(void **state) {
    (void)state;
    CHECK(outside, false, true);
    CHECK(outside, true, true);
}

static void the_inside_is_for_those_who_may(void **state) {
    (void)state;
    CHECK(inside, false, false);
    CHECK(inside, true, true);
}

static void what_is_no_plain_url_is_refused(void **state) {
    (void)state;
    CHECK(never, false, false);
    CHECK(never, true, false);
}

static void a_url_has_2000_bytes_at_most(void **state) {
    (void)state;
    char url[2002];
    memset(url, 'x', sizeof url);
    memcpy(url, "https://example.com/", 20);
    url[2001] = '\0';
    struct ctx ctx = unit_ctx();
    assert_non_null(url_problem(ctx.arena, url, false));
    url[2000] = '\0';
    assert_null(url_problem(ctx.arena, url, false));
    memset(url + 8, 'x', 254);
    memcpy(url + 8 + 254, "/", 2);
    assert_non_null(url_problem(ctx.arena, url, false));
    arena_destroy(ctx.arena);
}

static void a_problem_says_what_would_be_right(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    assert_string_equal(url_problem(ctx.arena, "https://10.1/", false),
                        "be one of the public Internet: 10.1 is no public address");
    assert_non_null(strstr(url_problem(ctx.arena, "https://a@example.com/", false), "user"));
    assert_non_null(strstr(url_problem(ctx.arena, "http://example.com/", false), "https://"));
    arena_destroy(ctx.arena);
}

static void patterns_fit_actions_that_there_are(void **state) {
    (void)state;
    static const char *const good[] = {"*",
                                       "s*",
                                       "scim.*",
                                       "scim.user.*",
                                       "scim.user.deactivated",
                                       "scim.user.de*",
                                       "scim.user.deactivated*",
                                       "webhook.test",
                                       "scim.request.refused"};
    static const char *const bad[] = {"",   "scim",   "scim.",   "scim.user",   "SCIM.*",    "scim.users.*",
                                      "**", "*.user", "scim.*.", "scim.*.user", "portals.*", "scim.user.deactivated.*",
                                      "x*"};
    UNIT_EACH (i, good, good[i])
        if (!actions_wanted(good[i]))
            fail_msg("%s is refused", good[i]);
    UNIT_EACH (i, bad, bad[i])
        if (actions_wanted(bad[i]))
            fail_msg("%s is taken", bad[i]);
}

static void the_nearest_pattern_is_named(void **state) {
    (void)state;
    static const char *const cases[][2] = {{"scim.user.deactivate", "scim.user.deactivated"},
                                           {"scim.usr.*", "scim.user.*"},
                                           {"user.deactivated", "scim.user.deactivated"},
                                           {"webhooks.*", "webhook.*"},
                                           {"members.*", "member.*"},
                                           {"team.member_add", "team.member_added"}};
    char longest[5000];
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i][0])
        assert_string_equal(actions_nearest(ctx.arena, cases[i][0]), cases[i][1]);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_true(actions_wanted(actions_nearest(ctx.arena, longest)));
    assert_true(actions_wanted(actions_nearest(ctx.arena, "")));
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_of_the_public_internet_are_taken), cmocka_unit_test(the_inside_is_for_those_who_may),
        cmocka_unit_test(what_is_no_plain_url_is_refused),       cmocka_unit_test(a_url_has_2000_bytes_at_most),
        cmocka_unit_test(a_problem_says_what_would_be_right),    cmocka_unit_test(patterns_fit_actions_that_there_are),
        cmocka_unit_test(the_nearest_pattern_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
