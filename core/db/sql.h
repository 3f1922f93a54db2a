#ifndef MUSTER_DB_SQL_H
#define MUSTER_DB_SQL_H

#include "sql_names.h" /* generated */

#include <stdbool.h>
#include <stddef.h>

/* One statement, sql/queries/FOLDER/NAME.sql. Its enum is SQL_ and the name in upper case. */
struct sql_statement {
    const char *name;   /* "user_by_id", also the name under which it is prepared */
    const char *text;   /* without the header comment */
    int n_params;       /* the highest $n */
    const char *params; /* their names, separated by blanks */
    unsigned nulls;     /* which of them may be null: bit 0 is $1 */
    int n_columns;      /* columns of a row; 0: no rows */
    struct {
        int row;  /* 1 + an enum sql_row or, for columns of its own, 1 + its enum sql; 0: no part */
        int from; /* the index of its first column */
    } parts[SQL_PARTS];
};

extern const struct sql_statement sql_statements[SQL_COUNT];

/*
 * A statement with its parameters (text or NULL, borrowed). The functions of sql/FOLDER.h make it and take the
 * parameters by name: sql_user_by_id(.id = id, .base_url = url, .with_groups = "true").
 */
struct sql_call {
    enum sql statement;
    const char *params[SQL_PARAMS];
};

/* The migrations of sql/schema/, in order. */
struct sql_migration {
    int number;       /* NNNN of the file name, ascending */
    const char *name; /* "0015_baseline" */
    const char *text;
    const char *replaces; /* names, separated by blanks, of the migrations that it replaces; NULL: none */
    const char *release;  /* the last release that has those */
};

extern const struct sql_migration sql_migrations[];
extern const size_t sql_migrations_count;

/* The functions of sql/functions/. */
struct sql_function {
    const char *name; /* the name of the file: "time_text" */
    const char *text;
    bool first; /* made before the migrations, which need it */
};

extern const struct sql_function sql_functions[];
extern const size_t sql_functions_count;

#endif
