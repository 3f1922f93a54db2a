#include "fuzz.h"
#include "protocol/patch.h"
#include "protocol/projection.h"
#include "query/sort_sql.h"

static const char *const values[] = {
    "\"x\"", "true", "\"2026-03-01T12:00:00Z\"", "7", "[{\"value\":\"x\"}]", "{\"value\":\"y\",\"type\":\"work\"}",
    "null",  "[]"};
enum { VALUES = sizeof values / sizeof *values };

/* One operation with the text as its path; `which` of its kinds. */
static void patch(struct ctx *ctx, bool group, bool lenient, const char *path, unsigned which) {
    static const char *const ops[] = {"add", "replace", "remove"};
    const struct resource_type *rt = fuzz_type(group);
    struct json_object *body = json_new_object(ctx->arena), *list = json_object_new_array();
    struct json_object *op = json_object_new_object(), *after = NULL, *before = fuzz_resource(ctx, group);
    struct patch *p = NULL;
    bool changed;
    json_object_object_add(body, "schemas", json_object_get(fuzz_json(ctx, "[\"" SCHEMA_PATCH_OP "\"]")));
    json_object_object_add(op, "op", json_object_new_string(ops[which % 3]));
    json_object_object_add(op, "path", json_object_new_string(path));
    json_object_object_add(op, "value", json_object_get(fuzz_json(ctx, values[which / 3 % VALUES])));
    json_object_array_add(list, op);
    json_object_object_add(body, "Operations", list);
    enum err e = patch_parse(ctx, rt, (struct dialect){.lenient = lenient}, body, &p);
    if (e == OK)
        e = patch_apply(ctx, p, before, &(struct parts){0}, &after, &changed);
    fuzz_outcome(ctx, e);
    if (e == OK)
        fuzz_normal(ctx, rt, after, before);
}

/* Choice: 1 groups, 2 lenient, 4 in PATCH, with an operation that the other bits choose, else in lists. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    const struct projection *projection;
    struct attr_ref ref = {0};
    struct sort_sql sort;
    unsigned choice;
    size_t len;
    char *text = fuzz_text(ctx, data, size, &choice, &len);
    if (!text)
        return 0;
    const struct resource_type *rt = fuzz_type(choice & 1);
    if (schema_lookup(rt, text, len, &ref))
        HOLDS(ref.extension || ref.attr);
    if (choice & 4) {
        patch(ctx, choice & 1, choice & 2, text, data[0] >> 3);
        return 0;
    }
    const struct sort_request request = {.rt = rt,
                                         .other = choice & 2 ? fuzz_type(!(choice & 1)) : NULL,
                                         .sort_by = text,
                                         .bounded = choice & 2,
                                         .first = 3,
                                         .base_url = "https://scim.example.com/scim/v2"};
    fuzz_outcome(ctx, sort_sql(ctx, &request, &sort));
    for (int excluded = 0; excluded < 2; excluded++) {
        enum err e = projection_parse(ctx, rt, excluded ? NULL : text, excluded ? text : NULL, &projection);
        fuzz_outcome(ctx, e);
        if (e != OK)
            continue;
        struct json_object *resource = fuzz_resource(ctx, choice & 1);
        projection_apply(projection, rt, resource);
        (void)projection_wants(projection, "members");
        HOLDS(json_object_is_type(resource, json_type_object));
    }
    return 0;
}
