#ifndef MUSTER_DIRECTORY_SESSION_H
#define MUSTER_DIRECTORY_SESSION_H

#include "base/fail.h"
#include "db/db.h"
#include "protocol/resource.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limits;

enum linking { LINKING_AUTO, LINKING_VERIFIED_DOMAINS, LINKING_NEVER };

/* What a token may do. */
enum scope { SCOPE_FULL, SCOPE_READ, SCOPE_USERS };

enum { NO_CAP = -1 };

/* The tenant of the request, from the token's row. */
struct tenant {
    const char *token_id; /* NULL: the connection was entered */
    enum scope scope;
    const char *organization_id;
    const char *connection_id;
    struct dialect dialect;
    enum linking linking;
    bool identity_mutable;
    bool email_optional;
    bool skip_unknown_members;
    bool unique_group_names;
    int64_t max_users, max_groups, max_group_members; /* NO_CAP: none */
    int64_t rate, burst, token_rate, token_burst;     /* requests a second, requests; NO_CAP: none */
    const char *cursor_key;                           /* hex; signs cursors; NULL: not asked for */
    int64_t now_us;                                   /* the transaction's time, in whole milliseconds */
    bool paused;                                      /* the connection is */
    int64_t schema_version;                           /* of the organization; see extensions.h */
};

/* Live users and groups of the connection: how many more, or fewer if negative. */
struct usage {
    int64_t users, groups;
};

/*
 * One SCIM request in the directory. `ctx` is the first member, because the layers below see only that. The caller
 * fills in the members up to `tenant`.
 */
struct session {
    struct ctx ctx;
    struct db *db;
    const char *base_url;         /* without a final slash */
    const char *request_id;       /* UUIDv7; also the id of the first audit event */
    const char *client_address;   /* NULL: unknown */
    const char *token_hash;       /* hex of SHA-256 */
    const char *asked_connection; /* the connection that the URL names, NULL: none */
    struct {
        const char *organization, *connection;
    } entered;              /* instead of a token, for the API, the command line and background work; NULL: none */
    const char *actor_key;  /* the API key or session of the portal that requests it, NULL: the operator */
    const char *actor_type; /* "key" or "session"; NULL without it */
    struct {
        bool change, groups; /* it changes something; it concerns groups (too) */
    } wants;
    struct {
        bool organization_role, public_metadata; /* the old mapping set them, the new one does not */
    } resets;                                    /* set when a mapping is applied to everybody */
    int64_t until;       /* when applying a mapping ends with ERR_TOO_MANY (clock_monotonic_ms()); 0: never */
    int64_t others_ms;   /* spent so far on the mapping of others than those whom the request is about */
    bool touches_others; /* the last attempt of a transaction was at work on others, or on what they may have locked */
    bool leaves_others;  /* that failed, so what is to be done to others is done in the background */
    bool keeps_members;  /* whoever is removed stays an active member, in their teams: a connection ends */
    const char *method;  /* only for the log */
    const struct schema_types *types; /* the types with which the request is read; see extensions.h */
    const char *sensitive; /* attributes, separated by commas, that no filter in a URL may name; NULL: none */
    long cursor_seconds;   /* lifetime of a cursor */
    struct {
        enum err (*take)(void *arg);
        void *arg;
    } heavy;               /* called before heavy work (session_heavy()); take NULL: none */
    struct limits *limits; /* of this host, for walks; NULL: none */
    int slot;              /* slot of the usage counters, one for each worker */
    bool writing;          /* session_write() runs; another one within it is a part of its transaction */
    struct usage usage;    /* what the transaction has added so far, for its last statement and for caps */
    struct tenant tenant;
    bool due;        /* the use of the token was written, so the request is to be noted, too */
    bool troubled;   /* the connection has problems that the request may end */
    unsigned events; /* audit events queued by this attempt */
};

