/* Makes tokens and keys, checks their form, and hashes them. */

#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_Init() */

#include "base/token.h"

#include "base/hex.h"
#include "base/log.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <string.h>

enum { RANDOM = 32, BODY = 43, CHECK = 6 };

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* Writes a big-endian number in base62 with `width` characters, left-padded; destroys the bytes. */
static void write_base62(uint8_t *bytes, size_t n, char *out, size_t width) {
    for (size_t i = width; i-- > 0;) {
        unsigned rest = 0;
        for (size_t k = 0; k < n; k++) {
            unsigned value = rest << 8 | bytes[k];
            bytes[k] = (uint8_t)(value / 62);
            rest = value % 62;
        }
        out[i] = alphabet[rest];
    }
}

/* CRC-32 as in IEEE 802.3. */
static uint32_t crc32_of(const char *s, size_t len) {
    uint32_t crc = 0xffffffffU;
    for (size_t i = 0; i < len; i++) {
        crc ^= (uint8_t)s[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    return ~crc;
}

static void write_checksum(const char *s, size_t len, char out[CHECK]) {
    uint32_t crc = crc32_of(s, len);
    uint8_t bytes[] = {(uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc};
    write_base62(bytes, sizeof bytes, out, CHECK);
}

void token_new(const char *prefix, char out[TOKEN_MAX + 1]) {
    uint8_t secret[RANDOM];
    size_t n = strlen(prefix);
    if (n + BODY + CHECK > TOKEN_MAX || RAND_bytes(secret, sizeof secret) != 1)
        log_fatal("token", "the system gives no randomness");
    memcpy(out, prefix, n);
    write_base62(secret, sizeof secret, out + n, BODY);
    write_checksum(out, n + BODY, out + n + BODY);
    out[n + BODY + CHECK] = '\0';
    OPENSSL_cleanse(secret, sizeof secret);
}

void token_new_webhook(char out[TOKEN_MAX + 1]) {
    uint8_t secret[RANDOM];
    size_t n = strlen(TOKEN_WEBHOOK);
    if (RAND_bytes(secret, sizeof secret) != 1)
        log_fatal("token", "the system gives no randomness");
    memcpy(out, TOKEN_WEBHOOK, sizeof TOKEN_WEBHOOK);
    EVP_EncodeBlock((uint8_t *)out + n, secret, RANDOM);
    OPENSSL_cleanse(secret, sizeof secret);
}

bool token_well_formed(const char *prefix, const char *s, size_t len) {
    size_t n = strlen(prefix);
    char check[CHECK];
    if (len != n + BODY + CHECK || memcmp(s, prefix, n) != 0)
        return false;
    for (size_t i = n; i < len; i++)
        if (s[i] == '\0' || !strchr(alphabet, s[i]))
            return false;
    write_checksum(s, n + BODY, check);
    return CRYPTO_memcmp(check, s + n + BODY, CHECK) == 0;
}

/*
 * OpenSSL would rather have us use EVP_Digest(), which first loads a provider with all its algorithms: a millisecond,
 * in a process that answers one request.
 */
void token_hash_hex(const char *s, size_t len, char out[TOKEN_HASH_HEX + 1]) {
    uint8_t hash[TOKEN_HASH];
    SHA256_CTX sha;
    if (SHA256_Init(&sha) != 1 || SHA256_Update(&sha, s, len) != 1 || SHA256_Final(hash, &sha) != 1)
        log_fatal("token", "SHA-256 failed");
    hex_write(hash, sizeof hash, out);
}
