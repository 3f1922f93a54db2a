#ifndef MUSTER_CONTROL_CONTROL_H
#define MUSTER_CONTROL_CONTROL_H

#include "base/fail.h"
#include "base/secret.h"
#include "db/db.h"
#include "directory/extensions.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The control plane: the operations of the admin API and the command line. Each takes an id and fields (of a body, a
 * query string or options) and returns the object of the API.
 */

/*
 * How the program lets an operation wait for an event. `begin` takes a place for up to `ms` and returns the allowed
 * time (milliseconds), -1: there is no place. `pause` sleeps; false: stop waiting and answer. `end` gives the place
 * back.
 */
struct control_waiting {
    int64_t (*begin)(void *arg, int64_t ms);
    bool (*pause)(void *arg, int64_t ms);
    void (*end)(void *arg);
    void *arg;
};

enum control_format { CONTROL_JSON, CONTROL_CSV, CONTROL_JSON_LINES };

/* An answer that is already text, in the arena; NULL: the answer is the JSON object. */
struct control_text {
    const char *text;
    size_t len;
    enum control_format format;
    const char *file;   /* the name of the file to save, without an ending; NULL: it is not a file */
    const char *cursor; /* cursor of the next part of the file; NULL: this is the last one */
};

/* What authenticates an operation: an API key, or a session of the portal, or the link that becomes one. */
enum control_credential { CONTROL_KEY, CONTROL_SESSION, CONTROL_LINK };

/* What may authenticate a route; links are only for the route that opens them. */
enum control_callers { CONTROL_ANY, CONTROL_KEYS, CONTROL_SESSIONS, CONTROL_LINKS };

/* One operation. `ctx` is its first member. The caller fills in the members up to `accepted`. */
struct control {
    struct ctx ctx;
    struct db *db;
    const char *request_id;     /* UUIDv7; also the id of the first audit event */
    const char *client_address; /* NULL: unknown */
    const char *base_url;       /* base URL of SCIM, without a final slash */
    struct extensions *extensions;
    const struct secret_keys *secret_keys; /* NULL: none, and `no_secret_keys` says why */
    const char *no_secret_keys;
    int64_t webhooks_max; /* of an organization (MUSTER_WEBHOOKS_MAX) */
    const char *key_hash; /* hex of SHA-256 of the API key, or of the session's secret; NULL: the operator */
    enum control_credential credential; /* what `key_hash` is of */
    enum control_callers callers;
    const char *screen; /* the portal's screen that it belongs to: sessions without it may not do it; NULL: any */
    const char *csrf;   /* the token that a session's changes repeat; NULL: the session needs none */
    const char *asked;  /* the organization in the URL or --org, slug or id; NULL: none */
    const char *scopes; /* separated by blanks: the key needs one of them; NULL: none */
    /* For a POST that may be repeated: its Idempotency-Key, and hex of SHA-256 of the request; NULL: none. */
    const char *idempotency_key, *request_hash;
    bool installation;                     /* it concerns no organization: bound keys may not do it */
    bool removed;                          /* for the operator: a removed organization is also accepted */
    const struct control_waiting *waiting; /* NULL: it does not wait */
    /*
     * Called with the progress of long work, page by page: "removed", 200, "users and groups". NULL: nobody needs it.
     */
    void (*progress)(const char *done, size_t n, const char *of);
    /* Set by control_accept(). */
    bool accepted;
    const char *organization;    /* id; NULL: none */
    const char *key_id;          /* of the API key or the session; NULL: the operator */
    const char *link_state;      /* of a link: "live", "opened" or "expired" */
    const char *link_opened_at;  /* of a link; NULL: it was not opened */
    bool loosen;                 /* the session may loosen how people are linked */
    bool link_made;              /* set by the work: the result's url has the secret of a link */
    bool untagged;               /* the answer changes by itself, so it has no entity tag */
    bool foretold;               /* it was a dry run: the object says what would be done */
    const char *cookie;          /* set by the work: the secret of the session for the browser, "": none any more */
    bool bound;                  /* the key is bound to one organization */
    unsigned events;             /* audit events queued by this attempt */
    const struct db_rows *found; /* in the work of a write: the rows of the statements that its `ask` queued */
    size_t result_at;            /* 1 + the index of the result in the last batch; 0: the result is already there */
    const char *result_what;     /* what is missing if it has no row */
    bool replayed;               /* the result is the answer to an earlier identical request, without its secrets */
    struct json_object *result;  /* result of a write: set by its work */
    struct control_text text;    /* instead of the JSON object */
    int retry_after;             /* seconds after which to come back; 0: any time */
    /*
     * The errors of the fields, for the problem document: [{"code", "message", "meta": {"field"}}]; only the first
     * ones, because a client may send a thousand.
     */
    struct json_object *errors;
    size_t n_errors; /* the number of all errors */
};

