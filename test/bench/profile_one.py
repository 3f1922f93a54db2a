"""scripts/bench --profile: where one request of a workload spends its time. Takes strace and perf, which a measured run does not."""
import contextlib
import os
import re
import signal
import subprocess
import tempfile

import load
import replay
import workloads
from stack import family, helpers

SHOWN = 25  # functions of a program


def send(server, workload, directory, clients, seconds):
    """Runs the workload; how many requests were answered."""
    return load.run(workloads.requests(workload, directory, seconds), clients=workload.clients or clients, seconds=seconds, once=not workload.repeat,
                    port=server.port)["ok"]


@contextlib.contextmanager
def attached(*command):
    """A tool that watches processes until the block ends."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def is_traced(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        return "TracerPid:\t0\n" not in f.read()


def counted_calls(server, workload, directory, clients, seconds):
    """How many of each system call the workers make for a request; nothing where this machine lets nobody watch."""
    with tempfile.NamedTemporaryFile(prefix="mb", dir="/tmp", mode="r", encoding="utf-8") as f:
        workers = server.workers()
        with attached("strace", "-c", "-f", "-o", f.name, *(word for pid in workers for word in ("-p", str(pid)))) as strace:
            helpers.wait_until(lambda: strace.poll() is not None or all(is_traced(pid) for pid in workers), 30, "strace watches the workers")
            answered = send(server, workload, directory, clients, seconds)
        found = re.findall(r"^ *[0-9.]+ +[0-9.]+ +[0-9]+ +([0-9]+) +(?:[0-9]+ +)?(\w+)$", f.read(), re.M)
    return {name: int(n) / answered for n, name in found if name != "total"}


def system_calls(*args):
    """Lines of them, the most frequent first."""
    counts = sorted(((n, name) for name, n in counted_calls(*args).items()), reverse=True)
    return [f"{sum(n for n, _ in counts):8.2f} system calls a request", *(f"{n:8.2f} {name}" for n, name in counts if n >= 0.01)]


def functions(server, workload, directory, clients, seconds, pids):
    """Lines of the functions in which these processes spend their time."""
    with tempfile.TemporaryDirectory(prefix="mb", dir="/tmp") as place:
        data = os.path.join(place, "perf.data")
        with attached("perf", "record", "-q", "-e", "cpu-clock", "-F", "999", "-o", data, "-p", ",".join(map(str, pids))):
            send(server, workload, directory, clients, seconds)
        done = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "--sort", "dso,symbol"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=False)
    lines = [line.rstrip() for line in done.stdout.splitlines() if line.strip() and not line.startswith("#")]
    return lines[:SHOWN]


def statements(server, workload, directory):
    """Lines of the round trips of one request, each with the statements that it runs."""
    _, requests = replay.record(server, directory, [workload.name])[workload.name]
    out = []
    for data, _ in requests[-1]:
        names = [name.decode() or "unnamed" for name in re.findall(rb"B....\0([a-z_0-9]*)\0", data, re.S)]
        out.append(f"  round trip {len(out) + 1}: {', '.join(names)}")
    return [f"{len(out)} round trips to PostgreSQL", *out]


def run(server, workload, directory, clients, seconds):
    """All of it, as text."""
    web = family(server.state()["web"])
    backends = [row[0] for row in server.ask("select pid from pg_stat_activity where usename = 'muster_scim'")]
    parts = [("statements", statements(server, workload, directory)),
             ("muster-scim.fcgi", system_calls(server, workload, directory, clients, seconds))]
    for name, pids in (("muster-scim.fcgi", server.workers()), ("PostgreSQL", backends), ("web server", web)):
        parts.append((f"{name}: share of its CPU", functions(server, workload, directory, clients, seconds, pids)))
    return "\n".join(line for title, lines in parts for line in ("", f"{workload.name}, {title}", *lines))
