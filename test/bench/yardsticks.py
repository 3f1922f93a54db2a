"""What a round of a workload is held against, in the same run: a FastCGI program that does nothing, `select 1`, and the least statements."""
import contextlib
import math
import os
import re
import socket
import struct
import subprocess

import load
from fronts import Front
from stack import HERE, cluster, cpu, helpers
from workloads import measured

HEAD = 400  # bytes of hello's headers, with what the web server adds
LEAN = os.path.join(HERE, "lean.sql")


class Hello:
    """build/bench/hello, in as many processes as there are workers, behind web servers with the configurations of those in front of these."""

    def __init__(self, server, workers, fronts=()):
        self.server, self.workers, self.processes = server, workers, []
        self.fronts = {name: Front(server, name, "hello.sock") for name in {"lighttpd", *fronts}}

    def __enter__(self):
        path = os.path.join(self.server.data, "run", "sock", "hello.sock")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        with contextlib.ExitStack() as stack, socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            os.chmod(path, 0o666)
            listener.listen(1024)
            stack.callback(self.end)
            for _ in range(self.workers):
                self.processes.append(subprocess.Popen([f"{helpers.ROOT}/{helpers.BUILD}/bench/hello"], cwd="/", env={}, stdin=listener,
                                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            for front in self.fronts.values():
                stack.enter_context(front)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def end(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(10)

    def measure(self, bytes_wanted, clients, seconds, front="lighttpd"):
        """A round of requests that are answered with so many bytes, headers included."""
        sent = [[(load.http("scim_" + "x" * 49, "GET", f"/Users/01900000-0000-7000-8000-000000000000?bytes={max(bytes_wanted - HEAD, 0):.0f}"), 0)]]
        web = self.fronts[front]

        def used():
            return {"web": web.used(), "responder": sum(cpu(p.pid) for p in self.processes)}
        before = used()
        result = load.run(sent, clients=clients, seconds=seconds, port=web.port)
        after = used()
        return {"rate": result["ok"] / result["seconds"], "p50": result["p50"] / 1000, "p99": result["p99"] / 1000,
                **{part: (after[part] - before[part]) / 1000 / result["ok"] for part in after}}


def message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


SELECT_1 = message(b"P", b"one\0select 1\0\0\0") + message(b"S", b"")
RUN_1 = message(b"B", b"\0one\0\0\0\0\0\0\0") + message(b"E", b"\0\0\0\0\0") + message(b"S", b"")


def select_1(server, connections, seconds):
    """A prepared `select 1`, in the messages that a statement of a responder takes; its CPU is what the backends that end have used."""
    def send():
        result = load.run([[(RUN_1, 1)]], clients=connections, seconds=seconds, socket=server.socket(), prelude=(SELECT_1, 1))
        gone(server, "load")
        return result
    return measured(server, 1, send)


def lean(server, directory, connections, seconds):
    """lean.sql by pgbench: what a create has to write at least."""
    def send():
        done = subprocess.run([f"{cluster.BIN}/pgbench", "-n", "-M", "prepared", "-c", str(connections), "-T", str(math.ceil(seconds)), "-f", LEAN,
                               "-D", f"organization={directory.organization}", "-D", f"connection={directory.connection}",
                               server.db.replace("muster_owner", "postgres")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout
        gone(server, "pgbench")
        count = int(re.search(r"transactions actually processed: (\d+)", done.stdout)[1])
        latency = float(re.search(r"latency average = ([0-9.]+) ms", done.stdout)[1])
        return {"ok": count, "requests": count, "seconds": math.ceil(seconds), "bytes": 0, "p50": latency * 1000, "p99": 0}
    return measured(server, 1, send)


def gone(server, application):
    """Only then has the postmaster the time that the backends took."""
    helpers.wait_until(lambda: server.ask("select 1 from pg_stat_activity where application_name = %s", application) == [], 10,
                       f"the backends of {application} have ended")


def prepare_lean(server):
    """The tables of lean.sql."""
    with open(os.path.join(HERE, "lean_tables.sql"), encoding="utf-8") as f:
        server.ask(f.read() + "select 1")
