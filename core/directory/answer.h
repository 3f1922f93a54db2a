#ifndef MUSTER_DIRECTORY_ANSWER_H
#define MUSTER_DIRECTORY_ANSWER_H

#include "base/buf.h"
#include "db/db.h"
#include "directory/session.h"
#include "protocol/projection.h"
#include "protocol/schema.h"

#include <stdbool.h>
#include <stdint.h>

/* The statements of lists also have LIST_BYTES, so that no more is fetched. */
enum { ANSWER_MAX = 256 * 1024 * 1024, LIST_BYTES = 8 * 1024 * 1024 };

/* The result of an operation: one resource or one list as JSON text, in the arena. */
struct answer {
    const char *id;  /* NULL for a list */
    int64_t version; /* 0 for a list */
    const char *json;
    size_t len;
};

/* The version conditions of the client (RFC 7644, 3.14); NULL: none. Compared weakly. */
struct precondition {
    const char *if_match;
    const char *if_none_match;
};

/* A PUT or PATCH of one resource, as received. */
struct change_request {
    const char *id;
    struct json_object *body;       /* parsed */
    struct json_object *unresolved; /* as of struct dialect */
    struct precondition when;
    const struct projection *p; /* for the answer; NULL: the default set of attributes */
    const struct parts
        *lost;       /* for a user: failed parts that are not in the body (from Bulk or the query); NULL: none */
    bool body_asked; /* for a group: the answer has the group, however large it is */
};

/* ERR_PRECONDITION if the conditions do not allow to change a resource of this version. */
enum err answer_precondition(struct session *s, struct precondition p, int64_t version)
    __attribute__((warn_unused_result));

/* Whether a list of entity tags (or "*") contains this version. */
bool answer_tag_matches(const char *header, int64_t version);

/* The first row of a users or groups statement as the answer of one resource; ERR_NOT_FOUND without a row. */
enum err answer_one(struct session *s, const struct resource_type *rt, struct db_rows rows, const struct projection *p,
                    struct answer *out) __attribute__((warn_unused_result));

/* A page of a list: its rows and its data. */
struct list_page {
    struct {
        const struct resource_type *rt;
        const struct projection *projection;
    } types[2]; /* if there are two, the column `type` says which */
    size_t n_types;
    size_t n;                    /* rows of the page; the result may have more */
    struct answer *items;        /* set by answer_fill(): text and length of each row's resource */
    bool reversed;               /* the rows are in reverse order */
    int64_t total;               /* totalResults */
    bool by_cursor;              /* else by index */
    int64_t start_index;         /* by index */
    const char *next, *previous; /* by cursor; NULL: none */
};

/*
 * Writes the resources of the page's rows, in their order, up to LIST_BYTES; `n` becomes their number, at least one
 * (RFC 7644, 3.4.2.4).
 */
enum err answer_fill(struct session *s, struct db_rows rows, struct list_page *page)
    __attribute__((warn_unused_result));

/* A ListResponse (RFC 7644, 3.4.2; RFC 9865, 2) of the rows of a list statement, after answer_fill(). */
enum err answer_list(struct session *s, const struct list_page *page, struct answer *out)
    __attribute__((warn_unused_result));

/* The stored text of a resource in normal form: schemas, id, then the rest. */
const char *answer_stored(struct session *s, const char *id, struct json_object *resource);

/* Reads the stored text back into normal form. */
enum err answer_restore(struct session *s, const char *stored, struct json_object **out)
    __attribute__((warn_unused_result));

#endif
