#include "base/buf.h"
#include "protocol/patch.h"
#include "unit.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What many operations on long lists take: each case runs in a process of its own, whose memory is looked at. */

enum { TEXT_MAX = 64 * 1024 * 1024, BROKEN = 100 };

/* The address sanitizer keeps what is freed. */
#ifdef __SANITIZE_ADDRESS__
enum { MEMORY = 2 * 1024 * 1024 };
#else
enum { MEMORY = 96 * 1024 }; /* KiB */
#endif

#define MANY "{\"op\":\"replace\",\"path\":\"emails[type eq \\\"other\\\"].display\",\"value\":\"x"

/* Each makes one value more. */
#define MADE "{\"op\":\"replace\",\"path\":\"emails[type eq \\\"q"

/* `n` operations, each with its number between `front` and `back`. */
static const struct {
    const char *front, *back;
    size_t n;
    bool members;
    size_t values; /* that the list has, and `left` afterwards */
    enum err err;
    size_t left;
} cases[] = {
    {MANY, "\"}", 60, false, 2000, OK, 2000},
    {MANY, "\"}", 120, false, 2000, ERR_TOO_LARGE, 0},
    {MANY, "\"}", 10000, false, 20, OK, 20},
    {MADE, "\\\"].display\",\"value\":\"x\"}", 100, false, 7000, ERR_TOO_LARGE, 0},
    {MADE, "\\\"].display\",\"value\":\"x\"}", 390, false, 100, OK, 490},
    {"{\"op\":\"remove\",\"path\":\"members[type eq \\\"Group\\\" or value eq \\\"m", "\\\"]\"}", 60, true, 1000, OK,
     940},
    {"{\"op\":\"remove\",\"path\":\"emails[type eq \\\"a\\\" or type eq \\\"b\\\" or type eq \\\"c\\\" or value eq "
     "\\\"",
     "\\\"]\"}", 400, false, 2000, ERR_TOO_LARGE, 0},
    {"{\"op\":\"add\",\"path\":\"emails\",\"value\":[{\"primary\":true,\"value\":\"new", "\"}]}", 1500, false, 2000, OK,
     3500},
    {"{\"op\":\"remove\",\"path\":\"members[value eq \\\"m", "\\\" and type eq \\\"User\\\"]\"}", 9000, true, 10000, OK,
     1000},
    {"{\"op\":\"remove\",\"path\":\"members[type eq \\\"Group\\\" and value eq \\\"m", "\\\"]\"}", 9000, true, 10000,
     OK, 10000},
    {"{\"op\":\"remove\",\"path\":\"members\",\"value\":[{\"value\":\"m", "\"}]}", 9000, true, 10000, OK, 1000},
    {"{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"n",
     "\"}]},{\"op\":\"replace\",\"path\":\"displayName\",\"value\":\"n\"}", 5000, true, 10000, OK, 15000},
};

static const char *name_of(bool members) {
    return members ? "members" : "emails";
}

static struct json_object *resource_with(struct ctx *ctx, bool members, size_t values) {
    struct buf *b = buf_new(ctx->arena, TEXT_MAX);
    buf_fmt(b, "{\"%s\":\"x\",\"%s\":[", members ? "displayName" : "userName", name_of(members));
    for (size_t i = 0; i < values; i++)
        buf_fmt(b, "%s{\"value\":\"%s%zu\",\"type\":\"%s\"}", i ? "," : "", members ? "m" : "user@example.com", i,
                members ? "User" : "other");
    buf_str(b, "]}");
    return unit_json(ctx, buf_text(b));
}

static enum err applied(struct ctx *ctx, bool members, struct json_object *old, const char *operations, size_t *left) {
    const char *text =
        arena_printf(ctx->arena, "{\"schemas\":[\"" SCHEMA_PATCH_OP "\"],\"Operations\":[%s]}", operations);
    struct json_object *new = NULL;
    struct patch *p;
    bool changed;
    enum err e = patch_parse(ctx, members ? schema_group_type() : schema_user_type(), (struct dialect){.lenient = true},
                             unit_json(ctx, text), &p);
    if (e == OK)
        e = patch_apply(ctx, p, old, &(struct parts){0}, &new, &changed);
    *left = e == OK ? json_object_array_length(json_get(new, name_of(members))) : 0;
    return e;
}

/* Runs in a process of its own; its status is 0 if all is well. */
static int memory_of(int (*fn)(size_t i), size_t i) {
    struct rusage used;
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(fn(i));
    assert_int_equal(wait4(child, &status, 0, &used), child);
    assert_true(WIFEXITED(status));
    assert_true(used.ru_maxrss < MEMORY);
    return WEXITSTATUS(status);
}

