/* What authenticates a request of the admin API: an API key, or a session of the portal by token or by cookie. */

#include "admin/api_credentials.h"

#include "base/arena.h"
#include "base/token.h"
#include "server/credentials.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

/*
 * Over https the browser keeps the cookie for this host alone (__Host-). Over http, which is for this machine alone, it
 * takes neither that prefix nor Secure.
 */
static bool is_secure(const struct settings *s) {
    return strncmp(s->public_url, "https://", 8) == 0;
}

static const char *cookie_name(const struct settings *s) {
    return is_secure(s) ? "__Host-muster" : "muster";
}

/* The value of our cookie; NULL: there is none. */
static const char *find_cookie(struct arena *a, const struct call *call) {
    const char *p = request_header(&call->request, "HTTP_COOKIE"), *name = cookie_name(call->worker->settings);
    size_t n = strlen(name);
    for (; p && *p; p += strcspn(p, ";"), p += strspn(p, "; "))
        if (strncmp(p, name, n) == 0 && p[n] == '=')
            return arena_strndup(a, p + n + 1, strcspn(p + n + 1, ";"));
    return NULL;
}

/* A hash of the secret from which neither the secret nor the stored hash can be found. */
static const char *csrf_of(struct arena *a, const char *secret) {
    char *hex = arena_alloc(a, TOKEN_HASH_HEX + 1);
    const char *text = arena_printf(a, "csrf %s", secret);
    token_hash_hex(text, strlen(text), hex);
    return hex;
}

static enum err take_cookie(struct control *c, const char *secret) {
    char *hex = arena_alloc(c->ctx.arena, TOKEN_HASH_HEX + 1);
    if (!token_well_formed(TOKEN_SESSION, secret, strlen(secret)))
        return fail(&c->ctx, ERR_INVALID_TOKEN, "the session has ended: ask for a new link");
    token_hash_hex(secret, strlen(secret), hex);
    c->credential = CONTROL_SESSION;
    c->key_hash = hex;
    c->csrf = csrf_of(c->ctx.arena, secret);
    return OK;
}

static enum credentials_kind kind_of(const char *header) {
    const char *secret = header + strcspn(header, " ");
    secret += strspn(secret, " ");
    if (strncmp(secret, TOKEN_SESSION, strlen(TOKEN_SESSION)) == 0)
        return CREDENTIALS_SESSION;
    return strncmp(secret, TOKEN_LINK, strlen(TOKEN_LINK)) == 0 ? CREDENTIALS_LINK : CREDENTIALS_API;
}

enum err api_credentials_read(struct control *c, const struct call *call) {
    static const enum control_credential credentials[] = {
        [CREDENTIALS_API] = CONTROL_KEY, [CREDENTIALS_SESSION] = CONTROL_SESSION, [CREDENTIALS_LINK] = CONTROL_LINK};
    const char *header = request_header(&call->request, "HTTP_AUTHORIZATION");
    const char *cookie = header && *header ? NULL : find_cookie(c->ctx.arena, call);
    bool opens = c->callers == CONTROL_LINKS;
    if (cookie && !opens)
        return take_cookie(c, cookie);
    enum credentials_kind kind = header ? kind_of(header) : CREDENTIALS_API;
    enum err e = credentials_read(&c->ctx, &call->request, kind, &c->key_hash);
    if (e == OK && (kind == CREDENTIALS_LINK) != opens)
        return fail(&c->ctx, ERR_INVALID_TOKEN,
                    opens ? "this URL takes the secret of a link to the portal, which begins with mpl_"
                          : "this is the secret of a link to the portal: open it at /v1/portal/sessions first");
    c->credential = credentials[kind];
    return e;
}

/* Whether the browser says that a page of our own origin sends the request; browsers that say nothing are believed. */
static bool is_same_origin(const struct call *call) {
    const char *site = request_header(&call->request, "HTTP_SEC_FETCH_SITE");
    const char *origin = request_header(&call->request, "HTTP_ORIGIN"), *url = call->worker->settings->public_url;
    const char *host = strstr(url, "://");
    size_t len = host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/") : 0;
    if (site && strcasecmp(site, "same-origin") != 0)
        return false;
    return !origin || (strlen(origin) == len && strncasecmp(origin, url, len) == 0);
}

enum err api_credentials_forged(struct control *c, const struct call *call) {
    const char *method = call->request.method, *sent = request_header(&call->request, "HTTP_X_CSRF_TOKEN");
    if (!c->csrf || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return OK;
    if (!is_same_origin(call))
        return fail(&c->ctx, ERR_FORBIDDEN, "the request comes from a page of another site");
    if (!sent || strlen(sent) != TOKEN_HASH_HEX || CRYPTO_memcmp(sent, c->csrf, TOKEN_HASH_HEX) != 0)
        return fail(&c->ctx, ERR_FORBIDDEN,
                    "X-CSRF-Token must be the csrf_token of GET /v1/portal/sessions: another site may have sent this");
    return OK;
}

const char *api_credentials_cookie(struct arena *a, const struct settings *s, const char *secret) {
    return arena_printf(a, "Set-Cookie: %s=%s; Path=/; HttpOnly; SameSite=Strict%s%s\r\n", cookie_name(s), secret,
                        is_secure(s) ? "; Secure" : "", *secret ? "" : "; Max-Age=0");
}
