"""Killed workers, restarted databases, rolled-over responders: no acknowledged change is lost, and none is made partly."""
import contextlib
import http.client
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter

import cluster
import pytest
from helpers import BULK, PATCH_OP, kill, made, op, unique, user_body, wait_until
from load import Load
from server import Server


class Journal(Load):
    """Clients that create users and change groups until they are stopped, with a journal of what was answered."""

    def __init__(self, customer, n=6):
        super().__init__(*[self.work] * n)
        self.customer, self.journal, self.group = customer, [], customer.group(unique("load"))

    def work(self):
        client = self.customer.client_of()
        while not self.stop_now.is_set():
            name = f"{unique()}@example.com"
            answer = self.attempt(client.post, "/Users", user_body(name))
            if answer is None or answer.status != 201:
                continue
            self.attempt(client.patch, f"/Groups/{self.group['id']}", op("add", "members", [{"value": answer.json["id"]}]), key=answer.json["id"])

    def attempt(self, call, path, *args, key=None):
        try:
            answer = call(path, *args)
        except (OSError, http.client.HTTPException):
            answer = None  # nobody knows whether it was done
        status = answer.status if answer else None
        self.journal.append((call.__name__, key or (args[0]["userName"] if call.__name__ == "post" else None), status, answer))
        return answer

    def statuses(self):
        return Counter(s for _, _, s, _ in self.journal)

    def check(self):
        """Every acknowledged write is there, and none is there by half."""
        sql, org = self.customer.server.sql, self.customer.org["id"]
        users = dict(sql("select user_name_key, id::text from muster.scim_user where organization_id = %s", org))
        members = {r[0] for r in sql("select user_id::text from muster.scim_group_user where group_id = %s", self.group["id"])}
        for kind, key, status, answer in self.journal:
            if kind == "post" and status == 201:
                assert users[key] == answer.json["id"]
            if kind == "patch" and status in (200, 204):
                assert key in members
        events = Counter(sql("select action, coalesce(data ->> 'value', target_id::text) from muster.audit_event where organization_id = %s", org))
        assert all(n == 1 for n in events.values())
        assert {i for a, i in events if a == "scim.user.provisioned"} == set(users.values())
        assert {i for a, i in events if a == "scim.group.member_added"} == members
        people = sql("select count(*) from muster.team_member where organization_id = %s", org)[0][0]
        assert people == len(members)
        assert sql("select count(*) from muster.member where organization_id = %s", org)[0][0] == len(users)
        assert sql("select sum(users) from muster.connection_usage where organization_id = %s", org)[0][0] == len(users)


def test_kill_9_of_workers_under_load(own):
    customer = own.customer()
    with Journal(customer) as load:
        for kills in range(1, 16):
            kill(random.choice(own.workers()))
            wait_until(lambda: len(own.workers()) == 4, 1, "the master replaces a killed worker")
            before = len(load.journal)
            wait_until(lambda: len(load.journal) > before + 40, 10, "requests go on")  # noqa: B023
    load.check()
    statuses = load.statuses()
    assert statuses[200] + statuses[201] + statuses[204] > 500
    hurt = sum(n for s, n in statuses.items() if s not in (200, 201, 204))
    assert hurt <= kills, statuses  # only the request in hand of a killed worker


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_restarted_under_load(own, mode):
    customer = own.customer()
    with Journal(customer) as load:
        for _ in range(3):
            before = load.statuses()[201]
            wait_until(lambda: load.statuses()[201] > before + 50, 10, "requests succeed")  # noqa: B023
            restart(own, mode)
        before = load.statuses()[201]
        wait_until(lambda: load.statuses()[201] > before + 50, 10, "normal again")
    load.check()
    assert set(load.statuses()) <= {200, 201, 204, 503}, load.statuses()
    assert all(a.header("Retry-After") for _, _, s, a in load.journal if s == 503)


def restart(server, mode):
    pg = os.path.join(server.data, "pg")
    cluster.stop(pg, mode)
    cluster.start(pg)


