"""Keys of the admin API: a client without a key learns nothing, and a revoked key is refused at once."""
import datetime

import pytest
from api import new_key, problem
from routes import routes

NOBODY = "msk_" + "0" * 43


def refused(answer):
    problem(answer, 401, "unauthorized")
    assert answer.header("WWW-Authenticate").startswith("Bearer")


@pytest.mark.parametrize("key", ["", "nonsense", NOBODY, "msk_", "scim_" + "a" * 43])
def test_without_a_key_every_route_is_401(api, customer, key):
    nobody = api.with_key(key)
    for r in routes():
        path = r.path[3:].replace("{org}", customer.slug).replace("{id}", customer.connection["id"])
        refused(nobody.request(r.method, path, None if r.method == "GET" else "{}"))


def test_a_scim_token_is_no_key(api, customer):
    refused(api.with_key(customer.token["token"]).get(customer.path))


def test_a_key_is_no_scim_token(server):
    assert server.client(server.env["MUSTER_API_KEY"]).get("/Users").status == 401


@pytest.mark.parametrize("value, hint", [
    ("Bearer Bearer {key}", "twice"), ('Bearer "{key}"', "quotes"), ("Bearer {token}", "begins with msk_"), ("Bearer whsec_x", "begins with msk_"),
    ("Bearer {part}", "not complete"),
    ("{key}", "Bearer, a space, and the API key"), ("Bearer nothing", "unknown, expired or revoked")])
def test_401_says_what_was_pasted_instead_of_a_key(api, customer, value, hint):
    value = value.format(key=api.token, part=api.token[:-3], token=customer.token["token"])
    assert hint in problem(api.get("/organizations", headers={"Authorization": value}), 401, "unauthorized")["message"]


@pytest.mark.parametrize("header", ["", "Basic bXNrOng=", "msk", "Bearer", "Bearer "])
def test_another_header_is_401(api, header):
    refused(api.get("/organizations", headers={"Authorization": header}))


def test_the_scheme_ignores_case(api):
    assert api.get("/organizations?limit=1", headers={"Authorization": f"bearer {api.token}"}).status == 200


def test_401_wins_over_what_else_is_wrong(api, customer):
    nobody = api.with_key(NOBODY)
    for answer in (nobody.get("/nothing"), nobody.request("DELETE", "/organizations"), nobody.post("/organizations", "{"), nobody.post("/organizations", "[]"),
                   nobody.post("/organizations", {"bogus": 1}), nobody.get("/organizations?limit=x"), nobody.get("/organizations?bogus=1"),
                   nobody.get("/organizations?a=%zz"),
                   nobody.post("/organizations", b"x" * 6_000_000), nobody.get("/organizations/%zz"),
                   nobody.post("/organizations", {}, headers={"Idempotency-Key": "x" * 300})):
        refused(answer)


def test_a_revoked_key_is_refused_on_the_next_request(server, api):
    made = new_key(server)
    key = api.with_key(made["key"])
    assert key.get("/organizations?limit=1").status == 200
    server.muster("key", "revoke", made["id"])
    for _ in range(10):
        key.close()
        refused(key.get("/organizations?limit=1"))


def test_an_expired_key_is_refused(server, api):
    made = new_key(server, expires_at=(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    key = api.with_key(made["key"])
    assert key.get("/organizations?limit=1").status == 200
    server.sql("update muster.api_key set expires_at = now() - interval '1 second' where id = %s", made["id"])
    refused(key.get("/organizations?limit=1"))


def test_last_use_is_kept_and_the_secret_is_not(server, api):
    made = new_key(server)
    assert api.with_key(made["key"]).get("/organizations?limit=1").status == 200
    listed = next(k for k in server.muster("key", "list")["data"] if k["id"] == made["id"])
    assert listed["last_used_at"] and listed["last_used_address"] == "127.0.0.1" and "key" not in listed
    assert made["key"].startswith(listed["prefix"])
    assert server.sql("select count(*) from muster.api_key k where k::text like '%%' || %s || '%%'", made["key"]) == [(0,)]


@pytest.mark.parametrize("bound", [True, False])
def test_keys_leave_events(server, customer, bound):
    made = new_key(server, "audit:read", org=customer.slug if bound else None)
    for _ in range(2):
        server.muster("key", "revoke", made["id"])
    rows = server.sql("""select action, organization_id::text, actor_type, data ->> 'prefix', data ->> 'name', data::text like '%%' || %s || '%%'
                         from muster.audit_event where target_type = 'key' and target_id = %s order by at, id""", made["key"], made["id"])
    whose = customer.id if bound else "00000000-0000-0000-0000-000000000000"
    assert rows == [(action, whose, "operator", made["prefix"], made["name"], False) for action in ("key.created", "key.revoked")]
