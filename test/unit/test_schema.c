#include "protocol/schema.h"

#include "unit.h"

static const struct attr *common_of(const void *where, const char *name) {
    (void)where;
    return schema_common(name, strlen(name));
}

static const struct attr *attr_of(const void *schema, const char *name) {
    return schema_attr(schema, name, strlen(name));
}

static const struct attr *sub_of(const void *attr, const char *name) {
    return schema_sub(attr, name, strlen(name));
}

/* Whether the keyword of a definition (or its default, RFC 7643, 2.2) is the one that the attribute got. */
static bool has_keyword(struct json_object *json, const char *name, const char *def, const char *const *words,
                        unsigned got) {
    const char *want = json_get_string(json, name);
    return strcmp(words[got], want ? want : def) == 0;
}

static bool flag(struct json_object *json, const char *name) {
    return json_object_get_boolean(json_get(json, name));
}

static bool is_as_defined(struct json_object *json, const struct attr *a) {
    static const char *const types[] = {
        [ATTR_STRING] = "string",   [ATTR_BOOLEAN] = "boolean",   [ATTR_INTEGER] = "integer",
        [ATTR_DECIMAL] = "decimal", [ATTR_DATETIME] = "dateTime", [ATTR_REFERENCE] = "reference",
        [ATTR_BINARY] = "binary",   [ATTR_COMPLEX] = "complex"};
    static const char *const mutabilities[] = {[ATTR_READ_WRITE] = "readWrite",
                                               [ATTR_READ_ONLY] = "readOnly",
                                               [ATTR_IMMUTABLE] = "immutable",
                                               [ATTR_WRITE_ONLY] = "writeOnly"};
    static const char *const returneds[] = {
        [ATTR_DEFAULT] = "default", [ATTR_ALWAYS] = "always", [ATTR_NEVER] = "never", [ATTR_REQUEST] = "request"};
    static const char *const uniquenesses[] = {
        [ATTR_NONE] = "none", [ATTR_SERVER] = "server", [ATTR_GLOBAL] = "global"};
    bool exact = a->type == ATTR_REFERENCE || a->type == ATTR_BINARY || flag(json, "caseExact");
    return has_keyword(json, "type", "string", types, a->type) &&
           has_keyword(json, "mutability", "readWrite", mutabilities, a->mutability) &&
           has_keyword(json, "returned", "default", returneds, a->returned) &&
           has_keyword(json, "uniqueness", "none", uniquenesses, a->uniqueness) &&
           a->multi == flag(json, "multiValued") && a->required == flag(json, "required") && a->case_exact == exact;
}

/* Every definition has its attribute, and there are no others. */
static void check_attrs(struct json_object *list, const void *where,
                        const struct attr *(*find)(const void *where, const char *name), size_t n) {
    size_t want = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    assert_int_equal(n, want);
    for (size_t i = 0; i < want; i++) {
        struct json_object *json = json_object_array_get_idx(list, i);
        const struct attr *a = find(where, json_get_string(json, "name"));
        bool good = a && strcmp(a->name, json_get_string(json, "name")) == 0 && is_as_defined(json, a);
        if (!good)
            fail_msg("%s is not as it is defined", json_get_string(json, "name"));
        check_attrs(json_get(json, "subAttributes"), a, sub_of, a ? a->n_subs : 0);
    }
}

static void the_built_in_schemas_are_those_of_the_specification(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *list = json_get(unit_data(&ctx, "spec/schemas.json"), "Resources");
    size_t n;
    const struct schema *const *all = schema_all(&n);
    assert_int_equal(n, 6);
    assert_int_equal(json_object_array_length(list), n);
    for (size_t i = 0; i < n; i++) {
        struct json_object *json = json_object_array_get_idx(list, i);
        const char *urn = json_get_string(json, "id");
        const struct schema *s = schema_find(urn, strlen(urn));
        unit_at(i, urn);
        assert_non_null(s);
        check_attrs(json_get(json, "attributes"), s, attr_of, s->n_attrs);
        struct json_object *text;
        assert_int_equal(json_parse(&ctx, s->text, strlen(s->text), &text), OK);
        assert_true(json_same(json_get(text, "attributes"), json_get(json, "attributes")));
        assert_null(json_get(text, "meta"));
    }
    unit_at(0, NULL);
    check_attrs(json_get(unit_data(&ctx, "spec/common.json"), "attributes"), NULL, common_of, 4);
    assert_ptr_equal(schema_all(&n), all);
    arena_destroy(ctx.arena);
}

