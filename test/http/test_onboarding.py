"""How a customer comes aboard, as the manual tells it: curl, the API, and what the identity providers then send."""
import json
import subprocess

import pytest
from helpers import replay, transcripts, unique

CASES = [("entra", "Entra ID", "?aadOptscim062020", "entra-create-match"), ("okta", "Okta", "", "okta-create")]


@pytest.fixture(scope="module")
def curl(server):
    """curl with the API key: curl(method, path, data) -> (status, JSON)."""
    def run(method, path, data=None, token=server.env["MUSTER_API_KEY"], base=server.env["MUSTER_ADMIN_URL"]):
        body = ["-d", "" if data is None else json.dumps(data)] if method != "GET" and method != "DELETE" else []
        done = subprocess.run(["curl", "-sS", "-X", method, "--noproxy", "*", "-H", f"Authorization: Bearer {token}", "-w", "\n%{http_code}", *body, base + path],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=True)
        text, status = done.stdout.rsplit("\n", 1)
        return int(status), json.loads(text) if text else None
    return run


def test_a_customer_comes_aboard(server, curl):
    slug = unique("acme")
    status, org = curl("POST", "/organizations", {"name": "Acme & Sons", "slug": slug, "verified_domains": ["acme.example"]})
    assert status == 201 and org["slug"] == slug
    path, tokens = f"/organizations/{slug}", []
    for provider, name, flag, transcript in CASES:
        status, connection = curl("POST", f"{path}/scim/connections", {"name": name, "identity_provider": provider})
        assert status == 201
        status, endpoint = curl("GET", f"{path}/scim/endpoint?connection_id={connection['id']}")
        assert status == 200 and endpoint["endpoint_url"] == server.url + flag
        status, token = curl("POST", f"{path}/scim/tokens", {"name": name, "connection_id": connection["id"]})
        assert status == 201 and token["token"].startswith(token["prefix"])
        status, shown = curl("GET", f"{path}/scim/tokens/{token['id']}")
        assert status == 200 and "token" not in shown and shown["last_used_at"] is None
        client = server.client(token["token"])
        (t,) = transcripts({transcript})
        assert replay(client, t) == []
        assert curl("GET", f"{path}/scim/tokens/{token['id']}")[1]["last_used_at"]
        tokens.append((connection, token, client))

    status, members = curl("GET", f"{path}/members")
    assert status == 200 and len(members["data"]) >= 2 and members["next_cursor"] is None
    assert {link["connection_id"] for m in members["data"] for link in m["links"]} == {c["id"] for c, _, _ in tokens}
    status, changed = curl("PATCH", f"{path}/members/{members['data'][0]['id']}", {"organization_role": "org:admin"})
    assert status == 200 and changed["organization_role"] == "org:admin"

    connection, old, client = tokens[0]
    rotation = f"{path}/scim/connections/{connection['id']}/rotate"
    status, new = curl("POST", f"{rotation}/start", {"name": "next year"})
    assert status == 201 and client.get("/Users").status == server.client(new["token"]).get("/Users").status == 200
    status, done = curl("POST", f"{rotation}/complete")
    assert status == 200 and [t["id"] for t in done["revoked"]] == [old["id"]] and "warning" in done
    assert client.get("/Users").status == 401 and server.client(new["token"]).get("/Users").status == 200

    status, revoked = curl("POST", f"{path}/scim/tokens/{new['id']}/revoke")
    assert status == 200 and revoked["revoked_at"]
    assert [server.client(t).get("/Users").status for t in (old["token"], new["token"], tokens[1][1]["token"])] == [401, 401, 200]

    status, log = curl("GET", f"{path}/audit-logs?action=scim.token.*")
    assert status == 200 and [e["action"] for e in log["data"]][:2] == ["scim.token.revoked", "scim.token.rotated"]
    assert all(e["actor_type"] == "key" for e in log["data"])
    assert curl("DELETE", f"{path}/scim/connections/{tokens[1][0]['id']}?confirm=Okta")[0] == 204
    assert curl("DELETE", f"{path}?confirm={slug}")[0] == 204
    status, gone = curl("GET", path)
    assert status == 404 and gone["title"] == "Not Found" and gone["errors"][0]["code"] == "not_found"
    assert curl("GET", "/organizations", token="msk_wrong")[0] == 401
