"""Immutable, write-only and required parts of extension schemas."""
import json

import pytest
from definitions import T, TEST, URN, attribute, definition
from helpers import USER, assert_error, made, op, user_body


def test_an_immutable_value_is_set_once(customer, register):
    register(customer, TEST)
    user = customer.user()
    path, body = f"/Users/{user['id']}", user_body(user["userName"])
    assert made(customer.client.patch(path, op("add", f"{T}:badge", "B")), 200)[T]["badge"] == "B"
    made(customer.client.patch(path, op("add", f"{T}:badge", "B")), 200)
    for name in ("add", "replace"):
        assert_error(customer.client.patch(path, op(name, f"{T}:badge", "C")), 400, "mutability")
    assert_error(customer.client.patch(path, op("remove", f"{T}:badge")), 400, "mutability")
    assert_error(customer.client.put(path, {**body, T: {"badge": "C"}}), 400, "mutability")
    assert made(customer.client.put(path, {**body, T: {"badge": "B"}}), 200)[T]["badge"] == "B"
    assert made(customer.client.put(path, body), 200)[T]["badge"] == "B"
    other = customer.user()
    assert made(customer.client.put(f"/Users/{other['id']}", {**user_body(other["userName"]), T: {"badge": "X"}}), 200)[T]["badge"] == "X"


FIXED = definition(
    attribute("tags", multiValued=True, mutability="immutable"),
    attribute("badge", type="complex", mutability="immutable", subAttributes=[attribute("color"), attribute("pin", mutability="writeOnly", returned="never")]),
    attribute("cards", type="complex", multiValued=True, mutability="immutable", subAttributes=[attribute("value"), attribute("level", type="integer")]),
    attribute("box", type="complex",
              subAttributes=[attribute("serial", mutability="immutable"), attribute("note"), attribute("secret", mutability="writeOnly", returned="never")]),
    attribute("free"))
FIXED_DATA = {"tags": ["a", "b"], "badge": {"color": "red", "pin": "1"}, "cards": [{"value": "c1", "level": 1}, {"value": "c2"}],
              "box": {"serial": "s1", "note": "n", "secret": "Zz"}}
FIXED_SEEN = {**FIXED_DATA, "badge": {"color": "red"}, "box": {"serial": "s1", "note": "n"}}


@pytest.fixture
def fixed(customer, register):
    """A path and a body to change a user with: tags, badge, cards are immutable, as is box.serial."""
    register(customer, FIXED)
    user = customer.user(**{URN: FIXED_DATA})
    assert user[URN] == FIXED_SEEN
    return f"/Users/{user['id']}", user_body(user["userName"])


@pytest.mark.parametrize("data, name", [
    ({"box": {"serial": "s2"}}, "box.serial"), ({"tags": ["a"]}, "tags"), ({"tags": ["a", "b", "c"]}, "tags"), ({"badge": {"color": "blue"}}, "badge"),
    ({"badge": {"color": "red", "pin": "2"}}, "badge"), ({"cards": [{"value": "c1"}, {"value": "c2"}]}, "cards"),
    ({"cards": [{"value": "c1", "level": 1}]}, "cards")])
def test_a_put_does_not_change_what_is_immutable(customer, fixed, data, name):
    path, body = fixed
    assert_error(customer.client.put(path, {**body, URN: data}), 400, "mutability", f"{name} is immutable")
    assert customer.client.get(path).json[URN] == FIXED_SEEN


@pytest.mark.parametrize("data, box", [
    (FIXED_DATA, {"serial": "s1", "note": "n"}), (FIXED_SEEN, {"serial": "s1", "note": "n"}), ({}, {"serial": "s1"}),
    ({"box": {"note": "m"}}, {"serial": "s1", "note": "m"}),
    ({"box": None, "tags": [], "badge": {}}, {"serial": "s1"}),
    ({"tags": ["B", "A"], "cards": [{"value": "c2"}, {"level": 1, "value": "C1"}], "box": {"serial": "S1"}}, {"serial": "s1"})])
def test_a_put_keeps_what_is_immutable_or_write_only(server, customer, fixed, data, box):
    path, body = fixed
    assert made(customer.client.put(path, {**body, URN: data}), 200)[URN] == {**FIXED_SEEN, "box": box}
    assert json.loads(server.sql("select resource::text from muster.scim_user where id = %s", path.rsplit("/", 1)[1])[0][0])[URN] == {
        **FIXED_DATA, "box": {**box, "secret": "Zz"}}


