"""A synchronous standby that is away, back, or in the primary's place: what was acknowledged stays, and nothing piles up."""
import functools
import http.client
import json
import os
import random
import threading
import time

import pytest
from helpers import Client, made, op, unique, user_body, wait_until
from load import Load
from pair import Pair

DEADLINE = 3.0
PROMOTIONS = int(os.environ.get("MUSTER_PROMOTIONS", "4"))


@pytest.fixture(scope="module")
def pair():
    p = Pair(MUSTER_DEADLINE_MS=str(int(DEADLINE * 1000)))
    yield p
    p.stop()


@pytest.fixture(scope="module")
def customer(pair):
    return pair.server.customer()


@pytest.fixture
def back(pair):
    """The end of a test that sent the standby away."""
    yield
    pair.back()
    wait_until(lambda: not pair.waiting(), 5, "nobody waits any more")


def timed(call, *args):
    began = time.monotonic()
    answer = call(*args)
    return answer, time.monotonic() - began


def assert_away(answer):
    assert answer.status == 503 and answer.header("Retry-After"), answer


def in_background(call, *args):
    result = []
    thread = threading.Thread(target=lambda: result.append(timed(call, *args)))
    thread.start()
    return thread, result


def test_without_the_standby_nothing_is_acknowledged_and_nothing_piles_up(pair, customer, back):
    known, login = customer.user(), f"{unique()}@example.com"
    fresh = customer.renew()  # its first use is written down
    pair.away()
    answer, took = timed(customer.client_of().get, f"/Users/{known['id']}")
    assert answer.status == 200 and took < 1, "a read waits for nobody"
    answer, took = timed(customer.client.post, "/Users", user_body(login))
    assert_away(answer)
    assert took < DEADLINE + 1
    wait_until(lambda: timed(customer.client.patch, f"/Users/{known['id']}", op("replace", "title", "T"))[0].status == 503, 1, "503")
    for _ in range(20):
        answer, took = timed(customer.client.patch, f"/Users/{known['id']}", op("replace", "title", "T"))
        assert_away(answer)
        assert took < 0.5 and "standby" in answer.json["detail"]
    assert len(pair.waiting()) <= 2 * 3 + 1  # responders, and the worker for events
    pair.back()
    wait_until(lambda: customer.client.patch(f"/Users/{known['id']}", op("replace", "title", "T")).status == 200, 5, "changes go on")
    assert customer.client.post("/Users", user_body(login)).status == 409, "the first one is there"
    assert made(customer.client.get(f"/Users?filter=userName%20eq%20%22{login}%22"), 200)["totalResults"] == 1
    assert fresh["id"]
    pair.away()


def end_waiting(pair):
    """Ends the commits that wait: those of requests once, then none may come; the worker may seal what was written whenever it gets to it."""
    pair.terminate(pair.waiting())

    def nobody():
        pair.terminate(pair.waiting("muster_deliver"))
        return not pair.waiting()
    wait_until(nobody, 5, "no commit waits")


def test_a_wait_that_is_cut_short_acknowledges_nothing(pair, customer, back):
    """Neither by a cancel, nor with the end of the backend, nor that of the connection; nor does the repetition."""
    pair.away()
    for end in ("select pg_cancel_backend(%s)", "select pg_terminate_backend(%s)", None):
        user = f"{unique()}@example.com"
        thread, result = in_background(customer.client.post, "/Users", user_body(user))
        wait_until(pair.waiting, 2, "the commit waits for the standby")
        if end:
            for pid in pair.waiting():
                pair.sql(end, None, pid)
        else:
            pair.proxy.cut()
        thread.join()
        answer, took = result[0]
        assert_away(answer)
        assert took < DEADLINE + 1, "one deadline for all of it"
        end_waiting(pair)


def test_a_change_that_changes_nothing_waits_for_the_standby_too(pair, customer, back):
    """It may find a change that no standby has."""
    user = customer.user(title="T")
    same = user_body(user["userName"], title="T", active=True)
    key = {"Idempotency-Key": unique()}
    admin = Client(pair.server.env["MUSTER_ADMIN_URL"], pair.server.env["MUSTER_API_KEY"])
    member = {"email": f"{unique()}@example.com"}
    path = f"/organizations/{customer.slug}/members"
    made(admin.request("POST", path, member, {**key, "Content-Type": "application/json"}))
    pair.away()
    for call in (lambda: customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T")),
                 lambda: customer.client.put(f"/Users/{user['id']}", same),
                 lambda: admin.request("POST", path, member, {**key, "Content-Type": "application/json"})):
        assert_away(call())
        end_waiting(pair)


def test_health_and_doctor_say_so(pair, customer, back):
    def ready():
        return Client(f"http://127.0.0.1:{pair.server.port}", "").request("GET", "/readyz")

    def doctor():
        return pair.server.muster("doctor", ok=False).stdout

    assert ready().json == {"status": "ok"}
    pair.sql("alter role muster_scim set synchronous_commit = local")
    try:
        pair.server.hang_up("muster-admin")
        wait_until(lambda: ready().status == 200, 5, "a new connection")
        assert "synchronous_commit is local for muster_scim" in ready().json["warnings"][0]
        assert "BAD  durability: synchronous_commit is local for muster_scim" in doctor()
    finally:
        pair.sql("alter role muster_scim reset synchronous_commit")
    pair.away()
    answer = ready()
    assert_away(answer)
    assert "no such standby is connected" in answer.text
    assert "BAD  standby: synchronous_standby_names is set and no such standby" in doctor()


