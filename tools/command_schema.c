#include "command.h"

#include "base/json.h"
#include "directory/registry.h"
#include "print.h"

#include <stdio.h>
#include <string.h>

static enum err show(struct invocation *in, const struct registry_result *r) {
    struct json_object *o;
    enum err e = json_parse_own(&in->ctx, r->object, strlen(r->object), &o);
    if (e == OK)
        print_object(o, in->json);
    if (e == OK && r->resources)
        fprintf(stderr, "users and groups with data under it: %zu\n", r->resources);
    return e;
}

enum err command_schema_add(struct invocation *in) {
    const char *org, *type = command_text(in, "type");
    char *text;
    size_t len = 0;
    struct registry_result r = {0};
    bool required = json_object_get_boolean(json_get(in->fields, "required"));
    enum err e = command_organization(in, &org);
    if (e == OK)
        e = command_read_file(in, in->args[0], REGISTRY_BYTES, &text, &len);
    if (e == OK)
        e = registry_add(&in->ctx, in->db, org, type ? type : "User", required, text, len, &r);
    return e == OK ? show(in, &r) : e;
}

enum err command_schema_list(struct invocation *in) {
    const char *org;
    enum err e = command_organization(in, &org);
    return e == OK ? command_list(in, SQL_OP_EXTENSION_LIST, &org, "urn resource_type required created_at") : e;
}

enum err command_schema_remove(struct invocation *in) {
    const char *org;
    struct registry_result r = {0};
    bool keep = json_object_get_boolean(json_get(in->fields, "keep_data"));
    enum err e = command_organization(in, &org);
    if (e == OK)
        e = registry_remove(&in->ctx, in->db, org, in->args[0], keep, &r);
    return e == OK ? show(in, &r) : e;
}
