#ifndef MUSTER_WEBHOOK_SIGNATURE_H
#define MUSTER_WEBHOOK_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/*
 * A signature proves to a receiver that a webhook is ours: HMAC-SHA256 (RFC 2104) with a shared secret. The signed
 * text, and how the key is made from the secret, differ between products.
 */

/* How the key is made from a secret "whsec_MfKQ9r8G...". */
enum signature_key {
    SIGNATURE_DECODED, /* the base64 after "whsec_", decoded (Standard Webhooks, Svix); if it is no base64: the text */
    SIGNATURE_BARE,    /* the text after "whsec_" */
    SIGNATURE_WHOLE,   /* the whole text */
};

/* The signed parts. */
struct signature_input {
    const char *id; /* NULL: neither the id nor the "." after it */
    int64_t timestamp;
    const char *body;
    size_t len;
};

/*
 * base64 of the HMAC over "id.timestamp.body", in the arena (Standard Webhooks 1.0, Signature scheme:
 * webhook-signature is "v1," and this).
 */
const char *signature_base64(struct arena *a, enum signature_key kind, const char *secret,
                             const struct signature_input *in);

/* The same in lower-case hex. */
const char *signature_hex(struct arena *a, enum signature_key kind, const char *secret,
                          const struct signature_input *in);

#endif
