#include "unit.h"
#include "webhook/signature.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define BODY "{\"test\": 2432232314}"

static const char *base64(struct ctx *ctx, enum signature_key kind, const char *secret, const char *id, int64_t time,
                          const char *body) {
    struct signature_input in = {id, time, body, strlen(body)};
    return signature_base64(ctx->arena, kind, secret, &in);
}

/* The vector that the libraries of Standard Webhooks and Svix are tested with. */
static void the_vector_of_standard_webhooks_comes_out(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    assert_string_equal(base64(&ctx, SIGNATURE_DECODED, SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY),
                        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    arena_destroy(ctx.arena);
}

static void a_secret_without_its_prefix_is_the_same_key(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    assert_string_equal(
        base64(&ctx, SIGNATURE_DECODED, &SECRET[strlen("whsec_")], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY),
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    arena_destroy(ctx.arena);
}

static void a_key_may_be_the_text_behind_the_prefix(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    assert_string_equal(base64(&ctx, SIGNATURE_BARE, SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY),
                        "ELhqG0Ku1gwOc1f4jyKdp3SFGFLAOdJ9bvpWLciCakI=");
    arena_destroy(ctx.arena);
}

static void a_key_may_be_the_whole_text(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    assert_string_equal(base64(&ctx, SIGNATURE_WHOLE, SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY),
                        "TcxlhK9b6UD6iVI1ZU2tTqp8PEVfYRseNNfa6b+LcUg=");
    arena_destroy(ctx.arena);
}

static void padding_is_no_part_of_a_key(void **state) {
    (void)state;
    static const struct {
        const char *secret, *signature;
    } cases[] = {
        {"whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", "TWNWMYXC4Zd1D16vRheAQoUSB5GC63bD1+ko9M94JX8="},
        {"whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ==", "vPR1zJNF5xLFlcvp69PyZBkEXYRimEfRGbwO44eDxwE="},
        {"whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB", "ZdN/Weo50wY/I27L5365MM1pVplzHiQsLSGLfhm6o3A="},
    };
    struct ctx ctx = unit_ctx();
    UNIT_EACH (i, cases, cases[i].secret)
        assert_string_equal(base64(&ctx, SIGNATURE_DECODED, cases[i].secret, "a", 1, "{}"), cases[i].signature);
    arena_destroy(ctx.arena);
}

static void a_secret_that_is_no_base64_is_taken_as_text(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    assert_string_equal(base64(&ctx, SIGNATURE_DECODED, "plain-text key", "a", 1, "{}"),
                        "AEqPsp1LR1CvTa1bwu4LQBouAbaj9wZb7o1ZXm1V5Uo=");
    assert_string_equal(base64(&ctx, SIGNATURE_DECODED, " QUJD", "a", 1, "{}"),
                        "57oDEyzHA4F2GFRx/t1XQhPSG3cxCxwKhe5No/nc92A=");
    arena_destroy(ctx.arena);
}

static void without_an_id_only_time_and_body_are_signed(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct signature_input in = {NULL, 1614265330000, "{\"test\":1}", strlen("{\"test\":1}")};
    assert_string_equal(signature_hex(ctx.arena, SIGNATURE_WHOLE, "abcd1234", &in),
                        "4a5be8bf56cee2ea07db190eb516ac8bcaab774ec47825d75b4c5b2c522f3486");
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vector_of_standard_webhooks_comes_out),
        cmocka_unit_test(a_secret_without_its_prefix_is_the_same_key),
        cmocka_unit_test(a_key_may_be_the_text_behind_the_prefix),
        cmocka_unit_test(a_key_may_be_the_whole_text),
        cmocka_unit_test(padding_is_no_part_of_a_key),
        cmocka_unit_test(a_secret_that_is_no_base64_is_taken_as_text),
        cmocka_unit_test(without_an_id_only_time_and_body_are_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
