#!/usr/bin/python3
"""What a customer feels of an attack by another customer or a stranger.

    test/attack/neighbour.py [--bin DIR] [--runs N] [--seconds S] [--server lighttpd|apache|nginx|cgi] [ATTACK ...]

Starts a server of its own (scripts/run) with two organizations. The neighbour sends plain GETs of one user over one connection, as fast as
they are answered: first in quiet, then while the attack runs. Each of the runs (five) prints p50 and p99 of both in milliseconds and the
ratio of the p99; the last line of an attack has the medians over the runs, how fast the attackers were answered, and with which statuses.

Attacks, without a name all of them:
    strangers   five clients with made-up tokens of the right form send users whose userName is 5 MB of U+FDFA (18 characters under NFKC)
    gets        64 clients with plain GETs of one user: what others are measured by
    filters     five clients with a filter of 100 terms `co` over a directory of 20 000 users
    locked      eight clients change a group whose row somebody else's session holds, for 15 of 20 seconds
    put         eight clients replace a group of 2 000 members
    members     64 clients add and remove one member of the same group

--bin DIR measures the programs of another build directory (with its own scripts/run, beside it), for figures of before and after.
Not part of any suite: it takes minutes, and times mean little on a busy machine. Exit status 1: a bound of BOUNDS was broken.

An attack is a function of (server, customer) that gives a list of functions; each of them runs in a process of its own, again and again until
the time is over, and gives the status that it got. What it needs is made before the time begins.
"""
import argparse
import collections
import contextlib
import json
import multiprocessing
import os
import secrets
import statistics
import sys
import time

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "http"))
import helpers  # noqa: E402  pylint: disable=wrong-import-position
from server import Server  # noqa: E402  pylint: disable=wrong-import-position


