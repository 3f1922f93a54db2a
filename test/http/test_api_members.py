"""Members and teams that are made by the API, together with those from identity providers."""
from api import good, problem
from helpers import group_body, made, op, user_body

FIELDS = {"email": "Ada@Example.com", "first_name": "Ada", "last_name": "L", "display_name": "Ada L", "organization_role": "org:admin"}


def test_a_member_by_hand(api, customer):
    member = api.made(f"{customer.path}/members", FIELDS)
    assert {k: member[k] for k in FIELDS} == FIELDS and member["status"] == "active" and member["links"] == member["teams"] == []
    least = api.made(f"{customer.path}/members", {"email": "b@example.com", "first_name": None})
    assert (least["organization_role"], least["first_name"], least["public_metadata"], least["external_id"]) == ("org:member", None, {}, None)
    assert api.all(f"{customer.path}/members") == [member, least]
    for who in (member["id"], "ada@example.com", "Ada%40Example.com"):
        assert api.read(f"{customer.path}/members/{who}") == member, who


def test_an_email_is_taken_once_whatever_its_case(api, customer):
    api.made(f"{customer.path}/members", {"email": "ada@example.com"})
    problem(api.post(f"{customer.path}/members", FIELDS), 409, "conflict", "email")


def test_names_and_role_are_changed(api, customer):
    path = f"{customer.path}/members/{api.made(f'{customer.path}/members', FIELDS)['id']}"
    changed = {"first_name": "B", "last_name": None, "display_name": None, "organization_role": "org:billing"}
    assert good(api.patch(path, changed)) == {**api.read(path), **changed}
    assert good(api.patch(path, {"last_name": "M"})) == {**api.read(path), "last_name": "M"}
    good(api.patch(path, {"last_name": "M"}))  # changes nothing
    assert customer.actions(action="member.*") == ["member.added", "member.role_changed", "member.updated"]


def test_members_from_identity_providers(api, customer):
    user = made(customer.client.post("/Users", user_body("eve@example.com", externalId="x1", name={"givenName": "Eve"})))
    made(customer.client.post("/Groups", group_body("Crew", [user["id"]])))
    member = api.read(f"{customer.path}/members/eve@example.com")
    assert (member["first_name"], member["external_id"]) == ("Eve", "x1") and [t["name"] for t in member["teams"]] == ["Crew"]
    assert member["links"] == [{"connection_id": customer.connection["id"], "scim_user_id": user["id"], "active": True}]
    customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False))
    member = api.read(f"{customer.path}/members/{member['id']}")
    assert member["status"] == "deactivated" and member["teams"] == [] and member["links"][0]["active"] is False


def test_a_team_by_hand(api, customer):
    team = api.made(f"{customer.path}/teams", {"name": "Platform"})
    assert (team["member_count"], team["link"]) == (0, None)
    assert api.read(f"{customer.path}/teams/{team['id']}") == team == api.read(f"{customer.path}/teams/platform")
    assert api.read(f"{customer.path}/teams/{team['id']}/members") == {"data": [], "next_cursor": None}
    problem(api.post(f"{customer.path}/teams", {"name": "PLATFORM"}), 409, "conflict", "name")


def test_a_team_from_an_identity_provider(api, customer):
    users = [made(customer.client.post("/Users", user_body(f"u{n}@example.com"))) for n in range(5)]
    group = made(customer.client.post("/Groups", group_body("Crew", [u["id"] for u in users])))
    (team,) = api.all(f"{customer.path}/teams")
    assert team["name"] == "Crew" and team["member_count"] == 5
    assert team["link"] == {"connection_id": customer.connection["id"], "scim_group_id": group["id"], "display_name": "Crew"}
    people = api.all(f"{customer.path}/teams/{team['id']}/members", limit=2)
    assert {p["email"] for p in people} == {f"u{n}@example.com" for n in range(5)} and all(p["linked"] and not p["added"] for p in people)
