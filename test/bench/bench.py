#!/usr/bin/python3
"""The program of scripts/bench: see its usage."""
import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile

import cycle
import fair
import figures
import fronts
import load
import once
import peers
import plain_cgi
import profile_one
import replay
import seed
import tables
import workloads
import yardsticks
from stack import Stack, cluster, helpers, machine

USAGE = """scripts/bench [options] [WORKLOAD ...]

    --seed           make the directories, which take minutes, and keep them in DIR/seed; every run works on a copy of them
    --sizes N,...    users of each directory (1000,10000,100000,1000000)
    --quick          three rounds of a second each; five rounds of three seconds without it
    --fair           instead: what a customer feels of a loud neighbour; five runs of ten seconds beside each kind of load
    --front LIST     also a GET through other web servers: lighttpd,nginx,apache, or none; all in a run of everything without --quick
    --clients-table N,...  also so many clients, or none: 1,4,16,64 in a run of everything without --quick
    --peers          also scimmy and saml-jackson, which npm installs into DIR/peers
    --profile NAME   instead: round trips, system calls and functions of one workload (strace, perf)
    --smoke          whether everything works, with one small directory, in a new place that is removed at the end; says nothing of speed
    --rounds N  --seconds N  --clients N  --workers N      (5, 3, 16, two for each core)
    --data DIR       where the directories are kept (var/bench in the source tree)
    --random N       another choice of users
    --json FILE      the figures, for programs
    --list           the workloads

Measures Muster behind lighttpd on this machine, with a PostgreSQL of its own that keeps what it has acknowledged. Each round runs every
workload and every yardstick once, so that what else the machine does strikes all of them; the table has medians of the rounds."""
# A slow machine is not a reason to give up a request of a thousand operations.
SETTINGS = {"MUSTER_DEADLINE_MS": "60000", "MUSTER_CPU_MS": "60000", "MUSTER_WEBHOOKS_MAX": str(fair.HOOKS)}
PATIENCE = 180  # seconds that 100 000 mixed requests may take, so that a quick run ends within ten minutes
SIZES, SMALL = "1000,10000,100000,1000000", "200,1000"
SLOW_MS = 500  # from then on a request is held against its organization
CLIENTS = "1,4,16,64"
BY_CLIENTS = ("get", "filter", "create")  # what the table of clients has


def options():
    parser = argparse.ArgumentParser("scripts/bench", usage=USAGE)
    for flag in ("seed", "quick", "fair", "peers", "smoke", "list"):
        parser.add_argument(f"--{flag}", action="store_true")
    parser.add_argument("--seconds", type=float)
    for number, default in (("rounds", None), ("clients", 16), ("workers", 2 * os.cpu_count()), ("random", 1)):
        parser.add_argument(f"--{number}", type=int, default=default)
    parser.add_argument("--sizes")
    parser.add_argument("--front")
    parser.add_argument("--clients-table")
    parser.add_argument("--profile", choices=workloads.NAMES)
    parser.add_argument("--data", default=os.path.join(helpers.ROOT, "var", "bench"))
    parser.add_argument("--json")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    chosen = parser.parse_args()
    for name in set(chosen.workloads) - set(workloads.NAMES):
        parser.error(f"{name} is no workload; these are: {' '.join(workloads.NAMES)}")
    if chosen.peers and chosen.workloads:
        chosen.workloads = list(dict.fromkeys([*chosen.workloads, *peers.COMPARED]))
    rounds, seconds = (1, 0.1) if chosen.smoke else (3, 1) if chosen.quick else (5, 10) if chosen.fair else (5, 3)
    chosen.rounds, chosen.seconds = chosen.rounds or rounds, chosen.seconds or seconds
    everything = not (chosen.quick or chosen.workloads)
    chosen.front = listed(chosen.front, ",".join(fronts.NAMES) if everything else "none")
    chosen.clients_table = [int(n) for n in listed(chosen.clients_table, "none" if not everything else "1,2" if chosen.smoke else CLIENTS)]
    if not set(chosen.front) <= set(fronts.NAMES):
        parser.error(f"--front takes {', '.join(fronts.NAMES)}")
    chosen.sizes = [int(n) for n in (chosen.sizes or (SMALL if chosen.smoke else SIZES)).split(",")]
    return chosen


def listed(text, default):
    """The parts of a list with commas; `none` has none."""
    return [part for part in (text or default).split(",") if part != "none"]


def make_seed(chosen, place):
    """The directories in `place`, at rest; made if they are not there, or anew if that is asked for."""
    if chosen.seed:
        shutil.rmtree(place, ignore_errors=True)
    if os.path.exists(os.path.join(place, "seed.json")):
        return
    server = Stack(place, "--workers", "1").start()
    try:
        seed.make(server, chosen.sizes)
    finally:
        server.stop()


