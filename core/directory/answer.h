#ifndef MUSTER_DIRECTORY_ANSWER_H
#define MUSTER_DIRECTORY_ANSWER_H

#include "base/buf.h"
#include "db/db.h"
#include "directory/session.h"
#include "protocol/projection.h"
#include "protocol/schema.h"

#include <stdbool.h>
#include <stdint.h>

/* LIST_BYTES stands in the statements of lists too, so that no more is fetched. */
enum { ANSWER_MAX = 256 * 1024 * 1024, LIST_BYTES = 8 * 1024 * 1024 };

/* What an operation gives back: one resource or one list as JSON text, in the arena. */
struct answer {
    const char *id;  /* NULL for a list */
    int64_t version; /* 0 for a list */
    const char *json;
    size_t len;
};

/* What the client demands of the version (RFC 7644, 3.14); NULL: nothing. Compared weakly. */
struct precondition {
    const char *if_match;
    const char *if_none_match;
};

/* A PUT or PATCH of one resource, as it came. */
struct change_request {
    const char *id;
    struct json_object *body; /* parsed */
    struct precondition when;
    const struct projection *p; /* of the answer; NULL: the default set of attributes */
    const struct parts *lost;   /* of a user: what failed before and is not in the body (Bulk, the query); NULL: none */
    bool body_asked;            /* of a group: the answer has it, however large it is */
};

/* ERR_PRECONDITION unless a resource of this version may be changed. */
enum err answer_precondition(struct session *s, struct precondition p, int64_t version)
    __attribute__((warn_unused_result));

/* Whether a list of entity tags (or "*") has this version. */
bool answer_tag_matches(const char *header, int64_t version);

/*
 * Writes the resource in a row of a users or groups statement: the stored text with `groups` or `members`, `meta` and
 * the computed parts of `manager` spliced in; parsed only when a projection or a manager asks for it.
 */
enum err answer_resource(struct session *s, const struct resource_type *rt, struct db_rows rows, size_t row,
                         const struct projection *p, struct buf *out) __attribute__((warn_unused_result));

/* answer_resource() as an answer of one resource; ERR_NOT_FOUND without a row. */
enum err answer_one(struct session *s, const struct resource_type *rt, struct db_rows rows, const struct projection *p,
                    struct answer *out) __attribute__((warn_unused_result));

/* A page of a list: the rows it has, and what is said about it. */
struct list_page {
    struct {
        const struct resource_type *rt;
        const struct projection *projection;
    } types[2]; /* two: the column `type` tells which */
    size_t n_types;
    size_t n;                    /* rows; more may be there */
    struct answer *items;        /* of answer_fill(): text and length of each row's resource */
    bool reversed;               /* they are there from last to first */
    bool by_cursor;              /* else by index */
    int64_t start_index;         /* by index */
    const char *next, *previous; /* by cursor; NULL: none */
};

/*
 * Writes the resources of the page's rows, in the order of the rows, until it has LIST_BYTES: then `n` becomes what it
 * has, at least one (RFC 7644, 3.4.2.4).
 */
enum err answer_fill(struct session *s, struct db_rows rows, struct list_page *page)
    __attribute__((warn_unused_result));

/* A ListResponse (RFC 7644, 3.4.2; RFC 9865, 2) of the rows of a list statement, behind answer_fill(). */
enum err answer_list(struct session *s, struct db_rows rows, const struct list_page *page, struct answer *out)
    __attribute__((warn_unused_result));

/* A resource in normal form as it is stored: schemas, id, then the rest. */
const char *answer_stored(struct session *s, const char *id, struct json_object *resource);

/* The stored text back in normal form. */
enum err answer_restore(struct session *s, const char *stored, struct json_object **out)
    __attribute__((warn_unused_result));

#endif
