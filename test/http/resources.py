"""Users and groups as conformance suites make them."""
from helpers import GROUP, USER, made, unique

OPEN = {"dialect": "strict", "identity": "mutable", "email": "optional", "linking": "never", "group_names": "any"}  # a connection for them
NOBODY = "01a20db4-3e9d-72d7-82e9-f673093deb64"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def body(login=None, /, **more):
    return {"schemas": [USER], "userName": login or unique(), **more}


def create(client, login=None, /, **more):
    return made(client.post("/Users", body(login, **more)))


def team(client, *members, **more):
    return made(client.post("/Groups", {"schemas": [GROUP], "displayName": unique("g"), "members": [{"value": m} for m in members], **more}))


def path(resource):
    return f"/{resource['meta']['resourceType']}s/{resource['id']}"


def read(client, resource):
    return made(client.get(path(resource)), 200)


def client_url(client):
    return f"http://{client.host}:{client.port}{client.base}"
