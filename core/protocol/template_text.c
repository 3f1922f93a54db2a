/* The text of a value in a template. */

#include "protocol/template.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/number.h"

#include <string.h>

/* The shortest digits that read back as the same number, in Ruby's notation. */
static const char *decimal_text(struct arena *a, double d) {
    char digits[NUMBER_DIGITS + 1];
    int point = number_shortest(d, digits) + 1, n = (int)strlen(digits), behind = n - point;
    if (point > -4 && point <= 16)
        return arena_printf(a, "%.*f", behind > 1 ? behind : 1, d);
    return arena_printf(a, "%.*e", n > 2 ? n - 1 : 1, d);
}

static const char *scalar_text(struct arena *a, struct json_object *v, size_t *len) {
    const char *text = "";
    if (json_object_is_type(v, json_type_string)) {
        *len = (size_t)json_object_get_string_len(v);
        return json_object_get_string(v);
    }
    if (json_object_is_type(v, json_type_double))
        text = decimal_text(a, json_object_get_double(v));
    else if (json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_boolean))
        text = arena_strdup(a, json_object_get_string(v));
    *len = strlen(text);
    return text;
}

const char *template_text(struct arena *a, struct json_object *value, size_t *len) {
    if (!json_object_is_type(value, json_type_array))
        return scalar_text(a, value, len);
    struct buf *b = buf_new(a, TEMPLATE_RESULT);
    for (size_t i = 0, n = json_object_array_length(value); i < n; i++) {
        size_t one;
        const char *text = scalar_text(a, json_object_array_get_idx(value, i), &one);
        buf_add(b, text, one);
    }
    *len = buf_len(b);
    return buf_text(b);
}
