/* muster migrate: creates or updates the database schema. */

#include "muster/command_migrate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/token.h"
#include "base/version.h"
#include "base/words.h"
#include "db/sql.h"
#include "sql/operator.h"
#include "sql/transaction.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Everything is checked before anything is applied, and all is applied in one transaction. */

enum { OLDEST_SERVER = 150000, ADMIN_OPTION = 160000, TELL_MS = 1000, TRIES = 30 };

static enum err check_facts(struct invocation *in, struct db_rows facts) {
    const char *database = db_text(facts, 0, OP_MIGRATION_FACTS_DATABASE),
               *role = db_text(facts, 0, OP_MIGRATION_FACTS_ROLE);
    if (db_int(facts, 0, OP_MIGRATION_FACTS_VERSION_NUMBER) < OLDEST_SERVER)
        return fail(&in->ctx, ERR_CONFLICT, "this is PostgreSQL %s: Muster needs PostgreSQL 15 or newer",
                    db_text(facts, 0, OP_MIGRATION_FACTS_VERSION));
    if (strcmp(db_text(facts, 0, OP_MIGRATION_FACTS_ENCODING), "UTF8") != 0)
        return fail(&in->ctx, ERR_CONFLICT,
                    "the database \"%s\" has the encoding %s: Muster needs one with UTF8 (create database ... encoding "
                    "'UTF8' template template0)",
                    database, db_text(facts, 0, OP_MIGRATION_FACTS_ENCODING));
    if (!db_bool(facts, 0, OP_MIGRATION_FACTS_OWNS))
        return fail(&in->ctx, ERR_CONFLICT,
                    "the role \"%s\" of MUSTER_DB does not own the database \"%s\" or its schema muster: the command "
                    "line works as their owner",
                    role, database);
    return OK;
}

static size_t find_migration(const struct db_rows applied, const char *name, size_t len) {
    for (size_t i = 0; i < db_count(applied); i++) {
        const char *there = db_text(applied, i, OP_MIGRATIONS_NAME);
        if (strlen(there) == len && memcmp(there, name, len) == 0)
            return i;
    }
    return SIZE_MAX;
}

/* The state of the migrations that a baseline replaces. */
struct replaced {
    size_t names, applied;
    size_t newest; /* row of the last applied one */
};

static struct replaced look_at_replaced(const struct db_rows applied, const char *names) {
    struct replaced found = {.newest = SIZE_MAX};
    size_t len;
    for (const char *name; names && (name = words_next(&names, " ", &len));) {
        size_t row = find_migration(applied, name, len);
        found.names++;
        if (row != SIZE_MAX) {
            found.applied++;
            found.newest = row;
        }
    }
    return found;
}

static bool is_missing(const struct migrations *m, const struct sql_migration *migration) {
    if (!m->applied.result)
        return true;
    if (find_migration(m->applied, migration->name, strlen(migration->name)) != SIZE_MAX)
        return false;
    struct replaced found = look_at_replaced(m->applied, migration->replaces);
    return found.names == 0 || found.applied < found.names;
}

