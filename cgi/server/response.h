#ifndef MUSTER_SERVER_RESPONSE_H
#define MUSTER_SERVER_RESPONSE_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* The statuses of success; those of errors are in the tables of scim/envelope.c and admin/problem.c. */
enum { STATUS_OK = 200, STATUS_CREATED = 201, STATUS_NO_CONTENT = 204, STATUS_NOT_MODIFIED = 304 };

/* The response; texts live in the request's arena. One place sends the bytes, after the handler returned. */
struct response {
    int status;
    const char *body; /* NULL: none */
    size_t len;
    bool head; /* only the header is sent */
    const char *etag;
    const char *location;         /* also sent as Content-Location */
    const char *allow;            /* 405 */
    const char *www_authenticate; /* 401, 403 */
    bool identity_only;           /* 415 for a compressed body: Accept-Encoding (RFC 7694) */
    int retry_after;              /* seconds, 0: not sent */
    const char *content_type;     /* NULL: SCIM's */
    const char *cache_control;    /* NULL: kept by the client for itself; faults are not cached */
    const char *extra;            /* header lines, each with its end; NULL: none */
};

/* Takes a text as the body. ERR_INTERNAL if it was cut: a cut text is never sent. */
enum err response_text(struct ctx *ctx, struct response *r, const struct buf *text) __attribute__((warn_unused_result));

/* The CGI header block of a response; `request_id` is ours. */
void response_head(const struct response *r, const char *request_id, struct buf *out);

/* The reason phrase of a status that we send. */
const char *response_reason(int status);

#endif
