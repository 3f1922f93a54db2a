#ifndef MUSTER_DIRECTORY_READ_H
#define MUSTER_DIRECTORY_READ_H

#include "directory/answer.h"
#include "directory/session.h"

/* The differences between reading users and reading groups. */
struct read_kind {
    bool users;
    const char *computed; /* the attribute that is computed when reading: groups of a user, members of a group */
};

extern const struct read_kind read_users, read_groups;

/* Reads one resource by id, with authentication, in one round trip. ERR_NOT_FOUND. */
enum err read_one(struct session *s, const struct read_kind *kind, const char *id, const struct projection *p,
                  struct answer *out) __attribute__((warn_unused_result));

/* Queues the statement that reads a write's answer, as the last of its transaction. */
void read_queue_answer(struct session *s, const struct read_kind *kind, struct session_write *w, const char *id,
                       const struct projection *p);

/* The answer of a committed write; read again if it was lost with the connection. */
enum err read_answer(struct session *s, const struct read_kind *kind, struct session_write *w, const char *id,
                     const struct projection *p, struct answer *out) __attribute__((warn_unused_result));

#endif
