#include "host/limits_process.h"
#include "host/limits_share.h"
#include "limits_unit.h"

enum { SEATS = 6, ROUNDS = 300, KILLS = 60 };

/* Each opening is a process as far as seats go. */
static void sit(struct limits *l[SEATS]) {
    for (int i = 0; i < SEATS; i++) {
        l[i] = limits_open(path);
        limits_seat_take(l[i], LIMITS_SCIM);
        assert_non_null(l[i]->seat);
    }
}

static void rise(struct limits *l[SEATS]) {
    for (int i = 0; i < SEATS; i++) {
        limits_seat_leave(l[i]);
        limits_close(l[i]);
    }
}

static void an_organization_has_its_share_of_heavy_work_and_all_have_a_bound(void **state) {
    (void)state;
    struct limits *l[SEATS];
    sit(l);
    assert_true(limits_work_heavy(l[0], "a", 2, 3));
    assert_true(limits_work_heavy(l[0], "a", 2, 3));
    assert_true(limits_work_heavy(l[1], "a", 2, 3));
    assert_false(limits_work_heavy(l[2], "a", 2, 3));
    assert_true(limits_work_heavy(l[2], "b", 2, 3));
    assert_false(limits_work_heavy(l[3], "b", 2, 3));
    assert_true(limits_work_heavy(l[3], "c", 2, 3)); /* the first of an organization */
    limits_work(l[1], NULL, LIMITS_IDLE);
    limits_seat_leave(l[0]);
    assert_true(limits_work_heavy(l[4], "a", 2, 3));
    assert_true(limits_work_heavy(l[0], "a", 0, 0)); /* no seat */
    assert_true(limits_work_heavy(NULL, "a", 0, 0));
    rise(l);
}

static void what_the_others_do_is_seen(void **state) {
    (void)state;
    struct limits *l[SEATS];
    sit(l);
    limits_work(l[0], "a", LIMITS_BUSY | LIMITS_WRITE);
    limits_work(l[1], "a", LIMITS_BUSY);
    limits_work(l[2], "b", LIMITS_BUSY | LIMITS_WRITE);
    limits_work(l[3], NULL, LIMITS_BUSY);
    limits_sleep(second / 50);
    limits_work(l[1], "a", LIMITS_BUSY | LIMITS_WRITE); /* goes on */
    struct limits_others n = limits_others(l[5], "a", second / 100, true);
    assert_true(n.busy == 4 && n.own == 2 && n.own_old == 2 && n.writes == 2 && n.writes_old == 2);
    n = limits_others(l[0], "a", second, false);
    assert_true(n.busy == 3 && n.own == 1 && n.own_old == 0 && n.writes == 1 && n.writes_old == 0);
    rise(l);
    assert_int_equal(limits_others(NULL, "a", 0, true).busy, 0);
}

static void hold(int n) {
    (void)n;
    struct limits *l = limits_open(path);
    limits_seat_take(l, LIMITS_SCIM);
    limits_work(l, "a", LIMITS_BUSY);
    atomic_store(&shared->taken[0], limits_work_heavy(l, "a", 1, 1));
    await_go();
}

static void a_place_is_free_when_its_process_is_gone_and_not_when_it_is_stopped(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    limits_seat_take(l, LIMITS_SCIM);
    for (int i = 0; i < 20; i++) {
        atomic_store(&shared->ready, 0);
        pid_t pid = start(hold, 0);
        await_ready(1);
        assert_true(atomic_load(&shared->taken[0]));
        kill(pid, SIGSTOP);
        assert_false(limits_work_heavy(l, "a", 1, 1));
        assert_int_equal(limits_others(l, "a", 0, true).busy, 1);
        kill(pid, SIGKILL); /* and is not waited for: a zombie works no more */
        siginfo_t info;
        assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
        assert_true(limits_work_heavy(l, "a", 1, 1));
        limits_work(l, NULL, LIMITS_IDLE);
        kill_now(pid);
    }
    assert_true(l->file->seats_used <= 2);
    limits_seat_leave(l);
    limits_close(l);
}

