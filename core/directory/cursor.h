#ifndef MUSTER_DIRECTORY_CURSOR_H
#define MUSTER_DIRECTORY_CURSOR_H

#include "directory/session.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A place in a sorted list (RFC 9865): before or after one resource, by its sort key and id, so that created and
 * deleted resources do not repeat or lose others between two pages. The server stores nothing: the text has everything,
 * with a signature by a key of the connection that covers the list's type, filter and order.
 */
struct cursor {
    bool backward; /* the page before the resource, else after it */
    int64_t count; /* count of the first page */
    int64_t at_s;  /* when it was issued, in seconds of the Unix epoch */
    const char *id;
    const char *key; /* as text; NULL: the resource has no value, or the list has no sort key */
};

/* The text for the client: A-Z a-z 0-9 - _ and one full stop. `list` identifies the list. */
const char *cursor_write(struct session *s, const struct cursor *c, const char *list);

/* Reads a text from a client without verifying it. ERR_INVALID_CURSOR. */
enum err cursor_read(struct session *s, const char *text, struct cursor *out) __attribute__((warn_unused_result));

/*
 * When the connection is known, verifies that the cursor was issued for it and for this list: ERR_INVALID_CURSOR for
 * any fault; ERR_EXPIRED_CURSOR after MUSTER_CURSOR_SECONDS.
 */
enum err cursor_verify(struct session *s, const char *text, const struct cursor *c, const char *list)
    __attribute__((warn_unused_result));

#endif
