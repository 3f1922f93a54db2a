#include "request.h"

#include "base/arena.h"
#include "base/fold.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistr.h>

enum { BODY_STEP = 64 * 1024 };

const char *request_header(const struct request *r, const char *cgi_name) {
    return r->source->param(r->source->self, cgi_name);
}

void request_open(struct request *r, struct ctx *ctx, const struct source *source) {
    memset(r, 0, sizeof *r);
    r->ctx = ctx;
    r->source = source;
    const char *method = request_header(r, "REQUEST_METHOD");
    const char *uri = request_header(r, "REQUEST_URI");
    if (!uri)
        uri = "";
    const char *mark = strchr(uri, '?');
    r->method = arena_strdup(ctx->arena, method ? method : "");
    r->path = arena_strndup(ctx->arena, uri, mark ? (size_t)(mark - uri) : strlen(uri));
    r->query = arena_strdup(ctx->arena, mark ? mark + 1 : "");
    r->body = "";
}

/* CONTENT_LENGTH as a number; -1: absent; -2: no number. */
static long long declared_length(const struct request *r) {
    const char *text = request_header(r, "CONTENT_LENGTH");
    if (!text)
        return -1;
    size_t digits = strspn(text, "0123456789");
    return text[digits] == '\0' && digits <= 18 ? strtoll(text, NULL, 10) : -2;
}

static enum err too_large(struct request *r, size_t max) {
    return fail(r->ctx, ERR_TOO_LARGE, "the request body is larger than %zu bytes", max);
}

enum err request_read_body(struct request *r, size_t max) {
    long long declared = declared_length(r);
    if (declared == -2)
        return fail(r->ctx, ERR_BAD_REQUEST, "Content-Length is no number");
    if (declared > (long long)max)
        return too_large(r, max);
    size_t cap = declared >= 0 ? (size_t)declared + 1 : BODY_STEP, len = 0;
    char *body = arena_alloc(r->ctx->arena, cap + 1);
    for (long n; (n = r->source->read(r->source->self, body + len, cap - len)) != 0;) {
        if (n < 0)
            return fail(r->ctx, ERR_TIMEOUT, NULL);
        len += (size_t)n;
        if (len > max)
            return too_large(r, max);
        if (len < cap)
            continue;
        char *more = arena_alloc(r->ctx->arena, cap * 2 + 1);
        memcpy(more, body, len);
        body = more;
        cap *= 2;
    }
    if (declared >= 0 && len != (size_t)declared)
        return fail(r->ctx, ERR_BAD_REQUEST, "the body has %zu bytes where Content-Length says %lld", len, declared);
    body[len] = '\0';
    r->body = body;
    r->body_len = len;
    return OK;
}

