#ifndef MUSTER_BASE_BASE64_H
#define MUSTER_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Base64 (RFC 4648): section 4 with padding, and section 5 (the alphabet for URLs) without. Texts are in the arena. */

const char *base64_text(struct arena *a, const void *bytes, size_t n);
const char *base64_url_text(struct arena *a, const void *bytes, size_t n);

/*
 * Decodes `len` characters of section 4, padding included. `out` needs base64_room(len) bytes. false: not base64, or
 * empty.
 */
bool base64_bytes(const char *text, size_t len, uint8_t *out, size_t *n) __attribute__((warn_unused_result));

/* The same for section 5; the bytes are in the arena and a NUL follows them. */
bool base64_url_bytes(struct arena *a, const char *text, size_t len, const uint8_t **out, size_t *n)
    __attribute__((warn_unused_result));

/* Whether a text is base64 of section 4. It may be empty, and the padding may be missing. */
bool base64_valid(const char *text);

/* Bytes that decoding `len` characters may need, including those for padding. */
static inline size_t base64_room(size_t len) {
    return (len + 3) / 4 * 3;
}

#endif
