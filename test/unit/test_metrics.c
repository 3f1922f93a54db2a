#include "base/arena.h"
#include "base/buf.h"
#include "host/metrics_internal.h"
#include "limits_unit.h"

#include <stdio.h>
#include <time.h>

enum { PAGE = 4 * 1024 * 1024, LABELS = 8, EACH = 2500, COUNTS = EACH * LABELS };

static struct arena *arena;

static int open_arena(void **state) {
    arena = arena_create();
    return set_up(state);
}

static int close_arena(void **state) {
    arena_destroy(arena);
    return tear_down(state);
}

static const char *page_of(struct limits *l) {
    struct buf *b = buf_new(arena, PAGE);
    metrics_write(metrics_of(l), b);
    assert_false(buf_overflowed(b));
    return buf_text(b);
}

/* The value after the name of a sample and its labels; -1: it is not on the page, or occurs twice. */
static double sample(const char *page, const char *series) {
    const char *line = NULL;
    for (const char *p = page; (p = strstr(p, series)); p++)
        if ((p == page || p[-1] == '\n') && p[strlen(series)] == ' ') {
            if (line)
                return -1;
            line = p;
        }
    return line ? strtod(line + strlen(series), NULL) : -1;
}

/* The sum of all samples whose lines begin so. */
static double sum_of(const char *page, const char *name) {
    double sum = 0;
    for (const char *p = page; p; p = strchr(p, '\n')) {
        p += *p == '\n';
        if (strncmp(p, name, strlen(name)) == 0)
            sum += strtod(strstr(p, "} ") + 2, NULL);
    }
    return sum;
}

static void a_page_tells_what_was_counted(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    struct metrics *m = metrics_of(l);
    metrics_count(m, METRIC_REQUESTS, "scim GET /Users/{id} 200", 3);
    metrics_count(m, METRIC_REQUESTS, "scim GET /Users/{id} 200", 4);
    metrics_count(m, METRIC_REQUESTS, "scim GET /Users/{id} 404", 1);
    metrics_count(m, METRIC_DATABASE_ERRORS, "scim lost", 0);
    metrics_count(m, METRIC_EVENTS_SEALED, "", 5);
    const char *page = page_of(l);
    const char *two_hundred =
        "muster_http_requests_total{service=\"scim\",method=\"GET\",route=\"/Users/{id}\",status=\"200\"}";
    assert_true(sample(page, two_hundred) == 7);
    assert_true(sum_of(page, "muster_http_requests_total{") == 8);
    assert_true(sample(page, "muster_database_errors_total{service=\"scim\",kind=\"lost\"}") == 0);
    assert_true(sample(page, "muster_events_sealed_total") == 5);
    assert_non_null(strstr(page, "# TYPE muster_http_requests_total counter\n"));
    assert_non_null(strstr(page, "# TYPE muster_http_request_duration_seconds histogram\n"));
    limits_close(l);
}

static void a_histogram_has_its_bounds(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    static const uint64_t times[] = {0, 1000, 1001, 2500, 10000000, 10000001, 3600000000};
    UNIT_EACH (i, times, "")
        metrics_observe(metrics_of(l), METRIC_REQUEST_SECONDS, "scim read", times[i]);
    const char *page = page_of(l);
#define SERIES "muster_http_request_duration_seconds"
#define BUCKET(le) SERIES "_bucket{service=\"scim\",class=\"read\",le=\"" le "\"}"
    assert_true(sample(page, BUCKET("0.001")) == 2);
    assert_true(sample(page, BUCKET("0.0025")) == 4);
    assert_true(sample(page, BUCKET("5")) == 4);
    assert_true(sample(page, BUCKET("10")) == 5);
    assert_true(sample(page, BUCKET("+Inf")) == 7);
    assert_true(sample(page, SERIES "_count{service=\"scim\",class=\"read\"}") == 7);
    assert_non_null(strstr(page, SERIES "_sum{service=\"scim\",class=\"read\"} 3620.004502\n"));
    limits_close(l);
}

