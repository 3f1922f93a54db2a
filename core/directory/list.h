#ifndef MUSTER_DIRECTORY_LIST_H
#define MUSTER_DIRECTORY_LIST_H

#include "directory/answer.h"

enum { LIST_COUNT = 100, LIST_LARGE = 200, LIST_MAX = 1000, LIST_SCAN_SECONDS = 2 };

/* What lists of users, of groups, and of both (the base URL) differ in. */
struct list_kind {
    bool users, groups;
};

extern const struct list_kind list_users, list_groups, list_all;

/* A list as the client asks for it, from the query string or a SearchRequest (RFC 7644, 3.4.2 and 3.4.3). */
struct list_query {
    const char *filter;     /* NULL: none */
    const char *attributes; /* comma-separated, NULL: not given */
    const char *excluded;
    const char *sort_by;    /* NULL: in the order of creation */
    const char *sort_order; /* NULL: ascending */
    int64_t start_index;    /* 1-based, at least 1 */
    int64_t count;          /* 0 to LIST_MAX */
    const char *cursor;     /* NULL: by index; "": the first page by cursor; else one that an answer gave (RFC 9865) */
    bool in_url;            /* the filter stands in a URL: not for sensitive attributes */
    bool lenient_only;      /* the request itself is one that the strict dialect refuses: ERR_INVALID_SYNTAX */
};

/*
 * Runs a list, authentication included: one round trip. What only the lenient dialect understands, and a cursor, is
 * sent as if it were good and refused afterwards, when the connection is known. ERR_INVALID_FILTER, ERR_INVALID_VALUE,
 * ERR_SENSITIVE, ERR_RATE_LIMITED (session_heavy(): no index helps, or more than LIST_LARGE are asked for),
 * ERR_TOO_MANY (it took longer than LIST_SCAN_SECONDS to read the directory), ERR_INVALID_CURSOR, ERR_EXPIRED_CURSOR,
 * ERR_INVALID_COUNT (not that of the cursor's first page).
 */
enum err list_run(struct session *s, const struct list_kind *kind, const struct list_query *query, struct answer *out)
    __attribute__((warn_unused_result));

#endif