static int run_case(size_t i) {
    struct ctx ctx = unit_ctx();
    struct buf *b = buf_new(ctx.arena, TEXT_MAX);
    size_t left;
    for (size_t k = 0; k < cases[i].n; k++)
        buf_fmt(b, "%s%s%zu%s", k ? "," : "", cases[i].front, k, cases[i].back);
    enum err e =
        applied(&ctx, cases[i].members, resource_with(&ctx, cases[i].members, cases[i].values), buf_text(b), &left);
    return e == cases[i].err && left == cases[i].left ? 0 : BROKEN;
}

static void many_operations_on_a_long_list_are_refused_or_cheap(void **state) {
    (void)state;
    schema_user_type();
    UNIT_EACH (i, cases, cases[i].front)
        if (memory_of(run_case, i) != 0)
            fail_msg("case %zu", i);
}

static int remove_listed(size_t n) {
    struct ctx ctx = unit_ctx();
    struct buf *b = buf_new(ctx.arena, TEXT_MAX);
    size_t left;
    buf_str(b, "{\"op\":\"remove\",\"path\":\"emails\",\"value\":[{\"value\":\"USER@example.com7\"},{\"value\":\"user@"
               "example.com8\","
               "\"type\":\"Other\"},{\"value\":\"user@example.com9\",\"type\":\"work\"}");
    for (size_t i = 0; i < n; i++)
        buf_fmt(b, ",{\"value\":\"nobody%zu\",\"type\":\"other\"}", i);
    buf_str(b, "]}");
    return applied(&ctx, false, resource_with(&ctx, false, n), buf_text(b), &left) == OK && left == n - 2 ? 0 : BROKEN;
}

static void thousands_of_listed_values_are_looked_up(void **state) {
    (void)state;
    enum { LISTED = 5000 };
    schema_user_type();
    assert_int_equal(memory_of(remove_listed, LISTED), 0);
}

/* A long text is not multiplied by the length of a list. */
static int set_long_text(size_t n) {
    struct ctx ctx = unit_ctx();
    char *text = arena_alloc(ctx.arena, n + 1);
    size_t left;
    memset(text, 'x', n);
    const char *op = arena_printf(ctx.arena, "{\"op\":\"replace\",\"path\":\"emails.display\",\"value\":\"%s\"}", text);
    enum { VALUES = 20000 };
    return applied(&ctx, false, resource_with(&ctx, false, VALUES), op, &left) == ERR_TOO_LARGE ? 0 : BROKEN;
}

static void a_long_text_is_not_put_into_a_long_list(void **state) {
    (void)state;
    enum { LENGTH = 8192 };
    schema_user_type();
    assert_int_equal(memory_of(set_long_text, LENGTH), 0);
}

/* Listed values name others by the parts that they give, each as its attribute is compared. */
static void listed_values_name_by_the_parts_they_give(void **state) {
    (void)state;
    static const struct {
        const char *listed;
        size_t left;
    } listings[] = {
        {"{\"value\":\"A@x\"}", 3},
        {"{\"type\":\"WORK\"}", 2},
        {"{\"value\":\"a@x\",\"type\":\"work\"}", 3},
        {"{\"value\":\"a@x\",\"type\":\"home\"}", 4},
        {"{\"value\":\"a@x\",\"display\":\"A\"}", 4},
        {"{\"primary\":true}", 3},
        {"{\"primary\":false}", 3},
        {"{\"value\":\"d@x\",\"primary\":false}", 4},
        {"{\"display\":\"b\"},{\"type\":\"home\",\"value\":\"c@x\"},{\"value\":\"none\"}", 2},
        {"\"d@x\"", 3},
    };
    UNIT_EACH (i, listings, listings[i].listed) {
        struct ctx ctx = unit_ctx();
        size_t left;
        struct json_object *user = unit_json(
            &ctx, "{\"userName\":\"u\",\"emails\":[{\"value\":\"a@x\",\"type\":\"work\",\"primary\":true},"
                  "{\"value\":\"b@x\",\"type\":\"work\",\"display\":\"B\"},{\"value\":\"c@x\",\"type\":\"home\","
                  "\"primary\":false},{\"value\":\"d@x\"}]}");
        const char *op =
            arena_printf(ctx.arena, "{\"op\":\"remove\",\"path\":\"emails\",\"value\":[%s]}", listings[i].listed);
        assert_int_equal(applied(&ctx, false, user, op, &left), OK);
        if (left != listings[i].left)
            fail_msg("%s: %zu are left", listings[i].listed, left);
        arena_destroy(ctx.arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_operations_on_a_long_list_are_refused_or_cheap),
        cmocka_unit_test(thousands_of_listed_values_are_looked_up),
        cmocka_unit_test(a_long_text_is_not_put_into_a_long_list),
        cmocka_unit_test(listed_values_name_by_the_parts_they_give),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