def test_what_a_client_got_it_may_put_back(customer, fixed):
    path = fixed[0]
    assert made(customer.client.put(path, got := customer.client.get(path).json), 200)["meta"] == got["meta"]


@pytest.mark.parametrize("operation, name", [
    (op("add", f"{URN}:tags", ["c"]), "tags"), (op("replace", f"{URN}:tags", ["a"]), "tags"), (op("replace", f"{URN}:tags", []), "tags"),
    (op("remove", f"{URN}:tags"), "tags"), (op("remove", f'{URN}:tags[value eq "a"]'), "tags"), (op("remove", f"{URN}:tags", ["a"]), "tags"),
    (op("replace", f'{URN}:tags[value eq "a"]', "z"), "tags"), (op("replace", value={URN: {"tags": ["x"]}}), "tags"),
    (op("add", value={f"{URN}:tags": "x"}), "tags"),
    (op("replace", f"{URN}:badge.color", "blue"), "badge"), (op("remove", f"{URN}:badge.color"), "badge"),
    (op("replace", f"{URN}:badge", {"color": "blue"}), "badge"),
    (op("remove", f"{URN}:badge"), "badge"), (op("replace", f"{URN}:badge", None), "badge"), (op("replace", f"{URN}:badge", {"color": None}), "badge"),
    (op("remove", f'{URN}:cards[value eq "c1"]'), "cards"), (op("replace", f'{URN}:cards[value eq "c1"]', {"value": "c9"}), "cards"),
    (op("replace", f'{URN}:cards[value eq "c1"].level', 2), "cards"), (op("add", f"{URN}:cards", {"value": "c1", "level": 3}), "cards"),
    (op("add", f'{URN}:cards[value eq "c3"].level', 3), "cards"), (op("remove", f"{URN}:cards.level"), "cards"),
    (op("replace", f"{URN}:box.serial", "s2"), "box.serial"), (op("remove", f"{URN}:box.serial"), "box.serial"), (op("remove", f"{URN}:box"), "box.serial"),
    (op("replace", f"{URN}:box", None), "box.serial"), (op("replace", f"{URN}:box", {"serial": None}), "box.serial"),
    (op("replace", value={URN: {"box": {"serial": "s2"}}}), "box.serial"),
    (op("remove", URN), "tags"), (op("remove", "schemas", [URN]), "tags"), (op("replace", "schemas", [USER]), "tags"),
    (op("replace", value={URN: None}), "tags")])
def test_a_patch_does_not_change_what_is_immutable(customer, fixed, operation, name):
    path = fixed[0]
    assert_error(customer.client.patch(path, operation), 400, "mutability", f"{name} is immutable")
    assert customer.client.get(path).json[URN] == FIXED_SEEN


@pytest.mark.parametrize("operation", [
    op("add", f"{URN}:tags", ["a"]), op("add", f"{URN}:tags", "B"), op("replace", f"{URN}:tags", ["b", "a"]), op("remove", f"{URN}:tags", ["z"]),
    op("remove", f'{URN}:tags[value eq "z"]'), op("add", f"{URN}:badge", {"color": "red"}), op("replace", f"{URN}:badge.color", "RED"),
    op("replace", f'{URN}:cards[value eq "c1"].level', 1), op("add", f"{URN}:cards", [{"value": "c1"}]),
    op("replace", f"{URN}:cards", [{"value": "c2"}, {"level": 1, "value": "c1"}]),
    op("replace", f"{URN}:box.serial", "S1"), op("replace", value={URN: {"tags": ["a", "b"], "box": {"serial": "s1"}}})])
def test_a_patch_with_the_same_immutable_value_changes_nothing(customer, fixed, operation):
    path = fixed[0]
    before = customer.client.get(path).json
    made(customer.client.patch(path, operation), 200)
    assert customer.client.get(path).json == before


def test_a_patch_gives_what_is_immutable_its_first_value(customer, register):
    register(customer, FIXED)
    path = f"/Users/{customer.user(**{URN: {'box': {'note': 'n'}, 'free': 'f'}})['id']}"
    made(customer.client.patch(path, op("add", f"{URN}:tags", ["a"]), op("add", f"{URN}:tags", ["b"]), op("add", f"{URN}:badge.color", "red")), 200)
    now = made(customer.client.patch(path, op("add", f'{URN}:cards[value eq "c"].level', 1), op("add", f"{URN}:box.serial", "s"), op("remove", f"{URN}:free")),
               200)
    assert now[URN] == {"tags": ["a", "b"], "badge": {"color": "red"}, "cards": [{"value": "c", "level": 1}], "box": {"note": "n", "serial": "s"}}
    made(customer.client.patch(path, op("replace", "active", False)), 200)


