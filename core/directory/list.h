#ifndef MUSTER_DIRECTORY_LIST_H
#define MUSTER_DIRECTORY_LIST_H

#include "directory/answer.h"

enum { LIST_COUNT = 100, LIST_MAX = 1000 };

/* A list as the client asks for it, from the query string or a SearchRequest. */
struct list_query {
    const char *filter;     /* NULL: none */
    const char *attributes; /* comma-separated, NULL: not given */
    const char *excluded;
    int64_t start_index; /* 1-based, at least 1 */
    int64_t count;       /* 0 to LIST_MAX */
};

/*
 * Runs a list over `q` (user_list or group_list), authentication included: one round trip. The filter's dialect is the
 * connection's, which is known only with the answer: a filter that only the lenient dialect understands is sent as such
 * and refused afterwards if the connection is strict. ERR_INVALID_FILTER, ERR_INVALID_VALUE.
 */
enum err list_run(struct session *s, const struct resource_type *rt, enum sql q, const char *computed,
                  const struct list_query *query, struct answer *out) __attribute__((warn_unused_result));

#endif
