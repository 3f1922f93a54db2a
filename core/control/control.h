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
 * The control plane: what the admin API and the operator's command line do, once for both. Each operation takes an id
 * and fields (of a body, a query string or options) and gives the object of the API back.
 */

/*
 * How an operation waits for something to happen, as the program lets it. `begin` takes a place for up to `ms` and says
 * how long it may be (milliseconds), -1: there is none. `pause` sleeps; false: stop waiting and answer. `end` gives the
 * place back.
 */
struct control_waiting {
    int64_t (*begin)(void *arg, int64_t ms);
    bool (*pause)(void *arg, int64_t ms);
    void (*end)(void *arg);
    void *arg;
};

enum control_format { CONTROL_JSON, CONTROL_CSV, CONTROL_JSON_LINES };

/* An answer that is text already, in the arena; NULL: the answer is the JSON object. */
struct control_text {
    const char *text;
    size_t len;
    enum control_format format;
    const char *file;   /* what to save it as, without an ending; NULL: it is not a file */
    const char *cursor; /* of the next part of the file; NULL: this is the last one */
};

/* One operation on its way. `ctx` is its first member. Filled in by the caller up to `accepted`. */
struct control {
    struct ctx ctx;
    struct db *db;
    const char *request_id;     /* UUIDv7; also the id of the first audit event */
    const char *client_address; /* NULL: unknown */
    const char *base_url;       /* of SCIM, without a final slash */
    struct extensions *extensions;
    const struct secret_keys *secret_keys; /* NULL: none, and `no_secret_keys` says why */
    const char *no_secret_keys;
    const char *key_hash; /* hex of SHA-256 of the API key; NULL: the operator */
    const char *asked;    /* the organization of the URL or of --org, slug or id; NULL: none */
    const char *scopes;   /* by blanks: the key needs one of them; NULL: none */
    /* A POST that may come twice (Idempotency-Key): the key, hex of SHA-256 of the request; NULL: none. */
    const char *idempotency_key, *request_hash;
    bool installation;                     /* it is about no organization: a bound key may not */
    bool removed;                          /* the operator's: an organization that was removed is as good */
    const struct control_waiting *waiting; /* NULL: it does not wait */
    /* How far long work is, page by page: "removed", 200, "users and groups". NULL: nobody looks. */
    void (*progress)(const char *done, size_t n, const char *of);
    /* Set by control_accept(). */
    bool accepted;
    const char *organization;    /* id; NULL: none */
    const char *key_id;          /* NULL: the operator */
    bool bound;                  /* the key is bound to one organization */
    unsigned events;             /* queued by this attempt */
    const struct db_rows *found; /* in the work of a write: the rows of what its `ask` queued */
    size_t result_at;            /* where the last batch will have the result, from 1 on; 0: it is there */
    const char *result_what;     /* what there is none of if it has no row */
    bool replayed;               /* the result is what the same request was answered before, without its secrets */
    struct json_object *result;  /* of a write: set by its work */
    struct control_text text;    /* in place of the JSON object */
    int retry_after;             /* seconds: come back then; 0: whenever you like */
    /* What is wrong with the fields, for the problem document: [{"code", "message", "meta": {"field"}}], the first of
     * them, since whoever sent it may have sent a thousand. */
    struct json_object *errors;
    size_t n_errors; /* all of them */
};

enum { CONTROL_ERRORS = 20, CONTROL_FIELD_BYTES = 200, CONTROL_MESSAGE_BYTES = 1000 }; /* of `errors` */

/* What an operation works on. */
struct control_input {
    const char *id;             /* of the path, or the argument; NULL: none */
    const char *delivery;       /* the one behind it in the path; NULL: none */
    struct json_object *fields; /* an object */
    const char *if_match;       /* NULL: none */
};

typedef enum err control_run(struct control *c, const struct control_input *in, struct json_object **out);

/* The id that stands for the installation where an organization's would: all zeros. */
extern const char control_installation[];

/*
 * Who asks travels in front of the first statement, in the same batch. Errors: ERR_INVALID_TOKEN, ERR_FORBIDDEN (the
 * scopes), ERR_NOT_FOUND (no such organization, or not this key's).
 */
void control_queue(struct control *c);
enum err control_accept(struct control *c, struct db_rows row) __attribute__((warn_unused_result));

/*
 * In a work: where there is no organization, the installation itself (its id is all zeros) becomes the tenant, and its
 * audit log has what is written. Queues.
 */
void control_owner(struct control *c);

/* Tells whoever looks how far the work is. */
void control_progress(const struct control *c, const char *done, size_t n, const char *of);

/* ERR_CONFLICT where there are no keys to encrypt secrets with; the detail says what to do. */
enum err control_need_secrets(struct control *c) __attribute__((warn_unused_result));

/* One statement that reads, authentication included: one round trip. */
enum err control_read(struct control *c, struct sql_call call, struct db_rows *rows)
    __attribute__((warn_unused_result));

/*
 * control_read() of an organization, or, where none was asked for, of what is the installation's own: two round trips
 * then, since only who may see it makes it the tenant.
 */
