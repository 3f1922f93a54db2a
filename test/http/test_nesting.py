"""Groups in groups: three levels, no circle, effective members."""
import pytest
from helpers import assert_error, digest, group_body, op


def add(tenant, parent, child):
    return tenant.client.patch(f"/Groups/{parent['id']}", op("add", "members", [{"value": child["id"]}]))


@pytest.fixture
def chain(tenant):
    """Top holds Middle holds Bottom holds the user."""
    user = tenant.user("x@example.com")
    bottom = tenant.group("Bottom", [user["id"]])
    middle = tenant.group("Middle", [bottom["id"]])
    top = tenant.group("Top", [middle["id"]])
    return user, bottom, middle, top


def test_a_team_has_the_effective_members(tenant, chain):
    assert [tenant.people(t) for t in ("Top", "Middle", "Bottom")] == [["x@example.com"]] * 3


def test_members_are_shown_as_users_and_groups(tenant, chain):
    _, bottom, middle, _ = chain
    assert tenant.client.get(f"/Groups/{middle['id']}").json["members"] == [
        {"value": bottom["id"], "$ref": bottom["meta"]["location"], "type": "Group", "display": "Bottom"}]


def test_user_groups_are_direct_and_indirect(tenant, chain):
    user = chain[0]
    groups = tenant.client.get(f"/Users/{user['id']}").json["groups"]
    assert {(g["display"], g["type"]) for g in groups} == {("Bottom", "direct"), ("Middle", "indirect"), ("Top", "indirect")}
    assert all(g["$ref"].endswith(f"/Groups/{g['value']}") for g in groups)


def test_a_fourth_level_is_refused(tenant, chain):
    _, bottom, _, top = chain
    before = digest(tenant.server, tenant.org["id"])
    answer = tenant.client.post("/Groups", group_body("Above", [top["id"]]))
    assert_error(answer, 400, "invalidValue", "nested group depth exceeds 3")
    assert digest(tenant.server, tenant.org["id"]) == before
    below = tenant.group("Below")
    assert_error(add(tenant, bottom, below), 400, "invalidValue", "nested group depth exceeds 3")


def test_a_cycle_is_refused(tenant, chain):
    _, bottom, _, top = chain
    for parent, child in ((bottom, top), (top, top)):
        assert_error(add(tenant, parent, child), 400, "invalidValue", "nested group would create a cycle")


def test_changes_below_reach_every_team_above(tenant, chain):
    user, bottom, _, _ = chain
    other = tenant.user("y@example.com")
    tenant.client.patch(f"/Groups/{bottom['id']}", op("add", "members", [{"value": other["id"]}]))
    assert tenant.people("Top") == ["x@example.com", "y@example.com"]
    tenant.client.patch(f"/Groups/{bottom['id']}", op("remove", f'members[value eq "{user["id"]}"]'))
    assert tenant.people("Top") == tenant.people("Middle") == ["y@example.com"]
    tenant.client.patch(f"/Users/{other['id']}", op("replace", "active", False))
    assert tenant.people("Top") == []


def test_a_member_by_two_ways_stays_until_both_are_gone(tenant, chain):
    user, bottom, middle, _ = chain
    tenant.client.patch(f"/Groups/{middle['id']}", op("add", "members", [{"value": user["id"]}]))
    tenant.client.patch(f"/Groups/{bottom['id']}", op("remove", "members"))
    assert tenant.people("Top") == ["x@example.com"]
    tenant.client.patch(f"/Groups/{middle['id']}", op("remove", "members", [{"value": user["id"]}]))
    assert tenant.people("Top") == []


def test_unlinking_and_deleting_a_group_reaches_the_teams_above(tenant, chain):
    _, bottom, middle, top = chain
    tenant.client.patch(f"/Groups/{top['id']}", op("remove", "members", [{"value": middle["id"]}]))
    assert tenant.people("Top") == [] and tenant.people("Middle") == ["x@example.com"]
    tenant.client.delete(f"/Groups/{bottom['id']}")
    assert tenant.people("Middle") == [] and tenant.people("Bottom") == ["x@example.com"]
    after = tenant.client.get(f"/Groups/{middle['id']}").json
    assert "members" not in after and after["meta"]["version"] == 'W/"2"'
