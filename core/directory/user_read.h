#ifndef MUSTER_DIRECTORY_USER_READ_H
#define MUSTER_DIRECTORY_USER_READ_H

#include "directory/answer.h"
#include "directory/session.h"

/* Queues the statement that reads a write's answer, as the last of its transaction. */
void user_queue_answer(struct session *s, struct session_write *w, const char *id, const struct projection *p);

/* The answer of a write that was committed; read anew if it was lost with the connection. */
enum err user_answer(struct session *s, struct session_write *w, const char *id, const struct projection *p,
                     struct answer *out) __attribute__((warn_unused_result));

#endif