def test_the_values_of_a_list_come_and_go_with_their_immutable_parts(customer, register):
    register(customer,
             definition(attribute("keys", type="complex", multiValued=True, subAttributes=[attribute("value", mutability="immutable"), attribute("note")])))
    path = f"/Users/{customer.user(**{URN: {'keys': [{'value': 'a'}, {'value': 'b'}]}})['id']}"
    assert_error(customer.client.patch(path, op("replace", f'{URN}:keys[value eq "a"].value', "z")), 400, "mutability", "keys.value is immutable")
    assert_error(customer.client.patch(path, op("replace", f'{URN}:keys[value eq "a"]', {"value": "z"})), 400, "mutability", "keys.value is immutable")
    made(customer.client.patch(path, op("remove", f'{URN}:keys[value eq "a"]'), op("add", f"{URN}:keys", [{"value": "c"}])), 200)
    assert made(customer.client.patch(path, op("remove", URN)), 200).get(URN) is None


def test_a_put_gives_an_immutable_part_its_first_value(customer, register):
    register(customer, FIXED)
    user = customer.user(**{URN: {"box": {"note": "n"}}})
    put = made(customer.client.put(f"/Users/{user['id']}", {**user_body(user["userName"]), URN: {"box": {"serial": "s"}, "tags": ["t"]}}), 200)
    assert put[URN] == {"box": {"serial": "s"}, "tags": ["t"]}


def test_a_write_only_value_is_kept_by_a_put_and_told_to_nobody(server, customer, register):
    register(customer, TEST)
    user = customer.user(**{T: {"secret": "Zzyzx"}})
    made(customer.client.put(f"/Users/{user['id']}", user_body(user["userName"], title="T")), 200)
    assert "Zzyzx" in server.sql("select resource from muster.scim_user where id = %s", user["id"])[0][0]
    assert "Zzyzx" not in str(server.sql("select data from muster.audit_event where organization_id = %s", customer.org["id"]))
    assert "Zzyzx" not in customer.client.get("/Users").text


def test_who_comes_back_keeps_what_a_put_would_keep(customer, register):
    register(customer, definition(attribute("fixed", mutability="immutable"), attribute("secret", mutability="writeOnly", returned="never")))
    body = user_body("back@example.com", **{URN: {"fixed": "f", "secret": "s"}})
    user = made(customer.client.post("/Users", body))
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    assert_error(customer.client.post("/Users", {**body, URN: {"fixed": "other"}}), 400, "mutability", "fixed")
    back = made(customer.client.post("/Users", user_body("back@example.com", title="T")))
    assert (back["id"], back[URN], back["title"]) == (user["id"], {"fixed": "f"}, "T")


def test_required_attributes_and_extensions(customer, register):
    early = customer.user("early@example.com")
    register(customer, definition(attribute("must", required=True), attribute("may")), "--required")
    assert_error(customer.client.post("/Users", user_body()), 400, "invalidValue", URN)
    assert_error(customer.client.post("/Users", user_body(**{URN: {"may": "x"}})), 400, "invalidValue", "must")
    user = customer.user("late@example.com", **{URN: {"must": "x", "may": "y"}})
    path = f"/Users/{user['id']}"
    assert_error(customer.client.put(path, user_body("late@example.com")), 400, "invalidValue", URN)
    for operation in (op("remove", f"{URN}:must"), op("replace", f"{URN}:must", None), op("remove", URN), op("remove", "schemas", [URN])):
        assert_error(customer.client.patch(path, operation), 400, "mutability")
    # Users from before the schema can be changed as before; above all, they can leave.
    assert_error(customer.client.patch(f"/Users/{early['id']}", op("add", f"{URN}:may", "x")), 400, "invalidValue", "must")
    made(customer.client.patch(f"/Users/{early['id']}", op("replace", "active", False)), 200)
    made(customer.client.put(f"/Users/{early['id']}", user_body("early@example.com", active=False, title="T")), 200)
    assert URN not in made(customer.client.patch(f"/Users/{early['id']}", op("add", f"{URN}:may", "x")), 200)