def test_a_commit_that_waits_is_reported(pair, customer):
    """The standby is connected and says nothing."""
    receiver = int(pair.sql("select pid from pg_stat_wal_receiver", pair.standby[1])[0][0])
    os.kill(receiver, 19)
    try:
        assert_away(customer.client.post("/Users", user_body()))
        answer = Client(f"http://127.0.0.1:{pair.server.port}", "").request("GET", "/readyz")
        assert_away(answer)
        assert "a commit has waited for a synchronous standby" in answer.text
        assert "BAD  standby: a commit has waited" in pair.server.muster("doctor", ok=False).stdout
    finally:
        os.kill(receiver, 18)
    wait_until(lambda: not pair.waiting(), 5, "nobody waits any more")


class Journal(Load):
    """Clients that change things and repeat whatever was not acknowledged, with a journal of what was."""

    def __init__(self, customer, n=6):
        self.groups = [customer.group(unique("load"))["id"] for _ in range(n)]  # one each, so that none waits for another's lock
        super().__init__(*[functools.partial(self.work, g) for g in self.groups])
        self.customer, self.acks, self.lock = customer, [], threading.Lock()
        self.titles, self.tried, self.statuses = {}, {}, {}

    def insist(self, call, *args):
        """The answer that is no refusal for now (503, 429); the same request again until then. When it was sent is the last time."""
        while not self.stop_now.is_set():
            sent = time.monotonic()
            try:
                answer = call(*args)
            except (OSError, http.client.HTTPException):
                answer = None
            with self.lock:
                status = answer.status if answer else None
                self.statuses[status] = self.statuses.get(status, 0) + 1
            if answer and answer.status not in (429, 503):
                return answer, sent
            time.sleep(0.02)
        return None, None

    def acknowledge(self, kind, key, sent):
        with self.lock:
            self.acks.append((kind, key, sent, time.monotonic()))

    def work(self, group):
        server = self.customer.server
        client = self.customer.client_of()
        admin = Client(server.env["MUSTER_ADMIN_URL"], server.env["MUSTER_API_KEY"])
        while not self.stop_now.is_set():
            answer, sent = self.insist(client.post, "/Users", user_body(f"{unique()}@example.com"))
            if not answer or answer.status != 201:
                continue
            user = answer.json["id"]
            self.acknowledge("user", user, sent)
            for n in range(1, random.randint(2, 4)):
                self.tried[user] = n
                for _ in range(2):  # the second changes nothing
                    answer, sent = self.insist(client.patch, f"/Users/{user}", op("replace", "title", f"{n}"))
                    if answer:
                        assert answer.status == 200, answer
                        self.titles[user] = n
                        self.acknowledge("title", user, sent)
            answer, sent = self.insist(client.patch, f"/Groups/{group}", op("add", "members", [{"value": user}]))
            if answer:
                assert answer.status in (200, 204), answer
                self.acknowledge("member", user, sent)
            email, key = f"{unique()}@example.com", {"Idempotency-Key": unique(), "Content-Type": "application/json"}
            answer, sent = self.insist(admin.request, "POST", f"/organizations/{self.customer.slug}/members", {"email": email}, key)
            if answer:
                assert answer.status == 201, answer
                self.acknowledge("local", answer.json["id"], sent)

    def lost(self):
        """Acknowledged changes that are not there."""
        sql, org = self.customer.server.sql, self.customer.org["id"]
        there = {
            "user": {i: json.loads(r).get("title") for i, r in sql("select id::text, resource from muster.scim_user where organization_id = %s", org)},
            "member": {r[0] for r in sql("select user_id::text from muster.scim_group_user where group_id = any(%s::uuid[])", self.groups)},
            "local": {r[0] for r in sql("select id::text from muster.member where organization_id = %s", org)},
        }
        missing = [(k, i) for k, i, _, _ in self.acks if k != "title" and i not in there[k]]
        return missing + [("title", u) for u, n in self.titles.items() if not n <= int(there["user"].get(u) or 0) <= self.tried[u]]

    def count(self):
        return len(self.acks)


def interrupt(pair, how, seconds):
    """Ends the waits while the standby is away."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if how == "terminate":
            pair.terminate(pair.waiting())
        elif how == "cut":
            pair.proxy.cut()
        time.sleep(0.3)


@pytest.mark.parametrize("number", range(PROMOTIONS))
def test_a_promotion_loses_nothing_that_was_acknowledged(pair, customer, number):
    how = ("deadline", "terminate", "cut")[number // 2 % 3]
    away = number % 2 == 1
    with Journal(customer) as load:
        wait_until(lambda: load.count() > 100, 20, "changes are acknowledged")
        if away:
            pair.away()
            since = time.monotonic()
            interrupt(pair, how, DEADLINE + 2)
            early = [a for a in load.acks if a[2] > since]
            assert not early, "acknowledged without a standby"
        before = load.count()
        pair.promote(running=not away)
        wait_until(lambda: load.count() > before + 100, 30, "changes are acknowledged by the new primary")
    lost = load.lost()
    print(f"promotion {number}: {how if away else 'standby there'}, {load.count()} acknowledged, {len(lost)} lost, {load.statuses}")
    pair.join()
    assert lost == []
