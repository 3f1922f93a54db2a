/* The parts of webhook requests: body, headers, signatures. */

#include "webhook/format_internal.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

const char *format_audience(const struct format_request *r) {
    return r->audience ? r->audience : "muster";
}

void format_body(struct arena *a, struct json_object *root, struct format_message *out) {
    out->body = json_text(a, root);
    out->len = strlen(out->body);
    format_header(a, out, "Content-Type: application/json");
}

void format_header(struct arena *a, struct format_message *out, const char *fmt, ...) {
    assert(out->n_headers < FORMAT_HEADERS);
    va_list ap;
    va_start(ap, fmt);
    out->headers[out->n_headers++] = arena_vprintf(a, fmt, ap);
    va_end(ap);
}

const char *format_signatures(struct arena *a, const struct format_request *r, const struct signature_input *in,
                              enum signature_key kind, const char *sep) {
    const char *all = NULL;
    for (size_t i = 0; i < FORMAT_SECRETS; i++) {
        if (!r->secrets[i])
            continue;
        const char *one = signature_base64(a, kind, r->secrets[i], in);
        all = all ? arena_printf(a, "%s%sv1,%s", all, sep, one) : arena_printf(a, "v1,%s", one);
    }
    return all ? all : "";
}
