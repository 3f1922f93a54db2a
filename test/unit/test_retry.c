#include "unit.h"
#include "webhook/retry.h"

static void test_the_table_is_kept_with_a_tenth_of_jitter(void **state) {
    static const double wanted[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
    (void)state;
    for (int n = 0; n < 9; n++)
        for (int i = 0; i < 1000; i++) {
            double got = retry_after(n, 0, 1);
            assert_true(got >= 0.9 * wanted[n] && got <= 1.1 * wanted[n]);
        }
    assert_true(retry_after(9, 0, 1) < 0);
    assert_true(retry_after(9, 60, 1) < 0); /* what is asked for does not make it endless */
}

static void test_what_fails_together_does_not_come_back_together(void **state) {
    double low = 10, high = 0;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        double got = retry_after(0, 0, 1);
        low = got < low ? got : low;
        high = got > high ? got : high;
    }
    assert_true(high - low > 0.8);
}

static void test_the_receivers_wish_counts_for_an_hour_at_most(void **state) {
    (void)state;
    assert_true(retry_after(0, 7, 1) == 7 && retry_after(5, 7, 1) == 7);
    assert_true(retry_after(0, 86400, 1) == 3600 && retry_rest(86400) == 3600 && retry_rest(1) == 1);
}

static void test_a_scale_shortens_the_table_alone(void **state) {
    (void)state;
    assert_true(retry_after(1, 0, 100) <= 3.3);
    assert_true(retry_after(1, 7, 100) == 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_is_kept_with_a_tenth_of_jitter),
        cmocka_unit_test(test_what_fails_together_does_not_come_back_together),
        cmocka_unit_test(test_the_receivers_wish_counts_for_an_hour_at_most),
        cmocka_unit_test(test_a_scale_shortens_the_table_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
