#ifndef MUSTER_MUSTER_PRINT_H
#define MUSTER_MUSTER_PRINT_H

#include "base/fail.h"
#include "db/db.h"

#include <json-c/json.h>
#include <stdbool.h>

/* Prints results: plain tables for people, the API's JSON for programs. */

/* One object: "name: value" lines, or the object. */
void print_object(struct json_object *o, bool json);

/* A list of the API ({"data", "next_cursor"}): a table of the named members (separated by blanks), or the object. */
void print_table(struct json_object *list, const char *columns, bool json);

/*
 * The column `object` of the rows: a table of the named members (separated by blanks), or {"data": [...],
 * "next_cursor": null}.
 */
enum err print_list(struct ctx *ctx, struct db_rows rows, const char *columns, bool json)
    __attribute__((warn_unused_result));

#endif
