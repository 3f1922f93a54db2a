#include "api_key.h"

#include "base/arena.h"
#include "base/token.h"

#include <string.h>
#include <strings.h>

enum err api_key_read(struct ctx *ctx, const struct request *r, const char **hash) {
    const char *header = request_header(r, "HTTP_AUTHORIZATION");
    if (!header || !*header)
        return fail(ctx, ERR_UNAUTHORIZED, "an API key is needed: Authorization: Bearer msk_...");
    const char *key = strncasecmp(header, "Bearer ", 7) == 0 ? header + 7 : "";
    if (!token_well_formed(TOKEN_API, key, strlen(key)))
        return fail(ctx, ERR_INVALID_TOKEN, "the API key is unknown, expired or revoked");
    char *hex = arena_alloc(ctx->arena, TOKEN_HASH_HEX + 1);
    token_hash_hex(key, strlen(key), hex);
    *hash = hex;
    return OK;
}
