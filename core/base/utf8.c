/* UTF-8 (RFC 3629), byte by byte. */

#include "base/utf8.h"

#include "base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

size_t utf8_length(const unsigned char *p, const unsigned char *end) {
    static const struct {
        unsigned char low, high, second_low, second_high;
        size_t len;
    } forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (*p < forms[i].low || *p > forms[i].high)
            continue;
        if ((size_t)(end - p) < forms[i].len || p[1] < forms[i].second_low || p[1] > forms[i].second_high)
            return 0;
        for (size_t k = 2; k < forms[i].len; k++)
            if (p[k] < 0x80 || p[k] > 0xbf)
                return 0;
        return forms[i].len;
    }
    return 0;
}

size_t utf8_encode(unsigned c, char out[4]) {
    assert(c <= 0x10ffff);
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[n] | c);
    return n;
}

size_t utf8_cut(const char *text, size_t most) {
    size_t n = strnlen(text, most + 1);
    if (n > most)
        for (n = most; n && ((unsigned char)text[n] & 0xc0) == 0x80;)
            n--;
    return n;
}

const char *utf8_shorten(struct arena *a, const char *text, size_t most) {
    assert(most >= 3);
    static const char more[] = "...";
    if (strnlen(text, most + 1) <= most)
        return text;
    return arena_printf(a, "%.*s%s", (int)utf8_cut(text, most - strlen(more)), text, more);
}

const char *utf8_clean(struct arena *a, const char *bytes, size_t len) {
    char *out = arena_strndup(a, bytes, len);
    const unsigned char *end = (const unsigned char *)out + len;
    for (size_t i = 0, n; i < len; i += n) {
        const unsigned char *p = (const unsigned char *)out + i;
        bool plain = *p == '\t' || *p == '\n' || *p == '\r' || (*p >= ' ' && *p < 0x80);
        n = plain ? 1 : utf8_length(p, end);
        if (n == 0) {
            out[i] = '?';
            n = 1;
        }
    }
    return out;
}