static void without_a_file_nothing_is_counted(void **state) {
    (void)state;
    struct buf *b = buf_new(arena, PAGE);
    assert_null(metrics_of(NULL));
    metrics_count(NULL, METRIC_EVENTS_SEALED, "", 1);
    metrics_observe(NULL, METRIC_WEBHOOK_SECONDS, "", 1);
    metrics_write(NULL, b);
    assert_int_equal(buf_len(b), 0);
}

static void label(int n, char values[64]) {
    snprintf(values, 64, "scim GET /%d 200", n);
}

static void count_together(int n) {
    struct limits *l = limits_open(path);
    char values[64];
    (void)n;
    await_go();
    for (int i = 0; i < COUNTS; i++) {
        label(i % LABELS, values);
        metrics_count(metrics_of(l), METRIC_REQUESTS, values, 1);
        metrics_observe(metrics_of(l), METRIC_REQUEST_SECONDS, "scim read", 1001);
    }
    limits_close(l);
}

static void sums_of_four_processes_are_exact(void **state) {
    (void)state;
    pid_t pids[CHILDREN];
    for (int i = 0; i < CHILDREN; i++)
        pids[i] = start(count_together, i);
    await_ready(CHILDREN);
    atomic_store(&shared->go, true);
    for (int i = 0; i < CHILDREN; i++)
        finish(pids[i]);
    struct limits *l = limits_open(path);
    const char *page = page_of(l);
    assert_true(sum_of(page, "muster_http_requests_total{") == CHILDREN * COUNTS);
    assert_true(
        sample(page, "muster_http_requests_total{service=\"scim\",method=\"GET\",route=\"/0\",status=\"200\"}") ==
        CHILDREN * EACH);
    assert_true(sample(page, BUCKET("0.001")) == 0);
    assert_true(sample(page, BUCKET("0.0025")) == CHILDREN * COUNTS);
    assert_non_null(strstr(page, SERIES "_sum{service=\"scim\",class=\"read\"} 80.080000\n"));
    limits_close(l);
}

/* Always new series, so that many deaths fall on the making of one. */
static void count_for_ever(int n) {
    struct limits *l = limits_open(path);
    char values[64];
    await_go();
    for (int i = 0;; i++) {
        label(i % 900, values);
        metrics_count(metrics_of(l), METRIC_REQUESTS, values, 1);
        atomic_fetch_add(&shared->taken[n], 1);
    }
}

static uint64_t all_taken(void) {
    uint64_t n = 0;
    for (int i = 0; i < CHILDREN; i++)
        n += atomic_load(&shared->taken[i]);
    return n;
}

/* Each death may leave one count that its process had no time to tell of. */
static void killed_processes_harm_nothing(void **state) {
    (void)state;
    enum { ROUNDS = 15 };
    for (int round = 0; round < ROUNDS; round++) {
        clean(state);
        pid_t pids[CHILDREN];
        for (int i = 0; i < CHILDREN; i++)
            pids[i] = start(count_for_ever, i);
        await_ready(CHILDREN);
        atomic_store(&shared->go, true);
        while (all_taken() < 40 * ((uint64_t)round + 1))
            sched_yield();
        for (int i = 0; i < CHILDREN; i++)
            kill_now(pids[i]);
        struct limits *l = limits_open(path);
        char values[64];
        for (int i = 0; i < 900; i++) {
            label(i, values);
            metrics_count(metrics_of(l), METRIC_REQUESTS, values, 1);
        }
        double sum = sum_of(page_of(l), "muster_http_requests_total{"), told = (double)all_taken() + 900;
        assert_true(sum >= told && sum <= told + CHILDREN);
        limits_close(l);
    }
}

