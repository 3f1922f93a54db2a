"""What the HTTP tests share: the command line, a client that sends bytes as they are, servers, digests of the database."""
import contextlib
import glob
import http.client
import json
import os
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
import zlib

import cluster
import psycopg2

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", "build")
SLOWER = {"MUSTER_CPU_MS": "25000"} if os.environ.get("SANITIZE") == "1" else {}  # the sanitizers take several times as long
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def unique(prefix="u"):
    return f"{prefix}{uuid.uuid4().hex[:12]}"


def statement(name):
    """The text of a statement of sql/queries, whichever folder it is in, without its header."""
    path, = glob.glob(f"{ROOT}/sql/queries/*/{name}.sql")
    with open(path, encoding="utf-8") as f:
        return "".join(line for line in f if not line.startswith("--"))


class Answer:
    """One response: status, headers (any case), text and its JSON."""

    def __init__(self, status, headers, raw):
        self.status, self.headers, self.raw = status, headers, raw
        self.text = raw.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.text)

    def header(self, name):
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)

    def __repr__(self):
        return f"<{self.status} {self.text[:300]}>"


class Client:
    """Speaks HTTP/1.1 over one kept connection; paths go out byte for byte."""

    def __init__(self, base, token=None, timeout=30):
        self.host, port, self.base = re.match(r"http://([^:/]+):(\d+)(.*)", base).groups()
        self.port, self.token, self.timeout, self.conn, self.used = int(port), token, timeout, None, 0.0

    def with_token(self, token):
        return Client(f"http://{self.host}:{self.port}{self.base}", token, self.timeout)

    def close(self):
        if self.conn:
            self.conn.close()
        self.conn = None

    def request(self, method, path, body=None, headers=None, absolute=False):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode("utf-8")
        headers = dict(headers or {})
        names = {k.lower() for k in headers}
        if self.token is not None and "authorization" not in names:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None and "content-type" not in names:
            headers["Content-Type"] = "application/scim+json"
        for last in (False, True):
            try:
                return self.send(method, path if absolute else self.base + path, body, headers)
            except (http.client.HTTPException, OSError):
                self.close()  # a kept connection may have been closed by the server meanwhile
                if last or method != "GET":
                    raise

    def send(self, method, target, body, headers):
        if self.conn is None or time.monotonic() - self.used > 1:  # the server closes connections that idle
            self.close()
            self.conn = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
            self.conn._validate_path = lambda path: None
        self.conn.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers.items():
            self.conn.putheader(name, value)
        if body is not None and "Content-Length" not in headers:
            self.conn.putheader("Content-Length", str(len(body)))
        self.conn.endheaders(body)
        response = self.conn.getresponse()
        self.used = time.monotonic()
        return Answer(response.status, response.getheaders(), response.read())

    def get(self, path, **kw):
        return self.request("GET", path, **kw)

    def post(self, path, body=None, **kw):
        return self.request("POST", path, body, **kw)

    def put(self, path, body=None, **kw):
        return self.request("PUT", path, body, **kw)

    def delete(self, path, **kw):
        return self.request("DELETE", path, **kw)

    def patch(self, path, *operations, **kw):
        return self.request("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)}, **kw)

    def find(self, endpoint, text, **kw):
        return self.get(f"/{endpoint}?filter={quote(text)}", **kw)


def quote(text):
    return "".join(c if c.isalnum() and ord(c) < 128 else "".join(f"%{b:02X}" for b in c.encode()) for c in text)


def made_up_token(prefix="scim_"):
    """Of the right form, with a right check sum, and nobody's."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    def base62(number, width):
        return "".join(digits[number // 62 ** i % 62] for i in reversed(range(width)))
    text = prefix + base62(secrets.randbits(250), 43)
    return text + base62(zlib.crc32(text.encode()), 6)


def user_body(login=None, /, **more):
    name = login or unique()
    email = name if "@" in name else f"{name}@example.com"
    body = {"schemas": [USER], "userName": email, "emails": [{"value": email, "type": "work", "primary": True}]}
    body.update(more)
    return {k: v for k, v in body.items() if v is not ...}


def group_body(title=None, members=(), /, **more):
    body = {"schemas": [GROUP], "displayName": title or unique("g"), "members": [{"value": m} for m in members]}
    body.update(more)
    return body


def op(name, path=None, value=...):
    out = {"op": name}
    if path is not None:
        out["path"] = path
    if value is not ...:
        out["value"] = value
    return out


def made(answer, status=201):
    assert answer.status == status, answer
    return answer.json


def assert_error(answer, status, scim_type=None, detail=None):
    assert answer.status == status, answer
    assert answer.header("Content-Type").startswith("application/scim+json"), answer.headers
    body = answer.json
    assert body["schemas"] == [ERROR]
    assert body["status"] == str(status)
    assert body.get("scimType") == scim_type, body
    assert body["detail"]
    if detail:
        assert detail in body["detail"], body
    assert answer.header("X-Request-Id")
    return body


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
        return {**{k: v for k, v in os.environ.items() if not k.startswith("MUSTER_")}, "BUILD": BUILD, **SLOWER, **self.extra}

    def run(self, *more):
        done = subprocess.run([f"{ROOT}/scripts/run", "--data", self.data, *more], cwd=ROOT, env=self.environment(),
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
        """What the command line has in its environment."""
        return {**self.environment(), "MUSTER_DB": self.db, "MUSTER_SECRET_KEY_FILE": self.env["MUSTER_SECRET_KEY_FILE"],
                "MUSTER_PUBLIC_URL": self.env["MUSTER_PUBLIC_URL"]}

    def muster(self, *args, ok=True):
        done = subprocess.run([f"{ROOT}/{BUILD}/muster", *args, "--json"], env=self.operator(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        assert (done.returncode == 0) == ok, (args, done)
        return json.loads(done.stdout) if ok else done

    def fill(self, *statements):
        """Bulk data as the superuser of the private cluster, without foreign key checks; the statistics are made afterwards."""
        with contextlib.closing(psycopg2.connect(self.db.replace("muster_owner", "postgres"))) as c, c, c.cursor() as cur:
            cur.execute("set session_replication_role = replica; set synchronous_commit = off")
            for text, *params in statements:
                cur.execute(text, params)
        self.sql("analyze muster.scim_user, muster.member, muster.scim_group_user, muster.team_member")

    def sql(self, text, *params):
        with contextlib.closing(psycopg2.connect(self.db)) as c, c, c.cursor() as cur:
            cur.execute(text, params)
            return cur.fetchall() if cur.description else None

    def hang_up(self, application):
        """Ends the connections of a program to the database."""
        with contextlib.closing(psycopg2.connect(self.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
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

    def tenant(self, slug=None, caps=False, **connection):
        """A new organization with one connection and one token."""
        slug = slug or unique("o")
        limits = {} if caps else {"max_users": None, "max_groups": None, "max_group_members": None}
        return Tenant(self, self.create("/organizations", {"name": slug, "slug": slug, "rate": None, **limits})).connect(**connection)

    def create(self, path, fields):
        """Something by the admin API: sooner than by the command line, and there are many tenants."""
        client = Client(self.env["MUSTER_ADMIN_URL"], self.env["MUSTER_API_KEY"])
        answer = client.post(path, fields, headers={"Content-Type": "application/json"})
        client.close()
        return made(answer)


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


class Tenant:
    def __init__(self, server, org):
        self.server, self.org, self.slug = server, org, org["slug"]

    def connect(self, **fields):
        self.connection = self.server.create(f"/organizations/{self.slug}/scim/connections", {"name": "test", **fields})
        self.issue()
        return self

    def issue(self, **fields):
        self.token = self.server.create(f"/organizations/{self.slug}/scim/tokens", {"connection_id": self.connection["id"], **fields})
        self.client = self.server.client(self.token["token"])
        return self.token

    def second(self, **options):
        """Another connection of the same organization."""
        return Tenant(self.server, self.org).connect(**options)

    def user(self, login=None, /, **more):
        return made(self.client.post("/Users", user_body(login, **more)))

    def group(self, title=None, members=(), /, **more):
        return made(self.client.post("/Groups", group_body(title, members, **more)))

    def members(self):
        return self.server.muster("member", "list", "--org", self.slug)["data"]

    def member(self, email):
        return self.server.muster("member", "show", email, "--org", self.slug)

    def teams(self):
        return self.server.muster("team", "list", "--org", self.slug)["data"]

    def team(self, name):
        return self.server.muster("team", "show", name, "--org", self.slug)

    def people(self, team):
        return sorted(m["email"] for m in self.team(team)["members"])

    def actions(self, target=None):
        """The actions of this organization's audit events, oldest first; what was refused took no effect."""
        rows = self.server.sql("select action, target_id::text from muster.audit_event where organization_id = %s "
                               "and action <> 'scim.request.refused' order by at, id", self.org["id"])
        return [a for a, t in rows if target in (None, t)]


def free_port():
    """Below those that the system gives to connections, of which another process of the tests may make one at any moment."""
    while True:
        port = random.randrange(10000, 32000)
        with socket.socket() as s, contextlib.suppress(OSError):
            s.bind(("127.0.0.1", port))
            return port


TABLES = ["member", "team", "team_member", "team_member_parked", "scim_user", "scim_user_email", "scim_group", "scim_group_user",
          "scim_group_group", "audit_event", "organization_usage", "link_request", "connection"]


def digest(server, org_id):
    """What the database holds of an organization: equal digests mean that nothing changed. That a request was refused is told, but is no
    change."""
    told = {"audit_event": " and action <> 'scim.request.refused'"}
    return [server.sql(f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from muster.{t} t "
                       f"where organization_id = %s{told.get(t, '')}", org_id)[0][0] for t in TABLES]


def fill_users(server, tenant, n):
    """Users of a connection without any detail; their ids."""
    server.fill(("insert into muster.member (organization_id, id, email) select %s, muster.uuid7(), 'm' || n from generate_series(1, %s) n",
                 tenant.org["id"], n),
                ("""insert into muster.scim_user (organization_id, id, connection_id, member_id, active, user_name_key, resource, folded, created_at,
                                                  modified_at)
                    select m.organization_id, m.id, %s, m.id, true, m.email, '{"schemas":["x"],"id":"' || m.id || '"}', '{}', now(), now()
                    from muster.member m where m.organization_id = %s""", tenant.connection["id"], tenant.org["id"]))
    return [r[0] for r in server.sql("select id::text from muster.scim_user where connection_id = %s", tenant.connection["id"])]


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def transcripts(names=None, kind="idp"):
    for path in sorted(glob.glob(f"{ROOT}/test/data/{kind}/*.json")):
        with open(path, encoding="utf-8") as f:
            t = json.load(f)
        if names is None or t["name"] in names:
            yield t


def pointer(document, path):
    """A JSON pointer (RFC 6901); None if it leads nowhere."""
    for key in path.split("/")[1:]:
        key = key.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(key)] if key.isdigit() and int(key) < len(document) else None
        else:
            document = document.get(key) if isinstance(document, dict) else None
        if document is None:
            return None
    return document


