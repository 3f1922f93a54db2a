"""Connections by the API: defaults, changes that apply at once, URLs, adoption, removal."""
from api import good, problem
from customer import Customer
from helpers import group_body, user_body

DEFAULTS = {"identity_provider": "generic", "dialect": "lenient", "identity": "immutable", "email": "required", "linking": "auto", "unknown_members": "refuse",
            "group_names": "unique", "status": "active", "rotation_token_id": None}
OTHERS = {"name": "Other", "identity_provider": "ping", "dialect": "strict", "identity": "mutable", "email": "optional", "linking": "never",
          "unknown_members": "skip",
          "group_names": "any", "status": "paused"}


def test_nothing_has_to_be_said(api, customer):
    made = api.made(f"{customer.path}/scim/connections", {})
    assert {k: made[k] for k in DEFAULTS} == DEFAULTS and made["name"] == "generic" and made["organization_id"] == customer.id


def test_every_field_can_be_given_and_changed(api, customer):
    made = api.made(f"{customer.path}/scim/connections", OTHERS)
    assert {k: made[k] for k in OTHERS} == OTHERS
    path = f"{customer.path}/scim/connections/{made['id']}"
    changed = {k: v for k, v in DEFAULTS.items() if k != "rotation_token_id"}
    assert good(api.patch(path, changed)) == {**made, **changed} == api.read(path)
    assert [c["id"] for c in api.all(f"{customer.path}/scim/connections")] == [customer.connection["id"], made["id"]]


def test_a_paused_connection_makes_its_identity_provider_wait(api, customer):
    good(api.patch(customer.connection_path, {"status": "paused"}))
    answer = customer.client.get("/Users")
    assert answer.status == 503 and answer.header("Retry-After")
    good(api.patch(customer.connection_path, {"status": "active"}))
    assert customer.client.get("/Users").status == 200


def test_names_cannot_be_made_unique_when_they_are_not(api):
    c = Customer(api).connect(group_names="any")
    assert [c.client.post("/Groups", group_body("Same")).status for _ in range(2)] == [201, 201]
    problem(api.patch(c.connection_path, {"group_names": "unique"}), 409, "conflict", "group_names")
    assert api.read(c.connection_path)["group_names"] == "any"


def test_the_endpoint_is_what_the_identity_provider_wants(api, server):
    c = Customer(api)
    problem(api.get(f"{c.path}/scim/endpoint"), 404)
    okta, entra = (api.made(f"{c.path}/scim/connections", {"identity_provider": p}) for p in ("okta", "entra"))
    newest = api.read(f"{c.path}/scim/endpoint")
    assert newest == {"endpoint_url": f"{server.url}?aadOptscim062020", "users_url": f"{server.url}/Users", "groups_url": f"{server.url}/Groups",
                      "connection_id": entra["id"], "identity_provider": "entra"}
    chosen = api.read(f"{c.path}/scim/endpoint?connection_id={okta['id']}")
    assert chosen["endpoint_url"] == server.url and chosen["connection_id"] == okta["id"]
    problem(api.get(f"{c.path}/scim/endpoint?connection_id={c.id}"), 404)


def test_adoption_shows_members_to_the_identity_provider(api, customer):
    member = api.made(f"{customer.path}/members", {"email": "ada@example.com", "first_name": "Ada"})
    assert good(api.post(f"{customer.connection_path}/adopt")) == {"adopted": 1, "skipped": []}
    found = customer.client.find("Users", 'userName eq "ada@example.com"').json
    assert found["totalResults"] == 1 and found["Resources"][0]["name"]["givenName"] == "Ada"
    assert api.read(f"{customer.path}/members/{member['id']}")["links"][0]["scim_user_id"] == found["Resources"][0]["id"]
    assert good(api.post(f"{customer.connection_path}/adopt")) == {"adopted": 0, "skipped": []}


