"""Groups and the teams they make."""
import random

import pytest
from helpers import GROUP, assert_error, digest, fill_users, group_body, made, op, unique

NOBODY = "01a20db4-3e9d-72d7-82e9-f673093deb64"


def member_ids(customer, group):
    return sorted(m["value"] for m in customer.client.get(f"/Groups/{group['id']}").json.get("members", []))


def change(customer, group, *operations):
    answer = customer.client.patch(f"/Groups/{group['id']}", *operations)
    assert answer.status in (200, 204), answer
    return answer


def test_a_new_group_is_a_new_team(customer):
    user = customer.user("x@example.com", displayName="X")
    group = customer.group("Crew", [user["id"]])
    assert group["members"] == [{"value": user["id"], "$ref": user["meta"]["location"], "type": "User", "display": "X"}]
    assert customer.people("Crew") == ["x@example.com"]
    assert customer.actions(group["id"]) == ["scim.group.created", "scim.group.member_added"]
    assert made(customer.client.get(f"/Groups/{group['id']}"), 200) == group


def test_a_member_is_made_from_the_filter_and_what_is_given(customer):
    users, group = [customer.user()["id"] for _ in range(4)], customer.group("Crew")
    change(customer, group, op("add", 'members[type eq "User"].value', users[3]))
    change(customer, group, op("add", f'members[value eq "{users[0]}"]', {"type": "User"}),
           op("add", f'members[value eq "{users[1]}"]', {"VALUE": users[1], "type": None}),
           op("add", f'members[value eq "{users[2]}" and type eq "User"]', {"display": "D", "value": ""}))
    assert member_ids(customer, group) == sorted(users)
    for value in ({}, {"type": None}, "", None, 5, {"type": 5}, {"type": {}}):
        assert_error(customer.client.patch(f"/Groups/{group['id']}", op("add", f'members[value eq "{NOBODY}"]', value)), 400, "invalidValue")
    for path, value in (('members[type eq "Group"]', {"display": "x"}), ('members[type eq "Group"].$ref', "x"),
                        (f'members[value eq "{NOBODY}"]', {"type": "User"})):
        assert_error(customer.client.patch(f"/Groups/{group['id']}", op("add", path, value)), 400, "invalidValue")
    assert member_ids(customer, group) == sorted(users)


def test_group_names_are_unique_without_case(customer):
    customer.group("Crew")
    assert_error(customer.client.post("/Groups", group_body("CREW")), 409, "uniqueness")
    other = customer.group("Other")
    assert_error(customer.client.patch(f"/Groups/{other['id']}", op("replace", "displayName", "crew")), 409, "uniqueness")
    change(customer, other, op("replace", value={"id": other["id"], "displayName": "OTHER"}))


def test_group_names_any(server):
    t = server.customer(group_names="any")
    assert t.group("Crew")["id"] != t.group("Crew")["id"]


def test_a_team_is_never_merged_into_by_accident(customer):
    customer.server.muster("team", "add", "Crew", "--org", customer.slug)
    other, third = customer.second(), customer.second()
    for t in (customer, other, third):
        t.group("CREW")
    assert [t["name"] for t in customer.teams()] == ["Crew", "CREW (SCIM 2)", "CREW (SCIM 3)", "CREW (SCIM)"] or \
        sorted(t["name"] for t in customer.teams()) == ["CREW (SCIM 2)", "CREW (SCIM 3)", "CREW (SCIM)", "Crew"]


def test_renaming_changes_the_group_not_the_team(customer):
    group = customer.group("Crew")
    change(customer, group, op("replace", "displayName", "Gang"))
    assert customer.client.get(f"/Groups/{group['id']}").json["displayName"] == "Gang"
    assert [t["name"] for t in customer.teams()] == ["Crew"]
    assert customer.actions(group["id"])[-1] == "scim.group.updated"


