"""What is measured once in a run, before or after its rounds: walks, memory, updates that touch no index, sealing."""
import os
import re
import signal
import statistics
import time

import load
import workloads
from stack import helpers
from workloads import by_id, find, get, numbers, patch

PAGE = 100
PAGES = 100  # of each part of a walk
MIXED = 100_000  # requests after which a worker is weighed


def short(size):
    """1k, 10k, 100k, 1m."""
    return f"{size // 1_000_000}m" if size >= 1_000_000 else f"{size // 1000}k"


def timed(client, path):
    begin = time.monotonic()
    answer = client.get(path)
    assert answer.status == 200, answer
    return (time.monotonic() - begin) * 1000, answer.json


def walk(client, start):
    """Milliseconds of each page of a walk from there; the first of them is a jump."""
    out = []
    for n in range(PAGES):
        took, page = timed(client, f"/Users?startIndex={start + n * PAGE}&count={PAGE}")
        out.append(took)
        if page["itemsPerPage"] < PAGE:
            break
    return out


def walk_by_cursor(client):
    out, cursor = [], ""
    while cursor is not None and len(out) < PAGES:
        took, page = timed(client, f"/Users?cursor={cursor}&count={PAGE}")
        out.append(took)
        cursor = page.get("nextCursor")
    return out


def walks(server, directory):
    """One client, pages of 100: from the start, the middle and near the end, and by cursor. Milliseconds."""
    client = server.client(directory.token, 120)
    first = statistics.median(timed(client, f"/Users?startIndex=1&count={PAGE}")[0] for _ in range(20))
    starts = [n for n in (1, directory.size // 2, directory.size - PAGES * PAGE) if n > 0]
    walked = [walk(client, n) for n in starts]
    pages = [statistics.median(pages[1:]) for pages in walked if len(pages) > 1]
    size = short(directory.size)
    return {f"page_{size}_first_ms": first, f"page_{size}_jump_ms": max(pages[0] for pages in walked),
            f"page_{size}_cursor_ms": statistics.median(walk_by_cursor(client)), f"page_{size}_over_first": max(pages) / first}


def hot_share(server, directory):
    """Of PATCHes of a title, of active and of a name, how many rows of users were updated without touching an index. For a server that has
    written nothing yet: PostgreSQL tells such numbers late."""
    def updates():
        return server.ask("select coalesce(n_tup_upd, 0), coalesce(n_tup_hot_upd, 0) from pg_stat_user_tables where relid = 'muster.scim_user'::regclass")[0]
    before = updates()
    wanted = [patch(f"/Users/{directory.user(u)}", helpers.op("replace", path, value(directory)))
              for path, value in (("title", workloads.Directory.word), ("active", lambda d: False), ("active", lambda d: True),
                                  ("name.familyName", workloads.Directory.word)) for u in directory.warm[:100]]
    load.run([[(load.http(directory.token, *step), 0) for step in steps] for steps in wanted], clients=1, seconds=120, once=True, port=server.port)
    helpers.wait_until(lambda: updates()[0] - before[0] >= len(wanted), 60, "PostgreSQL tells its updates")
    after = updates()
    return {"hot_share": (after[1] - before[1]) / (after[0] - before[0])}


def memory(pid, name, field):
    """MiB of a field of a file of /proc/PID."""
    with open(f"/proc/{pid}/{name}", encoding="ascii", errors="replace") as f:
        return sum(int(n) for n in re.findall(rf"^(?:{field}):\s+(\d+) kB", f.read(), re.M)) / 1024


def weigh(server, field="VmRSS"):
    return max(memory(pid, "status", field) for pid in server.workers())


def weights(server, directory, largest, seconds):
    """MiB of the largest worker: after 100 000 mixed requests, or so many as there are in this time; after what is large; of the largest
    backend, its own memory alone."""
    kinds = [*by_id(directory, 800), *(find("userName", f"user{n}@example.com") for n in numbers(directory, 90)),
             *(get("/Users?startIndex=1&count=100") for _ in range(10))]
    writes = workloads.rename(directory, 100)
    mixed = [kinds[i % len(kinds)] if i % 10 else writes[i // 10 % 100] for i in range(1000)] * (MIXED // 1000)
    result = load.run([[(load.http(directory.token, *step), 0) for step in steps] for steps in mixed], clients=4, seconds=seconds, once=True,
                      port=server.port)
    out = {"mixed_requests": result["ok"], "rss_mib_after_100k": weigh(server)}
    client = server.client(largest.token, 300)
    group = max((n for n in largest.groups if n != "each"), key=int, default="each")
    helpers.made(client.post("/Bulk", workloads.bulk(largest, 1000)), 200)
    for path in (f"/Groups/{largest.group(group)}", "/Users?count=10000"):
        helpers.made(client.get(path), 200)
    out["hwm_mib_huge"] = weigh(server, "VmHWM")
    helpers.made(client.get("/ServiceProviderConfig"), 200)
    out["rss_mib_after_huge"] = weigh(server)
    backends = [row[0] for row in server.ask("select pid from pg_stat_activity where usename = 'muster_scim'")]
    out["backend_mib"] = max(memory(pid, "smaps_rollup", "Private_Clean|Private_Dirty") for pid in backends)
    return out


def sealing(server, directory, rounds=5):
    """Microseconds of CPU of the sealing backend for an event, where 100 wait for it: the least of some rounds."""
    found, deliver = [], server.state()["deliver"]
    for _ in range(rounds):
        server.sealed()
        os.kill(deliver, signal.SIGSTOP)
        try:
            helpers.made(server.client(directory.token, 120).post("/Bulk", workloads.bulk(directory, 100)), 200)
            events, before = server.ask("select count(*) from muster.audit_pending")[0][0], server.used()["sealing"]
        finally:
            os.kill(deliver, signal.SIGCONT)
        server.sealed()
        found.append((server.used()["sealing"] - before) / 1000 / events)
    return {"seal_us_event_100": min(found)}
