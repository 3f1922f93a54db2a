"""Links that an administrator changes: groups to teams, users to members."""
from helpers import made, op


def unlink(customer, email, user, ok=True):
    return customer.server.muster("member", "unlink", email, "--org", customer.slug, "--scim-user", user["id"], ok=ok)


def link(customer, team, group, ok=True):
    return customer.server.muster("team", "link", team, "--org", customer.slug, "--scim-group", group["id"] if group else "none", ok=ok)


def test_a_group_is_linked_to_a_team_that_exists(customer):
    customer.server.muster("team", "add", "Old hands", "--org", customer.slug)
    customer.server.muster("member", "add", "hand@example.com", "--org", customer.slug)
    customer.server.muster("team", "add", "Old hands", "--member", "hand@example.com", "--org", customer.slug)
    a, b = customer.user("a@example.com"), customer.user("b@example.com")
    group = customer.group("Crew", [a["id"]])
    shown = link(customer, "Old hands", group)
    assert shown["link"]["scim_group_id"] == group["id"]
    assert customer.people("Old hands") == ["a@example.com", "hand@example.com"] and customer.people("Crew") == []
    assert customer.client.patch(f"/Groups/{group['id']}", op("add", "members", [{"value": b["id"]}])).status == 200
    assert customer.people("Old hands") == ["a@example.com", "b@example.com", "hand@example.com"] and customer.people("Crew") == []
    assert "link" in shown and customer.team("Crew")["link"] is None
    assert [x for x in customer.actions() if x.startswith("team.")][-2:] == ["team.unlinked", "team.linked"]
    assert made(customer.client.get(f"/Groups/{group['id']}"), 200)["displayName"] == "Crew"


def test_a_team_has_one_group_and_the_other_gets_a_team_of_its_own(customer):
    a, b = customer.user("a@example.com"), customer.user("b@example.com")
    one, two = customer.group("One", [a["id"]]), customer.group("Two", [b["id"]])
    link(customer, "One", two)
    assert customer.people("One") == ["b@example.com"] and customer.people("Two") == [] and customer.people("One (SCIM)") == ["a@example.com"]
    assert customer.team("One (SCIM)")["link"]["scim_group_id"] == one["id"]


def test_a_team_of_another_connections_group_is_refused(customer):
    second = customer.second()
    second.group("Theirs")
    done = link(customer, "Theirs", customer.group("Ours"), ok=False)
    assert done.returncode == 1 and "another connection" in done.stderr


def test_a_parted_team_keeps_its_people_and_the_group_gets_a_new_one(customer):
    group = customer.group("Crew", [customer.user("a@example.com")["id"]])
    assert link(customer, "Crew", None)["link"] is None
    assert customer.people("Crew") == ["a@example.com"] and customer.people("Crew (SCIM)") == ["a@example.com"]
    assert customer.client.delete(f"/Groups/{group['id']}").status == 204
    assert link(customer, "Crew", None)["link"] is None  # twice is no fault


def test_nested_groups_follow_a_new_link(customer):
    inner = customer.group("Inner", [customer.user("a@example.com")["id"]])
    outer = customer.group("Outer", [inner["id"]])
    customer.server.muster("team", "add", "Everybody", "--org", customer.slug)
    link(customer, "Everybody", outer)
    assert customer.people("Everybody") == ["a@example.com"] == customer.people("Inner")


def test_a_user_is_parted_from_its_member(customer):
    customer.server.muster("member", "add", "eve@example.com", "--org", customer.slug)
    before = customer.member("eve@example.com")
    user = customer.user("eve@example.com", displayName="Eve")
    customer.group("Crew", [user["id"]])
    assert [x["id"] for x in customer.member("eve@example.com")["teams"]]
    after = unlink(customer, "eve@example.com", user)
    assert (after["id"], after["status"], after["links"], after["teams"]) == (before["id"], "active", [], [])
    other = next(m for m in customer.members() if m["id"] != before["id"])
    assert [x["scim_user_id"] for x in other["links"]] == [user["id"]] and [t["name"] for t in other["teams"]] == ["Crew"]
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False)), 200)
    statuses = {m["id"]: m["status"] for m in customer.members()}
    assert statuses == {before["id"]: "active", other["id"]: "deactivated"}
    assert unlink(customer, "eve@example.com", user, ok=False).returncode == 64


def nested(customer):
    """An outer group that holds an inner one, with somebody inactive in the latter."""
    one, two = customer.user("a@x.example"), customer.user("b@x.example", active=False)
    inner, outer = customer.group("Inner", [one["id"], two["id"]]), customer.group("Outer")
    customer.client.patch(f"/Groups/{outer['id']}", op("add", "members", [{"value": inner["id"]}]))
    return outer


def test_the_end_of_a_link_puts_nobody_into_the_team_of_a_group_above(customer):
    nested(customer)
    link(customer, "Inner", None)
    assert customer.people("Outer") == ["a@x.example"]


def test_a_group_that_takes_the_team_of_one_within_it_leaves_its_own_team_empty(customer):
    outer = nested(customer)
    link(customer, "Inner", outer)
    assert (customer.people("Inner"), customer.people("Outer")) == (["a@x.example"], [])