def test_deleting_a_group_keeps_the_team_with_its_people(customer):
    user = customer.user("x@example.com")
    group = customer.group("Crew", [user["id"]])
    assert customer.client.delete(f"/Groups/{group['id']}").status == 204
    assert_error(customer.client.get(f"/Groups/{group['id']}"), 404)
    assert customer.people("Crew") == ["x@example.com"]
    assert customer.actions(group["id"])[-1] == "scim.group.deleted"
    customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False))
    assert customer.people("Crew") == []
    customer.client.patch(f"/Users/{user['id']}", op("replace", "active", True))
    assert customer.people("Crew") == ["x@example.com"]


@pytest.mark.parametrize("add, remove", [
    (lambda i: op("add", "members", [{"value": i}]), lambda i: op("remove", f'members[value eq "{i}"]')),
    (lambda i: op("Add", "members", [{"$ref": None, "value": i}]), lambda i: op("Remove", "members", [{"$ref": None, "value": i}])),
    (lambda i: op("add", "members", {"value": i, "display": "who"}), lambda i: op("remove", "members", {"value": i})),
    (lambda i: op("add", value={"members": [{"value": i}]}), lambda i: op("remove", f'members[value eq "{i}" or value eq "x"]')),
    (lambda i: op("add", "members", [i]), lambda i: op("remove", "members", [i]))])
def test_members_come_and_go_and_twice_is_no_error(customer, add, remove):
    stays, user = customer.user(), customer.user("x@example.com")
    group = customer.group("Crew", [stays["id"]])
    first = change(customer, group, add(user["id"]))
    again = change(customer, group, add(user["id"]))
    assert first.header("ETag") == again.header("ETag") == 'W/"2"'
    assert member_ids(customer, group) == sorted([stays["id"], user["id"]]) and "x@example.com" in customer.people("Crew")
    first = change(customer, group, remove(user["id"]))
    again = change(customer, group, remove(user["id"]))
    assert first.header("ETag") == again.header("ETag") == 'W/"3"'
    assert member_ids(customer, group) == [stays["id"]] and "x@example.com" not in customer.people("Crew")
    assert customer.actions(group["id"])[2:] == ["scim.group.member_added", "scim.group.member_removed"]


KINDS = {
    "add": lambda m: op("add", "members", [{"value": m}]),
    "remove": lambda m: op("remove", f'members[value eq "{m}"]'),
    "Remove": lambda m: op("Remove", "members", [{"$ref": None, "value": m}]),
    "either": lambda m: op("remove", f'members[value eq "{m}" or value eq "{NOBODY}"]'),
}


def test_thousands_of_operations_on_members_apply_in_order(server):
    """In linear time: a request that takes the square of it is given up."""
    t = server.customer()
    server.muster("org", "set", t.slug, "--max-group-members", "none")
    ids = fill_users(server, t, 3000)
    group, r = t.group("Crew", ids[:10]), random.Random(7)
    change(t, group, *(KINDS["add"](m) for m in ids))
    assert member_ids(t, group) == sorted(ids)
    change(t, group, *(KINDS[r.choice(["remove", "Remove"])](m) for m in ids))
    assert member_ids(t, group) == []
    want, operations = set(), []
    for _ in range(1000):
        kind, member = r.choice(["add", "add", *KINDS]), r.choice(ids[:50])
        (want.add if kind == "add" else want.discard)(member)
        operations.append(KINDS[kind](member))
    change(t, group, *operations)
    assert member_ids(t, group) == sorted(want) and 10 < len(want) < 50


@pytest.mark.parametrize("operation", [op("replace", "members", []), op("remove", "members"), op("replace", "members", None),
                                       op("replace", value={"members": []})])
def test_a_group_can_be_emptied(customer, operation):
    group = customer.group("Crew", [customer.user()["id"], customer.user()["id"]])
    change(customer, group, operation)
    assert member_ids(customer, group) == [] and customer.people("Crew") == []
    assert customer.actions(group["id"]).count("scim.group.member_removed") == 2


