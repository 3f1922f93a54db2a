"""Values and messages of PATCH as clients write them: lenient applies or refuses them; no success is without effect."""
import json

import pytest
from helpers import BULK, ENTERPRISE, GROUP, PATCH_OP, USER, assert_error, digest, group_body, made, op, user_body

CORE_OP = "urn:ietf:params:scim:schemas:core:2.0:PatchOp"
MANAGER = f"{ENTERPRISE}:manager"


def patched(customer, user, *operations):
    return made(customer.client.patch(f"/Users/{user['id']}", *operations), 200)


def send(customer, group, *operations):
    return customer.client.patch(f"/Groups/{group['id']}", *operations)


def member_ids(customer, group):
    return sorted(m["value"] for m in made(customer.client.get(f"/Groups/{group['id']}"), 200).get("members", []))


@pytest.fixture
def crew(customer):
    """A group with three members."""
    ids = sorted(customer.user()["id"] for _ in range(3))
    return customer.group("Crew", ids), ids


# ---------------------------------------------------------------- brackets after one complex attribute
@pytest.mark.parametrize("operation, left", [
    (op("remove", MANAGER + '[value eq "{m}"]'), None), (op("remove", MANAGER + '[value eq "{m}"].value'), None),
    (op("remove", MANAGER + '[value eq "other"]'), "{m}"), (op("Replace", MANAGER + '[value eq "{m}"].value', "{n}"), "{n}"),
    (op("Replace", MANAGER + '[value eq "{m}"]', {"value": "{n}"}), "{n}"), (op("Replace", MANAGER + '[value eq "other"]', {"value": "{n}"}), "{m}"),
    (op("Add", MANAGER + '[value eq "{m}"]', "{n}"), "{n}"),
    (op("remove", "urn:ietf:params:SCIM:schemas:extension:enterprise:2.0:User:Manager[value eq '{m}']"), None)])
def test_brackets_behind_one_complex_attribute_choose_it_or_nothing(customer, operation, left):
    ids = {"{m}": customer.user()["id"], "{n}": customer.user()["id"]}

    def fill(x):
        return None if x is None else json.loads(json.dumps(x).replace("{m}", ids["{m}"]).replace("{n}", ids["{n}"]))
    user = customer.user(**{ENTERPRISE: {"manager": {"value": ids["{m}"]}}})
    after = patched(customer, user, fill(operation), op("replace", "active", False))
    assert after["active"] is False
    assert after.get(ENTERPRISE, {}).get("manager", {}).get("value") == fill(left)


def test_brackets_behind_a_name_or_nothing_at_all(customer, strict):
    user = customer.user(name={"givenName": "Kim", "familyName": "Reyes"})
    after = patched(customer, user, op("replace", 'name[givenName eq "kim"].familyName', "Ruiz"), op("replace", 'name[givenName eq "Bo"].familyName', "No"),
                    op("remove", MANAGER + '[value eq "x"]'))
    assert after["name"] == {"givenName": "Kim", "familyName": "Ruiz"} and ENTERPRISE not in after
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", 'title[value eq "x"]', "y")), 400, "invalidPath")
    assert_error(strict.client.patch(f"/Users/{strict.user()['id']}", op("remove", MANAGER + '[value eq "x"]')), 400, "invalidPath")


# ---------------------------------------------------------------- lists and what cannot be read in them
UNREADABLE = ["", {}, [{}], [{"userId": "{a}"}], [""], [None], [{"value": None}], [{"value": ""}], [{"display": "x"}], 5, [5], [True], [["{a}"]],
              [{"value": "{a}"}, {"userId": "{b}"}], [{"value": "{a}"}, None], "[{}]", "{\"userId\":\"{a}\"}", "[{\"value\":\"{a}\"}", "[{\"value\":\"{a}\",}]",
              "{'value':'{a}'}", ["[{\"value\":\"{a}\"}]"], [" {"], "[{\"value\":\"{a}\",\"VALUE\":\"{b}\"}]", {"members": [{"id": "{a}"}]},
              {"members": [{"value": "{a}"}], "other": 1}, {"value": {"value": "{a}"}}]


