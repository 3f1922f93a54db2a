#include "fuzz.h"

#include "protocol/resource.h"

#include <stdio.h>
#include <unistr.h>

static const char user[] =
    "{\"schemas\":[\"" SCHEMA_USER "\",\"" SCHEMA_ENTERPRISE
    "\",\"urn:example:fuzz:User\",\"urn:example:nobodys:User\"],"
    "\"externalId\":\"HR-1\",\"userName\":\"Alma.Reyes@example.com\",\"name\":{\"familyName\":\"Reyes\",\"givenName\":"
    "\"Alma\"},\"displayName\":\"Alma Reyes\",\"title\":\"Guide\",\"active\":true,\"emails\":[{\"value\":"
    "\"alma@example.com\",\"type\":\"work\",\"primary\":true},{\"value\":\"alma@example.org\",\"type\":\"home\"}],"
    "\"phoneNumbers\":[{\"value\":\"+1 555 0100\",\"type\":\"mobile\"}],\"addresses\":[{\"locality\":\"Lima\",\"type\":"
    "\"work\"}],\"roles\":[{\"value\":\"admin\"}],\"" SCHEMA_ENTERPRISE "\":{\"employeeNumber\":\"701\",\"department\":"
    "\"Tours\",\"manager\":{\"value\":\"26118915-6090-4610-87e4-49d8ca9f808d\"}},\"urn:example:fuzz:User\":{\"text\":"
    "\"a\",\"exact\":\"A\",\"whole\":7,\"decimal\":1.5,\"yes\":true,\"since\":\"2026-03-01T12:00:00Z\",\"bytes\":"
    "\"YQ==\",\"texts\":[\"a\",\"b\"],\"wholes\":[1,2],\"part\":{\"value\":\"x\",\"n\":1},\"parts\":[{\"value\":\"x\"},"
    "{\"value\":\"y\",\"n\":2,\"primary\":true}]},\"urn:example:nobodys:User\":{\"team\":\"red\",\"sizes\":[1,2]}}";

static const char group[] =
    "{\"schemas\":[\"" SCHEMA_GROUP "\"],\"externalId\":\"G-1\",\"displayName\":\"Guides\",\"members\":[{\"value\":"
    "\"0a000000-0000-4000-8000-000000000000\",\"type\":\"User\"},{\"value\":\"0a000000-0000-4000-8000-000000000001\"},"
    "{\"value\":\"0a000000-0000-4000-8000-000000000002\",\"type\":\"Group\"}]}";

static const char extension[] =
    "{\"id\":\"urn:example:fuzz:User\",\"name\":\"Fuzz\",\"attributes\":[{\"name\":\"text\",\"type\":\"string\"},"
    "{\"name\":\"exact\",\"type\":\"string\",\"caseExact\":true,\"uniqueness\":\"server\"},"
    "{\"name\":\"whole\",\"type\":\"integer\"},{\"name\":\"decimal\",\"type\":\"decimal\"},"
    "{\"name\":\"yes\",\"type\":\"boolean\"},{\"name\":\"since\",\"type\":\"dateTime\"},"
    "{\"name\":\"bytes\",\"type\":\"binary\"},{\"name\":\"link\",\"type\":\"reference\",\"referenceTypes\":[\"uri\"]},"
    "{\"name\":\"fixed\",\"type\":\"string\",\"mutability\":\"immutable\"},"
    "{\"name\":\"secret\",\"type\":\"string\",\"mutability\":\"writeOnly\",\"returned\":\"never\"},"
    "{\"name\":\"color\",\"type\":\"string\",\"canonicalValues\":[\"red\",\"blue\"]},"
    "{\"name\":\"texts\",\"type\":\"string\",\"multiValued\":true},"
    "{\"name\":\"wholes\",\"type\":\"integer\",\"multiValued\":true},"
    "{\"name\":\"part\",\"type\":\"complex\",\"subAttributes\":[{\"name\":\"value\",\"type\":\"string\"},"
    "{\"name\":\"n\",\"type\":\"integer\"}]},"
    "{\"name\":\"parts\",\"type\":\"complex\",\"multiValued\":true,\"subAttributes\":[{\"name\":\"value\",\"type\":"
    "\"string\"},{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"primary\",\"type\":\"boolean\"}]}]}";

void fuzz_fault(const char *file, int line, const char *condition) {
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

/* json-c hashes names with a number by chance, which changes what is found next: here it is always the same. */
__attribute__((constructor)) static void fuzz_fix_hash(void) {
    HOLDS(json_global_set_string_hash(JSON_C_STR_HASH_PERLLIKE) == 0);
}

struct ctx *fuzz_begin(void) {
    static struct ctx ctx;
    if (ctx.arena)
        arena_reset(ctx.arena);
    else
        ctx.arena = arena_create();
    fail_clear(&ctx);
    return &ctx;
}

struct json_object *fuzz_json(struct ctx *ctx, const char *text) {
    struct json_object *o = NULL;
    HOLDS(json_parse(ctx, text, strlen(text), &o) == OK);
    return o;
}

const struct resource_type *fuzz_type(bool is_group) {
    static const struct resource_type *users;
    static struct schema *own;
    static struct ctx ctx; /* for the life of the program */
    if (is_group)
        return schema_group_type();
    if (!users) {
        ctx.arena = arena_create();
        HOLDS(schema_load_own(&ctx, fuzz_json(&ctx, extension), false, &own) == OK);
        users = schema_with_extensions(ctx.arena, schema_user_type(), (const struct schema *const *)&own, 1);
    }
    return users;
}

struct json_object *fuzz_resource(struct ctx *ctx, bool is_group) {
    return fuzz_json(ctx, is_group ? group : user);
}

char *fuzz_text(struct ctx *ctx, const uint8_t *data, size_t size, unsigned *choice, size_t *len) {
    if (size == 0 || u8_check(data + 1, size - 1) || memchr(data + 1, '\0', size - 1))
        return NULL;
    *choice = data[0] & 7;
    *len = size - 1;
    return arena_strndup(ctx->arena, (const char *)data + 1, size - 1);
}

struct json_object *fuzz_body(struct ctx *ctx, const uint8_t *data, size_t size, unsigned *choice) {
    struct json_object *body = NULL;
    if (size == 0)
        return NULL;
    *choice = data[0] & 7;
    enum err e = json_parse(ctx, (const char *)data + 1, size - 1, &body);
    HOLDS(e != ERR_INTERNAL);
    return e == OK ? body : NULL;
}

void fuzz_outcome(const struct ctx *ctx, enum err e) {
    HOLDS(e >= OK && e < ERR_COUNT && e != ERR_INTERNAL);
    HOLDS(e == OK || (ctx->err == e && *fail_detail(ctx)));
    HOLDS(e == OK || !u8_check((const uint8_t *)fail_detail(ctx), strlen(fail_detail(ctx))));
}

void fuzz_normal(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                 struct json_object *old) {
    const char *text = json_text(ctx->arena, resource);
    struct json_object *again = NULL, *copy = json_copy(ctx->arena, resource);
    HOLDS(json_parse(ctx, text, strlen(text), &again) == OK && json_same(again, resource));
    HOLDS(resource_check(ctx, rt, copy, old) == OK && json_same(copy, resource));
}
