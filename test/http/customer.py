"""A customer: an organization with a connection and a token, made by the admin API."""
import copy

from api import new_key
from helpers import BULK, group_body, made, unique, user_body

UNLIMITED = {"rate": None, "max_users": None, "max_groups": None, "max_group_members": None}


class Customer:
    """A new organization; connect() gives it a connection, a token and `client`, which speaks SCIM with it."""

    def __init__(self, api, **fields):
        self.api, self.server = api, api.server
        self.org = api.made("/organizations", {"name": "Customer", "slug": unique("c"), **UNLIMITED, **fields})
        self.id, self.slug = self.org["id"], self.org["slug"]
        self.path = f"/organizations/{self.slug}"

    def __repr__(self):
        return f"<customer {self.slug}, {getattr(self, 'connection', {}).get('dialect', 'without a connection')}>"

    def connect(self, **fields):
        self.connection = self.api.made(f"{self.path}/scim/connections", {"name": "IdP", **fields})
        self.connection_path = f"{self.path}/scim/connections/{self.connection['id']}"
        self.renew()
        return self

    def second(self, **fields):
        """The same organization with another connection."""
        return copy.copy(self).connect(**fields)

    def issue(self, **fields):
        """A token for the connection; `client` keeps the one that it has."""
        return self.api.made(f"{self.path}/scim/tokens", {"connection_id": self.connection["id"], **fields})

    def renew(self, **fields):
        """A token for the connection, which `client` has from now on."""
        self.token = self.issue(**fields)
        self.client = self.client_of()
        return self.token

    def client_of(self, token=None):
        """Another client, with this token or that of `client`."""
        return self.server.client((token or self.token)["token"])

    def key(self, *scopes, bound=True):
        """A client of the admin API with a key of these scopes, bound to this organization or not."""
        return self.api.with_key(new_key(self.server, *scopes, org=self.slug if bound else None)["key"])

    def user(self, login=None, /, **more):
        return made(self.client.post("/Users", user_body(login, **more)))

    def users(self, bodies):
        """Users made by Bulk; their ids. What a request has no time left for (503) is sent again."""
        ids, left = {}, dict(enumerate(bodies))
        while left:
            operations = [{"method": "POST", "path": "/Users", "bulkId": str(n), "data": body} for n, body in left.items()]
            answer = made(self.client.post("/Bulk", {"schemas": [BULK], "Operations": operations}), 200)
            ids.update({int(o["bulkId"]): o["location"].rsplit("/", 1)[1] for o in answer["Operations"] if o["status"] != "503"})
            left = {n: body for n, body in left.items() if n not in ids}
        return [ids[n] for n in sorted(ids)]

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

    def events(self, query=""):
        """The audit log, newest first."""
        return self.api.all(f"{self.path}/audit-logs{query.replace('&', '?', 1)}")

    def actions(self, target=None, action="*"):
        """The actions of the audit log, oldest first; what was refused took no effect."""
        query = f"&action={action}" + (f"&target={target}" if target else "")
        return [e["action"] for e in reversed(self.events(query)) if e["action"] != "scim.request.refused"]
