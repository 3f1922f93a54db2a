"""A whole Muster behind a web server, for tests: what scripts/run starts."""
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile

import cluster
import helpers
import psycopg2
from api import Api
from customer import Customer
from helpers import Client, kill

SLOWER = {"MUSTER_CPU_MS": "25000"} if os.environ.get("SANITIZE") == "1" else {}  # the sanitizers take several times as long


class Server:
    """One Muster behind a web server, started and stopped by scripts/run."""

    def __init__(self, *options, env=None):
        self.dir = tempfile.mkdtemp(prefix="mt", dir="/tmp")
        os.chmod(self.dir, 0o755)
        cluster.remember(self.dir)
        self.data = os.path.join(self.dir, "d")
        self.port = free_port()
        self.options, self.extra = options, dict(env or {})

    def environment(self):
        return {**{k: v for k, v in os.environ.items() if not k.startswith("MUSTER_")}, "BUILD": helpers.BUILD, **SLOWER, **self.extra}

    def run(self, *more):
        done = subprocess.run([f"{helpers.ROOT}/scripts/run", "--data", self.data, *more], cwd=helpers.ROOT, env=self.environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def start(self):
        cluster.prepare(self.data, made_and_stopped)
        options = self.options if "--rate" in self.options else (*self.options, "--rate", "off")
        self.run("--background", "--port", str(self.port), *options)
        self.env = {}
        with open(os.path.join(self.data, "env"), encoding="utf-8") as f:
            for line in f:
                name, value = line.rstrip("\n").split("=", 1)
                self.env[name] = value.strip("'")
        self.url, self.db = self.env["MUSTER_URL"], self.env["MUSTER_DB"]
        return self

    def stop(self):
        try:
            self.run("--stop")
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)

    def client(self, token=None, timeout=30):
        return Client(self.url, self.env["MUSTER_TOKEN"] if token is None else token, timeout)

    def operator(self):
        """The environment of the command line."""
        return {**self.environment(), "MUSTER_DB": self.db, "MUSTER_SECRET_KEY_FILE": self.env["MUSTER_SECRET_KEY_FILE"],
                "MUSTER_PUBLIC_URL": self.env["MUSTER_PUBLIC_URL"]}

    def muster(self, *args, ok=True, env=None):
        done = subprocess.run([f"{helpers.ROOT}/{helpers.BUILD}/muster", *args, "--json"], env={**self.operator(), **(env or {})},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        assert (done.returncode == 0) == ok, (args, done)
        return json.loads(done.stdout) if ok else done

    def fill(self, *statements):
        """Bulk data as the superuser of the private cluster, without foreign key checks; the statistics are made afterwards."""
        with contextlib.closing(psycopg2.connect(self.db.replace("muster_owner", "postgres"))) as c, c, c.cursor() as cur:
            cur.execute("set session_replication_role = replica; set synchronous_commit = off")
            for text, *params in statements:
                cur.execute(text, params)
        self.recount()
        self.sql("analyze muster.scim_user, muster.member, muster.scim_group_user, muster.team_member")

    def recount(self):
        """After rows were written past Muster: its counters of users and groups are right again."""
        for organization, *_ in self.sql(helpers.statement("op_doctor_usage")):
            self.sql("select muster.recount_usage(%s)", organization)

    def sql(self, text, *params):
        with contextlib.closing(psycopg2.connect(self.db)) as c, c, c.cursor() as cur:
            cur.execute(text, params)
            return cur.fetchall() if cur.description else None

    @contextlib.contextmanager
    def as_superuser(self):
        """A cursor whose statements are transactions of their own."""
        with contextlib.closing(psycopg2.connect(self.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
            c.autocommit = True
            yield cur

    def hang_up(self, application):
        """Ends the connections of a program to the database."""
        with self.as_superuser() as cur:
            cur.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s", (application,))

    def database(self, command):
        """Stops or starts the private cluster."""
        {"stop": cluster.stop, "start": cluster.start}[command](os.path.join(self.data, "pg"))

    @contextlib.contextmanager
    def frozen_database(self):
        """All processes of the private cluster stand still until the block ends."""
        with open(os.path.join(self.data, "pg", "postmaster.pid"), encoding="utf-8") as f:
            main = int(f.readline())
        kill(main, signal.SIGSTOP)  # first, so that no process comes to those that are listed
        children = subprocess.run(["pgrep", "-P", str(main)], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        try:
            for pid in children:
                kill(int(pid), signal.SIGSTOP)
            yield
        finally:
            for pid in [*map(int, children), main]:
                kill(pid, signal.SIGCONT)

    def master(self):
        with open(os.path.join(self.data, "run", "scim.pid"), encoding="utf-8") as f:
            return int(f.read().split()[0])

    def workers(self):
        done = subprocess.run(["pgrep", "-P", str(self.master())], stdout=subprocess.PIPE, text=True, check=False)
        return [int(p) for p in done.stdout.split()]

    def customer(self, **connection):
        """A new organization with one connection and one token."""
        return Customer(Api(self)).connect(**connection)


@contextlib.contextmanager
def made_and_stopped():
    """The directory of a server that has ended, until the block does."""
    s = Server()
    try:
        s.run("--background", "--port", str(s.port), "--workers", "1")
        s.run("--stop")
        yield s.data
    finally:
        shutil.rmtree(s.dir, ignore_errors=True)


def free_port():
    """Below those that the system gives to connections, of which another process of the tests may make one at any moment."""
    while True:
        port = random.randrange(10000, 32000)
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port
