"""Members of groups as RFC 7643 has them, on a connection set up as conformance suites expect."""
import pytest
from helpers import GROUP, assert_error, made, op, unique
from resources import NOBODY, OPEN, client_url, create, path, read, team


@pytest.fixture(scope="module")
def customer(server):
    return server.customer(**OPEN)


def test_a_put_of_a_group_replaces_its_members(client):
    a, b, c = (create(client)["id"] for _ in range(3))
    group = team(client, a, b)
    now = made(client.put(path(group), {"schemas": [GROUP], "displayName": group["displayName"], "members": [{"value": b}, {"value": c}]}), 200)
    assert {m["value"] for m in now["members"]} == {b, c}
    assert "members" not in made(client.put(path(group), {"schemas": [GROUP], "displayName": "Empty"}), 200)


def test_deleting_a_group_changes_the_groups_of_its_members(client):
    user = create(client)
    inner = team(client, user["id"])
    outer = team(client, inner["id"])
    assert {(g["value"], g["type"]) for g in read(client, user)["groups"]} == {(inner["id"], "direct"), (outer["id"], "indirect")}
    assert client.delete(path(inner)).status == 204
    assert "groups" not in read(client, user) and "members" not in read(client, outer)


# ---------------------------------------------------------------- groups and managers
def test_the_server_fills_in_what_a_member_is(client):
    user, inner = create(client, displayName="Ann"), team(client)
    group = team(client, user["id"], inner["id"])
    members = {m["value"]: m for m in group["members"]}
    assert members[user["id"]] == {"value": user["id"], "type": "User", "$ref": user["meta"]["location"], "display": "Ann"}
    assert members[inner["id"]] == {"value": inner["id"], "type": "Group", "$ref": inner["meta"]["location"], "display": inner["displayName"]}
    assert made(client.get(members[user["id"]]["$ref"].removeprefix(client_url(client))), 200)["id"] == user["id"]
    made(client.patch(path(user), op("replace", "displayName", "Anna")), 200)
    now = read(client, group)
    assert {m["display"] for m in now["members"]} == {"Anna", inner["displayName"]} and now["meta"] == group["meta"]


def test_members_come_and_go_their_parts_do_not_change(client):
    a, b = create(client)["id"], create(client)["id"]
    group = team(client, a)
    assert_error(client.patch(path(group), op("replace", f'members[value eq "{a}"].value', b)), 400, "mutability")
    assert_error(client.patch(path(group), op("replace", f'members[value eq "{a}"].display', "x")), 400, "mutability")
    assert [m["value"]
            for m in made(client.patch(path(group), op("add", "members", [{"value": b}]), op("remove", f'members[value eq "{a}"]')), 200)["members"]] == [b]
    assert_error(client.patch(path(group), op("add", "members", [{"value": NOBODY}])), 400, "invalidValue")
    assert_error(client.post("/Groups", {"schemas": [GROUP], "displayName": "X", "members": [{"display": "x"}]}), 400, "invalidValue")


def test_groups_of_one_name_are_allowed_here(client):
    name = unique("g")
    assert team(client, displayName=name)["id"] != team(client, displayName=name)["id"]


def test_membership_changes_through_the_group_alone(client):
    user = create(client)
    for operation in (op("add", "groups", [{"value": NOBODY}]), op("remove", "groups"), op("replace", 'groups[value eq "x"].display', "x")):
        assert_error(client.patch(path(user), operation), 400, "mutability")
