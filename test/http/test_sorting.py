"""Sorted lists."""
import pytest
from helpers import ENTERPRISE, GROUP, USER, assert_error, made

PEOPLE = {
    "amber": {"title": "b", "name": {"familyName": "zorn"}, "emails": [{"value": "9@x.example"}, {"value": "1@x.example", "primary": True}]},
    "Bert": {"title": "A", "name": {"familyName": "Adler"}, "emails": [{"value": "5@x.example"}, {"value": "0@x.example"}]},
    "cora": {"name": {"givenName": "C"}, ENTERPRISE: {"department": "Sales"}},
    "Dave": {"title": "C", "active": False, ENTERPRISE: {"department": "arts"}},
    "étienne": {"title": "Ä", "emails": [{"value": "3@x.example"}]},
}


@pytest.fixture(scope="module")
def customer(server):
    t = server.customer(dialect="strict", email="optional", linking="never", group_names="any")
    t.ids = {name: made(t.client.post("/Users", {"schemas": [USER], "userName": name, **more}))["id"] for name, more in PEOPLE.items()}
    for i, name in enumerate(("amber", "Bert")):
        made(t.client.post("/Groups", {"schemas": [GROUP], "displayName": f"Group {i}", "members": [{"value": t.ids[name]}]}))
    return t


def order(customer, query):
    names = {v: k for k, v in customer.ids.items()}
    return [names[u["id"]] for u in made(customer.client.get(f"/Users?{query}"), 200)["Resources"]]


@pytest.mark.parametrize("by, ascending", [
    ("userName", ["amber", "Bert", "cora", "Dave", "étienne"]),
    ("USERNAME", ["amber", "Bert", "cora", "Dave", "étienne"]),
    ("urn:ietf:params:scim:schemas:core:2.0:User:userName", ["amber", "Bert", "cora", "Dave", "étienne"]),
    ("meta.created", ["amber", "Bert", "cora", "Dave", "étienne"])])
def test_a_single_attribute_orders_by_its_value_without_case(customer, by, ascending):
    assert order(customer, f"sortBy={by}") == ascending
    assert order(customer, f"sortBy={by}&sortOrder=Descending") == ascending[::-1]


def test_parts_and_extensions_are_named_with_dots_and_urns(customer):
    assert order(customer, "sortBy=name.familyName")[:2] == ["Bert", "amber"]
    assert order(customer, f"sortBy={ENTERPRISE}:department")[:2] == ["Dave", "cora"]


def test_a_list_orders_by_its_primary_value_else_by_the_first(customer):
    assert order(customer, "sortBy=emails.value") == ["amber", "étienne", "Bert", "cora", "Dave"]
    assert order(customer, "sortBy=emails") == order(customer, "sortBy=emails.value")


def test_resources_without_the_value_come_last_ascending_and_first_descending(customer):
    assert order(customer, "sortBy=title") == ["Bert", "amber", "Dave", "étienne", "cora"]
    assert order(customer, "sortBy=title&sortOrder=descending") == ["cora", "étienne", "Dave", "amber", "Bert"]


def test_equal_values_order_by_id(customer):
    assert order(customer, "sortBy=timezone") == list(PEOPLE)
    assert order(customer, "sortBy=timezone&sortOrder=descending") == list(PEOPLE)


def test_booleans_and_computed_lists_sort_too(customer):
    assert order(customer, "sortBy=active")[0] == "Dave"
    assert order(customer, "sortBy=groups.display")[:2] == ["amber", "Bert"]
    assert order(customer, "sortBy=groups.display&sortOrder=descending")[-2:] == ["Bert", "amber"]
    groups = [g["displayName"] for g in made(customer.client.get("/Groups?sortBy=members.value&sortOrder=descending"), 200)["Resources"]]
    assert groups == ["Group 1", "Group 0"]


def test_sort_order_alone_changes_nothing(customer):
    assert order(customer, "sortOrder=descending") == list(PEOPLE)


@pytest.mark.parametrize("query",
                         ["sortBy=bogus", "sortBy=password", "sortBy=name", "sortBy=meta", "sortBy=userName&sortOrder=up", "sortBy=", "sortBy=userName.x"])
def test_what_cannot_be_sorted_by_is_400(customer, query):
    assert_error(customer.client.get(f"/Users?{query}"), 400, "invalidValue")


def test_pages_by_index_follow_the_order(customer):
    whole = order(customer, "sortBy=title")
    assert order(customer, "sortBy=title&count=2") + order(customer, "sortBy=title&count=3&startIndex=3") == whole
