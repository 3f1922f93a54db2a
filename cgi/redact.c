#include "redact.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include <string.h>
#include <strings.h>

enum { REDACTED_MAX = 2048, SHOWN_ELEMENTS = 3 };

static void add(struct buf *b, const char *name, struct json_object *v);

static void add_object(struct buf *b, struct json_object *o) {
    bool first = true;
    buf_char(b, '{');
    json_object_object_foreach(o, name, v) {
        if (!first)
            buf_char(b, ',');
        first = false;
        buf_json_str(b, name);
        buf_char(b, ':');
        add(b, name, v);
    }
    buf_char(b, '}');
}

static void add_array(struct buf *b, const char *name, struct json_object *list) {
    size_t n = json_object_array_length(list);
    buf_char(b, '[');
    for (size_t i = 0; i < n && i < SHOWN_ELEMENTS; i++) {
        if (i)
            buf_char(b, ',');
        add(b, name, json_object_array_get_idx(list, i));
    }
    if (n > SHOWN_ELEMENTS)
        buf_fmt(b, ",\"%zu more\"", n - SHOWN_ELEMENTS);
    buf_char(b, ']');
}

/* Texts that say what is asked for, not about whom. A path may hold a value between brackets. */
static void add_text(struct buf *b, const char *name, const char *text) {
    if (strcasecmp(name, "schemas") == 0 || strcasecmp(name, "op") == 0)
        buf_json_str(b, text);
    else if (strcasecmp(name, "path") == 0)
        buf_json(b, text, strcspn(text, "["));
    else
        buf_str(b, "\"...\"");
}

static void add(struct buf *b, const char *name, struct json_object *v) {
    if (json_object_is_type(v, json_type_object))
        add_object(b, v);
    else if (json_object_is_type(v, json_type_array))
        add_array(b, name, v);
    else if (json_object_is_type(v, json_type_string))
        add_text(b, name, json_object_get_string(v));
    else if (json_object_is_type(v, json_type_boolean))
        buf_str(b, json_object_get_boolean(v) ? "true" : "false");
    else
        buf_str(b, v ? "0" : "null");
}

const char *redact_body(struct ctx *ctx, const char *body, size_t len) {
    struct ctx quiet = {.arena = ctx->arena};
    struct json_object *o;
    struct buf *b = buf_new(ctx->arena, REDACTED_MAX);
    if (json_parse(&quiet, body, len, &o) != OK || !json_object_is_type(o, json_type_object))
        return NULL;
    add(b, "", o);
    return buf_beginning(b);
}
