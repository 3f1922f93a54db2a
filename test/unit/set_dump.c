/* The C side of test/http/test_security_events.py: renders messages of the format "set". JSON in on standard input, the
 * message as JSON out; null: there is none. Not a cmocka test. */
#include "base/secret.h"
#include "dump.h"
#include "webhook/format_set.h"
#include "webhook/signing_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct json_object *message(struct ctx *ctx, const struct format_request *r) {
    struct format_message m;
    if (!format_set(ctx->arena, r, &m))
        return NULL;
    struct json_object *out = json_new_object(ctx->arena), *headers = json_object_new_array();
    for (size_t i = 0; i < m.n_headers; i++)
        json_object_array_add(headers, json_object_new_string(m.headers[i]));
    json_object_object_add(out, "headers", headers);
    json_object_object_add(out, "body", json_object_new_string_len(m.body, (int)m.len));
    return out;
}

/* {"key_file", "key": [id, public_key, private_key], "event", "delivery_id", "now", "base_url", "audience", "url"} */
int main(void) {
    struct ctx ctx = {.arena = arena_create()};
    struct json_object *in = read_input(&ctx), *key = json_get(in, "key");
    const char *columns[SIGNING_KEY_COLUMNS], *kid = NULL;
    struct secret_keys keys;
    EVP_PKEY *pair = NULL;
    for (size_t i = 0; i < SIGNING_KEY_COLUMNS; i++)
        columns[i] = json_object_get_string(json_object_array_get_idx(key, i));
    if (secret_keys_load(&ctx, json_get_string(in, "key_file"), &keys) != OK ||
        signing_key_load(&ctx, &keys, columns, &pair, &kid) != OK)
        die(fail_detail(&ctx));
    const struct format_request r = {.format = "set",
                                     .event = json_get(in, "event"),
                                     .delivery_id = json_get_string(in, "delivery_id"),
                                     .now = json_object_get_int64(json_get(in, "now")),
                                     .base_url = json_get_string(in, "base_url"),
                                     .audience = json_get_string(in, "audience"),
                                     .url = json_get_string(in, "url"),
                                     .signing_key = pair,
                                     .key_id = kid};
    puts(json_text(ctx.arena, message(&ctx, &r)));
    arena_destroy(ctx.arena);
    return 0;
}
