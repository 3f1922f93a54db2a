"""A server whose database has a synchronous standby, behind a proxy that can cut connections and change over to the standby."""
import contextlib
import glob
import os
import shutil
import socket
import subprocess
import threading

import psycopg2
from cluster import BIN
from helpers import wait_until
from proxy import SOCKET, Proxy
from server import Server


class Wires(Proxy):
    """Passes everything on, until it is cut."""

    def __init__(self, path, target):
        self.pairs, self.lock = [], threading.Lock()
        super().__init__(path, target)

    def serve(self, client, server):
        with self.lock:
            self.pairs.append((client, server))
        threading.Thread(target=self.pump, args=(server, client), daemon=True).start()
        self.pump(client, server)

    @staticmethod
    def pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for s in (source, sink):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    def cut(self):
        """Ends all connections for the clients."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for client, _ in pairs:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def close(self):
        super().close()
        self.cut()


class Pair:
    """`primary` and `standby` are clusters: (data directory, socket directory)."""

    def __init__(self, **env):
        self.server = Server("--workers", "3", env=env).start()
        self.dir, self.made, self.proxy, self.primary, self.standby = self.server.dir, 0, None, None, None
        try:
            self.set_up()
        except BaseException:
            self.stop()
            raise

    def set_up(self):
        shared = os.path.dirname(self.server.db.split("host=")[1].split("&")[0] + "/x")
        self.user = subprocess.run(["stat", "-c", "%U", os.path.join(self.server.data, "pg")], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        self.primary = (os.path.join(self.server.data, "pg"), self.directory("a"))
        self.sql(f"alter system set unix_socket_directories = '{self.primary[1]}'", shared)
        self.control("-m", "fast", "-w", "stop", cluster=self.primary)
        self.begin(self.primary)
        self.proxy = Wires(os.path.join(shared, SOCKET), self.socket_of(self.primary))
        self.join()

    @staticmethod
    def socket_of(cluster):
        return os.path.join(cluster[1], SOCKET)

    def directory(self, name):
        path = os.path.join(self.dir, name)
        os.mkdir(path, 0o700)
        shutil.chown(path, self.user)
        return path

    def as_user(self, *command):
        run = ["runuser", "-u", self.user, "--"] if os.geteuid() == 0 else []
        subprocess.run([*run, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def control(self, *words, cluster):
        self.as_user(f"{BIN}/pg_ctl", "-D", cluster[0], *words)

    def begin(self, cluster):
        self.control("-w", "-o", "", "-l", "/dev/null", "start", cluster=cluster)

    def sql(self, text, host=None, *params):
        with contextlib.closing(psycopg2.connect(host=host or self.primary[1], user="postgres", dbname="muster")) as c, c.cursor() as cur:
            c.autocommit = True
            cur.execute("set synchronous_commit = local")
            cur.execute(text, params)
            return cur.fetchall() if cur.description else None

    def join(self):
        """A standby of the primary, and from then on no commit without it."""
        self.made += 1
        self.standby = (self.directory(f"pg{self.made}"), self.directory(f"s{self.made}"))
        self.as_user(f"{BIN}/pg_basebackup", "-h", self.primary[1], "-U", "postgres", "-D", self.standby[0], "-c", "fast", "-R")
        with open(os.path.join(self.standby[0], "postgresql.auto.conf"), "a", encoding="utf-8") as f:
            f.write(f"unix_socket_directories = '{self.standby[1]}'\n")
        self.begin(self.standby)
        self.settle("*")

    def settle(self, names):
        self.sql(f"alter system set synchronous_standby_names = '{names}'")
        self.sql("select pg_reload_conf()")
        if names:
            wait_until(lambda: self.sql("select sync_state from pg_stat_replication") == [("sync",)], 20, "the standby is synchronous")

    def waiting(self, role=None):
        """Backends that wait for the standby, of one role or of all."""
        return [r[0] for r in self.sql("select pid from pg_stat_activity where wait_event = 'SyncRep' and usename = coalesce(%s, usename)", None, role)]

    def terminate(self, pids):
        for pid in pids:
            self.sql("select pg_terminate_backend(%s)", None, pid)

    def away(self):
        self.control("-m", "fast", "-w", "stop", cluster=self.standby)

    def back(self):
        self.begin(self.standby)
        wait_until(lambda: self.sql("select sync_state from pg_stat_replication") == [("sync",)], 20, "the standby is back")

    def promote(self, running):
        """The primary is lost, the standby takes its place. Alone at first: nobody is waited for until join()."""
        self.control("-m", "immediate", "-w", "stop", cluster=self.primary)
        if not running:
            self.begin(self.standby)
        self.control("-w", "promote", cluster=self.standby)
        old, self.primary = self.primary, self.standby
        self.settle("")
        self.proxy.target = self.socket_of(self.primary)
        self.proxy.cut()
        if old[0].startswith(self.dir + "/pg"):
            shutil.rmtree(old[0])

    def stop(self):
        if self.proxy:
            self.proxy.close()
        for cluster in filter(None, (self.standby, self.primary)):
            with contextlib.suppress(subprocess.CalledProcessError):
                self.control("-m", "immediate", "-w", "stop", cluster=cluster)
        for path in glob.glob(os.path.join(self.server.data, "run", "sock", SOCKET)):
            os.unlink(path)
        self.server.stop()
