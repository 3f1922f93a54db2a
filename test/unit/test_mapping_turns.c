#include "directory/mapping_turns.h"
#include "unit.h"

#include <stdio.h>

static const char *const one = "00000000-0000-0000-0000-00000000000a", *const two =
                                                                           "00000000-0000-0000-0000-00000000000b";

static void test_a_step_that_fails_becomes_smaller_until_it_skips_a_user_and_grows_again(void **state) {
    static const size_t smaller[] = {25, 3, 1, 0}, larger[] = {1, 2, 4, 8, 16, 32, 64, 128, 200, 200};
    struct mapping_turns t = {0};
    const char *resting[MAPPING_TURNS];
    (void)state;
    assert_int_equal(mapping_turns_of(&t, one).page, 200);
    for (size_t i = 0; i < sizeof smaller / sizeof *smaller; i++) {
        assert_false(mapping_turns_failed(&t, mapping_turns_of(&t, one), 0));
        assert_int_equal(mapping_turns_of(&t, one).page, smaller[i]);
    }
    for (size_t i = 0; i < sizeof larger / sizeof *larger; i++) {
        mapping_turns_worked(&t, mapping_turns_of(&t, one), true);
        assert_int_equal(mapping_turns_of(&t, one).page, larger[i]);
    }
    assert_int_equal(mapping_turns_of(&t, two).page, 200);
    assert_int_equal(mapping_turns_resting(&t, 0, resting), 0);
}

static void test_a_step_that_fails_remembers_for_whom_and_with_which_mapping(void **state) {
    struct mapping_turns t = {0};
    struct mapping_turn turn = mapping_turns_of(&t, one);
    (void)state;
    snprintf(turn.failed, sizeof turn.failed, "%s", two);
    turn.version = 7;
    mapping_turns_failed(&t, turn, 0);
    assert_string_equal(mapping_turns_of(&t, one).failed, two);
    assert_int_equal(mapping_turns_of(&t, one).version, 7);
    assert_string_equal(mapping_turns_of(&t, two).failed, "");
}

static void test_a_slow_step_is_not_followed_by_a_larger_one(void **state) {
    struct mapping_turns t = {0};
    (void)state;
    mapping_turns_failed(&t, mapping_turns_of(&t, one), 0);
    mapping_turns_worked(&t, mapping_turns_of(&t, one), false);
    assert_int_equal(mapping_turns_of(&t, one).page, 25);
}

static void test_an_organization_that_fails_for_ever_rests_for_longer_and_longer(void **state) {
    static const int64_t rests[] = {1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 256000, 300000, 300000};
    struct mapping_turns t = {0};
    const char *resting[MAPPING_TURNS];
    int64_t now = 50;
    (void)state;
    for (int i = 0; i < 4; i++)
        mapping_turns_failed(&t, mapping_turns_of(&t, one), now);
    for (size_t i = 0; i < sizeof rests / sizeof *rests; i++) {
        assert_true(mapping_turns_failed(&t, mapping_turns_of(&t, one), now));
        assert_int_equal(mapping_turns_resting(&t, now + rests[i] - 1, resting), 1);
        assert_string_equal(resting[0], one);
        now += rests[i];
        assert_int_equal(mapping_turns_resting(&t, now, resting), 0);
    }
    mapping_turns_locked(&t, mapping_turns_of(&t, two), now);
    assert_int_equal(mapping_turns_resting(&t, now + 999, resting), 1);
    assert_int_equal(mapping_turns_resting(&t, now + 1000, resting), 0);
    assert_string_equal(t.last, two);
}

static void test_of_too_many_in_trouble_the_one_that_is_due_first_is_forgotten(void **state) {
    struct mapping_turns t = {0};
    const char *resting[MAPPING_TURNS];
    (void)state;
    for (int i = 0; i <= MAPPING_TURNS; i++) {
        char id[UUID_TEXT + 1];
        snprintf(id, sizeof id, "00000000-0000-0000-0000-%012d", i);
        mapping_turns_locked(&t, mapping_turns_of(&t, id), i);
    }
    assert_int_equal(mapping_turns_resting(&t, 0, resting), MAPPING_TURNS);
    assert_int_equal(mapping_turns_of(&t, "00000000-0000-0000-0000-000000000000").until, 0);
    assert_int_equal(mapping_turns_of(&t, "00000000-0000-0000-0000-000000000001").until, 1001);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_that_fails_becomes_smaller_until_it_skips_a_user_and_grows_again),
        cmocka_unit_test(test_a_step_that_fails_remembers_for_whom_and_with_which_mapping),
        cmocka_unit_test(test_a_slow_step_is_not_followed_by_a_larger_one),
        cmocka_unit_test(test_an_organization_that_fails_for_ever_rests_for_longer_and_longer),
        cmocka_unit_test(test_of_too_many_in_trouble_the_one_that_is_due_first_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
