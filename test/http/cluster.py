"""PostgreSQL for the tests: where its programs are, and a cluster that is made once for each run and copied for each server."""
import contextlib
import fcntl
import glob
import os
import re
import subprocess

# Of several versions scripts/run takes the newest for a new cluster, too.
BIN = max(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(re.search(r"/(\d+)/", path)[1]), default="/usr/bin")
TEMPLATE = "TEST_TEMPLATE"  # the environment variable with the directory of the cluster to be copied; without it each server makes its own
KEPT = ("pg", "env", "secret.key")  # of scripts/run's directory, what the next run in it finds


def copy(source, target):
    os.makedirs(target, exist_ok=True)
    subprocess.run(["cp", "-a", "--reflink=auto", *(os.path.join(source, name) for name in KEPT), target], check=True)


def prepare(data, make):
    """Puts a cluster with a migrated database into the directory, if there is a template; the first who wants it calls make(), which returns
    a directory that scripts/run has been stopped in, as a context."""
    place = os.environ.get(TEMPLATE)
    if not place:
        return
    made = os.path.join(place, "cluster")
    with open(os.path.join(place, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(made):
            with make() as source:
                copy(source, made + ".new")
            # The machine does not go down: what a killed server had written is there without waiting for the disk.
            with open(os.path.join(made + ".new", "pg", "postgresql.auto.conf"), "a", encoding="ascii") as f:
                f.write("fsync = off\n")
            os.rename(made + ".new", made)
    copy(made, data)


def remember(directory):
    """That a server is in this directory, for the end of the run."""
    if os.environ.get(TEMPLATE):
        with open(os.path.join(os.environ[TEMPLATE], "servers"), "a", encoding="utf-8") as f:
            f.write(directory + "\n")


def left(place):
    """The directories of servers that nobody ended: their process was interrupted."""
    with contextlib.suppress(FileNotFoundError), open(os.path.join(place, "servers"), encoding="utf-8") as f:
        return [d for d in f.read().splitlines() if os.path.exists(d)]
    return []


def options(pg):
    """The options with which the cluster's postmaster was started."""
    with open(os.path.join(pg, "postmaster.opts"), encoding="utf-8") as f:
        return f.read().split(" ", 1)[1].strip().replace('"', "'")


def control(pg, *words):
    """pg_ctl, as the user to whom the cluster belongs."""
    user = subprocess.run(["stat", "-c", "%U", pg], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    run = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    subprocess.run([*run, f"{BIN}/pg_ctl", "-D", pg, *words], check=True, stdout=subprocess.DEVNULL, cwd="/")


def stop(pg, mode="fast"):
    control(pg, "-m", mode, "-w", "stop")


def start(pg):
    control(pg, "-w", "-o", options(pg), "-l", "/dev/null", "start")
