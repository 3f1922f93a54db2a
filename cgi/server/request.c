/* Reads an HTTP request from CGI variables: path, query, headers, body. */

#include "server/request.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/number.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistr.h>

enum { BODY_STEP = 64 * 1024 };

const char *request_header(const struct request *r, const char *cgi_name) {
    return r->source->param(r->source->self, cgi_name);
}

/* The value of the next parameter of that name; moves *at past it; NULL: there are no more. */
static const char *next_value(char *const **at, const char *name) {
    size_t len = strlen(name);
    for (; *at && **at; ++*at)
        if (strncmp(**at, name, len) == 0 && (**at)[len] == '=')
            return *(*at)++ + len + 1;
    return NULL;
}

enum err request_check_once(struct request *r) {
    static const char *const decisive[] = {"HTTP_AUTHORIZATION", "CONTENT_LENGTH", "CONTENT_TYPE",
                                           "REQUEST_METHOD",     "REQUEST_URI",    "QUERY_STRING",
                                           "REMOTE_ADDR",        "HTTP_IF_MATCH",  "HTTP_IDEMPOTENCY_KEY"};
    for (size_t i = 0; i < sizeof decisive / sizeof *decisive; i++) {
        char *const *at = r->source->params;
        const char *first = next_value(&at, decisive[i]);
        if (first && next_value(&at, decisive[i]))
            return fail(r->ctx, ERR_BAD_REQUEST, "the request has %s twice", decisive[i]);
    }
    return OK;
}

const char *request_joined(const struct request *r, const char *cgi_name) {
    char *const *at = r->source->params;
    const char *all = next_value(&at, cgi_name);
    for (const char *more; all && (more = next_value(&at, cgi_name));)
        all = arena_printf(r->ctx->arena, "%s, %s", all, more);
    return all && *all ? all : NULL;
}

/* A proxy, or Apache behind one, may send the absolute form (RFC 9112, 3.2.2): returns the part after the authority. */
static const char *below_authority(const char *uri) {
    size_t scheme = strncasecmp(uri, "http://", 7) == 0 ? 7 : strncasecmp(uri, "https://", 8) == 0 ? 8 : 0;
    return scheme ? uri + scheme + strcspn(uri + scheme, "/?") : uri;
}

/* CONTENT_LENGTH as a number; -1: absent; -2: no number. */
static int64_t declared_length(const struct request *r) {
    static const int64_t DECLARED_MAX = INT64_C(999999999999999999);
    const char *text = request_header(r, "CONTENT_LENGTH");
    if (!text)
        return -1;
    int64_t n = *text ? -2 : 0; /* CGI: "" means no body */
    (void)number_within(text, 0, DECLARED_MAX, &n);
    return n;
}

bool request_has_body(const struct request *r) {
    static const char *const without[] = {"GET", "HEAD", "DELETE"};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (strcmp(r->method, without[i]) == 0)
            return false;
    return true;
}

void request_open(struct request *r, struct ctx *ctx, const struct source *source) {
    assert(source->param && source->read);
    memset(r, 0, sizeof *r);
    r->ctx = ctx;
    r->source = source;
    const char *method = request_header(r, "REQUEST_METHOD");
    const char *uri = request_header(r, "REQUEST_URI");
    uri = uri ? below_authority(uri) : "";
    const char *mark = strchr(uri, '?');
    r->method = arena_strdup(ctx->arena, method ? method : "");
    r->path = arena_strndup(ctx->arena, uri, mark ? (size_t)(mark - uri) : strlen(uri));
    r->query = arena_strdup(ctx->arena, mark ? mark + 1 : "");
    r->body = "";
    r->declared = declared_length(r);
    r->body_pending = r->declared > 0 || (r->declared < 0 && request_has_body(r));
}

static enum err too_large(struct request *r, size_t max) {
    return fail(r->ctx, ERR_TOO_LARGE, "the request body is larger than %zu bytes", max);
}

enum err request_check_length(struct request *r, size_t max) {
    if (r->declared == -2)
        return fail(r->ctx, ERR_BAD_REQUEST, "Content-Length is no number");
    return r->declared > (long long)max ? too_large(r, max) : OK;
}

