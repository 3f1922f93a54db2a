#ifndef MUSTER_DIRECTORY_USER_FACTS_H
#define MUSTER_DIRECTORY_USER_FACTS_H

#include "directory/session.h"

#include <json-c/json.h>
#include <stdbool.h>

/* The columns of scim_user and the member's fields, derived from a user's resource. */
struct user_facts {
    struct json_object *resource; /* normal form, with `active` as stored */
    bool active;
    const char *user_name;
    const char *user_name_key;
    const char *external_id;        /* in the form for comparison, NULL: none */
    const char *external_id_unique; /* NULL if it does not identify */
    const char *email;              /* canonical, as sent; NULL: none */
    const char *email_folded;       /* ... in the form for comparison */
    const char *email_key;          /* the same if it identifies (linking is not never), else NULL */
    bool email_from_user_name;
    const char *display_name;
    const char *manager_id; /* NULL: missing, or no valid id */
    const char *first_name;
    const char *last_name;
    const char *stored;     /* text of the column resource */
    const char *folded;     /* text of the column folded */
    const char *email_keys; /* JSON array: every email value in the form that filters compare */
    const char *unique;     /* unique_values() */
    const char *former;     /* the folded userName after the digits of a tombstone; NULL: no tombstone */
};

/*
 * A user's email: the result of the organization's attribute mapping, if that is an address, or else the canonical
 * email; NULL: none. `from_user_name`: it is the userName.
 */
const char *user_email(struct session *s, struct json_object *resource, bool *from_user_name);

/* Whether a user is active, for the identity provider and for the organization's mapping of `active`. */
bool user_active(struct session *s, struct json_object *resource);

/*
 * The stored resource of a row of user_for_update. `damaged`: it cannot be read, and the result is what the columns
 * know, with which such a user can leave, but not stay.
 */
struct json_object *user_restore(struct session *s, struct db_rows row, bool *damaged);

/* Absent means active; lenient stores it, because Okta and Entra compare the answer. */
void user_default_active(struct session *s, struct json_object *resource);

/* Derives the facts of a resource in normal form; the stored text contains `id`. */
void user_facts(struct session *s, const char *id, struct json_object *resource, struct user_facts *out);

/* Whether a text looks like a tombstone. */
bool user_begins_as_tombstone(const char *user_name);

/*
 * Entra renames a user that it deletes to 32 hex digits and the old userName. Returns the old name; NULL if it is not
 * `former` (folded). Borrowed from `user_name`.
 */
const char *user_tombstone(struct session *s, const char *user_name, const char *former);

/*
 * Derives the email of a user whose userName is a tombstone of `former` without the digits, because a tombstone never
 * becomes an email; NULL: no tombstone.
 */
void user_facts_tombstone(struct session *s, struct user_facts *f, const char *former);

/*
 * Checks the facts of an active or new user. Values that did not change since `before` (NULL: a new user) are not
 * checked again, except the email of a user who was inactive. ERR_INVALID_VALUE: the connection requires an email and
 * there is none, an email is no address, or a userName is blank or has a control character.
 */
enum err user_facts_check(struct session *s, const struct user_facts *f, const struct user_facts *before)
    __attribute__((warn_unused_result));

/*
 * Queues a user's new state for an existing row, live or removed (the user comes back), with the next version. `stored`
 * has the rows of a ..._for_update statement, `row` is the user's. `keeps_email`: the user still identifies by its old
 * email, whatever the resource has now.
 */
void user_save(struct session *s, const char *id, const struct user_facts *f, bool keeps_email, struct db_rows stored,
               size_t row);

/* Queues the email values for filters, and the unique values, if they differ from `before` (NULL: none). */
void user_save_values(struct session *s, const char *id, const struct user_facts *f, const struct user_facts *before);

/* Checks a userName: ERR_INVALID_VALUE if it is blank or has a control character. */
enum err user_name_check(struct session *s, const char *user_name) __attribute__((warn_unused_result));

/* ERR_UNIQUENESS; the violated constraint says which value was taken. */
enum err user_taken(struct session *s) __attribute__((warn_unused_result));

/* The present or new state of a member. Texts are borrowed. */
struct member_state {
    const char *id;
    const char *email, *email_key;
    const char *first_name, *last_name, *display_name, *external_id;
    bool active;
};

/* A row of the member_..._for_update statements. */
struct member_state user_member_of(struct db_rows row);

/*
 * The member with its user's facts: names and external id follow (a name that the provider does not send stays), the
 * email only if `take_email`. Its status is `active`.
 */
struct member_state user_member_after(const struct member_state *before, const struct user_facts *f, bool take_email,
                                      bool active);

/* Queues the difference between two states: the row, and the teams if the status changes. */
void user_member_save(struct session *s, const struct member_state *before, const struct member_state *after);

/* Queues the recomputation of the team memberships that a user's groups give. */
void user_sync_teams(struct session *s, const char *user_id);

/* {"user_name", "member", "member_status", "before", "after"}: what an event of a user tells; before or after NULL:
 * absent. */
const char *user_event(struct session *s, const struct member_state *member, struct json_object *before,
                       struct json_object *after);

#endif
