"""Groups in groups: three levels, no circle, effective members."""
import pytest
from helpers import assert_error, digest, group_body, op


def add(customer, parent, child):
    return customer.client.patch(f"/Groups/{parent['id']}", op("add", "members", [{"value": child["id"]}]))


@pytest.fixture
def chain(customer):
    """Top holds Middle holds Bottom holds the user."""
    user = customer.user("x@example.com")
    bottom = customer.group("Bottom", [user["id"]])
    middle = customer.group("Middle", [bottom["id"]])
    top = customer.group("Top", [middle["id"]])
    return user, bottom, middle, top


def test_a_team_has_the_effective_members(customer, chain):
    assert [customer.people(t) for t in ("Top", "Middle", "Bottom")] == [["x@example.com"]] * 3


def test_members_are_shown_as_users_and_groups(customer, chain):
    _, bottom, middle, _ = chain
    assert customer.client.get(f"/Groups/{middle['id']}").json["members"] == [
        {"value": bottom["id"], "$ref": bottom["meta"]["location"], "type": "Group", "display": "Bottom"}]


def test_user_groups_are_direct_and_indirect(customer, chain):
    user = chain[0]
    groups = customer.client.get(f"/Users/{user['id']}").json["groups"]
    assert {(g["display"], g["type"]) for g in groups} == {("Bottom", "direct"), ("Middle", "indirect"), ("Top", "indirect")}
    assert all(g["$ref"].endswith(f"/Groups/{g['value']}") for g in groups)


def test_every_read_shows_the_same_groups_in_the_same_order(customer, chain):
    """Direct ones first, each kind by id; beside users whose groups are in no group, and users without groups."""
    user, bottom, middle, top = chain
    alone, nobody = customer.user("alone@example.com"), customer.user("nobody@example.com")
    plain = [customer.group(f'Plain "{n}" <\\>', [u["id"] for u in (alone, user)[:1 + n % 2]]) for n in (1, 2, 3)]
    direct = sorted(g["id"] for g in (bottom, plain[0], plain[2]))
    wanted = {user["id"]: [*direct, *sorted((middle["id"], top["id"]))], alone["id"]: sorted(g["id"] for g in plain), nobody["id"]: None}
    names = {g["id"]: g["displayName"] for g in (bottom, middle, top, *plain)}
    by_id = {i: customer.client.get(f"/Users/{i}").json for i in wanted}
    for i, resource in by_id.items():
        groups = resource.get("groups")
        assert (groups and [g["value"] for g in groups]) == wanted[i]
        assert all(g["display"] == names[g["value"]] and (g["type"] == "direct") == (i == alone["id"] or g["value"] in direct) for g in groups or [])
    for query in ("", "?sortBy=userName", "?filter=userName%20pr", "?sortBy=title", "?cursor"):
        assert {u["id"]: u for u in customer.client.get(f"/Users{query}").json["Resources"]} == by_id, query
    for i, resource in by_id.items():
        assert customer.client.get(f"/Users?filter=userName%20eq%20%22{resource['userName']}%22").json["Resources"] == [resource]
        assert [r for r in customer.client.get("/").json["Resources"] if r["id"] == i] == [resource]


def test_a_fourth_level_is_refused(customer, chain):
    _, bottom, _, top = chain
    before = digest(customer.server, customer.org["id"])
    answer = customer.client.post("/Groups", group_body("Above", [top["id"]]))
    assert_error(answer, 400, "invalidValue", "nested group depth exceeds 3")
    assert digest(customer.server, customer.org["id"]) == before
    below = customer.group("Below")
    assert_error(add(customer, bottom, below), 400, "invalidValue", "nested group depth exceeds 3")


def test_a_cycle_is_refused(customer, chain):
    _, bottom, _, top = chain
    for parent, child in ((bottom, top), (top, top)):
        assert_error(add(customer, parent, child), 400, "invalidValue", "nested group would create a cycle")


def test_changes_below_reach_every_team_above(customer, chain):
    user, bottom, _, _ = chain
    other = customer.user("y@example.com")
    customer.client.patch(f"/Groups/{bottom['id']}", op("add", "members", [{"value": other["id"]}]))
    assert customer.people("Top") == ["x@example.com", "y@example.com"]
    customer.client.patch(f"/Groups/{bottom['id']}", op("remove", f'members[value eq "{user["id"]}"]'))
    assert customer.people("Top") == customer.people("Middle") == ["y@example.com"]
    customer.client.patch(f"/Users/{other['id']}", op("replace", "active", False))
    assert customer.people("Top") == []


def test_a_member_by_two_ways_stays_until_both_are_gone(customer, chain):
    user, bottom, middle, _ = chain
    customer.client.patch(f"/Groups/{middle['id']}", op("add", "members", [{"value": user["id"]}]))
    customer.client.patch(f"/Groups/{bottom['id']}", op("remove", "members"))
    assert customer.people("Top") == ["x@example.com"]
    customer.client.patch(f"/Groups/{middle['id']}", op("remove", "members", [{"value": user["id"]}]))
    assert customer.people("Top") == []


def test_unlinking_and_deleting_a_group_reaches_the_teams_above(customer, chain):
    _, bottom, middle, top = chain
    customer.client.patch(f"/Groups/{top['id']}", op("remove", "members", [{"value": middle["id"]}]))
    assert customer.people("Top") == [] and customer.people("Middle") == ["x@example.com"]
    customer.client.delete(f"/Groups/{bottom['id']}")
    assert customer.people("Middle") == [] and customer.people("Bottom") == ["x@example.com"]
    after = customer.client.get(f"/Groups/{middle['id']}").json
    assert "members" not in after and after["meta"]["version"] == 'W/"2"'