def test_a_database_that_is_away_is_503_with_retry_after(own):
    customer = own.customer()
    pg = os.path.join(own.data, "pg")
    with open(os.path.join(pg, "postmaster.pid"), encoding="utf-8") as f:
        postmaster = int(f.readline())
    assert customer.client.get("/Users").status == 200
    # A backend that is killed takes all connections with it while the server recovers.
    backends = subprocess.run(["pgrep", "-P", str(postmaster), "-f", "muster_scim"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    kill(int(backends[0]))
    answers = [customer.client.get("/Users") for _ in range(20)]
    assert {a.status for a in answers} <= {200, 503} and all(a.header("Retry-After") for a in answers if a.status == 503)
    wait_until(lambda: customer.client.get("/Users").status == 200, 20, "the database is back")


def test_sighup_rolls_over_without_a_failed_request(own):
    customer = own.customer()
    with Journal(customer, 4) as load:
        for _ in range(5):
            old = set(own.workers())
            before = len(load.journal)
            os.kill(own.master(), signal.SIGHUP)
            wait_until(lambda: not old & set(own.workers()) and len(own.workers()) == 4, 20, "a new generation")  # noqa: B023
            wait_until(lambda: len(load.journal) > before + 50, 10, "requests go on")  # noqa: B023
    load.check()
    assert set(load.statuses()) <= {200, 201, 204}, load.statuses()


@pytest.mark.alone
def test_the_last_sighup_of_many_is_the_one_that_counts(own):
    """Those that come while a generation is still ending are one more roll-over, not none."""
    import psycopg2
    customer = own.customer()
    user = customer.user()
    with contextlib.closing(psycopg2.connect(own.db)) as c, c.cursor() as cur:
        cur.execute("select id from muster.scim_user where id = %s for update", (user["id"],))
        thread, result = in_background(lambda: customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T")))
        wait_until(lambda: waiting(own), 10, "a request holds the old generation up")
        for _ in range(3):  # the first rolls over, the others while it is ending
            os.kill(own.master(), signal.SIGHUP)
            before = set(own.workers())
            wait_until(lambda: set(own.workers()) != before or len(before) > 4, 5, "the first one is at work")  # noqa: B023
        meanwhile = set(own.workers())
        c.rollback()
        thread.join()
    assert result[0].status == 200
    wait_until(lambda: len(own.workers()) == 4 and not meanwhile & set(own.workers()), 10, "one generation more")


@pytest.mark.alone
def test_twenty_sighups_in_a_row_end_with_workers_of_the_last(own):
    customer = own.customer()
    with Journal(customer, 2) as load:
        for _ in range(20):
            before = set(own.workers())
            os.kill(own.master(), signal.SIGHUP)
            time.sleep(0.1)
        wait_until(lambda: len(own.workers()) == 4 and not before & set(own.workers()), 20, "all are newer than the last signal")
        count = len(load.journal)
        wait_until(lambda: len(load.journal) > count + 20, 10, "requests go on")
    load.check()
    assert set(load.statuses()) <= {200, 201, 204}, load.statuses()


def test_revocation_counts_on_the_very_next_request_of_every_worker(own):
    customer = own.customer()
    clients = [customer.client_of() for _ in range(8)]
    assert all(c.get("/Users").status == 200 for c in clients)
    own.muster("token", "revoke", customer.token["id"])
    assert [c.get("/Users").status for c in clients for _ in range(25)] == [401] * 200


def test_a_lock_held_by_somebody_else_is_503_not_a_pile_up(own):
    import psycopg2
    customer = own.customer()
    user = customer.user()
    with contextlib.closing(psycopg2.connect(own.db)) as c, c.cursor() as cur:
        cur.execute("select id from muster.scim_user where id = %s for update", (user["id"],))
        start = time.monotonic()
        answer = customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T"))
        assert answer.status == 503 and answer.header("Retry-After") and time.monotonic() - start < 25
        c.rollback()
    assert made(customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T")), 200)["title"] == "T"


def test_sigterm_finishes_the_request_in_hand():
    s = Server("--workers", "1").start()
    try:
        import psycopg2
        customer = s.customer()
        user = customer.user()
        master, result = s.master(), []
        with contextlib.closing(psycopg2.connect(s.db)) as c, c.cursor() as cur:
            cur.execute("select id from muster.scim_user where id = %s for update", (user["id"],))
            t = threading.Thread(target=lambda: result.append(customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T"))))
            t.start()
            wait_until(lambda: s.sql("select count(*) from pg_locks where not granted")[0][0] > 0, 10, "the request waits for the lock")
            os.kill(master, signal.SIGTERM)
            c.rollback()
            t.join()
        assert made(result[0], 200)["title"] == "T"
        wait_until(lambda: not os.path.exists(f"/proc/{master}") or open(f"/proc/{master}/stat", encoding="ascii").read().split()[2] == "Z", 20,
                   "the master has ended")
    finally:
        s.stop()


def bulk(customer, *operations):
    return customer.client.post("/Bulk", {"schemas": [BULK], "Operations": list(operations)})


def create(name):
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": user_body(name)}


def retitle(user):
    return {"method": "PATCH", "path": f"/Users/{user['id']}", "data": {"schemas": [PATCH_OP], "Operations": [op("replace", "title", "T")]}}


def in_background(run):
    result = []
    thread = threading.Thread(target=lambda: result.append(run()))
    thread.start()
    return thread, result


def waiting(server):
    return server.sql("select count(*) from pg_locks where not granted")[0][0] > 0


def log_of(server):
    with open(os.path.join(server.data, "log", "scim.log"), encoding="utf-8") as f:
        return f.read()


def test_plans_are_not_thrown_away_inside_a_transaction_that_failed(own):
    """Only 23505 rolls back to a savepoint."""
    import psycopg2
    customer = own.customer()
    refused = log_of(own).count("25P02")
    with contextlib.closing(psycopg2.connect(own.db)) as c, c.cursor() as cur:
        cur.execute("insert into muster.member (organization_id, id, email, email_key) values (%s, muster.uuid7(), 'b@example.com', 'b@example.com')",
                    (customer.org["id"],))
        thread, result = in_background(lambda: bulk(customer, *[create(f"{n}@example.com") for n in "abc"]))
        wait_until(lambda: waiting(own), 10, "the second operation waits for the other transaction")
        time.sleep(2.5)
        c.commit()
        thread.join()
    assert [i["status"] for i in made(result[0], 200)["Operations"]] == ["201"] * 3
    assert log_of(own).count("25P02") == refused and "scim.user.linked" in customer.actions()


def test_a_deadlock_inside_a_bulk_request_gives_up_its_locks_and_starts_over(own):
    import psycopg2
    customer = own.customer()
    first, second = customer.user(), customer.user()
    lock, deadlocks = "select from muster.scim_user where id = %s for update", log_of(own).count("40P01")
    with contextlib.closing(psycopg2.connect(own.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        cur.execute("set deadlock_timeout = '60s'")  # the victim is the other
        cur.execute(lock, (second["id"],))
        thread, result = in_background(lambda: bulk(customer, retitle(first), retitle(second)))
        wait_until(lambda: waiting(own), 10, "the bulk request waits for the second user")
        cur.execute(lock, (first["id"],))
        c.commit()
        thread.join()
    assert [i["status"] for i in made(result[0], 200)["Operations"]] == ["200", "200"]
    assert log_of(own).count("40P01") == deadlocks + 1
    assert all(customer.actions(u["id"]) == ["scim.user.provisioned", "scim.user.updated"] for u in (first, second))


def test_an_abandoned_read_ends_in_the_database_too():
    import psycopg2
    s = Server("--workers", "1", env={"MUSTER_DEADLINE_MS": "1000"}).start()
    running = "select count(*) from pg_stat_activity where usename = 'muster_scim'"
    try:
        customer = s.customer()
        assert customer.client.get("/Users").status == 200
        with contextlib.closing(psycopg2.connect(s.db)) as c, c.cursor() as cur:
            cur.execute("lock table muster.scim_user in access exclusive mode")
            assert customer.client.get("/Users").status == 503
            wait_until(lambda: s.sql(running) == [(0,)], 3, "the server finds that nobody listens")
            thread, _ = in_background(lambda: customer.client.get("/Users"))
            wait_until(lambda: s.sql(running) == [(1,)], 5, "the next one waits")
            kill(s.workers()[0])
            wait_until(lambda: s.sql(running) == [(0,)], 3, "nobody is left to read the answer")
            c.rollback()
            thread.join()
        assert customer.client.get("/Users").status == 200
    finally:
        s.stop()


def test_a_frozen_database_holds_no_request_past_its_deadline():
    """Nor does giving up ask the frozen server once more."""
    s = Server("--workers", "2", env={"MUSTER_DEADLINE_MS": "1500", "MUSTER_CONNECT_MS": "500"}).start()
    try:
        customer = s.customer()
        user = customer.user()
        with s.frozen_database():
            for _ in range(4):  # each worker has a connection, and then none
                start = time.monotonic()
                answer = customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T"))
                assert answer.status == 503 and answer.header("Retry-After") and time.monotonic() - start < 2.5
                start = time.monotonic()
                answer = customer.client.get("/Users")
                assert answer.status == 503 and answer.header("Retry-After") and time.monotonic() - start < 2.5
        wait_until(lambda: customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T")).status == 200, 10, "the database goes on")
    finally:
        s.stop()