@pytest.mark.parametrize("kind", ["remove", "add", "replace"])
def test_a_member_that_cannot_be_read_is_400_and_nobody_moves(customer, crew, kind):
    group, ids = crew
    before = digest(customer.server, customer.org["id"])
    for value in UNREADABLE[kind != "remove":]:  # "" unassigns a list, like null
        value = json.loads(json.dumps(value).replace("{a}", ids[0]).replace("{b}", ids[1]))
        assert_error(send(customer, group, op(kind, "members", value)), 400, "invalidValue")
    assert digest(customer.server, customer.org["id"]) == before


def test_nobody_is_removed_from_an_empty_group_either_by_what_cannot_be_read(customer):
    assert_error(send(customer, customer.group("Empty"), op("remove", "members", [{"userId": "x"}])), 400, "invalidValue")


WRITTEN = [{"members": [{"value": "{a}"}]}, {"Members": "{a}"}, "{\"members\":[{\"value\":\"{a}\"}]}", "[{\"value\":\"{a}\"}]", "[\"{a}\"]",
           " \n[{\"value\":\"{a}\"}]\r\n", "\t{\"value\":\"{a}\"}",
           "{\"value\":\"{a}\"}", ["{\"value\":\"{a}\"}"], "{a}", ["{a}"], {"value": "{a}"}, [{"value": "{a}", "$ref": None}],
           [{"$ref": "https://x.example/scim/v2/Users/{a}"}]]


def test_a_member_is_removed_however_it_is_written(customer, crew):
    group, ids = crew
    for value in WRITTEN:
        value = json.loads(json.dumps(value).replace("{a}", ids[0]))
        for kind, left in (("remove", ids[1:]), ("add", ids), ("replace", ids[:1])):
            assert send(customer, group, op(kind, "members", value)).status in (200, 204), (value, kind, left)
            assert member_ids(customer, group) == left, (kind, value)
        assert send(customer, group, op("add", "members", ids[1:])).status in (200, 204), value


def test_a_list_of_nobody_removes_nobody_in_both_dialects(customer, strict, crew):
    group, ids = crew
    for value in ([], "[]", {"members": []}):
        assert send(customer, group, op("Remove", "members", value)).status in (200, 204), value
        assert member_ids(customer, group) == ids, value
    assert send(customer, group, op("remove", "members", None)).status in (200, 204)
    assert member_ids(customer, group) == []
    mine = strict.group("Mine", [strict.user()["id"]])
    assert made(send(strict, mine, op("remove", "members", [])), 200)["members"] == mine["members"]
    user = strict.user(emails=[{"value": "a@example.com"}])
    assert patched(strict, user, op("remove", "emails", []))["emails"] == [{"value": "a@example.com"}]


@pytest.mark.parametrize("value", [[{"bogus": 1}], {"mail": "x"}, [{}], "", [None], [{"value": None}], [5], [[]], [{"type": "work"}, {"bogus": 1}]],
                         ids=json.dumps)
def test_what_says_nothing_removes_no_other_value_either(customer, value):
    user = customer.user(phoneNumbers=[{"value": "1", "type": "work"}])
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("remove", "phoneNumbers", value)), 400, "invalidValue")
    assert made(customer.client.get(f"/Users/{user['id']}"), 200)["meta"]["version"] == user["meta"]["version"]


def test_an_object_without_a_known_part_is_no_value(customer):
    user = customer.user(phoneNumbers=[{"value": "1", "type": "work"}])
    for operation in (op("add", "phoneNumbers", [{"number": "2"}]), op("replace", "phoneNumbers", {"number": "2"}),
                      op("replace", 'phoneNumbers[type eq "work"]', {"number": "2"}),
                      op("replace", value={"phoneNumbers": [{"value": "2"}, {"number": "3"}]})):
        assert_error(customer.client.patch(f"/Users/{user['id']}", operation), 400, "invalidValue")
    assert patched(customer, user, op("add", "phoneNumbers", {"phoneNumbers": [{"value": "2"}]}))["phoneNumbers"][1] == {"value": "2"}


