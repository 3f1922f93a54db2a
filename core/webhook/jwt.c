/* Signed tokens (JWT with ES256) and their keys. */

#include "webhook/jwt.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/json.h"
#include "base/log.h"

#include <assert.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <string.h>

enum { NUMBER = 32, SIGNATURE = 2 * NUMBER, HASH = 32 };

static void need_openssl(bool good) {
    if (!good)
        log_fatal("jwt", "OpenSSL failed");
}

static void free_key(void *key) {
    EVP_PKEY_free(key);
}

static EVP_PKEY *keep_key(struct arena *a, EVP_PKEY *key) {
    arena_defer(a, free_key, key);
    return key;
}

EVP_PKEY *jwt_key_new(struct arena *a) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    need_openssl(key);
    return keep_key(a, key);
}

uint8_t *jwt_key_private(struct arena *a, const EVP_PKEY *key, size_t *len) {
    int n = i2d_PrivateKey(key, NULL);
    need_openssl(n > 0);
    uint8_t *out = arena_alloc(a, (size_t)n), *end = out;
    need_openssl(i2d_PrivateKey(key, &end) == n);
    *len = (size_t)n;
    return out;
}

EVP_PKEY *jwt_key_open(struct arena *a, const uint8_t *bytes, size_t len) {
    char group[32] = "";
    EVP_PKEY *key = keep_key(a, d2i_PrivateKey(EVP_PKEY_EC, NULL, &bytes, (long)len));
    bool fits = key && EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
                (strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0);
    return fits ? key : NULL;
}

static const char *coordinate_text(struct arena *a, const EVP_PKEY *key, const char *which) {
    uint8_t bytes[NUMBER];
    BIGNUM *number = NULL;
    need_openssl(EVP_PKEY_get_bn_param(key, which, &number) == 1 && BN_bn2binpad(number, bytes, NUMBER) == NUMBER);
    BN_free(number);
    return base64_url_text(a, bytes, NUMBER);
}

struct json_object *jwt_key_public(struct arena *a, const EVP_PKEY *key) {
    const char *x = coordinate_text(a, key, OSSL_PKEY_PARAM_EC_PUB_X),
               *y = coordinate_text(a, key, OSSL_PKEY_PARAM_EC_PUB_Y);
    /* Only the required members are hashed, in the order of their names (RFC 7638, section 3). */
    const char *bare = arena_printf(a, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", x, y);
    uint8_t hash[HASH];
    need_openssl(EVP_Digest(bare, strlen(bare), hash, NULL, EVP_sha256(), NULL) == 1);
    const char *const members[][2] = {{"kty", "EC"},
                                      {"crv", "P-256"},
                                      {"x", x},
                                      {"y", y},
                                      {"use", "sig"},
                                      {"alg", "ES256"},
                                      {"kid", base64_url_text(a, hash, HASH)}};
    struct json_object *out = json_new_object(a);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_object_object_add(out, members[i][0], json_object_new_string(members[i][1]));
    return out;
}

/* OpenSSL's signature is DER; a JWS has just the two numbers, one after the other (RFC 7518, section 3.4). */
static void to_numbers(const uint8_t *der, size_t len, uint8_t out[SIGNATURE]) {
    ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)len);
    need_openssl(s && BN_bn2binpad(ECDSA_SIG_get0_r(s), out, NUMBER) == NUMBER &&
                 BN_bn2binpad(ECDSA_SIG_get0_s(s), out + NUMBER, NUMBER) == NUMBER);
    ECDSA_SIG_free(s);
}

static void sign_jwt(const EVP_PKEY *key, const char *text, uint8_t out[SIGNATURE]) {
    uint8_t der[SIGNATURE + 16];
    size_t len = sizeof der;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    /* OpenSSL changes only the key's reference count. */
    need_openssl(md && EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, (EVP_PKEY *)key) == 1 &&
                 EVP_DigestSign(md, der, &len, (const uint8_t *)text, strlen(text)) == 1);
    EVP_MD_CTX_free(md);
    to_numbers(der, len, out);
}

static const char *jwt_part(struct arena *a, struct json_object *o) {
    const char *text = json_text(a, o);
    return base64_url_text(a, text, strlen(text));
}

const char *jwt_sign(struct arena *a, const EVP_PKEY *key, struct json_object *header, struct json_object *claims) {
    assert(key && header && claims);
    const char *text = arena_printf(a, "%s.%s", jwt_part(a, header), jwt_part(a, claims));
    uint8_t signature[SIGNATURE];
    sign_jwt(key, text, signature);
    return arena_printf(a, "%s.%s", text, base64_url_text(a, signature, SIGNATURE));
}