NEEDY = definition(attribute("box", type="complex",
                             subAttributes=[attribute("need", required=True), attribute("note"), attribute("made", mutability="readOnly")]),
                   attribute("cards", type="complex", multiValued=True, subAttributes=[attribute("value"), attribute("need", required=True)]),
                   attribute("free"))


def test_required_parts(customer, register):
    register(customer, NEEDY)
    data = {"box": {"need": "x", "note": "n"}, "cards": [{"value": "a", "need": "1"}, {"value": "b", "need": "2"}]}
    user, other = customer.user(**{URN: data}), customer.user(**{URN: {"free": "f"}})
    path, empty = f"/Users/{user['id']}", f"/Users/{other['id']}"
    for wrong, name in (({"box": {"note": "n"}}, "box.need"), ({"box": {"note": "n", "need": ""}}, "box.need"), ({"cards": [{"value": "a"}]}, "cards.need"),
                        ({"cards": [{"value": "a", "need": "1"}, {"value": "b", "need": None}]}, "cards.need")):
        assert_error(customer.client.post("/Users", user_body(**{URN: wrong})), 400, "invalidValue", f"{name} is required")
        assert_error(customer.client.put(path, user_body(user["userName"], **{URN: wrong})), 400, "invalidValue", f"{name} is required")
        assert_error(customer.client.patch(empty, op("add", value={URN: wrong})), 400, "invalidValue", f"{name} is required")
    for operation in (op("add", f"{URN}:box.note", "n"), op("add", f'{URN}:cards[value eq "z"]', {"value": "z"})):
        assert_error(customer.client.patch(empty, operation), 400, "invalidValue", "need is required")
    for operation in (op("remove", f"{URN}:box.need"), op("replace", f"{URN}:box.need", None), op("replace", f"{URN}:box.need", ""),
                      op("replace", f"{URN}:box", {"need": None}),
                      op("replace", f"{URN}:box", {"need": None, "note": "m"}), op("remove", f'{URN}:cards[value eq "a"].need'),
                      op("remove", f"{URN}:cards.need"),
                      op("replace", f'{URN}:cards[value eq "a"].need', None)):
        assert_error(customer.client.patch(path, operation), 400, "mutability", "need is required")
    assert_error(customer.client.patch(path, op("replace", f'{URN}:cards[value eq "a"]', {"value": "c"})), 400, "invalidValue", "cards.need is required")
    assert customer.client.get(path).json[URN] == data
    made(customer.client.patch(path, op("replace", f"{URN}:box", {"note": "m"}), op("remove", f'{URN}:cards[value eq "a"]')), 200)
    assert made(customer.client.patch(path, op("remove", f"{URN}:box")), 200)[URN] == {"cards": data["cards"][1:]}
    assert made(customer.client.patch(empty, op("add", f"{URN}:box.note", "n"), op("add", f"{URN}:box.need", "x")), 200)[URN]["box"] == data["box"]


def test_a_part_that_was_lacking_before_refuses_no_other_change(server, customer, register):
    register(customer, NEEDY)
    data = {"box": {"note": "n"}, "cards": [{"value": "a"}, {"value": "b", "need": "2"}]}
    user = customer.user("u@example.com", **{URN: {"free": "f"}})
    server.sql("update muster.scim_user set resource = jsonb_set(resource::jsonb, array[%s], %s::jsonb)::text where id = %s", URN, json.dumps(data), user["id"])
    path = f"/Users/{user['id']}"
    for operation in (op("replace", "active", False), op("replace", "active", True), op("replace", f"{URN}:box.note", "m"),
                      op("add", f"{URN}:cards", {"value": "c", "need": "3"}),
                      op("remove", f"{URN}:box.need"), op("remove", f'{URN}:cards[value eq "b"]')):
        made(customer.client.patch(path, operation), 200)
    assert_error(customer.client.patch(path, op("add", f"{URN}:cards", {"value": "d"})), 400, "invalidValue", "cards.need is required")
    now = {"box": {"note": "m"}, "cards": [{"value": "a"}, {"value": "c", "need": "3"}]}
    assert made(customer.client.put(path, user_body("u@example.com", active=True, **{URN: now})), 200)[URN] == now
    assert made(customer.client.patch(path, op("add", f"{URN}:box.need", "x")), 200)[URN]["box"] == {"note": "m", "need": "x"}
    assert_error(customer.client.patch(path, op("remove", f"{URN}:box.need")), 400, "mutability", "box.need is required")
