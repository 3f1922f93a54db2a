#include "base/buf.h"
#include "unit.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void memory_is_zeroed_aligned_and_survives_growth(void **state) {
    (void)state;
    struct arena *a = arena_create();
    for (int round = 0; round < 3; round++) {
        unsigned char *first = arena_alloc(a, 100);
        for (int i = 0; i < 1000; i++) {
            unsigned char *p = arena_alloc(a, 1000);
            assert_int_equal((uintptr_t)p % 16, 0);
            for (int k = 0; k < 1000; k++)
                assert_int_equal(p[k], 0);
            memset(p, 0xff, 1000);
        }
        assert_int_equal(first[99], 0);
        assert_in_range(arena_size(a), 1000 * 1000, 3 * 1000 * 1000);
        assert_string_equal(arena_printf(a, "%s-%d", arena_strndup(a, "abcdef", 3), 7), "abc-7");
        assert_string_equal(arena_join(a, "a", "", "bc"), "abc");
        arena_reset(a);
        assert_in_range(arena_size(a), 1, 100 * 1000);
    }
    arena_destroy(a);
}

static int order[3], ran;

static void note(void *ptr) {
    order[ran++] = *(int *)ptr;
}

static void what_is_deferred_runs_once_newest_first(void **state) {
    (void)state;
    struct arena *a = arena_create();
    int one = 1, two = 2;
    ran = 0;
    arena_defer(a, note, &one);
    arena_defer(a, note, NULL);
    arena_defer(a, note, &two);
    arena_reset(a);
    arena_destroy(a);
    assert_int_equal(ran, 2);
    assert_int_equal(order[0], 2);
    assert_int_equal(order[1], 1);
}

static void a_buffer_never_grows_over_its_maximum(void **state) {
    (void)state;
    struct arena *a = arena_create();
    struct buf *b = buf_new(a, 1000);
    for (int i = 0; i < 999; i++)
        buf_char(b, 'x');
    buf_fmt(b, "%s", "y");
    assert_false(buf_overflowed(b));
    assert_int_equal(buf_len(b), 1000);
    assert_int_equal(strlen(buf_text(b)), 1000);
    buf_str(b, "");
    assert_false(buf_overflowed(b));
    buf_str(b, "z");
    assert_true(buf_overflowed(b));
    buf_fmt(b, "%d", 5);
    assert_int_equal(buf_len(b), 1000);
    buf_reset(b);
    buf_fmt(b, "%0500d", 1);
    assert_int_equal(buf_len(b), 500);
    assert_false(buf_overflowed(b));
    arena_destroy(a);
}

static void json_strings_are_escaped(void **state) {
    (void)state;
    struct arena *a = arena_create();
    struct buf *b = buf_new(a, 1000);
    buf_json_str(b, "a\"\\\n\r\t\x01</>&\xe2\x80\xa8\xe2\x80\xa9\xc3\xa9\x7f");
    assert_string_equal(buf_text(b),
                        "\"a\\\"\\\\\\n\\r\\t\\u0001\\u003c/\\u003e\\u0026\\u2028\\u2029\xc3\xa9\\u007f\"");
    arena_destroy(a);
}

/* What was cut is not given to anybody who did not ask for it: the process ends before it can be sent. */
static void a_text_that_was_cut_is_not_given_out(void **state) {
    (void)state;
    struct arena *a = arena_create();
    struct buf *b = buf_new(a, 3);
    buf_str(b, "abc");
    assert_string_equal(buf_text(b), "abc");
    buf_str(b, "d");
    assert_string_equal(buf_beginning(b), "abc");
    pid_t child = fork();
    if (child == 0) {
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        (void)buf_text(b);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_survives_growth),
        cmocka_unit_test(what_is_deferred_runs_once_newest_first),
        cmocka_unit_test(a_buffer_never_grows_over_its_maximum),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(a_text_that_was_cut_is_not_given_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
