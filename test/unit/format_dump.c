/* The C side of test/http/test_formats.py: renders an event as a webhook; JSON in on standard input, JSON out. Not a
 * cmocka test. */
#include "dump.h"
#include "webhook/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* {"format", "event", "delivery_id", "secrets": [..], "now", "base_url", "audience"} as null or {"body", "headers"}. */
static struct json_object *render(struct arena *a, struct json_object *in) {
    struct json_object *secrets = json_get(in, "secrets"), *out = json_new_object(a), *headers;
    struct format_message m;
    struct format_request r = {.format = json_get_string(in, "format"),
                               .event = json_get(in, "event"),
                               .delivery_id = json_get_string(in, "delivery_id"),
                               .now = json_object_get_int64(json_get(in, "now")),
                               .base_url = json_get_string(in, "base_url"),
                               .audience = json_get_string(in, "audience")};
    for (size_t i = 0; i < FORMAT_SECRETS && i < json_object_array_length(secrets); i++)
        r.secrets[i] = json_object_get_string(json_object_array_get_idx(secrets, i));
    if (!format_render(a, &r, &m))
        return NULL;
    if (strlen(m.body) != m.len)
        die("the length is not that of the body");
    headers = json_object_new_array();
    for (size_t i = 0; i < m.n_headers; i++)
        json_object_array_add(headers, json_object_new_string(m.headers[i]));
    json_object_object_add(out, "body", json_object_new_string(m.body));
    json_object_object_add(out, "headers", headers);
    return out;
}

int main(void) {
    struct ctx ctx = {.arena = arena_create()};
    struct json_object *in = read_input(&ctx), *out = json_object_new_array();
    for (size_t i = 0, n = json_object_array_length(in); i < n; i++) {
        struct json_object *one = json_object_array_get_idx(in, i);
        const char *before = json_text(ctx.arena, json_get(one, "event"));
        json_object_array_add(out, json_object_get(render(ctx.arena, one)));
        if (strcmp(before, json_text(ctx.arena, json_get(one, "event"))) != 0)
            die("rendering changed the event");
    }
    puts(json_object_to_json_string_ext(out, JSON_C_TO_STRING_PLAIN));
    json_object_put(out);
    arena_destroy(ctx.arena);
    return 0;
}