def strangers(server, customer):
    del customer
    body = json.dumps(helpers.user_body("x@example.com", userName="\ufdfa" * (5_000_000 // 3)), ensure_ascii=False).encode()

    def send():
        client = server.client(helpers.made_up_token(), timeout=120)
        status = client.post("/Users", body).status
        client.close()
        return status
    return [send] * 5


def client_of(customer):
    return customer.server.client(customer.token["token"], timeout=120)


def gets(server, customer):
    del server
    path = f"/Users/{customer.user()['id']}"
    clients = [client_of(customer) for _ in range(64)]
    return [lambda c=c: c.get(path).status for c in clients]


def filters(server, customer):
    helpers.fill_users(server, customer, 20_000)
    server.fill(("""update muster.scim_user set folded = jsonb_build_object('title', 'senior engineer of department ' || right(id::text, 4))
                    where connection_id = %s""", customer.connection["id"]))
    terms = " or ".join(f'title co "nobody{i}"' for i in range(100))
    path = "/Users?filter=" + helpers.quote(terms)
    clients = [client_of(customer) for _ in range(5)]
    return [lambda c=c: c.get(path).status for c in clients]


def hold(url, group):
    """Somebody else's session that holds the group's row for 15 seconds."""
    with contextlib.closing(psycopg2.connect(url.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        cur.execute("select from muster.scim_group where id = %s for update", (group,))
        time.sleep(15)
    time.sleep(5)
    return "held"


def locked(server, customer):
    group = customer.group()["id"]
    clients = [client_of(customer) for _ in range(8)]

    def change(client):
        return client.patch(f"/Groups/{group}", helpers.op("replace", "displayName", secrets.token_hex(8))).status
    return [lambda c=c: change(c) for c in clients] + [lambda: hold(server.db, group)]


def put(server, customer):
    ids = helpers.fill_users(server, customer, 2_000)
    group = customer.group()["id"]
    bodies = [json.dumps(helpers.group_body(f"Everybody {i}", ids[i:])) for i in range(8)]
    clients = [client_of(customer) for _ in range(8)]
    return [lambda c=c, b=b: c.put(f"/Groups/{group}", b).status for c, b in zip(clients, bodies)]


def members(server, customer):
    del server
    group, users = customer.group()["id"], [customer.user()["id"] for _ in range(64)]
    clients, turn = [client_of(customer) for _ in users], collections.Counter()

    def change(i):
        turn[i] += 1
        return clients[i].patch(f"/Groups/{group}", helpers.op("add" if turn[i] % 2 else "remove", "members",
                                                               [{"value": users[i]}])).status
    return [lambda i=i: change(i) for i in range(64)]


ATTACKS = {"strangers": strangers, "gets": gets, "filters": filters, "locked": locked, "put": put, "members": members}


def within(quiet, loud):
    return loud < max(3 * quiet, 50)


# The yardstick of `members` is what `gets` shows in the same run.
# Whether the neighbour's p99 in milliseconds, quiet and under attack, is good enough.
BOUNDS = {"strangers": within, "filters": within, "locked": within, "put": within}


def attack_process(send, ready, begin, stop, results):
    counts = collections.Counter()
    ready.release()
    begin.wait()
    while not stop.is_set():
        try:
            counts[send()] += 1
        except OSError as e:
            counts[type(e).__name__] += 1
    results.put(counts)


class Running:
    """The attackers, each in a process of its own, within a `with`; afterwards `counts` has what they were answered."""

    def __init__(self, senders):
        self.begin, self.stop, self.ready = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Semaphore(0)
        self.results, self.counts = multiprocessing.Queue(), collections.Counter()
        self.processes = [multiprocessing.Process(target=attack_process, args=(s, self.ready, self.begin, self.stop, self.results))
                          for s in senders]

    def __enter__(self):
        for p in self.processes:
            p.start()
        for _ in self.processes:
            self.ready.acquire()
        self.begin.set()
        time.sleep(0.5)  # the attack is at its height before the neighbour is measured
        return self

    def __exit__(self, *why):
        self.stop.set()
        for _ in self.processes:
            self.counts += self.results.get(timeout=300)
        for p in self.processes:
            p.join()


def times(client, path, seconds):
    """Milliseconds of each GET, sorted."""
    out, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        answer = client.get(path)
        out.append((time.monotonic() - start) * 1000)
        assert answer.status == 200, answer
    return sorted(out)


def percentile(ordered, p):
    return ordered[min(len(ordered) - 1, int(len(ordered) * p))]


def measure(server, name, options):
    neighbour, customer = server.customer(), server.customer()
    path = f"/Users/{neighbour.user()['id']}"
    senders = ATTACKS[name](server, customer)
    times(neighbour.client, path, 1)  # warm
    figures, counts, loud_seconds = [], collections.Counter(), 0.0
    seconds = options.seconds if name != "locked" else max(options.seconds, 15)  # as long as the row is held
    for run in range(1, options.runs + 1):
        quiet = times(neighbour.client, path, options.seconds)
        started = time.monotonic()
        with Running(senders) as running:
            loud = times(neighbour.client, path, seconds)
        loud_seconds += time.monotonic() - started
        counts += running.counts
        row = [percentile(quiet, 0.5), percentile(quiet, 0.99), percentile(loud, 0.5), percentile(loud, 0.99)]
        figures.append(row)
        print(f"{name} run {run}: quiet p50 {row[0]:.1f} p99 {row[1]:.1f} ms, under attack p50 {row[2]:.1f} p99 {row[3]:.1f} ms, "
              f"p99 ratio {row[3] / row[1]:.1f}", flush=True)
    middle = [statistics.median(f[i] for f in figures) for i in range(4)]
    good = BOUNDS.get(name, lambda *_: True)(middle[1], middle[3])
    print(f"{name} median of {options.runs}: quiet p50 {middle[0]:.1f} p99 {middle[1]:.1f} ms, under attack p50 {middle[2]:.1f} "
          f"p99 {middle[3]:.1f} ms, p99 ratio {middle[3] / middle[1]:.1f}; attackers {sum(counts.values()) / loud_seconds:.1f} answers/s "
          f"{dict(counts)}; {'good' if good else 'TOO SLOW'}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", help="build directory of the programs")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--server", default="lighttpd")
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", choices=[*ATTACKS, []])
    options = parser.parse_args()
    if options.bin:
        helpers.ROOT, helpers.BUILD = os.path.split(os.path.abspath(options.bin))
    server = Server("--server", options.server).start()
    try:
        good = [measure(server, name, options) for name in options.attacks or ATTACKS]
    finally:
        server.stop()
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
