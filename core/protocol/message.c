/* Checks that a message names the right schema. */

#include "protocol/message.h"

#include "base/fold.h"
#include "base/json.h"

#include <string.h>

bool message_is(struct json_object *body, const char *urn) {
    struct json_object *schemas = json_get_caseless(body, "schemas");
    size_t n = json_object_is_type(schemas, json_type_array) ? json_object_array_length(schemas) : 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(schemas, i);
        const char *s = json_object_is_type(one, json_type_string) ? json_object_get_string(one) : "";
        if (fold_ascii_equal(s, strlen(s), urn, strlen(urn)))
            return true;
    }
    return false;
}

bool message_is_nearly(struct json_object *body, const char *name) {
    struct json_object *schemas = json_get_caseless(body, "schemas");
    if (!schemas)
        return true;
    size_t n = json_object_is_type(schemas, json_type_array) ? json_object_array_length(schemas) : 0,
           len = strlen(name);
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(schemas, i);
        const char *s = json_object_is_type(one, json_type_string) ? json_object_get_string(one) : "";
        const char *last = strrchr(s, ':');
        if (last && fold_ascii_equal(last + 1, strlen(last + 1), name, len))
            return true;
    }
    return json_object_is_type(schemas, json_type_array) && n == 0;
}
