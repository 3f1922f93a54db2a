#include "command.h"

#include "base/arena.h"
#include "base/sql.h"

#include <stdio.h>
#include <string.h>

/* migrate and help: the installation itself. */

enum err command_newest_migration(struct invocation *in, int64_t *number) {
    struct db_rows rows = {0};
    *number = 0;
    enum err e = command_query(in, SQL_OP_MIGRATION_TABLE, NULL, &rows);
    if (e != OK || !db_bool(rows, 0, "present"))
        return e;
    e = command_query(in, SQL_OP_MIGRATIONS, NULL, &rows);
    if (e == OK)
        *number = db_int(rows, 0, "number");
    return e;
}

enum err command_migrate(struct invocation *in) {
    struct db_rows rows = {0};
    int64_t newest;
    enum err e = command_query(in, SQL_OP_MIGRATION_LOCK, NULL, &rows);
    if (e == OK)
        e = command_newest_migration(in, &newest);
    if (e == OK && newest > (int64_t)sql_migrations_count)
        return fail(&in->ctx, ERR_BAD_REQUEST,
                    "the database is newer than this program: it has migration %lld, we know %zu", (long long)newest,
                    sql_migrations_count);
    for (size_t i = 0; e == OK && i < sql_migrations_count; i++) {
        if (sql_migrations[i].number <= newest)
            continue;
        e = db_script(&in->ctx, in->db, sql_migrations[i].text);
        if (e == OK && !in->json)
            printf("applied %s\n", sql_migrations[i].name);
    }
    if (e == OK)
        e = command_query(in, SQL_OP_PARTITIONS, NULL, &rows);
    if (e == OK)
        printf(in->json ? "{\"migration\":%zu}\n" : "the schema is at migration %zu\n", sql_migrations_count);
    return e;
}

static void print_setting(const char *name, const char *def, const char *doc, void *arg) {
    (void)arg;
    printf("  %-24s %s (default: %s)\n", name, doc, *def ? def : "none");
}

enum err command_help(struct invocation *in) {
    if (in->n_args && strcmp(in->args[0], "config") == 0) {
        puts("Muster is configured by environment variables:\n");
        settings_each(print_setting, NULL);
        return OK;
    }
    if (in->n_args)
        return fail(&in->ctx, ERR_USAGE, "help knows \"config\", not \"%s\"", in->args[0]);
    puts("usage: muster COMMAND [ARGUMENTS] [OPTIONS] [--json]\n");
    for (size_t i = 0; i < command_count; i++) {
        const struct command *c = &command_table[i];
        printf("  %s%s%s %s\n      %s\n", c->noun, c->verb ? " " : "", c->verb ? c->verb : "", c->args, c->help);
        if (*c->options)
            printf("      %s\n", c->options);
    }
    puts("\nOptions:");
    for (size_t i = 0; i < option_count; i++)
        printf("  %-22s %s\n", option_table[i].name, option_table[i].values);
    puts(
        "\nMUSTER_DB names the database. Exit codes: 0 done, 1 refused, 64 wrong usage, 69 no database, 70 our fault.");
    return OK;
}
