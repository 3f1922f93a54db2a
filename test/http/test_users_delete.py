"""DELETE of users: gone for the identity provider, kept for the application."""
from helpers import assert_error, op, user_body


def test_a_deleted_user_is_gone_and_the_member_stays(customer):
    user = customer.user("x@example.com")
    answer = customer.client.delete(f"/Users/{user['id']}")
    assert answer.status == 204 and answer.raw == b""
    assert_error(customer.client.get(f"/Users/{user['id']}"), 404)
    assert_error(customer.client.delete(f"/Users/{user['id']}"), 404)
    assert_error(customer.client.put(f"/Users/{user['id']}", user_body("x@example.com")), 404)
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T")), 404)
    assert customer.client.get("/Users").json["totalResults"] == 0
    assert customer.client.find("Users", 'emails.value eq "x@example.com"').json["totalResults"] == 0
    assert customer.member("x@example.com")["status"] == "deactivated"
    assert customer.actions(user["id"])[-1] == "scim.user.deprovisioned"


def test_a_deleted_user_leaves_groups_and_their_versions_change(customer):
    user, other = customer.user("x@example.com"), customer.user("y@example.com")
    group = customer.group("Crew", [user["id"], other["id"]])
    customer.client.delete(f"/Users/{user['id']}")
    after = customer.client.get(f"/Groups/{group['id']}").json
    assert [m["value"] for m in after["members"]] == [other["id"]] and after["meta"]["version"] == 'W/"2"'
    assert customer.people("Crew") == ["y@example.com"]
    assert customer.actions(group["id"])[-1] == "scim.group.member_removed"


def test_memberships_do_not_come_back_by_themselves(customer):
    user = customer.user("x@example.com")
    group = customer.group("Crew", [user["id"]])
    customer.client.delete(f"/Users/{user['id']}")
    assert customer.user("x@example.com")["id"] == user["id"]
    assert "members" not in customer.client.get(f"/Groups/{group['id']}").json and customer.people("Crew") == []


def test_the_member_stays_active_with_another_link(customer):
    other = customer.second()
    here = customer.user("two@example.com")
    other.user("two@example.com")
    customer.client.delete(f"/Users/{here['id']}")
    assert customer.member("two@example.com")["status"] == "active"


def test_the_name_is_free_for_another_user(customer):
    user = customer.user("x@example.com", externalId="e1")
    customer.client.delete(f"/Users/{user['id']}")
    assert customer.user(userName="x@example.com", emails=[{"value": "new@example.com"}], externalId="e2")["id"] != user["id"]


def test_if_match_protects(customer):
    user = customer.user()
    assert_error(customer.client.delete(f"/Users/{user['id']}", headers={"If-Match": 'W/"7"'}), 412)
    assert customer.client.delete(f"/Users/{user['id']}", headers={"If-Match": 'W/"1"'}).status == 204
