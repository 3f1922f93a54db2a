#include "base/secret.h"
#include "base/token.h"
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#define FIRST "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define SECOND "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA="

static const char secret[] = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/* A key file of these lines, loaded. */
static enum err load(struct ctx *ctx, const char *lines, mode_t mode, struct secret_keys *out) {
    char path[] = "/tmp/muster-secret-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, lines, strlen(lines)), (ssize_t)strlen(lines));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    enum err e = secret_keys_load(ctx, path, out);
    unlink(path);
    return e;
}

static enum err opened(struct ctx *ctx, const struct secret_keys *keys, const char *context, const char *sealed) {
    uint8_t *plain;
    size_t len;
    enum err e = secret_open(ctx, keys, context, sealed, &plain, &len);
    if (e == OK)
        assert_string_equal((const char *)plain, secret);
    return e;
}

static void what_was_sealed_opens_in_its_place_alone(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct secret_keys keys;
    assert_int_equal(load(&ctx, FIRST "\n", 0600, &keys), OK);
    const char *one = secret_seal(ctx.arena, &keys, "organization/one", secret, strlen(secret));
    const char *two = secret_seal(ctx.arena, &keys, "organization/two", "another", 7);
    assert_null(strstr(one, secret));
    assert_int_equal(opened(&ctx, &keys, "organization/one", one), OK);
    assert_int_equal(opened(&ctx, &keys, "organization/two", one), ERR_CONFLICT);
    assert_int_equal(opened(&ctx, &keys, "organization/one", two), ERR_CONFLICT);
    assert_int_equal(opened(&ctx, &keys, "other/one", one), ERR_CONFLICT);
    assert_string_not_equal(one, secret_seal(ctx.arena, &keys, "organization/one", secret, strlen(secret)));
    arena_destroy(ctx.arena);
}

static void what_was_changed_does_not_open(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct secret_keys keys;
    assert_int_equal(load(&ctx, FIRST "\n", 0600, &keys), OK);
    const char *sealed = secret_seal(ctx.arena, &keys, "o/e", secret, strlen(secret));
    for (size_t i = 2; sealed[i]; i++) {
        char *changed = arena_strdup(ctx.arena, sealed);
        changed[i] = changed[i] == '0' ? '1' : '0';
        assert_int_equal(opened(&ctx, &keys, "o/e", changed), ERR_CONFLICT);
    }
    for (size_t n = 0; n < strlen(sealed); n++)
        assert_int_equal(opened(&ctx, &keys, "o/e", arena_strndup(ctx.arena, sealed, n)), ERR_CONFLICT);
    arena_destroy(ctx.arena);
}

static void a_key_is_replaced_while_the_old_one_opens(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct secret_keys old, both, new;
    assert_int_equal(load(&ctx, FIRST "\n", 0600, &old), OK);
    assert_int_equal(load(&ctx, SECOND "\n\n" FIRST "\n", 0600, &both), OK);
    assert_int_equal(load(&ctx, SECOND, 0640, &new), OK);
    const char *before = secret_seal(ctx.arena, &old, "o/e", secret, strlen(secret));
    const char *after = secret_seal(ctx.arena, &both, "o/e", secret, strlen(secret));
    assert_int_equal(opened(&ctx, &both, "o/e", before), OK);
    assert_int_equal(opened(&ctx, &both, "o/e", after), OK);
    assert_int_equal(opened(&ctx, &new, "o/e", after), OK);
    assert_int_equal(opened(&ctx, &new, "o/e", before), ERR_CONFLICT);
    assert_int_equal(opened(&ctx, &old, "o/e", after), ERR_CONFLICT);
    arena_destroy(ctx.arena);
}

static void a_bad_key_file_gives_no_key(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "\n \n",
                                      "x\n",
                                      FIRST "x\n",
                                      FIRST "\nx\n",
                                      "AAECAwQF\n",
                                      FIRST "=\n",
                                      FIRST "\n" FIRST "\n" FIRST "\n" FIRST "\n" FIRST "\n" FIRST "\n" FIRST "\n" FIRST
                                            "\n" FIRST "\n"};
    struct ctx ctx = unit_ctx();
    struct secret_keys keys;
    UNIT_EACH (i, bad, bad[i]) {
        assert_int_equal(load(&ctx, bad[i], 0600, &keys), ERR_CONFLICT);
        assert_int_equal(keys.n, 0);
    }
    assert_int_equal(load(&ctx, FIRST "\n", 0604, &keys), ERR_CONFLICT);
    assert_int_equal(secret_keys_load(&ctx, "/nowhere/key", &keys), ERR_CONFLICT);
    assert_int_equal(secret_keys_load(&ctx, "", &keys), ERR_CONFLICT);
    assert_non_null(strstr(fail_detail(&ctx), "MUSTER_SECRET_KEY_FILE"));
    arena_destroy(ctx.arena);
}

static void webhook_secrets_are_32_random_bytes(void **state) {
    (void)state;
    char one[TOKEN_MAX + 1], two[TOKEN_MAX + 1];
    token_new_webhook(one);
    token_new_webhook(two);
    assert_int_equal(strlen(one), 6 + 44);
    assert_memory_equal(one, "whsec_", 6);
    assert_int_equal(one[6 + 43], '=');
    assert_string_not_equal(one, two);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens_in_its_place_alone),  cmocka_unit_test(what_was_changed_does_not_open),
        cmocka_unit_test(a_key_is_replaced_while_the_old_one_opens), cmocka_unit_test(a_bad_key_file_gives_no_key),
        cmocka_unit_test(webhook_secrets_are_32_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
