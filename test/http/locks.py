"""Rows that another session has locked, and changes that take long."""
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


@contextlib.contextmanager
def slow_changes(customer, seconds):
    """Each change of one of the customer's users takes so long."""
    customer.server.sql(f"""create function muster.slow_change() returns trigger language plpgsql as
        $$ begin perform pg_catalog.pg_sleep({seconds}); return new; end $$;
        create trigger slow_change before update on muster.scim_user for each row
        when (new.connection_id = '{customer.connection["id"]}') execute function muster.slow_change()""")
    yield
    customer.server.sql("drop function muster.slow_change cascade")
