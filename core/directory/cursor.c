#include "directory/cursor.h"

#include "base/arena.h"
#include "base/uuid.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

enum { MAC = 16 }; /* bytes of HMAC-SHA256 that are sent */

/* Base64 with the alphabet of URLs and without padding (RFC 4648, 5). */
static const char *to_base64(struct arena *a, const void *bytes, size_t n) {
    char *out = arena_alloc(a, (n + 2) / 3 * 4 + 1);
    EVP_EncodeBlock((unsigned char *)out, bytes, (int)n);
    for (char *p = out; *p; p++)
        *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
    out[strcspn(out, "=")] = '\0';
    return out;
}

/* The text behind it, NUL-terminated; NULL: no base64. */
static const char *from_base64(struct arena *a, const char *s, size_t len) {
    size_t padded = (len + 3) / 4 * 4;
    char *in = arena_alloc(a, padded + 1);
    unsigned char *out = arena_alloc(a, padded / 4 * 3 + 1);
    for (size_t i = 0; i < padded; i++)
        in[i] = i >= len ? '=' : s[i] == '-' ? '+' : s[i] == '_' ? '/' : s[i];
    int n = len ? EVP_DecodeBlock(out, (unsigned char *)in, (int)padded) : -1;
    if (n < 0)
        return NULL;
    size_t size = (size_t)n - (padded - len);
    out[size] = '\0';
    return strlen((char *)out) == size && !u8_check(out, size) ? (char *)out : NULL;
}

static const char *sign(struct session *s, const char *payload, const char *list) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    const char *key = s->tenant.cursor_key ? s->tenant.cursor_key : "";
    const char *text = arena_printf(s->ctx.arena, "%s\n%s", payload, list);
    HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), mac, &n);
    return to_base64(s->ctx.arena, mac, MAC);
}

const char *cursor_write(struct session *s, const struct cursor *c, const char *list) {
    const char *text = arena_printf(s->ctx.arena, "%c%c%s %" PRId64 " %" PRId64 " %s", c->backward ? 'b' : 'f',
                                    c->key ? 'k' : 'n', c->id, c->count, c->at_s, c->key ? c->key : "");
    const char *payload = to_base64(s->ctx.arena, text, strlen(text));
    return arena_printf(s->ctx.arena, "%s.%s", payload, sign(s, payload, list));
}

static enum err invalid(struct session *s) {
    return fail(&s->ctx, ERR_INVALID_CURSOR, NULL);
}

/* A number of digits and the space behind it. */
static bool read_number(const char **p, int64_t *out) {
    size_t n = strspn(*p, "0123456789");
    if (n == 0 || n > 15 || (*p)[n] != ' ')
        return false;
    *out = strtoll(*p, NULL, 10);
    *p += n + 1;
    return true;
}

enum err cursor_read(struct session *s, const char *text, struct cursor *out) {
    const char *p = from_base64(s->ctx.arena, text, strcspn(text, "."));
    *out = (struct cursor){0};
    if (!p || (*p != 'f' && *p != 'b') || (p[1] != 'k' && p[1] != 'n') || strlen(p) < UUID_TEXT + 3)
        return invalid(s);
    out->backward = *p == 'b';
    bool key = p[1] == 'k';
    out->id = arena_strndup(s->ctx.arena, p + 2, UUID_TEXT);
    p += 2 + UUID_TEXT;
    if (*p++ != ' ' || !uuid_valid(out->id, UUID_TEXT) || !read_number(&p, &out->count) || !read_number(&p, &out->at_s))
        return invalid(s);
    out->key = key ? p : NULL;
    return OK;
}

enum err cursor_verify(struct session *s, const char *text, const struct cursor *c, const char *list) {
    size_t len = strcspn(text, ".");
    const char *payload = arena_strndup(s->ctx.arena, text, len);
    const char *want = sign(s, payload, list), *got = text[len] ? text + len + 1 : "";
    if (strlen(got) != strlen(want) || CRYPTO_memcmp(got, want, strlen(want)) != 0)
        return invalid(s);
    if (s->tenant.now_us / 1000000 - c->at_s > s->cursor_seconds)
        return fail(&s->ctx, ERR_EXPIRED_CURSOR, NULL);
    return OK;
}
