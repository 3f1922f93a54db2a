#ifndef MUSTER_AUDIT_AUDIT_ROWS_H
#define MUSTER_AUDIT_AUDIT_ROWS_H

#include "base/buf.h"
#include "db/db.h"

#include <stddef.h>

/* The audit log as files: CSV for a spreadsheet, JSON Lines for a program. */

/* What an event has, in the order of the columns. */
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

/* The row of a statement that has the columns of `row audited`. Borrowed from the rows. */
struct audit_row audit_rows_read(struct db_rows rows, size_t row);

/* The line with the names of the columns. */
void audit_rows_csv_head(struct buf *out);

/*
 * One record of RFC 4180, CRLF at its end. Texts stand in quotes; null is empty, without quotes. A text that a
 * spreadsheet would take for a formula (= + - @, also in full width or behind blanks, or a control in front) gets an
 * apostrophe before it, as OWASP's page on CSV injection advises: read the file as JSON Lines to have it as it was.
 */
void audit_rows_csv(struct buf *out, const struct audit_row *r);

/* One object with all columns, `sequence` as a number, `data` as an object, and a newline at its end. */
void audit_rows_json(struct buf *out, const struct audit_row *r);

#endif