class Bench:
    """A running stack with the directories, and the yardsticks beside it."""

    def __init__(self, chosen, server, hello):
        self.chosen, self.server, self.hello = chosen, server, hello
        rng = random.Random(chosen.random)
        self.directories = {d["size"]: workloads.Directory(server, d, rng) for d in seed.load(server)}
        self.usual = self.directories[max([n for n in self.directories if n <= 100_000] or self.directories)]
        self.found = figures.Figures(not chosen.workloads)
        self.workloads = [w for w in workloads.WORKLOADS if self.directory(w) and (w.name in chosen.workloads or not chosen.workloads)]
        self.some = 100 if chosen.smoke else 10_000  # users that come in one cycle
        self.recordings, self.peers, self.fronts = {}, [], []

    def directory(self, workload):
        """The one that the workload is measured on; None if there is none such."""
        d = self.directories.get(workload.size) if workload.size else self.usual
        return d if d and (workload.group is None or workload.group in d.groups) else None

    def round(self, seconds):
        for w in self.workloads:
            yield w.name, self.measure(w, seconds)
        workers = self.chosen.workers
        for name, recording in self.recordings.items():
            yield f"replay_{name}", replay.measure(self.server, recording, workers, seconds, name.startswith("patch"))
        for peer in self.peers:
            for name in peers.COMPARED:
                yield f"{peer.name}_{name}", peer.measure(name, self.chosen.clients, seconds)
        for front in self.fronts:
            get = next(w for w in workloads.WORKLOADS if w.name == "get")
            yield f"get_{front.name}", front.measure(get, self.usual, self.chosen.clients, seconds)
            yield f"hello_{front.name}", self.hello.measure(self.size_of("get", 1000), self.chosen.clients, seconds, front.name)
        for n in self.chosen.clients_table:
            for w in (w for w in workloads.WORKLOADS if w.name in BY_CLIENTS):
                yield f"{w.name}_clients_{n}", workloads.measure(self.server, w, self.usual, n, seconds)
            yield f"hello_clients_{n}", self.hello.measure(self.size_of("get", 1000), n, seconds)
        yield "hello", self.hello.measure(self.size_of("get", 1000), self.chosen.clients, seconds)
        yield "hello_list100", self.hello.measure(self.size_of("list100", 100_000), self.chosen.clients, seconds)
        yield "select_1", yardsticks.select_1(self.server, workers, seconds)
        yield "lean_create", yardsticks.lean(self.server, self.usual, workers, seconds)

    def measure(self, workload, seconds):
        """A round of a workload; the last of three, if some requests of each were refused."""
        directory = self.directory(workload)
        for _ in range(3):
            figure = workloads.measure(self.server, workload, directory, self.chosen.clients, seconds)
            if figure["refused"] or figure["p99"] > SLOW_MS:
                self.settle(directory)
            if not figure["refused"]:
                break
        return figure

    def settle(self, directory):
        """After requests that took seconds, the responders do not let their organization use all workers for a while."""
        sent = workloads.requests(workloads.WORKLOADS[0], directory, 1)

        def is_free():
            result = load.run(sent, clients=self.chosen.clients, seconds=0.2, port=self.server.port, refusals=True)
            return result["ok"] == result["requests"]
        helpers.wait_until(is_free, 300, "no GET is refused")

    def size_of(self, name, guess):
        return self.found.median(name, "bytes") or guess

    def warm(self):
        """What is read is in memory, and what a plan needs is known."""
        for w in (w for w in self.workloads if w.repeat):
            load.run(workloads.requests(w, self.directory(w), 1), clients=self.chosen.clients, seconds=10 * self.chosen.seconds, once=True,
                     port=self.server.port)
        self.settle(self.usual)
        for peer in self.peers:
            peer.warm(self.chosen.clients, self.chosen.seconds)

    def run(self):
        if not self.chosen.workloads:
            self.found.once.update(once.hot_share(self.server, self.usual))
        self.warm()
        self.recordings = replay.record(self.server, self.usual, [w.name for w in self.workloads if w.name in replay.REPLAYED])
        for n in range(self.chosen.rounds):
            for name, figure in self.round(self.chosen.seconds):
                self.found.add(name, figure)
                refused = f", {figure['refused']} refused" if figure.get("refused") else ""
                print(f"round {n + 1} of {self.chosen.rounds}: {name:20} {figure['rate']:10,.0f}/s{refused}", flush=True)
        self.count()
        if self.peers:
            self.found.once.update(peers.ratios(self.found))
        if not self.chosen.workloads:
            self.run_once()

    def count(self):
        """Round trips and system calls of what has one request for one user or group."""
        of = [w for w in self.workloads if w.of == 1 and w.name != "mix" and self.directory(w) is self.usual]
        trips = replay.round_trips(self.server, self.usual, [w.name for w in of])
        for w in of:
            calls = profile_one.counted_calls(self.server, w, self.usual, 1, 0.1)
            self.found.counted[w.name] = {"round_trips": trips[w.name], **({"system_calls": round(sum(calls.values()), 1)} if calls else {})}

    def run_once(self):
        largest = self.directories[max(self.directories)]
        self.remember_fair()
        self.found.once.update(once.walks(self.server, largest))
        self.found.once.update(once.sealing(self.server, self.usual))
        if not self.chosen.quick:
            self.found.once.update(cycle.first(self.server, self.some))
            self.found.once.update(cycle.adopt(self.server, self.directories[min(self.directories, key=lambda n: abs(n - self.some))]))
        self.found.once.update(plain_cgi.over_floor(self.server, self.usual, self.chosen.rounds, 5 if self.chosen.smoke else plain_cgi.EACH))
        self.found.once.update(once.weights(self.server, self.usual, largest, 5 if self.chosen.smoke else PATIENCE))

    def remember_fair(self):
        """What the last run with --fair found."""
        kept = fair.kept(self.chosen.data)
        for key in fair.KEPT if kept else ():
            self.found.once[key], self.found.notes[key] = kept[key], f"measured {kept['date']}, {kept['muster']}"


