"""A client of the admin API whose every answer is held against doc/openapi.json, and customers made with it."""
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


class Customer:
    """An organization with a connection and a token, made by the API."""

    def __init__(self, api, **fields):
        self.api, self.server = api, api.server
        self.org = api.made("/organizations", {"name": "Customer", "slug": unique("c"), "rate": None, **fields})
        self.id, self.slug = self.org["id"], self.org["slug"]
        self.path = f"/organizations/{self.slug}"

    def connect(self, **fields):
        """A connection, and a client of SCIM with a token for it."""
        self.connection = self.api.made(f"{self.path}/scim/connections", {"name": "IdP", **fields})
        self.connection_path = f"{self.path}/scim/connections/{self.connection['id']}"
        self.token = self.issue()
        self.scim = self.client(self.token)
        return self

    def issue(self, **fields):
        return self.api.made(f"{self.path}/scim/tokens", {"connection_id": self.connection["id"], **fields})

    def client(self, token):
        return self.server.client(token["token"])

    def events(self, query=""):
        return self.api.read(f"{self.path}/audit-logs?limit=1000{query}")["data"]

    def actions(self, query=""):
        """Oldest first."""
        return [e["action"] for e in reversed(self.events(query))]

    def key(self, *scopes, bound=True):
        """A client with a key of these scopes, bound to this organization or not."""
        return self.api.with_key(new_key(self.server, *scopes, org=self.slug if bound else None)["key"])


def new_key(server, *scopes, org=None, expires_at=None):
    args = ["--scopes", ",".join(scopes or SCOPES)]
    args += ["--org", org] if org else []
    args += ["--expires-at", expires_at] if expires_at else []
    return server.muster("key", "create", unique("k"), *args)
