"""PUT and PATCH of users: immutable identity, active, and what else changes."""
import pytest
from helpers import ENTERPRISE, assert_error, digest, made, op, user_body


def patched(customer, user, *operations):
    return made(customer.client.patch(f"/Users/{user['id']}", *operations), 200)


@pytest.mark.parametrize("operation", [
    op("replace", "userName", "other@example.com"), op("replace", value={"userName": "other@example.com"}),
    op("Replace", "emails[type eq \"work\"].value", "other@example.com"), op("replace", "emails", [{"value": "other@example.com"}]),
    op("remove", "emails[type eq \"work\"]")])
def test_identity_is_immutable(customer, operation):
    user = customer.user("me@example.com", emails=[{"value": "work@example.com", "type": "work"}])
    before = digest(customer.server, customer.org["id"])
    answer = customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "Boss"), operation)
    body = assert_error(answer, 400, "mutability")
    assert body["detail"] in ("userName is immutable via SCIM", "email is immutable via SCIM")
    assert digest(customer.server, customer.org["id"]) == before


def test_put_cannot_change_identity_either(customer):
    user = customer.user("me@example.com")
    assert_error(customer.client.put(f"/Users/{user['id']}", user_body("you@example.com")), 400, "mutability", "userName is immutable via SCIM")


def test_case_alone_and_the_same_value_are_no_change_of_identity(customer):
    user = customer.user("me@example.com")
    after = patched(customer, user, op("replace", "userName", "ME@example.com"), op("replace", 'emails[type eq "work"].value', "me@example.com"))
    assert after["userName"] == "ME@example.com"
    assert customer.client.find("Users", 'userName eq "me@example.com"').json["totalResults"] == 1


def test_a_first_explicit_email_is_allowed(customer):
    user = customer.user("me@example.com", emails=...)
    patched(customer, user, op("add", 'emails[type eq "work"].value', "work@example.com"))
    assert [m["email"] for m in customer.members()] == ["work@example.com"]


def test_a_first_explicit_email_of_another_member_is_409(customer):
    customer.user("taken@example.com")
    user = customer.user("me@example.com", emails=...)
    answer = customer.client.patch(f"/Users/{user['id']}", op("add", "emails", [{"value": "taken@example.com"}]))
    assert_error(answer, 409, "uniqueness", "email")


def test_deactivate_and_reactivate_changes_an_address(customer):
    user = customer.user("old@example.com")
    patched(customer, user, op("replace", "active", False))
    after = made(customer.client.put(f"/Users/{user['id']}", user_body("new@example.com", active=True)), 200)
    assert after["userName"] == "new@example.com" and after["id"] == user["id"]
    assert [(m["email"], m["status"]) for m in customer.members()] == [("new@example.com", "active")]


def test_reactivation_cannot_take_anothers_address(customer):
    customer.user("taken@example.com")
    user = customer.user("old@example.com", active=False)
    answer = customer.client.put(f"/Users/{user['id']}", user_body("taken@example.com", active=True))
    assert_error(answer, 409, "uniqueness")


def test_identity_mutable(server):
    t = server.customer(identity="mutable")
    t.user("taken@example.com")
    user = t.user("me@example.com")
    patched(t, user, op("replace", "userName", "you@example.com"), op("replace", 'emails[type eq "work"].value', "you@example.com"))
    assert sorted(m["email"] for m in t.members()) == ["taken@example.com", "you@example.com"]
    for path, value in (("userName", "Taken@example.com"), ('emails[type eq "work"].value', "taken@example.com")):
        assert_error(t.client.patch(f"/Users/{user['id']}", op("replace", path, value)), 409, "uniqueness")


@pytest.mark.parametrize("operation", [
    op("replace", "active", False), op("Replace", "active", "False"), op("replace", value={"active": False}),
    op("replace", "active", "false"), op("replace", "urn:ietf:params:scim:schemas:core:2.0:User:active", "False"),
    op("Add", "active", "False")])
def test_a_leaver_is_deactivated(customer, operation):
    user = customer.user("leaver@example.com")
    assert patched(customer, user, operation)["active"] is False
    assert customer.member("leaver@example.com")["status"] == "deactivated"
    assert customer.actions(user["id"])[-1] == "scim.user.deactivated"
    assert customer.client.find("Users", "active eq false").json["totalResults"] == 1
    assert customer.client.get(f"/Users/{user['id']}").json["active"] is False


