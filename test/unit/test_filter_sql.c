#include "query/filter_sql.h"

#include "filter_unit.h"
#include "unit.h"

enum { FIRST = 5 };

#define BASE "https://x.example/scim/v2"

static enum err compile(struct ctx *ctx, const struct resource_type *rt, const char *text, struct filter_sql *out) {
    const struct filter *f;
    enum err e = unit_filter(ctx, rt, false, text, &f);
    return e == OK ? filter_sql(ctx, rt, f, FIRST, BASE, out) : e;
}

/*
 * Every $n of the text is a parameter with a cast, and every parameter occurs in the text (PostgreSQL refuses others).
 */
static bool parameters_fit(const struct filter_sql *sql) {
    bool seen[FILTER_SQL_PARAMS] = {false};
    for (const char *p = strchr(sql->where, '$'); p; p = strchr(p + 1, '$')) {
        char *end;
        unsigned long n = strtoul(p + 1, &end, 10);
        if (n < FIRST || n >= FIRST + sql->n_params || strncmp(end, "::", 2) != 0)
            return false;
        seen[n - FIRST] = true;
    }
    for (size_t i = 0; i < sql->n_params; i++)
        if (!seen[i] || !sql->params[i])
            return false;
    return true;
}

/* The words that SQL text may be made of: no others, so nothing of a name or a literal. */
static bool is_constant_text(struct arena *a, const char *where) {
    static const char words[] =
        " and or not is null true false distinct from exists select where in union case when then else "
        "end collate C text uuid numeric boolean number jsonb timestamp at time zone UTC coalesce strpos "
        "right length lower jsonb_typeof jsonb_array_elements array muster organization_id connection_id "
        "scim_user scim_group scim_user_email scim_user_group scim_group_member scim_group_user "
        "scim_group_group r v x e m n b u g id value value_key user_id group_id parent_id child_id "
        "folded type version created_at modified_at removed_at user_name_key display_name_key "
        "external_id manager_id displayName Users Groups User W k offset left ";
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char others[] = " ()$.,:*<>=^-|@#'\"{}/0123456789";
    for (const char *p = where; *p;) {
        size_t n = strspn(p, letters);
        const char *word = arena_printf(a, " %.*s ", (int)n, p);
        if (n ? !strstr(words, word) : !strchr(others, *p))
            return false;
        p += n ? n : 1;
    }
    return !strstr(where, "--") && !strstr(where, "/*") && !strchr(where, ';');
}

static void every_case_compiles_to_constants_and_parameters(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct json_object *data = unit_data(&ctx, "spec/filters.json"), *cases = json_get(data, "cases");
    struct schema *extension;
    unsigned compiled = 0;
    assert_int_equal(schema_load(&ctx, json_get(data, "extensionSchema"), &extension), OK);
    const struct schema *more[] = {extension};
    const struct resource_type *user = schema_with_extensions(ctx.arena, schema_user_type(), more, 1);
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *c = json_object_array_get_idx(cases, i);
        const char *text = json_get_string(c, "filter");
        struct filter_sql sql = {.where = ""};
        if (!json_object_get_boolean(json_get(c, "valid")))
            continue;
        if (compile(&ctx, json_get(c, "on") ? schema_group_type() : user, text, &sql) != OK)
            fail_msg("%s: %s", text, fail_detail(&ctx));
        if (!parameters_fit(&sql) || !is_constant_text(ctx.arena, sql.where))
            fail_msg("%s: %s (%zu parameters)", text, sql.where, sql.n_params);
        compiled++;
    }
    assert_int_equal(compiled, 162);
    arena_destroy(ctx.arena);
}

