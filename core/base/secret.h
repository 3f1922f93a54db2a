#ifndef MUSTER_BASE_SECRET_H
#define MUSTER_BASE_SECRET_H

#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The database has the secrets of webhooks and the signing keys, encrypted with AES-256-GCM (NIST SP 800-38D). The keys
 * are in a file (MUSTER_SECRET_KEY_FILE): each line has 32 bytes in base64, as `openssl rand -base64 32` prints them.
 * The first key encrypts; the others still decrypt, so that a key can be replaced. A secret is bound to a context, a
 * text such as "organization/endpoint": if it is copied to another row, it cannot be decrypted there.
 */
struct secret_keys {
    size_t n;
    uint8_t keys[8][32];
};

/*
 * ERR_CONFLICT: the setting is empty, or the file cannot be read, others may read it, or a line is no key; the detail
 * says how to fix it.
 */
enum err secret_keys_load(struct ctx *ctx, const char *path, struct secret_keys *out)
    __attribute__((warn_unused_result));

/*
 * Encrypts a secret. The result, in the arena, is PostgreSQL's text of a bytea: a version byte, 4 bytes that name the
 * key, 12 bytes of nonce, the text, 16 bytes of tag.
 */
const char *secret_seal(struct arena *a, const struct secret_keys *keys, const char *context, const void *plain,
                        size_t len);

/* Decrypts a secret, in the arena, with a NUL after it. ERR_CONFLICT: no key fits, or it was changed or moved. */
enum err secret_open(struct ctx *ctx, const struct secret_keys *keys, const char *context, const char *sealed,
                     uint8_t **plain, size_t *len) __attribute__((warn_unused_result));

#endif
