"""DELETE of users: gone for the identity provider, kept for the application."""
from helpers import assert_error, op, user_body


def test_a_deleted_user_is_gone_and_the_member_stays(tenant):
    user = tenant.user("x@example.com")
    answer = tenant.client.delete(f"/Users/{user['id']}")
    assert answer.status == 204 and answer.raw == b""
    assert_error(tenant.client.get(f"/Users/{user['id']}"), 404)
    assert_error(tenant.client.delete(f"/Users/{user['id']}"), 404)
    assert_error(tenant.client.put(f"/Users/{user['id']}", user_body("x@example.com")), 404)
    assert_error(tenant.client.patch(f"/Users/{user['id']}", op("replace", "title", "T")), 404)
    assert tenant.client.get("/Users").json["totalResults"] == 0
    assert tenant.client.find("Users", 'emails.value eq "x@example.com"').json["totalResults"] == 0
    assert tenant.member("x@example.com")["status"] == "deactivated"
    assert tenant.actions(user["id"])[-1] == "scim.user.deprovisioned"


def test_a_deleted_user_leaves_groups_and_their_versions_change(tenant):
    user, other = tenant.user("x@example.com"), tenant.user("y@example.com")
    group = tenant.group("Crew", [user["id"], other["id"]])
    tenant.client.delete(f"/Users/{user['id']}")
    after = tenant.client.get(f"/Groups/{group['id']}").json
    assert [m["value"] for m in after["members"]] == [other["id"]] and after["meta"]["version"] == 'W/"2"'
    assert tenant.people("Crew") == ["y@example.com"]
    assert tenant.actions(group["id"])[-1] == "scim.group.member_removed"


def test_memberships_do_not_come_back_by_themselves(tenant):
    user = tenant.user("x@example.com")
    group = tenant.group("Crew", [user["id"]])
    tenant.client.delete(f"/Users/{user['id']}")
    assert tenant.user("x@example.com")["id"] == user["id"]
    assert "members" not in tenant.client.get(f"/Groups/{group['id']}").json and tenant.people("Crew") == []


def test_the_member_stays_active_with_another_link(tenant):
    other = tenant.second()
    here = tenant.user("two@example.com")
    other.user("two@example.com")
    tenant.client.delete(f"/Users/{here['id']}")
    assert tenant.member("two@example.com")["status"] == "active"


def test_the_name_is_free_for_another_user(tenant):
    user = tenant.user("x@example.com", externalId="e1")
    tenant.client.delete(f"/Users/{user['id']}")
    assert tenant.user(userName="x@example.com", emails=[{"value": "new@example.com"}], externalId="e2")["id"] != user["id"]


def test_if_match_protects(tenant):
    user = tenant.user()
    assert_error(tenant.client.delete(f"/Users/{user['id']}", headers={"If-Match": 'W/"7"'}), 412)
    assert tenant.client.delete(f"/Users/{user['id']}", headers={"If-Match": 'W/"1"'}).status == 204
