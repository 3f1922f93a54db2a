"""The display that a client sends with a new member of a group stays."""
import pytest
from helpers import GROUP, assert_error, group_body, made, op

ODD = 'Ünë "q" \\ {a,b} NULL \U0001f642'


@pytest.fixture
def people(customer):
    return [customer.user(displayName=name)["id"] for name in ("Ann", "Bob", "Cid")]


def shown(customer, group):
    """{member: display} as every way of reading has it."""
    one = made(customer.client.get(f"/Groups/{group['id']}"), 200)
    by_filter = made(customer.client.find("Groups", f'id eq "{group["id"]}"'), 200)["Resources"]
    of_all = [r for r in made(customer.client.get("/"), 200)["Resources"] if r["id"] == group["id"]]
    assert by_filter == of_all == [one]
    return {m["value"]: m["display"] for m in one.get("members", [])}


def test_a_display_comes_with_a_member_or_is_its_name(customer, people):
    ann, bob, cid = people
    inner = customer.group("Inner")
    group = customer.group("Crew", members=[{"value": ann, "display": ODD}, {"value": bob}, {"value": cid, "display": ""},
                                            {"value": inner["id"], "display": "The inner ones"}])
    assert shown(customer, group) == {ann: ODD, bob: "Bob", cid: "Cid", inner["id"]: "The inner ones"}
    for user in (ann, bob):
        made(customer.client.patch(f"/Users/{user}", op("replace", "displayName", "Else")), 200)
    made(customer.client.patch(f"/Groups/{inner['id']}", op("replace", "displayName", "Elsewhere")), 200)
    assert shown(customer, group) == {ann: ODD, bob: "Else", cid: "Cid", inner["id"]: "The inner ones"}
    assert made(customer.client.get(f"/Groups/{group['id']}"), 200)["meta"] == group["meta"]


@pytest.mark.parametrize("change", [
    lambda ann: op("add", "members", [{"value": ann, "display": "A"}]), lambda ann: op("add", "members", {"value": ann, "DISPLAY": "A"}),
    lambda ann: op("replace", "members", [{"value": ann, "display": "A"}]), lambda ann: op("add", value={"members": [{"value": ann, "display": "A"}]}),
    lambda ann: op("add", f'members[value eq "{ann}"]', {"display": "A"})])
def test_by_patch(customer, people, change):
    group = customer.group("Crew")
    made(customer.client.patch(f"/Groups/{group['id']}", change(people[0])), 200)
    assert shown(customer, group) == {people[0]: "A"}


def test_by_put_and_bulk(customer, people):
    ann, bob, cid = people
    group = customer.group("Crew", members=[{"value": ann, "display": "A"}])
    path = f"/Groups/{group['id']}"
    made(customer.client.put(path, group_body("Crew", members=[{"value": bob, "display": "B"}, {"value": ann}])), 200)
    assert shown(customer, group) == {ann: "A", bob: "B"}
    add = {"method": "PATCH", "path": path, "data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                                                     "Operations": [op("add", "members", [{"value": cid, "display": "C"}])]}}
    answer = customer.client.post("/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [add]})
    assert made(answer, 200)["Operations"][0]["status"] in ("200", "204")
    assert shown(customer, group) == {ann: "A", bob: "B", cid: "C"}


def test_who_is_there_already_keeps_the_first_display(customer, people):
    ann, bob, _ = people
    inner = customer.group("Inner")
    group = customer.group("Crew", members=[{"value": ann, "display": "A"}, {"value": bob}, {"value": inner["id"]}])
    path, said = f"/Groups/{group['id']}", customer.actions(group["id"])
    again = [{"value": i, "display": "other"} for i in (ann, bob, inner["id"])]
    for answer in (customer.client.patch(path, op("add", "members", again)), customer.client.patch(path, op("replace", "members", again)),
                   customer.client.patch(path, op("replace", f'members[value eq "{ann}"]', again[0])),
                   customer.client.put(path, group_body("Crew", members=again)), customer.client.put(path, made(customer.client.get(path), 200))):
        assert made(answer, 200)["meta"] == group["meta"], answer
    assert shown(customer, group) == {ann: "A", bob: "Bob", inner["id"]: "Inner"} and customer.actions(group["id"]) == said
    assert_error(customer.client.patch(path, op("replace", f'members[value eq "{ann}"].display', "x")), 400, "mutability")
    made(customer.client.patch(path, op("remove", f'members[value eq "{ann}"]')), 200)
    made(customer.client.patch(path, op("add", "members", again)), 200)
    assert shown(customer, group) == {ann: "other", bob: "Bob", inner["id"]: "Inner"}


def test_a_filter_and_a_path_find_what_is_shown(customer, people):
    ann, bob, _ = people
    group = customer.group("Crew", members=[{"value": ann, "display": "Straße"}, {"value": bob}])
    for text, found in (("STRASSE", 1), ("bob", 1), ("ann", 0)):
        assert made(customer.client.find("Groups", f'members.display eq "{text}"'), 200)["totalResults"] == found, (text, found)
    for path, left in (('members[display eq "Ann"]', {ann: "Straße", bob: "Bob"}), ('members[display eq "strasse"]', {bob: "Bob"})):
        made(customer.client.patch(f"/Groups/{group['id']}", op("remove", path)), 200)
        assert shown(customer, group) == left, (path, left)


@pytest.mark.parametrize("display, words", [("x" * 8193, "8192"), ({"a": 1}, "string"), ("a\0b", "0000")], ids=("long", "object", "nul"))
def test_a_wrong_display_is_400(customer, people, display, words):
    body = {"schemas": [GROUP], "displayName": "Crew", "members": [{"value": people[0], "display": display}]}
    assert_error(customer.client.post("/Groups", body), 400, "invalidValue", words)
    group = customer.group("Crew")
    assert_error(customer.client.patch(f"/Groups/{group['id']}", op("add", "members", body["members"])), 400, "invalidValue", words)
    assert shown(customer, group) == {}


def test_a_display_goes_with_the_member(customer, people):
    group = customer.group("Crew", members=[{"value": people[0], "display": "A"}])
    assert customer.client.delete(f"/Users/{people[0]}").status == 204
    assert customer.server.sql("select count(*) from muster.scim_group_user where group_id = %s", group["id"]) == [(0,)]
