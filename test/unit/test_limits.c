#include "limits_unit.h"

enum { MANY = 300000 };

static void siphash_gives_the_numbers_of_its_reference(void **state) {
    (void)state;
    static const uint64_t key[] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    static const uint8_t data[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    uint64_t out[2];
    siphash_128(key, data, 0, out);
    assert_true(out[0] == 0xe6a825ba047f81a3 && out[1] == 0x930255c71472f66d);
    siphash_128(key, data, 1, out);
    assert_true(out[0] == 0x44af996bd8c187da && out[1] == 0x45fc229b11597634);
    siphash_128(key, data, sizeof data, out);
    assert_true(out[0] == 0x11a8b03399e99354 && out[1] == 0xd9c3cf970fec087e);
}

static void a_bucket_gives_its_burst_then_its_rate(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    struct limits_state s;
    const struct limits_rule rule = {.rate = 1, .seconds = 1000, .burst = 3};
    for (int left = 2; left >= 0; left--) {
        assert_true(limits_peek(l, "org:a", rule, &s));
        assert_int_equal(s.remaining, left + 1);
        assert_int_equal(limits_take(l, "org:a", rule, 0, &s), 0);
        assert_int_equal(s.limit, 3);
        assert_int_equal(s.remaining, left);
        assert_int_equal(s.retry > 0, left == 0);
        assert_true(s.reset > 1000 * (2 - left) && s.reset <= 1000 * (3 - left));
    }
    assert_false(limits_peek(l, "org:a", rule, &s));
    for (int i = 0; i < 10; i++)
        assert_int_equal(limits_take(l, "org:a", rule, LIMITS_WAIT_MAX, &s), -1);
    assert_true(s.retry > 0 && s.retry <= 1000 && s.remaining == 0);
    assert_int_equal(limits_take(l, "org:b", rule, 0, &s), 0);
    assert_int_equal(limits_take(NULL, "org:a", rule, 0, &s), 0);
    assert_int_equal(limits_take(l, "org:a", (struct limits_rule){.rate = 0, .burst = 3}, 0, &s), 0);
    assert_int_equal(s.limit, 0);
    const struct limits_rule largest = {.rate = INT32_MAX, .seconds = INT32_MAX, .burst = INT32_MAX};
    assert_int_equal(limits_take(l, "org:c", largest, 0, &s), 0);
    const struct limits_rule longest = {.rate = 1, .seconds = INT32_MAX, .burst = INT32_MAX};
    assert_int_equal(takes(l, "org:d", longest, 10), 1);
    limits_close(l);
}

static void a_place_is_reserved_within_the_wait_only(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    struct limits_state s;
    const struct limits_rule rule = {.rate = 1, .seconds = 4, .burst = 1};
    assert_int_equal(limits_take(l, "org:a", rule, 0, NULL), 0);
    assert_int_equal(limits_take(l, "org:a", rule, 0, NULL), -1);
    int64_t first = limits_take(l, "org:a", rule, 5 * second, &s),
            later = limits_take(l, "org:a", rule, 9 * second, &s);
    assert_true(first > 0 && first <= 4 * second);
    assert_true(later > first && later <= 8 * second);
    assert_int_equal(s.remaining, 0);
    assert_int_equal(limits_take(l, "org:a", rule, second, &s), -1);
    assert_int_equal(limits_take(l, "org:a", rule, INT64_MAX, &s), -1);
    limits_close(l);
    const struct limits_rule quick = {.rate = 50, .seconds = 1, .burst = 1};
    l = limits_open(path);
    int64_t before = limits_now(), wait = 0;
    for (int i = 0; i < 5; i++) {
        wait = limits_take(l, "org:quick", quick, second, NULL);
        assert_true(wait >= 0 && wait <= second / 50);
        limits_sleep(wait);
    }
    assert_true(limits_now() - before >= 4 * (second / 50));
    limits_close(l);
}

static void a_peek_takes_nothing(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    for (int i = 0; i < 1000; i++)
        assert_true(limits_peek(l, "address:a", slow_stranger, NULL));
    assert_int_equal(takes(l, "address:a", slow_stranger, 20), 8);
    assert_false(limits_peek(l, "address:a", slow_stranger, NULL));
    limits_close(l);
}

static const struct limits_rule hammered = {.rate = 5000, .seconds = 1, .burst = 1000};

static void hammer(int n) {
    struct limits *l = limits_open(path);
    await_go();
    while (!atomic_load(&shared->stop)) {
        int64_t before = limits_now();
        if (limits_take(l, "org:hammered", hammered, 0, NULL) == 0)
            atomic_fetch_add(&shared->taken[n], 1);
        else
            atomic_store(&shared->refused[n], before);
        atomic_store(&shared->last[n], limits_now());
    }
    limits_close(l);
}

static uint64_t all_taken(void) {
    uint64_t n = 0;
    for (int i = 0; i < CHILDREN; i++)
        n += atomic_load(&shared->taken[i]);
    return n;
}

static double due_at(int64_t began, _Atomic int64_t times[CHILDREN]) {
    int64_t latest = began;
    for (int i = 0; i < CHILDREN; i++)
        if (atomic_load(&times[i]) > latest)
            latest = atomic_load(&times[i]);
    return hammered.burst + (double)hammered.rate * (double)(latest - began) / 1e9;
}

/* When one was refused, all that was due by then had been given; and what was due at the end is all that there is. */
static void compare(int64_t began) {
    double given = (double)all_taken();
    double least = given / due_at(began, shared->refused), most = given / due_at(began, shared->last);
    print_message("             %.0f given: %.5f of what was due at least, %.5f at most\n", given, least, most);
    assert_true(least > 0.98);
    assert_true(most < 1.02);
}

static void four_processes_get_burst_and_rate_exactly(void **state) {
    (void)state;
    pid_t pids[CHILDREN];
    for (int i = 0; i < CHILDREN; i++)
        pids[i] = start(hammer, i);
    await_ready(CHILDREN);
    int64_t began = limits_now();
    atomic_store(&shared->go, true);
    while (all_taken() < 6500)
        sched_yield();
    atomic_store(&shared->stop, true);
    for (int i = 0; i < CHILDREN; i++)
        finish(pids[i]);
    compare(began);
}

/* Each death may leave one place taken and not counted. */
static void killed_processes_change_nothing(void **state) {
    (void)state;
    pid_t pids[CHILDREN];
    for (int i = 0; i < CHILDREN; i++)
        pids[i] = start(hammer, i);
    await_ready(CHILDREN);
    int64_t began = limits_now();
    atomic_store(&shared->go, true);
    for (int death = 0; death < 40; death++) {
        int victim = death % CHILDREN;
        uint64_t before = all_taken();
        while (all_taken() < before + 150)
            sched_yield();
        kill_now(pids[victim]);
        pids[victim] = start(hammer, victim);
    }
    atomic_store(&shared->stop, true);
    for (int i = 0; i < CHILDREN; i++)
        finish(pids[i]);
    compare(began);
}

static void hold_a_place(int n) {
    (void)n;
    struct limits *l = limits_open(path);
    if (!limits_wait_begin(l, LIMITS_FOR_PLACE, second / 2, 2))
        _exit(1);
    atomic_fetch_add(&shared->ready, 1);
    for (;;)
        pause();
}

static void waits_heal_after_a_kill(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    int64_t began = limits_now();
    pid_t first = start(hold_a_place, 0), second_one = start(hold_a_place, 1);
    await_ready(2);
    kill_now(first);
    kill_now(second_one);
    assert_true(limits_wait_begin(l, LIMITS_FOR_PLACE, second, 3));
    limits_wait_end(l);
    assert_false(limits_wait_begin(l, LIMITS_FOR_PLACE, second, 0));
    int64_t refused = 0;
    while (!limits_wait_begin(l, LIMITS_FOR_PLACE, second, 2)) {
        refused = limits_now();
        sched_yield();
    }
    assert_true(refused == 0 || limits_now() - began >= second / 2);
    limits_close(l);
}

static void waits_are_counted_and_ended(void **state) {
    (void)state;
    struct limits *all[3];
    for (int i = 0; i < 3; i++)
        all[i] = limits_open(path);
    assert_true(limits_wait_begin(all[0], LIMITS_FOR_PLACE, LIMITS_WAIT_MAX, 2));
    assert_true(limits_wait_begin(all[0], LIMITS_FOR_PLACE, LIMITS_WAIT_MAX, 2));
    assert_true(limits_wait_begin(all[1], LIMITS_FOR_PLACE, INT64_MAX, 2));
    assert_false(limits_wait_begin(all[2], LIMITS_FOR_PLACE, second, 2));
    limits_wait_end(all[0]);
    limits_wait_end(all[0]);
    assert_true(limits_wait_begin(all[2], LIMITS_FOR_PLACE, second, 2));
    assert_false(limits_wait_begin(all[0], LIMITS_FOR_PLACE, second, 2));
    limits_close(all[1]);
    assert_true(limits_wait_begin(all[0], LIMITS_FOR_PLACE, second, 2));
    atomic_store(&all[0]->file->waits[LIMITS_FOR_PLACE][0], INT64_MAX);
    assert_true(limits_wait_begin(all[0], LIMITS_FOR_PLACE, second, 1));
    limits_close(all[0]);
    limits_close(all[2]);
}

/* Who takes an entry over whose time has passed is not ended by the one who had it. */
static void a_wait_that_is_over_is_nobodys(void **state) {
    (void)state;
    struct limits *late = limits_open(path), *next = limits_open(path), *third = limits_open(path);
    assert_true(limits_wait_begin(late, LIMITS_FOR_PLACE, 1, 1));
    while (!limits_wait_begin(next, LIMITS_FOR_PLACE, LIMITS_WAIT_MAX, 1))
        sched_yield();
    limits_wait_end(late);
    assert_false(limits_wait_begin(third, LIMITS_FOR_PLACE, 1, 1));
    limits_close(late);
    limits_close(next);
    limits_close(third);
}

static void waits_for_news_are_counted_apart(void **state) {
    (void)state;
    struct limits *a = limits_open(path), *b = limits_open(path), *c = limits_open(path);
    assert_true(limits_wait_begin(a, LIMITS_FOR_NEWS, second, 1));
    assert_true(limits_wait_begin(b, LIMITS_FOR_PLACE, second, 1));
    assert_false(limits_wait_begin(c, LIMITS_FOR_NEWS, second, 1));
    limits_close(a);
    assert_true(limits_wait_begin(c, LIMITS_FOR_NEWS, second, 1));
    limits_close(b);
    limits_close(c);
}

/* A renewed wait lasts; one whose time has passed goes on only as long as nobody else took the entry. */
static void a_wait_is_renewed_unless_it_was_lost(void **state) {
    (void)state;
    struct limits *a = limits_open(path), *b = limits_open(path);
    assert_false(limits_wait_renew(a, second));
    assert_true(limits_wait_begin(a, LIMITS_FOR_NEWS, 1, 1));
    limits_sleep(1000);
    assert_true(limits_wait_renew(a, LIMITS_WAIT_MAX));
    assert_false(limits_wait_begin(b, LIMITS_FOR_NEWS, second, 1));
    assert_true(limits_wait_renew(a, 1));
    while (!limits_wait_begin(b, LIMITS_FOR_NEWS, LIMITS_WAIT_MAX, 1))
        sched_yield();
    assert_false(limits_wait_renew(a, second));
    limits_wait_end(a);
    assert_false(limits_wait_begin(a, LIMITS_FOR_NEWS, second, 1));
    assert_true(limits_wait_renew(NULL, second));
    limits_close(a);
    limits_close(b);
}

/* The bucket of a key that was just taken. */
static struct limits_bucket *bucket_of(struct limits *l, const char *key, enum limits_table table) {
    uint64_t hash[2];
    siphash_128(l->file->head.secret, key, strlen(key), hash);
    for (struct limits_bucket *b = l->file->buckets[table][hash[0] % LIMITS_SETS], *end = b + LIMITS_WAYS; b < end; b++)
        if (atomic_load(&b->tag) == hash[1])
            return b;
    fail_msg("%s has no bucket", key);
    return NULL;
}

static void a_time_that_cannot_be_leaves_one_place(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    static const int64_t ahead[] = {11, 1000, 1000000000};
    const struct limits_rule rule = {.rate = 1, .seconds = 5, .burst = 4};
    UNIT_EACH (i, ahead, "") {
        assert_int_equal(limits_take(l, "org:a", rule, 0, NULL), 0);
        struct limits_bucket *b = bucket_of(l, "org:a", LIMITS_KNOWN);
        atomic_store(&b->full_at, limits_now() + (20 + ahead[i]) * second);
        assert_true(limits_peek(l, "org:a", rule, NULL));
        assert_int_equal(takes(l, "org:a", rule, 10), 1);
        atomic_store(&b->full_at, i % 2 ? INT64_MIN : 0);
        assert_int_equal(takes(l, "org:a", rule, 10), 4);
        atomic_store(&b->full_at, INT64_MAX);
        assert_true(limits_take(l, "org:a", rule, 0, NULL) == 0);
        atomic_store(&b->full_at, 0);
    }
    limits_close(l);
}

/* More keys than buckets, all in use: those that came first have no place again, the other table knows nothing of it.
 */
static void made_up_keys_give_nobody_a_burst_again(void **state) {
    (void)state;
    char key[32];
    struct limits *l = limits_open(path);
    assert_int_equal(takes(l, "org:a", slow, 20), 8);
    assert_int_equal(takes(l, "org:b", slow, 5), 5);
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "address:hot-%d", i);
        assert_int_equal(takes(l, key, slow_stranger, 20), 8);
    }
    int refused = 0;
    for (int i = 0; i < MANY; i++) {
        snprintf(key, sizeof key, "address:%d", i);
        refused += limits_take(l, key, slow_stranger, 0, NULL) != 0;
        if (i % 100 == 0) {
            snprintf(key, sizeof key, "address:hot-%d", i / 100 % 100);
            assert_false(limits_peek(l, key, slow_stranger, NULL));
            assert_int_equal(limits_take(l, key, slow_stranger, 0, NULL), -1);
        }
    }
    assert_true(refused < MANY / 10);
    assert_int_equal(takes(l, "org:a", slow, 20), 0);
    assert_int_equal(takes(l, "org:b", slow, 20), 3);
    limits_close(l);
}

