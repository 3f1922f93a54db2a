#ifndef MUSTER_DIRECTORY_TENANT_H
#define MUSTER_DIRECTORY_TENANT_H

#include "directory/session.h"

/*
 * Sets s->tenant from the row of admit, authenticate or enter; its texts live as long as the row or the arena.
 * ERR_INVALID_TOKEN, ERR_NOT_FOUND (the URL names another connection, or there is none to enter), ERR_FORBIDDEN (the
 * client's address).
 */
enum err tenant_take(struct session *s, struct db_rows row) __attribute__((warn_unused_result));

#endif
