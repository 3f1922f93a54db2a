#include "protocol/patch.h"

#include "base/fold.h"
#include "unit.h"

#include <time.h>

#define MEMBERS 10000

/* "primary": false, null and empty count as absent; meta and password are not compared; schemas have no order. */
static struct json_object *tidy(struct arena *a, struct json_object *v, bool top) {
    if (json_object_is_type(v, json_type_array)) {
        struct json_object *list = json_new_array(a);
        for (size_t i = 0; i < json_object_array_length(v); i++)
            json_object_array_add(list, json_object_get(tidy(a, json_object_array_get_idx(v, i), false)));
        return list;
    }
    if (!json_object_is_type(v, json_type_object))
        return v;
    struct json_object *out = json_new_object(a);
    json_object_object_foreach(v, name, member) {
        bool no = json_object_is_type(member, json_type_boolean) && !json_object_get_boolean(member);
        bool left_out = top && (strcmp(name, "meta") == 0 || strcmp(name, "password") == 0 || strcmp(name, "id") == 0 ||
                                strcmp(name, "groups") == 0);
        bool empty = !member ||
                     (json_object_is_type(member, json_type_array) && json_object_array_length(member) == 0) ||
                     (json_object_is_type(member, json_type_object) && json_object_object_length(member) == 0);
        if (left_out || empty || (no && strcmp(name, "primary") == 0))
            continue;
        if (top && strcmp(name, "schemas") == 0) {
            struct json_object *set = json_new_object(a);
            for (size_t i = 0; i < json_object_array_length(member); i++)
                json_object_object_add(set, json_object_get_string(json_object_array_get_idx(member, i)),
                                       json_object_new_boolean(1));
            json_object_object_add(out, name, json_object_get(set));
        } else
            json_object_object_add(out, name, json_object_get(tidy(a, member, false)));
    }
    return out;
}

static struct json_object *case_body(struct ctx *ctx, struct json_object *c) {
    struct json_object *body = json_get(c, "body");
    if (body)
        return body;
    body = unit_json(ctx, "{\"schemas\":[\"" SCHEMA_PATCH_OP "\"]}");
    json_object_object_add(body, "Operations", json_object_get(json_get(c, "ops")));
    return body;
}

static const char *scim_type_of(enum err e) {
    static const struct {
        enum err err;
        const char *name;
    } names[] = {{ERR_INVALID_FILTER, "invalidFilter"}, {ERR_INVALID_SYNTAX, "invalidSyntax"},
                 {ERR_INVALID_PATH, "invalidPath"},     {ERR_INVALID_VALUE, "invalidValue"},
                 {ERR_NO_TARGET, "noTarget"},           {ERR_MUTABILITY, "mutability"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].err == e)
            return names[i].name;
    return "other";
}

/* What one case gives: the changed resource as text, or the kind of error. */
static enum err run_case(struct ctx *ctx, const struct resource_type *rt, struct json_object *c,
                         struct json_object **out, bool *changed) {
    struct json_object *setting = json_get(json_get(c, "settings"), "replaceCreates");
    struct dialect dialect = {.lenient = setting && json_object_get_boolean(setting)};
    struct patch *p;
    struct json_object *before = tidy(ctx->arena, json_get(c, "before"), false);
    json_object_object_del(before, "id");
    json_object_object_del(before, "password");
    json_object_object_del(before, "meta");
    enum err e = patch_parse(ctx, rt, dialect, case_body(ctx, c), &p);
    return e == OK ? patch_apply(ctx, p, before, &(struct parts){0}, out, changed) : e;
}

static bool accepts(struct json_object *error, const char *type) {
    struct json_object *also = json_get(error, "alsoAccept");
    if (strcmp(json_get_string(error, "scimType"), type) == 0)
        return true;
    for (size_t i = 0; also && i < json_object_array_length(also); i++)
        if (strcmp(json_object_get_string(json_object_array_get_idx(also, i)), type) == 0)
            return true;
    return false;
}

