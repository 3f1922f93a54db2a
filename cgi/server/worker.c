/* A worker process: takes one request after another from FastCGI, or one from CGI, and sends the answer. */

#include "server/worker.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "base/sanitized.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "db/db.h"
#include "host/limits.h"
#include "host/metrics.h"
#include "server/client_address.h"
#include "server/listener.h"
#include "server/measure.h"
#include "server/redact.h"
#include "server/watchdog.h"

#include <assert.h>
#include <errno.h>
#include <fcgiapp.h>
#include <limits.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 32 * 1024, LINGER_MS = 2000 };

/* The answer to a request that used too much CPU: made once; each request only inserts its id. */
static struct {
    char text[1024];
    char *id;
} last_words;

static void open_last_words(const struct service *service) {
    static const char id[] = "00000000-0000-0000-0000-000000000000";
    snprintf(last_words.text, sizeof last_words.text,
             "Status: 503 Service Unavailable\r\nContent-Type: %s\r\nRetry-After: 60\r\n"
             "Cache-Control: no-store\r\nX-Request-Id: %s\r\n\r\n%s",
             service->fault_type, id, service->exhausted);
    last_words.id = strstr(last_words.text, id);
}

static void open_worker(struct worker *w, const struct service *service, const struct settings *settings) {
    *w = (struct worker){.settings = settings,
                         .db = db_create(settings, service->name),
                         .arena = arena_create(),
                         .limits = limits_open(settings->limits),
                         .service = service->short_name,
                         .pid = getpid()};
    open_last_words(service);
    w->failures = w->limits ? w->limits : limits_alone();
    w->metrics = metrics_of(w->limits);
    db_metrics(w->db, w->metrics, w->service);
    service->open(w);
}

static void close_worker(struct worker *w, const struct service *service) {
    log_flush();
    service->close(w);
    db_destroy(w->db);
    if (w->failures != w->limits)
        limits_close(w->failures);
    limits_close(w->limits);
    arena_destroy(w->arena);
}

/* A client's text must not push the rest out of the line. */
static const char *shown_in_log(const struct call *c, const char *text) {
    enum { SHOWN_BYTES = 131 };
    return text ? utf8_shorten(c->ctx.arena, text, SHOWN_BYTES) : NULL;
}

/* The most important pairs come first, the client's texts last. */
static void log_request(const struct call *c, int64_t microseconds) {
    char status[16], ms[24], bytes[24], trips[24];
    snprintf(status, sizeof status, "%d", c->response.status);
    snprintf(ms, sizeof ms, "%lld", (long long)(microseconds / 1000));
    snprintf(bytes, sizeof bytes, "%zu", c->response.body ? c->response.len : 0);
    snprintf(trips, sizeof trips, "%llu", (unsigned long long)(db_counts(c->worker->db).round_trips - c->trips_before));
    log_line(LOG_INFO, "request", "request", c->request_id, "route", c->route, "status", status, "error",
             c->response.status >= 400 ? fail_name(c->err) : NULL, "reason", c->reason, "ms", ms, "bytes", bytes,
             "organization", c->organization, "connection", c->connection, "token", c->actor, "trips", trips, "method",
             shown_in_log(c, c->request.method), "client", shown_in_log(c, c->client_address), "client_request",
             shown_in_log(c, request_header(&c->request, "HTTP_X_REQUEST_ID")), NULL);
}

/* Returns whether a part of the body may be unread. */
static bool handle_request(struct worker *w, const struct service *service, const struct source *source,
                           int (*put)(void *self, const char *bytes, size_t n), void *to) {
    char request_id[UUID_TEXT + 1];
    int64_t started = clock_monotonic_us();
    struct call *c = arena_alloc(w->arena, sizeof *c);
    uuid_new(request_id);
    *c = (struct call){.worker = w,
                       .ctx = {.arena = w->arena},
                       .request_id = request_id,
                       .route = "-",
                       .trips_before = db_counts(w->db).round_trips};
    memcpy(last_words.id, request_id, UUID_TEXT);
    watchdog_last_words(last_words.text);
    request_open(&c->request, &c->ctx, source);
    c->client_address = client_address(&c->request, w->settings->trusted_proxies);
    db_deadline(w->db, started / 1000 + w->settings->deadline_ms);
    share_begin(w);
    service->answer(c);
    struct buf *head = buf_new(w->arena, HEAD_MAX);
    response_head(&c->response, request_id, head);
    watchdog_answering();
    int gone = put(to, buf_text(head), buf_len(head));
    if (gone >= 0 && c->response.body && !c->response.head)
        (void)put(to, c->response.body, c->response.len);
    share_end(w, c->response.status);
    int64_t took = clock_monotonic_us() - started;
    measure_request(c, took);
    log_request(c, took);
    if (log_enabled(LOG_DEBUG) && c->request.body_len)
        log_line(LOG_DEBUG, "body", "request", request_id, "redacted",
                 redact_body(&c->ctx, c->request.body, c->request.body_len), NULL);
    return c->request.body_pending;
}

