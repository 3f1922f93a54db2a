/* Checks whether a path that no schema knows is well-formed. */

#include "protocol/patch_internal.h"

#include "base/fold.h"

#include <string.h>

/* ATTRNAME of RFC 7643, 2.1; "$ref" too. */
static bool is_attribute_name(const char *s, size_t len) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", others[] = "0123456789-_";
    size_t start = len > 1 && s[0] == '$';
    if (len == start || !strchr(letters, s[start]))
        return false;
    for (size_t i = start + 1; i < len; i++)
        if (!strchr(letters, s[i]) && !strchr(others, s[i]))
            return false;
    return true;
}

/* NAME or NAME.NAME */
static bool is_plain_path(const char *s, size_t len) {
    const char *dot = len ? memchr(s, '.', len) : NULL;
    if (!dot)
        return is_attribute_name(s, len);
    return is_attribute_name(s, (size_t)(dot - s)) && is_attribute_name(dot + 1, (size_t)(s + len - dot) - 1);
}

/* The rest of the path after the URN of a schema of the type, or the whole path. */
static const char *behind_urn(const struct resource_type *rt, const char *text) {
    const char *rest = text;
    size_t longest = 0;
    for (size_t i = 0; i <= rt->n_extensions; i++) {
        const char *urn = i == rt->n_extensions ? rt->base->urn : rt->extensions[i]->urn;
        size_t n = strlen(urn);
        if (n > longest && strlen(text) > n && text[n] == ':' && fold_ascii_equal(text, n, urn, n)) {
            longest = n;
            rest = text + n + 1;
        }
    }
    return rest;
}

bool patch_path_unknown(const struct resource_type *rt, const char *text) {
    while (*text == ' ')
        text++;
    const char *rest = behind_urn(rt, text);
    size_t len = strlen(rest);
    while (len && rest[len - 1] == ' ')
        len--;
    const char *open = len ? memchr(rest, '[', len) : NULL;
    if (!open)
        return is_plain_path(rest, len);
    const char *close = rest + len;
    while (close > open && *close != ']')
        close--;
    const char *tail = close + 1, *end = rest + len;
    bool part = close > open + 1 && tail < end && *tail == '.' && is_attribute_name(tail + 1, (size_t)(end - tail) - 1);
    bool closed = close > open + 1 && (tail == end || part);
    struct attr_ref ref;
    /* If the list is known, only the part after the bracket can be unknown. */
    if (schema_lookup(rt, text, (size_t)(open - text), &ref))
        return part && ref.attr && ref.attr->multi && !ref.sub &&
               !schema_sub(ref.attr, tail + 1, (size_t)(end - tail) - 1);
    return closed && is_plain_path(rest, (size_t)(open - rest));
}
