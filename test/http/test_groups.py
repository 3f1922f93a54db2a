"""Groups and the teams they make."""
import random

import pytest
from helpers import GROUP, assert_error, digest, fill_users, group_body, made, op, unique

NOBODY = "01a20db4-3e9d-72d7-82e9-f673093deb64"


def member_ids(tenant, group):
    return sorted(m["value"] for m in tenant.client.get(f"/Groups/{group['id']}").json.get("members", []))


def change(tenant, group, *operations):
    answer = tenant.client.patch(f"/Groups/{group['id']}", *operations)
    assert answer.status in (200, 204), answer
    return answer


def test_a_new_group_is_a_new_team(tenant):
    user = tenant.user("x@example.com", displayName="X")
    group = tenant.group("Crew", [user["id"]])
    assert group["members"] == [{"value": user["id"], "$ref": user["meta"]["location"], "type": "User", "display": "X"}]
    assert tenant.people("Crew") == ["x@example.com"]
    assert tenant.actions(group["id"]) == ["scim.group.created", "scim.group.member_added"]
    assert made(tenant.client.get(f"/Groups/{group['id']}"), 200) == group


def test_a_member_is_made_from_the_filter_and_what_is_given(tenant):
    users, group = [tenant.user()["id"] for _ in range(4)], tenant.group("Crew")
    change(tenant, group, op("add", 'members[type eq "User"].value', users[3]))
    change(tenant, group, op("add", f'members[value eq "{users[0]}"]', {"type": "User"}),
           op("add", f'members[value eq "{users[1]}"]', {"VALUE": users[1], "type": None}),
           op("add", f'members[value eq "{users[2]}" and type eq "User"]', {"display": "D", "value": ""}))
    assert member_ids(tenant, group) == sorted(users)
    for value in ({}, {"type": None}, "", None, 5, {"type": 5}, {"type": {}}):
        assert_error(tenant.client.patch(f"/Groups/{group['id']}", op("add", f'members[value eq "{NOBODY}"]', value)), 400, "invalidValue")
    for path, value in (('members[type eq "Group"]', {"display": "x"}), ('members[type eq "Group"].$ref', "x"),
                        (f'members[value eq "{NOBODY}"]', {"type": "User"})):
        assert_error(tenant.client.patch(f"/Groups/{group['id']}", op("add", path, value)), 400, "invalidValue")
    assert member_ids(tenant, group) == sorted(users)


def test_group_names_are_unique_without_case(tenant):
    tenant.group("Crew")
    assert_error(tenant.client.post("/Groups", group_body("CREW")), 409, "uniqueness")
    other = tenant.group("Other")
    assert_error(tenant.client.patch(f"/Groups/{other['id']}", op("replace", "displayName", "crew")), 409, "uniqueness")
    change(tenant, other, op("replace", value={"id": other["id"], "displayName": "OTHER"}))


def test_group_names_any(server):
    t = server.tenant(group_names="any")
    assert t.group("Crew")["id"] != t.group("Crew")["id"]


def test_a_team_is_never_merged_into_by_accident(tenant):
    tenant.server.muster("team", "add", "Crew", "--org", tenant.slug)
    other, third = tenant.second(), tenant.second()
    for t in (tenant, other, third):
        t.group("CREW")
    assert [t["name"] for t in tenant.teams()] == ["Crew", "CREW (SCIM 2)", "CREW (SCIM 3)", "CREW (SCIM)"] or \
        sorted(t["name"] for t in tenant.teams()) == ["CREW (SCIM 2)", "CREW (SCIM 3)", "CREW (SCIM)", "Crew"]


def test_renaming_changes_the_group_not_the_team(tenant):
    group = tenant.group("Crew")
    change(tenant, group, op("replace", "displayName", "Gang"))
    assert tenant.client.get(f"/Groups/{group['id']}").json["displayName"] == "Gang"
    assert [t["name"] for t in tenant.teams()] == ["Crew"]
    assert tenant.actions(group["id"])[-1] == "scim.group.updated"


def test_deleting_a_group_keeps_the_team_with_its_people(tenant):
    user = tenant.user("x@example.com")
    group = tenant.group("Crew", [user["id"]])
    assert tenant.client.delete(f"/Groups/{group['id']}").status == 204
    assert_error(tenant.client.get(f"/Groups/{group['id']}"), 404)
    assert tenant.people("Crew") == ["x@example.com"]
    assert tenant.actions(group["id"])[-1] == "scim.group.deleted"
    tenant.client.patch(f"/Users/{user['id']}", op("replace", "active", False))
    assert tenant.people("Crew") == []
    tenant.client.patch(f"/Users/{user['id']}", op("replace", "active", True))
    assert tenant.people("Crew") == ["x@example.com"]