static const char *fcgi_param(void *self, const char *name) {
    FCGX_Request *r = self;
    const char *value = FCGX_GetParam(name, r->envp);
    return value && *value ? value : NULL;
}

/* A stream that the watchdog shut down looks complete; request.c compares the length. */
static long fcgi_read(void *self, char *to, size_t n) {
    FCGX_Request *r = self;
    int got = FCGX_GetStr(to, n > INT_MAX ? INT_MAX : (int)n, r->in);
    return watchdog_fired() ? -1 : got;
}

static int fcgi_write(void *self, const char *bytes, size_t n) {
    FCGX_Request *r = self;
    while (n) {
        int step = n > INT_MAX ? INT_MAX : (int)n;
        if (FCGX_PutStr(bytes, step, r->out) != step)
            return -1;
        bytes += step;
        n -= (size_t)step;
    }
    return 0;
}

static volatile sig_atomic_t stopping;

static void stop_worker(int signal) {
    (void)signal;
    stopping = 1;
}

/*
 * SIGTERM only sets a flag: a request is finished. SA_RESTART as for the watchdog. FCGX_Init sets handlers of its own,
 * so ours are set after it.
 */
static void hold_stop(void) {
    static const int stops[] = {SIGTERM, SIGINT}, ignored[] = {SIGPIPE, SIGHUP, SIGUSR1};
    struct sigaction stop = {.sa_handler = stop_worker, .sa_flags = SA_RESTART}, ignore = {.sa_handler = SIG_IGN};
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        sigaction(stops[i], &stop, NULL);
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        sigaction(ignored[i], &ignore, NULL);
}

bool worker_queued(const struct worker *w) {
    return !w->listens || listener_queued();
}

/*
 * Only the hang-up counts, because a web server may close its half after it sent the request. The watchdog's tick ends
 * each poll soon, also one that begins just after SIGTERM came.
 */
bool worker_pause(const struct worker *w, int64_t ms) {
    assert(ms >= 0);
    int64_t until = clock_monotonic_ms() + ms, left;
    struct pollfd p = {.fd = w->peer};
    while (!stopping && !(p.revents & (POLLHUP | POLLERR)) && (left = until - clock_monotonic_ms()) > 0)
        (void)poll(&p, 1, left < INT_MAX ? (int)left : INT_MAX);
    return !stopping && !(p.revents & (POLLHUP | POLLERR));
}

/* Resident MiB of this process, 0 if /proc cannot be read. */
static long resident_mb(void) {
    char text[64] = "";
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    const char *second = n ? strchr(text, ' ') : NULL;
    int64_t pages = 0;
    if (second)
        (void)number_parse(second + 1, strcspn(second + 1, " "), &pages);
    return (long)(pages * (sysconf(_SC_PAGESIZE) / 1024) / 1024);
}

/*
 * Discards the rest of an unwanted body until the web server has read the answer: a web server whose connection closes
 * while it writes would report a fault of ours.
 */
static void discard_rest(int fd) {
    static char rest[64 * 1024];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    shutdown(fd, SHUT_WR);
    for (int ready = 0; ready >= 0 || errno == EINTR; ready = poll(&p, 1, LINGER_MS))
        if (watchdog_fired() || (ready > 0 && read(fd, rest, sizeof rest) <= 0))
            return;
}

/*
 * Sends the answer. A connection whose request was read to its last record has nothing more to say, and is closed at
 * once; libfcgi would wait for the web server's close first, and its wait is not proof against signals.
 */
static void finish_fcgi(FCGX_Request *r, bool pending) {
    bool cut = watchdog_fired();
    FCGX_FClose(r->err);
    FCGX_FClose(r->out);
    watchdog_linger(LINGER_MS);
    if (!cut && (pending || FCGX_GetChar(r->in) != EOF))
        discard_rest(r->ipcFd);
    r->detached = 1;
    FCGX_Finish_r(r);
}

/*
 * What large requests took lies between what stays, so that malloc() alone would give nothing of it back to the system.
 * Of what is free, `spare` bytes may stay.
 */
static void trim_memory(size_t spare) {
    if (mallinfo2().fordblks > spare)
        malloc_trim(0);
}

enum { MIB = 1024 * 1024 };

/* The buffers of a database connection only grow: after something huge, it is cheaper to make another one. */
static void clear_memory(struct worker *w) {
    enum { SMALL = 64 * 1024, HUGE = 4 * MIB };
    size_t had = arena_size(w->arena);
    watchdog_last_words("");
    arena_reset(w->arena);
    if (had > HUGE || db_largest(w->db) > HUGE)
        db_drop(w->db);
    if (had > SMALL)
        trim_memory(HUGE);
}

