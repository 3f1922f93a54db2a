"""Several workers that are killed or stopped at any moment: nothing is lost, and nothing is recorded twice."""
import contextlib
import os
import re
import signal
import threading
import time

import psycopg2
import pytest
from api import Api
from customer import Customer
from helpers import statement, wait_until
from server import Server
from webhooks import (INSTALLATION, NOWHERE, Endpoint, Held, RawReceiver, Receiver, Worker, end_worker, read_request, seal, sealed, unsealed,
                      write_events)


@pytest.fixture(scope="module")
def server():
    s = Server(env={"MUSTER_TIME_SCALE": "1000", "MUSTER_WEBHOOKS_MAX": "200"}).start()
    end_worker(s)
    yield s
    s.stop()


@pytest.fixture
def customer(server):
    return server.customer()


def test_what_a_killed_worker_had_in_hand_is_sent_at_once_by_the_next_with_the_same_id(server, customer):
    held = Held()
    with Receiver(held) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(server, customer.id, 1)
        with Worker(server) as w:
            held.wait()
            w.kill()
        held.open()
        start = time.monotonic()
        with Worker(server):
            r.wait(2)
            assert time.monotonic() - start < 5, "long before the lease ends"
            assert e.settled() == {"delivered": 1}
        assert len(r.ids()) == 1


def test_a_worker_that_wakes_after_its_lease_has_no_say(server, customer):
    gate = threading.Event()

    def answer(hit):
        if len(r.hits) == 1:
            gate.wait(20)
            return 500
        return 200

    with Receiver(answer) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(server, customer.id, 1)
        with Worker(server) as first:
            r.wait(1)
            first.process.send_signal(signal.SIGSTOP)
            server.sql("update muster.webhook_queue set next_at = now() where endpoint_id = %s", e.id)  # the lease is over
            with Worker(server):
                assert e.settled() == {"delivered": 1}
            gate.set()
            first.process.send_signal(signal.SIGCONT)
            wait_until(lambda: "state=late" in open(first.log, encoding="utf-8").read(), 10, "it came too late")
        assert e.states() == {"delivered": 1}
        assert e.deliveries()[0]["attempts"] == 1 and len(r.ids()) == 1


def test_three_workers_share_the_work_and_send_each_event_once(server, customer):
    with Receiver() as r, Worker(server), Worker(server), Worker(server):
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(server, customer.id, 300)
        assert e.settled() == {"delivered": 300}
        assert len(r.hits) == 300 and len(r.ids()) == 300


def test_another_worker_seals_when_one_is_killed_or_stands_still(server, customer):
    with Worker(server) as first, Worker(server):
        for n, number in enumerate((signal.SIGSTOP, signal.SIGKILL), 1):
            write_events(server, customer.id, 20)
            first.process.send_signal(number)
            start, have = time.monotonic(), sealed(server, customer.id)
            write_events(server, customer.id, 20)
            total = server.sql("select count(*) from muster.audit_event where organization_id = %s", customer.id)[0][0]
            wait_until(lambda: sealed(server, customer.id) == total, 5, "all is sealed")
            assert time.monotonic() - start < 3, (n, have)
        first.process.wait(10)
    numbers = server.sql("select sequence from muster.audit_seal where organization_id = %s order by 1", customer.id)
    assert [n for n, in numbers] == list(range(1, total + 1))


def test_a_worker_that_is_told_to_end_finishes_what_it_has_in_hand(server, customer):
    held = Held()
    with Receiver(held) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(server, customer.id, 1)
        with Worker(server) as w:
            held.wait()
            w.process.send_signal(signal.SIGTERM)
            held.open()
            assert w.process.wait(10) == 0
        assert e.states() == {"delivered": 1} and len(r.hits) == 1


def test_the_database_may_be_restarted_under_a_worker(server, customer):
    with Receiver() as r, Worker(server):
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(server, customer.id, 20)
        server.database("stop")
        server.database("start")
        write_events(server, customer.id, 20)
        assert e.settled(30) == {"delivered": 40}
        assert len(r.ids()) == 40