/* The shape of a filter decides its SQL: prepared statements are kept by their text. */
static void the_text_does_not_depend_on_the_literals(void **state) {
    (void)state;
    static const struct {
        bool groups;
        const char *shape, *x, *y;
    } cases[] = {
        {false, "userName eq \"%s\" or externalId eq \"%s\"", "same", "same"},
        {false, "title eq \"%s\" and nickName co \"%s\"", "title", "\xd0\x96'; drop table x; --"},
        {false, "emails[type eq \"%s\" and value eq \"%s\"]", "value", "%_"},
        {false, "meta.created gt \"%s\" and meta.created lt \"%s\"", "2024-01-01T00:00:00Z",
         "2024-01-01T00:00:00.123456Z"},
        {true, "displayName eq \"%s\" or displayName sw \"%s\"", "\xef\xbd\xb6", "displayName"},
        {true, "members.display co \"%s\" and members.$ref eq \"%s\"", BASE, ""},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].x) {
        const struct resource_type *rt = cases[i].groups ? schema_group_type() : schema_user_type();
        struct filter_sql one = {.where = ""}, other = one;
        const char *at = strstr(cases[i].shape, "%s"), *next = strstr(at + 2, "%s");
        int head = (int)(at - cases[i].shape), middle = (int)(next - at) - 2;
        const char *x = arena_printf(ctx.arena, "%.*s%s%.*s%s%s", head, cases[i].shape, cases[i].x, middle, at + 2,
                                     cases[i].y, next + 2);
        const char *y = arena_printf(ctx.arena, "%.*s%s%.*s%s%s", head, cases[i].shape, cases[i].y, middle, at + 2,
                                     cases[i].x, next + 2);
        assert_int_equal(compile(&ctx, rt, x, &one), OK);
        assert_int_equal(compile(&ctx, rt, y, &other), OK);
        assert_string_equal(one.where, other.where);
        assert_int_equal(one.n_params, other.n_params);
    }
    arena_destroy(ctx.arena);
}

static void an_id_that_is_none_of_ours_matches_nothing(void **state) {
    (void)state;
    static const struct {
        bool groups;
        const char *filter, *where;
    } cases[] = {
        {false, "id eq \"nobody\"", "false"},
        {false, "id ne \"nobody\"", "true"},
        {false, "id eq \"0A000000-0000-4000-8000-000000000001\"", "false"}, /* id is caseExact */
        {false, "not (id eq \"\")", "(not coalesce(false, false))"},
        {true, "members eq \"nobody\"", "false"},
        {true, "members.value eq \"0a000000-0000-4000-8000-00000000000\"", "false"},
        {true, "members[type eq \"User\" and value eq \"nobody\"]", "false"},
        {false, "meta.created eq \"2024-01-01T00:00:00.0000001Z\"", "false"},
        {false, "meta.created ne \"2024-01-01T00:00:00.0000001Z\"", "true"},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].filter) {
        struct filter_sql sql = {.where = ""};
        const struct resource_type *rt = cases[i].groups ? schema_group_type() : schema_user_type();
        assert_int_equal(compile(&ctx, rt, cases[i].filter, &sql), OK);
        assert_string_equal(sql.where, cases[i].where);
        assert_int_equal(sql.n_params, 0);
    }
    arena_destroy(ctx.arena);
}

/*
 * The name "\uff76\uff9e" (half-width KA and its mark) begins with "\uff76" for the filter, but its key is one
 * character that does not begin with the key of "\uff76".
 */
static void a_prefix_is_looked_up_only_as_far_as_it_is_sure(void **state) {
    (void)state;
    static const struct {
        const char *filter, *prefix;
    } cases[] = {
        {"displayName sw \"Tour G\"", "tour g"},
        {"displayName sw \"Tour \xef\xbd\xb6\"", "tour "},
        {"displayName sw \"\xef\xbd\xb6\"", ""},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].filter) {
        struct filter_sql sql = {.where = ""};
        static const char index[] = "r.display_name_key ^@ $";
        assert_int_equal(compile(&ctx, schema_group_type(), cases[i].filter, &sql), OK);
        const char *at = strstr(sql.where, index);
        assert_non_null(at);
        unsigned long n = strtoul(at + sizeof index - 1, NULL, 10);
        assert_in_range(n, FIRST, FIRST + sql.n_params - 1);
        assert_string_equal(sql.params[n - FIRST], cases[i].prefix);
    }
    arena_destroy(ctx.arena);
}

