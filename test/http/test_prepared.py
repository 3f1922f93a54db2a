"""Prepared statements: made anew when the server has them no more, or when a table has changed beneath them."""
import contextlib

import pytest
from api import Api
from customer import Customer
from helpers import made, op
from server import Server


@pytest.fixture(scope="module")
def customer():
    """Of a server with one worker, so that each request meets what the ones before it prepared."""
    server = Server("--workers", "1").start()
    yield Customer(Api(server)).connect()
    server.stop()


def use(customer, user, name):
    """Reads, lists and changes a user, each by statements that the worker has prepared after two rounds."""
    found = made(customer.client.get(f"/Users/{user['id']}"), 200)
    assert found["userName"] == user["userName"]
    assert made(customer.client.find("Users", f'userName eq "{user["userName"]}"'), 200)["totalResults"] == 1
    changed = made(customer.client.patch(f"/Users/{user['id']}", op("replace", "displayName", name)), 200)
    assert changed["displayName"] == name


@contextlib.contextmanager
def prepared_gone(server, times):
    """What the worker's connection has prepared goes away in the middle of its next transactions that write an event."""
    server.sql("create sequence public.gone")
    server.sql("grant usage on sequence public.gone to muster_scim")
    server.sql(f"""create function public.forget() returns trigger language plpgsql as $$
        begin
            if nextval('public.gone') <= {times} then
                execute 'deallocate all';
            end if;
            return null;
        end $$""")
    server.sql("create trigger forget after insert on muster.audit_event for each statement execute function public.forget()")
    yield
    assert server.sql("select last_value from public.gone")[0][0] > times
    server.sql("drop trigger forget on muster.audit_event")
    server.sql("drop function public.forget()")
    server.sql("drop sequence public.gone")


def test_a_table_changes_while_connections_live(customer):
    user = customer.user()
    for n in range(3):
        use(customer, user, f"before {n}")
    customer.server.sql("alter table muster.scim_user alter column version type numeric")  # 0A000
    before = customer.server.workers()
    for n in range(3):
        use(customer, user, f"after {n}")
    customer.server.sql("alter table muster.scim_user alter column version type bigint")
    changed = made(customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "first of all to notice")), 200)
    assert changed["title"] == "first of all to notice"
    assert customer.server.workers() == before


def test_the_server_forgets_what_was_prepared(customer):
    user = customer.user()
    for n in range(3):
        use(customer, user, f"before {n}")
    with prepared_gone(customer.server, 1):  # 26000 inside a transaction, which is run again
        new = customer.user()
        assert customer.server.sql("select count(*) from muster.audit_event where target_id = %s", new["id"]) == [(1,)]
        for n in range(3):
            use(customer, user, f"after {n}")


def test_the_server_forgets_between_two_requests(customer):
    user = customer.user()
    with prepared_gone(customer.server, 1):
        customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "the last statement forgets"))
        for n in range(3):
            use(customer, user, f"after {n}")