@pytest.mark.parametrize("wrap", [lambda v: {"value": v}, lambda v: [v], lambda v: [{"$ref": None, "value": v}]])
def test_wrapped_single_values_count_in_the_lenient_dialect_only(customer, strict, wrap):
    """Entra without its compliant mode."""
    for operations in (op("Replace", "active", wrap("False")), op("Replace", value={"active": wrap("False")})):
        user = customer.user()
        assert made(customer.client.patch(f"/Users/{user['id']}", operations), 200)["active"] is False, operations
        assert [m["status"] for m in customer.members() if m["email"] == user["userName"]] == ["deactivated"], operations
    assert made(customer.client.patch(f"/Users/{user['id']}", op("Add", "name.givenName", wrap("Ada"))), 200)["name"] == {"givenName": "Ada"}
    other = strict.user()
    assert_error(strict.client.patch(f"/Users/{other['id']}", op("replace", "title", wrap("T"))), 400, "invalidValue", "title")


def test_a_leaver_without_a_valid_email_can_be_deactivated(server):
    t = server.customer(email="optional")
    user = t.user(userName="noaddress", emails=...)
    server.muster("connection", "set", t.connection["id"], "--email", "required")
    assert patched(t, user, op("replace", "active", False))["active"] is False


def test_a_leaver_leaves_teams_and_comes_back_to_them(customer):
    user = customer.user("x@example.com")
    group = customer.group("Crew", [user["id"]])
    customer.server.muster("team", "add", "Hand made", "--org", customer.slug)
    customer.server.muster("team", "add", "Hand made", "--member", "x@example.com", "--org", customer.slug)
    patched(customer, user, op("replace", "active", False))
    assert customer.people("Crew") == [] and customer.people("Hand made") == []
    assert [m["value"] for m in customer.client.get(f"/Groups/{group['id']}").json["members"]] == [user["id"]]
    patched(customer, user, op("replace", "active", True))
    assert customer.people("Crew") == ["x@example.com"] and customer.people("Hand made") == ["x@example.com"]
    assert customer.actions(user["id"])[-2:] == ["scim.user.deactivated", "scim.user.reactivated"]


def test_a_member_with_another_active_link_stays_active(customer):
    other = customer.second()
    here, there = customer.user("two@example.com"), other.user("two@example.com")
    customer.group("Here", [here["id"]])
    other.group("There", [there["id"]])
    patched(customer, here, op("replace", "active", False))
    assert customer.member("two@example.com")["status"] == "active"
    assert (customer.people("Here"), customer.people("There")) == ([], ["two@example.com"])
    patched(other, there, op("replace", "active", False))
    assert customer.member("two@example.com")["status"] == "deactivated" and customer.people("There") == []


def test_events_carry_the_members_status(customer):
    user = customer.user("x@example.com")
    patched(customer, user, op("replace", "active", False))
    data = customer.server.sql("select data from muster.audit_event where target_id = %s and action = 'scim.user.deactivated'", user["id"])[0][0]
    assert data["member_status"] == "deactivated" and data["before"] == {"active": True} and data["after"] == {"active": False}


def test_put_without_active_leaves_it(customer):
    user = customer.user("x@example.com", active=False)
    assert made(customer.client.put(f"/Users/{user['id']}", user_body("x@example.com")), 200)["active"] is False


def test_unassigned_active_keeps_an_inactive_user_inactive_in_the_lenient_dialect(customer, strict):
    for t, left in ((customer, False), (strict, None)):
        user = t.user("x@example.com", active=False)
        assert patched(t, user, op("remove", "active")).get("active") is left, (t, left)
    active = customer.user("y@example.com")
    assert "active" not in patched(customer, active, op("replace", "active", None))
    assert customer.member("y@example.com")["status"] == "active"


def test_put_replaces_the_whole_user(customer):
    user = customer.user("x@example.com", title="Clerk", nickName="X", **{ENTERPRISE: {"department": "Sales"}})
    after = made(customer.client.put(f"/Users/{user['id']}", user_body("x@example.com", title="Boss", id="other", groups=[])), 200)
    assert after["title"] == "Boss" and "nickName" not in after and ENTERPRISE not in after and after["id"] == user["id"]
    assert after["meta"]["version"] == 'W/"2"' and after["meta"]["created"] == user["meta"]["created"]


def test_put_of_what_was_read_changes_nothing(customer):
    user = customer.user("x@example.com", title="Clerk")
    assert made(customer.client.put(f"/Users/{user['id']}", user), 200) == user
    assert customer.actions(user["id"]) == ["scim.user.provisioned"]


def test_put_never_creates(customer):
    assert_error(customer.client.put("/Users/01a20db4-3e9d-72d7-82e9-f673093deb64", user_body()), 404)


