"""Helpers of the tests of webhooks: receivers, endpoints, workers, sealed events."""
import contextlib
import http.server
import json
import os
import signal
import socket
import subprocess
import threading
import time
import uuid

import psycopg2
from helpers import BUILD, ROOT, unique, wait_until

INSTALLATION = "00000000-0000-0000-0000-000000000000"
NOWHERE = "https://hooks.invalid/muster"  # a name that never resolves (RFC 6761)


class Hit:
    """One request that a receiver got: when, which message, its headers and payload."""

    def __init__(self, headers, body):
        self.at, self.headers, self.body = time.monotonic(), headers, body
        self.id = headers.get("webhook-id")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def sequence(self):
        return self.json["sequence"]

    @property
    def target(self):
        return self.json["data"]["target"]["id"]


class Receiver:
    """A server that remembers what it gets. `answer(hit)` gives the status, or (status, headers, body)."""

    def __init__(self, answer=lambda hit: 200):
        self.hits, self.answer, self.lock = [], answer, threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                hit = Hit(dict((k.lower(), v) for k, v in self.headers.items()),
                          self.rfile.read(int(self.headers["Content-Length"])))
                with receiver.lock:
                    receiver.hits.append(hit)
                answer = receiver.answer(hit)
                status, headers, body = answer if isinstance(answer, tuple) else (answer, {}, b"")
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, *args):  # the sender may have gone
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()

    def wait(self, n=1, seconds=10):
        wait_until(lambda: len(self.hits) >= n, seconds, f"{n} deliveries, there are {len(self.hits)}")
        return self.hits

    def ids(self):
        return {h.id for h in self.hits}


class Held:
    """An answer for a Receiver that lets some of the requests wait until it is opened, and then has this status."""

    def __init__(self, which=lambda hit: True, status=200):
        self.which, self.status, self.entered, self.gate = which, status, threading.Event(), threading.Event()

    def __call__(self, hit):
        if not self.which(hit):
            return 200
        self.entered.set()
        self.gate.wait(20)
        return self.status

    def wait(self):
        assert self.entered.wait(10), "a request came"

    def open(self):
        self.gate.set()


class RawReceiver:
    """A server of bytes: `talk(connection)` does what it likes with each. Counts the connections."""

    def __init__(self, talk=lambda c: None, host="127.0.0.1"):
        self.connections, self.talk, self.ended = 0, talk, threading.Event()
        self.socket = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                c, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    def serve(self, c):
        with contextlib.suppress(OSError), c:
            self.talk(c)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.ended.set()
        self.socket.close()