static int hex(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decodes `len` bytes; NULL: a broken escape, a NUL or bad UTF-8. */
static char *decode(struct arena *a, const char *s, size_t len, bool plus) {
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (c == '%') {
            int high = i + 2 < len ? hex(s[i + 1]) : -1;
            int low = i + 2 < len ? hex(s[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus)
            c = ' ';
        if (c == '\0')
            return NULL;
        out[n++] = c;
    }
    return u8_check((const uint8_t *)out, n) ? NULL : out;
}

static bool usable_segment(const char *s) {
    if (*s == '\0' || strcmp(s, ".") == 0 || strcmp(s, "..") == 0)
        return false;
    return !strpbrk(s, "/\\") && !fold_has_control(s, strlen(s));
}

enum err request_split_path(struct request *r, const char *base) {
    size_t base_len = strlen(base);
    if (strncmp(r->path, base, base_len) != 0 || (r->path[base_len] && r->path[base_len] != '/'))
        return fail(r->ctx, ERR_NOT_FOUND, NULL);
    const char *p = r->path + base_len;
    while (*p == '/' && p[1]) {
        size_t len = strcspn(++p, "/");
        char *segment = decode(r->ctx->arena, p, len, false);
        if (!segment)
            return fail(r->ctx, ERR_BAD_REQUEST, "the path has a broken percent escape or is not UTF-8");
        if (!usable_segment(segment) || r->n_segments == REQUEST_SEGMENTS)
            return fail(r->ctx, ERR_NOT_FOUND, NULL);
        r->segments[r->n_segments++] = segment;
        p += len;
    }
    return OK;
}

enum err request_split_query(struct request *r) {
    if (strlen(r->query) > REQUEST_QUERY_MAX)
        return fail(r->ctx, ERR_INVALID_VALUE, "the query string is longer than %d bytes", REQUEST_QUERY_MAX);
    for (const char *p = r->query; *p;) {
        size_t len = strcspn(p, "&");
        const char *eq = memchr(p, '=', len);
        size_t name_len = eq ? (size_t)(eq - p) : len;
        char *name = decode(r->ctx->arena, p, name_len, true);
        char *value = eq ? decode(r->ctx->arena, eq + 1, len - name_len - 1, true) : arena_strdup(r->ctx->arena, "");
        if (!name || !value)
            return fail(r->ctx, ERR_INVALID_VALUE, "the query string has a broken percent escape or is not UTF-8");
        if (r->n_params == REQUEST_PARAMS)
            return fail(r->ctx, ERR_INVALID_VALUE, "the query string has more than %d parameters", REQUEST_PARAMS);
        if (len)
            r->params[r->n_params++] = (struct query_param){.name = name, .value = value};
        p += len + (p[len] == '&');
    }
    return OK;
}

enum err request_param(struct request *r, const char *name, const char **value) {
    *value = NULL;
    for (size_t i = 0; i < r->n_params; i++) {
        if (strcasecmp(r->params[i].name, name) != 0)
            continue;
        if (*value)
            return fail(r->ctx, ERR_INVALID_VALUE, "the parameter %s stands in the query twice", name);
        *value = r->params[i].value;
    }
    return OK;
}

/* The media type at the front of a header value, as (text, length); *rest behind it. */
static size_t media_type(const char *s, const char **rest) {
    size_t len = strcspn(s, ";, \t");
    *rest = s + len;
    return len;
}

static bool is_json(const char *s, size_t len) {
    return fold_ascii_equal(s, len, "application/scim+json", 21) || fold_ascii_equal(s, len, "application/json", 16);
}

/* Whether the parameters behind a media type name a charset other than UTF-8. */
static bool foreign_charset(const char *params) {
    const char *charset = strcasestr(params, "charset=");
    if (!charset)
        return false;
    charset += strlen("charset=");
    charset += *charset == '"';
    return strncasecmp(charset, "utf-8", 5) != 0 && strncasecmp(charset, "utf8", 4) != 0;
}

enum err request_check_content_type(struct request *r) {
    const char *type = request_header(r, "CONTENT_TYPE"), *rest;
    if (!type || *type == '\0')
        return OK;
    size_t len = media_type(type, &rest);
    if (!is_json(type, len) || foreign_charset(rest))
        return fail(r->ctx, ERR_MEDIA_TYPE, NULL);
    return OK;
}

/* One element of Accept: whether it allows JSON, with a weight above zero. */
static bool element_allows(const char *s, size_t len) {
    const char *rest;
    size_t type_len = media_type(s, &rest);
    bool fits = is_json(s, type_len) || fold_ascii_equal(s, type_len, "*/*", 3) ||
                fold_ascii_equal(s, type_len, "application/*", 13);
    const char *q = memmem(rest, len - type_len, "q=", 2);
    return fits && !(q && strtod(q + 2, NULL) <= 0);
}

enum err request_check_accept(struct request *r) {
    const char *p = request_header(r, "HTTP_ACCEPT");
    if (!p || *p == '\0')
        return OK;
    while (*p) {
        p += strspn(p, " \t,");
        size_t len = strcspn(p, ",");
        if (len && element_allows(p, len))
            return OK;
        p += len;
    }
    return fail(r->ctx, ERR_NOT_ACCEPTABLE, NULL);
}
