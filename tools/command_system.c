#include "command.h"

#include "base/arena.h"
#include "base/sql.h"

#include <stdio.h>
#include <string.h>

/* migrate, doctor and help: the installation itself. */

static enum err newest_migration(struct invocation *in, int64_t *number) {
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
        e = newest_migration(in, &newest);
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

/* One finding: what was looked at, whether it is good, and what to do or what it means. */
static bool say(bool good, const char *what, const char *meaning) {
    printf("%-4s %s%s%s\n", good ? "ok" : "BAD", what, *meaning ? ": " : "", meaning);
    return good;
}

static bool is_on(struct db_rows rows, const char *column) {
    return strcmp(db_text(rows, 0, column), "on") == 0;
}

static bool check_server(struct invocation *in, struct db_rows rows) {
    const char *commit = db_text(rows, 0, "synchronous_commit"),
               *standbys = db_text(rows, 0, "synchronous_standby_names");
    bool good = say(true, "PostgreSQL", db_text(rows, 0, "version"));
    good &= say(!db_bool(rows, 0, "superuser"), "operator's role",
                db_bool(rows, 0, "superuser") ? "it is a superuser; use one that owns the database and may create roles"
                                              : "no superuser");
    good &= say(!db_bool(rows, 0, "in_recovery"), "primary",
                db_bool(rows, 0, "in_recovery") ? "this is a standby: writes fail" : "");
    good &= say(is_on(rows, "fsync") && is_on(rows, "full_page_writes"), "fsync and full_page_writes",
                "on means that a crash of the machine loses nothing that was acknowledged");
    good &= say(strcmp(commit, "off") != 0, arena_printf(in->ctx.arena, "synchronous_commit = %s", commit),
                strcmp(commit, "off") ? "" : "acknowledged writes of the last moments can be lost: set it to on");
    say(true, "data checksums", is_on(rows, "data_checksums") ? "on" : "off: damage of the disk goes unnoticed");
    say(true, "promise",
        *standbys
            ? "an acknowledged write survives the loss of this server (synchronous standbys are set)"
            : "an acknowledged write survives a crash, not the loss of this server's disk (no synchronous standby)");
    return good;
}

static bool check_rights(struct db_rows tables, struct db_rows roles, struct db_rows audit) {
    bool good = true;
    for (size_t i = 0; i < db_count(tables); i++)
        good &= say(false, db_text(tables, i, "name"),
                    "row-level security is not forced here: run muster migrate, or mend it");
    if (good)
        say(true, "row-level security", "forced on every table of an organization");
    for (size_t i = 0; i < db_count(roles); i++) {
        bool there = db_bool(roles, i, "present"), strong = db_bool(roles, i, "too_strong");
        good &= say(there && !strong, db_text(roles, i, "name"),
                    !there   ? "the role is missing: run muster migrate"
                    : strong ? "the role may do more than it needs"
                             : "least rights");
    }
    good &= say(db_bool(audit, 0, "insert_only"), "audit log", "can only be added to");
    good &= say(db_bool(audit, 0, "prepared"), "audit partitions",
                db_bool(audit, 0, "prepared") ? "made ahead" : "next month has none: run muster migrate");
    return good;
}

enum err command_doctor(struct invocation *in) {
    struct db_rows rows[4] = {0};
    int64_t newest;
    enum err e = newest_migration(in, &newest);
    if (e == OK && newest != (int64_t)sql_migrations_count) {
        say(false, "migrations", "the schema and this program differ: run muster migrate of the newer one");
        return fail(&in->ctx, ERR_BAD_REQUEST, "migration %lld is applied, this program knows %zu", (long long)newest,
                    sql_migrations_count);
    }
    if (e != OK)
        return e;
    db_add(in->db, SQL_OP_DOCTOR_SETTINGS, NULL);
    db_add(in->db, SQL_OP_DOCTOR_TABLES, NULL);
    db_add(in->db, SQL_OP_DOCTOR_ROLES, NULL);
    db_add(in->db, SQL_OP_DOCTOR_AUDIT, NULL);
    e = db_run(&in->ctx, in->db, rows);
    if (e != OK)
        return e;
    bool good = say(true, "migrations", "all applied");
    good &= check_server(in, rows[0]);
    good &= check_rights(rows[1], rows[2], rows[3]);
    return good ? OK : fail(&in->ctx, ERR_BAD_REQUEST, "something needs attention, see above");
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
