#ifndef MUSTER_DIRECTORY_EMAIL_H
#define MUSTER_DIRECTORY_EMAIL_H

#include "base/arena.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* An address has one @, something before it, a domain after it, and no spaces. */
bool email_valid(const char *s, size_t len);

/* Whether a text is an address that can identify a user: as it is compared, it has at most VALUE_KEY_MAX bytes. */
bool email_usable(struct arena *a, const char *s);

/*
 * A user's canonical email: the first of emails[type eq "work"], emails[primary eq true], the first email, userName if
 * it is an address. Borrowed from the resource (normal form); NULL: none. `from_user_name`: it is the userName.
 */
const char *email_canonical(struct json_object *resource, bool *from_user_name);

/* The part after the @. */
const char *email_domain(const char *email);

#endif
