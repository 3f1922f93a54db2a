#ifndef MUSTER_SERVER_REQUEST_H
#define MUSTER_SERVER_REQUEST_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>

struct settings;

/* The source of a request: the common interface of FastCGI and CGI. */
struct source {
    const char *(*param)(void *self, const char *name); /* a CGI variable, NULL if absent or empty */
    long (*read)(void *self, char *to, size_t n);       /* reads bytes of the body; 0: its end; -1: it broke off */
    char *const *params;                                /* all variables, "NAME=value", ended by NULL */
    void *self;
};

/* A parameter of the query string, decoded. */
struct query_param {
    const char *name, *value;
};

enum {
    REQUEST_PARAMS = 64,
    REQUEST_QUERY_MAX = 8192,
    REQUEST_SEGMENTS = 8,
    REQUEST_UNASKED = 64 * 1024 /* bytes of a body that is read at once if the secret was accepted lately */
};

/* One HTTP request from the web server. Texts live in the arena of `ctx`. */
struct request {
    struct ctx *ctx;
    const struct source *source;
    const char *method;
    const char *path;  /* raw, without the query */
    const char *query; /* raw, "" if none */
    const char *body;  /* NUL-terminated copy; "" before it is read, and if there is none */
    size_t body_len;
    long long declared; /* bytes of the body by CONTENT_LENGTH; -1: not given */
    bool body_pending;  /* the body has, or may have, unread bytes */
    struct query_param params[REQUEST_PARAMS];
    size_t n_params;
    const char *segments[REQUEST_SEGMENTS]; /* segments of the path below the base, decoded */
    const char *raw[REQUEST_SEGMENTS];      /* segments as sent, because fixed parts of a path have only one spelling */
    size_t n_segments;
};

/*
 * Takes method, path and query from REQUEST_METHOD and the raw REQUEST_URI (PATH_INFO is rewritten by web servers),
 * which may be absolute: "http://host/scim/v2/Users".
 */
void request_open(struct request *r, struct ctx *ctx, const struct source *source);

/* Whether the body of this method has a meaning; other bodies are ignored (RFC 9110, 9.3.1). */
bool request_has_body(const struct request *r);

/* Checks a body before it is read: ERR_BAD_REQUEST if CONTENT_LENGTH is no number, ERR_TOO_LARGE. */
enum err request_check_length(struct request *r, size_t max) __attribute__((warn_unused_result));

/*
 * Reads the whole body, after request_check_length(). ERR_TOO_LARGE over `max`; ERR_BAD_REQUEST if fewer bytes come
 * than CONTENT_LENGTH says, so that a cut body never counts as a whole one.
 */
enum err request_read_body(struct request *r, size_t max) __attribute__((warn_unused_result));

/*
 * Splits the path below `base` ("/scim") into segments, raw and decoded; repeated slashes count as one, and final
 * slashes are ignored. ERR_NOT_FOUND for paths that cannot name anything: another base, dot segments, an encoded slash,
 * backslash or control character; ERR_BAD_REQUEST for a broken escape or bad UTF-8.
 */
enum err request_split_path(struct request *r, const char *base) __attribute__((warn_unused_result));

/*
 * Decodes the query string; "+" is a space if the string has no %20, else a plus. ERR_INVALID_VALUE: too long, a
 * broken escape, a NUL, bad UTF-8.
 */
enum err request_split_query(struct request *r) __attribute__((warn_unused_result));

/* A parameter's value by its name, ignoring case; NULL if absent. ERR_INVALID_VALUE if it occurs twice. */
enum err request_param(struct request *r, const char *name, const char **value) __attribute__((warn_unused_result));

/*
 * ERR_BAD_REQUEST if an important CGI parameter occurs twice, because it would be unclear which one counts (nginx
 * passes on each line of a header, lighttpd both "If-Match" and "If_Match").
 */
enum err request_check_once(struct request *r) __attribute__((warn_unused_result));

/* A header that may come in several lines, joined by commas in their order (RFC 9110, 5.3); NULL if absent. */
const char *request_joined(const struct request *r, const char *cgi_name);

/* A header by its CGI name ("HTTP_IF_MATCH"), NULL if absent. */
const char *request_header(const struct request *r, const char *cgi_name);

/*
 * ERR_MEDIA_TYPE unless the body is SCIM JSON or JSON; an absent type counts as SCIM. The charset parameter has
 * no meaning for JSON (RFC 8259, section 11): Java's REST Assured says ISO-8859-1 but sends UTF-8.
 */
enum err request_check_content_type(struct request *r) __attribute__((warn_unused_result));

/* ERR_ENCODING if the body is compressed (Content-Encoding). */
enum err request_check_encoding(struct request *r) __attribute__((warn_unused_result));

/* ERR_NOT_ACCEPTABLE if Accept allows neither of the two JSON types. */
enum err request_check_accept(struct request *r) __attribute__((warn_unused_result));

#endif
