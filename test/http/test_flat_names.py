"""Bodies of POST and PUT whose members are named by paths: lenient applies them, strict refuses them; no success is without effect."""
import json

import pytest
from helpers import ENTERPRISE, GROUP, USER, assert_error, made, op, user_body

WORK = 'emails[type eq "work"].value'


def status(customer, user):
    ((status,),) = customer.server.sql("select m.status from muster.member m join muster.scim_user u on u.member_id = m.id where u.id = %s", user["id"])
    return status


def sent(customer, way, body):
    """The user as it is stored after a POST or a PUT of the body."""
    user = {} if way == "POST" else customer.user(title="Boss", active=True)
    answer = customer.client.post("/Users", body) if way == "POST" else customer.client.put(f"/Users/{user['id']}", body)
    after = made(answer, 201 if way == "POST" else 200)
    assert made(customer.client.get(f"/Users/{after['id']}"), 200) == after
    return after


OFF = [{f"{USER}:active": False}, {f"{USER}:active": "False"}, {f"{USER.upper()}:Active": ["false"]}, {f"{USER}:active": [{"value": "False"}]},
       {f"{USER}.active": "False"},
       {USER: {"active": "False"}}, {USER: json.dumps({"active": "False"})}, {USER: {USER: {f"{USER}:active": False}}},
       {"active": True, f"{USER}:active": False}]


@pytest.mark.parametrize("off", OFF, ids=json.dumps)
@pytest.mark.parametrize("way", ["POST", "PUT"])
def test_a_flattened_end_of_access_ends_it(customer, way, off):
    after = sent(customer, way, user_body(**off))
    assert after["active"] is False and status(customer, after) == "deactivated"


@pytest.mark.parametrize("way", ["POST", "PUT"])
def test_a_name_that_is_a_path_is_read_as_one(server, way):
    customer = server.customer(identity="mutable")
    body = user_body(emails=..., **{"name.givenName": "Ada", "NAME.familyName": ["Moss"], WORK: "ada@example.com", f"{USER}:title": "Chief",
                                    f"{ENTERPRISE}:department": "D",
                                    f"{ENTERPRISE}:manager.value": "me", f"{ENTERPRISE}.costCenter": 7,
                                    ENTERPRISE: {"manager.displayName": "x", "division": "V"},
                                    f"{USER}:phoneNumbers": [{"value": "1"}], "favourite.colour": "red", "meta.created": "2020-01-01T00:00:00Z",
                                    f"{USER}:password": "secret"})
    after = sent(customer, way, body)
    assert (after["name"], after["title"], after["emails"]) == ({"givenName": "Ada", "familyName": "Moss"}, "Chief",
                                                                [{"type": "work", "value": "ada@example.com"}])
    assert after[ENTERPRISE] == {"department": "D", "manager": {"value": "me"}, "costCenter": "7", "division": "V"}
    assert after["phoneNumbers"] == [{"value": "1"}] and "secret" not in json.dumps(after) and "red" not in json.dumps(after)


def test_it_stands_beside_what_is_given_otherwise(customer):
    body = user_body(name={"givenName": "Ada", "familyName": "Moss"}, **{"name.familyName": "Roe", 'emails[type eq "home"].value': "h@example.com"})
    after = made(customer.client.post("/Users", body))
    assert after["name"] == {"givenName": "Ada", "familyName": "Roe"} and [e["type"] for e in after["emails"]] == ["work", "home"]


def test_it_is_the_same_for_groups(customer):
    one, two = customer.user(), customer.user()
    group = made(customer.client.post("/Groups", {"schemas": [GROUP], f"{GROUP}:displayName": "Flat", f"{GROUP}:members": [{"value": one["id"]}]}))
    assert group["displayName"] == "Flat" and [m["value"] for m in group["members"]] == [one["id"]]
    put = made(customer.client.put(f"/Groups/{group['id']}",
                                   {"schemas": [GROUP], GROUP: {"displayName": "Flatter"}, f'members[value eq "{two["id"]}"]': {"type": "User"}}), 200)
    assert put["displayName"] == "Flatter" and [m["value"] for m in put["members"]] == [two["id"]]


