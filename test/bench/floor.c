/*
 * What a plain CGI program costs at least, for scripts/bench: it is linked with the libraries of muster-scim.fcgi and
 * ends at once; with the URI of a database, after a connection of its own and `select 1`.
 */
#include <libpq-fe.h>
#include <stdio.h>

int main(int argc, char **argv) {
    PGconn *db;
    PGresult *one;
    int failed;

    if (argc < 2)
        return 0;
    db = PQconnectdb(argv[1]);
    one = PQexec(db, "select 1");
    failed = PQresultStatus(one) != PGRES_TUPLES_OK;
    if (failed)
        fprintf(stderr, "floor: %s", PQerrorMessage(db));
    PQclear(one);
    PQfinish(db);
    return failed;
}
