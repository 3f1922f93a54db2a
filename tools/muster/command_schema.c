/* muster schema add. */

#include "muster/command.h"

#include "base/json.h"
#include "control/control_operations.h"
#include "directory/registry.h"
#include "muster/print.h"

#include <stdio.h>
#include <string.h>

enum err command_schema_add(struct invocation *in) {
    char *text;
    size_t len = 0;
    struct json_object *schema, *out = NULL;
    enum err e = command_read_file(in, in->args[0], REGISTRY_BYTES, &text, &len);
    if (e == OK && len > REGISTRY_BYTES)
        return fail(&in->ctx, ERR_INVALID_VALUE, "a schema may have %d bytes at most", REGISTRY_BYTES);
    if (e == OK)
        e = json_parse(&in->ctx, text, len, &schema);
    if (e != OK)
        return e;
    json_object_object_add(in->fields, "schema", json_object_get(schema));
    e = command_operate(in, control_schema_add, NULL, &out);
    if (e == OK)
        print_object(out, in->json);
    return e;
}
