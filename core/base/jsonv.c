/* A strict validator of JSON texts (RFC 8259), run before json-c reads them. */

#include "base/jsonv.h"

#include "base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_STEP = 16, SIGNIFICANT_DIGITS = 17, NUMBER_MAX = 400 };

/* A member's name in the text of the names: decoded, in lower ASCII case. */
struct name {
    size_t at, len;
};

struct level {
    bool object;
    size_t count;      /* members or elements */
    size_t first_name; /* of this object, in `names` */
    size_t first_text;
};

struct checker {
    const unsigned char *p, *start, *end;
    struct jsonv_result result;
    struct level levels[JSONV_DEPTH];
    size_t depth;
    struct name *names;
    size_t n_names, names_cap;
    char *text; /* of the names */
    size_t text_len, text_cap;
};

static bool note_fault(struct checker *c, enum jsonv_fault kind, const char *what) {
    if (c->result.fault == JSONV_OK) {
        c->result.fault = kind;
        c->result.at = (size_t)(c->p - c->start);
        c->result.what = what;
    }
    return false;
}

/* ws = *( SP / HTAB / LF / CR ) */
static void skip_white_space(struct checker *c) {
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
        c->p++;
}

/* 4HEXDIG; -1: something else. */
static int read_four_digits(const unsigned char *p, const unsigned char *end) {
    int value = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int c = p[i], lower = c | 0x20;
        if (c >= '0' && c <= '9')
            value = value * 16 + c - '0';
        else if (lower >= 'a' && lower <= 'f')
            value = value * 16 + lower - 'a' + 10;
        else
            return -1;
    }
    return value;
}

static unsigned join_pair(int high, int low) {
    return 0x10000U + (((unsigned)high - 0xd800U) << 10) + ((unsigned)low - 0xdc00U);
}

unsigned jsonv_pair(const char *p, const char *end) {
    if (end - p < 12 || p[1] != 'u')
        return 0;
    int high = read_four_digits((const unsigned char *)p + 2, (const unsigned char *)end);
    if (high < 0xd800 || high > 0xdbff)
        return 0;
    return join_pair(high, read_four_digits((const unsigned char *)p + 8, (const unsigned char *)end));
}

/* The character of the escape whose backslash is at p; sets *n to the length of the escape. */
static bool read_escape(struct checker *c, unsigned *out, size_t *n) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const unsigned char *p = c->p + 1;
    const char *simple = p < c->end && *p ? strchr(from, *p) : NULL;
    *n = 2;
    if (simple) {
        *out = (unsigned char)to[simple - from];
        return true;
    }
    int high = p < c->end && *p == 'u' ? read_four_digits(p + 1, c->end) : -1;
    if (high < 0)
        return note_fault(c, JSONV_SYNTAX, "a backslash starts no escape");
    *n = 6;
    *out = (unsigned)high;
    if (high == 0)
        return note_fault(c, JSONV_NUL, "U+0000 cannot be stored");
    if (high < 0xd800 || high > 0xdfff)
        return true;
    int low = c->end - p >= 7 && p[5] == '\\' && p[6] == 'u' ? read_four_digits(p + 7, c->end) : -1;
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return note_fault(c, JSONV_SYNTAX, "a surrogate is alone");
    *n = 12;
    *out = join_pair(high, low);
    c->result.pairs++;
    return true;
}

static void keep_text(struct checker *c, const char *bytes, size_t n) {
    if (c->text_cap - c->text_len < n) {
        c->text_cap = (c->text_cap + n) * 2;
        c->text = realloc(c->text, c->text_cap);
    }
    for (size_t i = 0; i < n; i++) {
        char b = bytes[i];
        c->text[c->text_len++] = b >= 'A' && b <= 'Z' ? (char)(b | 0x20) : b;
    }
}

/* One character of a string. If `name`, its decoded bytes are added to the names; otherwise they are counted. */
static bool check_character(struct checker *c, bool name) {
    char decoded[4];
    const char *bytes = (const char *)c->p;
    size_t n = 1, took = 1;
    if (*c->p == '\\') {
        unsigned value = 0;
        if (!read_escape(c, &value, &took))
            return false;
        n = utf8_encode(value, decoded);
        bytes = decoded;
    } else if (*c->p < 0x20)
        return *c->p == 0 ? note_fault(c, JSONV_NUL, "U+0000 cannot be stored")
                          : note_fault(c, JSONV_SYNTAX, "a control character must be escaped");
    else if (*c->p >= 0x80) {
        n = took = utf8_length(c->p, c->end);
        if (!n)
            return note_fault(c, JSONV_SYNTAX, "the text is not UTF-8");
    }
    if (name)
        keep_text(c, bytes, n);
    else
        c->result.counts.string_bytes += n;
    c->p += took;
    return true;
}

