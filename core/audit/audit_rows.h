#ifndef MUSTER_AUDIT_AUDIT_ROWS_H
#define MUSTER_AUDIT_AUDIT_ROWS_H

#include "base/buf.h"
#include "db/db.h"

#include <stddef.h>

/* The audit log as files: CSV for a spreadsheet, JSON Lines for a program. */

/* The columns of an event, in their order. */
enum audit_column {
    AUDIT_SEQUENCE, /* number; null: the event is not sealed yet */
    AUDIT_HASH,     /* hex; null: the event is not sealed yet */
    AUDIT_ID,
    AUDIT_AT, /* RFC 3339, UTC */
    AUDIT_ACTION,
    AUDIT_ACTOR_TYPE,
    AUDIT_ACTOR_ID,
    AUDIT_CONNECTION_ID,
    AUDIT_TARGET_TYPE,
    AUDIT_TARGET_ID,
    AUDIT_REQUEST_ID,
    AUDIT_CLIENT_ADDRESS,
    AUDIT_DATA, /* a JSON object on one line, as PostgreSQL writes jsonb */
    AUDIT_COLUMNS
};

extern const char *const audit_columns[AUDIT_COLUMNS];

/* One event; NULL is null. */
struct audit_row {
    const char *values[AUDIT_COLUMNS];
};

/* Reads the row of a statement with the columns of `row audited`. Borrowed from the rows. */
struct audit_row audit_rows_read(struct db_rows rows, size_t row);

/* Writes the line with the names of the columns. */
void audit_rows_csv_head(struct buf *out);

/*
 * Writes one record of RFC 4180, with CRLF at its end. Texts are in quotes; null is empty, without quotes. A text that
 * a spreadsheet would take for a formula (it begins with = + - @, also in full width or after blanks, or with a control
 * character) gets an apostrophe in front, as OWASP's page on CSV injection advises. JSON Lines has the texts unchanged.
 */
void audit_rows_csv(struct buf *out, const struct audit_row *r);

/* Writes one object with all columns, `sequence` as a number, `data` as an object, and a newline at its end. */
void audit_rows_json(struct buf *out, const struct audit_row *r);

#endif
