"""What a token keeps of its connection and its organization, for reads; and whom a read's authentication lets in."""
import contextlib
import hashlib
import threading

import psycopg2
import pytest
from helpers import assert_error, made, unique, wait_until

CONNECTION = {"dialect": "strict", "identity": "mutable", "email": "optional", "linking": "never", "unknown_members": "skip", "group_names": "any",
              "status": "paused"}
ORGANIZATION = {"max_users": 17, "max_groups": 18, "max_group_members": 19, "rate": 20, "burst": 21, "schema_version": 22}


def kept(server, customer):
    """What each token of the connection keeps, as words."""
    rows = server.sql("select distinct of_connection, of_organization from muster.token where connection_id = %s", customer.connection["id"])
    assert len(rows) == 1
    return [text.split(" ") for text in rows[0]]


def stored(server, customer):
    """What connection and organization say."""
    (connection,) = server.sql(f"select {', '.join(CONNECTION)} from muster.connection where id = %s", customer.connection["id"])
    (organization,) = server.sql(f"select {', '.join(ORGANIZATION)} from muster.organization where id = %s", customer.id)
    return [list(connection), ["-" if n is None else str(n) for n in organization]]


def test_each_token_keeps_what_is_set_whoever_sets_it(server):
    customer = server.customer()
    other = customer.second()
    customer.issue()
    assert kept(server, customer) == stored(server, customer)
    for table, changes, who in (("connection", CONNECTION, customer.connection["id"]), ("organization", ORGANIZATION, customer.id)):
        for name, value in changes.items():
            server.sql(f"update muster.{table} set {name} = %s where id = %s returning 1", value, who)
            assert kept(server, customer) == stored(server, customer), name
            assert kept(server, other) == stored(server, other), name
    customer.issue()
    assert kept(server, customer) == stored(server, customer) == [list(CONNECTION.values()), [str(n) for n in ORGANIZATION.values()]]


def test_the_next_read_knows_a_change(server):
    customer = server.customer()
    customer.user()
    assert customer.client.get("/Users").status == 200
    made(customer.api.patch(customer.connection_path, {"status": "paused"}), 200)
    assert_error(customer.client.get("/Users"), 503)
    made(customer.api.patch(customer.connection_path, {"status": "active", "dialect": "strict"}), 200)
    assert_error(customer.client.get("/Users?sortBy=nonsense"), 400, "invalidValue")


@pytest.mark.parametrize("table, column, value", [("organization", "max_users", 4711), ("connection", "dialect", "strict")])
def test_a_token_that_is_issued_beside_a_change_keeps_it(server, table, column, value):
    customer = server.customer()
    who = {"organization": customer.id, "connection": customer.connection["id"]}[table]
    with contextlib.closing(psycopg2.connect(server.db)) as c, c.cursor() as cur:
        cur.execute(f"update muster.{table} set {column} = %s where id = %s", (value, who))
        issued = []
        thread = threading.Thread(target=lambda: issued.append(customer.issue(name=unique("t"))))
        thread.start()
        wait_until(lambda: server.sql("select 1 from pg_stat_activity where usename = 'muster_admin' and wait_event_type = 'Lock'"), 10,
                   "the new token waits for the change")
        c.commit()
    thread.join()
    assert len(issued) == 1
    assert kept(server, customer) == stored(server, customer)
    assert str(value) in sum(kept(server, customer), [])


def test_only_a_token_that_may_be_used_sets_a_tenant(server):
    customer = server.customer()
    strangers = server.customer()
    ended = customer.issue()
    made(customer.api.post(f"{customer.path}/scim/tokens/{ended['id']}/revoke", {}), 200)
    bound = customer.issue(allowed_addresses=["192.0.2.0/24"])
    cases = [(customer.token, None, "127.0.0.1", customer), (customer.token, customer.connection["id"], None, customer),
             (customer.token, strangers.connection["id"], "127.0.0.1", "connection"), ({"token": "scim_nobodys"}, None, "127.0.0.1", None),
             (ended, None, "127.0.0.1", None), (bound, None, "127.0.0.1", "address"), (bound, None, None, "address"),
             (bound, None, "192.0.2.7", customer)]
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "muster_scim"))) as c, c.cursor() as cur:
        for token, asked, client, wanted in cases:
            cur.execute("select muster.admit(%s, %s, %s, false)", (hashlib.sha256(token["token"].encode()).digest(), asked, client))
            admitted = cur.fetchone()[0]
            cur.execute("select muster.organization_id()::text, muster.connection_id()::text")
            if wanted is customer:
                assert admitted.split(" ")[0] == token["id"]
                assert cur.fetchone() == (customer.id, customer.connection["id"])
            else:
                assert admitted == wanted
                assert cur.fetchone() == (None, None)
            c.rollback()
