"""Round trips to PostgreSQL: their number, lost connections at COMMIT, and requests that stop half way."""
import contextlib
import json
import os
import secrets
import select
import shutil
import socket
import subprocess
import tempfile
import time

import pytest
from customer import Customer
from fastcgi import ask, exchange, head, record
from helpers import BUILD, BULK, ROOT, kill, made, made_up_token, op, unique, user_body, wait_until
from proxy import SOCKET, Proxy
from webhooks import NOWHERE, seal


SCHEMA = {"id": "urn:example:badges", "attributes": [{"name": "number"}]}


class Counting(Proxy):
    """Forwards bytes, and counts how often the talk turns to the server."""

    def __init__(self, path, target):
        self.turns, self.answered, self.cut = 0, True, None
        super().__init__(path, target)

    def serve(self, client, server):
        ends = {client: server, server: client}
        while True:
            for one in select.select(list(ends), [], [])[0]:
                data = one.recv(65536)
                if not data:
                    return
                if one is client and self.cut and b"transaction_commit" in data:
                    return self.lose(client, server, data)
                if one is client and self.answered:
                    self.turns += 1
                self.answered = one is server
                ends[one].sendall(data)

    def lose(self, client, server, data):
        """The connection breaks: before the server has COMMIT, or after it has answered to it."""
        mode, self.cut = self.cut, None
        if mode == "after":
            server.sendall(data)
            server.recv(65536)
        for end in (client, server):
            end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextlib.contextmanager
def behind_a_proxy(server, program, role):
    """A responder with one worker whose database connection goes through the proxy."""
    directory = tempfile.mkdtemp(prefix="mt", dir="/tmp")
    os.chmod(directory, 0o755)
    target = dict(p.split("=") for p in server.db.split("?")[1].split("&"))["host"]
    proxy = Counting(os.path.join(directory, SOCKET), os.path.join(target, SOCKET))
    listening = os.path.join(directory, "responder")
    env = {"PATH": os.environ["PATH"], "MUSTER_DB": f"postgresql:///muster?host={directory}&user={role}", "MUSTER_PUBLIC_URL": server.url,
           "MUSTER_BODY_MS": "1000", "MUSTER_SECRET_KEY_FILE": server.env["MUSTER_SECRET_KEY_FILE"]}
    process = subprocess.Popen(["spawn-fcgi", "-n", "-s", listening, "--", f"{ROOT}/{BUILD}/{program}", "--workers", "1"], env=env,
                               stderr=open(f"{directory}/log", "w", encoding="utf-8"))  # pylint: disable=consider-using-with
    wait_until(lambda: os.path.exists(listening), 10, "the responder's socket")

    def ask_and_count(*a, **more):
        return count(proxy, listening, *a, **more)
    ask_and_count.proxy, ask_and_count.listening, ask_and_count.log = proxy, listening, f"{directory}/log"
    yield ask_and_count
    kill(process.pid, 15)
    process.wait(30)
    proxy.close()
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def responder(server):
    with behind_a_proxy(server, "muster-scim.fcgi", "muster_scim") as r:
        yield r


@pytest.fixture(scope="module")
def admin(server):
    with behind_a_proxy(server, "muster-admin.fcgi", "muster_admin") as r:
        yield r


def count(proxy, listening, token, method, path, body=None, **more):
    before = proxy.turns
    target = path if path.startswith("/v1/") else f"/scim/v2{path}"
    answer = ask(listening, token, method, target, json.dumps(body).encode() if body is not None else b"", **more)
    return answer.split(b"\r\n")[0].decode(), proxy.turns - before


def patch_body(*operations):
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}