static void a_pid_that_came_again_is_another_process(void **state) {
    (void)state;
    uint64_t self = limits_process_self();
    assert_false(limits_process_gone(self));
    assert_true(limits_process_gone(self + (UINT64_C(1) << 22)));
    assert_true(limits_process_gone(self | ((1U << 22) - 1)));
}

/* One try in each round; the parent starts the rounds by `go` and counts with `last`. */
static void race(int n) {
    struct limits *l = limits_open(path);
    limits_seat_take(l, LIMITS_SCIM);
    for (int64_t round = 1; round <= ROUNDS; round++) {
        atomic_fetch_add(&shared->ready, 1);
        while (atomic_load(&shared->last[CHILDREN - 1]) < round)
            sched_yield();
        bool got = limits_work_heavy(l, "a", 2, CHILDREN);
        atomic_fetch_add(&shared->taken[0], got);
        atomic_fetch_add(&shared->ready, 1);
        while (atomic_load(&shared->last[0]) < round)
            sched_yield();
        limits_work(l, NULL, LIMITS_IDLE);
    }
    limits_seat_leave(l);
    limits_close(l);
    (void)n;
}

static void of_those_who_come_at_once_as_many_get_a_place_as_there_are(void **state) {
    (void)state;
    pid_t pids[CHILDREN];
    limits_close(limits_open(path));
    for (int i = 0; i < CHILDREN; i++)
        pids[i] = start(race, i);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        await_ready(CHILDREN * (2 * round - 1));
        atomic_store(&shared->taken[0], 0);
        atomic_store(&shared->last[CHILDREN - 1], (int64_t)round);
        await_ready(CHILDREN * 2 * round);
        assert_int_equal(atomic_load(&shared->taken[0]), 2);
        atomic_store(&shared->last[0], (int64_t)round);
    }
    for (int i = 0; i < CHILDREN; i++)
        finish(pids[i]);
}

static void work_on(int n) {
    struct limits *l = limits_open(path);
    limits_seat_take(l, LIMITS_SCIM);
    for (atomic_fetch_add(&shared->ready, 1); !atomic_load(&shared->stop);) {
        limits_work(l, "a", LIMITS_BUSY);
        if (limits_work_heavy(l, "a", 2, 3))
            sched_yield();
        limits_served(l, n % 2 ? "a" : "b");
        limits_work(l, NULL, LIMITS_IDLE);
    }
}

static void who_is_killed_anywhere_leaves_nothing_behind(void **state) {
    (void)state;
    struct limits *l[SEATS];
    for (int i = 0; i < KILLS; i++) {
        atomic_store(&shared->ready, 0);
        pid_t pids[CHILDREN];
        for (int k = 0; k < CHILDREN; k++)
            pids[k] = start(work_on, k);
        await_ready(CHILDREN);
        limits_sleep(second / 1000 + i * 37000);
        for (int k = 0; k < CHILDREN; k++)
            kill_now(pids[k]);
    }
    sit(l);
    assert_int_equal(limits_others(l[0], "a", 0, true).busy, 0);
    assert_true(limits_work_heavy(l[0], "a", 2, 3) && limits_work_heavy(l[1], "a", 2, 3));
    assert_false(limits_work_heavy(l[2], "a", 2, 3));
    assert_true(l[0]->file->seats_used <= SEATS + CHILDREN);
    rise(l);
}

static void somebody_else_counts_when_served_lately_and_in_the_meantime(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    assert_false(limits_rivals(l, "a"));
    limits_served(l, "b");
    limits_sleep(second / 50);
    limits_served(l, "a");
    limits_sleep(second / 50);
    assert_false(limits_rivals(l, "a")); /* b came before, and not since */
    assert_true(limits_rivals(l, "b"));
    limits_sleep(second / 20);
    limits_served(l, "b");
    limits_sleep(second / 100);
    assert_true(limits_rivals(l, "a"));
    for (int i = 0; i < 11; i++) {
        limits_sleep(second / 10);
        limits_served(l, "a");
    }
    assert_false(limits_rivals(l, "a")); /* b's second is over */
    assert_false(limits_rivals(NULL, "a"));
    limits_close(l);
}