def test_a_list_is_a_list_in_strict(strict):
    user = strict.user(emails=[{"value": "a@example.com"}])
    group = strict.group("G", [user["id"]])
    for path, operation in ((f"/Users/{user['id']}", op("replace", "emails", {"value": "b@example.com"})),
                            (f"/Users/{user['id']}", op("replace", "emails", "b@example.com")),
                            (f"/Users/{user['id']}", op("replace", value={"emails": {"value": "b@example.com"}})),
                            (f"/Groups/{group['id']}", op("remove", "members", {"value": user["id"]})),
                            (f"/Groups/{group['id']}", op("replace", "members", user["id"]))):
        assert_error(strict.client.patch(path, operation), 400, "invalidValue")
    for emails in ({"value": "c@example.com"}, "c@example.com"):
        assert_error(strict.client.post("/Users", {"schemas": user["schemas"], "userName": "list", "emails": emails}), 400, "invalidValue")


# ---------------------------------------------------------------- wrapped single values
@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: {"value": v}, lambda v: {"VALUE": v, "type": "work"}, lambda v: [{"$ref": None, "value": v}]],
                         ids=range(4))
def test_a_wrapped_single_value_is_that_value_wherever_it_stands(customer, strict, wrap):
    body = user_body(active=wrap("False"), title=wrap("Chief"), externalId=wrap(7), name={"givenName": wrap("Ada"), "familyName": wrap(None)},
                     **{ENTERPRISE: {"department": wrap("D"), "manager": {"value": wrap("me")}}})
    new = made(customer.client.post("/Users", body))
    user = customer.user()
    put = made(customer.client.put(f"/Users/{user['id']}", dict(body, userName=wrap(user["userName"]), emails=user["emails"], externalId=wrap("8"))), 200)
    for after in new, put:
        assert (after["active"], after["title"], after["name"]) == (False, "Chief", {"givenName": "Ada"}), after
        assert after[ENTERPRISE] == {"department": "D", "manager": {"value": "me"}}, after
        assert customer.server.sql("select m.status from muster.member m join muster.scim_user u on u.member_id = m.id where u.id = %s",
                                   after["id"]) == [("deactivated",)], after
    assert patched(customer, user, op("replace", "name", {"givenName": wrap("Eve")}), op("replace", "title", wrap(None)))["name"] == {"givenName": "Eve"}
    assert "title" not in customer.client.get(f"/Users/{user['id']}").json
    assert made(customer.client.post("/Groups", group_body(displayName=wrap("Wrapped"))))["displayName"] == "Wrapped"
    assert_error(strict.client.post("/Users", user_body(title=wrap("Chief"))), 400, "invalidValue", "title")


def test_the_path_of_a_wrapped_value_is_that_of_the_value_and_a_blank_path_is_none(customer, strict):
    user = customer.user(active=True)
    after = patched(customer, user, op("replace", f"{USER}:Active.Value", "False"), op("add", "name.givenName.value", "Ada"),
                    op("replace", " ", {"title": "Gone"}))
    assert (after["active"], after["name"], after["title"]) == (False, {"givenName": "Ada"}, "Gone")
    put = made(customer.client.put(f"/Users/{user['id']}", user_body(user["userName"], **{"active.value": "True"})), 200)
    assert put["active"] is True
    for path in ("active.value", ""):
        assert_error(strict.client.patch(f"/Users/{strict.user()['id']}", op("replace", path, False)), 400, "invalidPath")


@pytest.mark.parametrize("value", [[], [True, False], [[{"value": [False]}]], {"other": False}], ids=json.dumps)
def test_what_is_wrapped_otherwise_is_no_boolean(customer, value):
    user = customer.user()
    answer = customer.client.put(f"/Users/{user['id']}", user_body(user["userName"], active=value))
    if value:
        assert_error(answer, 400, "invalidValue", "active must be true or false")
    assert customer.client.get(f"/Users/{user['id']}").json["active"] is True