static bool has_word(const char *words, const char *word) {
    size_t len = strlen(word);
    for (const char *at = words; at && (at = strstr(at, word)); at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

static void hash_functions(struct arena *a, char hex[TOKEN_HASH_HEX + 1]) {
    struct buf *all = buf_new(a, SIZE_MAX / 2);
    for (size_t i = 0; i < sql_functions_count; i++)
        buf_str(all, sql_functions[i].text);
    token_hash_hex(buf_text(all), buf_len(all), hex);
}

/* `row` is row 0, which belongs to the functions. */
static void compare_functions(struct invocation *in, struct migrations *m, size_t row) {
    char hex[TOKEN_HASH_HEX + 1];
    hash_functions(in->ctx.arena, hex);
    m->release = db_text(m->applied, row, OP_MIGRATIONS_RELEASE);
    if (db_bool(m->applied, row, OP_MIGRATIONS_NEWER))
        m->functions = FUNCTIONS_NEWER;
    else if (strcmp(m->release, MUSTER_VERSION) == 0)
        m->functions =
            strcmp(db_text(m->applied, row, OP_MIGRATIONS_CHECKSUM), hex) == 0 ? FUNCTIONS_SAME : FUNCTIONS_OTHER;
}

static bool is_known_migration(const char *name) {
    for (size_t i = 0; i < sql_migrations_count; i++)
        if (strcmp(sql_migrations[i].name, name) == 0 || has_word(sql_migrations[i].replaces, name))
            return true;
    return false;
}

static void compare_migrations(struct invocation *in, struct migrations *m) {
    for (size_t i = 0; i < sql_migrations_count; i++)
        m->missing += is_missing(m, &sql_migrations[i]);
    for (size_t i = 0; m->applied.result && i < db_count(m->applied); i++)
        if (db_int(m->applied, i, OP_MIGRATIONS_NUMBER) == 0)
            compare_functions(in, m, i);
        else if (!is_known_migration(db_text(m->applied, i, OP_MIGRATIONS_NAME)))
            m->alien = arena_strdup(in->ctx.arena, db_text(m->applied, i, OP_MIGRATIONS_NAME));
    for (size_t i = 0; m->applied.result && i < sql_migrations_count; i++) {
        struct replaced found = look_at_replaced(m->applied, sql_migrations[i].replaces);
        if (found.applied > 0 && found.applied < found.names)
            m->old = db_text(m->applied, found.newest, OP_MIGRATIONS_NAME);
    }
}

static enum err read_all(struct invocation *in, struct migrations *out, struct db_rows *facts) {
    struct db_rows rows[2] = {0};
    *out = (struct migrations){0};
    size_t found = db_queue(in->db, sql_op_migration_facts()), table = db_queue(in->db, sql_op_migration_table());
    enum err e = db_run(&in->ctx, in->db, rows);
    if (e != OK)
        return e;
    *facts = rows[found];
    e = check_facts(in, *facts);
    if (e == OK && db_bool(rows[table], 0, OP_MIGRATION_TABLE_PRESENT))
        e = command_query(in, sql_op_migrations(.release = MUSTER_VERSION), &out->applied);
    if (e == OK)
        compare_migrations(in, out);
    return e;
}

enum err command_migrate_read(struct invocation *in, struct migrations *out) {
    struct db_rows facts = {0};
    return read_all(in, out, &facts);
}

enum err command_migrate_need(struct invocation *in) {
    struct migrations m;
    enum err e = command_migrate_read(in, &m);
    if (e != OK || (m.missing == 0 && m.functions != FUNCTIONS_OLDER))
        return e;
    if (m.missing == 0)
        return fail(&in->ctx, ERR_UNAVAILABLE,
                    "the functions of the database are older than this program: run muster migrate");
    if (!m.applied.result)
        return fail(&in->ctx, ERR_UNAVAILABLE,
                    "the database has no schema of Muster's: is MUSTER_DB right? muster migrate makes one");
    return fail(
        &in->ctx, ERR_UNAVAILABLE,
        "the schema of the database is older than this program (%zu migrations are missing): run muster migrate",
        m.missing);
}

static void checksum_of(const struct sql_migration *m, char hex[TOKEN_HASH_HEX + 1]) {
    token_hash_hex(m->text, strlen(m->text), hex);
}

/* Refuses a database with a migration whose text has changed since: its schema is unknown. */
static enum err check_unchanged(struct invocation *in, const struct migrations *m) {
    for (size_t i = 0; m->applied.result && i < sql_migrations_count; i++) {
        char hex[TOKEN_HASH_HEX + 1];
        size_t row = find_migration(m->applied, sql_migrations[i].name, strlen(sql_migrations[i].name));
        const char *kept = row == SIZE_MAX ? NULL : db_text(m->applied, row, OP_MIGRATIONS_CHECKSUM);
        checksum_of(&sql_migrations[i], hex);
        if (kept && strcmp(kept, hex) != 0)
            return fail(&in->ctx, ERR_CONFLICT,
                        "the migration %s was another one when it was applied to this database: use the program of the "
                        "release that it came with, or a newer one",
                        sql_migrations[i].name);
    }
    return OK;
}

/* There is one baseline, and it comes first. */
static enum err check_age(struct invocation *in, const struct migrations *m) {
    if (!m->old)
        return OK;
    const char *last = strrchr(sql_migrations[0].replaces, ' ') + 1;
    return fail(&in->ctx, ERR_CONFLICT,
                "the database is at the migration %s, and this program begins at %s: run muster migrate of Muster %s "
                "first, then this one",
                m->old, last, sql_migrations[0].release);
}

/* The first migration also grants the roles to each other and sets their settings, where they are there already. */
static enum err check_roles(struct invocation *in, const struct migrations *m, struct db_rows facts) {
    const char *role = db_text(facts, 0, OP_MIGRATION_FACTS_ROLE);
    if (m->missing == 0 || db_bool(facts, 0, m->applied.result ? OP_MIGRATION_FACTS_ROLES : OP_MIGRATION_FACTS_FIRST))
        return OK;
    return fail(
        &in->ctx, ERR_CONFLICT,
        "the role \"%s\" of MUSTER_DB may not create and set up the roles of the programs: alter role \"%s\" "
        "createrole%s",
        role, role,
        db_int(facts, 0, OP_MIGRATION_FACTS_VERSION_NUMBER) >= ADMIN_OPTION
            ? ", and grant it those of muster_scim, muster_app, muster_admin, muster_deliver that are there, with "
              "admin option"
            : "");
}

static enum err check_before(struct invocation *in, struct migrations *m) {
    struct db_rows facts = {0};
    enum err e = read_all(in, m, &facts);
    if (e == OK && m->alien)
        return fail(&in->ctx, ERR_CONFLICT, "the database is newer than this program: it has the migration %s",
                    m->alien);
    if (e == OK && m->functions == FUNCTIONS_NEWER)
        return fail(&in->ctx, ERR_CONFLICT,
                    "the functions of the database are those of Muster %s, and this is " MUSTER_VERSION
                    ": use the muster migrate of %s or a newer one",
                    m->release, m->release);
    if (e == OK)
        e = check_age(in, m);
    if (e == OK)
        e = check_roles(in, m, facts);
    return e == OK ? check_unchanged(in, m) : e;
}

static enum err run_script(struct invocation *in, const char *name, const char *text) {
    enum err e = db_script(&in->ctx, in->db, text);
    return e == OK ? OK : fail(&in->ctx, e, "%s: %s", name, fail_detail(&in->ctx));
}

static enum err run_all(struct invocation *in, const struct sql_call *calls, size_t n) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        struct db_rows rows = {0};
        e = command_query(in, calls[i], &rows);
    }
    return e;
}

