"""What scripts/bench measures: a table of workloads, and the requests of each."""
import collections

import load
from seed import made_id, user_body
from stack import helpers

WARM = 1000  # users drawn at random from all, which reads ask for

# says: for the table; make(directory, n): n requests, each a list of (method, path, body) that follow each other; repeat: they can be sent
# again and again (reads); a_second: how many of the others may be needed a second at most; clients: if not those of the run; of: what a
# request is divided by (members, users); size: of the directory, if not the usual one; group: which group it must have.
Workload = collections.namedtuple("Workload", "name says make repeat a_second clients of size group",
                                  defaults=(True, 0, None, 1, None, None))


class Directory:
    """A directory of the seed, and what this run has done to it."""

    def __init__(self, server, seed, rng):
        self.server, self.rng = server, rng
        self.number, self.size, self.groups, self.token = seed["number"], seed["size"], seed["groups"], seed["token"]
        self.organization, self.connection, self.slug = seed["organization"], seed["connection"], seed["slug"]
        self.warm = rng.sample(range(self.size), min(WARM, self.size))
        self.made, self.told = 0, 0
        self.run = f"{rng.getrandbits(40):010x}"

    def user(self, n=None):
        return made_id(self.number, 0, self.any() if n is None else n)

    def any(self):
        return self.rng.choice(self.warm)

    def group(self, name, n=None):
        g = self.groups[name]
        return made_id(self.number, 2, g["first"] + (self.rng.randrange(g["count"]) if n is None else n))

    def outsiders(self, name, n):
        """Users who are not in the only group of this name."""
        stride = self.groups[name]["stride"]
        return [made_id(self.number, 0, stride * self.rng.randrange(self.size // stride) + self.rng.randrange(1, stride)) for _ in range(n)]

    def word(self):
        """A value that nobody has had."""
        self.told += 1
        return f"{self.run}{self.told:07}"

    def newcomer(self):
        """The body of a user who was never there."""
        self.made += 1
        body = user_body(f"{self.made:07}")
        body["userName"] = body["emails"][0]["value"] = f"bench-{self.run}-{self.made}@example.com"
        body["externalId"] = f"bench-{self.run}-{self.made}"
        return body

    def created(self, n):
        """Users that a run has created and not deleted: so many, created now where there are too few."""
        query = """select id::text from muster.scim_user where organization_id = %s and user_name_key like 'bench-%%' and removed_at is null
                   limit %s"""
        while True:
            found = [row[0] for row in self.server.ask(query, self.organization, n)]
            if len(found) == n:
                return found
            helpers.made(self.server.client(self.token, 120).post("/Bulk", bulk(self, min(n - len(found), 1000))), 200)


def get(path):
    return [("GET", path, None)]


def patch(path, *operations):
    return [("PATCH", path, {"schemas": [helpers.PATCH_OP], "Operations": list(operations)})]


def bulk(d, n):
    return {"schemas": [helpers.BULK], "Operations": [{"method": "POST", "path": "/Users", "bulkId": str(i), "data": d.newcomer()}
                                                      for i in range(n)]}


def find(attribute, value):
    return get(f"/Users?filter={helpers.quote(f'{attribute} eq {chr(34)}{value}{chr(34)}')}")


def numbers(d, n):
    return [f"{d.any():07}" for _ in range(n)]


def by_id(d, n):
    return [get(f"/Users/{d.user()}") for _ in range(n)]


def group(name, query=""):
    return lambda d, n: [get(f"/Groups/{d.group(name)}{query}") for _ in range(n)]


def rename(d, n):
    return [patch(f"/Users/{d.user()}", helpers.op("replace", "name.givenName", d.word())) for _ in range(n)]


def switch(d, n):
    """Off and on again, so that each is a change; between the two of a user are those of a hundred others."""
    out = []
    while len(out) < n:
        users = d.rng.sample(d.warm, min(100, len(d.warm)))
        for value in (False, True):
            out += [patch(f"/Users/{d.user(u)}", helpers.op("Replace", "active", value)) for u in users]
    return out


def put(d, n):
    return [[("PUT", f"/Users/{d.user(u)}", {**user_body(f"{u:07}"), "title": d.word()})] for u in (d.any() for _ in range(n))]


def member(name):
    """One member, whom the group does not have."""
    def make(d, n):
        users = d.outsiders(name, n) if name != "each" else [d.user() for _ in range(n)]
        return [patch(f"/Groups/{d.group(name)}?excludedAttributes=members", helpers.op("Add", "members", [{"value": u}])) for u in users]
    return make


def members(many):
    """So many members in one request, into a group made for it."""
    def make(d, n):
        out = []
        for _ in range(n):
            title = f"bench {d.word()}"
            made = helpers.made(d.server.client(d.token).post("/Groups", {"schemas": [helpers.GROUP], "displayName": title}))
            users = d.rng.sample(range(d.size), many)
            out.append(patch(f"/Groups/{made['id']}?excludedAttributes=members", helpers.op("Add", "members", [{"value": d.user(u)} for u in users])))
        return out
    return make


def mixed(d, n):
    return [rename(d, 1)[0] if i % 10 == 9 else by_id(d, 1)[0] for i in range(n)]


WORKLOADS = [
    Workload("get", "GET of a user by id", by_id),
    Workload("filter", 'GET of users, userName eq "..."', lambda d, n: [find("userName", f"user{i}@example.com") for i in numbers(d, n)]),
    Workload("filter_external_id", 'externalId eq "..."',
             lambda d, n: [find("externalId", f"0a000000-0000-4000-8000-00000{i}") for i in numbers(d, n)]),
    Workload("filter_email", 'emails.value eq "..."', lambda d, n: [find("emails.value", f"user{i}@example.com") for i in numbers(d, n)]),
    Workload("list100", "GET of the first 100 users", lambda d, n: [get("/Users?startIndex=1&count=100")]),
    Workload("group100", "GET of a group of 100", group("each")),
    Workload("group100_without", "without its members", group("each", "?excludedAttributes=members")),
    Workload("group10k", "GET of a group of 10 000", group("10000"), group="10000"),
    Workload("group10k_without", "without its members", group("10000", "?excludedAttributes=members"), group="10000"),
    Workload("create", "POST of a user", lambda d, n: [[("POST", "/Users", d.newcomer())] for _ in range(n)], False, 4000),
    Workload("create_1", "the same, one client", lambda d, n: [[("POST", "/Users", d.newcomer())] for _ in range(n)], False, 2000, 1),
    Workload("patch_name", "PATCH of a name", rename, False, 4000),
    Workload("patch_active", "PATCH of active", switch, False, 4000),
    Workload("put", "PUT of a user", put, False, 4000),
    Workload("delete", "DELETE of a user", lambda d, n: [[("DELETE", f"/Users/{i}", None)] for i in d.created(n)], False, 1000),
    Workload("member_100", "one member into a group of 100", member("each"), False, 4000),
    Workload("member_10k", "into one of 10 000", member("10000"), False, 2000, group="10000"),
    Workload("member_100k", "into one of 100 000", member("100000"), False, 2000, group="100000", size=1_000_000),
    Workload("member_100_1m", "into one of 100, beside it", member("each"), False, 4000, size=1_000_000),
    Workload("members_1000", "1 000 members in one PATCH", members(1000), False, 8, 4, 1000),
    Workload("members_10k", "10 000 members in one PATCH", members(10_000), False, 1, 1, 10_000, group="10000"),
    Workload("bulk", "Bulk of 1 000 creates", lambda d, n: [[("POST", "/Bulk", bulk(d, 1000))] for _ in range(n)], False, 3, 1, 1000),
    Workload("mix", "90 % GET, 10 % PATCH of a name", mixed, False, 12_000),
    Workload("filter_10k", "userName eq in 10 000", lambda d, n: [find("userName", f"user{i}@example.com") for i in numbers(d, n)], size=10_000),
    Workload("filter_1m", "in a million", lambda d, n: [find("userName", f"user{i}@example.com") for i in numbers(d, n)], size=1_000_000),
    Workload("list100_10k", "the first 100 of 10 000", lambda d, n: [get("/Users?startIndex=1&count=100")], size=10_000),
    Workload("list100_1m", "of a million", lambda d, n: [get("/Users?startIndex=1&count=100")], size=1_000_000),
    Workload("group100_1k", "a group of 100 in 1 000", group("each"), size=1000),
    Workload("group100_100k", "in 100 000", group("each"), size=100_000),
]
NAMES = [w.name for w in WORKLOADS]


def requests(workload, d, seconds):
    """The bytes of what a round sends."""
    n = WARM if workload.repeat else max(int(workload.a_second * seconds), 1)
    return [[(load.http(d.token, *step), 0) for step in steps] for steps in workload.make(d, n)]


def measure(server, workload, d, clients, seconds):
    """One round: the load, and what each part used, for a request or one of what is in it."""
    sent = requests(workload, d, seconds)
    return measured(server, workload.of, lambda: load.run(sent, clients=workload.clients or clients, seconds=seconds, once=not workload.repeat,
                                                          port=server.port), not workload.repeat)


def measured(server, of, send, writes=False):
    """A round of whatever `send` does; the work that it leaves to the worker is waited for."""
    server.sealed()
    before = server.used()
    result = send()
    if writes:
        server.sealed()
    after = server.used()
    n = result["ok"] * of
    return {"rate": n / result["seconds"], "seconds": result["seconds"], "refused": result.get("refused", 0),
            **{q: result[q] / 1000 for q in ("p50", "p99")}, "wal": (after["wal"] - before["wal"]) / n,
            "bytes": result["bytes"] / result["requests"],
            **{part: (after[part] - before[part]) / 1000 / n for part in after if part != "wal"}}