/* Whether the worker should be replaced. */
static bool has_worker_grown(const struct worker *w, long served) {
    enum { LOOK_EVERY = 64 };
    char values[64];
    bool enough = served >= w->settings->worker_requests;
    if (!enough && served % LOOK_EVERY != 0)
        return false;
    trim_memory(MIB);
    if (!enough && resident_mb() <= w->settings->worker_rss_mb)
        return false;
    snprintf(values, sizeof values, "%s %s", w->service, enough ? "requests" : "memory");
    metrics_count(w->metrics, METRIC_WORKER_RECYCLES, values, 1);
    return true;
}

/* Serves one request from its first byte to its last; false: the connection brought none. */
static bool serve_fcgi(struct worker *w, const struct service *service, FCGX_Request *request, int fd) {
    request->ipcFd = fd;
    request->keepConnection = 1; /* libfcgi takes a connection that is kept, and accepts no other one */
    watchdog_begin();
    bool here = FCGX_Accept_r(request) >= 0;
    if (here) {
        struct source source = {.param = fcgi_param, .read = fcgi_read, .params = request->envp, .self = request};
        w->peer = request->ipcFd;
        request->keepConnection = 0; /* others wait for this worker */
        finish_fcgi(request, handle_request(w, service, &source, fcgi_write, request));
        clear_memory(w);
    }
    watchdog_end();
    return here;
}

/* The next connection, -1: it is time to stop. */
static int next_connection(void) {
    for (int fd; !stopping;) {
        if ((fd = listener_accept()) >= 0)
            return fd;
        log_flush();
        if (listener_wait())
            trim_memory(MIB);
    }
    return -1;
}

/*
 * A worker that gets no more memory ends (base/oom.h). Sanitizers map terabytes that they do not use, so they have no
 * limit.
 */
static void bound_memory(const struct settings *s) {
    rlim_t most = (rlim_t)s->worker_as_mb * 1024 * 1024;
    struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
    if (!SANITIZED)
        setrlimit(RLIMIT_AS, &limit);
}

int worker_run(const struct service *service, const struct settings *settings) {
    struct worker w;
    FCGX_Request request;
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, -1, 0) != 0 || !listener_open())
        log_fatal("worker", "the FastCGI socket cannot be used");
    open_worker(&w, service, settings);
    w.listens = true;
    metrics_count(w.metrics, METRIC_WORKER_STARTS, w.service, 1);
    hold_stop();
    watchdog_start(&request.ipcFd, settings->body_ms, settings->deadline_ms);
    watchdog_bound_cpu(settings->cpu_ms, &request.requestId);
    bound_memory(settings);
    log_gather();
    long served = 0;
    for (int fd; (fd = next_connection()) >= 0;)
        if (serve_fcgi(&w, service, &request, fd) && has_worker_grown(&w, ++served))
            break;
    close_worker(&w, service);
    return 0;
}

static const char *cgi_param(void *self, const char *name) {
    (void)self;
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* A web server may leave the pipe open after the body, so we read only as much as CONTENT_LENGTH says. */
static long cgi_read(void *self, char *to, size_t n) {
    size_t *left = self;
    if (*left == 0)
        return 0;
    long got = read(STDIN_FILENO, to, n < *left ? n : *left);
    if (got > 0)
        *left -= (size_t)got;
    return watchdog_fired() ? -1 : got;
}

static int cgi_write(void *self, const char *bytes, size_t n) {
    (void)self;
    while (n) {
        ssize_t step = write(STDOUT_FILENO, bytes, n);
        if (step <= 0)
            return -1;
        bytes += step;
        n -= (size_t)step;
    }
    return 0;
}

/* A read runs each statement once; Bulk runs some a thousand times. */
static bool reads_only(void) {
    const char *method = getenv("REQUEST_METHOD");
    return method && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0);
}

/* OpenSSL would read its configuration, which has nothing for one request; a connection with TLS still does. */
int worker_cgi(const struct service *service, const struct settings *settings) {
    struct worker w;
    struct settings once = *settings;
    once.prepare = settings->prepare && !reads_only();
    settings = &once;
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    int fd = STDIN_FILENO;
    const char *length = getenv("CONTENT_LENGTH");
    int64_t declared = 0;
    if (length)
        (void)number_within(length, 0, INT64_MAX, &declared);
    size_t left = (size_t)declared;
    struct source source = {.param = cgi_param, .read = cgi_read, .params = environ, .self = &left};
    open_worker(&w, service, settings);
    w.peer = STDOUT_FILENO;
    hold_stop();
    watchdog_start(&fd, settings->body_ms, settings->deadline_ms);
    watchdog_bound_cpu(settings->cpu_ms, NULL);
    bound_memory(settings);
    watchdog_begin();
    (void)handle_request(&w, service, &source, cgi_write, NULL);
    watchdog_end();
    close_worker(&w, service);
    return 0;
}