static enum err make_functions(struct invocation *in, bool first) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sql_functions_count; i++)
        if (sql_functions[i].first == first)
            e = run_script(in, sql_functions[i].name, sql_functions[i].text);
    return e;
}

static enum err apply_migrations(struct invocation *in, const struct migrations *m) {
    const struct sql_call hold = sql_op_migration_hold(), clear = sql_op_rights_clear();
    enum err e = m->applied.result && m->missing ? run_all(in, &hold, 1) : OK;
    if (e == OK)
        e = make_functions(in, true);
    if (e == OK)
        e = run_all(in, &clear, 1);
    for (size_t i = 0; e == OK && i < sql_migrations_count; i++)
        if (is_missing(m, &sql_migrations[i]))
            e = run_script(in, sql_migrations[i].name, sql_migrations[i].text);
    return e == OK ? make_functions(in, false) : e;
}

static void print_applied(const struct migrations *m) {
    for (size_t i = 0; i < sql_migrations_count; i++)
        if (is_missing(m, &sql_migrations[i]))
            printf("applied %s\n", sql_migrations[i].name);
}

static enum err note_checksums(struct invocation *in) {
    char functions[TOKEN_HASH_HEX + 1];
    struct db_rows none = {0};
    hash_functions(in->ctx.arena, functions);
    for (size_t i = 0; i < sql_migrations_count; i++) {
        char hex[TOKEN_HASH_HEX + 1];
        struct db_rows rows = {0};
        checksum_of(&sql_migrations[i], hex);
        enum err e = command_query(in, sql_op_migration_note(.name = sql_migrations[i].name, .checksum = hex), &rows);
        if (e != OK)
            return e;
    }
    return command_query(in, sql_op_functions_note(.release = MUSTER_VERSION, .checksum = functions), &none);
}