@pytest.mark.parametrize("add, remove", [
    (lambda i: op("add", "members", [{"value": i}]), lambda i: op("remove", f'members[value eq "{i}"]')),
    (lambda i: op("Add", "members", [{"$ref": None, "value": i}]), lambda i: op("Remove", "members", [{"$ref": None, "value": i}])),
    (lambda i: op("add", "members", {"value": i, "display": "who"}), lambda i: op("remove", "members", {"value": i})),
    (lambda i: op("add", value={"members": [{"value": i}]}), lambda i: op("remove", f'members[value eq "{i}" or value eq "x"]')),
    (lambda i: op("add", "members", [i]), lambda i: op("remove", "members", [i]))])
def test_members_come_and_go_and_twice_is_no_error(tenant, add, remove):
    stays, user = tenant.user(), tenant.user("x@example.com")
    group = tenant.group("Crew", [stays["id"]])
    first = change(tenant, group, add(user["id"]))
    again = change(tenant, group, add(user["id"]))
    assert first.header("ETag") == again.header("ETag") == 'W/"2"'
    assert member_ids(tenant, group) == sorted([stays["id"], user["id"]]) and "x@example.com" in tenant.people("Crew")
    first = change(tenant, group, remove(user["id"]))
    again = change(tenant, group, remove(user["id"]))
    assert first.header("ETag") == again.header("ETag") == 'W/"3"'
    assert member_ids(tenant, group) == [stays["id"]] and "x@example.com" not in tenant.people("Crew")
    assert tenant.actions(group["id"])[2:] == ["scim.group.member_added", "scim.group.member_removed"]


KINDS = {
    "add": lambda m: op("add", "members", [{"value": m}]),
    "remove": lambda m: op("remove", f'members[value eq "{m}"]'),
    "Remove": lambda m: op("Remove", "members", [{"$ref": None, "value": m}]),
    "either": lambda m: op("remove", f'members[value eq "{m}" or value eq "{NOBODY}"]'),
}


def test_thousands_of_operations_on_members_apply_in_order(server):
    """In linear time: a request that takes the square of it is given up."""
    t = server.tenant()
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
def test_a_group_can_be_emptied(tenant, operation):
    group = tenant.group("Crew", [tenant.user()["id"], tenant.user()["id"]])
    change(tenant, group, operation)
    assert member_ids(tenant, group) == [] and tenant.people("Crew") == []
    assert tenant.actions(group["id"]).count("scim.group.member_removed") == 2


def test_members_can_be_replaced(tenant):
    a, b, c = (tenant.user(f"{x}@example.com") for x in "abc")
    group = tenant.group("Crew", [a["id"], b["id"]])
    change(tenant, group, op("replace", "members", [{"value": b["id"]}, {"value": c["id"]}]))
    assert tenant.people("Crew") == ["b@example.com", "c@example.com"]
    made(tenant.client.put(f"/Groups/{group['id']}", group_body("Crew", [a["id"]])), 200)
    assert tenant.people("Crew") == ["a@example.com"]


def test_an_unknown_member_is_400_and_nothing_is_applied(tenant):
    user = tenant.user()
    group = tenant.group("Crew")
    before = digest(tenant.server, tenant.org["id"])
    for id in (NOBODY, "nobody", tenant.connection["id"]):
        assert_error(tenant.client.patch(f"/Groups/{group['id']}", op("add", "members", [{"value": user["id"]}, {"value": id}])), 400, "invalidValue")
        assert_error(tenant.client.post("/Groups", group_body(unique(), [id])), 400, "invalidValue")
        assert_error(tenant.client.put(f"/Groups/{group['id']}", group_body("Crew", [id])), 400, "invalidValue")
    assert digest(tenant.server, tenant.org["id"]) == before


def test_unknown_members_skip(server):
    t = server.tenant(unknown_members="skip")
    user = t.user()
    group = t.group("Crew", [user["id"], NOBODY])
    assert member_ids(t, group) == [user["id"]]
    change(t, group, op("add", "members", [{"value": "gone"}]))
    assert member_ids(t, group) == [user["id"]]
    data = server.sql("select data from muster.audit_event where target_id = %s order by at", group["id"])
    assert [d[0]["skipped_members"] for d in data if "skipped_members" in d[0]] == [[NOBODY], ["gone"]]


def test_members_of_another_connection_are_unknown(tenant):
    other = tenant.second()
    stranger = other.user()
    assert_error(tenant.client.post("/Groups", group_body(unique(), [stranger["id"]])), 400, "invalidValue")


def test_a_removed_users_id_is_stored_not_shown_and_counts_from_its_revival(tenant):
    user = tenant.user("x@example.com")
    tenant.client.delete(f"/Users/{user['id']}")
    group = tenant.group("Crew", [user["id"]])
    assert member_ids(tenant, group) == [] and tenant.people("Crew") == []
    assert tenant.user("x@example.com")["id"] == user["id"]
    assert member_ids(tenant, group) == [user["id"]] and tenant.people("Crew") == ["x@example.com"]


def test_an_inactive_member_counts_from_its_reactivation(tenant):
    user = tenant.user("x@example.com", active=False)
    group = tenant.group("Crew", [user["id"]])
    assert member_ids(tenant, group) == [user["id"]] and tenant.people("Crew") == []
    tenant.client.patch(f"/Users/{user['id']}", op("replace", "active", "True"))
    assert tenant.people("Crew") == ["x@example.com"]


