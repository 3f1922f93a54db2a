/* The webhook format "muster": the event unchanged. */

#include "webhook/format_internal.h"

#include "base/arena.h"
#include "base/json.h"

#include <inttypes.h>

/* The payload of Standard Webhooks 1.0 (type, timestamp, data), with the sequence number. */
bool format_muster(struct arena *a, const struct format_request *r, struct format_message *out) {
    struct json_object *root = json_new_object(a), *data = json_object_new_object(), *told = json_get(r->event, "data");
    json_set(data, "id", json_get(r->event, "id"));
    if (told) {
        json_object_object_foreach(told, name, value) json_set(data, name, value);
    }
    json_set(root, "type", json_get(r->event, "type"));
    json_set(root, "timestamp", json_get(r->event, "timestamp"));
    json_set(root, "sequence", json_get(r->event, "sequence"));
    json_object_object_add(root, "data", data);
    format_body(a, root, out);
    struct signature_input in = {r->delivery_id, r->now, out->body, out->len};
    format_header(a, out, "webhook-id: %s", r->delivery_id);
    format_header(a, out, "webhook-timestamp: %" PRId64, r->now);
    format_header(a, out, "webhook-signature: %s", format_signatures(a, r, &in, SIGNATURE_DECODED, " "));
    return true;
}