enum err request_read_body(struct request *r, size_t max) {
    assert(*r->body == '\0'); /* it can be read once */
    long long declared = r->declared;
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
    r->body_pending = false;
    r->body = body;
    r->body_len = len;
    return OK;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decodes `len` bytes; NULL: a broken escape or bad UTF-8. *nul: there is a NUL among them. */
static char *decode_percent(struct arena *a, const char *s, size_t len, bool plus, bool *nul) {
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;
    *nul = false;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (c == '%') {
            int high = i + 2 < len ? hex_digit(s[i + 1]) : -1;
            int low = i + 2 < len ? hex_digit(s[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus)
            c = ' ';
        *nul = *nul || c == '\0';
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
    assert(r->n_segments == 0);
    size_t base_len = strlen(base);
    if (strncmp(r->path, base, base_len) != 0 || (r->path[base_len] && r->path[base_len] != '/'))
        return fail(r->ctx, ERR_NOT_FOUND, NULL);
    for (const char *p = r->path + base_len + strspn(r->path + base_len, "/"); *p; p += strspn(p, "/")) {
        bool nul;
        size_t len = strcspn(p, "/");
        char *segment = decode_percent(r->ctx->arena, p, len, false, &nul);
        if (!segment)
            return fail(r->ctx, ERR_BAD_REQUEST, "the path has a broken percent escape or is not UTF-8");
        if (nul || !usable_segment(segment) || r->n_segments == REQUEST_SEGMENTS)
            return fail(r->ctx, ERR_NOT_FOUND, NULL);
        r->raw[r->n_segments] = arena_strndup(r->ctx->arena, p, len);
        r->segments[r->n_segments++] = segment;
        p += len;
    }
    return OK;
}

/*
 * A name or value of the query string; NULL if it is broken. A client that writes spaces as %20 means a plus by "+":
 * clients with an address with a plus in a filter seldom escape it.
 */
static char *decode_query(struct request *r, const char *s, size_t len) {
    bool nul, plus = !strstr(r->query, "%20");
    char *out = decode_percent(r->ctx->arena, s, len, plus, &nul);
    return nul ? NULL : out;
}

enum err request_split_query(struct request *r) {
    if (strlen(r->query) > REQUEST_QUERY_MAX)
        return fail(r->ctx, ERR_INVALID_VALUE, "the query string is longer than %d bytes", REQUEST_QUERY_MAX);
    for (const char *p = r->query; *p;) {
        size_t len = strcspn(p, "&");
        const char *eq = memchr(p, '=', len);
        size_t name_len = eq ? (size_t)(eq - p) : len;
        char *name = decode_query(r, p, name_len);
        char *value = eq ? decode_query(r, eq + 1, len - name_len - 1) : arena_strdup(r->ctx->arena, "");
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
            return fail(r->ctx, ERR_INVALID_VALUE, "the parameter %s is in the query twice", name);
        *value = r->params[i].value;
    }
    return OK;
}

/* OWS = *( SP / HTAB ) (RFC 9110, 5.6.3) */
static const char *skip_space(const char *p) {
    return p + strspn(p, " \t");
}

/* The end of a quoted text that begins at p (RFC 9110, 5.6.4). */
static const char *quoted_end(const char *p) {
    for (p++; *p && *p != '"'; p++)
        p += *p == '\\' && p[1];
    return p + (*p == '"');
}

/* A parameter of a media type; a quoted value without its quotes. */
struct media_param {
    const char *name, *value;
    size_t name_len, value_len;
};

/* Reads the next `;name=value`, and moves *p past it; false: there are no more. The value may be missing. */
static bool next_media_param(const char **p, struct media_param *out) {
    const char *s = skip_space(*p);
    if (*s != ';')
        return false;
    s = skip_space(s + 1);
    *out = (struct media_param){.name = s, .name_len = strcspn(s, "=;, \t"), .value = ""};
    s = skip_space(s + out->name_len);
    if (*s == '=') {
        s = skip_space(s + 1);
        bool quoted = *s == '"';
        const char *end = quoted ? quoted_end(s) : s + strcspn(s, ";, \t");
        out->value = s + quoted;
        out->value_len = (size_t)(end - out->value) - (quoted && end > out->value && end[-1] == '"');
        s = end;
    }
    *p = s;
    return true;
}

static bool param_is(const struct media_param *param, const char *name) {
    return fold_ascii_equal(param->name, param->name_len, name, strlen(name));
}

static bool is_json(const char *s, size_t len) {
    return fold_ascii_equal(s, len, "application/scim+json", 21) || fold_ascii_equal(s, len, "application/json", 16);
}

enum err request_check_content_type(struct request *r) {
    const char *type = request_header(r, "CONTENT_TYPE");
    if (!type || *type == '\0' || is_json(type, strcspn(type, ";, \t")))
        return OK;
    return fail(r->ctx, ERR_MEDIA_TYPE, NULL);
}

enum err request_check_encoding(struct request *r) {
    const char *coding = request_header(r, "HTTP_CONTENT_ENCODING");
    if (!coding || fold_ascii_equal(coding, strlen(coding), "identity", 8))
        return OK;
    return fail(r->ctx, ERR_ENCODING, NULL);
}

/* Reads one element of Accept, and moves *p past it: whether it allows JSON, with a weight above zero. */
static bool element_allows(const char **p) {
    const char *s = *p;
    size_t len = strcspn(s, ";, \t");
    bool fits = is_json(s, len) || fold_ascii_equal(s, len, "*/*", 3) || fold_ascii_equal(s, len, "application/*", 13);
    struct media_param param;
    s += len;
    while (next_media_param(&s, &param))
        fits = fits && !(param_is(&param, "q") && strtod(param.value, NULL) <= 0);
    *p = s + strcspn(s, ",");
    return fits;
}

enum err request_check_accept(struct request *r) {
    const char *p = request_header(r, "HTTP_ACCEPT");
    if (!p || *p == '\0')
        return OK;
    for (p += strspn(p, " \t,"); *p; p += strspn(p, " \t,"))
        if (element_allows(&p))
            return OK;
    return fail(r->ctx, ERR_NOT_ACCEPTABLE, NULL);
}
