/* Errors of SCIM (RFC 7644, section 3.12): the one place where an error gets its status and scimType. */

#include "scim/envelope.h"

#include "base/buf.h"
#include "protocol/schema.h"

#include <assert.h>

enum { ENVELOPE_MAX = 64 * 1024 };

static const struct {
    int status;
    const char *scim_type;
    const char *challenge; /* WWW-Authenticate (RFC 6750, 3) */
    int retry_after;       /* seconds */
} faces[ERR_COUNT] = {
    [ERR_INVALID_FILTER] = {400, "invalidFilter", NULL, 0},
    [ERR_INVALID_SYNTAX] = {400, "invalidSyntax", NULL, 0},
    [ERR_INVALID_PATH] = {400, "invalidPath", NULL, 0},
    [ERR_INVALID_VALUE] = {400, "invalidValue", NULL, 0},
    [ERR_INVALID_VERSION] = {400, "invalidVers", NULL, 0},
    [ERR_NO_TARGET] = {400, "noTarget", NULL, 0},
    [ERR_MUTABILITY] = {400, "mutability", NULL, 0},
    [ERR_UNIQUENESS] = {409, "uniqueness", NULL, 0},
    [ERR_TOO_MANY] = {400, "tooMany", NULL, 0},
    [ERR_SENSITIVE] = {403, "sensitive", NULL, 0},
    [ERR_BAD_REQUEST] = {400, NULL, NULL, 0},
    [ERR_UNAUTHORIZED] = {401, NULL, "Bearer realm=\"scim\"", 0},
    [ERR_INVALID_TOKEN] = {401, NULL, "Bearer realm=\"scim\", error=\"invalid_token\"", 0},
    [ERR_FORBIDDEN] = {403, NULL, "Bearer realm=\"scim\", error=\"insufficient_scope\"", 0},
    [ERR_NOT_FOUND] = {404, NULL, NULL, 0},
    [ERR_METHOD_NOT_ALLOWED] = {405, NULL, NULL, 0},
    [ERR_NOT_ACCEPTABLE] = {406, NULL, NULL, 0},
    [ERR_TIMEOUT] = {408, NULL, NULL, 0},
    [ERR_PRECONDITION] = {412, NULL, NULL, 0},
    [ERR_TOO_LARGE] = {413, NULL, NULL, 0},
    [ERR_MEDIA_TYPE] = {415, NULL, NULL, 0},
    [ERR_ENCODING] = {415, NULL, NULL, 0},
    [ERR_RATE_LIMITED] = {429, NULL, NULL, 1},
    [ERR_NOT_IMPLEMENTED] = {501, NULL, NULL, 0},
    [ERR_PAUSED] = {503, NULL, NULL, 300},
    [ERR_CAP] = {507, NULL, NULL, 0},
    [ERR_UNAVAILABLE] = {503, NULL, NULL, 5},
    [ERR_INVALID_CURSOR] = {400, "invalidCursor", NULL, 0},
    [ERR_EXPIRED_CURSOR] = {400, "expiredCursor", NULL, 0},
    [ERR_INVALID_COUNT] = {400, "invalidCount", NULL, 0},
    [ERR_STALE_SCHEMAS] = {503, NULL, NULL, 1},
    [ERR_INTERNAL] = {500, NULL, NULL, 0},
    [ERR_INVALID_FIELD] = {400, "invalidValue", NULL, 0},
    [ERR_CONFLICT] = {409, NULL, NULL, 0},
    [ERR_IDEMPOTENCY] = {422, NULL, NULL, 0},
    [ERR_USAGE] = {500, NULL, NULL, 0},
};

int envelope_status(enum err err) {
    assert(faces[err].status);
    return faces[err].status;
}

const char *envelope_scim_type(enum err err) {
    return faces[err].scim_type;
}

static void add_error(enum err err, const char *detail, struct buf *b) {
    buf_fmt(b, "{\"schemas\":[\"" SCHEMA_ERROR "\"],\"status\":\"%d\"", faces[err].status);
    if (faces[err].scim_type)
        buf_fmt(b, ",\"scimType\":\"%s\"", faces[err].scim_type);
    buf_str(b, ",\"detail\":");
    buf_json_str(b, detail);
    buf_char(b, '}');
}

/* Details of database errors and of our bugs go only to the log; the client gets the kind's default text. */
void envelope_error(enum err err, const char *detail, struct buf *out) {
    add_error(err, !detail || err == ERR_INTERNAL ? fail_text(err) : detail, out);
}

void envelope_render(const struct ctx *ctx, enum err err, struct response *out) {
    struct buf *b = buf_new(ctx->arena, ENVELOPE_MAX);
    envelope_error(err, ctx->err == err ? fail_detail(ctx) : NULL, b);
    if (buf_overflowed(b)) {
        buf_reset(b);
        add_error(err, fail_text(err), b);
    }
    out->status = faces[err].status;
    out->body = buf_text(b);
    out->len = buf_len(b);
    out->www_authenticate = faces[err].challenge;
    out->identity_only = err == ERR_ENCODING;
    if (!out->retry_after)
        out->retry_after = faces[err].retry_after;
}
