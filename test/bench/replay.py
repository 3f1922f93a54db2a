"""The very statements of a workload without Muster: what a worker says to PostgreSQL is recorded, and sent again by build/bench/load."""
import contextlib
import json
import os
import select
import socket
import struct
import subprocess
import tempfile
import threading

import load
from fastcgi import ask
from stack import helpers
from workloads import WORKLOADS, measured
from yardsticks import gone, message

REPLAYED = ("get", "filter", "list100", "group100", "patch_name")
RECORDED = 200  # requests of each
SEEN = 4  # of which the last one has nothing left to prepare
SYNC, QUERY, PARSE = b"S", b"Q", b"P"


class Recorder:
    """A unix socket in front of PostgreSQL for one connection at a time; keeps the messages of the client, in bursts between answers."""

    def __init__(self, directory, target):
        self.target, self.bursts, self.answered = target, [], True
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(directory, ".s.PGSQL.5432"))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, socket.socket(socket.AF_UNIX) as server:
                server.connect(self.target)
                self.forward(client, server)

    def forward(self, client, server):
        rest, started = b"", False
        while True:
            for end in select.select([client, server], [], [])[0]:
                data = end.recv(1 << 20)
                if not data:
                    return
                (server if end is client else client).sendall(data)
                if end is server:
                    self.answered = True
                    continue
                rest += data
                while len(rest) >= 4 + started and len(rest) >= (size := struct.unpack("!i", rest[started:started + 4])[0] + started):
                    if started:
                        self.keep(rest[:size])
                    rest, started = rest[size:], True

    def keep(self, one):
        if self.answered:
            self.bursts.append([])
            self.answered = False
        self.bursts[-1].append(one)

    def taken(self):
        """What was said since the last time, up to an answer: a worker goes on talking when its client has been served."""
        helpers.wait_until(lambda: self.answered and self.bursts and self.bursts[-1][-1][:1] in (SYNC, QUERY), 10, "PostgreSQL answers")
        bursts, self.bursts = self.bursts, []
        return bursts

    def close(self):
        self.listener.close()


@contextlib.contextmanager
def recorded_worker(server):
    """A worker of muster-scim.fcgi behind a recorder: its socket, and the recorder."""
    with tempfile.TemporaryDirectory(prefix="mb", dir="/tmp") as place:
        recorder, path = Recorder(place, server.socket()), os.path.join(place, "scim.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            process = subprocess.Popen([f"{helpers.ROOT}/{helpers.BUILD}/muster-scim.fcgi", "--worker"], stdin=listener, stderr=subprocess.DEVNULL, env={
                "PATH": os.environ["PATH"], "MUSTER_DB": f"postgresql:///muster?host={place}&user=muster_scim", "MUSTER_PUBLIC_URL": server.url})
        try:
            yield path, recorder
        finally:
            process.terminate()
            process.wait(30)
            recorder.close()


def named(one):
    """The name of the statement that a message prepares; empty for all others."""
    return one[5:one.index(b"\0", 5)] if one[:1] == PARSE else b""


def parts(bursts):
    """Bursts as load sends them, without what a connection says once."""
    out, waiting = [], b""
    for burst in bursts:
        said = [one for one in burst if not named(one)]
        waiting += b"".join(said)
        ready = sum(one[:1] in (SYNC, QUERY) for one in said)
        if ready:
            out.append((waiting, ready))
            waiting = b""
    return out


def record(server, directory, names, count=RECORDED):
    """Of each workload of these names: what prepares its statements, and the parts of its requests, so many."""
    found = {}
    with recorded_worker(server) as (path, recorder):
        for workload in (w for w in WORKLOADS if w.name in names):
            prepared, requests = {}, []
            for (method, target, body), in workload.make(directory, count)[:count]:
                data = b"" if body is None else json.dumps(body).encode()
                answer = ask(path, directory.token, method, f"/scim/v2{target}", data)
                assert answer.startswith(b"Status: 2"), answer
                bursts = recorder.taken()
                prepared.update({named(one): one for burst in bursts for one in burst if named(one)})
                requests.append(parts(bursts))
            found[workload.name] = {"prepared": prepared, "requests": requests[1:] or requests}
    everything = {name: one for of in found.values() for name, one in of["prepared"].items()}
    prelude = b"".join(everything.values()) + message(SYNC, b"")
    return {name: (prelude, of["requests"]) for name, of in found.items()}


def round_trips(server, directory, names):
    """Of each workload, how often one request waits for PostgreSQL once its statements are prepared."""
    return {name: len(requests[-1]) for name, (_, requests) in record(server, directory, names, SEEN).items()}


def measure(server, recording, connections, seconds, writes):
    """A round of them, over so many connections."""
    prelude, requests = recording

    def send():
        result = load.run(requests, clients=connections, seconds=seconds, socket=server.socket(), prelude=(prelude, 1))
        gone(server, "load")
        return result
    return measured(server, 1, send, writes)