/* string = DQUOTE *char DQUOTE */
static bool check_json_string(struct checker *c, bool name) {
    c->p++;
    while (c->p < c->end && *c->p != '"')
        if (!check_character(c, name))
            return false;
    if (c->p == c->end)
        return note_fault(c, JSONV_SYNTAX, "a string has no end");
    c->p++;
    if (!name)
        c->result.counts.strings++;
    return true;
}

static size_t digit_run(struct checker *c) {
    const unsigned char *from = c->p;
    while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
        c->p++;
    return (size_t)(c->p - from);
}

/* Significant digits: without leading zeros and without trailing zeros of a fraction. */
static size_t count_significant(const unsigned char *from, const unsigned char *to) {
    size_t n = 0, zeros = 0;
    for (; from < to && *from != 'e' && *from != 'E'; from++) {
        if (*from < '0' || *from > '9')
            continue;
        if (*from == '0')
            zeros += n > 0;
        else {
            n += zeros + 1;
            zeros = 0;
        }
    }
    return n;
}

static bool number_in_range(struct checker *c, const unsigned char *from, bool integer) {
    char copy[NUMBER_MAX + 1];
    size_t len = (size_t)(c->p - from);
    c->p = from;
    if (len > NUMBER_MAX)
        return note_fault(c, JSONV_NUMBER, "a number has too many digits");
    memcpy(copy, from, len);
    copy[len] = '\0';
    errno = 0;
    if (integer)
        (void)strtoll(copy, NULL, 10);
    else if (!isfinite(strtod(copy, NULL)) || count_significant(from, from + len) > SIGNIFICANT_DIGITS)
        errno = ERANGE;
    if (errno == ERANGE)
        return note_fault(c, JSONV_NUMBER, integer ? "an integer is outside 64 bits" : "a decimal is out of range");
    c->p = from + len;
    return true;
}

/* [ "-" ] ( "0" / DIGIT1-9 *DIGIT ) [ "." 1*DIGIT ] [ ( "e" / "E" ) [ "+" / "-" ] 1*DIGIT ] */
static bool check_json_number(struct checker *c) {
    const unsigned char *from = c->p;
    bool integer = true;
    if (*c->p == '-')
        c->p++;
    const unsigned char *first = c->p;
    size_t n = digit_run(c);
    if (n == 0 || (n > 1 && *first == '0'))
        return note_fault(c, JSONV_SYNTAX, "a number is malformed");
    if (c->p < c->end && *c->p == '.') {
        integer = false;
        c->p++;
        if (digit_run(c) == 0)
            return note_fault(c, JSONV_SYNTAX, "a number is malformed");
    }
    if (c->p < c->end && (*c->p | 0x20) == 'e') {
        integer = false;
        c->p++;
        if (c->p < c->end && (*c->p == '+' || *c->p == '-'))
            c->p++;
        if (digit_run(c) == 0)
            return note_fault(c, JSONV_SYNTAX, "a number is malformed");
    }
    return number_in_range(c, from, integer);
}

/* "true" / "false" / "null"; `text` is the word that begins with the first letter. */
static bool check_word(struct checker *c, const char *text) {
    size_t n = strlen(text);
    if ((size_t)(c->end - c->p) < n || memcmp(c->p, text, n) != 0)
        return note_fault(c, JSONV_SYNTAX, "a value was expected");
    c->p += n;
    return true;
}

static bool open_level(struct checker *c, bool object) {
    if (c->depth == JSONV_DEPTH)
        return note_fault(c, JSONV_LIMIT, "the nesting is too deep");
    c->levels[c->depth++] = (struct level){.object = object, .first_name = c->n_names, .first_text = c->text_len};
    if (object)
        c->result.counts.objects++;
    else
        c->result.counts.arrays++;
    c->p++;
    return true;
}

static struct checker *sorting; /* qsort has no argument of its own; processes are single-threaded */

