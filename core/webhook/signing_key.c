/* Stores and loads signing keys; the private part is encrypted. */

#include "webhook/signing_key.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "webhook/jwt.h"

#include <assert.h>
#include <openssl/crypto.h>

static const char *seal_context(struct arena *a, const char *id) {
    return arena_printf(a, "signing_key/%s", id);
}

void signing_key_make(struct arena *a, const struct secret_keys *keys, const char *columns[SIGNING_KEY_COLUMNS]) {
    const EVP_PKEY *key = jwt_key_new(a);
    char *id = arena_alloc(a, UUID_TEXT + 1);
    size_t len;
    uint8_t *private = jwt_key_private(a, key, &len);
    uuid_new(id);
    columns[0] = id;
    columns[1] = json_text(a, jwt_key_public(a, key));
    columns[2] = secret_seal(a, keys, seal_context(a, id), private, len);
    OPENSSL_cleanse(private, len);
}

enum err signing_key_load(struct ctx *ctx, const struct secret_keys *keys,
                          const char *const columns[SIGNING_KEY_COLUMNS], EVP_PKEY **key, const char **kid) {
    assert(columns[0] && columns[2]);
    uint8_t *private;
    size_t len;
    enum err e = secret_open(ctx, keys, seal_context(ctx->arena, columns[0]), columns[2], &private, &len);
    if (e != OK)
        return e;
    *key = jwt_key_open(ctx->arena, private, len);
    OPENSSL_cleanse(private, len);
    if (!*key)
        return fail(ctx, ERR_CONFLICT, "a signing key in the database is damaged");
    /* Receivers find the public key by the kid, so it is made from the key that signs. */
    *kid = json_get_string(jwt_key_public(ctx->arena, *key), "kid");
    return OK;
}
