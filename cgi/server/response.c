/* The header block of a response. */

#include "server/response.h"

#include "base/buf.h"

#include <assert.h>

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {507, "Insufficient Storage"},
};

const char *response_reason(int status) {
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Unknown";
}

enum err response_text(struct ctx *ctx, struct response *r, const struct buf *text) {
    if (buf_overflowed(text))
        return fail(ctx, ERR_INTERNAL, "the answer is too long");
    r->body = buf_text(text);
    r->len = buf_len(text);
    return OK;
}

static void add_header(struct buf *out, const char *name, const char *value) {
    if (!value)
        return;
    buf_str(out, name);
    buf_str(out, ": ");
    buf_str(out, value);
    buf_str(out, "\r\n");
}

void response_head(const struct response *r, const char *request_id, struct buf *out) {
    assert(r->status >= 200 && r->status < 600);
    buf_fmt(out, "Status: %d %s\r\n", r->status, response_reason(r->status));
    add_header(out, "Content-Type", !r->body ? NULL : r->content_type ? r->content_type : "application/scim+json");
    if (r->identity_only)
        add_header(out, "Accept-Encoding", "identity");
    add_header(out, "ETag", r->etag);
    add_header(out, "Location", r->location);
    add_header(out, "Content-Location", r->location);
    add_header(out, "Allow", r->allow);
    add_header(out, "WWW-Authenticate", r->www_authenticate);
    if (r->retry_after)
        buf_fmt(out, "Retry-After: %d\r\n", r->retry_after);
    if (r->extra)
        buf_str(out, r->extra);
    add_header(out, "Cache-Control",
               r->cache_control  ? r->cache_control
               : r->status < 400 ? "private, no-cache"
                                 : "no-store");
    add_header(out, "X-Content-Type-Options", "nosniff");
    add_header(out, "X-Request-Id", request_id);
    if (r->body)
        buf_fmt(out, "Content-Length: %zu\r\n", r->len);
    buf_str(out, "\r\n");
}