static bool check_case(struct ctx *ctx, const struct resource_type *rt, struct json_object *c) {
    struct json_object *got = NULL, *error = json_get(c, "error"), *unchanged = json_get(c, "changed");
    bool changed = false;
    enum err e = run_case(ctx, rt, c, &got, &changed);
    if (error)
        return e != OK && (accepts(error, scim_type_of(e)) || accepts(c, scim_type_of(e)));
    struct json_object *want = tidy(ctx->arena, json_get(c, "after"), true);
    bool good = e == OK && json_same(tidy(ctx->arena, got, true), want);
    return good && !(unchanged && !json_object_get_boolean(unchanged) && changed);
}

static void every_case_of_the_specification(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *data = unit_data(&ctx, "spec/patches.json"), *cases = json_get(data, "cases");
    struct schema *test_extension;
    unsigned bad = 0, by_database = 0;
    assert_int_equal(schema_load(&ctx, json_get(data, "extensionSchema"), &test_extension), OK);
    const struct schema *more[] = {test_extension};
    const struct resource_type *user = schema_with_extensions(ctx.arena, schema_user_type(), more, 1);
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *c = json_object_array_get_idx(cases, i), *got = NULL;
        bool is_user = strcmp(json_get_string(c, "resourceType"), "User") == 0, changed;
        const char *type = json_get_string(json_get(c, "error"), "scimType");
        if (type && strcmp(type, "uniqueness") == 0) {
            by_database++;
            continue;
        }
        const struct resource_type *rt = is_user ? user : schema_group_type();
        if (check_case(&ctx, rt, c))
            continue;
        bad++;
        enum err e = run_case(&ctx, rt, c, &got, &changed);
        print_error("case %s \"%s\"\n  want %s\n  got  %s\n", json_object_get_string(json_get(c, "n")),
                    json_get_string(c, "name"),
                    json_object_get_string(json_get(c, "error") ? json_get(c, "error") : json_get(c, "after")),
                    e == OK ? json_object_get_string(got) : fail_detail(&ctx));
    }
    assert_int_equal(by_database, 1);
    assert_int_equal(bad, 0);
    arena_destroy(ctx.arena);
}

/* A member list of `n`, ids from `from` on. */
static struct json_object *members(struct ctx *ctx, unsigned from, unsigned n) {
    struct json_object *list = json_new_array(ctx->arena);
    for (unsigned i = 0; i < n; i++) {
        struct json_object *member = json_object_new_object();
        json_object_object_add(member, "value", json_object_new_string(arena_printf(ctx->arena, "m%u", from + i)));
        json_object_array_add(list, member);
    }
    return list;
}

static struct json_object *one_operation(struct ctx *ctx, const char *op, const char *path, struct json_object *value) {
    struct json_object *body = unit_json(ctx, "{\"schemas\":[\"" SCHEMA_PATCH_OP "\"],\"Operations\":[{}]}");
    struct json_object *o = json_object_array_get_idx(json_get(body, "Operations"), 0);
    json_object_object_add(o, "op", json_object_new_string(op));
    json_object_object_add(o, "path", json_object_new_string(path));
    json_object_object_add(o, "value", json_object_get(value));
    return body;
}

static void ten_thousand_members_take_linear_time(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *group = unit_json(&ctx, "{\"displayName\":\"g\"}"), *more, *less;
    struct patch *add, *take;
    bool changed;
    clock_t start = clock();
    json_object_object_add(group, "members", json_object_get(members(&ctx, 0, MEMBERS)));
    assert_int_equal(patch_parse(&ctx, schema_group_type(), (struct dialect){0},
                                 one_operation(&ctx, "add", "members", members(&ctx, MEMBERS / 2, MEMBERS)), &add),
                     OK);
    assert_int_equal(patch_apply(&ctx, add, group, &(struct parts){0}, &more, &changed), OK);
    assert_int_equal(json_object_array_length(json_get(more, "members")), MEMBERS * 3 / 2);
    assert_int_equal(patch_parse(&ctx, schema_group_type(), (struct dialect){0},
                                 one_operation(&ctx, "remove", "members", members(&ctx, 0, MEMBERS)), &take),
                     OK);
    assert_int_equal(patch_apply(&ctx, take, more, &(struct parts){0}, &less, &changed), OK);
    assert_int_equal(json_object_array_length(json_get(less, "members")), MEMBERS / 2);
    assert_true((clock() - start) / CLOCKS_PER_SEC < 10); /* quadratic would be minutes */
    arena_destroy(ctx.arena);
}

