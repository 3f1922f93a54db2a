#ifndef MUSTER_DIRECTORY_USER_PAGE_H
#define MUSTER_DIRECTORY_USER_PAGE_H

#include "directory/session.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Several new users, created together with one statement for each table, inside a session_write() that has accepted the
 * request. It is only for users of whom nothing is known: what becomes of any other is for user_create() to decide.
 * What is written and told is the same, in the same order.
 */
struct user_page;

enum { USER_PAGE = 100 };

/* An empty page, in the arena. */
struct user_page *user_page_new(struct session *s);

/*
 * Adds the user of a POST, with the id that it gets. False: user_create() has to do it, or the page is full. `id` and
 * `body` are borrowed until the page is written.
 */
bool user_page_add(struct user_page *p, const char *id, struct json_object *body);

/*
 * Creates the users from the first on, as many as may be created so: *done. An error, also that of a duplicate, means
 * that nothing was done.
 */
enum err user_page_write(struct user_page *p, size_t *done) __attribute__((warn_unused_result));

#endif