def fill(x, values):
    if isinstance(x, str):
        return re.sub(r"\$\{(\w+)\}", lambda m: str(values.get(m.group(1), m.group(0))), x)
    if isinstance(x, dict):
        return {fill(k, values): fill(v, values) for k, v in x.items()}
    return [fill(v, values) for v in x] if isinstance(x, list) else x


def check_step(answer, expect):
    wrong = [] if answer.status in expect["status"] else [f"status {answer.status}, expected {expect['status']}"]
    for path, want in (expect.get("body") or {}).items() if answer.text else ():
        got = pointer(answer.json, path)
        fits = got is not None if want == "*" else got is None if want is None else got == want and type(got) is type(want)
        if not fits:
            wrong.append(f"{path} is {got!r}, expected {want!r}")
    for name, want in (expect.get("headers") or {}).items():
        got = answer.header(name)
        if got is None or (want != "*" and not got.lower().startswith(want.lower())):
            wrong.append(f"header {name} is {got!r}, expected {want!r}")
    return wrong


def replay(client, transcript):
    """Runs a transcript; a list of what was not as expected."""
    values, wrong = {"uuid": str(uuid.uuid4())}, []
    for number, step in enumerate(transcript["steps"], 1):
        body = step.get("body")
        headers = fill(step.get("headers") or {}, values)
        answer = client.request(step["method"], fill(step["path"], values), None if body is None else fill(body, values), headers)
        wrong += [f"{transcript['name']} step {number} ({step['name']}): {w}; {answer}" for w in check_step(answer, fill(step["expect"], values))]
        for name, path in (step.get("save") or {}).items():
            values[name] = pointer(answer.json, path)
    return wrong


def kill(pid, number=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