def test_adoption_skips_and_names_a_member_whose_email_is_anothers_user_name(api, customer):
    user = customer.user("a@example.com", emails=[{"value": "b@example.com", "type": "work"}])
    member = api.made(f"{customer.path}/members", {"email": "A@example.com"})
    api.made(f"{customer.path}/members", {"email": "c@example.com"})
    skipped = {"member_id": member["id"], "email": "A@example.com", "scim_user_id": user["id"]}
    assert good(api.post(f"{customer.connection_path}/adopt")) == {"adopted": 1, "skipped": [skipped]}
    assert customer.client.find("Users", 'userName eq "c@example.com"').json["totalResults"] == 1


def test_adoption_ends_at_the_limit_of_users(api, customer):
    for n in range(3):
        api.made(f"{customer.path}/members", {"email": f"m{n}@example.com"})
    good(api.patch(customer.path, {"max_users": 2}))
    problem(api.post(f"{customer.connection_path}/adopt"), 507, "limit_reached")
    assert customer.client.get("/Users").json["totalResults"] == 2
    good(api.patch(customer.path, {"max_users": None}))
    assert good(api.post(f"{customer.connection_path}/adopt")) == {"adopted": 1, "skipped": []}


def test_a_removed_connection_takes_its_users_and_groups_along(api, server):
    c = Customer(api).connect()
    users = [c.client.post("/Users", user_body(f"u{n}@example.com")).json for n in range(105)]
    for n in range(3):
        assert c.client.post("/Groups", group_body(f"G{n}", [u["id"] for u in users[:20]])).status == 201
    kept = api.made(f"{c.path}/members", {"email": "kept@example.com"})
    second = c.second(name="second")
    assert second.client.post("/Users", user_body("u0@example.com")).status == 201
    problem(api.delete(f"{c.connection_path}?confirm=wrong"), 400, "invalid", "confirm")
    assert c.client.get("/Users").status == 200
    assert api.delete(f"{c.connection_path}?confirm=IdP").status == 204
    assert c.client.get("/Users").status == 401
    problem(api.get(c.connection_path), 404)
    problem(api.delete(f"{c.connection_path}?confirm=IdP"), 404)
    members = {m["email"]: m for m in api.all(f"{c.path}/members")}
    assert {e for e, m in members.items() if m["status"] == "active"} == {"kept@example.com", "u0@example.com"}
    assert members["kept@example.com"] == kept and len(members["u0@example.com"]["links"]) == 1
    assert all(m["links"] == [] and m["teams"] == [] for e, m in members.items() if e not in ("kept@example.com", "u0@example.com"))
    assert all(t["link"] is None for t in api.all(f"{c.path}/teams"))
    org = api.read(c.path)
    assert (org["users"], org["groups"]) == (1, 0)
    token = api.read(f"{c.path}/scim/tokens/{c.token['id']}")
    assert token["revoked_at"]
    actions = c.actions(c.connection['id']) + c.actions(action="scim.token.revoked")
    assert actions == ["scim.connection.created", "scim.connection.deleted", "scim.token.revoked"]
    assert len(c.events("&action=scim.user.deprovisioned")) == 105 and len(c.events("&action=scim.group.deleted")) == 3
    assert second.client.get("/Users").json["totalResults"] == 1
    assert server.sql("select count(*) from muster.scim_user where connection_id = %s and removed_at is null", c.connection["id"]) == [(0,)]


def test_a_removed_connection_takes_any_number_of_tokens_along_and_tells_each(api):
    c = Customer(api).connect()
    tokens = {c.token["id"]} | {c.issue()["id"] for _ in range(79)}
    assert api.delete(f"{c.connection_path}?confirm=IdP").status == 204
    assert {t["id"] for t in api.all(f"{c.path}/scim/tokens") if t["revoked_at"]} == tokens
    told = c.events("&action=scim.token.revoked")
    assert len(told) == 80 and {e["target_id"] for e in told} == tokens and {e["connection_id"] for e in told} == {c.connection["id"]}
