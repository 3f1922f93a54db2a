"""A client of the admin API that checks every answer against doc/openapi.json."""
import json

import openapi
from helpers import Client, unique

SCOPES = ("provisioning:read", "provisioning:manage", "organizations:manage", "audit:read", "webhooks:manage")


class Api(Client):
    def __init__(self, server, key=None):
        super().__init__(server.env["MUSTER_ADMIN_URL"], server.env["MUSTER_API_KEY"] if key is None else key)
        self.server = server

    def with_key(self, key):
        return Api(self.server, key)

    def request(self, method, path, body=None, headers=None, absolute=False):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if body is None and method in ("POST", "PUT", "PATCH"):
            body = ""  # web servers want the length of what such a request brings
        names = {k.lower() for k in headers or {}}
        more = {} if "content-type" in names else {"Content-Type": "application/json"}
        answer = super().request(method, path, body, {**(headers or {}), **more}, absolute)
        openapi.check(method, path if absolute else self.base + path, body, answer)
        return answer

    def patch(self, path, body=None, **kw):
        return self.request("PATCH", path, body, **kw)

    def head(self, path, **kw):
        return self.request("HEAD", path, **kw)

    def made(self, path, body=None, **kw):
        return good(self.post(path, body, **kw), 201)

    def read(self, path, **kw):
        return good(self.get(path, **kw))

    def all(self, path, limit=None):
        """Every object of a list, page by page."""
        out, cursor = [], None
        mark = "&" if "?" in path else "?"
        while True:
            page = self.read(path + (f"{mark}limit={limit or 1000}") + (f"&cursor={cursor}" if cursor else ""))
            assert len(page["data"]) <= (limit or 1000)
            out += page["data"]
            cursor = page["next_cursor"]
            if not cursor:
                return out


def good(answer, status=200):
    assert answer.status == status, answer
    return answer.json


def problem(answer, status, code=None, field=None):
    """Asserts a problem document with this error in it, and gives the error."""
    assert answer.status == status, answer
    assert answer.header("Content-Type").startswith("application/problem+json"), answer
    body = answer.json
    assert body["status"] == status and body["request_id"] == answer.header("X-Request-Id"), body
    found = [e for e in body["errors"] if code in (None, e["code"]) and field in (None, e["meta"].get("field"))]
    assert found, body
    return found[0]


def new_key(server, *scopes, org=None, expires_at=None):
    args = ["--scopes", ",".join(scopes or SCOPES)]
    args += ["--org", org] if org else []
    args += ["--expires-at", expires_at] if expires_at else []
    return server.muster("key", "create", unique("k"), *args)
