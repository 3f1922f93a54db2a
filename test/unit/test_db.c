#include "unit.h"

#include "base/settings.h"
#include "db/db.h"
#include "sql/scim.h"

#include <libpq-fe.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 4096 };

/* No server is there: whatever is sent fails with ERR_UNAVAILABLE. */
static const struct settings nowhere = {.db = "host=/nonexistent dbname=muster", .connect_ms = 1000};

/* Runs what is queued, and reads what it writes to the log. */
static enum err run_logged(struct ctx *ctx, struct db *db, char log[TEXT_MAX]) {
    FILE *f = tmpfile();
    int before = dup(STDERR_FILENO);
    assert_true(f && before >= 0 && dup2(fileno(f), STDERR_FILENO) >= 0);
    enum err e = db_run(ctx, db, NULL);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(f);
    log[fread(log, 1, TEXT_MAX - 1, f)] = '\0';
    fclose(f);
    return e;
}

static void a_null_where_none_is_allowed_is_refused_before_anything_is_sent(void **state) {
    (void)state;
    char log[TEXT_MAX];
    struct ctx ctx = unit_ctx();
    struct db *db = db_create(&nowhere, "unit");
    assert_int_equal(db_queue(db, sql_usage()), 0);
    assert_int_equal(db_queue(db, sql_user_by_id(.with_groups = "true")), 1);
    assert_int_equal(run_logged(&ctx, db, log), ERR_INTERNAL);
    assert_non_null(strstr(log, "event=db_null statement=user_by_id parameter=id"));
    assert_int_equal(db_counts(db).connects, 0);
    assert_int_equal(db_queue(db, sql_user_conflicts(.user_name_key = "x")), 0); /* no externalId: that may be */
    assert_int_equal(run_logged(&ctx, db, log), ERR_UNAVAILABLE);
    assert_null(strstr(log, "db_null"));
    assert_int_equal(db_counts(db).connects, 1);
    db_destroy(db);
    arena_destroy(ctx.arena);
}

/* A row of a statement as it comes, each column with its place; the last is null. */
static struct db_rows rows_of(enum sql statement) {
    PGresult *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    int n = sql_statements[statement].n_columns;
    static char column[] = "column";
    PGresAttDesc columns[16] = {0};
    assert_in_range(n, 1, 16);
    for (int i = 0; i < n; i++)
        columns[i].name = column;
    assert_true(PQsetResultAttrs(res, n, columns));
    for (int i = 0; i < n; i++) {
        char text[16];
        int len = snprintf(text, sizeof text, "%d", i);
        assert_true(PQsetvalue(res, 0, i, i == n - 1 ? NULL : text, i == n - 1 ? -1 : len));
    }
    return (struct db_rows){res, statement};
}

static void a_column_is_found_where_the_statement_has_it(void **state) {
    (void)state;
    struct db_rows user = rows_of(SQL_USER_BY_ID), list = rows_of(SQL_USER_LIST);
    assert_string_equal(db_text(user, 0, SCIM_ID), "0");
    assert_int_equal(db_int(user, 0, SCIM_VERSION), 1);
    assert_string_equal(db_text(list, 0, PAGE_FOUND), "1");
    assert_int_equal(db_int(list, 0, SCIM_VERSION), 5);
    assert_null(db_text(user, 0, SCIM_MANAGER_DISPLAY));
    assert_true(db_null(list, 0, SCIM_MANAGER_DISPLAY));
    assert_int_equal(db_int(list, 0, SCIM_MANAGER_DISPLAY), 0);
    PQclear(user.result);
    PQclear(list.result);
}

static void a_column_of_another_statement_ends_the_process(void **state) {
    (void)state;
    struct db_rows user = rows_of(SQL_USER_BY_ID);
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        _exit(db_text(user, 0, PAGE_FOUND) ? 0 : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    PQclear(user.result);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_null_where_none_is_allowed_is_refused_before_anything_is_sent),
        cmocka_unit_test(a_column_is_found_where_the_statement_has_it),
        cmocka_unit_test(a_column_of_another_statement_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
