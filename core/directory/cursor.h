#ifndef MUSTER_DIRECTORY_CURSOR_H
#define MUSTER_DIRECTORY_CURSOR_H

#include "directory/session.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A place in a sorted list (RFC 9865): in front of or behind one resource, by its sort key and its id, so that what
 * comes and goes between two pages neither repeats nor loses another. Nothing is kept for it: the text has all, signed
 * with a key of the connection over what the list is (its type, filter and order).
 */
struct cursor {
    bool backward; /* the page in front of the resource, else behind it */
    int64_t count; /* of the first page */
    int64_t at_s;  /* when it was given out, seconds of the Unix epoch */
    const char *id;
    const char *key; /* as text; NULL: the resource has no value, or the list has no sort key */
};

/* The text that the client gets: A-Z a-z 0-9 - _ and one full stop. `list` says what the list is. */
const char *cursor_write(struct session *s, const struct cursor *c, const char *list);

/* Reads a text from a client, without trusting it. ERR_INVALID_CURSOR. */
enum err cursor_read(struct session *s, const char *text, struct cursor *out) __attribute__((warn_unused_result));

/*
 * Whether it is one of ours for this connection and list, once the connection is known: ERR_INVALID_CURSOR, the same
 * for whatever is wrong; ERR_EXPIRED_CURSOR after MUSTER_CURSOR_SECONDS.
 */
enum err cursor_verify(struct session *s, const char *text, const struct cursor *c, const char *list)
    __attribute__((warn_unused_result));

#endif