def test_round_trips(server, responder):
    t = server.customer()
    token = t.token["token"]
    user, other = t.user("x@example.com"), t.user("y@example.com")
    group = t.group("Crew", [other["id"]])
    responder(token, "GET", "/Users")  # connects
    path, team = f"/Users/{user['id']}", f"/Groups/{group['id']}"
    assert responder(token, "GET", path) == ("Status: 200 OK", 1)
    assert responder(token, "GET", team) == ("Status: 200 OK", 1)
    assert responder(token, "GET", "/Users?filter=userName+eq+%22x@example.com%22") == ("Status: 200 OK", 1)
    assert responder(token, "GET", "/Groups?excludedAttributes=members") == ("Status: 200 OK", 1)
    assert responder(token, "GET", "/Users/01a20db4-3e9d-72d7-82e9-f673093deb64") == ("Status: 404 Not Found", 1)
    assert responder(token, "PATCH", path, patch_body(op("replace", "title", "T"))) == ("Status: 200 OK", 2)
    assert responder(token, "PATCH", path, patch_body(op("replace", "title", "T"))) == ("Status: 200 OK", 2)
    assert responder(token, "PATCH", path, patch_body(op("replace", "active", False))) == ("Status: 200 OK", 2)
    tombstone = op("replace", "userName", "0123456789abcdef0123456789abcdefx@example.com")
    assert responder(token, "PATCH", path, patch_body(op("remove", "emails"), op("replace", "nobody.knows", 1), tombstone)) == ("Status: 200 OK", 2)
    assert responder(token, "PUT", path, user_body("x@example.com", active=True)) == ("Status: 200 OK", 2)
    assert responder(token, "PATCH", team, patch_body(op("add", "members", [{"value": user["id"]}]))) == ("Status: 200 OK", 2)
    assert responder(token, "PATCH", team, patch_body(op("replace", "members", []))) == ("Status: 200 OK", 2)
    assert responder(token, "POST", "/Users", user_body("z@example.com")) == ("Status: 201 Created", 2)
    assert responder(token, "DELETE", path) == ("Status: 204 No Content", 2)
    assert responder(token, "POST", "/Users", user_body("x@example.com")) == ("Status: 201 Created", 3)  # something is known of that one
    assert responder(token, "DELETE", team) == ("Status: 204 No Content", 2)


def test_a_hundred_new_users_of_a_bulk_share_their_round_trips(server, responder):
    """Two for the page, one for the Bulk before it, and one for what it ends with."""
    t = server.customer()
    token = t.token["token"]
    responder(token, "GET", "/Users")  # connects
    operations = [{"method": "POST", "path": "/Users", "bulkId": str(n), "data": user_body()} for n in range(100)]
    assert responder(token, "POST", "/Bulk", {"schemas": [BULK], "Operations": operations}) == ("Status: 200 OK", 4)
    assert made(t.client.get("/Users?count=0"), 200)["totalResults"] == 100


def test_round_trips_of_the_admin_api(server, admin):
    t = server.customer()
    key, base = server.env["MUSTER_API_KEY"], f"/v1/organizations/{t.org['id']}"
    t.user("x@example.com")
    admin(key, "GET", base)  # connects
    member, connection = f"{base}/members/x@example.com", f"{base}/scim/connections/{t.connection['id']}"
    for name in ("Ada", "Ada", "Eve"):
        assert admin(key, "PATCH", member, {"first_name": name}) == ("Status: 200 OK", 2), name
    assert admin(key, "PATCH", member, {"organization_role": "org:admin"}) == ("Status: 200 OK", 2)
    assert admin(key, "PATCH", connection, {"name": "New"}) == ("Status: 200 OK", 2)
    assert admin(key, "POST", f"{base}/scim/tokens", {"name": "second"}) == ("Status: 201 Created", 2)
    assert admin(key, "POST", f"{base}/scim/tokens", {"connection_id": t.connection["id"]}) == ("Status: 201 Created", 2)
    nobody = made_up_token("msk_")
    for method, path, body in (("PATCH", member, {"first_name": "Mallory"}), ("POST", f"{base}/scim/tokens", {})):
        assert admin(nobody, method, path, body)[0] == "Status: 401 Unauthorized", (method, path, body)
    assert admin(key, "GET", member)[1] == 1
    told = [e["action"] for e in server.muster("audit", "list", "--org", t.org["id"])["data"]]
    assert told[:6] == ["scim.token.issued", "scim.token.issued", "scim.connection.updated", "member.role_changed", "member.updated", "member.updated"]


