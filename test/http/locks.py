"""Rows that another session has locked."""
import contextlib

import psycopg2


@contextlib.contextmanager
def locked(server, table, row, how="update"):
    """A row of a table of muster's (by `id`), locked until the end; gives the connection that holds it."""
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        cur.execute(f"select from muster.{table} where id = %s for {how}", (row["id"],))
        assert cur.rowcount == 1
        yield c
        c.rollback()


def waiting(server):
    return server.sql("select count(*) from pg_locks where not granted")[0][0]
