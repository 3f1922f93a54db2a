/* Reads the secret from the Authorization header, or says what was sent instead. */

#include "server/credentials.h"

#include "base/arena.h"
#include "base/token.h"

#include <string.h>
#include <strings.h>

#define LETTERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

enum {
    SCHEME = 6,           /* "Bearer" */
    SEARCHED = 512,       /* bytes of a header that are searched for a token */
    TOKEN_SCIM_BYTES = 54 /* "scim_", 43 and 6 characters */
};

static const struct {
    const char *prefix, *missing, *unknown, *scheme; /* NULL: the error's default text */
} kinds[] = {
    [CREDENTIALS_SCIM] = {TOKEN_SCIM, NULL, NULL, "the Authorization header must be: Bearer, a space, and the token"},
    [CREDENTIALS_API] = {TOKEN_API, "an API key is needed: Authorization: Bearer msk_...",
                         "the API key is unknown, expired or revoked",
                         "the Authorization header must be: Bearer, a space, and the API key"},
    [CREDENTIALS_SESSION] = {TOKEN_SESSION, NULL, "the session is unknown or has ended",
                             "the Authorization header must be: Bearer, a space, and the token of the session"},
    [CREDENTIALS_LINK] = {TOKEN_LINK, NULL, "there is no such link",
                          "the Authorization header must be: Bearer, a space, and the secret of the link"},
};

/* Our secrets that were sent in place of another kind. */
static const struct {
    enum credentials_kind wanted;
    const char *prefix, *hint;
} mistaken[] = {
    {CREDENTIALS_SCIM, TOKEN_API,
     "this is a key of the admin API; SCIM needs a connection's token, which begins with scim_"},
    {CREDENTIALS_SCIM, TOKEN_WEBHOOK,
     "this is the secret of a webhook; SCIM needs a connection's token, which begins with scim_"},
    {CREDENTIALS_API, TOKEN_SCIM,
     "this is a connection's token for SCIM; the admin API needs an API key, which begins with msk_"},
    {CREDENTIALS_API, TOKEN_WEBHOOK,
     "this is the secret of a webhook; the admin API needs an API key, which begins with msk_"},
};

static bool is_bearer(const char *text) {
    return strncasecmp(text, "Bearer", SCHEME) == 0 && (text[SCHEME] == ' ' || text[SCHEME] == '\0');
}

/* A hint for known mistakes in the token field of an identity provider; NULL: no known mistake. */
static const char *hint_at_secret(enum credentials_kind kind, const char *secret, size_t len) {
    const char *prefix = kinds[kind].prefix;
    if (is_bearer(secret))
        return "the word Bearer is there twice: the client writes it by itself, so its field takes the secret "
               "alone";
    if (len && strchr("\"'<`", *secret))
        return "the secret is in quotes or brackets: leave them out";
    for (size_t i = 0; i < sizeof mistaken / sizeof *mistaken; i++)
        if (mistaken[i].wanted == kind && strncmp(secret, mistaken[i].prefix, strlen(mistaken[i].prefix)) == 0)
            return mistaken[i].hint;
    if (strchr(secret, ' '))
        return "there is a blank in the secret: copy it again, in one piece";
    if (strncmp(secret, prefix, strlen(prefix)) == 0)
        return "the secret is not complete, or not as it was issued: its check sum is wrong; copy it again";
    return NULL;
}

static enum err refuse_credentials(struct ctx *ctx, enum err e, const char *text) {
    return text ? fail(ctx, e, "%s", text) : fail(ctx, e, NULL);
}

enum err credentials_read(struct ctx *ctx, const struct request *r, enum credentials_kind kind, const char **hash) {
    const char *header = request_header(r, "HTTP_AUTHORIZATION");
    if (!header || *header == '\0')
        return refuse_credentials(ctx, ERR_UNAUTHORIZED, kinds[kind].missing);
    if (!is_bearer(header))
        return refuse_credentials(ctx, ERR_INVALID_TOKEN, kinds[kind].scheme);
    const char *secret = header + SCHEME + strspn(header + SCHEME, " ");
    size_t len = strcspn(secret, " ");
    if (secret[len + strspn(secret + len, " ")] || !token_well_formed(kinds[kind].prefix, secret, len)) {
        const char *text = hint_at_secret(kind, secret, len);
        return refuse_credentials(ctx, ERR_INVALID_TOKEN, text ? text : kinds[kind].unknown);
    }
    char *hex = arena_alloc(ctx->arena, TOKEN_HASH_HEX + 1);
    token_hash_hex(secret, len, hex);
    *hash = hex;
    return OK;
}

/* The header without blanks, at most SEARCHED bytes of it. */
static const char *header_compacted(struct arena *a, const char *header) {
    char *out = arena_alloc(a, SEARCHED + 1);
    size_t n = 0;
    for (const char *p = header; *p && n < SEARCHED; p++)
        if (*p != ' ' && *p != '\t')
            out[n++] = *p;
    out[n] = '\0';
    return out;
}

bool credentials_inside(struct arena *a, const struct request *r, const char **hash, const char **beginning) {
    const char *header = request_header(r, "HTTP_AUTHORIZATION"), *shown = NULL;
    const char *text = header ? header_compacted(a, header) : "";
    *hash = *beginning = NULL;
    for (const char *p = text; (p = strstr(p, TOKEN_SCIM)); p++) {
        size_t len = strspn(p + strlen(TOKEN_SCIM), LETTERS) + strlen(TOKEN_SCIM);
        if (len > TOKEN_SCIM_BYTES)
            len = TOKEN_SCIM_BYTES;
        if (token_well_formed(TOKEN_SCIM, p, len)) {
            char *hex = arena_alloc(a, TOKEN_HASH_HEX + 1);
            token_hash_hex(p, len, hex);
            *hash = hex;
            return true;
        }
        if (!shown && len >= TOKEN_SHOWN)
            shown = p;
    }
    if (shown)
        *beginning = arena_strndup(a, shown, TOKEN_SHOWN);
    return shown != NULL;
}
