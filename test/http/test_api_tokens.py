"""Tokens by the API: shown once, for the right connection, rotated without a gap, with scopes, addresses and an end."""
import datetime
import threading

import pytest
from api import good, problem
from customer import Customer
from helpers import BULK, SEARCH, assert_error, group_body, op, user_body, wait_until


def test_a_token_is_shown_once_and_only_its_hash_is_kept(api, server, customer):
    secret = customer.token["token"]
    shown = api.read(f"{customer.path}/scim/tokens/{customer.token['id']}")
    assert "token" not in shown and secret.startswith(shown["prefix"]) and shown == {k: v for k, v in customer.token.items() if k != "token"}
    assert api.read(f"{customer.path}/scim/tokens")["data"] == [shown]
    assert customer.client.get("/Users").status == 200
    used = api.read(f"{customer.path}/scim/tokens/{customer.token['id']}")
    assert used["last_used_at"] and used["last_used_address"] == "127.0.0.1"
    for table in ("token", "audit_event", "idempotency_key"):
        assert server.sql(f"select count(*) from muster.{table} t where t::text like '%%' || %s || '%%'", secret) == [(0,)], table


def test_which_connection_a_token_is_for(api):
    c = Customer(api)
    path = f"{c.path}/scim/tokens"
    first = api.made(path, {})  # makes a connection
    (made,) = api.read(f"{c.path}/scim/connections")["data"]
    (event,) = c.events("&action=scim.connection.created")
    assert made["identity_provider"] == "generic" and event["data"]["after"]["id"] == made["id"] == event["target_id"]
    assert api.made(path, {})["connection_id"] == first["connection_id"]
    second = api.made(f"{c.path}/scim/connections", {})
    problem(api.post(path, {}), 400, "required", "connection_id")
    assert api.made(path, {"connection_id": second["id"]})["connection_id"] == second["id"]
    problem(api.post(path, {"connection_id": c.id}), 400, "not_found", "connection_id")


def test_every_field_can_be_given(api, customer):
    given = {"name": "N", "expires_at": "2099-01-31T02:00:00+02:00", "scope": "users", "allowed_addresses": ["192.0.2.0/24", "2001:db8::/32", "10.1.2.3"],
             "rate": 5, "burst": 6}
    made = customer.issue(**given)
    assert {k: made[k] for k in given} == {**given, "expires_at": "2099-01-31T00:00:00.000Z",
                                           "allowed_addresses": ["192.0.2.0/24", "2001:db8::/32", "10.1.2.3/32"]}
    nothing = customer.issue(expires_at=None, allowed_addresses=[], rate=None, burst=None)
    assert [nothing[k] for k in ("expires_at", "allowed_addresses", "rate", "burst", "scope", "name")] == [None, None, None, None, "full", "token"]


def test_a_revoked_token_is_refused_on_the_next_request(api, customer):
    path = f"{customer.path}/scim/tokens/{customer.token['id']}/revoke"
    revoked = good(api.post(path))
    assert revoked["revoked_at"]
    for _ in range(8):
        customer.client.close()
        assert_error(customer.client.get("/Users"), 401)
    assert good(api.post(path))["revoked_at"] == revoked["revoked_at"]
    assert customer.actions(action="scim.token.*") == ["scim.token.issued", "scim.token.revoked"] + ["scim.token.denied"] * 8


def test_a_token_ends_by_itself(customer):
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
    scim = customer.client_of(customer.issue(expires_at=soon.strftime("%Y-%m-%dT%H:%M:%S.%fZ")))
    assert scim.get("/Users").status == 200
    wait_until(lambda: scim.get("/Users").status == 401, 3, "the token has ended")


def test_a_rotation_from_start_to_end(api, customer):
    assert customer.client.get("/Users").status == 200
    third = customer.client_of(customer.issue(name="third"))
    new = api.made(f"{customer.connection_path}/rotate/start", {"name": "new"})
    assert api.read(customer.connection_path)["rotation_token_id"] == new["id"]
    fresh = customer.client_of(new)
    assert [c.get("/Users").status for c in (customer.client, third, fresh)] == [200, 200, 200]
    problem(api.post(f"{customer.connection_path}/rotate/start"), 409, "conflict")
    done = good(api.post(f"{customer.connection_path}/rotate/complete"))
    assert done["id"] == new["id"] and {t["name"] for t in done["revoked"]} == {"token", "third"} and all(t["revoked_at"] for t in done["revoked"])
    assert "five minutes" in done["warning"]  # the old ones had just been used
    assert [c.get("/Users").status for c in (customer.client, third, fresh)] == [401, 401, 200]
    assert api.read(customer.connection_path)["rotation_token_id"] is None
    for end in ("complete", "cancel"):
        problem(api.post(f"{customer.connection_path}/rotate/{end}"), 409, "conflict")
    assert customer.actions(action="scim.token.rotated") == ["scim.token.rotated"] * 2