def test_each_write_of_the_admin_api_goes_there_twice(server, admin, api):
    """The first reads, with the authentication; the second writes the change and the event. An Idempotency-Key takes one more, because the answer is stored."""
    c = Customer(api, verified_domains=["good.example"]).connect(linking="verified_domains")
    api.made(f"{c.path}/members", {"email": "ada@other.example"})
    base = f"/v1{c.path}"
    assert c.client.post("/Users", user_body("ada@other.example")).status == 409
    (asked,) = api.read(f"{c.path}/scim/link-requests")["data"]
    token = api.made(f"{c.path}/scim/tokens", {"name": "second"})
    hooks = [(place, api.made(f"{place}/webhooks", {"url": NOWHERE})["id"]) for place in (c.path, "")]
    seal(server)
    wait_until(lambda: all(api.read(f"{place}/webhooks/{hook}/deliveries")["data"] for place, hook in hooks), 10, "deliveries, which the worker may make")
    sent = {hook: api.read(f"{place}/webhooks/{hook}/deliveries")["data"][0]["id"] for place, hook in hooks}
    admin(api.token, "GET", base)  # connects
    writes = [
        ("POST", "/v1/organizations", {"name": "Another", "slug": unique("r"), "verified_domains": ["r.example"]}, 201),
        ("PATCH", base, {"name": "Other", "verified_domains": ["other.example"]}, 200),
        ("PUT", f"{base}/scim/domains", {"domains": ["third.example"]}, 200),
        *[("PUT", f"{base}/scim/attribute-mappings", {"mapping": {path: "first_name"}}, 200) for path in ("nickName", "title")],
        ("POST", f"{base}/scim/schemas", {"schema": SCHEMA}, 201),
        ("DELETE", f"{base}/scim/schemas/{SCHEMA['id']}", None, 204),
        ("POST", f"{base}/members", {"email": "eve@example.com"}, 201),
        ("POST", f"{base}/teams", {"name": "Staff"}, 201),
        ("POST", f"{base}/scim/link-requests/{asked['id']}/approve", None, 200),
        ("POST", f"{base}/scim/link-requests/{asked['id']}/refuse", None, 200),
        ("POST", f"{base}/scim/tokens/{token['id']}/revoke", None, 200),
        *[("POST", f"/v1{c.connection_path}/rotate/{step}", body, status) for step, body, status in (
            ("start", None, 201), ("cancel", None, 200), ("start", None, 201), ("complete", {"force": True}, 200), ("start", None, 201))],
        ("POST", f"{base}/scim/connections", {"name": "Another"}, 201),
        ("POST", f"/v1{Customer(api).path}/scim/tokens", {}, 201),  # makes a connection, too
        *[("PATCH", f"/v1{place}/webhooks/{hook}", {"name": "Other", "status": "disabled"}, 200) for place, hook in hooks],
        *[("PATCH", f"/v1{place}/webhooks/{hook}", {"status": "enabled", "format": "set"}, 200) for place, hook in hooks],
        *[("POST", f"/v1{place}/webhooks/{hook}/rotate-secret", None, 200) for place, hook in hooks],
        *[("POST", f"/v1{place}/webhooks/{hook}/test", None, 201) for place, hook in hooks],
        *[("POST", f"/v1{place}/webhooks/{hook}/deliveries/{sent[hook]}/replay", None, 200) for place, hook in hooks],
        *[("POST", f"/v1{place}/webhooks/{hook}/replay", {"state": "dead"}, 200) for place, hook in hooks],
        *[("POST", f"/v1{place}/webhooks/{hook}/replay", {"from_sequence": 1, "to_sequence": 9, **({} if place else {"organization": c.slug})}, 200)
          for place, hook in hooks],
        *[("DELETE", f"/v1{place}/webhooks/{hook}", None, 204) for place, hook in hooks],
        *[("POST", f"/v1{place}/webhooks", {"url": NOWHERE}, 201) for place, _ in hooks],
    ]
    for method, path, body, status in writes:
        answer, trips_made = admin(api.token, method, path, body)
        assert answer.startswith(f"Status: {status} ") and trips_made == 2, (method, path, answer, trips_made)
    for n, trips_made in (("1", 3), ("1", 2), ("2", 3)):
        again = admin(api.token, "POST", f"{base}/members", {"email": f"{n}@example.com"}, HTTP_IDEMPOTENCY_KEY=n)
        assert again == ("Status: 201 Created", trips_made), n


def test_the_log_says_how_often_a_request_goes_there(server, responder):
    t = server.customer()

    def lines():
        with open(responder.log, encoding="utf-8") as f:
            return [line for line in f if f"token={t.token['id']}" in line]
    for n, (method, path, body) in enumerate((("GET", "/Users", None), ("GET", "/Users", None), ("POST", "/Users", user_body()))):
        _, trips = responder(t.token["token"], method, path, body)
        wait_until(lambda: len(lines()) > n, 5, "the line")  # pylint: disable=cell-var-from-loop
        assert f" trips={trips} " in lines()[n], (method, path, body)


