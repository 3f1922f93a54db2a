"""Helpers of the HTTP tests: a client that sends exact bytes, bodies of users and groups, assertions, digests of the database."""
import contextlib
import glob
import http.client
import json
import os
import re
import secrets
import signal
import time
import uuid
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", "build")
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
        binary = self.header("Content-Encoding") or (self.header("Content-Type") or "").startswith("image/")
        self.text = "" if binary else raw.decode("utf-8")

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
    """A token of the right form, with a right check sum, that nobody has."""
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


TABLES = ["member", "team", "team_member", "team_member_parked", "scim_user", "scim_user_email", "scim_group", "scim_group_user",
          "scim_group_group", "audit_event", "connection_usage", "link_request", "connection"]


def digest(server, org_id):
    """Digests of an organization's rows: equal digests mean that nothing changed. That a request was refused is told, but is no
    change."""
    told = {"audit_event": " and action <> 'scim.request.refused'"}
    row = {"connection": "(to_jsonb(t) - 'troubled')::text", "member": "(to_jsonb(t) - 'filed')::text"}
    return [server.sql(f"select md5(coalesce(string_agg({row.get(t, 't::text')}, '|' order by {row.get(t, 't::text')}), '')) from muster.{t} t "
                       f"where organization_id = %s{told.get(t, '')}", org_id)[0][0] for t in TABLES]


def fill_users(server, tenant, n):
    """Users of a connection without any detail; their ids."""
    server.fill(("insert into muster.member (organization_id, id, email) select %s, muster.uuid7(), 'm' || n from generate_series(1, %s) n",
                 tenant.org["id"], n),
                ("""insert into muster.scim_user (organization_id, id, connection_id, member_id, active, user_name_key, resource, folded, created_at,
                                                  modified_at)
                    select m.organization_id, m.id, %s, m.id, true, m.email, '{"schemas":["x"],"id":"' || m.id || '"}', '{}', now(), now()
                    from muster.member m where m.organization_id = %s""", tenant.connection["id"], tenant.org["id"]),
                ("""insert into muster.scim_modified (organization_id, connection_id, type, modified_at, id)
                    select u.organization_id, u.connection_id, 'User', u.modified_at, u.id from muster.scim_user u where u.organization_id = %s
                    on conflict do nothing""", tenant.org["id"]))
    return [r[0] for r in server.sql("select id::text from muster.scim_user where connection_id = %s", tenant.connection["id"])]


def wait_until(condition, seconds, what):
    """`what` is waited for: a text, or a function that says at the end what there is instead."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what() if callable(what) else what}"
        time.sleep(0.01)


def kill(pid, number=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