def test_no_warning_if_the_old_token_was_not_used(api, customer):
    new = api.made(f"{customer.connection_path}/rotate/start")
    assert customer.client_of(new).get("/Users").status == 200
    assert "warning" not in good(api.post(f"{customer.connection_path}/rotate/complete"))


def test_a_rotation_ends_any_number_of_tokens(api, customer):
    tokens = {customer.token["id"]} | {customer.issue()["id"] for _ in range(79)}
    new = api.made(f"{customer.connection_path}/rotate/start")
    done = good(api.post(f"{customer.connection_path}/rotate/complete", {"force": True}))
    assert done["id"] == new["id"] and {t["id"] for t in done["revoked"]} == tokens
    told = customer.events("&action=scim.token.rotated")
    assert {e["target_id"]: e["data"] for e in told} == {t["id"]: t for t in done["revoked"]} and len(told) == len(tokens)
    assert [e["id"] == e["request_id"] for e in told].count(True) == 1 and {e["connection_id"] for e in told} == {customer.connection["id"]}


@pytest.mark.parametrize("body", [None, {}, {"force": False}])
def test_a_rotation_is_not_completed_with_a_token_that_nobody_has_used(api, server, customer, body):
    new = api.made(f"{customer.connection_path}/rotate/start")
    assert "never used" in problem(api.post(f"{customer.connection_path}/rotate/complete", body), 409, "conflict")["message"]
    done = server.muster("rotation", "complete", customer.connection["id"], ok=False)
    assert done.returncode == 1 and "--force" in done.stderr
    assert customer.client.get("/Users").status == 200 and api.read(customer.connection_path)["rotation_token_id"] == new["id"]
    if body is None:
        done = server.muster("rotation", "complete", customer.connection["id"], "--force")
    else:
        done = good(api.post(f"{customer.connection_path}/rotate/complete", {"force": True}))
    assert done["id"] == new["id"] and [customer.client.get("/Users").status, customer.client_of(new).get("/Users").status] == [401, 200]


def test_force_is_a_flag(api, customer):
    api.made(f"{customer.connection_path}/rotate/start")
    problem(api.post(f"{customer.connection_path}/rotate/complete", {"force": "yes"}), 400, "invalid", "force")
    problem(api.post(f"{customer.connection_path}/rotate/cancel", {"force": True}), 400, "unknown_field", "force")


@pytest.mark.parametrize("past", ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00.5+02:00"])
def test_a_token_does_not_begin_with_its_end(api, server, customer, past):
    for path in (f"{customer.path}/scim/tokens", f"{customer.connection_path}/rotate/start"):
        assert "still to come" in problem(api.post(path, {"expires_at": past}), 400, "invalid", "expires_at")["message"], path
    for args in (["token", "issue", "--org", customer.slug], ["key", "create", "late", "--org", customer.slug],
                 ["rotation", "start", customer.connection["id"]]):
        done = server.muster(*args, "--expires-at", past, ok=False)
        assert done.returncode == 64 and "--expires-at" in done.stderr, args
    assert customer.actions(action="key.*") == []


def test_a_cancelled_rotation_leaves_the_old_token(api, customer):
    new = api.made(f"{customer.connection_path}/rotate/start")
    done = good(api.post(f"{customer.connection_path}/rotate/cancel"))
    assert done["id"] == new["id"] and done["revoked_at"] and [t["id"] for t in done["revoked"]] == [new["id"]]
    assert [(e["action"], e["data"]) for e in customer.events(f"&target={new['id']}")] == [
        ("scim.token.revoked", done["revoked"][0]), ("scim.token.issued", {k: v for k, v in new.items() if k != "token"})]
    assert [customer.client.get("/Users").status, customer.client_of(new).get("/Users").status] == [200, 401]


def test_a_rotation_to_a_dead_token_cannot_be_completed(api, customer):
    new = api.made(f"{customer.connection_path}/rotate/start")
    good(api.post(f"{customer.path}/scim/tokens/{new['id']}/revoke"))
    problem(api.post(f"{customer.connection_path}/rotate/complete"), 409, "conflict")
    assert customer.client.get("/Users").status == 200
    good(api.post(f"{customer.connection_path}/rotate/cancel"))
    assert customer.client.get("/Users").status == 200


def test_two_rotations_at_once_are_one(api, customer):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(api.with_key(api.token).post(f"{customer.connection_path}/rotate/start").status))
               for _ in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(answers) == [201] + [409] * 5 and len(api.read(f"{customer.path}/scim/tokens")["data"]) == 2


