/* Problem documents (RFC 9457): the one place where an error of the admin API gets its status, type and title. */

#include "admin/problem.h"

#include "base/buf.h"
#include "base/json.h"

#include <assert.h>

enum { PROBLEM_MAX = 256 * 1024 };

static const struct {
    int status;
    const char *code; /* code of the error if no field is the cause */
} faces[ERR_COUNT] = {
    [ERR_INVALID_FILTER] = {400, "invalid"},
    [ERR_INVALID_SYNTAX] = {400, "invalid_json"},
    [ERR_INVALID_PATH] = {400, "invalid"},
    [ERR_INVALID_VALUE] = {400, "invalid"},
    [ERR_INVALID_VERSION] = {400, "invalid"},
    [ERR_NO_TARGET] = {400, "invalid"},
    [ERR_MUTABILITY] = {409, "conflict"},
    [ERR_UNIQUENESS] = {409, "conflict"},
    [ERR_TOO_MANY] = {400, "invalid"},
    [ERR_SENSITIVE] = {400, "invalid"},
    [ERR_BAD_REQUEST] = {400, "invalid"},
    [ERR_UNAUTHORIZED] = {401, "unauthorized"},
    [ERR_INVALID_TOKEN] = {401, "unauthorized"},
    [ERR_FORBIDDEN] = {403, "forbidden"},
    [ERR_NOT_FOUND] = {404, "not_found"},
    [ERR_METHOD_NOT_ALLOWED] = {405, "method_not_allowed"},
    [ERR_NOT_ACCEPTABLE] = {406, "not_acceptable"},
    [ERR_TIMEOUT] = {408, "timeout"},
    [ERR_PRECONDITION] = {412, "precondition_failed"},
    [ERR_TOO_LARGE] = {413, "too_large"},
    [ERR_MEDIA_TYPE] = {415, "media_type"},
    [ERR_ENCODING] = {415, "media_type"},
    [ERR_RATE_LIMITED] = {429, "rate_limited"},
    [ERR_NOT_IMPLEMENTED] = {501, "not_implemented"},
    [ERR_PAUSED] = {409, "paused"},
    [ERR_CAP] = {507, "limit_reached"},
    [ERR_UNAVAILABLE] = {503, "unavailable"},
    [ERR_INTERNAL] = {500, "internal"},
    [ERR_INVALID_CURSOR] = {400, "invalid_cursor"},
    [ERR_EXPIRED_CURSOR] = {400, "invalid_cursor"},
    [ERR_INVALID_COUNT] = {400, "invalid"},
    [ERR_STALE_SCHEMAS] = {503, "unavailable"},
    [ERR_INVALID_FIELD] = {400, "invalid"},
    [ERR_CONFLICT] = {409, "conflict"},
    [ERR_IDEMPOTENCY] = {422, "idempotency_key_reused"},
    [ERR_USAGE] = {400, "invalid"},
};

/* Details of database errors and of our bugs go only to the log. */
static const char *detail_of(const struct ctx *ctx, enum err err) {
    return ctx->err == err && ctx->detail && err != ERR_INTERNAL ? ctx->detail : fail_text(err);
}

static void add_problem(enum err err, const char *detail, const char *request_id, const char *errors, struct buf *b) {
    int status = faces[err].status;
    buf_fmt(b, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":", response_reason(status), status);
    buf_json_str(b, detail);
    buf_fmt(b, ",\"request_id\":\"%s\",\"errors\":", request_id);
    if (errors)
        buf_str(b, errors);
    else {
        buf_fmt(b, "[{\"code\":\"%s\",\"message\":", faces[err].code);
        buf_json_str(b, detail);
        buf_str(b, ",\"meta\":{}}]");
    }
    buf_char(b, '}');
}

void problem_render(const struct ctx *ctx, enum err err, const char *request_id, struct json_object *errors,
                    struct response *out) {
    assert(faces[err].status);
    struct buf *b = buf_new(ctx->arena, PROBLEM_MAX);
    int status = faces[err].status;
    add_problem(err, detail_of(ctx, err), request_id, errors ? json_text(ctx->arena, errors) : NULL, b);
    if (buf_overflowed(b)) {
        buf_reset(b);
        add_problem(err, fail_text(err), request_id, NULL, b);
    }
    *out =
        (struct response){.status = status,
                          .body = buf_text(b),
                          .len = buf_len(b),
                          .allow = out->allow,
                          .identity_only = err == ERR_ENCODING,
                          .content_type = "application/problem+json",
                          .www_authenticate = status == 401   ? "Bearer realm=\"muster\""
                                              : status == 403 ? "Bearer realm=\"muster\", error=\"insufficient_scope\""
                                                              : NULL,
                          .extra = out->extra,
                          .retry_after = out->retry_after ? out->retry_after
                                         : status == 503  ? 5
                                                          : 0};
}
