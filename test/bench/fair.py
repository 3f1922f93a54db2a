"""What a customer feels of a loud neighbour: the times of its GETs and creates, and until its leavers are announced, beside each kind of
load of another organization, and how much of its own rate the loud one keeps."""
import collections
import concurrent.futures
import contextlib
import json
import os
import select
import statistics
import threading
import time

import load
import psycopg2
import workloads
from api import Api
from stack import helpers
from webhooks import Receiver
from workloads import bulk, by_id, get

HOOKS = 100
LARGE = 2000  # members of the group that is replaced

# clients of the loud organization; make(directory, seconds): its requests; repeat: again and again; hooks: so many endpoints, all slow.
Loud = collections.namedtuple("Loud", "name says clients make repeat hooks", defaults=(True, 0))


def replaced(d, seconds):
    """PUTs of one group, each with another member."""
    del seconds
    users = [d.user(n) for n in range(min(LARGE, d.size - 20))]
    body = {"schemas": [helpers.GROUP], "displayName": f"large {d.word()}", "members": [{"value": u} for u in users]}
    group = helpers.made(d.server.client(d.token, 120).post("/Groups", body))["id"]
    return [[("PUT", f"/Groups/{group}", {**body, "members": [*body["members"][1:], {"value": d.user(d.size - 1 - n)}]})] for n in range(20)]


def containing(d, seconds):
    del seconds
    return [get(f"/Users?filter={helpers.quote(f'title co {chr(34)}{d.word()}{chr(34)}')}") for _ in range(100)]


LOUD = [
    Loud("quiet", "nobody", 0, None),
    Loud("gets", "64 clients, GETs of a user: what others are measured by", 64, lambda d, s: by_id(d, 1000)),
    Loud("lists", "64 clients, lists of 100", 64, lambda d, s: [get("/Users?startIndex=1&count=100")]),
    Loud("containing", "64 clients, title co", 64, containing),
    Loud("bulk", "16 clients, Bulk of 1 000", 16, lambda d, s: [[("POST", "/Bulk", bulk(d, 1000))] for _ in range(int(16 + 3 * s))], False),
    Loud("members", "one client, 1 000 members in a PATCH", 1, lambda d, s: workloads.members(min(1000, d.size))(d, int(8 * s) + 1), False),
    Loud("puts", f"8 clients, PUTs of a group of {LARGE}", 8, replaced),
    Loud("hooks", f"4 clients, PATCHes of names, for {HOOKS} slow webhooks", 4, lambda d, s: workloads.rename(d, int(4000 * s)), False, HOOKS),
]
FELT = ("get", "create", "leaver")
KEPT = ("neighbour_p99_ratio", "loud_kept_least")


@contextlib.contextmanager
def slow_hooks(server, directory, n):
    """So many endpoints of the organization, whose server answers after five seconds."""
    if n == 0:
        yield
        return
    api, ended = Api(server), threading.Event()
    path = f"/organizations/{directory.slug}/webhooks"
    with Receiver(lambda hit: (ended.wait(5), 200)[1]) as receiver:
        made = [api.made(path, {"url": receiver.url, "allow_private": True})["id"] for _ in range(n)]
        try:
            yield
        finally:
            ended.set()
            for hook in made:
                assert api.delete(f"{path}/{hook}").status == 204


def leavers(server, directory, seconds):
    """Milliseconds from a PATCH that deactivates a user until its event is notified, one after the other."""
    client, found, end = server.client(directory.token, 60), [], time.monotonic() + seconds
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as db, db.cursor() as cur:
        db.autocommit = True
        cur.execute("listen muster_events")
        for user in (directory.user(n) for n in directory.warm):
            if found and time.monotonic() > end:
                break
            begin = time.monotonic()
            assert client.patch(f"/Users/{user}", helpers.op("Replace", "active", False)).status == 200
            announced(db, user)
            found.append((time.monotonic() - begin) * 1000)
            client.patch(f"/Users/{user}", helpers.op("Replace", "active", True))
    return found


def announced(db, user):
    """Waits until the notification of this user's deactivation is there."""
    while True:
        ready = select.select([db], [], [], 120)[0]
        assert ready, "the leaver is announced within two minutes"
        db.poll()
        while db.notifies:
            event = json.loads(db.notifies.pop(0).payload)
            if event["target_id"] == user and event["type"] == "scim.user.deactivated":
                return


def as_bytes(directory, steps):
    return [[(load.http(directory.token, *step), 0) for step in one] for one in steps]