def test_a_patch_is_all_or_nothing(customer):
    user = customer.user("x@example.com")
    before = digest(customer.server, customer.org["id"])
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T"), op("replace", "active", "maybe")), 400,
                 "invalidValue", "operation 2")
    assert digest(customer.server, customer.org["id"]) == before


def test_a_patch_without_effect_leaves_version_and_time(customer):
    user = customer.user("x@example.com", title="T")
    assert patched(customer, user, op("replace", "title", "T"), op("remove", "nickName")) == user
    assert customer.actions(user["id"]) == ["scim.user.provisioned"]


def test_a_value_path_that_matches_nothing_creates_in_the_lenient_dialect_only(customer, strict):
    operation = op("Replace", 'phoneNumbers[type eq "mobile"].value', "+1")
    assert patched(customer, customer.user(), operation)["phoneNumbers"] == [{"type": "mobile", "value": "+1"}]
    assert_error(strict.client.patch(f"/Users/{strict.user()['id']}", operation), 400, "noTarget")


def test_a_null_for_a_value_that_is_not_there_makes_one_in_the_strict_dialect_only(customer, strict):
    operation = op("add", 'photos[display eq "me"].type', None)
    assert "photos" not in patched(customer, customer.user(), operation)
    assert patched(strict, strict.user(), operation)["photos"] == [{"display": "me"}]


def test_values_replaced_by_an_object_without_parts_are_gone(strict):
    user = strict.user(phoneNumbers=[{"value": "1", "type": "work"}, {"value": "2"}])
    assert patched(strict, user, op("replace", "phoneNumbers[not (type pr)]", {}))["phoneNumbers"] == [{"value": "1", "type": "work"}]


def test_an_unknown_attribute_in_a_path_is_400_in_both_dialects(customer, strict):
    for t in (customer, strict):
        assert_error(t.client.patch(f"/Users/{t.user()['id']}", op("add", "favouriteColor", "red")), 400, "invalidPath")


def test_names_of_the_member_follow(customer):
    user = customer.user("x@example.com")
    patched(customer, user, op("replace", value={"name.givenName": "Kim", "displayName": "Kim X"}))
    member = customer.member("x@example.com")
    assert (member["first_name"], member["display_name"]) == ("Kim", "Kim X")


def test_an_external_id_of_another_user_is_409(customer):
    customer.user(externalId="e1")
    user = customer.user()
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("add", "externalId", "e1")), 409, "uniqueness", "externalId")


def test_the_manager_is_returned_as_an_object_with_name_and_reference(customer):
    boss, user = customer.user(displayName="The Boss"), customer.user()
    after = patched(customer, user, op("Add", f"{ENTERPRISE}:manager", boss["id"]))
    expected = {"value": boss["id"], "$ref": boss["meta"]["location"], "displayName": "The Boss"}
    assert after[ENTERPRISE]["manager"] == expected
    patched(customer, boss, op("replace", "displayName", "Big Boss"))
    assert customer.client.get(f"/Users/{user['id']}").json[ENTERPRISE]["manager"]["displayName"] == "Big Boss"


def test_only_this_connections_users_can_be_changed(customer):
    other = customer.second()
    user = other.user("x@example.com")
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T")), 404)


def test_many_operations_on_a_long_list_are_413_and_nothing_is_done(customer):
    user = customer.user("me@example.com", emails=[{"value": f"u{i}@example.com", "type": "other"} for i in range(2000)])
    before = digest(customer.server, customer.org["id"])
    sets = [op("replace", 'emails[type eq "other"].display', f"d{i}") for i in range(1100)]
    assert_error(customer.client.patch(f"/Users/{user['id']}", *sets), 413, None, "too many operations on a long list: send fewer at a time")
    assert digest(customer.server, customer.org["id"]) == before
    after = patched(customer, user, op("remove", "emails", [{"value": f"nobody{i}", "type": "other"} for i in range(2000)] + [{"value": "U7@example.com"}]),
                    *[op("replace", 'emails[value eq "u5@example.com"].display', f"d{i}") for i in range(100)])
    assert len(after["emails"]) == 1999 and after["emails"][5]["display"] == "d99"


def test_ten_thousand_operations_on_a_short_list(customer):
    user = customer.user("me@example.com")
    after = patched(customer, user, *[op("replace", 'emails[type eq "work"].display', f"d{i}") for i in range(9999)], op("replace", "title", "T"))
    assert after["emails"][0]["display"] == "d9998" and after["title"] == "T"