def test_rotation_under_load_without_a_failed_request(api, server, customer):
    current, statuses, stop = [customer.token["token"]], [], threading.Event()
    idle = [threading.Event() for _ in range(4)]

    def work(n):
        while not stop.is_set():
            client = server.client(current[0])
            statuses.append(client.get("/Users?count=1").status)
            statuses.append(client.post("/Users", user_body()).status)
            client.close()
            idle[n].set()
    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    [t.start() for t in threads]
    old = []
    for _ in range(3):
        new = api.made(f"{customer.connection_path}/rotate/start")
        old.append(current[0])
        current[0] = new["token"]
        [e.clear() for e in idle]
        [e.wait(10) for e in idle]  # nobody is under way with the old one...
        [e.clear() for e in idle]
        [e.wait(10) for e in idle]  # ...as each began another request since
        good(api.post(f"{customer.connection_path}/rotate/complete"))
        assert [server.client(t).get("/Users").status for t in old] == [401] * len(old)
    stop.set()
    [t.join() for t in threads]
    assert set(statuses) == {200, 201} and len(statuses) > 24


def bulk(*operations):
    return {"schemas": [BULK], "Operations": [{"bulkId": str(n), **o} for n, o in enumerate(operations)]}


@pytest.fixture
def some(customer):
    customer.user = customer.client.post("/Users", user_body()).json
    customer.group = customer.client.post("/Groups", group_body("G", [customer.user["id"]])).json
    customer.user = customer.client.get(f"/Users/{customer.user['id']}").json
    return customer


def forbidden(answer):
    assert_error(answer, 403)
    assert 'error="insufficient_scope"' in answer.header("WWW-Authenticate")


def test_a_token_that_only_reads(some):
    scim = some.client_of(some.issue(scope="read"))
    user, group = f"/Users/{some.user['id']}", f"/Groups/{some.group['id']}"
    for path in ("/Users", user, "/Groups", group, "/Schemas", "/ServiceProviderConfig"):
        assert scim.get(path).status == 200, path
    for path in ("/.search", "/Users/.search", "/Groups/.search"):
        assert scim.post(path, {"schemas": [SEARCH]}).status == 200, path
    for answer in (scim.post("/Users", user_body()), scim.put(user, user_body()), scim.patch(user, op("replace", "title", "x")), scim.delete(user),
                   scim.post("/Groups", group_body()), scim.patch(group, op("remove", "members")), scim.delete(group),
                   scim.post("/Bulk", bulk({"method": "POST", "path": "/Users", "data": user_body()}))):
        forbidden(answer)
    assert some.client.get(user).json == some.user and some.client.get("/Users").json["totalResults"] == 1


def test_a_token_for_users_only(some):
    scim = some.client_of(some.issue(scope="users"))
    group = f"/Groups/{some.group['id']}"
    assert scim.post("/Users", user_body()).status == 201 and scim.patch(f"/Users/{some.user['id']}", op("replace", "title", "x")).status == 200
    assert scim.post("/Users/.search", {"schemas": [SEARCH]}).status == 200
    for answer in (scim.get("/Groups"), scim.get(group), scim.post("/Groups", group_body()), scim.patch(group, op("remove", "members")), scim.delete(group),
                   scim.post("/Groups/.search", {"schemas": [SEARCH]}), scim.post("/.search", {"schemas": [SEARCH]})):
        forbidden(answer)
    answer = scim.post("/Bulk", bulk({"method": "POST", "path": "/Users", "data": user_body()}, {"method": "POST", "path": "/Groups", "data": group_body()},
                                     {"method": "DELETE", "path": group}))
    if answer.status == 200:
        assert [o["status"] for o in answer.json["Operations"]] == ["201", "403", "403"]
    else:
        forbidden(answer)
    assert some.client.get(group).json == some.group
    assert len(some.client.get("/Groups").json["Resources"]) == 1