/* A process may end between the claim of a slot and writing its text: the next one completes it. */
static void a_slot_that_was_left_half_made_is_mended(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    metrics_count(metrics_of(l), METRIC_RATE_LIMITED, "scim token", 2);
    for (struct metrics_slot *s = l->file->metrics.slots; s < l->file->metrics.slots + METRICS_SLOTS; s++)
        if (atomic_load(&s->metric)) {
            atomic_store(&s->metric, 0);
            atomic_store(&s->text[0], 0);
        }
    assert_null(strstr(page_of(l), "muster_rate_limited_total{"));
    metrics_count(metrics_of(l), METRIC_RATE_LIMITED, "scim token", 1);
    assert_true(sample(page_of(l), "muster_rate_limited_total{service=\"scim\",limit=\"token\"}") == 3);
    limits_close(l);
}

static void what_finds_no_place_is_counted_together(void **state) {
    (void)state;
    enum { MANY = 3 * METRICS_SLOTS };
    struct limits *l = limits_open(path);
    char values[64], longest[METRICS_WORDS * 8 + 1];
    metrics_count(metrics_of(l), METRIC_WORKER_STARTS, "scim", 1);
    for (int i = 0; i < MANY; i++) {
        label(i, values);
        metrics_count(metrics_of(l), METRIC_REQUESTS, values, 1);
    }
    metrics_count(metrics_of(l), METRIC_WORKER_STARTS, "scim", 1);
    const char *page = page_of(l);
    double other =
        sample(page, "muster_http_requests_total{service=\"other\",method=\"other\",route=\"other\",status=\"other\"}");
    assert_true(other > MANY - METRICS_SLOTS - 1 && other < MANY);
    assert_true(sum_of(page, "muster_http_requests_total{") == MANY);
    assert_true(sample(page, "muster_worker_starts_total{service=\"scim\"}") == 2);
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    metrics_count(metrics_of(l), METRIC_RATE_LIMITED, longest, 1);
    assert_true(sample(page_of(l), "muster_rate_limited_total{service=\"other\",limit=\"other\"}") == 1);
    limits_close(l);
}

static double cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* What a request costs, of the processor's time; the best of some rounds, since others use the machine. */
static void a_request_is_counted_in_less_than_two_microseconds(void **state) {
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    enum { LIMIT_NS = 40000 };
#else
    enum { LIMIT_NS = 2000 };
#endif
    struct limits *l = limits_open(path);
    char values[160];
    double best = 1e9;
    for (int round = 0; round < 10; round++) {
        double began = cpu_ns();
        for (int i = 0; i < COUNTS; i++) {
            snprintf(values, sizeof values, "%s %s %s %d", "admin", "DELETE",
                     "/v1/organizations/{org}/scim/connections/{id}/rotate/complete", 200 + i % 2);
            metrics_count(metrics_of(l), METRIC_REQUESTS, values, 1);
            snprintf(values, sizeof values, "%s %s", "admin", "write");
            metrics_observe(metrics_of(l), METRIC_REQUEST_SECONDS, values, (uint64_t)i);
        }
        double took = (cpu_ns() - began) / COUNTS;
        best = took < best ? took : best;
    }
    print_message("             %.0f ns for each request\n", best);
    assert_true(best < LIMIT_NS);
    limits_close(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_page_tells_what_was_counted, clean),
        cmocka_unit_test_setup(a_histogram_has_its_bounds, clean),
        cmocka_unit_test_setup(without_a_file_nothing_is_counted, clean),
        cmocka_unit_test_setup(sums_of_four_processes_are_exact, clean),
        cmocka_unit_test_setup(killed_processes_harm_nothing, clean),
        cmocka_unit_test_setup(a_slot_that_was_left_half_made_is_mended, clean),
        cmocka_unit_test_setup(what_finds_no_place_is_counted_together, clean),
        cmocka_unit_test_setup(a_request_is_counted_in_less_than_two_microseconds, clean),
    };
    log_open("test", "error");
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