def test_members_can_be_replaced(customer):
    a, b, c = (customer.user(f"{x}@example.com") for x in "abc")
    group = customer.group("Crew", [a["id"], b["id"]])
    change(customer, group, op("replace", "members", [{"value": b["id"]}, {"value": c["id"]}]))
    assert customer.people("Crew") == ["b@example.com", "c@example.com"]
    made(customer.client.put(f"/Groups/{group['id']}", group_body("Crew", [a["id"]])), 200)
    assert customer.people("Crew") == ["a@example.com"]


def test_an_unknown_member_is_400_and_nothing_is_applied(customer):
    user = customer.user()
    group = customer.group("Crew")
    before = digest(customer.server, customer.org["id"])
    for id in (NOBODY, "nobody", customer.connection["id"]):
        assert_error(customer.client.patch(f"/Groups/{group['id']}", op("add", "members", [{"value": user["id"]}, {"value": id}])), 400, "invalidValue")
        assert_error(customer.client.post("/Groups", group_body(unique(), [id])), 400, "invalidValue")
        assert_error(customer.client.put(f"/Groups/{group['id']}", group_body("Crew", [id])), 400, "invalidValue")
    assert digest(customer.server, customer.org["id"]) == before


def test_unknown_members_skip(server):
    t = server.customer(unknown_members="skip")
    user = t.user()
    group = t.group("Crew", [user["id"], NOBODY])
    assert member_ids(t, group) == [user["id"]]
    change(t, group, op("add", "members", [{"value": "gone"}]))
    assert member_ids(t, group) == [user["id"]]
    data = server.sql("select data from muster.audit_event where target_id = %s order by at", group["id"])
    assert [d[0]["skipped_members"] for d in data if "skipped_members" in d[0]] == [[NOBODY], ["gone"]]


def test_members_of_another_connection_are_unknown(customer):
    other = customer.second()
    stranger = other.user()
    assert_error(customer.client.post("/Groups", group_body(unique(), [stranger["id"]])), 400, "invalidValue")


def test_a_removed_users_id_is_stored_not_shown_and_counts_from_its_revival(customer):
    user = customer.user("x@example.com")
    customer.client.delete(f"/Users/{user['id']}")
    group = customer.group("Crew", [user["id"]])
    assert member_ids(customer, group) == [] and customer.people("Crew") == []
    assert customer.user("x@example.com")["id"] == user["id"]
    assert member_ids(customer, group) == [user["id"]] and customer.people("Crew") == ["x@example.com"]


def test_an_inactive_member_counts_from_its_reactivation(customer):
    user = customer.user("x@example.com", active=False)
    group = customer.group("Crew", [user["id"]])
    assert member_ids(customer, group) == [user["id"]] and customer.people("Crew") == []
    customer.client.patch(f"/Users/{user['id']}", op("replace", "active", "True"))
    assert customer.people("Crew") == ["x@example.com"]


def test_a_patch_answers_with_the_group_unless_it_has_many_members(customer, strict):
    others = fill_users(customer.server, customer, 100)
    user = customer.user(displayName="X")
    group = customer.group("Crew")
    path = f"/Groups/{group['id']}"
    seen = made(change(customer, group, op("add", "members", [{"value": user["id"]}])), 200)
    assert seen["members"][0]["display"] == "X" and seen == customer.client.get(path).json

    def status(*operations, query="", client=customer.client):
        answer = client.patch(path + query, *operations)
        assert answer.header("ETag").startswith('W/"') and bool(answer.raw) == (answer.status == 200)
        return answer.status
    assert status(op("add", "members", [{"value": i} for i in others[:99]])) == 200
    assert len(customer.client.get(path).json["members"]) == 100
    assert status(op("add", "members", [{"value": others[99]}])) == 204
    assert status(op("replace", "externalId", "e")) == 204
    for query in ("?excludedAttributes=members", "?attributes=displayName", "?attributes=members"):
        assert status(op("replace", "externalId", query), query=query) == 200, query
    assert status(op("remove", "members", [{"value": others[99]}])) == 200
    assert status(op("replace", "members", [])) == 200
    mine = strict.group("Crew")
    member = strict.user()
    body = made(strict.client.patch(f"/Groups/{mine['id']}", op("add", "members", [{"value": member["id"]}])), 200)
    assert [m["value"] for m in body["members"]] == [member["id"]] and body["meta"]["version"] == 'W/"2"'
    other = customer.server.customer(dialect="strict")
    many, mine = fill_users(other.server, other, 101), other.group("Many")
    assert len(made(other.client.patch(f"/Groups/{mine['id']}", op("replace", "members", [{"value": i} for i in many])), 200)["members"]) == 101