static int compare_member_names(const void *a, const void *b) {
    const struct name *x = a, *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = n ? memcmp(sorting->text + x->at, sorting->text + y->at, n) : 0; /* all empty: no text */
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* An object ended: sorting its names shows duplicates. */
static bool close_object(struct checker *c) {
    struct level *l = &c->levels[c->depth - 1];
    size_t n = c->n_names - l->first_name;
    struct name *names = n ? c->names + l->first_name : NULL;
    sorting = c;
    if (n > 1)
        qsort(names, n, sizeof *names, compare_member_names);
    for (size_t i = 1; i < n; i++)
        if (compare_member_names(&names[i - 1], &names[i]) == 0)
            return note_fault(c, JSONV_DUPLICATE,
                              "a name occurs twice in one object (upper and lower case are the same)");
    c->n_names = l->first_name;
    c->text_len = l->first_text;
    return true;
}

/* `"name" :` of a member. */
static bool member_name(struct checker *c) {
    if (c->p == c->end || *c->p != '"')
        return note_fault(c, JSONV_SYNTAX, "a member's name was expected");
    if (c->n_names == c->names_cap) {
        c->names_cap = c->names_cap ? c->names_cap * 2 : NAME_STEP;
        c->names = realloc(c->names, c->names_cap * sizeof *c->names);
    }
    size_t at = c->text_len;
    if (!check_json_string(c, true))
        return false;
    c->names[c->n_names++] = (struct name){.at = at, .len = c->text_len - at};
    skip_white_space(c);
    if (c->p == c->end || *c->p != ':')
        return note_fault(c, JSONV_SYNTAX, "a colon was expected");
    c->p++;
    skip_white_space(c);
    return true;
}

static bool count_item(struct checker *c) {
    struct level *l = &c->levels[c->depth - 1];
    if (++l->count > (l->object ? (size_t)JSONV_MEMBERS : (size_t)JSONV_ELEMENTS))
        return note_fault(c, JSONV_LIMIT,
                          l->object ? "an object has too many members" : "an array has too many elements");
    if (l->object)
        c->result.counts.members++;
    else
        c->result.counts.elements++;
    return !l->object || member_name(c);
}

/* A simple value, or the opening of a container (*opened). */
static bool check_json_value(struct checker *c, bool *opened) {
    *opened = false;
    if (c->p == c->end)
        return note_fault(c, JSONV_SYNTAX, "a value was expected");
    switch (*c->p) {
    case '{':
    case '[':
        *opened = true;
        return open_level(c, *c->p == '{');
    case '"':
        return check_json_string(c, false);
    case 't':
        return check_word(c, "true");
    case 'f':
        return check_word(c, "false");
    case 'n':
        return check_word(c, "null");
    default:
        if (*c->p == '-' || (*c->p >= '0' && *c->p <= '9'))
            return check_json_number(c);
        return note_fault(c, JSONV_SYNTAX, "a value was expected");
    }
}

static bool is_closing(const struct checker *c) {
    return c->p < c->end && *c->p == (c->levels[c->depth - 1].object ? '}' : ']');
}

/* After a value: closes the containers that end here, up to the next item; true with depth 0 at the end. */
static bool after_value(struct checker *c) {
    for (; c->depth; c->depth--) {
        skip_white_space(c);
        if (!is_closing(c))
            break;
        if (c->levels[c->depth - 1].object && !close_object(c))
            return false;
        c->p++;
    }
    if (c->depth == 0)
        return true;
    if (c->p == c->end || *c->p != ',')
        return note_fault(c, JSONV_SYNTAX, "a comma or a closing bracket is missing");
    c->p++;
    skip_white_space(c);
    return count_item(c);
}

/*
 * Moves to the next value: the first one in a container that was just opened and is not empty, or the one after this.
 */
static bool next_item(struct checker *c, bool opened) {
    if (opened)
        skip_white_space(c);
    return opened && !is_closing(c) ? count_item(c) : after_value(c);
}

/* ws value ws; open containers are kept in c->levels, so nothing recurses. */
static bool check_document(struct checker *c) {
    skip_white_space(c);
    do {
        bool opened;
        if (!check_json_value(c, &opened) || !next_item(c, opened))
            return false;
    } while (c->depth);
    skip_white_space(c);
    return c->p == c->end || note_fault(c, JSONV_SYNTAX, "something follows the end");
}

struct jsonv_result jsonv_check(const char *text, size_t len) {
    const unsigned char *p = (const unsigned char *)text;
    struct checker c = {.p = p, .start = p, .end = p + len};
    check_document(&c);
    sorting = NULL;
    free(c.names);
    free(c.text);
    return c.result;
}