# ---------------------------------------------------------------- JSON as text
def test_json_as_text_is_read_one_level_deep(customer):
    user = customer.user()
    boss = customer.user()["id"]
    after = patched(customer, user, op("replace", value=json.dumps({"displayName": "Kim", "name": {"givenName": "K"},
                                                                    "emails": [{"value": user["userName"], "type": "home"}]})),
                    op("add", "phoneNumbers", json.dumps([{"value": "1"}, {"value": "2"}])), op("replace", "name", json.dumps({"familyName": "R"})),
                    op("add", ENTERPRISE, json.dumps({"department": "D"})), op("add", 'addresses[type eq "work"]', json.dumps({"locality": "Rome"})),
                    op("add", value={MANAGER: json.dumps({"value": boss}), "roles": "[{\"value\":\"admin\"}]"}))
    assert (after["displayName"], after["name"], after["emails"]) == ("Kim", {"givenName": "K", "familyName": "R"},
                                                                      [{"value": user["userName"], "type": "home"}])
    assert after["phoneNumbers"] == [{"value": "1"}, {"value": "2"}] and after["roles"] == [{"value": "admin"}]
    assert after[ENTERPRISE]["department"] == "D" and after[ENTERPRISE]["manager"]["value"] == boss
    assert after["addresses"] == [{"type": "work", "locality": "Rome"}]
    made_so = customer.user(emails=json.dumps([{"value": "text@example.com"}]), **{ENTERPRISE: json.dumps({"costCenter": "7"})})
    assert made_so["emails"] == [{"value": "text@example.com"}] and made_so[ENTERPRISE] == {"costCenter": "7"}


@pytest.mark.parametrize("text", ["{\"givenName\":\"a\",\"GIVENNAME\":\"b\"}", "{\"givenName\":" + "[" * 40 + "]" * 40 + "}", "{\"givenName\":\"\\u0000\"}",
                                  "{\"givenName\":\"a\"} x", "{\"givenName\":", "[1,2]"], ids=range(6))
def test_text_that_is_no_json_of_ours_stays_text(customer, text):
    user = customer.user(title="[draft] {x}")
    assert user["title"] == "[draft] {x}"
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", "name", text)), 400, "invalidValue")
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", value=text)), 400, "invalidValue")
    assert patched(customer, user, op("replace", "title", text.replace("\\u0000", "0")))["title"] == text.replace("\\u0000", "0")


def test_text_inside_text_stays_text_and_strict_reads_none(customer, strict):
    user = customer.user()
    inner = json.dumps({"name": json.dumps({"givenName": "K"})})
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", value=inner)), 400, "invalidValue")
    mine = strict.user()
    for operation in (op("replace", value=json.dumps({"title": "x"})), op("replace", "name", json.dumps({"givenName": "x"})),
                      op("replace", "phoneNumbers", "[]")):
        assert_error(strict.client.patch(f"/Users/{mine['id']}", operation), 400, "invalidValue")


# ---------------------------------------------------------------- the message
@pytest.mark.parametrize("schemas", [[], [CORE_OP], ["urn:x:y:patchop"], None])
def test_a_patch_may_name_its_schema_as_it_likes_in_lenient(customer, strict, schemas):
    body = {"schemas": schemas, "Operations": [op("replace", "title", "Lead")]}
    assert made(customer.client.request("PATCH", f"/Users/{customer.user()['id']}", body), 200)["title"] == "Lead"
    assert_error(strict.client.request("PATCH", f"/Users/{strict.user()['id']}", body), 400, "invalidSyntax")


