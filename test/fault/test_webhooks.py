"""Webhooks under faults that take minutes: many events, a bad receiver, workers that are killed; a long backlog."""
import contextlib
import random
import threading
import time

import psycopg2
import pytest
from api import Api
from helpers import wait_until
from server import Server
from webhooks import WRITE_EVENTS, Endpoint, Receiver, Worker, end_worker, sealed, unsealed, write_events

EVENTS, TARGETS, KILLS, BACKLOG = 20_000, 400, 50, 100_000


@pytest.fixture
def server():
    s = Server(env={"MUSTER_TIME_SCALE": "10000"}).start()  # the sixth attempt comes after two seconds
    end_worker(s)
    yield s
    s.stop()


def test_twenty_thousand_events_a_receiver_that_fails_and_fifty_kills(server):
    """Each event at least once with one id, in order for each target, superseded ones shown as such; no gap in the sequence."""
    chance, customer = random.Random(1), server.customer()
    lock, good, failed = threading.Lock(), [], {}

    def answer(hit):
        with lock:
            # Ten in a row would be the end of it, and of so many events there is one of that kind now and then.
            fails = chance.random() < 0.3 and failed.get(hit.id, 0) < 7
            failed[hit.id] = failed.get(hit.id, 0) + fails
            if not fails:
                good.append((hit.target, hit.sequence, hit.id))
        return 500 if fails else 200

    with Receiver(answer) as r:
        e = Endpoint(customer, r.url, events=["scim.user.*"])
        targets = [f"01900000-0000-7000-8000-{n:012d}" for n in range(TARGETS)]
        done = threading.Event()

        def write():
            """Each event in a transaction of its own."""
            with contextlib.closing(psycopg2.connect(server.db)) as c, c.cursor() as cur:
                c.autocommit = True
                for n in range(EVENTS):
                    action = "scim.user.deactivated" if chance.random() < 0.01 else "scim.user.updated"
                    cur.execute(WRITE_EVENTS, (customer.id, action, targets[n % TARGETS], '{"changed":true}', 1))
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        for kill in range(KILLS):
            with Worker(server) as w, Worker(server) as other:
                before = len(r.hits)
                wait_until(lambda: len(r.hits) > before + 100 or (done.is_set() and not e.pending()), 60, "it works")
                (w if kill % 2 else other).kill()
                w.kill() if w.process.poll() is None else other.kill()
        server.sql("update muster.webhook_endpoint set open_until = null where id = %s", e.id)
        with Worker(server):
            writer.join()
            states = e.settled(400)
        total = EVENTS
        assert sum(states.values()) == total, states
        assert set(states) <= {"delivered", "superseded"}, states
        delivered = {d for d, in server.sql("select event_id::text from muster.webhook_delivery where endpoint_id = %s and state = 'delivered'", e.id)}
        superseded = {d for d, in server.sql("select event_id::text from muster.webhook_delivery where endpoint_id = %s and state = 'superseded'", e.id)}
        written = {d for d, in server.sql("select id::text from muster.audit_event where organization_id = %s and action like 'scim.user.%%'", customer.id)}
        got = {i for _, _, i in good}
        assert written == delivered | superseded and delivered <= got and got <= written
        numbers = [n for n, in server.sql("select sequence from muster.audit_seal where organization_id = %s order by 1", customer.id)]
        assert numbers == list(range(1, len(numbers) + 1))
        ids = {}
        for h in r.hits:
            assert ids.setdefault(h.sequence, h.id) == h.id
        for target in targets:
            highest = 0
            seen = set()
            for t, sequence, _ in good:
                if t == target and sequence not in seen:
                    assert sequence > highest, "a later event of the target was delivered before"
                    highest = sequence
                    seen.add(sequence)
        print(len(r.hits), "requests,", states)


def test_a_leaver_is_attempted_within_a_second_behind_a_hundred_thousand(server):
    customer = server.customer()
    first = threading.Event()

    def answer(hit):
        first.set()
        time.sleep(0.05)
        return 200

    with Receiver(answer) as r:
        e = Endpoint(customer, r.url, events=["scim.user.*"])
        for _ in range(BACKLOG // 10_000):
            write_events(server, customer.id, 10_000)
        with Worker(server) as w:
            wait_until(lambda: sealed(server, customer.id) > BACKLOG, 120, "the backlog is sealed")
            assert e.pending() > BACKLOG * 0.9
            waits = []
            for n in range(100):
                target = f"01900000-0000-7000-8000-{n:012d}"
                start = time.monotonic()
                write_events(server, customer.id, 1, action="scim.user.deactivated", target=target)
                wait_until(lambda t=target: any(h.target == t for h in r.hits[-40:]), 10, "the leaver is attempted")
                waits.append(next(h.at for h in reversed(r.hits) if h.target == target) - start)
            with open(f"/proc/{w.process.pid}/statm", encoding="utf-8") as f:
                resident = int(f.read().split()[1]) * 4096 / 2**20
        waits.sort()
        print(f"leavers: median {waits[50] * 1000:.0f} ms, p99 {waits[98] * 1000:.0f} ms, longest {waits[-1] * 1000:.0f} ms; {resident:.0f} MiB")
        assert waits[98] < 1, waits[-5:]
        assert resident < 100


def test_the_feed_misses_nothing_while_eight_write_and_one_stays_open(server):
    """A consumer that polls by sequence, while transactions begin and end in every order."""
    import contextlib

    import psycopg2

    customer, api = server.customer(), Api(server)
    each, after, got = 150, 0, []
    with Worker(server), contextlib.closing(psycopg2.connect(server.db)) as late:
        with late.cursor() as cur:
            cur.execute("select muster.audit(%s, null, 'scim.user.updated', null, 'scim_user', muster.uuid7(), '{\"late\":1}', muster.uuid7(), null)",
                        (customer.id,))
        users = [customer.client_of() for _ in range(8)]

        def write(client, k):
            for n in range(each):
                assert client.post("/Users", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                                              "userName": f"w{k}-{n}@example.com"}).status == 201

        writers = [threading.Thread(target=write, args=(c, k)) for k, c in enumerate(users)]
        for t in writers:
            t.start()
        begun = time.monotonic()
        committed = False
        while True:
            over = committed and not any(t.is_alive() for t in writers) and not unsealed(server, customer.id)
            page = api.read(f"{customer.path}/events?after={after}&limit=100&wait=1")
            got += page["data"]
            after = page["next_cursor"]
            if over and not page["data"]:
                break
            if not committed and time.monotonic() - begun > 3:
                late.commit()
                committed = True
        written = {d for d, in server.sql("select id::text from muster.audit_event where organization_id = %s", customer.id)}
        assert len(got) == len(written) and {g["id"] for g in got} == written
        assert [g["sequence"] for g in got] == list(range(1, len(got) + 1))
