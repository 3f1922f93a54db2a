"""Other SCIM services beside Muster (test/bench/peers): scimmy with scimmy-routers in memory, and @boxyhq/saml-jackson on the PostgreSQL
server that Muster uses. Each has a process for each core, as Node's cluster makes them, and no web server in front; its directory has 1 000
users and 20 groups of 100, much less than Muster's. npm installs them into DIR/peers when they are first asked for."""
import contextlib
import json
import os
import shutil
import subprocess

import load
from seed import user_body
from stack import HERE, cpu, family, free_port, helpers
from workloads import find, get, measured, patch

SAYS = {"scimmy": "scimmy, in memory", "jackson": "saml-jackson, PostgreSQL"}
NAMES = tuple(SAYS)
USERS, GROUPS, EACH = 1000, 20, 100
PROGRAMS = ("package.json", "common.mjs", *(f"{name}.mjs" for name in NAMES))
# Of each workload: how many requests a second are made ready; 0 for what can be asked again and again.
COMPARED = {"get": 0, "filter": 0, "create": 2000, "patch_name": 3000, "patch_active": 3000, "member_100": 800}


def install(place):
    """The packages, with the programs beside them."""
    wanted, kept = os.path.join(HERE, "peers", "package.json"), os.path.join(place, "package.json")
    with open(wanted, encoding="utf-8") as f:
        text = f.read()
    fresh = False
    with contextlib.suppress(FileNotFoundError), open(kept, encoding="utf-8") as f:
        fresh = f.read() == text and os.path.isdir(os.path.join(place, "node_modules", "express"))
    os.makedirs(place, exist_ok=True)
    for name in PROGRAMS:
        shutil.copy(os.path.join(HERE, "peers", name), place)
    if not fresh:
        print("installing the peers from npm", flush=True)
        subprocess.run(["npm", "install", "--prefix", place, "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], check=True)


class Peer:
    """One of them, running, and what this run asks of it."""

    def __init__(self, server, place, name, rng):
        self.server, self.place, self.name, self.rng, self.port, self.told = server, place, name, rng, free_port(), 0
        self.log = os.path.join(server.data, "log", f"{name}.log")

    def __enter__(self):
        host = os.path.dirname(self.server.socket())
        with self.server.watch.cursor() as cur:
            cur.execute(f"create database {self.name}")
        members = [[(g * USERS // GROUPS + m) % USERS for m in range(EACH)] for g in range(GROUPS)]
        work = {"port": self.port, "processes": os.cpu_count(), "users": [user_body(f"{n:07}") for n in range(USERS)],
                "groups": [{"title": f"Group {n}", "members": of} for n, of in enumerate(members)],
                "database": f"postgres://postgres@localhost/{self.name}?host={host}&connect_timeout=10"}
        # Who is in which group not yet.
        self.pairs = [(u, g) for u in range(USERS) for g in range(len(members)) if u not in members[g]]
        self.rng.shuffle(self.pairs)
        path = os.path.join(self.server.data, "run", f"{self.name}.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(work, f)
        with open(self.log, "w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(["node", f"{self.name}.mjs", path], cwd=self.place, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=errors, text=True, env={"PATH": os.environ["PATH"], "NODE_ENV": "production"})
        line = self.process.stdout.readline()
        if not line:
            with open(self.log, encoding="utf-8") as f:
                raise AssertionError(f"{self.name} does not answer: {f.read()[-2000:]}")
        self.known = json.loads(line)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def user(self):
        return self.known["users"][self.any()]

    def any(self):
        return self.rng.randrange(USERS)

    def word(self):
        self.told += 1
        return f"word{self.told:07}"

    def newcomer(self):
        word = self.word()
        body = user_body(f"{self.told:07}")
        body["userName"] = body["emails"][0]["value"] = f"bench-{word}@example.com"
        return {**body, "externalId": f"bench-{word}"}

    def requests(self, workload, n):
        if workload == "member_100":
            return [patch(f"/Groups/{self.known['groups'][group]}", helpers.op("add", "members", [{"value": self.known["users"][user]}]))
                    for user, group in self.pairs[:n]]
        return [self.one(workload) for _ in range(n)]

    def one(self, workload):
        if workload == "get":
            return get(f"/Users/{self.user()}")
        if workload == "filter":
            return find("userName", f"user{self.any():07}@example.com")
        if workload == "create":
            return [("POST", "/Users", self.newcomer())]
        path, value = ("name.givenName", self.word()) if workload == "patch_name" else ("active", self.rng.random() < 0.5)
        return patch(f"/Users/{self.user()}", helpers.op("replace", path, value))

    def measure(self, workload, clients, seconds):
        """A round. The CPU of its processes is that of the responder, its backends' is in the rest."""
        n = int(COMPARED[workload] * seconds)
        sent = [[(load.http(self.known["token"], *step), 0) for step in steps] for steps in self.requests(workload, n or USERS)]
        before = self.cpu()
        found = measured(self.server, 1, lambda: load.run(sent, clients=clients, seconds=seconds, once=n > 0, port=self.port))
        answered = round(found["rate"] * found["seconds"])
        if workload == "member_100":
            self.pairs = self.pairs[answered:]
        return {**found, "responder": (self.cpu() - before) / 1000 / answered}

    def warm(self, clients, seconds):
        """So that V8 has compiled what is asked again and again."""
        for workload in COMPARED:
            self.measure(workload, clients, seconds)

    def cpu(self):
        """Nanoseconds."""
        return sum(cpu(pid) for pid in family(self.process.pid))


def ratios(found):
    """How many times as fast as the peers Muster is; of a PATCH, the less favourable of two."""
    def over(workload, names):
        return found.median(workload, "rate") / max(found.median(f"{name}_{workload}", "rate") for name in names)
    out = {f"{workload.split('_100')[0]}_over_best_peer": over(workload, NAMES) for workload in COMPARED}
    return {**out, "create_over_jackson": over("create", ["jackson"]), "member_over_jackson": over("member_100", ["jackson"]),
            "patch_over_jackson": min(over(name, ["jackson"]) for name in ("patch_name", "patch_active"))}
