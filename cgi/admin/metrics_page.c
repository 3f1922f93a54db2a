/* GET /metrics: the counters of this host, and the waiting work in the database. */

#include "admin/metrics_page.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/version.h"
#include "control/control.h"
#include "host/metrics.h"
#include "server/client_address.h"
#include "server/credentials.h"
#include "sql/control.h"

#include <string.h>

enum { PAGE_MAX = 64 * 1024 * 1024, DATABASE_MS = 2000 };

/* The names of the results of muster.metrics(); doc/metrics.md explains them. */
static const struct {
    const char *name, *label, *help;
} gauges[] = {
    {"schema_version", "", "Number of the newest migration of the database."},
    {"sealer_lag_seconds", "", "Age of the oldest audit event that has no sequence number yet; 0: there is none."},
    {"sealer_pending_events", "", "Audit events that have no sequence number yet, counted up to 10000."},
    {"outbox_lag_seconds", "lane", "For how long the oldest delivery that is due has been waiting; 0: none is due."},
    {"outbox_waiting_targets", "lane", "Targets of endpoints with something undelivered, counted up to 10000."},
    {"webhook_endpoints", "state", "Webhook endpoints, counted up to 100000."},
    {"mappings_pending", "", "Organizations whose attribute mapping is not applied to everybody yet."},
};

/* With a key, the authentication is sent before the statement. */
static enum err read_gauges(struct call *call, struct db_rows *rows) {
    struct control c = {.ctx = call->ctx,
                        .db = call->worker->db,
                        .client_address = call->client_address,
                        .scopes = "audit:read",
                        .installation = true};
    db_deadline(c.db, clock_monotonic_ms() + DATABASE_MS);
    enum err e = OK;
    if (client_address_is_local(&call->request)) {
        db_queue(c.db, sql_api_metrics());
        return db_read(&call->ctx, c.db, rows);
    }
    e = credentials_read(&c.ctx, &call->request, CREDENTIALS_API, &c.key_hash);
    if (e == OK)
        e = control_read(&c, sql_api_metrics(), rows);
    call->ctx = c.ctx;
    call->actor = c.key_id;
    return e;
}

static void write_gauges(struct buf *out, struct db_rows rows) {
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++) {
        metrics_write_head(out, gauges[i].name, "gauge", gauges[i].help);
        for (size_t row = 0; row < db_count(rows); row++) {
            const char *label = db_text(rows, row, API_METRICS_LABEL);
            if (strcmp(db_text(rows, row, API_METRICS_NAME), gauges[i].name) != 0)
                continue;
            metrics_write_series(out, gauges[i].name, gauges[i].label, label ? label : "");
            buf_fmt(out, "%s\n", db_text(rows, row, API_METRICS_VALUE));
        }
    }
}

static void write_gauge(struct buf *out, const char *name, const char *help, const char *label, const char *value) {
    metrics_write_head(out, name, "gauge", help);
    metrics_write_series(out, name, label, value);
}

enum err metrics_page_answer(struct call *call) {
    struct db_rows rows = {0};
    struct buf *out = buf_new(call->ctx.arena, PAGE_MAX);
    enum err e = read_gauges(call, &rows);
    if (e != OK && !client_address_is_local(&call->request))
        return e;
    fail_clear(&call->ctx);
    write_gauge(out, "build_info", "The program that answers; always 1.", "version", MUSTER_VERSION);
    buf_str(out, "1\n");
    write_gauge(out, "database_up", "Whether the database answered for this page.", "", "");
    buf_str(out, e == OK ? "1\n" : "0\n");
    write_gauge(out, "limits_shared", "Whether this host's processes share their counters: 0 means no rate limits.", "",
                "");
    buf_str(out, call->worker->limits ? "1\n" : "0\n");
    if (e == OK)
        write_gauges(out, rows);
    metrics_write(call->worker->metrics, out);
    call->response.status = STATUS_OK;
    call->response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    call->response.cache_control = "no-store";
    return response_text(&call->ctx, &call->response, out);
}