/* A user type with three more extensions: one URN is the beginning of another, two have an attribute in common. */
static const struct resource_type *rich_type(struct ctx *ctx) {
    static const struct {
        const char *urn, *first, *second;
    } made[] = {{"urn:x:y", "badge", "both"},
                {"urn:x:y:z", "color", "both"},
                {"urn:ietf:params:scim:schemas:core:2.0:User:more", "size", "title"}};
    const struct schema *more[3];
    for (size_t i = 0; i < 3; i++) {
        struct schema *s;
        const char *text =
            arena_printf(ctx->arena, "{\"id\":\"%s\",\"attributes\":[{\"name\":\"%s\"},{\"name\":\"%s\"}]}",
                         made[i].urn, made[i].first, made[i].second);
        assert_int_equal(schema_load(ctx, unit_json(ctx, text), &s), OK);
        more[i] = s;
    }
    return schema_with_extensions(ctx->arena, schema_user_type(), more, 3);
}

static void paths_lead_to_attributes(void **state) {
    (void)state;
    static const struct {
        const char *path, *extension, *attr, *sub;
    } good[] = {
        {"userName", NULL, "userName", NULL},
        {"USERNAME", NULL, "userName", NULL},
        {"name.familyname", NULL, "name", "familyName"},
        {"meta.lastModified", NULL, "meta", "lastModified"},
        {"schemas", NULL, "schemas", NULL},
        {"groups.$REF", NULL, "groups", "$ref"},
        {"urn:ietf:params:scim:schemas:core:2.0:User:emails.value", NULL, "emails", "value"},
        {"URN:IETF:params:scim:schemas:CORE:2.0:user:id", NULL, "id", NULL},
        {SCHEMA_ENTERPRISE ":manager.displayName", SCHEMA_ENTERPRISE, "manager", "displayName"},
        {SCHEMA_ENTERPRISE, SCHEMA_ENTERPRISE, NULL, NULL},
        {"department", SCHEMA_ENTERPRISE, "department", NULL},
        {"manager.value", SCHEMA_ENTERPRISE, "manager", "value"},
        {"urn:x:y:badge", "urn:x:y", "badge", NULL},
        {"urn:x:y:z:color", "urn:x:y:z", "color", NULL},
        {"urn:x:y:z", "urn:x:y:z", NULL, NULL},
        {"urn:x:y:z:both", "urn:x:y:z", "both", NULL},
        {"urn:ietf:params:scim:schemas:core:2.0:User:more:size", "urn:ietf:params:scim:schemas:core:2.0:User:more",
         "size", NULL},
        {"title", NULL, "title", NULL},
    };
    static const char *const bad[] = {"",
                                      ".",
                                      "bogus",
                                      "userName.",
                                      ".userName",
                                      "userName.value",
                                      "name.bogus",
                                      "name.familyName.value",
                                      "urn:ietf:params:scim:schemas:core:2.0:User",
                                      "urn:ietf:params:scim:schemas:core:2.0:User:",
                                      "urn:x:y:",
                                      "urn:x:y:color",
                                      "urn:x:yz:badge",
                                      "urn:x:y.badge",
                                      "both",
                                      "urn:none:userName",
                                      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName",
                                      "userName ",
                                      "user"};
    struct ctx ctx = unit_ctx();
    const struct resource_type *rt = rich_type(&ctx);
    struct attr_ref ref;
    UNIT_EACH (i, good, good[i].path) {
        if (!schema_lookup(rt, good[i].path, strlen(good[i].path), &ref))
            fail_msg("%s: not found", good[i].path);
        assert_string_equal(ref.extension ? ref.extension->urn : "", good[i].extension ? good[i].extension : "");
        assert_string_equal(ref.attr ? ref.attr->name : "", good[i].attr ? good[i].attr : "");
        assert_string_equal(ref.sub ? ref.sub->name : "", good[i].sub ? good[i].sub : "");
    }
    UNIT_EACH (i, bad, bad[i])
        if (schema_lookup(rt, bad[i], strlen(bad[i]), &ref))
            fail_msg("\"%s\" was found", bad[i]);
    assert_false(schema_lookup(schema_group_type(), "userName", 8, &ref));
    arena_destroy(ctx.arena);
}

