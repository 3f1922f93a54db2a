#ifndef MUSTER_DIRECTORY_USER_FACTS_H
#define MUSTER_DIRECTORY_USER_FACTS_H

#include "directory/session.h"

#include <json-c/json.h>
#include <stdbool.h>

/* What follows from a user's resource: the columns of scim_user, and what its member takes over. */
struct user_facts {
    struct json_object *resource; /* normal form, with `active` as stored */
    bool active;
    const char *user_name;
    const char *user_name_key;
    const char *external_id;        /* as compared, NULL: none */
    const char *external_id_unique; /* NULL where it does not identify */
    const char *email;              /* canonical, as sent; NULL: none */
    const char *email_folded;       /* ... as compared */
    const char *email_key;          /* the same where it identifies (linking is not never), else NULL */
    bool email_from_user_name;
    const char *display_name;
    const char *manager_id; /* NULL: none that could be a user's id */
    const char *first_name;
    const char *last_name;
    const char *stored;     /* text of the column resource */
    const char *folded;     /* text of the column folded */
    const char *email_keys; /* JSON array: every email value as filters compare it */
    const char *unique;     /* unique_values() */
    const char *former;     /* the folded userName behind the digits of a tombstone; NULL: the userName is none */
};

/*
 * A user's email: what the organization's attribute mapping makes it, if that is an address, else the canonical one;
 * NULL: none. `from_user_name` tells where it came from.
 */
const char *user_email(struct session *s, struct json_object *resource, bool *from_user_name);

/* Whether a user is active: for the identity provider, and for a mapping of `active` that the organization may have. */
bool user_active(struct session *s, struct json_object *resource);

/* Derives the facts of a resource in normal form; `id` goes into the stored text. */
void user_facts(struct session *s, const char *id, struct json_object *resource, struct user_facts *out);

/* Whether a text may be a tombstone, whosever. */
bool user_begins_as_tombstone(const char *user_name);

/*
 * What Entra makes of the userName of a user that it deletes: 32 hex digits in front of it. The name behind them, NULL
 * if that is not `former` (folded). Borrowed from `user_name`.
 */
const char *user_tombstone(struct session *s, const char *user_name, const char *former);

/* Derives the email of a user whose userName is a tombstone of `former` as if the digits were not there, since they
 * never become anybody's email; NULL: it is none. */
void user_facts_tombstone(struct session *s, struct user_facts *f, const char *former);

/*
 * Whether the facts of an active user, or a new one, can stand. What has not changed since `before` (NULL: a new user)
 * is not checked again, but for the email of one who was inactive. ERR_INVALID_VALUE: no email where the connection
 * demands one, an email that is no address, a userName that is blank or has a control character.
 */
enum err user_facts_check(struct session *s, const struct user_facts *f, const struct user_facts *before)
    __attribute__((warn_unused_result));

/*
 * Queues a user's new state over a row that is there, live or removed (it comes back), with the next version. `stored`
 * is the rows of a ..._for_update statement, `row` the user's. `keeps_email`: it identifies by the email that it had,
 * whatever the resource has now.
 */
void user_save(struct session *s, const char *id, const struct user_facts *f, bool keeps_email, struct db_rows stored,
               size_t row);

/* Queues the email values that filters look for, and the values that nobody else may have, where they differ from
 * `before` (NULL: none). */
void user_save_values(struct session *s, const char *id, const struct user_facts *f, const struct user_facts *before);

/* Whether a userName can be one: ERR_INVALID_VALUE if it is blank or has a control character. */
enum err user_name_check(struct session *s, const char *user_name) __attribute__((warn_unused_result));

/* ERR_UNIQUENESS with what was taken, by the constraint that said so. */
enum err user_taken(struct session *s) __attribute__((warn_unused_result));

/* A member as it is, or shall be. Borrowed texts. */
struct member_state {
    const char *id;
    const char *email, *email_key;
    const char *first_name, *last_name, *display_name, *external_id;
    bool active;
};

/* A row of the member_..._for_update statements. */
struct member_state user_member_of(struct db_rows row);

/*
 * The member after its user's facts: names and external id follow (a name that the provider does not send stays), the
 * email only if `take_email`. Status is `active`.
 */
struct member_state user_member_after(const struct member_state *before, const struct user_facts *f, bool take_email,
                                      bool active);

/* Queues what changes between two states: the row, and its teams when the status changes. */
void user_member_save(struct session *s, const struct member_state *before, const struct member_state *after);

/* Queues the team memberships that a user's groups give, recomputed. */
void user_sync_teams(struct session *s, const char *user_id);

/* {"user_name", "member", "member_status", "before", "after"}: what an event of a user tells; before or after NULL:
 * absent. */
const char *user_event(struct session *s, const struct member_state *member, struct json_object *before,
                       struct json_object *after);

#endif
