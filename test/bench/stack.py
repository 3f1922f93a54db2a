"""The programs that scripts/bench measures: what scripts/run starts, in a directory that is kept, and what their processes have used."""
import contextlib
import glob
import json
import os
import platform
import subprocess
import sys
import time

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.join(HERE, "..", "http"))  # after this directory: both have a load.py
import cluster  # noqa: E402  pylint: disable=wrong-import-position
import helpers  # noqa: E402  pylint: disable=wrong-import-position
from server import Server, free_port  # noqa: E402  pylint: disable=wrong-import-position

# What an acknowledged write is worth nothing without; a figure without them would be no figure.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")
TOLD = ("shared_buffers", "max_wal_size", "checkpoint_timeout", "wal_compression", "random_page_cost", "jit")
# Whose work a backend does, by the user that it is logged in as.
ROLES = {"muster_scim": "postgres", "muster_deliver": "sealing"}
PARTS = ("web", "responder", "postgres", "sealing", "worker", "rest")


class Stack(Server):
    """What scripts/run starts in `data`, which stays when it ends."""

    def __init__(self, data, *options, env=None):  # pylint: disable=super-init-not-called
        self.dir = self.data = data
        os.makedirs(data, exist_ok=True)
        self.port, self.options, self.extra = free_port(), options, dict(env or {})

    def start(self):
        super().start()
        self.watch = psycopg2.connect(self.db.replace("muster_owner", "postgres"))
        self.watch.autocommit = True
        for name in DURABLE:
            assert self.ask(f"show {name}") == [("on",)], f"PostgreSQL runs with {name} off"
        return self

    def refresh(self):
        """The seed may be of an older schema: what scripts/run has migrated is as if it had been made so."""
        with open(os.path.join(self.data, "run", "migrate.log"), encoding="utf-8") as f:
            applied = [line.split()[1] for line in f if line.startswith("applied ")]
        if applied:
            print(f"migrated the copy: {', '.join(applied)}", flush=True)
            for command in ("vacuum analyze", "checkpoint"):
                with self.watch.cursor() as cur:
                    cur.execute(command)

    def stop(self):
        self.run("--stop")

    def ask(self, text, *params):
        """A query of the superuser, on a connection that stays."""
        with self.watch.cursor() as cur:
            cur.execute(text, params)
            return cur.fetchall()

    def socket(self):
        """Of PostgreSQL."""
        return os.path.join(self.ask("show unix_socket_directories")[0][0], ".s.PGSQL.5432")

    def user(self):
        """Who runs the servers: (uid, gid)."""
        found = os.stat(os.path.join(self.data, "pg"))
        return found.st_uid, found.st_gid

    def state(self):
        """The processes that scripts/run started, by name."""
        with open(os.path.join(self.data, "run", "state"), encoding="utf-8") as f:
            return {line.split()[0]: int(line.split()[1]) for line in f}

    def sealed(self):
        """Waits until no event is left to be sealed: that work belongs to the writes before."""
        helpers.wait_until(lambda: self.ask("select 1 from muster.audit_pending limit 1") == [], 600, "events still wait to be sealed")

    def used(self):
        """What each part has used so far: nanoseconds of CPU; and bytes of the write-ahead log."""
        started = self.state()
        with open(os.path.join(self.data, "pg", "postmaster.pid"), encoding="utf-8") as f:
            postmaster = int(f.readline())
        roles = dict(self.ask("select pid, usename from pg_stat_activity where usename is not null"))
        out = dict.fromkeys(PARTS, 0)
        for pid in family(started["web"]):
            out["web"] += cpu(pid)
        for pid in family(started["scim"]) if "scim" in started else ():
            out["responder"] += cpu(pid)
        out["worker"] = cpu(started["deliver"])
        for pid in family(postmaster):
            out[ROLES.get(roles.get(pid), "rest")] += cpu(pid)
        out["rest"] += ended(postmaster)
        out["wal"] = int(self.ask("select pg_current_wal_lsn() - '0/0'")[0][0])
        return out


def cpu(pid):
    """Nanoseconds of CPU of all threads of a process; 0 if it has ended."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as f:
            total += int(f.read().split()[0])
    return total


def ended(pid):
    """Nanoseconds of CPU of a process's children that have ended, to a hundredth of a second."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        fields = f.read().rsplit(") ", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def family(pid):
    """A process and its children."""
    children = []
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as f:
            children += map(int, f.read().split())
    return [pid, *children]


def first_line(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return (done.stdout.splitlines() or ["unknown"])[0].strip()


def machine(stack):
    """Where and with what the figures were made."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = next((line.split(": ", 1)[1].strip() for line in f if line.startswith("model name")), platform.machine())
    settings = {name: stack.ask(f"show {name}")[0][0] for name in (*DURABLE, *TOLD)}
    return {"date": time.strftime("%Y-%m-%d"), "processor": model, "cores": os.cpu_count(),
            "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
            "system": platform.platform(), "load": [round(n, 2) for n in os.getloadavg()],
            "muster": first_line("git", "-C", helpers.ROOT, "describe", "--always", "--dirty"),
            "postgresql": stack.ask("show server_version")[0][0], "web_server": first_line("lighttpd", "-v"), "settings": settings}


def write_private(path, value):
    """JSON that has tokens in it."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
        json.dump(value, f, indent=1)


__all__ = ["HERE", "PARTS", "Stack", "cluster", "cpu", "ended", "family", "free_port", "helpers", "machine", "write_private"]
