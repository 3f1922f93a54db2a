"""Onboarding a customer as in the manual: curl, the API, and the first requests of identity providers."""
import subprocess
import threading

import pytest
from helpers import Answer, Client, group_body, made, unique, user_body
from transcripts import replay, transcripts

CASES = [("entra", "Entra ID", "?aadOptscim062020", ("entra-create-match", "entra-group-create", "entra-group-add-one")),
         ("okta", "Okta", "", ("okta-create", "okta-group-push"))]
MAPPING = {"groups[0].displayName": "{{ value | downcase | replace: ' ', '-' | prepend: 'org:' }}.organization_role", "title": "public_metadata.title"}


class Curl(Client):
    """The client of the other tests, but each request is one of curl's."""

    def send(self, method, target, body, headers):
        lines = [x for name, value in headers.items() for x in ("-H", f"{name}: {value}")]
        data = [] if method in ("GET", "DELETE") else ["--data-binary", "@-"]
        done = subprocess.run(["curl", "-sS", "-i", "-g", "--path-as-is", "--noproxy", "*", "-X", method, *lines, *data,
                               f"http://{self.host}:{self.port}{target}"],
                              input=body or b"", stdout=subprocess.PIPE, timeout=60, check=True)
        head, text = done.stdout.split(b"\r\n\r\n", 1)
        status, *rest = head.decode().split("\r\n")
        return Answer(int(status.split()[1]), [tuple(line.split(": ", 1)) for line in rest], text)


@pytest.fixture(scope="module")
def curl(server):
    """curl with the API key: curl(method, path, data) -> (status, JSON)."""
    def run(method, path, data=None, token=server.env["MUSTER_API_KEY"]):
        answer = Curl(server.env["MUSTER_ADMIN_URL"], token).request(method, path, data, {"Content-Type": "application/json"})
        return answer.status, answer.json if answer.text else None
    return run


def rotated_under_load(curl, server, rotation, old):
    """A rotation while three clients go on working, which take the new token when it is there."""
    current, statuses, stop = [old], [], threading.Event()
    begun = [threading.Event() for _ in range(3)]

    def work(n):
        while not stop.is_set():
            client = Curl(server.url, current[0])
            begun[n].set()
            statuses.extend([client.get("/Users?count=1").status, client.post("/Users", user_body()).status])

    def everybody_begins_anew():
        [e.clear() for e in begun]
        assert all(e.wait(30) for e in begun)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    [t.start() for t in threads]
    try:
        everybody_begins_anew()
        status, new = curl("POST", f"{rotation}/start", {"name": "next year"})
        assert status == 201 and Curl(server.url, old).get("/Users?count=1").status == 200
        current[0] = new["token"]
        everybody_begins_anew()
        everybody_begins_anew()  # who had begun with the old token has ended with it
        status, done = curl("POST", f"{rotation}/complete")
        everybody_begins_anew()
    finally:
        stop.set()
        [t.join() for t in threads]
    assert status == 200 and set(statuses) == {200, 201} and len(statuses) >= 18
    return new, done


def test_a_customer_comes_aboard(server, curl):
    slug = unique("acme")
    status, org = curl("POST", "/organizations", {"name": "Acme & Sons", "slug": slug, "verified_domains": ["acme.example"]})
    assert status == 201 and org["slug"] == slug
    path, tokens = f"/organizations/{slug}", []
    status, mapping = curl("PUT", f"{path}/scim/attribute-mappings", {"mapping": MAPPING})
    assert status == 200 and mapping["mapping"] == MAPPING
    for provider, name, flag, sent in CASES:
        status, connection = curl("POST", f"{path}/scim/connections", {"name": name, "identity_provider": provider})
        assert status == 201, (provider, name, flag, sent)
        status, endpoint = curl("GET", f"{path}/scim/endpoint?connection_id={connection['id']}")
        assert status == 200 and endpoint["endpoint_url"] == server.url + flag, (provider, name, flag, sent)
        status, token = curl("POST", f"{path}/scim/tokens", {"name": name, "connection_id": connection["id"]})
        assert status == 201 and token["token"].startswith(token["prefix"]), (provider, name, flag, sent)
        status, shown = curl("GET", f"{path}/scim/tokens/{token['id']}")
        assert status == 200 and "token" not in shown and shown["last_used_at"] is None, (provider, name, flag, sent)
        client = Curl(server.url, token["token"])
        assert [w for t in transcripts(sent) for w in replay(client, t)] == [], (provider, name, flag, sent)
        user = made(client.post("/Users", user_body(f"boss@{provider}.acme.example", title="Head")))
        made(client.post("/Groups", group_body(f"{provider} Leads", [user["id"]])))
        assert curl("GET", f"{path}/scim/tokens/{token['id']}")[1]["last_used_at"], (provider, name, flag, sent)
        tokens.append((connection, token, client))

    status, members = curl("GET", f"{path}/members")
    assert status == 200 and len(members["data"]) >= 2 and members["next_cursor"] is None
    assert {link["connection_id"] for m in members["data"] for link in m["links"]} == {c["id"] for c, _, _ in tokens}
    bosses = {m["email"]: (m["organization_role"], m["public_metadata"]) for m in members["data"] if m["email"].startswith("boss@")}
    assert bosses == {f"boss@{p}.acme.example": (f"org:{p}-leads", {"title": "Head"}) for p, _, _, _ in CASES}
    status, changed = curl("PATCH", f"{path}/members/{members['data'][0]['id']}", {"organization_role": "org:admin"})
    assert status == 200 and changed["organization_role"] == "org:admin"

    connection, old, client = tokens[0]
    rotation = f"{path}/scim/connections/{connection['id']}/rotate"
    new, done = rotated_under_load(curl, server, rotation, old["token"])
    assert [t["id"] for t in done["revoked"]] == [old["id"]] and "warning" in done
    assert client.get("/Users").status == 401

    status, revoked = curl("POST", f"{path}/scim/tokens/{new['id']}/revoke")
    assert status == 200 and revoked["revoked_at"]
    assert [Curl(server.url, t).get("/Users?count=1").status for t in (old["token"], new["token"], tokens[1][1]["token"])] == [401, 401, 200]

    status, log = curl("GET", f"{path}/audit-logs?action=scim.token.*")
    assert status == 200 and "scim.token.denied" in [e["action"] for e in log["data"]]
    done = [e for e in log["data"] if e["action"] != "scim.token.denied"]
    assert [e["action"] for e in done][:2] == ["scim.token.revoked", "scim.token.rotated"] and all(e["actor_type"] == "key" for e in done)
    assert curl("DELETE", f"{path}/scim/connections/{tokens[1][0]['id']}?confirm=Okta")[0] == 204
    assert curl("DELETE", f"{path}?confirm={slug}")[0] == 204
    status, gone = curl("GET", path)
    assert status == 404 and gone["title"] == "Not Found" and gone["errors"][0]["code"] == "not_found"
    assert curl("GET", "/organizations", token="msk_wrong")[0] == 401
