"""Limits of an organization: 507 names the cap; leavers and updates always pass."""
import pytest
from helpers import assert_error, group_body, made, op, user_body


@pytest.fixture
def small(server):
    t = server.customer()
    server.muster("org", "set", t.slug, "--max-users", "2", "--max-groups", "1", "--max-group-members", "2")
    return t


def test_the_user_cap(small):
    first = small.user("a@example.com", active=False)
    small.user("b@example.com")
    assert_error(small.client.post("/Users", user_body("c@example.com")), 507, None, "limit of 2 users")
    assert_error(small.client.post("/Users", user_body("b@example.com")), 409, "uniqueness")
    assert small.client.patch(f"/Users/{first['id']}", op("replace", "active", True)).status == 200
    assert small.client.delete(f"/Users/{first['id']}").status == 204
    small.user("c@example.com")
    assert_error(small.client.post("/Users", user_body("a@example.com")), 507)


def test_linked_users_count_too(small):
    small.user(), small.user()
    small.server.muster("member", "add", "m@example.com", "--org", small.slug)
    assert_error(small.client.post("/Users", user_body("m@example.com")), 507)


def test_the_group_cap(small):
    group = small.group("One")
    assert_error(small.client.post("/Groups", group_body("Two")), 507, None, "limit of 1 groups")
    small.client.delete(f"/Groups/{group['id']}")
    small.group("Two")


def test_the_member_cap(small):
    small.server.muster("org", "set", small.slug, "--max-users", "none")
    users = [small.user()["id"] for _ in range(4)]
    group = small.group("Crew", users[:2])
    assert_error(small.client.patch(f"/Groups/{group['id']}", op("add", "members", [{"value": users[2]}])), 507, None, "limit of 2 members")
    assert_error(small.client.put(f"/Groups/{group['id']}", group_body("Crew", users)), 507)
    swap = [op("remove", f'members[value eq "{users[0]}"]'), op("add", "members", [{"value": users[3]}])]
    assert small.client.patch(f"/Groups/{group['id']}", *swap).status == 200
    small.server.muster("org", "set", small.slug, "--max-group-members", "1")
    assert small.client.patch(f"/Groups/{group['id']}", op("remove", "members", [{"value": users[3]}])).status == 200
    assert len(made(small.client.get(f"/Groups/{group['id']}"), 200)["members"]) == 1