static void buckets_that_are_full_go_first(void **state) {
    (void)state;
    char key[32];
    struct limits *l = limits_open(path);
    const struct limits_rule quick = {.rate = 1000000, .seconds = 1, .burst = 1, .table = LIMITS_STRANGERS};
    assert_int_equal(takes(l, "address:hot", slow_stranger, 20), 8);
    for (int i = 0; i < MANY; i++) {
        snprintf(key, sizeof key, "address:%d", i);
        limits_take(l, key, quick, 0, NULL);
    }
    assert_non_null(bucket_of(l, "address:hot", LIMITS_STRANGERS));
    assert_int_equal(limits_take(l, "address:hot", slow_stranger, 0, NULL), -1);
    assert_int_equal(takes(l, "address:new", slow_stranger, 20), 8);
    limits_close(l);
}

#define TEST(name) cmocka_unit_test_setup(name, clean)

int main(void) {
    log_open("test", "error");
    const struct CMUnitTest tests[] = {
        TEST(siphash_gives_the_numbers_of_its_reference),
        TEST(a_bucket_gives_its_burst_then_its_rate),
        TEST(a_place_is_reserved_within_the_wait_only),
        TEST(a_peek_takes_nothing),
        TEST(four_processes_get_burst_and_rate_exactly),
        TEST(killed_processes_change_nothing),
        TEST(waits_heal_after_a_kill),
        TEST(waits_are_counted_and_ended),
        TEST(a_wait_that_is_over_is_nobodys),
        TEST(waits_for_news_are_counted_apart),
        TEST(a_wait_is_renewed_unless_it_was_lost),
        TEST(a_time_that_cannot_be_leaves_one_place),
        TEST(made_up_keys_give_nobody_a_burst_again),
        TEST(buckets_that_are_full_go_first),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
