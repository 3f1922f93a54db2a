#ifndef MUSTER_DIRECTORY_LIST_H
#define MUSTER_DIRECTORY_LIST_H

#include "directory/answer.h"

enum { LIST_COUNT = 100, LIST_LARGE = 200, LIST_MAX = 1000, LIST_SCAN_SECONDS = 2 };

/* The differences between lists of users, of groups, and of both (the base URL). */
struct list_kind {
    bool users, groups;
};

extern const struct list_kind list_users, list_groups, list_all;

/* A client's request for a list, from the query string or a SearchRequest (RFC 7644, 3.4.2 and 3.4.3). */
struct list_query {
    const char *filter;     /* NULL: none */
    const char *attributes; /* comma-separated, NULL: not given */
    const char *excluded;
    const char *sort_by;    /* NULL: the order of creation */
    const char *sort_order; /* NULL: ascending */
    int64_t start_index;    /* 1-based, at least 1 */
    int64_t count;          /* 0 to LIST_MAX */
    const char
        *cursor;       /* NULL: pages by index; "": the first page by cursor; else a cursor from an answer (RFC 9865) */
    bool in_url;       /* the filter is in a URL, so it must not name sensitive attributes */
    bool lenient_only; /* the strict dialect refuses the request itself: ERR_INVALID_SYNTAX */
};

/*
 * Runs a list, with authentication, in one round trip. A cursor, and input that only lenient accepts, is first used as
 * if it were valid, and refused when the connection is known. ERR_INVALID_FILTER, ERR_INVALID_VALUE, ERR_SENSITIVE,
 * ERR_RATE_LIMITED (session_heavy(): no index helps, or more than LIST_LARGE are requested), ERR_TOO_MANY (it took
 * longer than LIST_SCAN_SECONDS to read the directory), ERR_INVALID_CURSOR, ERR_EXPIRED_CURSOR, ERR_INVALID_COUNT (it
 * differs from the count of the cursor's first page).
 */
enum err list_run(struct session *s, const struct list_kind *kind, const struct list_query *query, struct answer *out)
    __attribute__((warn_unused_result));

#endif
