#ifndef MUSTER_PROTOCOL_FILTER_H
#define MUSTER_PROTOCOL_FILTER_H

#include "base/fail.h"
#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>

enum { FILTER_DEPTH = 16, FILTER_COMPARISONS = 100, FILTER_BYTES = 8192 };

enum filter_kind {
    FILTER_AND,
    FILTER_OR,
    FILTER_NOT,
    FILTER_VALUE_PATH, /* attr[inner], optionally followed by .sub op literal */
    FILTER_PR,
    FILTER_EQ,
    FILTER_NE,
    FILTER_CO,
    FILTER_SW,
    FILTER_EW,
    FILTER_GT,
    FILTER_GE,
    FILTER_LT,
    FILTER_LE,
};

/*
 * A filter as a tree (RFC 7644, 3.4.2.2; the grammar is in doc/protocol.md, part F). Types are checked: a literal has
 * its attribute's type and is stored as a key (protocol/value.h).
 */
struct filter {
    enum filter_kind kind;
    const struct filter *left;  /* AND, OR; the only operand of NOT; the inner filter of VALUE_PATH */
    const struct filter *right; /* AND, OR; VALUE_PATH with a tail: a comparison on the same value, else NULL */
    struct attr_ref ref; /* comparisons, PR, VALUE_PATH. Inside brackets: attr = the outer attribute, sub = the part,
                            or sub NULL for `value` of a simple list */
    struct json_object *key; /* comparisons: the literal as key; NULL: the literal null */
    const char *text;        /* string literals as sent (R: userName eq of an id), else NULL */
    bool inside;             /* is inside the brackets of a value path */
};

/*
 * A filter as it was sent. `lenient`: an unquoted literal runs to the next space or closing bracket and is text where
 * the attribute is a string (older Entra jobs, authentik); a filter of one bare word stays an error.
 */
struct filter_source {
    const char *text;
    size_t len;
    bool lenient;
};

/*
 * Parses and checks a filter for a resource type. `other` is another type of a query at the base URL (RFC 7644,
 * 3.4.2.1): attributes that only it has are unassigned, one that no type has meets no comparison; else NULL.
 * Errors: ERR_INVALID_FILTER with the byte (0-based) and what was expected.
 */
enum err filter_parse(struct ctx *ctx, const struct resource_type *rt, const struct resource_type *other,
                      struct filter_source source, const struct filter **out) __attribute__((warn_unused_result));

/* Whether the filter mentions an attribute, or the part of it that `ref` names. */
bool filter_mentions(const struct filter *f, struct attr_ref ref);

/* The result of a comparison or value path whose attribute is absent. */
bool filter_absent(const struct filter *f);

/*
 * Parses the inner filter of a value path (PATCH): `text` starts after "[" ; `used` receives the bytes up to and
 * including the closing "]", found by lexing.
 */
enum err filter_parse_inner(struct ctx *ctx, struct attr_ref outer, struct filter_source source, size_t *used,
                            const struct filter **out) __attribute__((warn_unused_result));

/*
 * Whether one value in normal form, or the part of it that a comparison names, meets a filter: an element of a list the
 * filter inside the brackets of a value path.
 */
bool filter_match(struct arena *a, const struct filter *f, struct json_object *value);

#endif
