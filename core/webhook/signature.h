#ifndef MUSTER_WEBHOOK_SIGNATURE_H
#define MUSTER_WEBHOOK_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/*
 * How a receiver knows that a webhook is ours: HMAC-SHA256 (RFC 2104) with a secret that both have. What is signed, and
 * how the key is made of the secret, differs between products.
 */

/* The key of a secret "whsec_MfKQ9r8G...". */
enum signature_key {
    SIGNATURE_DECODED, /* what the base64 behind "whsec_" stands for: Standard Webhooks, Svix; no base64: the text */
    SIGNATURE_BARE,    /* the text behind "whsec_" */
    SIGNATURE_WHOLE,   /* the text as it stands */
};

/* What is signed. */
struct signature_input {
    const char *id; /* NULL: neither it nor the "." behind it */
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