/* One transaction: the schema gets a migration with its functions, or stays as it was. */
static enum err migrate_all(struct invocation *in, const struct migrations *m) {
    const struct sql_call before[] = {sql_transaction_begin(), sql_op_migration_begin(), sql_op_migration_schema()};
    const struct sql_call after[] = {sql_op_rights(), sql_op_plans(), sql_transaction_commit()};
    enum err e = run_all(in, before, sizeof before / sizeof *before);
    if (e == OK)
        e = apply_migrations(in, m);
    if (e == OK)
        e = note_checksums(in);
    return e == OK ? run_all(in, after, sizeof after / sizeof *after) : e;
}

/* Outside the transaction: what is in the way of a partition must not be in the way of an upgrade. */
static enum err make_partitions(struct invocation *in) {
    struct db_rows made = {0};
    enum err e = command_query(in, sql_op_partitions(), &made);
    if (e != OK)
        return fail(&in->ctx, e, "the schema is migrated, but a partition of the audit log cannot be made: %s",
                    db_message(in->db));
    if (db_bool(made, 0, OP_PARTITIONS_BUSY))
        fputs("the audit log is being read, by a dump or a long report: muster-deliver makes its next partitions\n",
              stderr);
    if (db_int(made, 0, OP_PARTITIONS_KEPT))
        fputs("the default partition of the audit log has events of a month that could have its own: muster audit "
              "partitions --repair moves them\n",
              stderr);
    return OK;
}

/* Somebody who may connect can hold the lock for no reason, so that it is said who has it, and not waited for ever. */
static enum err take_lock(struct invocation *in) {
    int64_t start = clock_monotonic_ms();
    for (bool told = false;; command_pause()) {
        struct db_rows lock = {0};
        enum err e = command_query(in, sql_op_migration_lock(), &lock);
        if (e != OK || db_bool(lock, 0, OP_MIGRATION_LOCK_TAKEN))
            return e;
        int64_t waited = clock_monotonic_ms() - start, patience = db_int(lock, 0, OP_MIGRATION_LOCK_PATIENCE);
        const char *holder = db_text(lock, 0, OP_MIGRATION_LOCK_HOLDER);
        if (!holder)
            continue;
        if (waited >= patience)
            return fail(&in->ctx, ERR_CONFLICT,
                        "%s has held the lock of muster migrate for more than %" PRId64
                        " seconds: if that is no muster migrate, end it (select pg_terminate_backend(...)); then run "
                        "this again",
                        holder, patience / 1000);
        if (waited >= TELL_MS && !told)
            fprintf(stderr, "another muster migrate is at work (%s): waiting for it\n", holder);
        told = waited >= TELL_MS;
    }
}

static enum err migrate_alone(struct invocation *in, struct migrations *m) {
    enum err e = take_lock(in);
    if (e == OK)
        e = check_before(in, m);
    return e == OK ? migrate_all(in, m) : e;
}

/*
 * A table that is read by a dump, say, cannot be changed, and everybody who writes would wait after the attempt: it is
 * given up after a second (op_migration_begin), and made again after a pause in which they go on.
 */
static enum err migrate_between_others(struct invocation *in, struct migrations *m) {
    const struct sql_call back[] = {sql_transaction_rollback()};
    enum err e = migrate_alone(in, m);
    for (int n = 1; e == ERR_UNAVAILABLE && db_lock_timed_out(in->db); n++) {
        if (n == TRIES)
            return fail(&in->ctx, ERR_CONFLICT,
                        "a table that a migration changes is in use, by a dump, an export or a long report: end it, or "
                        "run this again when it is done; nothing was changed");
        if (n == 1)
            fputs("a table that a migration changes is in use: trying again, while others go on\n", stderr);
        e = run_all(in, back, 1);
        command_pause();
        if (e == OK)
            e = migrate_alone(in, m);
    }
    return e;
}

enum err command_migrate(struct invocation *in) {
    struct migrations m;
    enum err e = migrate_between_others(in, &m);
    if (e == OK)
        e = make_partitions(in);
    if (e == OK && !in->json)
        print_applied(&m);
    if (e == OK)
        printf(in->json ? "{\"migration\":%d}\n" : "the schema is at migration %d\n",
               sql_migrations[sql_migrations_count - 1].number);
    return e;
}
