#ifndef MUSTER_CONTROL_CONTROL_FIELDS_H
#define MUSTER_CONTROL_CONTROL_FIELDS_H

#include "control/control.h"

#include <stddef.h>
#include <stdint.h>

/* The kinds of fields. */
enum field_kind {
    FIELD_TEXT,    /* a string of 1 to 200 characters without controls */
    FIELD_NAME,    /* the same, which may also be null */
    FIELD_CHOICE,  /* one of `values`, separated by | */
    FIELD_CHOICES, /* a list of them, at least one */
    FIELD_LIMIT,   /* a whole number, at least 0, or null: no limit */
    FIELD_RATE,    /* a whole number, at least 1, or null: no limit */
    FIELD_FLAG,    /* true or false */
    FIELD_TIME,    /* RFC 3339, or null */
    FIELD_END,     /* the same, in the future */
    FIELD_ID,      /* a UUID */
    FIELD_ANY_ID,  /* a UUID, or null */
    FIELD_SLUG,    /* a-z, 0-9 and hyphens, 63 at most; no UUID */
    FIELD_EMAIL,   /* an address, 254 bytes at most */
    FIELD_ROLE,    /* org: followed by more */
    FIELD_DOMAINS, /* a list of domains, 1000 at most */
    FIELD_RANGES,  /* a list of addresses and CIDR ranges, 100 at most; null or []: any */
    FIELD_NUMBER,  /* a whole number from `low` to `high` */
    FIELD_EVENTS,  /* a list of actions of audit events, or beginnings followed by *, 100 at most */
    FIELD_URL,     /* a text that is checked elsewhere */
    FIELD_OBJECT,  /* an object that is checked elsewhere */
    FIELD_QUERY,   /* a parameter of a list, checked elsewhere */
};

struct field {
    const char *name;
    enum field_kind kind;
    const char *values;
    int64_t low, high;
    bool required;
};

/* All fields of an operation; see FIELDS() and NO_FIELDS. */
struct field_table {
    const struct field *fields;
    size_t n;
};

/*
 * Checks every field: unknown ones are refused by name, known ones must fit, required ones must be present (with
 * `whole`). ERR_INVALID_FIELD, with all errors in c->errors; see control_refuse(). Values are normalized in place
 * (times in PostgreSQL's format).
 */
enum err control_fields_check(struct control *c, struct field_table t, struct json_object *object, bool whole)
    __attribute__((warn_unused_result));

/* control_fields_check(), then control_write(); *out is the result that its work set. */
enum err control_fields_write(struct control *c, struct field_table t, struct json_object *object, bool whole,
                              struct control_write *w, struct json_object **out) __attribute__((warn_unused_result));

/* control_fields_check() of a list that takes nothing but `limit` and `cursor`, then control_page(). */
enum err control_fields_page(struct control *c, struct json_object *object, struct control_page *out)
    __attribute__((warn_unused_result));

/* For a macro that lists fields of two tables. */
#define FIELD(...)                                                                                                     \
    { __VA_ARGS__ }

#define FIELDS(table) ((struct field_table){(table), sizeof(table) / sizeof *(table)})
#define NO_FIELDS ((struct field_table){0})

#endif
