#ifndef MUSTER_DIRECTORY_GROUP_READ_H
#define MUSTER_DIRECTORY_GROUP_READ_H

#include "directory/answer.h"
#include "directory/session.h"

/* As in user_read.h, for groups. */
void group_queue_answer(struct session *s, struct session_write *w, const char *id, const struct projection *p);
enum err group_answer(struct session *s, struct session_write *w, const char *id, const struct projection *p,
                      struct answer *out) __attribute__((warn_unused_result));

#endif
