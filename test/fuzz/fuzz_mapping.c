#include "fuzz.h"
#include "protocol/mapping.h"

/* What is taken makes of a user the same each time, and only what a member has. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    unsigned choice;
    struct json_object *body = fuzz_body(ctx, data, size, &choice), *user = fuzz_resource(ctx, false);
    struct mapping *m = NULL;
    if (!body)
        return 0;
    enum err e = mapping_parse(ctx, fuzz_type(false), body, &m);
    fuzz_outcome(ctx, e);
    if (e != OK)
        return 0;
    json_object_object_add(user, "groups",
                           json_object_get(fuzz_json(ctx, "[{\"value\":\"g1\",\"display\":\"Org Admin\"},"
                                                          "{\"value\":\"g2\",\"display\":\"org:admin\"}]")));
    struct json_object *kept = json_copy(ctx->arena, user), *preview = mapping_preview(ctx->arena, m, user);
    HOLDS(json_same(preview, mapping_preview(ctx->arena, m, user)));
    HOLDS(json_get_string(preview, "organization_role"));
    HOLDS(json_object_array_length(mapping_explain(ctx->arena, m, user)) ==
          (size_t)json_object_object_length(body) - (json_get(body, "group_roles") ? 1 : 0) + mapping_rows(m));
    mapping_add_defaults(m, preview);
    for (int f = 0; f < MAPPING_ORGANIZATION_ROLE; f++)
        HOLDS(mapping_sets(m, (enum mapping_field)f) || !mapping_value(ctx->arena, m, (enum mapping_field)f, user));
    HOLDS(json_same(user, kept));
    return 0;
}