def read_request(c):
    """Reads one request whole."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += c.recv(65536)
    head, rest = data.split(b"\r\n\r\n", 1)
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(rest) < length:
        rest += c.recv(65536)
    return rest


class Endpoint:
    """An endpoint of a Customer, made by the API, which may be inside."""

    def __init__(self, customer, url, **fields):
        self.customer, self.api = customer, customer.api
        self.made = self.api.made(f"{customer.path}/webhooks", {"url": url, "allow_private": True, **fields})
        self.id, self.secret = self.made["id"], self.made["secret"]
        self.path = f"{customer.path}/webhooks/{self.id}"

    def show(self):
        return self.api.read(self.path)

    def deliveries(self, query=""):
        """Newest first."""
        return self.api.all(f"{self.path}/deliveries{query}")

    def states(self):
        out = {}
        for state, n in self.customer.server.sql("select state, count(*) from muster.webhook_delivery where endpoint_id = %s group by 1", self.id):
            out[state] = n
        return out

    def pending(self):
        return self.states().get("pending", 0)

    def settled(self, seconds=20):
        """When everything that was written is sealed, and nothing is left to be sent."""
        wait_until(lambda: not unsealed(self.customer.server, self.customer.id) and not unmade(self.customer.server, self.customer.id)
                   and self.pending() == 0, seconds,
                   lambda: f"nothing is pending; {unsealed(self.customer.server, self.customer.id)} unsealed, {self.states()}, {self.show()}")
        return self.states()


WRITE_EVENTS = """select muster.audit(%s, null, %s, null, 'scim_user', coalesce(%s::uuid, muster.uuid7()), %s, muster.uuid7(), null)
                  from generate_series(1, %s)"""


def write_events(server, org_id, n, action="scim.user.updated", target=None, data='{"changed":true}'):
    """Audit events as if the responder had written them, in one transaction; their targets are new ones, or the one."""
    server.sql(WRITE_EVENTS, org_id, action, target, data, n)


def unsealed(server, org_id):
    """How many events of the organization are not sealed."""
    return server.sql("select count(*) from muster.audit_pending where organization_id = %s", org_id)[0][0]


def unmade(server, org_id):
    """How many sealed events of the organization have no deliveries yet."""
    return server.sql("select count(*) from muster.webhook_unmade where organization_id = %s", org_id)[0][0]


def sealed(server, org_id):
    """How many events of the organization are sealed."""
    return server.sql("select coalesce(max(sequence), 0) from muster.audit_seal where organization_id = %s", org_id)[0][0]


class Worker:
    """A muster-deliver beside that of the server, or in its place."""

    def __init__(self, server, *before, **env):
        self.server, self.before, self.env, self.process, self.arguments = server, before, env, None, []

    def start(self):
        settings = {"MUSTER_DB": self.server.db.replace("muster_owner", "muster_deliver"), "MUSTER_LOG": "info",
                    "MUSTER_SECRET_KEY_FILE": self.server.env["MUSTER_SECRET_KEY_FILE"], **self.server.extra, **self.env}
        self.log = os.path.join(self.server.dir, f"worker-{uuid.uuid4().hex[:8]}.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([*self.before, f"{ROOT}/{BUILD}/muster-deliver", *self.arguments], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={**self.server.environment(), **settings})
        return self

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        return self.process.wait(30)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill(signal.SIGTERM)
        with open(self.log, encoding="utf-8") as f:
            assert "ERROR: AddressSanitizer" not in f.read()


def deliver_pid(server):
    """The process of the server's own worker."""
    with open(os.path.join(server.data, "run", "state"), encoding="utf-8") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("deliver "))


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def end_worker(server):
    """Ends the server's own worker, for tests that start theirs."""
    pid = deliver_pid(server)
    if is_running(pid):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid), 5, "the worker ended")


def seal(server):
    """Waits until every event has its number and its deliveries; who seals, this or the worker, is all the same (with the role's plans)."""
    def done():
        with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "muster_deliver"))) as c, c, c.cursor() as cur:
            cur.execute("select * from muster.audit_seal_next(0, 1000)")
            cur.execute("select * from muster.webhook_make_kept(null, 1000)")
        return server.sql("select (select count(*) from muster.audit_pending) + (select count(*) from muster.webhook_unmade)") == [(0,)]
    wait_until(done, 20, "every event is sealed")


def make_events(customer, n=1):
    """Events member.added."""
    return [customer.api.made(f"{customer.path}/members", {"email": f"{unique()}@example.com"})["id"] for _ in range(n)]


def deliveries(api, path, query=""):
    return api.read(f"{path}/deliveries?limit=1000{query}")["data"]


def settle(server, hook, state, *ids):
    """As if the worker had ended these deliveries, or all; deletes their queue entries."""
    server.sql("delete from muster.webhook_queue where endpoint_id = %s", hook["id"])
    server.sql("""update muster.webhook_delivery set state = %s, finished_at = now(), attempts = 9, status = 503, error = 'HTTP status 503',
                      response = 'busy', log = '[{"at": "2026-01-01T00:00:00.000Z", "status": 503, "duration_ms": 5, "error": "HTTP status 503"}]'
                  where endpoint_id = %s and (%s or id = any (%s::uuid[]))""", state, hook["id"], not ids, list(ids))


def states(server, hook):
    return dict(server.sql("select state, count(*) from muster.webhook_delivery where endpoint_id = %s group by state", hook["id"]))


def events_of(server, target):
    """(organization, action, data) of the audit events about something, oldest first."""
    return server.sql("select organization_id::text, action, data from muster.audit_event where target_id = %s order by at, id", target)


def actions_of(server, target):
    return [a for _, a, _ in events_of(server, target)]
