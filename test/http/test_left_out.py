"""Paths to unknown attributes: the lenient dialect ignores them and says so in the audit log."""
import pytest
from helpers import assert_error, digest, made, op

UNKNOWN = ["favouriteColor", "favouriteColor.shade", 'favouriteColor[type eq "x"].value', "name.pronouns", 'emails[type eq "work"].colour',
           "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:badge"]


def held(customer, target, action):
    rows = customer.server.sql("select data->'held' from muster.audit_event where target_id = %s and action = %s order by at, id", target, action)
    return rows[-1][0]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_attribute_is_passed_over_and_told(customer, path):
    user = customer.user()
    after = made(customer.client.patch(f"/Users/{user['id']}", op("replace", path, "red"), op("replace", "title", "Boss")), 200)
    assert after["title"] == "Boss" and "favouriteColor" not in after
    (part,) = held(customer, user["id"], "scim.user.updated")
    assert part["part"] == path and part["detail"].startswith("operation 1: ")


def test_it_is_told_even_if_nothing_changes(customer):
    user = customer.user(title="Boss")
    after = made(customer.client.patch(f"/Users/{user['id']}", op("add", "favouriteColor", "red"), op("replace", "title", "Boss")), 200)
    assert after["meta"] == user["meta"]
    assert [p["part"] for p in held(customer, user["id"], "scim.user.updated")] == ["favouriteColor"]


def test_it_is_the_same_for_groups(customer):
    group = customer.group("Staff")
    answer = customer.client.patch(f"/Groups/{group['id']}", op("replace", "favouriteColor", "red"), op("replace", "displayName", "Crew"))
    assert answer.status in (200, 204), answer
    assert customer.client.get(f"/Groups/{group['id']}").json["displayName"] == "Crew"
    assert [p["part"] for p in held(customer, group["id"], "scim.group.updated")] == ["favouriteColor"]


@pytest.mark.parametrize("kind", ["user", "group"])
def test_a_request_with_nothing_else_is_400(customer, kind):
    made_one = getattr(customer, kind)()
    before = digest(customer.server, customer.org["id"])
    answer = customer.client.patch(f"/{kind.title()}s/{made_one['id']}", op("replace", "favouriteColor", "red"), op("add", "shoeSize", "42"))
    assert_error(answer, 400, "invalidPath", 'operation 1: "favouriteColor" is not an attribute of')
    assert digest(customer.server, customer.org["id"]) == before


@pytest.mark.parametrize("path", ["emails[", "members/0", 'emails[type eq "work"].value.x', "emails[type is 1].value", "id"])
def test_what_is_malformed_or_read_only_is_not_passed_over(customer, path):
    user = customer.user()
    before = digest(customer.server, customer.org["id"])
    answer = customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "Boss"), op("replace", path, "x"))
    assert answer.status == 400, answer
    assert digest(customer.server, customer.org["id"]) == before


def test_strict_refuses_it(strict):
    user = strict.user()
    answer = strict.client.patch(f"/Users/{user['id']}", op("replace", "favouriteColor", "red"), op("replace", "title", "Boss"))
    assert_error(answer, 400, "invalidPath", "favouriteColor")
