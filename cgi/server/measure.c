/* Counts requests, refusals and waits in the metrics of the host. */

#include "server/measure.h"

#include "host/metrics.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { VALUES = 160 };

/* A client can send any method, but routes and statuses are our own. */
static const char *method_of(const struct call *c) {
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(c->request.method, known[i]) == 0)
            return known[i];
    return "other";
}

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Requests that take about the same time form a class. The service's own pages are a class of their own. */
static const char *class_of(const struct call *c, const char *method) {
    if (strcmp(c->route, "-") == 0)
        return "none";
    if (strcmp(c->worker->service, "admin") == 0 && strncmp(c->route, "/v1/", 4) != 0)
        return "open";
    if (ends_with(c->route, "/Bulk"))
        return "bulk";
    if (ends_with(c->route, "/.search"))
        return "search";
    if (ends_with(c->route, "/events"))
        return "poll";
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return "write";
    return ends_with(c->route, "{id}") ? "read" : "list";
}

void measure_request(const struct call *c, int64_t microseconds) {
    assert(c->route);
    char values[VALUES];
    const char *method = method_of(c), *service = c->worker->service;
    snprintf(values, sizeof values, "%s %s %s %d", service, method, c->route, c->response.status);
    metrics_count(c->worker->metrics, METRIC_REQUESTS, values, 1);
    snprintf(values, sizeof values, "%s %s", service, class_of(c, method));
    metrics_observe(c->worker->metrics, METRIC_REQUEST_SECONDS, values, microseconds > 0 ? (uint64_t)microseconds : 0);
}

void measure_refused(const struct call *c, const char *whose) {
    char values[VALUES];
    snprintf(values, sizeof values, "%s %s", c->worker->service, whose);
    metrics_count(c->worker->metrics, METRIC_RATE_LIMITED, values, 1);
}

void measure_lock_wait(const struct worker *w, bool in_vain) {
    char values[VALUES];
    snprintf(values, sizeof values, "%s %s", w->service, in_vain ? "refused" : "done");
    metrics_count(w->metrics, METRIC_LOCK_WAITS, values, 1);
}
