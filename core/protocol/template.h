#ifndef MUSTER_PROTOCOL_TEMPLATE_H
#define MUSTER_PROTOCOL_TEMPLATE_H

#include "base/fail.h"

#include <json-c/json.h>
#include <stddef.h>

enum {
    TEMPLATE_BYTES = 4096,          /* length of a template's text */
    TEMPLATE_FILTERS = 16,          /* filters in one chain */
    TEMPLATE_RESULT = 16 * 1024,    /* bytes of a value, of each filter's result and of the whole */
    TEMPLATE_ELEMENTS = 1000,       /* elements of a list, in and out */
    TEMPLATE_WORK = 16 * 16 * 1024, /* bytes and elements that all filters of one evaluation may produce together */
};

/*
 * A text with parts to fill in: the part of Liquid that attribute mappings support. It works as in Ruby's Liquid 5.4:
 *   text       { literal | "{{" [ "-" ] operand { "|" filter } [ "-" ] "}}" }; "-" takes the white space beside it away
 *   operand    value, "text", 'text' (no escapes), a number, true, false, nil (null, empty and blank as in Liquid)
 *   filter     name [ ":" operand { "," operand } ]
 *   names      downcase upcase strip split first last replace prepend append default
 * As Ruby has it: strip and split: " " know ASCII white space only; case is that of Unicode without regard to
 * neighbours (a final sigma becomes U+03C3) and to language; trailing empty parts of split fall away; replace takes one
 * or two arguments, an empty first one matches between all characters, \0 \& \` \' \\ in the second stand for the match
 * and what is around it; default without argument gives ""; first and last of anything but a list give nil. Not as Ruby
 * has it: a list where a text is needed is joined without separator (Liquid shows it so, but its filters see Ruby's
 * notation ["a", "b"]); "}}" inside quotes does not end the braces; what Liquid's lax mode passes over is an error;
 * tags ({% %}), default's allow_false and everything else of Liquid are errors too.
 */
struct template;

/*
 * Reads a template into the arena; does not keep pointers into `text`. ERR_INVALID_VALUE, "template, byte N: ..."
 * (1-based), says what would be right: text over TEMPLATE_BYTES or not UTF-8, braces or a quote without end, an unknown
 * name or filter, arguments missing or too many, more than TEMPLATE_FILTERS in a chain.
 */
enum err template_parse(struct ctx *ctx, const char *text, size_t len, struct template **out)
    __attribute__((warn_unused_result));

/*
 * The result of a template for a value (a JSON scalar, an array of scalars, or NULL): a string; an array of strings if
 * the template is one {{ }} alone and that gives a list; NULL if it is one {{ }} alone and that gives nil, and if the
 * value, a filter's result or the whole exceeds a limit above. The arena owns it. Linear; never fails. `*left`: how
 * many bytes and elements the filters of several evaluations may read and produce together; with 0 the result is NULL.
 */
struct json_object *template_eval(struct arena *a, const struct template *t, struct json_object *value, size_t *left);

/*
 * The text of a value as a template shows it: nil is "", a list is joined without separator, a decimal is written as
 * Ruby does ("1.0", "1.0e-05"). Borrowed from a string, else in the arena; *len in bytes. A list gives up to
 * TEMPLATE_RESULT bytes.
 */
const char *template_text(struct arena *a, struct json_object *value, size_t *len);

#endif
