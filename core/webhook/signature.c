/* Signatures of webhooks: HMAC-SHA256, and the key made from the secret. */

#include "webhook/signature.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/hex.h"
#include "base/log.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <string.h>

#define PREFIX "whsec_"

enum { KEY = 512, DIGEST = 32, NUMBER = 32 };

struct key {
    uint8_t bytes[KEY];
    size_t len;
};

static void read_secret(enum signature_key kind, const char *secret, struct key *out) {
    const char *text = secret;
    if (kind != SIGNATURE_WHOLE && strncmp(secret, PREFIX, strlen(PREFIX)) == 0)
        text += strlen(PREFIX);
    out->len = strlen(text);
    if (kind == SIGNATURE_DECODED && base64_room(out->len) <= sizeof out->bytes &&
        base64_bytes(text, out->len, out->bytes, &out->len))
        return;
    out->len = strlen(text);
    if (out->len > sizeof out->bytes)
        log_fatal("signature", "a secret is too long");
    memcpy(out->bytes, text, out->len);
}

/* The signed text is copied together, because OpenSSL's function that takes it in parts is deprecated. */
static void sign_message(struct arena *a, enum signature_key kind, const char *secret, const struct signature_input *in,
                         uint8_t out[DIGEST]) {
    assert(secret);
    struct key key;
    unsigned len = 0;
    struct buf *text = buf_new(a, (in->id ? strlen(in->id) : 0) + in->len + NUMBER);
    if (in->id)
        buf_fmt(text, "%s.", in->id);
    buf_fmt(text, "%" PRId64 ".", in->timestamp);
    buf_add(text, in->body, in->len);
    read_secret(kind, secret, &key);
    bool good =
        HMAC(EVP_sha256(), key.bytes, (int)key.len, (const uint8_t *)buf_text(text), buf_len(text), out, &len) &&
        len == DIGEST;
    OPENSSL_cleanse(&key, sizeof key);
    if (!good)
        log_fatal("signature", "an HMAC could not be made");
}

const char *signature_base64(struct arena *a, enum signature_key kind, const char *secret,
                             const struct signature_input *in) {
    uint8_t digest[DIGEST];
    sign_message(a, kind, secret, in, digest);
    return base64_text(a, digest, DIGEST);
}

const char *signature_hex(struct arena *a, enum signature_key kind, const char *secret,
                          const struct signature_input *in) {
    uint8_t digest[DIGEST];
    char *out = arena_alloc(a, DIGEST * 2 + 1);
    sign_message(a, kind, secret, in, digest);
    hex_write(digest, DIGEST, out);
    return out;
}
