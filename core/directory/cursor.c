/* Cursors of lists (RFC 9865): a signed place in a sorted list. */

#include "directory/cursor.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/number.h"
#include "base/uuid.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <string.h>
#include <unistr.h>

enum { MAC = 16 }; /* bytes of the HMAC-SHA256 in the text */

static const char *sign_cursor(struct session *s, const char *payload, const char *list) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    const char *key = s->tenant.cursor_key;
    assert(key && *key); /* anyone could sign with an empty one */
    const char *text = arena_printf(s->ctx.arena, "%s\n%s", payload, list);
    HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), mac, &n);
    return base64_url_text(s->ctx.arena, mac, MAC);
}

const char *cursor_write(struct session *s, const struct cursor *c, const char *list) {
    assert(strlen(c->id) == UUID_TEXT);
    const char *text = arena_printf(s->ctx.arena, "%c%c%s %" PRId64 " %" PRId64 " %s", c->backward ? 'b' : 'f',
                                    c->key ? 'k' : 'n', c->id, c->count, c->at_s, c->key ? c->key : "");
    const char *payload = base64_url_text(s->ctx.arena, text, strlen(text));
    return arena_printf(s->ctx.arena, "%s.%s", payload, sign_cursor(s, payload, list));
}

/* The text of a payload, NUL-terminated; NULL: not ours. */
static const char *read_payload(struct arena *a, const char *s, size_t len) {
    const uint8_t *text;
    size_t n;
    if (!base64_url_bytes(a, s, len, &text, &n) || memchr(text, '\0', n) || u8_check(text, n))
        return NULL;
    return (const char *)text;
}

static enum err refuse_cursor(struct session *s) {
    return fail(&s->ctx, ERR_INVALID_CURSOR, NULL);
}

/* A number, and the space after it. */
static bool read_number(const char **p, int64_t *out) {
    size_t n = strcspn(*p, " ");
    if (n > 15 || !(*p)[n] || !number_parse(*p, n, out) || *out < 0)
        return false;
    *p += n + 1;
    return true;
}

enum err cursor_read(struct session *s, const char *text, struct cursor *out) {
    const char *p = read_payload(s->ctx.arena, text, strcspn(text, "."));
    *out = (struct cursor){0};
    if (!p || (*p != 'f' && *p != 'b') || (p[1] != 'k' && p[1] != 'n') || strlen(p) < UUID_TEXT + 3)
        return refuse_cursor(s);
    out->backward = *p == 'b';
    bool key = p[1] == 'k';
    out->id = arena_strndup(s->ctx.arena, p + 2, UUID_TEXT);
    p += 2 + UUID_TEXT;
    if (*p++ != ' ' || !uuid_valid(out->id, UUID_TEXT) || !read_number(&p, &out->count) || !read_number(&p, &out->at_s))
        return refuse_cursor(s);
    out->key = key ? p : NULL;
    return OK;
}

enum err cursor_verify(struct session *s, const char *text, const struct cursor *c, const char *list) {
    size_t len = strcspn(text, ".");
    const char *payload = arena_strndup(s->ctx.arena, text, len);
    const char *want = sign_cursor(s, payload, list), *got = text[len] ? text + len + 1 : "";
    if (strlen(got) != strlen(want) || CRYPTO_memcmp(got, want, strlen(want)) != 0)
        return refuse_cursor(s);
    if (s->tenant.now_us / 1000000 - c->at_s > s->cursor_seconds)
        return fail(&s->ctx, ERR_EXPIRED_CURSOR, NULL);
    return OK;
}
