/* Writes numbers like JavaScript, for formats that come from programs in JavaScript. */

#include "webhook/format_internal.h"

#include "base/number.h"

#include <stdio.h>
#include <string.h>

enum { TEXT = 64 };

/* ECMA-262, Number::toString, of a finite number. */
static void write_js(double d, char out[TEXT]) {
    char digits[NUMBER_DIGITS + 1];
    const char *sign = d < 0 ? "-" : "";
    int power = number_shortest(d < 0 ? -d : d, digits), n = (int)strlen(digits);
    if (power >= 21 || power < -6)
        snprintf(out, TEXT, "%s%c%s%se%+d", sign, digits[0], n > 1 ? "." : "", digits + 1, power);
    else if (power >= n - 1)
        snprintf(out, TEXT, "%s%s%.*s", sign, digits, power - n + 1, "000000000000000000000");
    else if (power >= 0)
        snprintf(out, TEXT, "%s%.*s.%s", sign, power + 1, digits, digits + power + 1);
    else
        snprintf(out, TEXT, "%s0.%.*s%s", sign, -power - 1, "000000", digits);
}

/* NULL: JavaScript writes it the same. */
static struct json_object *number_js(struct json_object *o) {
    static const int64_t exact = INT64_C(1) << 53;
    char text[TEXT];
    if (json_object_is_type(o, json_type_int) && json_object_get_int64(o) >= -exact &&
        json_object_get_int64(o) <= exact)
        return NULL;
    if (!json_object_is_type(o, json_type_int) && !json_object_is_type(o, json_type_double))
        return NULL;
    write_js(json_object_get_double(o), text);
    return json_object_new_double_s(json_object_get_double(o), text);
}

void format_number_js(struct json_object *o) {
    if (json_object_is_type(o, json_type_object)) {
        json_object_object_foreach(o, name, value) {
            struct json_object *number = number_js(value);
            if (number)
                json_object_object_add(o, name, number);
            else
                format_number_js(value);
        }
    } else if (json_object_is_type(o, json_type_array)) {
        for (size_t i = 0, n = json_object_array_length(o); i < n; i++) {
            struct json_object *value = json_object_array_get_idx(o, i), *number = number_js(value);
            if (number)
                json_object_array_put_idx(o, i, number);
            else
                format_number_js(value);
        }
    }
}