def test_another_message_is_no_patch(customer):
    for schemas in (["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], ["PatchOp"], "PatchOp", [5]):
        body = {"schemas": schemas, "Operations": [op("replace", "title", "Lead")]}
        assert_error(customer.client.request("PATCH", f"/Users/{customer.user()['id']}", body), 400, "invalidSyntax")


def test_no_operations_change_nothing_in_lenient(customer, strict):
    body, user, group = {"schemas": [PATCH_OP], "Operations": []}, customer.user(), customer.group("G")
    assert made(customer.client.request("PATCH", f"/Users/{user['id']}", body), 200)["meta"]["version"] == user["meta"]["version"]
    assert customer.client.request("PATCH", f"/Groups/{group['id']}", body).status in (200, 204)
    assert_error(customer.client.request("PATCH", f"/Users/{user['id']}", {"schemas": [PATCH_OP]}), 400, "invalidSyntax")
    assert_error(strict.client.request("PATCH", f"/Users/{strict.user()['id']}", body), 400, "invalidSyntax")


def test_fail_on_errors_zero_is_not_given_in_lenient(customer, strict):
    operations = [{"method": "DELETE", "path": "/Users/nobody"}, {"method": "DELETE", "path": "/Users/nobody"}]
    body = {"schemas": [BULK], "failOnErrors": 0, "Operations": operations}
    assert len(made(customer.client.post("/Bulk", body), 200)["Operations"]) == 2
    assert_error(strict.client.post("/Bulk", body), 400, "invalidValue")
    assert_error(customer.client.post("/Bulk", {**body, "failOnErrors": -1}), 400, "invalidValue")


# ---------------------------------------------------------------- values
def test_replace_makes_a_value_of_any_type(customer, strict):
    user = customer.user("me@example.com")
    after = patched(customer, user, op("Replace", 'emails[type eq "alias"].value', "al@example.com"))
    assert {"type": "alias", "value": "al@example.com"} in after["emails"]
    assert_error(strict.client.patch(f"/Users/{strict.user()['id']}", op("Replace", 'emails[type eq "alias"].value', "al@example.com")), 400, "noTarget")


@pytest.mark.parametrize("path", ['phoneNumbers[type eq "mobile"].value', 'phoneNumbers[type eq "mobile"]', 'phoneNumbers[type co "mob"].value',
                                  'phoneNumbers[not (type pr)]'])
@pytest.mark.parametrize("value", [None, ""])
def test_clearing_a_value_that_is_not_there_changes_nothing(customer, path, value):
    user = customer.user()
    assert patched(customer, user, op("replace", path, value))["meta"]["version"] == user["meta"]["version"]


@pytest.mark.parametrize("operation", [op("Replace", 'phoneNumbers[type eq "mobile"].value', ""), op("Replace", 'phoneNumbers[type eq "mobile"].value', None),
                                       op("Replace", 'phoneNumbers[type eq "mobile"].value', []), op("remove", 'phoneNumbers[type eq "mobile"].value'),
                                       op("Replace", 'phoneNumbers[type eq "mobile"]', {"type": "mobile", "value": ""}),
                                       op("Replace", 'phoneNumbers[type eq "mobile"]', None),
                                       op("add", 'phoneNumbers[type eq "mobile"]', {"value": None, "type": "mobile"}),
                                       op("Replace", "phoneNumbers", [{"type": "mobile", "value": None}]),
                                       op("remove", "phoneNumbers.value"), op("replace", "phoneNumbers.value", None)])
def test_a_cleared_value_leaves_no_shell(customer, operation):
    user = customer.user(phoneNumbers=[{"type": "mobile", "value": "1", "primary": True, "display": "M"}])
    assert "phoneNumbers" not in patched(customer, user, operation)


def test_what_has_more_than_a_kind_is_no_shell(customer, strict):
    user = customer.user(addresses=[{"type": "work", "locality": "Rome", "country": "IT"}], phoneNumbers=[{"type": "mobile"}])
    assert user["phoneNumbers"] == [{"type": "mobile"}]  # sent so
    after = patched(customer, user, op("replace", 'addresses[type eq "work"].locality', ""), op("add", "phoneNumbers", [{"value": "1", "type": "work"}]))
    assert after["addresses"] == [{"type": "work", "country": "IT"}] and {"type": "mobile"} in after["phoneNumbers"]
    assert "addresses" not in patched(customer, user, op("replace", 'addresses[type eq "work"].country', None))
    mine = strict.user(phoneNumbers=[{"type": "mobile", "value": "1"}])
    assert patched(strict, mine, op("remove", 'phoneNumbers[type eq "mobile"].value'))["phoneNumbers"] == [{"type": "mobile"}]


def test_a_number_is_its_text_where_a_string_is_needed(customer, strict):
    user = customer.user(externalId=157663, title=1.5, **{ENTERPRISE: {"employeeNumber": 1234}})
    assert (user["externalId"], user["title"], user[ENTERPRISE]["employeeNumber"]) == ("157663", "1.5", "1234")
    after = patched(customer, user, op("replace", 'phoneNumbers[type eq "work"].value', 5551234), op("replace", "externalId", 157664))
    assert after["phoneNumbers"] == [{"type": "work", "value": "5551234"}] and after["externalId"] == "157664"
    assert customer.client.find("Users", "externalId eq 157664").json["totalResults"] == 1
    assert customer.client.find("Users", f"{ENTERPRISE}:employeeNumber eq 1234").json["totalResults"] == 1
    assert customer.group(externalId=7)["externalId"] == "7"
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", "title", True)), 400, "invalidValue")
    assert_error(strict.client.patch(f"/Users/{strict.user()['id']}", op("replace", "title", 5)), 400, "invalidValue")


@pytest.mark.parametrize("number", ["-0", "-0.0", "1.50", "1e2", "-7"])
def test_a_number_as_text_is_found_as_it_was_sent(customer, number):
    user = made(customer.client.post("/Users", json.dumps(user_body(externalId="?")).replace('"?"', number)))
    assert [u["id"] for u in customer.client.find("Users", f"externalId eq {number}").json["Resources"]] == [user["id"]]


def test_an_empty_list_is_no_value(customer):
    user = customer.user(title=[], name=[], displayName="D", nickName="N")
    assert "title" not in user and "name" not in user
    after = patched(customer, user, op("Replace", "displayName", []), op("Replace", value={"nickName": [], MANAGER: []}))
    assert "displayName" not in after and "nickName" not in after


def test_an_array_of_one_stands_for_the_value_of_a_value_path(customer):
    user = customer.user(addresses=[{"type": "work", "locality": "Rome"}])
    after = patched(customer, user, op("replace", 'addresses[type eq "work"]', [{"type": "work", "locality": "Oslo"}]),
                    op("add", 'phoneNumbers[type eq "work"]', [{"value": "1"}]),
                    op("replace", 'phoneNumbers[type eq "work"].display', ["x"]))
    assert after["addresses"] == [{"type": "work", "locality": "Oslo"}] and after["phoneNumbers"] == [{"type": "work", "value": "1", "display": "x"}]


def test_of_two_primaries_the_first_stays_so_in_lenient(customer, strict):
    two = [{"value": "1", "primary": True}, {"value": "2", "primary": "True"}]
    first = [{"value": "1", "primary": True}, {"value": "2", "primary": False}]
    user = customer.user(phoneNumbers=two)
    assert user["phoneNumbers"] == first
    assert patched(customer, user, op("add", "ims", two), op("replace", "roles", two))["ims"] == first
    for operation in (op("add", "ims", two), op("replace", value={"ims": two})):
        assert_error(strict.client.patch(f"/Users/{strict.user()['id']}", operation), 400, "invalidValue")


# ---------------------------------------------------------------- literals in single quotes
def test_single_quotes_are_quotes_in_lenient(customer, strict, crew):
    group, ids = crew
    user = customer.user(userName="o'neil d'x", emails=[{"value": "o'neil@example.com"}], displayName="Kim (the 1st]", title="A'KELAH", active=True)
    for text in ("userName eq 'o'neil d'x'", "displayName eq 'kim (the 1st]'", "title eq A'KELAH", "(title eq 'A'KELAH')",
                 "active eq 'True' and title eq 'a'kelah'",
                 "userName sw 'o'neil d' and not (title eq '')", "emails[value eq 'o'neil@example.com'] and title co 'KEL'",
                 "meta.created gt '2020-01-01T00:00:00Z' and title pr and title ew 'LAH'"):
        answer = customer.client.find("Users", text)
        assert [u["id"] for u in made(answer, 200)["Resources"]] == [user["id"]], text
    for text in ("userName eq 'x", "'x'"):
        found = customer.client.find("Users", text)
        assert found.status == 400 or found.json["totalResults"] == 0, text
    assert_error(strict.client.find("Users", "userName eq 'x'"), 400, "invalidFilter")
    assert send(customer, group, op("remove", f"members[value eq '{ids[0]}']")).status in (200, 204)
    assert member_ids(customer, group) == ids[1:]
    assert patched(customer, user, op("replace", "phoneNumbers[type eq 'my work'].value", "1"))["phoneNumbers"] == [{"type": "my work", "value": "1"}]


def test_the_base_schema_may_hold_its_attributes_as_an_extension_does(customer, strict):
    for t in (customer, strict):
        user, other = t.user(active=True), t.user()
        after = made(t.client.patch(f"/Users/{user['id']}", op("replace", value={USER: {"title": "Gone", "active": False}})), 200)
        assert after["title"] == "Gone" and after["active"] is False and t.client.get(f"/Users/{user['id']}").json == after, t
        assert_error(t.client.patch(f"/Users/{other['id']}", op("replace", value={USER: False})), 400, "invalidValue", "must be an object")
        group = t.group(None, [user["id"]])
        made(t.client.patch(f"/Groups/{group['id']}", op("add", value={GROUP: {"members": [{"value": other["id"]}]}})), 200)
        assert {m["value"] for m in t.client.get(f"/Groups/{group['id']}").json["members"]} == {user["id"], other["id"]}, t


def test_the_base_schema_is_the_path_of_the_whole_resource_in_lenient(customer, strict):
    user, group = customer.user(active=True), customer.group()
    after = patched(customer, user, op("Replace", f" {USER.upper()}", {"title": "Gone", "name.givenName": "Ada", ENTERPRISE: {"department": "D"}}),
                    op("add", USER, json.dumps({"active": "False"})))
    assert (after["active"], after["title"], after["name"], after[ENTERPRISE]) == (False, "Gone", {"givenName": "Ada"}, {"department": "D"})
    assert made(send(customer, group, op("replace", GROUP, {"displayName": "Whole", "members": [{"value": user["id"]}]})), 200)["displayName"] == "Whole"
    assert member_ids(customer, group) == [user["id"]]
    stays = f"/Users/{customer.user()['id']}"
    for value in (False, None, [5], "x"):
        assert_error(customer.client.patch(stays, op("replace", USER, value)), 400, "invalidValue", "must be an object")
    assert_error(customer.client.patch(stays, op("remove", USER)), 400, "invalidPath")
    assert_error(strict.client.patch(f"/Users/{strict.user()['id']}", op("replace", USER, {"active": False})), 400, "invalidPath")


def test_the_base_schema_may_hold_attributes_in_a_whole_resource_too(customer, strict):
    for t in (customer, strict):
        user = t.user(active=True)
        body = {"schemas": [USER], "userName": user["userName"], "emails": user["emails"], USER: {"title": "Gone", "active": False}}
        after = made(t.client.put(f"/Users/{user['id']}", body), 200)
        assert after["title"] == "Gone" and after["active"] is False and t.client.get(f"/Users/{user['id']}").json == after, t


@pytest.mark.parametrize("operation", [
    op("remove", "photos", [{"type": "photo", "value": ""}]), op("remove", "emails", [{"type": "work", "value": None}]),
    op("add", 'x509Certificates[primary eq false]', {"bogus": 1}), op("add", 'emails[type eq "other"]', {"bogus": 1})])
def test_a_value_that_says_nothing_is_refused_and_changes_nothing(customer, operation):
    user = customer.user(photos=[{"type": "photo", "value": "https://example.com/a.png"}])
    assert_error(customer.client.patch(f"/Users/{user['id']}", operation), 400, "invalidValue")
    assert made(customer.client.get(f"/Users/{user['id']}"), 200) == user