enum err control_read_own(struct control *c, struct sql_call call, struct db_rows *rows)
    __attribute__((warn_unused_result));

/* control_read() of one `object` (OBJECT_OBJECT); ERR_NOT_FOUND says what there is none of ("connection"). */
enum err control_show(struct control *c, struct sql_call call, const char *what, struct json_object **out)
    __attribute__((warn_unused_result));

/* A page of a list, as parameters of its statement. */
struct control_page {
    int64_t size;      /* 0: all */
    const char *after; /* an id; NULL: from the first on */
    const char *limit; /* one more than the page has, which tells whether there is another; NULL: all */
};

/* Of the fields `cursor` and `limit`, which may be absent: a page of 100; the operator gets all. ERR_INVALID_FIELD. */
enum err control_page(struct control *c, struct json_object *fields, struct control_page *out)
    __attribute__((warn_unused_result));

/* control_read() of a list with `object` and, to go on after, `id` (LISTED_ID): {"data", "next_cursor"}. */
enum err control_list(struct control *c, struct sql_call call, const struct control_page *page,
                      struct json_object **out) __attribute__((warn_unused_result));

/*
 * A transaction, of two round trips if the work runs nothing itself. The first has who asks, the Idempotency-Key, and
 * what `ask` queues behind them: it only reads and locks, and uses nothing of `c` that control_accept() sets. Then
 * `work` is called with its rows (c->found), queues, runs and computes as the work of db_transaction() does, and sets
 * c->result or ends with control_result(): that goes out with COMMIT. With an Idempotency-Key it is one more, since
 * what is kept is the answer. ERR_IDEMPOTENCY: the key is another request's.
 */
struct control_write {
    void (*ask)(struct control *c, const struct control_input *in); /* NULL: nothing */
    const struct control_input *in;                                 /* for it */
    enum err (*work)(struct control *c, void *arg);
    void (*done)(struct control *c, void *arg); /* adds to the result of control_result(); NULL: nothing */
    void *arg;
    struct db_rows rows[DB_BATCH]; /* of the last batch */
    bool final_duplicate;          /* 23505 is no race to run again, but what to answer */
};
enum err control_write(struct control *c, struct control_write *w) __attribute__((warn_unused_result));

/* In a work: the object (OBJECT_OBJECT) of a statement that `ask` queued; ERR_NOT_FOUND says what there is none of. */
enum err control_found(struct control *c, size_t i, const char *what, struct json_object **out)
    __attribute__((warn_unused_result));

/*
 * At the end of a work: queues a statement whose `object` is the result, and which changes nothing if it gives no row:
 * ERR_NOT_FOUND then, as of control_found(). It runs in one batch with COMMIT.
 */
void control_result(struct control *c, struct sql_call call, const char *what);

/* The parameters of a statement that writes an audit event of the work itself. */
#define CONTROL_EVENT(c)                                                                                               \
    .event_id = control_event_id(c), .request_id = (c)->request_id, .client_address = (c)->client_address

/* The id of the next event that the work writes: that of the request for its first one; NULL: any. */
const char *control_event_id(struct control *c);

/* Queues a statement of the work, runs what is queued, and gives the rows of this one. */
enum err control_step(struct control *c, struct sql_call call, struct db_rows *rows)
    __attribute__((warn_unused_result));

/* A session of the directory that works on a connection of the organization as whoever asks. */
struct session control_session(struct control *c, const char *connection);

/* Runs work of it (extensions_run); its failure is the control's. */
enum err control_directory(struct control *c, struct session *s, enum err (*work)(struct session *s, void *arg),
                           void *arg) __attribute__((warn_unused_result));

/* Queues one audit event. `data` is a JSON object, `connection` may be NULL. */
void control_event(struct control *c, const char *action, const char *connection, const char *target_type,
                   const char *target, const char *data);

/* The field `limit`, a number from 1 to 1000 as text; `otherwise` without it. */
enum err control_limit(struct control *c, struct json_object *fields, int64_t otherwise, int64_t *out)
    __attribute__((warn_unused_result));

/* A column of the first row, OBJECT_OBJECT or another one, as JSON. */
enum err control_object(struct control *c, struct db_rows rows, int column, struct json_object **out)
    __attribute__((warn_unused_result));

/* ERR_PRECONDITION unless If-Match names the object as it is; NULL demands nothing. See control_tag(). */
enum err control_precondition(struct control *c, const char *if_match, struct json_object *object)
    __attribute__((warn_unused_result));

/*
 * What is ended is named once more: the field `confirm`, where it is given, must be `wanted`, which is the thing's
 * `what` ("organization's slug"). ERR_INVALID_FIELD.
 */
enum err control_confirm(struct control *c, struct json_object *fields, const char *what, const char *wanted)
    __attribute__((warn_unused_result));

/* The entity tag of an object: of its content, but for what moves by itself: counters, how deliveries go, progress. */
const char *control_tag(struct arena *a, struct json_object *object);

/* Notes what is wrong with a field, of each text as much as fits; control_refuse() then fails with all that was noted.
 */
void control_wrong(struct control *c, const char *field, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
enum err control_refuse(struct control *c) __attribute__((warn_unused_result));

#endif
