"""Long polls: a commit wakes them, they end in time, and they never occupy all workers."""
import contextlib
import os
import signal
import tempfile
import threading
import time

import psycopg2
import pytest
from api import problem
from feed import Sealer, cgi
from helpers import made, user_body, wait_until
from webhooks import seal


@pytest.fixture(scope="module", autouse=True)
def sealing(server):
    with Sealer(server):
        yield


@pytest.fixture
def head(server, customer):
    """The number of the last event of a customer to whom nothing happens."""
    seal(server)
    return server.sql("select max(sequence) from muster.audit_seal where organization_id = %s", customer.id)[0][0]


def started(server, start):
    """The result of `start` as soon as it waits: somebody asks for the last number."""
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        c.autocommit = True
        cur.execute("select clock_timestamp()")
        begin = cur.fetchone()[0]
        thing = start()

        def asked():
            cur.execute("""select exists (select from pg_stat_activity where application_name = 'muster-admin' and query_start > %s
                                                                             and query like 'select coalesce((select s.sequence%%')""", (begin,))
            return cur.fetchone()[0]
        wait_until(asked, 10, "it waits")
    return thing


class Wait(threading.Thread):
    def __init__(self, api, path):
        super().__init__()
        self.api, self.path = api.with_key(api.token), path
        self.start()

    def run(self):
        self.answer = self.api.get(self.path)
        self.at = time.monotonic()

    def result(self):
        self.join()
        return self.answer


def test_a_wait_ends_soon_after_a_commit(api, server, customer, head):
    late = []
    for i in range(5):
        wait = started(server, lambda after=head: Wait(api, f"{customer.path}/events?after={after}&wait=20"))
        user = made(customer.client.post("/Users", user_body()))
        committed = time.monotonic()
        events = made(wait.result(), 200)["data"]
        assert [e["data"]["user"]["id"] for e in events] == [user["id"]]
        late.append(wait.at - committed)
        head = events[-1]["sequence"]
    assert min(late) < 0.5, late


def test_a_wait_that_is_over_is_an_empty_page(api, customer, head):
    begin = time.monotonic()
    answer = api.get(f"{customer.path}/events?after={head}&wait=1")
    assert answer.status == 200 and answer.json == {"data": [], "next_cursor": str(head)} and answer.header("Retry-After") is None
    assert 1 <= time.monotonic() - begin < 5


def test_what_is_there_is_answered_at_once(api, customer, head):
    begin = time.monotonic()
    assert [e["sequence"] for e in api.read(f"{customer.path}/events?after={head - 1}&wait=30")["data"]] == [head]
    assert time.monotonic() - begin < 5


def test_other_types_do_not_wake_but_are_passed(api, server, customer, head):
    wait = started(server, lambda: Wait(api, f"{customer.path}/events?after={head}&wait=2&types=team.*"))
    made(customer.client.post("/Users", user_body()))
    assert wait.result().json == {"data": [], "next_cursor": str(head + 1)}


def test_a_wait_leaves_a_worker_free(api, server, customer, head):
    """One of two workers may wait. Further ones must come back later, and other requests are served."""
    wait = started(server, lambda: Wait(api, f"{customer.path}/events?after={head}&wait=3"))
    for _ in range(5):
        answer = api.get(f"{customer.path}/events?after={head}&wait=30")
        assert answer.status == 200 and answer.header("Retry-After") == "1" and answer.json == {"data": [], "next_cursor": str(head)}
        assert api.get(f"{customer.path}/members").status == 200
    assert wait.is_alive()
    assert wait.result().header("Retry-After") is None
    assert api.get(f"{customer.path}/events?after={head}&wait=1").header("Retry-After") is None


def test_a_key_that_is_revoked_in_the_wait_ends_it(api, server, customer, head):
    key = customer.key("provisioning:read")
    seal(server)  # that there is a new key is an event, too
    wait = started(server, lambda: Wait(key, f"{customer.path}/events?after={head + 1}&wait=20"))
    server.sql("update muster.api_key set revoked_at = now() where organization_id = %s", customer.id)
    problem(wait.result(), 401, "unauthorized")


@pytest.fixture
def limits():
    """A file of counters of its own, as of another host."""
    with tempfile.TemporaryDirectory(prefix="mt", dir="/tmp") as directory:
        yield os.path.join(directory, "limits")


def finish(process, seconds):
    out, _ = process.communicate(timeout=seconds)
    return out.decode()


def test_the_deadline_of_a_request_moves_with_its_wait(server, customer, head, limits):
    begin = time.monotonic()
    out = finish(cgi(server, f"{customer.path}/events?after={head}&wait=2", MUSTER_LIMITS=limits, MUSTER_WORKERS="2", MUSTER_DEADLINE_MS="300",
                     MUSTER_BODY_MS="300"), 20)
    assert "Status: 200" in out and f'"next_cursor":"{head}"' in out and time.monotonic() - begin >= 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_to_end_answers_soon(server, customer, head, limits, number):
    process = started(server, lambda: cgi(server, f"{customer.path}/events?after={head}&wait=30", MUSTER_LIMITS=limits, MUSTER_WORKERS="2"))
    process.send_signal(number)
    out = finish(process, 5)
    assert process.returncode == 0 and "Status: 200" in out and f'"next_cursor":"{head}"' in out


def test_a_client_that_went_away_is_not_waited_for(server, customer, head, limits):
    process = started(server, lambda: cgi(server, f"{customer.path}/events?after={head}&wait=30", MUSTER_LIMITS=limits, MUSTER_WORKERS="2"))
    process.stdout.close()
    process.wait(5)


def test_a_killed_process_gives_its_place_back(server, customer, head, limits):
    path = f"{customer.path}/events?after={head}&wait="
    settings = {"MUSTER_LIMITS": limits, "MUSTER_WORKERS": "3"}
    process = started(server, lambda: cgi(server, path + "30", **settings))
    assert "Retry-After: 1" in finish(cgi(server, path + "1", **settings), 10)
    process.kill()
    process.communicate()
    wait_until(lambda: "Retry-After" not in finish(cgi(server, path + "1", **settings), 10), 8, "the place is free")


@pytest.mark.parametrize("settings", [{"MUSTER_WORKERS": "1"}, {"MUSTER_WORKERS": "8", "MUSTER_LIMITS": ""}])
def test_a_worker_that_may_be_the_last_waits_for_a_second(server, customer, head, limits, settings):
    begin = time.monotonic()
    out = finish(cgi(server, f"{customer.path}/events?after={head}&wait=30", **{"MUSTER_LIMITS": limits, **settings}), 20)
    assert "Status: 200" in out and 1 <= time.monotonic() - begin < 5
