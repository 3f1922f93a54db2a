#ifndef MUSTER_WEBHOOK_SIGNING_KEY_H
#define MUSTER_WEBHOOK_SIGNING_KEY_H

#include "base/fail.h"
#include "base/secret.h"

#include <openssl/evp.h>

/* The keys of muster.signing_key: the public key is stored as a JWK, the private one sealed for its row. */

enum { SIGNING_KEY_COLUMNS = 3 };

/* A new pair as columns of its row: id, public_key, private_key. In the arena. */
void signing_key_make(struct arena *a, const struct secret_keys *keys, const char *columns[SIGNING_KEY_COLUMNS]);

/*
 * Loads the pair of such a row, and the kid of its JWK; in the arena. ERR_CONFLICT: it cannot be decrypted; see
 * secret_open().
 */
enum err signing_key_load(struct ctx *ctx, const struct secret_keys *keys,
                          const char *const columns[SIGNING_KEY_COLUMNS], EVP_PKEY **key, const char **kid)
    __attribute__((warn_unused_result));

#endif
