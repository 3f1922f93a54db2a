#ifndef MUSTER_BASE_SECRET_H
#define MUSTER_BASE_SECRET_H

#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Secrets that we must be able to read again (of webhooks, signing keys) are encrypted in the database with AES-256-GCM
 * (NIST SP 800-38D). The keys are in a file outside of it (MUSTER_SECRET_KEY_FILE): a line each, 32 bytes in base64, as
 * `openssl rand -base64 32` prints them. The first encrypts; the others still decrypt, so that a key can be replaced.
 * What is encrypted is bound to a context, a text such as "organization/endpoint": in another row it does not open.
 */
struct secret_keys {
    size_t n;
    uint8_t keys[8][32];
};

/* ERR_CONFLICT: no file is named, it cannot be read, others may read it, or a line is no key; the detail says how to
 * mend it. */
enum err secret_keys_load(struct ctx *ctx, const char *path, struct secret_keys *out)
    __attribute__((warn_unused_result));

/* PostgreSQL's text of the bytea, in the arena: a version byte, 4 bytes that name the key, 12 of nonce, text, 16 of
 * tag. */
const char *secret_seal(struct arena *a, const struct secret_keys *keys, const char *context, const void *plain,
                        size_t len);

/* The secret, in the arena, with a NUL behind it. ERR_CONFLICT: no key fits, or it was changed or moved. */
enum err secret_open(struct ctx *ctx, const struct secret_keys *keys, const char *context, const char *sealed,
                     uint8_t **plain, size_t *len) __attribute__((warn_unused_result));

#endif