def padded(size, **more):
    """A user's body of so many bytes."""
    text = json.dumps({**user_body(), **more})
    return (text + " " * (size - len(text))).encode()


def trips(responder, token, method, path, body):
    before = responder.proxy.turns
    answer = ask(responder.listening, token, method, f"/scim/v2{path}", body)
    return answer.split(b"\r\n")[0].decode(), responder.proxy.turns - before


def test_a_body_waits_for_who_sends_it_unless_it_is_small_and_the_token_is_known(server, responder):
    """Up to 64 KiB of a token that was accepted lately are read before the database is asked; all else is asked for first."""
    responder(server.customer().token["token"], "GET", "/Users")  # connects
    token = server.customer().token["token"]
    assert trips(responder, token, "POST", "/Users", padded(500)) == ("Status: 201 Created", 4)  # and the first of a token is noted
    assert trips(responder, token, "POST", "/Users", padded(500)) == ("Status: 201 Created", 2)
    assert trips(responder, token, "POST", "/Users", padded(64 * 1024)) == ("Status: 201 Created", 2)
    assert trips(responder, token, "POST", "/Users", padded(64 * 1024 + 1)) == ("Status: 201 Created", 3)
    other = server.customer().token["token"]
    assert responder(other, "GET", "/Users") == ("Status: 200 OK", 2)
    assert trips(responder, other, "POST", "/Users", padded(500)) == ("Status: 201 Created", 2)


def test_a_revoked_token_fails_at_once_with_a_small_body_and_with_a_large_one(server, responder):
    t = server.customer()
    token = t.token["token"]
    assert responder(token, "POST", "/Users", user_body()) == ("Status: 201 Created", 4)
    server.muster("token", "revoke", t.token["id"])
    assert responder(token, "POST", "/Users", user_body())[0] == "Status: 401 Unauthorized"
    assert trips(responder, token, "POST", "/Users", padded(500_000)) == ("Status: 401 Unauthorized", 3)  # and whose it was is noted


@pytest.mark.alone
@pytest.mark.parametrize("token, status", [(made_up_token(), b"401"), ("scim_typo", b"401"), (None, b"401")], ids=["made up", "typo", "none"])
@pytest.mark.parametrize("target", ["/scim/v2/Users", "/scim/v2/Nowhere", "/scim/v2/Schemas", "/elsewhere"])
def test_the_body_of_a_stranger_is_never_waited_for(responder, token, status, target):
    start = time.monotonic()
    more = {"HTTP_AUTHORIZATION": ""} if token is None else {}
    answer = exchange(responder.listening, head(token, "POST", target, 1_000_000, **more))
    assert answer.startswith(b"Status: " + status) and b"urn:ietf:params:scim:api:messages:2.0:Error" in answer
    assert time.monotonic() - start < 0.5
    assert responder(token or "x", "GET", "/Users")[0] == "Status: 401 Unauthorized"


@pytest.mark.alone
def test_a_body_that_is_too_large_is_refused_before_it_comes(server, responder):
    token = server.customer().token["token"]
    start = time.monotonic()
    assert exchange(responder.listening, head(token, "POST", "/scim/v2/Users", 5_242_881)).startswith(b"Status: 413")
    assert exchange(responder.listening, head(made_up_token(), "POST", "/scim/v2/Users", 5_242_881)).startswith(b"Status: 401")
    assert exchange(responder.listening, head(token, "POST", "/scim/v2/Users", "many")).startswith(b"Status: 400")
    assert time.monotonic() - start < 0.9


@pytest.mark.alone
def test_who_sends_the_rest_of_an_unwanted_body_slowly_holds_no_worker(server, responder):
    """The answer is out at once, and two seconds later the connection is closed, whatever still comes."""
    token = server.customer().token["token"]
    responder(token, "GET", "/Users")
    start = time.monotonic()
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(responder.listening)
        s.sendall(head(made_up_token(), "POST", "/scim/v2/Users", 1_000_000))
        assert b"Status: 401" in s.recv(65536) and time.monotonic() - start < 0.5
        with pytest.raises(OSError):
            while time.monotonic() - start < 8:
                s.sendall(record(5, b"x"))
                time.sleep(0.05)
    assert 1 < time.monotonic() - start < 5
    assert responder(token, "GET", "/Users") == ("Status: 200 OK", 1)