/*
 * Authentication is sent before the operation in the same batch: session_queue() queues it and returns the index of its
 * row, which session_accept() reads. Errors: ERR_INVALID_TOKEN, ERR_NOT_FOUND (the URL names another connection),
 * ERR_FORBIDDEN (the client's address, the token's scope), ERR_PAUSED, ERR_STALE_SCHEMAS (s->types are not the
 * organization's; see extensions.h).
 */
size_t session_queue(struct session *s);

/*
 * The same for a list. `shaped`: the statements behind it are planned for their values, not once for all; `signs`: the
 * tenant has the key of cursors.
 */
size_t session_queue_page(struct session *s, bool shaped, bool signs);

/*
 * The same for a write. The connection's lock is taken first, so that everything read after it (also the organization's
 * schemas and mapping) stays true until the end of the transaction. SHARED: nesting of groups does not change.
 * EXCLUSIVE: links between groups, deletions of groups, Bulk. MEMBERS: a change of the members `ids` ('{a,b}'), or of
 * all members of the group `whole`: exclusive if groups are among them, else shared.
 */
enum session_lock { SESSION_UNLOCKED, SESSION_SHARED, SESSION_EXCLUSIVE, SESSION_MEMBERS };
size_t session_queue_write(struct session *s, enum session_lock lock, const char *ids, const char *whole);

enum err session_accept(struct session *s, struct db_rows row) __attribute__((warn_unused_result));

/* Only authenticates, for discovery and for requests that cannot be parsed or routed. One round trip. */
enum err session_authenticate(struct session *s) __attribute__((warn_unused_result));

/* Call this before heavy work: it asks the server for a place. ERR_RATE_LIMITED: there is none; nothing was done. */
enum err session_heavy(struct session *s) __attribute__((warn_unused_result));

/*
 * A transaction of this session; see db_transaction(). What `work` adds to s->usage is counted by the last statement of
 * the outermost one, and forgotten if it is undone. `work` sets `answer_at` to the index of the answer's rows in the
 * last batch.
 */
struct session_write {
    enum err (*work)(struct session *s, void *arg);
    void *arg;
    struct db_rows rows[DB_BATCH]; /* rows of the last batch */
    size_t answer_at;
    bool final_duplicate; /* work sets it: a duplicate key is final, not a race to run again */
    bool unheard;         /* nobody learns the result (db.h) */
    bool read_again;      /* out: committed, but the answer was lost with the connection and must be read again */
};
enum err session_write(struct session *s, struct session_write *w) __attribute__((warn_unused_result));

/* Queues an audit event; the first of a request has the request's id. `data` is a JSON object. */
void session_event(struct session *s, const char *action, const char *target_type, const char *target_id,
                   const char *data);

/* Queues one event for each of the ids (users or groups, `type` "User" or "Group") that joined or left a group. */
void session_member_events(struct session *s, const char *action, const char *group_id, const char *type,
                           const char *const *ids, size_t n);

/* Queues one event for each of these users, in their order. `data`: a JSON object for each. */
void session_user_events(struct session *s, const char *action, const char *const *user_ids, const char *const *data,
                         size_t n);

/*
 * For one more of what a limit ("max_users", "max_groups") is about: there are `used`. Queues an event if the new one
 * reaches four fifths of `cap` (NO_CAP: none), and tells the database (db_grown()).
 */
void session_note_usage(struct session *s, const char *limit, int64_t used, int64_t cap);

/* Whether one more than `used` is refused, or reported by session_note_usage(). */
bool session_usage_tells(int64_t used, int64_t cap);

/* The transaction's time in PostgreSQL's format, in the arena; never before `previous_us`. */
const char *session_now(struct session *s, int64_t previous_us);

/* '{a,b}' of UUIDs, in the arena. */
const char *session_uuids(struct session *s, const char *const *ids, size_t n);

/* The same for any texts, NULL for null; NULL if all are null. */
const char *session_texts(struct session *s, const char *const *texts, size_t n);

#endif