def test_a_patch_answers_with_the_group_unless_it_has_many_members(tenant, strict):
    others = fill_users(tenant.server, tenant, 100)
    user = tenant.user(displayName="X")
    group = tenant.group("Crew")
    path = f"/Groups/{group['id']}"
    seen = made(change(tenant, group, op("add", "members", [{"value": user["id"]}])), 200)
    assert seen["members"][0]["display"] == "X" and seen == tenant.client.get(path).json

    def status(*operations, query="", client=tenant.client):
        answer = client.patch(path + query, *operations)
        assert answer.header("ETag").startswith('W/"') and bool(answer.raw) == (answer.status == 200)
        return answer.status
    assert status(op("add", "members", [{"value": i} for i in others[:99]])) == 200
    assert len(tenant.client.get(path).json["members"]) == 100
    assert status(op("add", "members", [{"value": others[99]}])) == 204
    assert status(op("replace", "externalId", "e")) == 204
    for query in ("?excludedAttributes=members", "?attributes=displayName", "?attributes=members"):
        assert status(op("replace", "externalId", query), query=query) == 200
    assert status(op("remove", "members", [{"value": others[99]}])) == 200
    assert status(op("replace", "members", [])) == 200
    mine = strict.group("Crew")
    member = strict.user()
    body = made(strict.client.patch(f"/Groups/{mine['id']}", op("add", "members", [{"value": member["id"]}])), 200)
    assert [m["value"] for m in body["members"]] == [member["id"]] and body["meta"]["version"] == 'W/"2"'
    other = tenant.server.tenant(dialect="strict")
    many, mine = fill_users(other.server, other, 101), other.group("Many")
    assert len(made(other.client.patch(f"/Groups/{mine['id']}", op("replace", "members", [{"value": i} for i in many])), 200)["members"]) == 101


@pytest.mark.parametrize("body", [{"displayName": ...}, {"displayName": ""}, {"displayName": " "}, {"displayName": {}}, {"members": 5},
                                  {"members": [{"display": "x"}]}, {"members": [{}]}, {"members": [None]}, {"members": [""]}])
def test_a_wrong_group_is_400(tenant, body):
    body = {k: v for k, v in group_body(**body).items() if v is not ...}
    assert_error(tenant.client.post("/Groups", body), 400, "invalidValue")
    assert tenant.teams() == []


def test_one_request_may_carry_ten_thousand_members(tenant):
    ids = fill_users(tenant.server, tenant, 10000)
    group = tenant.group("Crew")
    change(tenant, group, op("add", "members", [{"value": i} for i in ids]))
    assert tenant.server.sql("select member_count from muster.scim_group where id = %s", group["id"]) == [(10000,)]
    assert tenant.server.sql("select count(*) from muster.team_member where organization_id = %s", tenant.org["id"]) == [(10000,)]
    change(tenant, group, op("remove", "members", [{"value": i} for i in ids]))
    assert tenant.server.sql("select count(*) from muster.team_member where organization_id = %s", tenant.org["id"]) == [(0,)]


def test_entras_group_schema_is_ignored(tenant):
    body = group_body("Crew", schemas=[GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"])
    assert made(tenant.client.post("/Groups", body))["schemas"] == [GROUP]


@pytest.mark.parametrize("path", ['members[display eq "Ann"]', 'members[$ref ew "{id}"]', 'members[type eq "User" and display sw "a"]'])
def test_a_path_finds_members_by_what_they_show(tenant, path):
    ann, bob = tenant.user(displayName="Ann"), tenant.user(displayName="Bob")
    group = tenant.group("Crew", [ann["id"], bob["id"]])
    change(tenant, group, op("remove", path.replace("{id}", ann["id"])))
    assert member_ids(tenant, group) == [bob["id"]]


def test_putting_back_what_was_read_keeps_the_ids_of_removed_users(tenant):
    here, gone = tenant.user(), tenant.user("gone@example.com", externalId="g")
    group = tenant.group("Crew", [here["id"]])
    assert tenant.client.delete(f"/Users/{gone['id']}").status == 204
    change(tenant, group, op("add", "members", [{"value": gone["id"]}]))
    read = tenant.client.get(f"/Groups/{group['id']}").json
    assert [m["value"] for m in read["members"]] == [here["id"]]
    assert made(tenant.client.put(f"/Groups/{group['id']}", read), 200)["meta"] == read["meta"]
    tenant.user("gone@example.com", externalId="g")
    assert member_ids(tenant, group) == sorted([here["id"], gone["id"]])


def test_thousands_of_members_are_removed_by_value_and_type(server, tenant):
    users = fill_users(server, tenant, 2500)
    group = tenant.group("Crew", users)
    change(tenant, group, *[op("remove", f'members[value eq "{u}" and type eq "User"]') for u in users[:2400]])
    change(tenant, group, *[op("remove", f'members[type eq "Group" and value eq "{u}"]') for u in users[2400:]])
    assert member_ids(tenant, group) == sorted(users[2400:])
