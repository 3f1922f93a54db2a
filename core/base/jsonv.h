#ifndef MUSTER_BASE_JSONV_H
#define MUSTER_BASE_JSONV_H

#include <stdbool.h>
#include <stddef.h>

/* Limits of the JSON that we accept. */
enum {
    JSONV_DEPTH = 32,       /* nested containers */
    JSONV_MEMBERS = 1024,   /* members of one object */
    JSONV_ELEMENTS = 20000, /* elements of one array */
};

/* The validator's counts. The tree built from the same bytes must have the same. */
struct jsonv_counts {
    size_t objects, arrays, members, elements, strings, string_bytes; /* string_bytes: decoded values, not names */
};

enum jsonv_fault {
    JSONV_OK,
    JSONV_SYNTAX,    /* RFC 8259 broken, or bad UTF-8, or a lone surrogate */
    JSONV_DUPLICATE, /* the same name twice in one object, ignoring ASCII case */
    JSONV_NUL,       /* U+0000 in a string or name */
    JSONV_NUMBER,    /* an integer outside 64 bits, a decimal outside a double or with more than 17 digits */
    JSONV_LIMIT,     /* deeper or longer than the limits above */
};

struct jsonv_result {
    enum jsonv_fault fault;
    size_t at;        /* byte of the fault, 0-based */
    const char *what; /* static text, "a comma or a closing bracket is missing" */
    struct jsonv_counts counts;
    size_t pairs; /* escaped surrogate pairs, in names too */
};

/*
 * The character of the escaped surrogate pair that begins at the backslash `p` of a text that jsonv_check took; 0: none
 * begins there.
 */
unsigned jsonv_pair(const char *p, const char *end);

/*
 * Checks one JSON text (any value at the top, white space around it) strictly by RFC 8259. It takes one pass without
 * recursion. Only the names of open objects, kept to find duplicates, need memory that grows with the input. A byte
 * order mark is a fault.
 */
struct jsonv_result jsonv_check(const char *text, size_t len);

#endif
