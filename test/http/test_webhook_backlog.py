"""Rounds of sealing that have very many deliveries: the events are announced first, the deliveries follow, the organizations by turns."""
import contextlib
import uuid

import psycopg2
import pytest
from server import Server
from webhooks import NOWHERE, Endpoint, Receiver, Worker, end_worker, sealed, write_events

HOOKS = 20
KEPT = "select count(*) from muster.webhook_unmade where organization_id = %s"


@pytest.fixture(scope="module")
def server():
    s = Server().start()
    end_worker(s)
    yield s
    s.stop()


def seal_round(server):
    server.sql("select * from muster.audit_seal_next(0, 1000)")


def make(server, behind=None):
    rows = server.sql("select turn::text, deliveries from muster.webhook_make_kept(%s, 1000)", behind)
    return rows[0] if rows else None


def count(server, organization, more="true"):
    return server.sql(f"select count(*) from muster.webhook_delivery where organization_id = %s and {more}", organization)[0][0]


@pytest.fixture
def loud(server):
    customer = server.customer()
    hooks = [Endpoint(customer, NOWHERE, events=["scim.user.*"]) for _ in range(HOOKS)]
    seal_round(server)
    yield customer
    for hook in hooks:
        assert customer.api.delete(f"/organizations/{customer.id}/webhooks/{hook.id}").status == 204
    server.sql("delete from muster.webhook_unmade")


def test_a_round_announces_all_and_makes_few(server, loud):
    write_events(server, loud.id, 200)
    seal_round(server)
    assert sealed(server, loud.id) and count(server, loud.id) == 0
    assert server.sql(KEPT, loud.id) == [(200,)]


def test_a_small_round_makes_its_deliveries_itself(server, loud):
    write_events(server, loud.id, 10)
    seal_round(server)
    assert count(server, loud.id) == 10 * HOOKS and server.sql(KEPT, loud.id) == [(0,)]


def test_what_was_kept_is_made_in_order_and_once(server, loud):
    write_events(server, loud.id, 120)
    seal_round(server)
    write_events(server, loud.id, 1)
    seal_round(server)
    assert count(server, loud.id) == 0, "the new one waits for those before it"
    highest = 0
    for events in (50, 50, 21):
        assert make(server) == (loud.id, events * HOOKS)
        rows = server.sql("select min(sequence), max(sequence), count(distinct sequence) from muster.webhook_delivery "
                          "where organization_id = %s and sequence > %s", loud.id, highest)
        assert rows[0][0] > highest and rows[0][2] == events
        highest = rows[0][1]
    assert make(server) is None and count(server, loud.id) == 121 * HOOKS


def test_organizations_take_turns(server, loud):
    other = server.customer()
    hooks = [Endpoint(other, NOWHERE, events=["scim.user.*"]) for _ in range(HOOKS)]
    seal_round(server)
    for customer in (loud, other):
        write_events(server, customer.id, 150)
        seal_round(server)
    turns, behind = [], None
    for _ in range(4):
        behind, made = make(server, behind)
        assert made == 50 * HOOKS
        turns.append(behind)
    assert turns[0] != turns[1] and turns[:2] == turns[2:]
    for hook in hooks:
        assert other.api.delete(f"/organizations/{other.id}/webhooks/{hook.id}").status == 204


def test_a_leaver_waits_for_no_backlog_and_supersedes_what_was_kept_of_the_person(server, loud):
    person = str(uuid.uuid4())
    write_events(server, loud.id, 1, target=person)
    write_events(server, loud.id, 100)
    seal_round(server)
    write_events(server, loud.id, 1, "scim.user.deactivated", person)
    write_events(server, loud.id, 1, target=person)
    seal_round(server)
    assert count(server, loud.id) == count(server, loud.id, "action = 'scim.user.deactivated'") == HOOKS
    while make(server):
        pass
    rows = server.sql("select action, state, count(*) from muster.webhook_delivery where organization_id = %s and target_id = %s "
                      "group by action, state order by min(sequence)", loud.id, person)
    assert rows == [("scim.user.updated", "superseded", HOOKS), ("scim.user.deactivated", "pending", HOOKS), ("scim.user.updated", "pending", HOOKS)]


def test_two_workers_never_make_for_one_organization_at_once(server, loud):
    write_events(server, loud.id, 100)
    seal_round(server)
    with contextlib.closing(psycopg2.connect(server.db)) as first, first.cursor() as cursor:
        cursor.execute("select deliveries from muster.webhook_make_kept(null, 1000)")
        assert cursor.fetchone() == (50 * HOOKS,)
        assert make(server) == (loud.id, None)
        first.rollback()
    assert make(server) == (loud.id, 50 * HOOKS)


def test_a_worker_delivers_what_was_kept(server):
    customer = server.customer()
    with Receiver() as receiver:
        hooks = [Endpoint(customer, receiver.url, events=["scim.user.updated"]) for _ in range(11)]
        write_events(server, customer.id, 100)
        with Worker(server):
            receiver.wait(1100, 60)
            assert {hook.settled(60)["delivered"] for hook in hooks} == {100}
    assert len(receiver.hits) == 1100
