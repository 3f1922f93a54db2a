/* Signed tokens and their keys: what we sign, OpenSSL verifies from the public JWK alone. */
#include "unit.h"

#include "base/secret.h"
#include "webhook/jwt.h"
#include "webhook/signing_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>

enum { NUMBER = 32 };

/* The key of RFC 7515, appendix A.3, as an ECPrivateKey, and the same private number on P-384. */
static const char rfc_key[] =
    "307702010104208e9b109e719098bf980487df1f5d77e9cb29606ebed2263b5f57c213df84f4b2a00a06082a8648ce3d0301"
    "07a144034200047fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445c7f144cd1bbd9b7e872cdf"
    "edb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad";
static const char other_curve[] =
    "3081a40201010430000000000000000000000000000000008e9b109e719098bf980487df1f5d77e9cb29606ebed2263b5f57c213df84f4b2"
    "a00706052b81040022a164036200042b30ae022fd143dd94f559832fa357fd1402bd0c14100fc6dd383b5af422169dc9595dec157f272031"
    "a6be0b0beaa05977c7a9830845187a6f68e2a69492f7293c22747a2a93375ca060c25aa557267beea3992084e2827a1b12491f0a293f7f";

static const uint8_t *from_hex(struct arena *a, const char *hex, size_t *len) {
    uint8_t *out = arena_alloc(a, strlen(hex) / 2 + 1);
    *len = strlen(hex) / 2;
    for (size_t i = 0; i < *len; i++) {
        char two[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    return out;
}

static EVP_PKEY *open_hex(struct arena *a, const char *hex) {
    size_t len;
    const uint8_t *bytes = from_hex(a, hex, &len);
    return jwt_key_open(a, bytes, len);
}

/* base64url without padding. */
static uint8_t *from_base64url(struct arena *a, const char *text, size_t n, size_t *len) {
    size_t whole = (n + 3) / 4 * 4;
    char *plain = arena_alloc(a, whole + 1);
    for (size_t i = 0; i < whole; i++)
        plain[i] = i >= n ? '=' : text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
    uint8_t *out = arena_alloc(a, whole);
    assert_int_equal(EVP_DecodeBlock(out, (const uint8_t *)plain, (int)whole), (int)(whole / 4 * 3));
    *len = whole / 4 * 3 - (whole - n);
    return out;
}

/* The public key that a JWK names. */
static EVP_PKEY *public_of(struct arena *a, struct json_object *jwk) {
    uint8_t point[1 + 2 * NUMBER] = {4};
    static const char *const names[] = {"x", "y"};
    EVP_PKEY *key = NULL;
    for (size_t i = 0, len; i < 2; i++) {
        const char *text = json_get_string(jwk, names[i]);
        memcpy(point + 1 + i * NUMBER, from_base64url(a, text, strlen(text), &len), NUMBER);
        assert_int_equal(len, NUMBER);
    }
    char group[] = "P-256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                           OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
                           OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(c), 1);
    assert_int_equal(EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
    EVP_PKEY_CTX_free(c);
    return key;
}

static bool verifies(struct arena *a, struct json_object *jwk, const char *token) {
    const char *last = strrchr(token, '.');
    size_t len;
    uint8_t *numbers = from_base64url(a, last + 1, strlen(last + 1), &len), *der = NULL;
    assert_int_equal(len, 2 * NUMBER);
    ECDSA_SIG *s = ECDSA_SIG_new();
    ECDSA_SIG_set0(s, BN_bin2bn(numbers, NUMBER, NULL), BN_bin2bn(numbers + NUMBER, NUMBER, NULL));
    int n = i2d_ECDSA_SIG(s, &der);
    EVP_PKEY *key = public_of(a, jwk);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool good = EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(md, der, (size_t)n, (const uint8_t *)token, (size_t)(last - token)) == 1;
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(key);
    ECDSA_SIG_free(s);
    OPENSSL_free(der);
    return good;
}

static void a_public_key_is_a_jwk_with_its_thumbprint(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    EVP_PKEY *key = open_hex(ctx.arena, rfc_key);
    assert_non_null(key);
    struct json_object *want =
        unit_json(&ctx, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                        "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\",\"use\":\"sig\",\"alg\":\"ES256\","
                        "\"kid\":\"oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U\"}");
    assert_true(json_same(jwt_key_public(ctx.arena, key), want));
    arena_destroy(ctx.arena);
}

static void what_is_no_key_on_p256_does_not_open(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    assert_null(open_hex(ctx.arena, other_curve));
    assert_null(open_hex(ctx.arena, ""));
    assert_null(open_hex(ctx.arena, "300302010104"));
    arena_destroy(ctx.arena);
}

/* Often enough that a number begins with a zero byte, which DER leaves out and the token must not. */
static void what_is_signed_verifies_with_the_public_key(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    const EVP_PKEY *key = jwt_key_new(ctx.arena);
    struct json_object *jwk = jwt_key_public(ctx.arena, key), *header = unit_json(&ctx, "{\"alg\":\"ES256\"}");
    struct json_object *other = jwt_key_public(ctx.arena, jwt_key_new(ctx.arena));
    for (int i = 0; i < 1000; i++) {
        struct json_object *claims = unit_json(&ctx, arena_printf(ctx.arena, "{\"n\":%d}", i));
        const char *token = jwt_sign(ctx.arena, key, header, claims);
        assert_true(verifies(ctx.arena, jwk, token));
        if (i < 3)
            assert_false(verifies(ctx.arena, other, token));
    }
    arena_destroy(ctx.arena);
}

static void a_token_is_header_claims_and_signature_in_base64url(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    static const char *const claims[] = {"{\"a\":1}", "{\"a\":12}", "{\"a\":123}", "{\"\xc3\xbf\":\"\xc3\xbe?>~~\"}"};
    UNIT_EACH (i, claims, claims[i]) {
        const char *token = jwt_sign(ctx.arena, jwt_key_new(ctx.arena), unit_json(&ctx, "{\"alg\":\"ES256\"}"),
                                     unit_json(&ctx, claims[i]));
        const char *first = strchr(token, '.'), *second = strchr(first + 1, '.');
        size_t len;
        assert_int_equal(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
                         strlen(token));
        const uint8_t *text = from_base64url(ctx.arena, token, (size_t)(first - token), &len);
        assert_memory_equal(text, "{\"alg\":\"ES256\"}", len);
        text = from_base64url(ctx.arena, first + 1, (size_t)(second - first - 1), &len);
        assert_int_equal(len, strlen(claims[i]));
        assert_memory_equal(text, claims[i], len);
        assert_null(strchr(second + 1, '.'));
    }
    arena_destroy(ctx.arena);
}

static void a_key_is_the_same_after_it_was_sealed(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct secret_keys keys = {.n = 1, .keys = {{1, 2, 3}}};
    const char *columns[SIGNING_KEY_COLUMNS], *kid;
    EVP_PKEY *key;
    signing_key_make(ctx.arena, &keys, columns);
    assert_int_equal(signing_key_load(&ctx, &keys, columns, &key, &kid), OK);
    struct json_object *jwk = unit_json(&ctx, columns[1]);
    assert_string_equal(json_get_string(jwk, "kid"), kid);
    assert_null(json_get(jwk, "d"));
    assert_true(verifies(ctx.arena, jwk, jwt_sign(ctx.arena, key, jwk, jwk)));
    arena_destroy(ctx.arena);
}

static void a_sealed_key_opens_in_its_own_row_alone(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct secret_keys keys = {.n = 1, .keys = {{1, 2, 3}}}, others = {.n = 1, .keys = {{4}}};
    const char *one[SIGNING_KEY_COLUMNS], *two[SIGNING_KEY_COLUMNS], *kid;
    EVP_PKEY *key;
    signing_key_make(ctx.arena, &keys, one);
    signing_key_make(ctx.arena, &keys, two);
    const char *const moved[] = {one[0], two[1], two[2]};
    assert_int_equal(signing_key_load(&ctx, &keys, moved, &key, &kid), ERR_CONFLICT);
    assert_int_equal(signing_key_load(&ctx, &others, one, &key, &kid), ERR_CONFLICT);
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_public_key_is_a_jwk_with_its_thumbprint),
        cmocka_unit_test(what_is_no_key_on_p256_does_not_open),
        cmocka_unit_test(what_is_signed_verifies_with_the_public_key),
        cmocka_unit_test(a_token_is_header_claims_and_signature_in_base64url),
        cmocka_unit_test(a_key_is_the_same_after_it_was_sealed),
        cmocka_unit_test(a_sealed_key_opens_in_its_own_row_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
