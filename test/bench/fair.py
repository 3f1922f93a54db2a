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

# clients of the loud organization; make(directory, seconds): its requests; repeat: again and again; hooks: so many endpoints, all slow; waves:
# each client sends one request and waits for the last of them, because most are refused and would be used up at once.
Loud = collections.namedtuple("Loud", "name says clients make repeat hooks waves", defaults=(True, 0, False))


def replaced(d, seconds):
    """PUTs of one group, each with another member."""
    users = [d.user(n) for n in range(min(shorter(LARGE, seconds), d.size - 20))]
    body = {"schemas": [helpers.GROUP], "displayName": f"large {d.word()}", "members": [{"value": u} for u in users]}
    group = helpers.made(d.server.client(d.token, 120).post("/Groups", body))["id"]
    return [[("PUT", f"/Groups/{group}", {**body, "members": [*body["members"][1:], {"value": d.user(d.size - 1 - n)}]})] for n in range(20)]


def containing(d, seconds):
    del seconds
    return [get(f"/Users?filter={helpers.quote(f'title co {chr(34)}{d.word()}{chr(34)}')}") for _ in range(100)]


def bulks(d, seconds):
    """A wave for each second, and two more."""
    return [[("POST", "/Bulk", bulk(d, shorter(1000, seconds)))] for _ in range(16 * int(2 + seconds))]


def patches(d, seconds):
    return workloads.members(min(shorter(1000, seconds), d.size))(d, int(8 * seconds) + 1)


def shorter(n, seconds):
    """So many in a run that measures; few where only whether all works is asked."""
    return n if seconds >= 1 else n // 100 + 2


LOUD = [
    Loud("quiet", "nobody", 0, None),
    Loud("gets", "64 clients, GETs of a user: what others are measured by", 64, lambda d, s: by_id(d, 1000)),
    Loud("lists", "64 clients, lists of 100", 64, lambda d, s: [get("/Users?startIndex=1&count=100")]),
    Loud("containing", "64 clients, title co", 64, containing),
    Loud("bulk", "16 clients, Bulk of 1 000", 16, bulks, False, 0, True),
    Loud("members", "one client, 1 000 members in a PATCH", 1, patches, False),
    Loud("puts", f"8 clients, PUTs of a group of {LARGE}", 8, replaced),
    Loud("hooks", f"4 clients, PATCHes of names, for {HOOKS} slow webhooks", 4, lambda d, s: workloads.rename(d, int(4000 * s)), False, HOOKS),
]
FELT = ("get", "create", "leaver")
ALONE = 0.3  # how long a load is alone, in parts of a run
SLACK = 10  # milliseconds that a loud neighbour may always cost
KEPT = ("neighbour_p99_ratio", "neighbour_p99_ratio_worst_run", "neighbour_p99_over_quiet", "loud_kept_least")


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


def rate_of(server, kind, sent, seconds):
    """Sends them for so long; how many were answered well a second."""
    each, begin, answered, took = kind.clients if kind.waves else len(sent), time.monotonic(), 0, 0
    for at in range(0, len(sent), each):
        result = load.run(sent[at:at + each], clients=kind.clients, seconds=seconds, once=not kind.repeat, port=server.port, refusals=True)
        answered, took = answered + result["ok"], took + result["seconds"]
        if time.monotonic() - begin >= seconds:
            break
    return answered / took


def beside(server, kind, noisy, calm, seconds):
    """One run: what the calm one feels, the rate of the loud one beside it, and the rate that it has alone."""
    if kind.clients == 0:
        return {**felt(server, calm, seconds), "kept": None}

    def shout(for_seconds):
        sent = as_bytes(noisy, kind.make(noisy, for_seconds))
        return lambda: rate_of(server, kind, sent, for_seconds)
    with slow_hooks(server, noisy, shorter(kind.hooks, seconds) if kind.hooks else 0), concurrent.futures.ThreadPoolExecutor(1) as pool:
        alone = shout(ALONE * seconds)()
        server.sealed()
        loud = pool.submit(shout(seconds + 1))
        out = felt(server, calm, seconds)
        rate = loud.result()
    server.sealed()
    return {**out, "loud": rate, "kept": rate / alone if alone else None}


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
    """neighbour_p99_ratio: the worst of the ratios of medians to 64 clients with plain GETs, and the worst of a single run to the same median;
    neighbour_p99_over_quiet: the worst to what is felt beside nobody, after 10 ms; loud_kept_least: the least share of its rate that a loud
    one keeps; and the medians they are made of."""
    loads = {kind: {what: median(runs, what) for what in (*FELT, "kept")} for kind, runs in found.items()}
    plain, quiet = loads["gets"], loads["quiet"]
    loud = [kind for kind in found if kind not in ("quiet", "gets")]
    result = {"neighbour_p99_ratio": max(loads[kind][what] / plain[what] for kind in loud for what in FELT),
              "neighbour_p99_ratio_worst_run": max(one[what] / plain[what] for kind in loud for one in found[kind] for what in FELT),
              "neighbour_p99_over_quiet": max((loads[kind][what] - SLACK) / quiet[what] for kind in loud for what in FELT),
              "loud_kept_least": min((loads[kind]["kept"] for kind in loud if loads[kind]["kept"] is not None), default=0)}
    return {**{key: round(value, 3) for key, value in result.items()}, "loads": loads, "runs": found}


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
    lines = ["", f"{'p99 in ms beside':16} " + " ".join(f"{what:>9} {'ratio':>6}" for what in FELT) + f" {'kept':>6}  samples a run"]
    plain = result["loads"]["gets"]
    for kind in LOUD:
        of = result["loads"][kind.name]
        cells = " ".join(f"{of[what]:9,.1f} {of[what] / plain[what]:6.2f}" for what in FELT)
        samples = ", ".join(f"{min(one['samples'][n] for one in result['runs'][kind.name]):,}" for n in range(len(FELT)))
        kept = "" if of["kept"] is None else f"{of['kept']:.2f}"
        lines.append(f"{kind.name:16} {cells} {kept:>6}  {samples:18} {kind.says}")
    return "\n".join([*lines, "", *(f"{key:30} {result[key]:8.3f}" for key in KEPT)])