def test_what_was_reserved_when_the_connection_was_lost_is_sent_at_once(server, customer):
    """The worker never learnt of it: it has its number still, so nobody takes it for gone."""
    held = "select l.objid::bigint from pg_locks l where l.locktype = 'advisory' and l.objsubid = 2 and l.granted"
    with Receiver() as r, Worker(server) as w:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        wait_until(lambda: server.sql(held), 10, "the worker is there")
        w.process.send_signal(signal.SIGSTOP)
        write_events(server, customer.id, 4)
        seal(server)
        server.sql("""update muster.webhook_queue set lease = gen_random_uuid(), in_hand = 1, holder = %s, next_at = now() + interval '1 hour'
                      where endpoint_id = %s""", server.sql(held)[0][0], e.id)
        server.hang_up("muster-deliver")
        w.process.send_signal(signal.SIGCONT)
        assert e.settled(20) == {"delivered": 4} and len(r.ids()) == 4


def test_a_worker_whose_old_connection_the_database_believes_in_works_on(server, customer):
    with Receiver() as r, Worker(server), contextlib.closing(psycopg2.connect(server.db)) as old, old.cursor() as c:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        held = "select l.pid, l.objid::bigint from pg_locks l where l.locktype = 'advisory' and l.objsubid = 2 and l.granted"
        wait_until(lambda: server.sql(held), 10, "the worker is there")
        pid, number = server.sql(held)[0]
        waits = threading.Thread(target=c.execute,
                                 args=("set lock_timeout = '5s'; select pg_advisory_lock(hashtext('muster.webhook_worker'), %s::integer)", (number,)))
        waits.start()
        wait_until(lambda: server.sql("select 1 from pg_locks where locktype = 'advisory' and objsubid = 2 and not granted"), 5, "it is waited for")
        server.hang_up("muster-deliver")
        waits.join()
        write_events(server, customer.id, 20)
        assert e.settled(5) == {"delivered": 20}


def query(name):
    return re.sub(r"\$\d+", "%s", statement(name))


def deliver(server):
    """A connection as a worker has it."""
    return contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "muster_deliver")))


def claim(cursor, endpoint=None):
    """What a worker with 256 free places reserves: 30 at most, four at once for each endpoint; of this endpoint, or all."""
    cursor.execute("select organization_id, endpoint_id, target_id, lease from muster.webhook_reserve(30, 256, 320, 8, 4, 30, 2, 1, %s)",
                   (INSTALLATION,))
    jobs = cursor.fetchall()
    cursor.connection.commit()
    return [j for j in jobs if endpoint is None or j[1] == endpoint.id]


def settle(cursor, job, took_ms=1):
    cursor.execute("select muster.webhook_outcome(%s, %s, %s, %s, 'delivered', 200, null, %s, null, null, null, 1, 5, 5, 60, 5, 2)", (*job, took_ms))


@pytest.fixture
def claims(server):
    """Takes deliveries as a worker does; what other tests left is none of them."""
    server.sql("update muster.webhook_endpoint set removed_at = now() where removed_at is null")
    with deliver(server) as c, c.cursor() as cursor:
        yield cursor
    server.sql("update muster.webhook_endpoint set removed_at = now() where removed_at is null")


def test_organizations_take_turns(server, customer, claims):
    for _ in range(10):
        Endpoint(customer, NOWHERE, events=["scim.user.updated"])
    other = server.customer()
    last = Endpoint(other, NOWHERE, events=["scim.user.updated"])
    for org in (customer, other):
        write_events(server, org.id, 20)
    seal(server)
    jobs = claim(claims)
    assert len(jobs) == 30 and sum(j[1] == last.id for j in jobs) == 4