enum { CONTROL_ERRORS = 20, CONTROL_FIELD_BYTES = 200, CONTROL_MESSAGE_BYTES = 1000 }; /* of `errors` */

/* The input of an operation. */
struct control_input {
    const char *id;             /* the id in the path, or the argument; NULL: none */
    const char *delivery;       /* the second id in the path, also of a member in a team; NULL: none */
    struct json_object *fields; /* an object */
    const char *if_match;       /* NULL: none */
};

typedef enum err control_run(struct control *c, const struct control_input *in, struct json_object **out);

/* The id of the installation in place of an organization's id: all zeros. */
extern const char control_installation[];

/*
 * Authentication is sent before the first statement, in the same batch. Errors: ERR_INVALID_TOKEN, ERR_FORBIDDEN (the
 * scopes), ERR_NOT_FOUND (no such organization, or not this key's).
 */
void control_queue(struct control *c);
enum err control_accept(struct control *c, struct db_rows row) __attribute__((warn_unused_result));

/*
 * In a work without an organization: makes the installation itself (its id is all zeros) the tenant, so that its audit
 * log gets the events. Queues a statement.
 */
void control_owner(struct control *c);

/* Reports the progress of the work. */
void control_progress(const struct control *c, const char *done, size_t n, const char *of);

/* ERR_CONFLICT if there are no keys to encrypt secrets; the detail says what to do. */
enum err control_need_secrets(struct control *c) __attribute__((warn_unused_result));

/* Runs one reading statement, with authentication, in one round trip. */
enum err control_read(struct control *c, struct sql_call call, struct db_rows *rows)
    __attribute__((warn_unused_result));

/*
 * control_read() for an organization, or for the installation itself if none was asked for. The latter takes two round
 * trips, because the installation becomes the tenant only after the authentication.
 */
enum err control_read_own(struct control *c, struct sql_call call, struct db_rows *rows)
    __attribute__((warn_unused_result));

/* control_read() for one `object` (OBJECT_OBJECT); ERR_NOT_FOUND says what is missing ("connection"). */
enum err control_show(struct control *c, struct sql_call call, const char *what, struct json_object **out)
    __attribute__((warn_unused_result));

/* A page of a list, as parameters of its statement. */
struct control_page {
    int64_t size;      /* 0: all */
    const char *after; /* an id; NULL: from the first on */
    const char *limit; /* one more than the page has, to see whether there is another page; NULL: all */
};

/* Reads the fields `cursor` and `limit`. Without them a page has 100; the operator gets all. ERR_INVALID_FIELD. */
enum err control_page(struct control *c, struct json_object *fields, struct control_page *out)
    __attribute__((warn_unused_result));

/* control_read() for a list with `object` and, for the next page, `id` (LISTED_ID): {"data", "next_cursor"}. */
enum err control_list(struct control *c, struct sql_call call, const struct control_page *page,
                      struct json_object **out) __attribute__((warn_unused_result));

