#ifndef MUSTER_MUSTER_COMMAND_H
#define MUSTER_MUSTER_COMMAND_H

#include "base/fail.h"
#include "base/settings.h"
#include "control/control.h"
#include "db/db.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

enum { COMMAND_ARGS = 4, COMMAND_OPTIONS = 16 };

/* One call of the command line: its arguments, and its tools. */
struct invocation {
    struct ctx ctx;
    struct db *db;
    const struct settings *settings;
    bool json; /* --json */
    const char *args[COMMAND_ARGS];
    size_t n_args;
    struct json_object *fields; /* options as the API's fields: {"max_users": 5, "rate": null} */
    const struct command *command;
};

struct invocation;

/*
 * How a command of the control plane uses its words: `field` is the field of the argument ("name"), NULL: it is the id;
 * `table` names the columns of a list. `missing` completes "there is no ... X; muster ... list shows them".
 */
struct command_control {
    control_run *run;
    const char *field, *table, *missing;
};

/* One command: a noun and a verb ("org create"), or a single word. */
struct command {
    const char *noun;
    const char *verb;    /* NULL: none */
    const char *args;    /* "NAME", for the help text; one word each */
    const char *options; /* names of its options, separated by blanks */
    const char *help;
    bool offline; /* needs no database */
    enum err (*run)(struct invocation *in);
    struct command_control control; /* for command_control() */
};

/* An option. Its name has hyphens where the API's field has underscores. */
struct option_spec {
    const char *name; /* "--max-users" */
    const char *field;
    enum {
        OPTION_TEXT,
        OPTION_CHOICE,
        OPTION_NUMBER,
        OPTION_LIMIT,
        OPTION_LIST,
        OPTION_SWITCH,
        OPTION_ID,
        OPTION_FLAG,
        OPTION_YES
    } kind; /* LIMIT: a number, or none; SWITCH: on or off; ID: an id, or none; YES: a flag, as the text `values`, or
               true */
    const char *values; /* choices separated by "|", or the placeholder in the help text */
};

extern const struct command command_table[];
extern const size_t command_count;
extern const struct option_spec option_table[];
extern const size_t option_count;

/* The text of an option; NULL if it was not given. */
const char *command_text(const struct invocation *in, const char *field);

/* The id of the organization that --org names. ERR_USAGE, ERR_NOT_FOUND. */
enum err command_organization(struct invocation *in, const char **id) __attribute__((warn_unused_result));

/* Runs one statement and gives its rows. */
enum err command_query(struct invocation *in, struct sql_call call, struct db_rows *rows)
    __attribute__((warn_unused_result));

/* Prints the `object` of each row as a list; see print.h. */
enum err command_list(struct invocation *in, struct sql_call call, const char *columns)
    __attribute__((warn_unused_result));

/* Runs a command's operation of the control plane as the operator. */
enum err command_operate(struct invocation *in, control_run *run, const char *id, struct json_object **out)
    __attribute__((warn_unused_result));

/* Adds to ERR_NOT_FOUND the command that lists what exists; other errors are unchanged. */
enum err command_missing(struct invocation *in, enum err e);

/* Waits before looking again at something that changes. */
void command_pause(void);

/* Reads a whole file of at most `max` bytes, or standard input for "-". ERR_USAGE. */
enum err command_read_file(struct invocation *in, const char *path, size_t max, char **text, size_t *len)
    __attribute__((warn_unused_result));

/* The commands, a file for each noun. */
enum err command_migrate(struct invocation *in);
enum err command_doctor(struct invocation *in);
enum err command_help(struct invocation *in);
enum err command_control(struct invocation *in);
enum err command_key_create(struct invocation *in);
enum err command_key_list(struct invocation *in);
enum err command_key_revoke(struct invocation *in);
enum err command_signing_key_list(struct invocation *in);
enum err command_signing_key_rotate(struct invocation *in);
enum err command_schema_add(struct invocation *in);
enum err command_mapping_status(struct invocation *in);
enum err command_mapping_set(struct invocation *in);
enum err command_mapping_preview(struct invocation *in);
enum err command_member_show(struct invocation *in);
enum err command_erase(struct invocation *in);
enum err command_portal_link(struct invocation *in);
enum err command_session_end(struct invocation *in);
enum err command_seed(struct invocation *in);
enum err command_audit_verify(struct invocation *in);
enum err command_audit_head(struct invocation *in);
enum err command_audit_export(struct invocation *in);
enum err command_audit_partitions(struct invocation *in);
enum err command_export(struct invocation *in);
enum err command_import(struct invocation *in);
enum err command_webhook_replay(struct invocation *in);
enum err command_webhook_test(struct invocation *in);
enum err command_team_add(struct invocation *in);
enum err command_endpoint(struct invocation *in);
enum err command_team_show(struct invocation *in);

#endif