def test_a_slow_endpoint_gets_one_at_a_time_until_it_is_quick_again(server, customer, claims):
    e = Endpoint(customer, NOWHERE, events=["scim.user.updated", "scim.user.deactivated"])
    write_events(server, customer.id, 20)
    seal(server)
    jobs = claim(claims, e)
    assert len(jobs) == 4
    for job in jobs:
        settle(claims, job, took_ms=2500)
    jobs = claim(claims, e)
    assert len(jobs) == 1 and not claim(claims, e)
    write_events(server, customer.id, 5, action="scim.user.deactivated")
    seal(server)
    assert len(claim(claims, e)) == 4, "leavers have places of their own"
    settle(claims, jobs[0])
    assert len(claim(claims, e)) == 4


def test_an_endpoint_that_hangs_counts_as_slow_before_its_attempt_ends(server, customer, claims):
    e = Endpoint(customer, NOWHERE, events=["scim.user.updated"])
    write_events(server, customer.id, 2)
    seal(server)
    assert len(claim(claims, e)) == 2
    write_events(server, customer.id, 9)
    seal(server)
    server.sql("update muster.webhook_queue set next_at = next_at - interval '3 s' where endpoint_id = %s and lease is not null", e.id)
    assert not claim(claims, e)


def test_an_endpoint_whose_circuit_was_open_is_tried_once_however_often_one_asks(server, customer, claims):
    e = Endpoint(customer, NOWHERE, events=["scim.user.updated"])
    write_events(server, customer.id, 9)
    seal(server)
    server.sql("update muster.webhook_endpoint set failures = 5, open_until = now() - interval '1 s' where id = %s", e.id)
    assert len(claim(claims, e)) == 1 and not claim(claims, e)


def test_a_worker_of_the_last_release_takes_deliveries_too(server, customer, claims):
    e = Endpoint(customer, NOWHERE, events=["scim.user.updated"])
    write_events(server, customer.id, 9)
    seal(server)
    claims.execute("""select organization_id, endpoint_id, target_id, lease
                      from muster.webhook_claim(30, 30, 4, 30, 1, '00000000-0000-0000-0000-000000000000')""")
    jobs = [j for j in claims.fetchall() if j[1] == e.id]
    assert len(jobs) == 4
    for job in jobs:
        claims.execute("select muster.webhook_settle(%s, %s, %s, %s, 'delivered', 200, null, 1, null, null, null, 1)", job)
    claims.connection.commit()
    assert e.states() == {"pending": 5, "delivered": 4}


def test_a_hundred_endpoints_that_hang_leave_places_for_another_organization(server, customer):
    other = server.customer()
    done = threading.Event()

    def hang(c):
        read_request(c)
        done.wait(30)

    with RawReceiver(hang) as crowd, Receiver() as quick, Worker(server) as w:
        slow = [Endpoint(customer, crowd.url, events=["scim.user.*"]) for _ in range(100)]
        Endpoint(other, quick.url, events=["scim.user.*"])
        write_events(server, customer.id, 20)
        write_events(server, customer.id, 20, action="scim.user.deactivated")
        wait_until(lambda: crowd.connections >= 160, 10, "an organization has half of all places")
        for n, action in enumerate(("scim.user.updated", "scim.user.deactivated"), 1):
            write_events(server, other.id, 1, action=action)
            quick.wait(n)
        assert server.sql("select sum(attempts) from muster.webhook_delivery where organization_id = %s", customer.id) == [(0,)], "they still hang"
        assert crowd.connections == 160
        server.sql("update muster.webhook_endpoint set removed_at = now() where id = any (%s::uuid[])", [e.id for e in slow])
        w.kill()
        done.set()


