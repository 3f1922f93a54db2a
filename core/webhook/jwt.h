#ifndef MUSTER_WEBHOOK_JWT_H
#define MUSTER_WEBHOOK_JWT_H

#include <json-c/json.h>
#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/*
 * Signed tokens (JWT, RFC 7519, as a compact JWS, RFC 7515) and their keys: only ES256, ECDSA on P-256 with SHA-256
 * (RFC 7518, section 3.4). The arena owns all results. A failure of OpenSSL with a valid key ends the process.
 */

/* A new key pair. */
EVP_PKEY *jwt_key_new(struct arena *a);

/* The pair as bytes, for secret_seal(): ECPrivateKey in DER (RFC 5915). The caller wipes them after sealing. */
uint8_t *jwt_key_private(struct arena *a, const EVP_PKEY *key, size_t *len);

/* The pair from such bytes; NULL: they are no key on P-256. */
EVP_PKEY *jwt_key_open(struct arena *a, const uint8_t *bytes, size_t len);

/*
 * The public key as a JWK (RFC 7517): {"kty", "crv", "x", "y", "use": "sig", "alg": "ES256", "kid"}; the kid is the
 * key's thumbprint (RFC 7638).
 */
struct json_object *jwt_key_public(struct arena *a, const EVP_PKEY *key);

/* Signs header and claims: three parts in base64url, separated by dots. */
const char *jwt_sign(struct arena *a, const EVP_PKEY *key, struct json_object *header, struct json_object *claims);

#endif
