#!/usr/bin/python3
"""Instructions and system calls of the responder for one request, of each of the commonest kinds.

    test/bench/instructions.py [--build DIR] [--json FILE] [--compare FILE] [--bound PERCENT] [--keep DIR] [REQUEST ...]

    get      GET of a user by id                          create   POST of a user with the attributes that Entra ID sends
    filter   GET of users with filter userName eq "..."   active   PATCH of a user, active false
    list     GET of 100 users                             member   PATCH of a group of 150 people, one more

A worker of muster-scim.fcgi (in --build, "build" without it; scripts/run beside that directory starts the database) runs under callgrind
and is sent requests over its FastCGI socket: what it takes for 200 of them less what it takes for 100, divided by 100. What a start costs is
not in it, nor what PostgreSQL and the web server do; libpq, json-c and libc are. Each count is of an organization of its own, with a
lenient connection and 400 users; it is the least of --repeat counts (two). The kernel's work shows in the number of system calls alone,
among which callgrind has each look at the clock.

The figures are for machines with the same compiler and flags, json-c and libpq: these stand in the file that --json writes. Two counts
with the same programs differ by 0.5 % at most; on a machine with ten times as much to do as it can, by 1.6 %.
What varies: in how many pieces an answer of PostgreSQL arrives, how often the watchdog's clock ticks, whether the next connection is there
already (a fifth of the system calls of a request depends on these), and how json-c spreads names over its hash tables, whose seed is
random in each process.

--compare prints the ratio to the figures of such a file and ends with 1 if one is more than --bound (2) percent above, or a request has
more system calls than five times that, and two more. instructions.json beside this file has the figures to compare with. --keep leaves
callgrind's files (200 requests) for callgrind_annotate in DIR.
"""
import argparse
import concurrent.futures
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "http"))
import helpers  # noqa: E402  pylint: disable=wrong-import-position
from fastcgi import ask  # noqa: E402  pylint: disable=wrong-import-position
from server import Server  # noqa: E402  pylint: disable=wrong-import-position

USERS, GROUP, REQUESTS = 400, 150, 100


def user(n):
    name = f"user{n:06}@example.com"
    return {"schemas": [helpers.USER, helpers.ENTERPRISE], "externalId": f"0a000000-0000-4000-8000-{n:012}", "userName": name, "active": True,
            "displayName": f"Given {n:06} Family", "name": {"givenName": f"Given {n:06}", "familyName": "Family"}, "title": "Engineer",
            "preferredLanguage": "en-US", "emails": [{"primary": True, "type": "work", "value": name}],
            "phoneNumbers": [{"type": "mobile", "value": f"+1 555 {n:06}"}],
            "addresses": [{"type": "work", "streetAddress": "1 Main Street", "locality": "Springfield", "country": "US"}],
            helpers.ENTERPRISE: {"employeeNumber": f"{n:06}", "department": "Engineering", "costCenter": "4130"}}


def patch(*operations):
    return {"schemas": [helpers.PATCH_OP], "Operations": list(operations)}


class Directory:
    """An organization with users and a group."""

    def __init__(self, server):
        self.customer = server.customer()
        self.ids = self.customer.users([user(n) for n in range(USERS)])
        self.group = self.customer.group("Everybody", self.ids[:GROUP])["id"]


# The n-th request of a kind, from 0: method, path, body.
KINDS = {
    "get": lambda d, n: ("GET", f"/Users/{d.ids[0]}", None),
    "filter": lambda d, n: ("GET", "/Users?filter=userName+eq+%22user000123@example.com%22", None),
    "list": lambda d, n: ("GET", "/Users?startIndex=1&count=100", None),
    "create": lambda d, n: ("POST", "/Users", user(USERS + n)),
    "active": lambda d, n: ("PATCH", f"/Users/{d.ids[n]}", patch({"op": "Replace", "path": "active", "value": False})),
    "member": lambda d, n: ("PATCH", f"/Groups/{d.group}", patch({"op": "Add", "path": "members", "value": [{"value": d.ids[GROUP + n]}]})),
}


def settings(server, out):
    """Under callgrind all takes fifty times as long and a hundred MiB more. Programs of before do not know each of the settings."""
    known = subprocess.run([f"{helpers.ROOT}/{helpers.BUILD}/muster", "help", "config"], stdout=subprocess.PIPE, text=True, check=True).stdout
    wanted = {"MUSTER_DB": server.db.replace("muster_owner", "muster_scim"), "MUSTER_PUBLIC_URL": server.url, "MUSTER_WORKERS": "2",
              "MUSTER_LIMITS": f"{out}.limits", "MUSTER_DEADLINE_MS": "600000", "MUSTER_BODY_MS": "600000",
              "MUSTER_CPU_MS": "600000", "MUSTER_WORKER_AS_MB": "1048576", "MUSTER_WORKER_RSS_MB": "65536"}
    return {k: v for k, v in wanted.items() if k in known}