static void a_members_patch_tells_whom_it_touches(void **state) {
    (void)state;
    static const struct {
        const char *op;
        bool all;
        size_t n;
    } cases[] = {
        {"{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"a\"},{\"value\":\"b\"},{\"value\":\"a\"}]}",
         false, 2},
        {"{\"op\":\"remove\",\"path\":\"members[value eq \\\"a\\\" or value eq \\\"b\\\"]\"}", false, 2},
        {"{\"op\":\"Remove\",\"path\":\"members\",\"value\":[{\"value\":\"a\"}]}", false, 1},
        {"{\"op\":\"remove\",\"path\":\"members\"}", true, 0},
        {"{\"op\":\"remove\",\"path\":\"members[type eq \\\"User\\\"]\"}", true, 0},
        {"{\"op\":\"add\",\"path\":\"members[type eq \\\"User\\\" and value eq \\\"a\\\"]\",\"value\":{}}", true, 1},
        {"{\"op\":\"add\",\"path\":\"members[type eq \\\"User\\\"].value\",\"value\":\"a\"}", true, 1},
        {"{\"op\":\"replace\",\"path\":\"members\",\"value\":[{\"value\":\"a\"}]}", true, 1},
        {"{\"op\":\"replace\",\"value\":{\"displayName\":\"x\",\"members\":[]}}", true, 0},
        {"{\"op\":\"replace\",\"value\":{\"displayName\":\"x\"}}", false, 0},
    };
    UNIT_EACH (i, cases, cases[i].op) {
        struct ctx ctx = unit_ctx();
        struct patch *p;
        struct patch_members m;
        const char *body =
            arena_printf(ctx.arena, "{\"schemas\":[\"" SCHEMA_PATCH_OP "\"],\"Operations\":[%s]}", cases[i].op);
        assert_int_equal(patch_parse(&ctx, schema_group_type(), (struct dialect){0}, unit_json(&ctx, body), &p), OK);
        patch_members(ctx.arena, p, &m);
        assert_int_equal(m.all, cases[i].all);
        assert_int_equal(m.n, cases[i].n);
        arena_destroy(ctx.arena);
    }
}

static void every_prefix_of_a_path_is_taken_or_refused(void **state) {
    (void)state;
    static const char *const paths[] = {
        "emails[type eq \"work\" and not (value co \"\\u00e9]\")].value",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
        "addresses[country eq \"DE\"].streetAddress",
        "name.familyName",
        "roles[primary eq \"True\"].value",
    };
    UNIT_EACH (i, paths, paths[i])
        for (size_t n = 0; n <= strlen(paths[i]); n++)
            for (int lenient = 0; lenient < 2; lenient++) {
                struct ctx ctx = unit_ctx();
                struct patch *p;
                struct json_object *body = one_operation(&ctx, "replace", arena_strndup(ctx.arena, paths[i], n), NULL);
                assert_int_equal(patch_parse(&ctx, schema_user_type(), (struct dialect){.lenient = lenient}, body, &p),
                                 OK);
                enum err e = patch_faulty(&ctx, p);
                /* An extension's URN alone wants an object. */
                assert_true(e == OK || e == ERR_INVALID_PATH || e == ERR_INVALID_FILTER || e == ERR_INVALID_VALUE);
                assert_true(e == OK || strstr(fail_detail(&ctx), "operation 1: "));
                if (n == strlen(paths[i]))
                    assert_int_equal(e, OK);
                arena_destroy(ctx.arena);
            }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_the_specification),
        cmocka_unit_test(ten_thousand_members_take_linear_time),
        cmocka_unit_test(a_members_patch_tells_whom_it_touches),
        cmocka_unit_test(every_prefix_of_a_path_is_taken_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
