"""The responders' log: which lines are written together, and when. Each write(2) is a datagram here."""
import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile

import psycopg2
import pytest
from fastcgi import body_records, head
from helpers import BUILD, ROOT

MOST = 4096


class Responder:
    """A worker of its own, which starts when requests already wait for it."""

    def __init__(self, server, family=socket.AF_UNIX, **env):
        self.dir = tempfile.TemporaryDirectory(prefix="mt", dir="/tmp")  # pylint: disable=consider-using-with
        self.listener = socket.socket(family)
        self.listener.bind(f"{self.dir.name}/socket" if family == socket.AF_UNIX else ("127.0.0.1", 0))
        self.listener.listen(200)
        self.log, self.their_log = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.log.settimeout(20)
        self.log.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.env = {"PATH": os.environ["PATH"], "MUSTER_DB": server.db.replace("muster_owner", "muster_scim"), "MUSTER_PUBLIC_URL": server.url,
                    "MUSTER_LIMITS": f"{self.dir.name}/limits", "MUSTER_WORKERS": "2", **env}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()
        for s in (self.listener, self.log, self.their_log):
            s.close()
        self.dir.cleanup()

    def start(self):
        self.process = subprocess.Popen([f"{ROOT}/{BUILD}/muster-scim.fcgi", "--worker"], stdin=self.listener, stderr=self.their_log, env=self.env)

    def send(self, token, method, path, body=None):
        """A request; its socket."""
        data = json.dumps(body).encode() if body else b""
        s = socket.socket(self.listener.family)
        s.settimeout(20)
        s.connect(self.listener.getsockname())
        s.sendall(head(token, method, f"/scim/v2{path}", len(data)) + body_records(data))
        return s

    def lines(self):
        """Of one write."""
        data = self.log.recv(65536)
        assert len(data) <= MOST and data.endswith(b"\n"), data
        return data.decode().splitlines()

    def written(self):
        """What was written until the process ended."""
        self.log.settimeout(0)
        out = []
        with contextlib.suppress(BlockingIOError):
            while True:
                out += self.lines()
        return out


def answer(s):
    """The status; the connection has ended."""
    with s:
        data = b""
        while chunk := s.recv(65536):
            data += chunk
    return int(data[data.index(b"Status: ") + 8:][:3]) if data else None


def test_lines_of_answers_are_written_together(server, customer):
    path, n = f"/Users/{customer.user()['id']}", 60
    with Responder(server) as r:
        clients = [r.send(customer.token["token"], "GET", path) for _ in range(n)]
        r.start()
        assert {answer(s) for s in clients} == {200}
        writes = []
        while sum(map(len, writes)) < n:
            writes.append([line for line in r.lines() if "event=request" in line])
        assert len({line.split(" request=")[1].split()[0] for lines in writes for line in lines}) == n == sum(map(len, writes))
        assert len(writes) < n / 4


def test_no_line_waits_for_a_request_that_takes_long(server, customer):
    path = f"/Users/{customer.user()['id']}"
    with Responder(server) as r, contextlib.closing(psycopg2.connect(server.db)) as c, c.cursor() as cur:
        cur.execute("select pg_advisory_xact_lock(muster.connection_lock(%s::uuid))", (customer.connection["id"],))
        quick = r.send(customer.token["token"], "GET", path)
        slow = r.send(customer.token["token"], "PATCH", path, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                                                               "Operations": [{"op": "replace", "path": "title", "value": "x"}]})
        r.start()
        while not any("status=200" in line for line in r.lines()):
            pass
        slow.setblocking(False)
        with pytest.raises(BlockingIOError):
            slow.recv(1)
        c.rollback()
        slow.settimeout(20)
        assert (answer(quick), answer(slow)) == (200, 200)


def test_a_worker_that_ends_has_written_all(server, customer):
    path, n = f"/Users/{customer.user()['id']}", 20
    with Responder(server, MUSTER_WORKER_REQUESTS=str(n)) as r:
        clients = [r.send(customer.token["token"], "GET", path) for _ in range(n)]
        r.start()
        assert {answer(s) for s in clients} == {200} and r.process.wait(20) == 0
        assert sum("event=request" in line for line in r.written()) == n


def test_lines_stand_in_the_order_of_what_happened(server, customer):
    """A warning comes behind the answers before it."""
    path, n = f"/Users/{customer.user()['id']}", 5
    with Responder(server) as r, contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        clients = [r.send(customer.token["token"], "GET", path) for _ in range(n)]
        r.start()
        assert {answer(s) for s in clients} == {200}
        c.autocommit = True
        cur.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'muster-scim' and usename = 'muster_scim'")
        assert answer(r.send(customer.token["token"], "GET", path)) == 200
        r.process.send_signal(signal.SIGTERM)
        assert r.process.wait(20) == 0
        events = [line.split(" event=")[1].split()[0] for line in r.written()]
        assert events[-1] == "request" and events.count("request") == n + 1 and set(events[:n]) == {"request"} and len(events) > n + 1, events


@pytest.mark.parametrize("list_of, status", [("127.0.0.2", None), ("127.0.0.2,127.0.0.1", 200)])
def test_only_the_web_servers_that_are_named_may_connect(server, customer, list_of, status):
    with Responder(server, socket.AF_INET, FCGI_WEB_SERVER_ADDRS=list_of) as r:
        s = r.send(customer.token["token"], "GET", "/Users")
        r.start()
        try:
            assert answer(s) == status
        except ConnectionResetError:
            assert status is None
