#include "fuzz.h"
#include "protocol/filter.h"
#include "protocol/resource.h"

/* A schema that an organization registers: what is taken can be used for users at once. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    struct schema *s = NULL;
    unsigned choice;
    struct json_object *body = fuzz_body(ctx, data, size, &choice), *out = NULL;
    const struct filter *f;
    if (!body)
        return 0;
    enum err e = schema_load_own(ctx, body, choice & 1, &s);
    fuzz_outcome(ctx, e);
    if (e != OK)
        return 0;
    const struct resource_type *rt =
        schema_with_extensions(ctx->arena, schema_user_type(), (const struct schema *const *)&s, 1);
    struct schema_types types = {.user = rt, .group = schema_group_type()};
    fuzz_outcome(ctx, schema_check(ctx, &types, s->urn));
    for (size_t i = 0; i < s->n_attrs; i++) {
        const char *text = arena_printf(ctx->arena, "%s:%s pr", s->urn, s->attrs[i].name);
        fuzz_outcome(ctx, filter_parse(ctx, rt, NULL, (struct filter_source){text, strlen(text), true}, &f));
    }
    fuzz_outcome(ctx,
                 resource_from_body(ctx, rt, (struct dialect){.lenient = true}, fuzz_resource(ctx, false), NULL, &out));
    return 0;
}
