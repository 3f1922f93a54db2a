"""Organizations by the API: made with defaults, changed, removed."""
import pytest
from api import good, problem
from customer import Customer
from helpers import unique, user_body

DEFAULTS = {"max_users": 10000, "max_groups": 1000, "max_group_members": 2000, "rate": 100, "burst": 200, "protect_last_admin": False, "verified_domains": [],
            "users": 0, "groups": 0}


def test_a_name_is_enough(api):
    name = unique("Acme & Söhne ")
    made = api.made("/organizations", {"name": name})
    assert made["name"] == name and made["slug"] == name.lower().replace("acme & söhne ", "acme-s-hne-")
    assert {k: made[k] for k in DEFAULTS} == DEFAULTS
    assert api.read(f"/organizations/{made['slug']}") == made == next(o for o in api.all("/organizations") if o["id"] == made["id"])


def test_every_field_can_be_given_and_changed(api):
    given = {"name": "N", "slug": unique(), "max_users": 0, "max_groups": None, "max_group_members": 5, "rate": None, "burst": 1, "protect_last_admin": True,
             "verified_domains": ["b.example", "A.example"]}
    made = api.made("/organizations", given)
    assert {k: made[k] for k in given} == {**given, "verified_domains": ["a.example", "b.example"]}
    changed = {"name": "M", "max_users": None, "max_groups": 7, "max_group_members": None, "rate": 3, "burst": None, "protect_last_admin": False,
               "verified_domains": []}
    after = good(api.patch(f"/organizations/{made['id']}", changed))
    assert after == {**made, **changed} == api.read(f"/organizations/{made['id']}")
    assert good(api.patch(f"/organizations/{made['id']}", {"name": "O"})) == {**after, "name": "O"}


def test_a_slug_is_taken_once(api, customer):
    problem(api.post("/organizations", {"name": "x", "slug": customer.slug}), 409, "conflict", "slug")


def test_a_slug_is_no_id_and_stays(api, customer):
    problem(api.post("/organizations", {"name": "x", "slug": customer.id}), 400, "invalid", "slug")
    problem(api.patch(customer.path, {"slug": unique()}), 400, "unknown_field", "slug")


def test_a_name_without_letters_needs_a_slug(api):
    problem(api.post("/organizations", {"name": "\u65e5\u672c"}), 400, "required", "slug")


@pytest.mark.parametrize("limit, value", [("max_users", 5), ("max_groups", None), ("max_group_members", 3000), ("rate", None), ("burst", 100000)])
def test_a_key_of_an_organization_does_not_lift_its_limits(api, customer, limit, value):
    key, before = customer.key("organizations:manage"), api.read(customer.path)
    for path in (customer.path, f"/organizations/{customer.id}"):
        assert limit in problem(key.patch(path, {"name": "Other", limit: value}), 403, "forbidden")["message"], path
    assert api.read(customer.path) == before
    assert good(key.patch(customer.path, {"name": "Other", "verified_domains": ["other.example"]}))["name"] == "Other"
    assert good(customer.key("organizations:manage", bound=False).patch(customer.path, {limit: value}))[limit] == value


def test_limits_count_from_the_next_request_on(api, customer):
    good(api.patch(customer.path, {"max_users": 1}))
    assert [customer.client.post("/Users", user_body()).status for _ in range(2)] == [201, 507]
    assert api.read(customer.path)["users"] == 1


def test_changes_are_audited_with_before_and_after(api, customer):
    good(api.patch(customer.path, {"name": "New"}))
    good(api.patch(customer.path, {"name": "New"}))  # changes nothing
    (event,) = customer.events("&action=organization.updated")
    assert (event["data"]["before"]["name"], event["data"]["after"]["name"]) == ("Customer", "New")
    assert event["actor_type"] == "key" and event["target_id"] == customer.id


@pytest.mark.parametrize("confirm", ["", "wrong", "Customer"])
def test_removal_wants_the_slug(api, customer, confirm):
    assert customer.slug in problem(api.delete(f"{customer.path}?confirm={confirm}"), 400, "invalid", "confirm")["message"]
    assert customer.client.get("/Users").status == 200


def test_a_removed_organization_is_gone_at_once(server, api):
    c = Customer(api).connect()
    key = c.key("provisioning:manage")
    assert c.client.post("/Users", user_body()).status == 201 and key.get(c.path).status == 200
    assert api.delete(f"{c.path}?confirm={c.slug}").status == 204
    assert c.client.get("/Users").status == 401
    for answer in (api.get(c.path), api.get(f"/organizations/{c.id}"), api.get(f"{c.path}/members"), key.get(c.path), api.delete(f"{c.path}?confirm={c.slug}")):
        problem(answer, 404, "not_found")
    assert c.id not in {o["id"] for o in api.all("/organizations")}
    assert server.sql("select count(*) from muster.audit_event where organization_id = %s and action = 'organization.removed'", c.id) == [(1,)]
    assert api.made("/organizations", {"name": "again", "slug": c.slug})["id"] != c.id