@pytest.mark.parametrize("body", [{"displayName": ...}, {"displayName": ""}, {"displayName": " "}, {"displayName": {}}, {"members": 5},
                                  {"members": [{"display": "x"}]}, {"members": [{}]}, {"members": [None]}, {"members": [""]}])
def test_a_wrong_group_is_400(customer, body):
    body = {k: v for k, v in group_body(**body).items() if v is not ...}
    assert_error(customer.client.post("/Groups", body), 400, "invalidValue")
    assert customer.teams() == []


def test_one_request_may_carry_ten_thousand_members(customer):
    ids = fill_users(customer.server, customer, 10000)
    group = customer.group("Crew")
    change(customer, group, op("add", "members", [{"value": i} for i in ids]))
    assert customer.server.sql("select member_count from muster.scim_group where id = %s", group["id"]) == [(10000,)]
    assert customer.server.sql("select count(*) from muster.team_member where organization_id = %s", customer.org["id"]) == [(10000,)]
    change(customer, group, op("remove", "members", [{"value": i} for i in ids]))
    assert customer.server.sql("select count(*) from muster.team_member where organization_id = %s", customer.org["id"]) == [(0,)]


def test_entras_group_schema_is_ignored(customer):
    body = group_body("Crew", schemas=[GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"])
    assert made(customer.client.post("/Groups", body))["schemas"] == [GROUP]


@pytest.mark.parametrize("path", ['members[display eq "Ann"]', 'members[$ref ew "{id}"]', 'members[type eq "User" and display sw "a"]'])
def test_a_path_finds_members_by_what_they_show(customer, path):
    ann, bob = customer.user(displayName="Ann"), customer.user(displayName="Bob")
    group = customer.group("Crew", [ann["id"], bob["id"]])
    change(customer, group, op("remove", path.replace("{id}", ann["id"])))
    assert member_ids(customer, group) == [bob["id"]]


def test_putting_back_what_was_read_keeps_the_ids_of_removed_users(customer):
    here, gone = customer.user(), customer.user("gone@example.com", externalId="g")
    group = customer.group("Crew", [here["id"]])
    assert customer.client.delete(f"/Users/{gone['id']}").status == 204
    change(customer, group, op("add", "members", [{"value": gone["id"]}]))
    read = customer.client.get(f"/Groups/{group['id']}").json
    assert [m["value"] for m in read["members"]] == [here["id"]]
    assert made(customer.client.put(f"/Groups/{group['id']}", read), 200)["meta"] == read["meta"]
    customer.user("gone@example.com", externalId="g")
    assert member_ids(customer, group) == sorted([here["id"], gone["id"]])


def test_thousands_of_members_are_removed_by_value_and_type(server, customer):
    users = fill_users(server, customer, 2500)
    group = customer.group("Crew", users)
    change(customer, group, *[op("remove", f'members[value eq "{u}" and type eq "User"]') for u in users[:2400]])
    change(customer, group, *[op("remove", f'members[type eq "Group" and value eq "{u}"]') for u in users[2400:]])
    assert member_ids(customer, group) == sorted(users[2400:])