def felt(server, calm, seconds):
    """p99 in milliseconds of what the calm organization asks meanwhile."""
    reads, writes = as_bytes(calm, by_id(calm, 1000)), as_bytes(calm, [[("POST", "/Users", calm.newcomer())] for _ in range(int(2000 * seconds))])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        got = pool.submit(load.run, reads, clients=1, seconds=seconds, port=server.port)
        made = pool.submit(load.run, writes, clients=1, seconds=seconds, once=True, port=server.port)
        left = sorted(leavers(server, calm, seconds))
        return {"get": got.result()["p99"] / 1000, "create": made.result()["p99"] / 1000, "leaver": left[int(0.99 * (len(left) - 1))],
                "samples": [got.result()["ok"], made.result()["ok"], len(left)]}


def beside(server, kind, noisy, calm, seconds):
    """One run: what the calm one feels, the rate of the loud one beside it, and the rate that it has alone."""
    if kind.clients == 0:
        return {**felt(server, calm, seconds), "kept": None}

    def shout(for_seconds):
        sent = as_bytes(noisy, kind.make(noisy, for_seconds))
        return lambda: load.run(sent, clients=kind.clients, seconds=for_seconds, once=not kind.repeat, port=server.port, refusals=True)
    with slow_hooks(server, noisy, kind.hooks), concurrent.futures.ThreadPoolExecutor(1) as pool:
        alone = shout(seconds)()
        server.sealed()
        loud = pool.submit(shout(seconds + 1))
        out = felt(server, calm, seconds)
        rate = loud.result()["ok"] / loud.result()["seconds"]
    server.sealed()
    return {**out, "loud": rate, "kept": rate / (alone["ok"] / alone["seconds"]) if alone["ok"] else None}


def run(server, noisy, calm, rounds, seconds):
    """Of each kind of load, what its runs gave; the kinds take turns."""
    found = {kind.name: [] for kind in LOUD}
    for n in range(rounds):
        for kind in LOUD:
            one = beside(server, kind, noisy, calm, seconds)
            found[kind.name].append(one)
            print(f"run {n + 1} of {rounds}: {kind.name:12} p99 " + ", ".join(f"{what} {one[what]:,.1f}" for what in FELT) + " ms", flush=True)
    return found


def median(runs, what):
    values = [one[what] for one in runs if one[what] is not None]
    return statistics.median(values) if values else None


def summary(found):
    """neighbour_p99_ratio: the worst of the ratios to 64 clients with plain GETs; loud_kept_least: the least share of its rate that a loud
    one keeps; and the medians they are made of."""
    plain = {what: median(found["gets"], what) for what in FELT}
    loads = {kind: {what: median(runs, what) for what in (*FELT, "kept")} for kind, runs in found.items()}
    ratios = [of[what] / plain[what] for kind, of in loads.items() if kind not in ("quiet", "gets") for what in FELT]
    return {"neighbour_p99_ratio": round(max(ratios), 3),
            "loud_kept_least": round(min(of["kept"] for of in loads.values() if of["kept"] is not None), 3), "loads": loads, "runs": found}


def place_of(data):
    return os.path.join(data, "fair.json")


def keep(data, result, about):
    """The result stays beside the directories, for the runs that show it."""
    with open(place_of(data), "w", encoding="utf-8") as f:
        json.dump({"date": about["date"], "muster": about["muster"], **{key: result[key] for key in KEPT}}, f, indent=2)
        f.write("\n")


def kept(data):
    """What keep() wrote last; None if there is nothing."""
    with contextlib.suppress(FileNotFoundError), open(place_of(data), encoding="utf-8") as f:
        return json.load(f)
    return None


def table(result):
    lines = ["", f"{'p99 in ms beside':14} " + " ".join(f"{what:>9} {'ratio':>6}" for what in FELT) + f" {'kept':>6}"]
    plain = result["loads"]["gets"]
    for kind in LOUD:
        of = result["loads"][kind.name]
        cells = " ".join(f"{of[what]:9,.1f} {of[what] / plain[what]:6.2f}" for what in FELT)
        lines.append(f"{kind.name:16} {cells} " + (f"{of['kept']:6.2f}" if of["kept"] is not None else f"{'':6}") + f"  {kind.says}")
    return "\n".join([*lines, "", f"{'neighbour_p99_ratio':28} {result['neighbour_p99_ratio']:8.3f}",
                      f"{'loud_kept_least':28} {result['loud_kept_least']:8.3f}"])