static void a_definition_with_only_a_name_has_the_defaults(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct schema *s;
    assert_int_equal(schema_load(&ctx, unit_json(&ctx, "{\"id\":\"urn:x\",\"attributes\":[{\"name\":\"a\"}]}"), &s),
                     OK);
    const struct attr *a = schema_attr(s, "A", 1);
    assert_non_null(a);
    assert_true(a->type == ATTR_STRING && a->mutability == ATTR_READ_WRITE && a->returned == ATTR_DEFAULT);
    assert_true(a->uniqueness == ATTR_NONE && !a->multi && !a->required && !a->case_exact && a->n_canonical == 0);
    assert_null(schema_value_part(a));
    assert_string_equal(schema_value_part(schema_attr(schema_user_type()->base, "emails", 6))->name, "value");
    assert_null(schema_value_part(schema_attr(schema_user_type()->base, "name", 4)));
    arena_destroy(ctx.arena);
}

static void bad_definitions_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *attrs, *named;
    } bad[] = {
        {"{\"name\":\"9x\"}", "9x"},
        {"{\"name\":\"\"}", "name"},
        {"{\"name\":\"a b\"}", "a b"},
        {"{\"name\":\"a.b\"}", "a.b"},
        {"{\"name\":\"a\\u00e9\"}", "a\xc3\xa9"},
        {"{\"type\":\"string\"}", "name"},
        {"{\"name\":\"a\",\"type\":\"text\"}", "text"},
        {"{\"name\":\"a\",\"type\":5}", "type"},
        {"{\"name\":\"a\",\"mutability\":\"ReadOnly\"}", "ReadOnly"},
        {"{\"name\":\"a\",\"returned\":\"sometimes\"}", "sometimes"},
        {"{\"name\":\"a\",\"uniqueness\":\"some\"}", "some"},
        {"{\"name\":\"a\",\"type\":\"complex\",\"subAttributes\":[{\"name\":\"inner\",\"type\":\"complex\"}]}",
         "inner"},
        {"{\"name\":\"attributes\",\"type\":\"complex\",\"subAttributes\":[{\"name\":\"in\",\"type\":\"complex\"}]}",
         "in"},
    };
    UNIT_EACH (i, bad, bad[i].attrs) {
        struct ctx ctx = unit_ctx();
        struct schema *s;
        const char *text = arena_printf(ctx.arena, "{\"id\":\"urn:x\",\"attributes\":[%s]}", bad[i].attrs);
        if (schema_load(&ctx, unit_json(&ctx, text), &s) != ERR_INVALID_VALUE)
            fail_msg("%s was taken", bad[i].attrs);
        assert_non_null(strstr(fail_detail(&ctx), bad[i].named));
        arena_destroy(ctx.arena);
    }
    struct ctx ctx = unit_ctx();
    struct schema *s;
    assert_int_equal(schema_load(&ctx, unit_json(&ctx, "{\"attributes\":[]}"), &s), ERR_INVALID_VALUE);
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_schemas_are_those_of_the_specification),
        cmocka_unit_test(paths_lead_to_attributes),
        cmocka_unit_test(a_definition_with_only_a_name_has_the_defaults),
        cmocka_unit_test(bad_definitions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