/* Who says so need not bear the budget of a search that reads everybody. */
static void a_filter_is_indexed_if_each_part_finds_its_rows(void **state) {
    (void)state;
    static const struct {
        const char *filter;
        bool indexed, joined;
    } cases[] = {
        {"userName eq \"a\" or displayName eq \"b\"", true, true},
        {"userName gt \"a\" or externalId eq \"b\"", true, false},
        {"userName gt \"a\" or displayName eq \"b\"", false, false},
        {"meta.created gt \"2024-01-01T00:00:00Z\" or emails eq \"b\"", false, false},
        {"(userName gt \"a\" or emails eq \"b\") and externalId eq \"c\"", true, false},
        {"title pr and (emails sw \"a\" or emails sw \"b\")", true, true},
        {"userName eq \"a\" or title eq \"b\"", false, false},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].filter) {
        struct filter_sql sql = {.where = ""};
        assert_int_equal(compile(&ctx, schema_user_type(), cases[i].filter, &sql), OK);
        assert_int_equal(sql.indexed, cases[i].indexed);
        assert_int_equal(sql.joined, cases[i].joined);
    }
    arena_destroy(ctx.arena);
}

/* Comparisons joined by "or", as many as there may be. */
static const char *repeated(struct arena *a, const char *const *filters, size_t n) {
    const char *text = filters[0];
    for (int i = 1; i < FILTER_COMPARISONS; i++)
        text = arena_printf(a, "%s or %s", text, filters[(size_t)i % n]);
    return text;
}

static void as_many_comparisons_as_there_may_be_fit(void **state) {
    (void)state;
    static const char *const filters[] = {"manager eq \"a\"",          "department eq \"a\"",
                                          "emails.value sw \"a\"",     "name.givenName co \"a\"",
                                          "addresses.region eq \"a\"", "groups.$ref eq \"a\""};
    struct ctx ctx = unit_ctx();
    struct filter_sql sql = {.where = ""};
    const char *text = repeated(ctx.arena, filters, sizeof filters / sizeof *filters);
    if (compile(&ctx, schema_user_type(), text, &sql) != OK)
        fail_msg("%s", fail_detail(&ctx));
    assert_true(parameters_fit(&sql));
    assert_true(sql.n_params <= FILTER_SQL_PARAMS);
    arena_destroy(ctx.arena);
}

/* A literal may need three parameters of its own (a member's id as text and as uuid, its type), but names are shared.
 */
static void more_parameters_than_fit_are_an_error(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    const struct resource_type *rt = schema_user_type();
    struct filter_sql sql = {.where = ""};
    /* A tree that no text of the permitted length makes. */
    const struct filter *one, *all;
    assert_int_equal(unit_filter(&ctx, rt, false, "id eq \"0a000000-0000-4000-8000-000000000001\"", &one), OK);
    all = one;
    for (size_t i = 1; i < FILTER_SQL_PARAMS; i++) {
        struct filter *f = arena_alloc(ctx.arena, sizeof *f);
        f->kind = FILTER_OR;
        f->left = all;
        f->right = one;
        all = f;
    }
    assert_int_equal(filter_sql(&ctx, rt, all, FIRST, BASE, &sql), OK);
    assert_int_equal(sql.n_params, FILTER_SQL_PARAMS);
    const struct filter over = {.kind = FILTER_OR, .left = all, .right = one};
    assert_int_equal(filter_sql(&ctx, rt, &over, FIRST, BASE, &sql), ERR_TOO_MANY);
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_compiles_to_constants_and_parameters),
        cmocka_unit_test(the_text_does_not_depend_on_the_literals),
        cmocka_unit_test(an_id_that_is_none_of_ours_matches_nothing),
        cmocka_unit_test(a_prefix_is_looked_up_only_as_far_as_it_is_sure),
        cmocka_unit_test(a_filter_is_indexed_if_each_part_finds_its_rows),
        cmocka_unit_test(as_many_comparisons_as_there_may_be_fit),
        cmocka_unit_test(more_parameters_than_fit_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