static void what_was_used_is_added_up_for_one_and_for_all_of_a_side(void **state) {
    (void)state;
    struct limits *l = limits_open(path), *admin = limits_open(path);
    admin->side = LIMITS_ADMIN;
    limits_use(l, "a", 6000);
    limits_use(l, "b", 2000);
    limits_use(l, "a", 0);
    assert_in_range(limits_used(l, "a").own, 5900, 6000); /* it is forgotten slowly */
    assert_in_range(limits_used(l, "a").all, 7800, 8000);
    assert_int_equal(limits_used(l, "c").own, 0);
    assert_int_equal(limits_used(admin, "a").all, 0);
    uint64_t used = l->file->used[LIMITS_SCIM];
    l->file->used[LIMITS_SCIM] = used - ((uint64_t)LIMITS_HALF_MS << 32);
    limits_use(l, "a", 0);
    assert_in_range(limits_used(l, "a").all, 3900, 4000);
    l->file->used[LIMITS_SCIM] = used - ((uint64_t)LIMITS_HALF_MS << 37);
    assert_int_equal(limits_used(l, "a").all, 0);
    limits_use(l, "a", INT64_C(5000000000));
    limits_use(l, "a", INT64_C(5000000000));
    assert_in_range(limits_used(l, "a").own, UINT32_MAX / 16 * 15, UINT32_MAX);
    assert_int_equal(limits_used(NULL, "a").own, 0);
    limits_close(l);
    limits_close(admin);
}

static void others_of_the_same_side_count_even_from_before(void **state) {
    (void)state;
    struct limits *l = limits_open(path), *admin = limits_open(path);
    admin->side = LIMITS_ADMIN;
    limits_served(l, "a");
    limits_served(admin, "b");
    limits_sleep(second / 50);
    assert_false(limits_others_served(l, "a", second));
    assert_true(limits_others_served(l, "b", second));
    assert_false(limits_others_served(l, "b", second / 100));
    assert_false(limits_others_served(NULL, "a", second));
    limits_close(l);
    limits_close(admin);
}

static void a_lock_that_never_came_is_remembered_until_one_comes(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    assert_false(limits_hangs(l, "a", second));
    limits_hung(l, "a");
    assert_true(limits_hangs(l, "a", second));
    assert_false(limits_hangs(l, "b", second));
    limits_sleep(second / 50);
    assert_false(limits_hangs(l, "a", second / 100));
    assert_true(limits_hangs(l, "a", second));
    limits_done(l, "a");
    assert_false(limits_hangs(l, "a", second));
    assert_true(limits_gets_on(l, "a", second) && !limits_gets_on(l, "b", second));
    limits_sleep(second / 50);
    assert_false(limits_gets_on(l, "a", second / 100));
    limits_close(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_organization_has_its_share_of_heavy_work_and_all_have_a_bound, clean),
        cmocka_unit_test_teardown(what_the_others_do_is_seen, clean),
        cmocka_unit_test_teardown(a_place_is_free_when_its_process_is_gone_and_not_when_it_is_stopped, clean),
        cmocka_unit_test_teardown(a_pid_that_came_again_is_another_process, clean),
        cmocka_unit_test_teardown(of_those_who_come_at_once_as_many_get_a_place_as_there_are, clean),
        cmocka_unit_test_teardown(who_is_killed_anywhere_leaves_nothing_behind, clean),
        cmocka_unit_test_teardown(somebody_else_counts_when_served_lately_and_in_the_meantime, clean),
        cmocka_unit_test_teardown(what_was_used_is_added_up_for_one_and_for_all_of_a_side, clean),
        cmocka_unit_test_teardown(others_of_the_same_side_count_even_from_before, clean),
        cmocka_unit_test_teardown(a_lock_that_never_came_is_remembered_until_one_comes, clean),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