/*
 * A transaction in two round trips, if the work runs no batch itself. The first batch has the authentication, the
 * Idempotency-Key, and the statements that `ask` queues. `ask` may only read and lock, and must not use what
 * control_accept() sets in `c`. Then `work` is called with the rows (c->found). It queues, runs and computes like the
 * work of db_transaction(), and sets c->result or ends with control_result(), which is sent with COMMIT. An
 * Idempotency-Key needs one more round trip, because the answer is stored. ERR_IDEMPOTENCY: the key belongs to another
 * request.
 */
struct control_write {
    void (*ask)(struct control *c, const struct control_input *in); /* NULL: nothing */
    const struct control_input *in;                                 /* for it */
    enum err (*work)(struct control *c, void *arg);
    void (*done)(struct control *c, void *arg); /* adds to the result of control_result(); NULL: adds nothing */
    void *arg;
    struct db_rows rows[DB_BATCH]; /* of the last batch */
    bool final_duplicate;          /* 23505 is no race to run again, but the answer */
};
enum err control_write(struct control *c, struct control_write *w) __attribute__((warn_unused_result));

/* In a work: the object (OBJECT_OBJECT) of a statement that `ask` queued; ERR_NOT_FOUND says what is missing. */
enum err control_found(struct control *c, size_t i, const char *what, struct json_object **out)
    __attribute__((warn_unused_result));

/*
 * At the end of a work: queues a statement whose `object` is the result. If it gives no row it must change nothing; the
 * error is then ERR_NOT_FOUND, as for control_found(). It runs in one batch with COMMIT.
 */
void control_result(struct control *c, struct sql_call call, const char *what);

/* The parameters of a statement that writes an audit event of the work itself. */
#define CONTROL_EVENT(c)                                                                                               \
    .event_id = control_event_id(c), .request_id = (c)->request_id, .client_address = (c)->client_address

/* The id for the next event of the work: the request's id for the first one; NULL: any. */
const char *control_event_id(struct control *c);

/* Queues a statement of the work, runs the queued statements, and returns the rows of this one. */
enum err control_step(struct control *c, struct sql_call call, struct db_rows *rows)
    __attribute__((warn_unused_result));

/* A session of the directory for a connection of the organization, with the caller as actor. */
struct session control_session(struct control *c, const char *connection);

/* Runs work of such a session (extensions_run), and takes over its failure. */
enum err control_directory(struct control *c, struct session *s, enum err (*work)(struct session *s, void *arg),
                           void *arg) __attribute__((warn_unused_result));

/* Queues one audit event. `data` is a JSON object, `connection` may be NULL. */
void control_event(struct control *c, const char *action, const char *connection, const char *target_type,
                   const char *target, const char *data);

/* The field `limit`, a number from 1 to 1000 as text; `otherwise` if it is missing. */
enum err control_limit(struct control *c, struct json_object *fields, int64_t otherwise, int64_t *out)
    __attribute__((warn_unused_result));

/* A column of the first row, OBJECT_OBJECT or another one, as JSON. */
enum err control_object(struct control *c, struct db_rows rows, int column, struct json_object **out)
    __attribute__((warn_unused_result));

/* ERR_PRECONDITION unless If-Match names the present state of the object; NULL: no condition. See control_tag(). */
enum err control_precondition(struct control *c, const char *if_match, struct json_object *object)
    __attribute__((warn_unused_result));

/*
 * Checks the confirmation of an end: the field `confirm`, if given, must be `wanted`, which is the object's `what`
 * ("organization's slug"). ERR_INVALID_FIELD says that, and what the end loses (`loss`, a sentence).
 */
enum err control_confirm(struct control *c, struct json_object *fields, const char *what, const char *wanted,
                         const char *loss) __attribute__((warn_unused_result));

/*
 * The entity tag of an object: a hash of its content without what changes by itself (counters, the state of deliveries,
 * progress).
 */
const char *control_tag(struct arena *a, struct json_object *object);

/* Records an error of a field, with shortened texts; control_refuse() then fails with all recorded errors. */
void control_wrong(struct control *c, const char *field, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
enum err control_refuse(struct control *c) __attribute__((warn_unused_result));

#endif