def test_what_is_sealed_and_what_is_settled_do_not_wait_for_each_other_in_a_circle(server):
    """Two organizations, one endpoint of the installation, and targets in the other order than the organizations."""
    api = Api(server)
    hook = api.made("/webhooks", {"url": "https://hooks.invalid/", "events": ["scim.user.updated"]})
    first, second = sorted(Customer(api).id for _ in range(2))
    targets = {first: "ffffffff-0000-7000-8000-000000000001", second: "00000000-0000-7000-8000-000000000001"}

    def change():
        for org, target in targets.items():
            write_events(server, org, 1, target=target)

    change()
    seal(server)
    with deliver(server) as c, c.cursor() as k:
        jobs = sorted((j for j in claim(k) if j[1] == hook["id"]), key=lambda j: j[2])
        c.commit()
        assert [j[0] for j in jobs] == [second, first]
        change()
        k.execute(query("deliver_hold"), tuple([j[i] for j in jobs] for i in range(3)))
        settle(k, jobs[0])
        sealer = threading.Thread(target=seal, args=(server,))
        sealer.start()
        wait_until(lambda: server.sql("select 1 from pg_locks where not granted"), 5, "the sealer waits")
        settle(k, jobs[1])
        c.commit()
        sealer.join()
    assert all(unsealed(server, org) == 0 for org in targets)
    api.delete(f"/webhooks/{hook['id']}")


def test_what_an_attempt_costs_does_not_grow_with_what_waits_behind_it(server, customer):
    e = Endpoint(customer, "https://hooks.invalid/", events=["scim.user.updated"])
    write_events(server, customer.id, 5000, target=e.id)
    seal(server)
    with deliver(server) as c, c.cursor() as k:
        job = next(j for j in claim(k) if j[1] == e.id)
        c.commit()
        settle(k, job)
        k.execute("select idx_tup_fetch + seq_tup_read from pg_stat_xact_user_tables where schemaname = 'muster' and relname = 'webhook_delivery'")
        assert k.fetchone()[0] < 50
        c.commit()
    customer.api.delete(e.path)


def test_once_seals_and_sends_and_ends(server, customer):
    with Receiver() as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(server, customer.id, 10)
        w = Worker(server)
        w.arguments = ["--once"]
        with w:
            assert w.process.wait(30) == 0
        assert e.states() == {"delivered": 10} and len(r.hits) == 10


def test_a_worker_that_comes_numbers_nothing_whose_event_is_gone(server, customer):
    """A restored copy, or a partition that was dropped: a number without its event would be bad for ever."""
    t = customer.id
    write_events(server, t, 3)
    place, event = server.sql("select place, event_id::text from muster.audit_pending where organization_id = %s order by place offset 1 limit 1", t)[0]
    server.fill(("delete from muster.audit_event where organization_id = %s and id = %s", t, event))
    assert server.sql("select head is not null from muster.audit_pending where place = %s", place) == [(True,)]
    with Worker(server):
        wait_until(lambda: unsealed(server, t) == 0, 10, "the rest is sealed")
    assert server.muster("audit", "verify", "--org", t)["problem_count"] == 0


def test_without_its_key_a_worker_seals_and_sends_nothing(server, customer):
    with Receiver() as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(server, customer.id, 1)
        with Worker(server, MUSTER_SECRET_KEY_FILE="") as w:
            wait_until(lambda: e.states() == {"pending": 1}, 5, "the delivery is there")
            wait_until(lambda: "no_webhooks" in open(w.log, encoding="utf-8").read(), 5, "it says why")
        assert not r.hits
        with Worker(server):
            assert e.settled() == {"delivered": 1}


def test_memory_stays_flat_with_a_backlog(server, customer):
    def resident(pid):
        with open(f"/proc/{pid}/statm", encoding="utf-8") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20

    with Receiver() as r, Worker(server, ASAN_OPTIONS="quarantine_size_mb=0") as w:  # which keeps what was freed
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(server, customer.id, 200)
        assert e.settled() == {"delivered": 200}
        before = resident(w.process.pid)
        write_events(server, customer.id, 3000, data='{"much":"' + "x" * 2000 + '"}')
        wait_until(lambda: len(r.hits) > 1000, 60, "a part is sent")
        assert resident(w.process.pid) < before + 40
        e.api.delete(e.path)
