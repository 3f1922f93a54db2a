/* Base64 with OpenSSL: with padding, and with the alphabet of URLs. */

#include "base/base64.h"

#include "base/arena.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

const char *base64_text(struct arena *a, const void *bytes, size_t n) {
    assert(n <= INT_MAX / 2);
    char *out = arena_alloc(a, (n + 2) / 3 * 4 + 1);
    EVP_EncodeBlock((unsigned char *)out, bytes, (int)n);
    return out;
}

const char *base64_url_text(struct arena *a, const void *bytes, size_t n) {
    assert(n <= INT_MAX / 2);
    char *out = arena_alloc(a, (n + 2) / 3 * 4 + 1);
    EVP_EncodeBlock((unsigned char *)out, bytes, (int)n);
    for (char *p = out; *p; p++)
        *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
    out[strcspn(out, "=")] = '\0';
    return out;
}

bool base64_bytes(const char *text, size_t len, uint8_t *out, size_t *n) {
    size_t padding = 0;
    while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
        padding++;
    /* EVP_DecodeBlock accepts blanks around the text and "=" inside it. */
    if (len == 0 || len % 4 != 0 || strspn(text, ALPHABET) != len - padding)
        return false;
    int got = EVP_DecodeBlock(out, (const unsigned char *)text, (int)len);
    *n = got < 0 ? 0 : (size_t)got - padding;
    return got >= 0;
}

/*
 * Translates a character of section 5 to section 4. Characters that only section 4 has become a blank, which is
 * invalid.
 */
static char plain_digit(char c) {
    return c == '-' ? '+' : c == '_' ? '/' : c == '+' || c == '/' ? ' ' : c;
}

bool base64_url_bytes(struct arena *a, const char *text, size_t len, const uint8_t **out, size_t *n) {
    size_t padded = (len + 3) / 4 * 4;
    char *plain = arena_alloc(a, padded + 1);
    uint8_t *bytes = arena_alloc(a, base64_room(padded) + 1);
    plain[padded] = '\0';
    for (size_t i = 0; i < padded; i++)
        plain[i] = i < len ? plain_digit(text[i]) : '=';
    if (!base64_bytes(plain, padded, bytes, n))
        return false;
    bytes[*n] = '\0';
    *out = bytes;
    return true;
}

bool base64_valid(const char *text) {
    size_t n = strspn(text, ALPHABET), padding = strspn(text + n, "=");
    if (text[n + padding] || n % 4 == 1)
        return false;
    return padding == 0 || (padding <= 2 && (n + padding) % 4 == 0);
}
