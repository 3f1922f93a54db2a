"""Links that an administrator changes: groups to teams, users to members."""
from helpers import made, op


def unlink(tenant, email, user, ok=True):
    return tenant.server.muster("member", "unlink", email, "--org", tenant.slug, "--scim-user", user["id"], ok=ok)


def link(tenant, team, group, ok=True):
    return tenant.server.muster("team", "link", team, "--org", tenant.slug, "--scim-group", group["id"] if group else "none", ok=ok)


def test_a_group_is_linked_to_a_team_that_exists(tenant):
    tenant.server.muster("team", "add", "Old hands", "--org", tenant.slug)
    tenant.server.muster("member", "add", "hand@example.com", "--org", tenant.slug)
    tenant.server.muster("team", "add", "Old hands", "--member", "hand@example.com", "--org", tenant.slug)
    a, b = tenant.user("a@example.com"), tenant.user("b@example.com")
    group = tenant.group("Crew", [a["id"]])
    shown = link(tenant, "Old hands", group)
    assert shown["link"]["scim_group_id"] == group["id"]
    assert tenant.people("Old hands") == ["a@example.com", "hand@example.com"] and tenant.people("Crew") == []
    assert tenant.client.patch(f"/Groups/{group['id']}", op("add", "members", [{"value": b["id"]}])).status == 200
    assert tenant.people("Old hands") == ["a@example.com", "b@example.com", "hand@example.com"] and tenant.people("Crew") == []
    assert "link" in shown and tenant.team("Crew")["link"] is None
    assert [x for x in tenant.actions() if x.startswith("team.")][-2:] == ["team.unlinked", "team.linked"]
    assert made(tenant.client.get(f"/Groups/{group['id']}"), 200)["displayName"] == "Crew"


def test_a_team_has_one_group_and_the_other_gets_a_team_of_its_own(tenant):
    a, b = tenant.user("a@example.com"), tenant.user("b@example.com")
    one, two = tenant.group("One", [a["id"]]), tenant.group("Two", [b["id"]])
    link(tenant, "One", two)
    assert tenant.people("One") == ["b@example.com"] and tenant.people("Two") == [] and tenant.people("One (SCIM)") == ["a@example.com"]
    assert tenant.team("One (SCIM)")["link"]["scim_group_id"] == one["id"]


def test_a_team_of_another_connections_group_is_refused(tenant):
    second = tenant.second()
    second.group("Theirs")
    done = link(tenant, "Theirs", tenant.group("Ours"), ok=False)
    assert done.returncode == 1 and "another connection" in done.stderr


def test_a_parted_team_keeps_its_people_and_the_group_gets_a_new_one(tenant):
    group = tenant.group("Crew", [tenant.user("a@example.com")["id"]])
    assert link(tenant, "Crew", None)["link"] is None
    assert tenant.people("Crew") == ["a@example.com"] and tenant.people("Crew (SCIM)") == ["a@example.com"]
    assert tenant.client.delete(f"/Groups/{group['id']}").status == 204
    assert link(tenant, "Crew", None)["link"] is None  # twice is no fault


def test_nested_groups_follow_a_new_link(tenant):
    inner = tenant.group("Inner", [tenant.user("a@example.com")["id"]])
    outer = tenant.group("Outer", [inner["id"]])
    tenant.server.muster("team", "add", "Everybody", "--org", tenant.slug)
    link(tenant, "Everybody", outer)
    assert tenant.people("Everybody") == ["a@example.com"] == tenant.people("Inner")


def test_a_user_is_parted_from_its_member(tenant):
    tenant.server.muster("member", "add", "eve@example.com", "--org", tenant.slug)
    before = tenant.member("eve@example.com")
    user = tenant.user("eve@example.com", displayName="Eve")
    tenant.group("Crew", [user["id"]])
    assert [x["id"] for x in tenant.member("eve@example.com")["teams"]]
    after = unlink(tenant, "eve@example.com", user)
    assert (after["id"], after["status"], after["links"], after["teams"]) == (before["id"], "active", [], [])
    other = next(m for m in tenant.members() if m["id"] != before["id"])
    assert [x["scim_user_id"] for x in other["links"]] == [user["id"]] and [t["name"] for t in other["teams"]] == ["Crew"]
    made(tenant.client.patch(f"/Users/{user['id']}", op("replace", "active", False)), 200)
    statuses = {m["id"]: m["status"] for m in tenant.members()}
    assert statuses == {before["id"]: "active", other["id"]: "deactivated"}
    assert unlink(tenant, "eve@example.com", user, ok=False).returncode == 64