@contextlib.contextmanager
def worker(server, out):
    """A worker under callgrind; gives its socket. At its end the counts are in the file."""
    path = f"{out}.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        process = subprocess.Popen(
            ["valgrind", "--tool=callgrind", "--collect-systime=yes", f"--callgrind-out-file={out}", f"--log-file={out}.log",
             f"{helpers.ROOT}/{helpers.BUILD}/muster-scim.fcgi", "--worker"],
            stdin=listener, stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], **settings(server, out)})
    try:
        yield path
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, f"the worker ended with {process.returncode}"
    finally:
        process.kill()
        process.wait()
        os.unlink(path)


def count(server, kind, requests, out):
    """Instructions and system calls of a worker from its start to its end."""
    directory = Directory(server)
    with worker(server, out) as path:
        for n in range(requests):
            method, target, body = KINDS[kind](directory, n)
            answer = ask(path, directory.customer.token["token"], method, f"/scim/v2{target}", b"" if body is None else json.dumps(body).encode())
            assert answer.startswith(b"Status: 20"), answer
    with open(out, encoding="utf-8") as f:
        text = f.read()
    assert "\nevents: Ir sysCount " in text
    return [int(n) for n in re.findall(r"^totals: (\d+) (\d+)", text, re.M)[-1]]


def per_request(server, kind, repeat, keep):
    """Both workers run at once: how long they take is in no figure."""
    out = os.path.join(server.dir, f"callgrind.{kind}")
    found, calls = [], []
    for _ in range(repeat):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            few, many = pool.map(count, (server, server), (kind, kind), (REQUESTS, 2 * REQUESTS), (f"{out}.few", out))
        found.append(round((many[0] - few[0]) / REQUESTS))
        calls.append((many[1] - few[1]) / REQUESTS)
    if keep:
        os.makedirs(keep, exist_ok=True)
        shutil.copy(out, keep)
    spread = (max(found) / min(found) - 1) * 100
    print(f"{kind:7} {min(found):10,} instructions, {min(calls):.1f} system calls" +
          (f"; {spread:.2f} % between the counts" if repeat > 1 else ""), flush=True)
    return min(found), min(calls)


def first_line(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[0].strip()


def made_with():
    """What the figures depend on, beside the code."""
    program = f"{helpers.ROOT}/{helpers.BUILD}/muster-scim.fcgi"
    text = subprocess.run(["readelf", "--debug-dump=info", "--dwarf-depth=1", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    producer = re.search(r"DW_AT_producer .*?: (GNU C11 .*|clang .*)", text)
    return {"compiler": producer[1] if producer else "unknown", "json-c": first_line("pkg-config", "--modversion", "json-c"),
            "libpq": first_line("pkg-config", "--modversion", "libpq"), "libc": first_line("ldd", "--version"),
            "machine": processor(), "valgrind": first_line("valgrind", "--version")}


def processor():
    """With what of it that libc and libcrypto choose their functions by, as far as valgrind has it."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        flags = set(f.read().split())
    return " ".join([os.uname().machine, *(flag for flag in ("aes", "avx", "avx2", "bmi2", "erms", "pclmulqdq") if flag in flags)])


def compare(figures, name, bound):
    """Whether no request has become more expensive than it may. What was counted with other libraries decides nothing."""
    with open(name, encoding="utf-8") as f:
        other = json.load(f)
    differs = False
    for what, value in figures["with"].items():
        if other["with"].get(what) != value:
            print(f"not the same {what}, so the ratios decide nothing: {value}; before: {other['with'].get(what)}")
            differs = True
    return no_worse(figures, other, bound) or differs


def no_worse(figures, other, bound):
    good = True
    for kind, now in figures["instructions"].items():
        ratio = now / other["instructions"][kind]
        bad = ratio > 1 + bound / 100
        calls, before = figures["system_calls"][kind], other["system_calls"][kind]
        # How often a worker waits is decided by the machine: for the next connection, and for each piece of an answer of PostgreSQL.
        more = calls > before * (1 + 5 * bound / 100) + 2
        print(f"{kind:7} {now:10,} / {other['instructions'][kind]:10,} = {ratio:.4f}{'  TOO MUCH' if bad else ''}; "
              f"{calls:.1f} system calls, before {before:.1f}{'  TOO MANY' if more else ''}")
        good = good and not bad and not more
    return good


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(helpers.ROOT, helpers.BUILD))
    parser.add_argument("--json")
    parser.add_argument("--compare")
    parser.add_argument("--bound", type=float, default=2)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--keep")
    parser.add_argument("kinds", nargs="*", metavar="REQUEST", choices=[*KINDS, []])
    return parser.parse_args()


def main():
    chosen = options()
    helpers.ROOT, helpers.BUILD = os.path.split(os.path.abspath(chosen.build))
    server = Server("--workers", "1").start()
    try:
        counts = {k: per_request(server, k, chosen.repeat, chosen.keep) for k in chosen.kinds or KINDS}
    finally:
        server.stop()
    figures = {"with": made_with(), "instructions": {k: n for k, (n, _) in counts.items()}, "system_calls": {k: c for k, (_, c) in counts.items()}}
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as f:
            json.dump(figures, f, indent=2)
            f.write("\n")
    return chosen.compare is None or compare(figures, chosen.compare, chosen.bound)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