def test_the_body_of_a_get_is_passed_over(server, responder):
    t = server.customer()
    token, user = t.token["token"], t.user()
    for body in (b"{}", b"\xff", b"x" * 6_000_000):
        answer = ask(responder.listening, token, "GET", f"/scim/v2/Users/{user['id']}", body)
        assert answer.startswith(b"Status: 200") and user["userName"].encode() in answer, body[:9]
    assert ask(responder.listening, token, "DELETE", f"/scim/v2/Users/{user['id']}", b"[").startswith(b"Status: 204")


def test_a_token_with_a_typo_costs_little_and_only_a_few_times_a_minute(server, responder):
    """It is looked up by its beginning; whose it is, is noted. What has no beginning of ours costs nothing."""
    token = server.customer().token["token"]
    wrong, unknown = token[:-1] + ("a" if token[-1] != "a" else "b"), made_up_token()[:-1]

    def tried(one):
        return responder(one, "GET", "/Users", REMOTE_ADDR=address)
    address = f"198.51.{secrets.randbelow(256)}.{secrets.randbelow(256)}"  # others have tried from the usual one
    assert tried("something") == ("Status: 401 Unauthorized", 0)
    assert [tried(wrong) for _ in range(2)] == [("Status: 401 Unauthorized", 2)] * 2
    for _ in range(8):
        assert tried(unknown)[1] <= 1
    assert [tried(one) for one in (unknown, wrong)] == [("Status: 401 Unauthorized", 0)] * 2


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_connection_lost_at_commit_gets_the_true_answer(server, responder, moment):
    """A committed change is not made again, a lost one is: the request's own audit event shows which it was."""
    t = server.customer()
    token, user, group = t.token["token"], t.user(), t.group("Crew")
    team = f"/Groups/{group['id']}"
    for n in range(5):
        responder(token, "GET", "/Users?count=0")
        responder.proxy.cut = moment
        status, _ = responder(token, "POST", "/Users", user_body(f"u{n}@example.com"))
        assert status == "Status: 201 Created" and responder.proxy.cut is None
    for operation in (op("add", "members", [{"value": user["id"]}]), op("remove", "members")):
        responder.proxy.cut = moment
        assert responder(token, "PATCH", team, patch_body(operation))[0] == "Status: 200 OK" and responder.proxy.cut is None, operation
    responder.proxy.cut = moment
    assert responder(token, "DELETE", f"/Users/{user['id']}")[0] == "Status: 204 No Content"
    assert t.client.get("/Users").json["totalResults"] == 5
    actions = t.actions()
    assert actions.count("scim.user.provisioned") == 6 and actions.count("scim.user.deprovisioned") == 1
    assert t.actions(group["id"]) == ["scim.group.created", "scim.group.member_added", "scim.group.member_removed"]
    assert t.client.get(team).json["meta"]["version"] == 'W/"3"'


def test_a_request_that_stops_half_way_does_not_hold_a_worker(server, responder):
    """The web server may pass on a body while it arrives (Apache): libfcgi alone would wait for ever."""
    t = server.customer()
    start = time.monotonic()
    data = exchange(responder.listening, head(t.token["token"], "POST", "/scim/v2/Users", 100) + record(5, b'{"userName":"half'))
    assert b"Status: 408" in data and 0.5 < time.monotonic() - start < 5
    assert responder(t.token["token"], "GET", "/Users") == ("Status: 200 OK", 1)


@pytest.mark.alone
def test_the_admin_api_knows_who_asks_before_it_reads_a_body(server):
    path, start = os.path.join(server.data, "run", "sock", "admin.sock"), time.monotonic()
    key, target = server.env["MUSTER_API_KEY"], "/v1/organizations"
    for secret, size, status in ((made_up_token("msk_"), 1_000_000, 401), ("msk_typo", 1_000_000, 401), (made_up_token("msk_"), 10 ** 17, 401),
                                 (key, 5_242_881, 413), (key, 10 ** 17, 413), (key, "many", 400)):
        assert exchange(path, head(secret, "POST", target, size)).startswith(b"Status: %d" % status), (secret, size)
    assert time.monotonic() - start < 2
    name = "r" + os.urandom(6).hex()
    for n, size in enumerate((100, 70_000)):
        body = json.dumps({"name": "x", "slug": f"{name}{n}"}).ljust(size).encode()
        assert ask(path, key, "POST", target, body).startswith(b"Status: 201"), (n, size)
    assert ask(path, key, "GET", target, b"[").startswith(b"Status: 200")