@pytest.mark.parametrize("more",
                         [{"emails[0].value": "x"}, {"emails[type eq": "x"}, {"name.givenName": {"a": 1}}, {"emails.value": "x"}, {USER: "text"}, {USER: 5},
                          {f"{USER}.favouriteColor": "red"}, {f"{USER}:": {"nickName": "x"}}], ids=json.dumps)
def test_what_cannot_be_read_is_refused_but_to_a_leaver(customer, more):
    user = customer.user(name={"givenName": "Ada"}, title="Boss")
    body = user_body(user["userName"], title="Chief", **more)
    body["emails"] = [] if "emails.value" in more else body["emails"]
    answer = customer.client.put(f"/Users/{user['id']}", body)
    assert answer.status == 400, answer
    assert customer.client.get(f"/Users/{user['id']}").json == user and customer.client.post("/Users", user_body(**more, emails=body["emails"])).status == 400
    after = made(customer.client.put(f"/Users/{user['id']}", dict(body, **{f"{USER}:active": "False"})), 200)
    assert after["active"] is False and after["title"] == "Chief" and status(customer, user) == "deactivated"
    assert ("name" in after) == ("name.givenName" in more)
    ((held,),) = customer.server.sql("select data->'held' from muster.audit_event where target_id = %s order by at desc, id desc limit 1", user["id"])
    assert [h["part"] for h in held] == list(more)


def test_in_an_object_of_the_schema_each_attribute_is_a_part(customer):
    user = customer.user()
    after = made(customer.client.put(f"/Users/{user['id']}", user_body(user["userName"], **{USER: {"name": 5, "active": False, "title": "Gone"}})), 200)
    assert after["active"] is False and after["title"] == "Gone" and status(customer, user) == "deactivated"


@pytest.mark.parametrize("more",
                         [{f"{USER}:active": False}, {"name.givenName": "Ada"}, {WORK: "x@example.com"}, {f"{USER}.active": False}, {"emails[0].value": "x"},
                          {ENTERPRISE: {"manager.value": "me"}}], ids=json.dumps)
def test_strict_refuses_such_names_and_ignores_unknown_ones(strict, more):
    user = strict.user()
    answer = strict.client.put(f"/Users/{user['id']}", user_body(user["userName"], title="Chief", **more))
    assert answer.status == 400 and next(iter(more.get(ENTERPRISE, more))) in answer.json["detail"], answer
    assert strict.client.get(f"/Users/{user['id']}").json == user
    put = made(strict.client.put(f"/Users/{user['id']}",
                                 user_body(user["userName"], title="Chief", department="D", **{"favourite.colour": "red", "urn:x:y:z": {"a": 1}})), 200)
    assert put["title"] == "Chief" and ENTERPRISE not in put


def test_a_dot_behind_a_urn_of_the_type_is_the_colon(customer, strict):
    for t, path in (customer, f"{USER}.active"), (customer, f"{USER}.Active "):
        user = t.user()
        made(t.client.patch(f"/Users/{user['id']}", op("replace", path, "False"), op("add", value={f"{ENTERPRISE}.department": "D"})), 200)
        after = t.client.get(f"/Users/{user['id']}").json
        assert after["active"] is False and after[ENTERPRISE] == {"department": "D"} and status(t, user) == "deactivated", (t, path)
    user = strict.user()
    assert_error(strict.client.patch(f"/Users/{user['id']}", op("replace", f"{USER}.active", False)), 400, "invalidPath")
    assert_error(strict.client.patch(f"/Users/{user['id']}", op("replace", value={f"{USER}.active": False})), 400, "invalidPath")


def test_an_attribute_whose_path_cannot_be_read_stays_as_it_was(customer):
    user = customer.user(emails=[{"value": "kept@example.com", "type": "work"}])
    body = user_body(user["userName"], active=False)
    del body["emails"]
    left = made(customer.client.put(f"/Users/{user['id']}", {**body, 'emails[type eq "work".value': "x@example.com"}), 200)
    assert left["active"] is False and left["emails"] == user["emails"]