def hold(chosen, server):
    """The workloads against their yardsticks."""
    yardsticks.prepare_lean(server)
    with yardsticks.Hello(server, chosen.workers, chosen.front) as hello, contextlib.ExitStack() as stack:
        bench = Bench(chosen, server, hello)
        bench.fronts = [stack.enter_context(fronts.Front(server, name)) for name in chosen.front]
        if chosen.peers:
            place = os.path.join(chosen.data, "peers")
            peers.install(place)
            bench.peers = [stack.enter_context(peers.Peer(server, place, name, random.Random(chosen.random))) for name in peers.NAMES]
        bench.run()
    return bench.found


def be_fair(chosen, server):
    """A loud organization and a calm one; the loud one is the larger."""
    rng = random.Random(chosen.random)
    fit = sorted((d for d in seed.load(server) if d["size"] <= 100_000), key=lambda d: d["size"])
    assert len(fit) > 1, "--fair takes two directories of at most 100,000 users"
    calm, noisy = fit[-2:]
    return fair.summary(fair.run(server, workloads.Directory(server, noisy, rng), workloads.Directory(server, calm, rng), chosen.rounds, chosen.seconds))


def profile(chosen, server):
    """One workload, looked at closely."""
    bench = Bench(chosen, server, None)
    workload = next(w for w in bench.workloads if w.name == chosen.profile)
    return profile_one.run(server, workload, bench.directory(workload), chosen.clients, chosen.seconds)


def measure(chosen, source, place):
    """A run on a copy of the directories."""
    shutil.rmtree(place, ignore_errors=True)
    cluster.copy(source, place)
    shutil.copy(os.path.join(source, "seed.json"), place)
    server = Stack(place, "--workers", str(chosen.workers), env=SETTINGS).start()
    try:
        server.refresh()
        about = machine(server)
        if chosen.smoke:
            found = be_fair(chosen, server)
            fair.keep(chosen.data, found, about)
            print(fair.table(found), tables.markdown({**found, "machine": about}), sep="\n", flush=True)
        found = profile(chosen, server) if chosen.profile else be_fair(chosen, server) if chosen.fair else hold(chosen, server)
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)
    if chosen.fair:
        fair.keep(chosen.data, found, about)
    about["options"] = {k: getattr(chosen, k) for k in ("rounds", "seconds", "clients", "workers", "sizes", "random")}
    return about, found


def main():
    chosen = options()
    if chosen.list:
        print("\n".join(f"{w.name:20} {w.says}" for w in workloads.WORKLOADS))
        return
    with contextlib.ExitStack() as stack:
        if chosen.smoke:
            chosen.data = stack.enter_context(tempfile.TemporaryDirectory(prefix="mb", dir="/tmp"))
            os.chmod(chosen.data, 0o755)
        source = os.path.join(chosen.data, "seed")
        make_seed(chosen, source)
        if chosen.seed:
            return
        about, found = measure(chosen, source, os.path.join(chosen.data, "run"))
    print(figures.heading(about))
    print(found if chosen.profile else fair.table(found) if chosen.fair else figures.table(found))
    if chosen.profile:
        return
    result = {**(found if chosen.fair else figures.as_json(found)), "machine": about}
    if chosen.smoke:
        print(tables.markdown(result, result))
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as f:
            json.dump(result, f, indent=2)
            f.write("\n")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started ends
    main()
