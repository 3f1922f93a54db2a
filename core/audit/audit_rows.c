/* One audit event as a line of CSV or JSON. */

#include "audit/audit_rows.h"

#include <stdbool.h>
#include <string.h>

const char *const audit_columns[AUDIT_COLUMNS] = {
    [AUDIT_SEQUENCE] = "sequence",
    [AUDIT_HASH] = "hash",
    [AUDIT_ID] = "id",
    [AUDIT_AT] = "at",
    [AUDIT_ACTION] = "action",
    [AUDIT_ACTOR_TYPE] = "actor_type",
    [AUDIT_ACTOR_ID] = "actor_id",
    [AUDIT_CONNECTION_ID] = "connection_id",
    [AUDIT_TARGET_TYPE] = "target_type",
    [AUDIT_TARGET_ID] = "target_id",
    [AUDIT_REQUEST_ID] = "request_id",
    [AUDIT_CLIENT_ADDRESS] = "client_address",
    [AUDIT_DATA] = "data",
};

_Static_assert(AUDITED_HASH - AUDITED_SEQUENCE == AUDIT_HASH && AUDITED_DATA - AUDITED_SEQUENCE == AUDIT_DATA &&
                   AUDIT_DATA + 1 == AUDIT_COLUMNS,
               "the columns of an audited event stand in the order of enum audit_column");

struct audit_row audit_rows_read(struct db_rows rows, size_t row) {
    struct audit_row r;
    for (size_t i = 0; i < AUDIT_COLUMNS; i++)
        r.values[i] = db_text(rows, row, AUDITED_SEQUENCE + (int)i);
    return r;
}

void audit_rows_csv_head(struct buf *out) {
    for (size_t i = 0; i < AUDIT_COLUMNS; i++) {
        buf_str(out, i ? "," : "");
        buf_str(out, audit_columns[i]);
    }
    buf_str(out, "\r\n");
}

/* The last four are = + - @ in full width, which some spreadsheets treat like the plain ones. */
static bool is_formula(const char *s) {
    static const char *const beginnings[] = {
        "=", "+", "-", "@", "\t", "\r", "\n", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
    s += strspn(s, " ");
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(s, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

static void csv_text(struct buf *out, const char *s) {
    buf_str(out, is_formula(s) ? "\"'" : "\"");
    for (size_t n; *s; s += n) {
        n = strcspn(s, "\"");
        buf_add(out, s, n);
        if (s[n] == '"') {
            buf_str(out, "\"\"");
            n++;
        }
    }
    buf_char(out, '"');
}

void audit_rows_csv(struct buf *out, const struct audit_row *r) {
    for (size_t i = 0; i < AUDIT_COLUMNS; i++) {
        buf_str(out, i ? "," : "");
        if (r->values[i] && i == AUDIT_SEQUENCE)
            buf_str(out, r->values[i]);
        else if (r->values[i])
            csv_text(out, r->values[i]);
    }
    buf_str(out, "\r\n");
}

void audit_rows_json(struct buf *out, const struct audit_row *r) {
    for (size_t i = 0; i < AUDIT_COLUMNS; i++) {
        buf_str(out, i ? "," : "{");
        buf_json_str(out, audit_columns[i]);
        buf_char(out, ':');
        if (!r->values[i])
            buf_str(out, "null");
        else if (i == AUDIT_SEQUENCE || i == AUDIT_DATA)
            buf_str(out, r->values[i]);
        else
            buf_json_str(out, r->values[i]);
    }
    buf_str(out, "}\n");
}
