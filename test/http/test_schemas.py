"""Extension schemas that an organization registers."""
import json
import os
import subprocess
import time

import pytest
from helpers import BUILD, BULK, ENTERPRISE, GROUP, ROOT, SEARCH, USER, assert_error, fill_users, group_body, made, op, quote, user_body

with open(f"{ROOT}/test/data/spec/filters.json", encoding="utf-8") as f:
    TEST = json.load(f)["extensionSchema"]
T = TEST["id"]
URN = "urn:example:scim:schemas:1.0:Badge"


def attribute(name, **more):
    return {"name": name, **more}


def definition(*attributes, urn=URN, **more):
    return {"id": urn, "attributes": list(attributes), **more}


@pytest.fixture
def register(server, tmp_path):
    """Registers a definition for a customer."""
    def run(customer, schema, *options, ok=True):
        path = tmp_path / "schema.json"
        path.write_text(schema if isinstance(schema, str) else json.dumps(schema))
        return server.muster("schema", "add", str(path), "--org", customer.slug, *options, ok=ok)
    return run


def test_a_registered_schema_shows_in_discovery(server, customer, register):
    register(customer, TEST)
    register(customer, definition(attribute("color"), urn="urn:example:Paint"), "--type", "Group", "--required")
    schemas = {s["id"]: s for s in made(customer.client.get("/Schemas"), 200)["Resources"]}
    assert len(schemas) == 8 and schemas[T]["attributes"][0] == {**TEST["attributes"][0], "caseExact": False}
    assert made(customer.client.get(f"/Schemas/{T.upper()}"), 200) == schemas[T] and schemas[T]["meta"]["location"].endswith(f"/Schemas/{T}")
    types = {t["name"]: t["schemaExtensions"] for t in made(customer.client.get("/ResourceTypes"), 200)["Resources"]}
    assert types["User"][-1] == {"schema": T, "required": False} and types["Group"] == [{"schema": "urn:example:Paint", "required": True}]
    assert len(made(server.customer().client.get("/Schemas"), 200)["Resources"]) == 6


def test_an_attribute_with_only_a_name_has_the_defaults(customer, register):
    register(customer, definition(attribute("thing")))
    shown, = customer.client.get(f"/Schemas/{URN}").json["attributes"]
    assert shown == {"name": "thing", "type": "string", "multiValued": False, "description": "thing", "required": False, "mutability": "readWrite",
                     "returned": "default", "caseExact": False, "uniqueness": "none"}
    for _ in range(2):
        customer.user(**{URN: {"thing": "Same"}})
    assert customer.client.find("Users", f'{URN}:thing eq "SAME"').json["totalResults"] == 2
    assert_error(customer.client.post("/Users", user_body(**{URN: {"thing": True}})), 400, "invalidValue")


def test_every_worker_knows_at_once(server, customer, register):
    user = customer.user()
    for _ in range(20):
        assert_error(customer.client.find("Users", "badge pr"), 400, "invalidFilter")
    register(customer, definition(attribute("badge")))
    for _ in range(20):
        assert customer.client.find("Users", "badge pr").json["totalResults"] == 0
    made(customer.client.patch(f"/Users/{user['id']}", op("add", f"{URN}:badge", "B")), 200)
    server.muster("schema", "remove", URN, "--org", customer.slug, "--keep-data")
    for _ in range(20):
        assert_error(customer.client.find("Users", "badge pr"), 400, "invalidFilter")


@pytest.mark.parametrize("kind, good, bad", [
    ("string", "x", False), ("boolean", True, "yes"), ("integer", 2**53 + 1, 1.5), ("decimal", 1.5, "1"),
    ("dateTime", "2026-01-01T00:00:00+02:00", "2026-01-01"),
    ("binary", "AQID", "***"), ("reference", "https://x.example/a", 5)])
def test_values_are_of_the_type(customer, register, kind, good, bad):
    register(customer, definition(attribute("one", type=kind), attribute("many", type=kind, multiValued=True)))
    user = customer.user(**{URN: {"one": good, "many": [good]}})
    assert user[URN] == {"one": good, "many": [good]} and user["schemas"] == [USER, URN]
    for name, value in (("one", bad), ("many", [bad])):
        assert_error(customer.client.post("/Users", user_body(**{URN: {name: value}})), 400, "invalidValue", name)
        assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", f"{URN}:{name}", value)), 400, "invalidValue")
    for value in ([{}], {"other": 1}) if kind != "string" else ([{}],):
        assert_error(customer.client.post("/Users", user_body(**{URN: {"one": value}})), 400, "invalidValue")


def test_complex_attributes(customer, register):
    register(customer,
             definition(attribute("car", type="complex", multiValued=True,
                                  subAttributes=[attribute("plate", caseExact=True), attribute("seats", type="integer"),
                                                 attribute("primary", type="boolean")])))
    user = customer.user(**{URN: {"CAR": [{"PLATE": "Ab", "seats": 4}, {"plate": "cd", "primary": True}]}})
    assert user[URN] == {"car": [{"plate": "Ab", "seats": 4}, {"plate": "cd", "primary": True}]}
    for text, n in ((f'{URN}:car.plate eq "ab"', 0), (f'{URN}:car[plate eq "Ab" and seats gt 3]', 1), (f'{URN}:car[plate eq "cd" and seats pr]', 0)):
        assert customer.client.find("Users", text).json["totalResults"] == n
    path = f"/Users/{user['id']}"
    assert made(customer.client.patch(path, op("replace", f'{URN}:car[plate eq "cd"].seats', 2)), 200)[URN]["car"][1]["seats"] == 2
    assert_error(customer.client.patch(path, op("add", f"{URN}:car.wheels", 4)), 400, "invalidPath")
    two = customer.user(**{URN: {"car": [{"plate": "y", "primary": True}, {"primary": True, "plate": "x"}]}})
    assert [c["primary"] for c in two[URN]["car"]] == [True, False]


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


def test_what_is_returned_on_request_and_never(customer, register):
    register(customer, TEST)
    user = customer.user(**{T: {"note": "N", "secret": "S", "level": 1}})
    path = f"/Users/{user['id']}"
    assert user[T] == {"note": "N", "level": 1}
    assert customer.client.get(path).json[T] == customer.client.get("/Users").json["Resources"][0][T] == {"level": 1}
    assert customer.client.get(f"{path}?attributes={T}:note,{T}:secret").json[T] == {"note": "N"}
    assert customer.client.get(f"{path}?excludedAttributes=name").json[T] == {"level": 1}
    assert made(customer.client.patch(path, op("replace", f"{T}:note", "M")), 200)[T] == {"note": "M", "level": 1}
    assert made(customer.client.patch(path, op("replace", value={T: {"note": "O"}})), 200)[T] == {"note": "O", "level": 1}
    assert made(customer.client.patch(path, op("replace", "title", "T")), 200)[T] == {"level": 1}
    assert made(customer.client.put(path, {**user_body(user["userName"]), T: {"note": "P"}}), 200)[T] == {"note": "P"}
    assert made(customer.client.put(f"{path}?attributes=userName", {**user_body(user["userName"]), T: {"note": "P"}}), 200).keys() == {"schemas", "id",
                                                                                                                                       "userName"}
    for text in (f'{T}:secret eq "S"', f"{T}:secret pr"):
        assert_error(customer.client.find("Users", text), 400, "invalidFilter")
    assert_error(customer.client.get(f"/Users?sortBy={T}:secret"), 400, "invalidValue")


def test_a_write_only_value_is_kept_by_a_put_and_told_to_nobody(server, customer, register):
    register(customer, TEST)
    user = customer.user(**{T: {"secret": "Zzyzx"}})
    made(customer.client.put(f"/Users/{user['id']}", user_body(user["userName"], title="T")), 200)
    assert "Zzyzx" in server.sql("select resource from muster.scim_user where id = %s", user["id"])[0][0]
    assert "Zzyzx" not in str(server.sql("select data from muster.audit_event where organization_id = %s", customer.org["id"]))
    assert "Zzyzx" not in customer.client.get("/Users").text


def test_unique_values(server, customer, register):
    register(customer, definition(attribute("badge", uniqueness="server"), attribute("exact", uniqueness="global", caseExact=True),
                                  attribute("keys", type="complex", multiValued=True, subAttributes=[attribute("value", uniqueness="server")])))
    user = customer.user("a@example.com", **{URN: {"badge": "Ab", "exact": "x", "keys": [{"value": "k1"}, {"value": "k2"}]}})
    for clash in ({"badge": "aB"}, {"exact": "x"}, {"keys": [{"value": "K2"}]}):
        assert_error(customer.client.post("/Users", user_body(**{URN: clash})), 409, "uniqueness", f"{URN}:badge or {URN}:exact or {URN}:keys.value")
    other = customer.user("b@example.com", **{URN: {"exact": "X", "badge": "cd"}})
    assert_error(customer.client.patch(f"/Users/{other['id']}", op("replace", f"{URN}:badge", "AB")), 409, "uniqueness")
    assert_error(customer.client.put(f"/Users/{other['id']}", user_body("b@example.com", **{URN: {"exact": "x"}})), 409, "uniqueness")
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", f"{URN}:badge", "ab")), 200)
    made(customer.client.patch(f"/Users/{user['id']}", op("remove", f"{URN}:exact")), 200)
    made(customer.client.put(f"/Users/{other['id']}", user_body("b@example.com", **{URN: {"exact": "x"}})), 200)
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    customer.user("c@example.com", **{URN: {"badge": "AB"}})
    register(second := server.customer(), definition(attribute("badge", uniqueness="server")))
    second.user("a@example.com", **{URN: {"badge": "ab"}})


def test_a_conflict_names_what_is_taken_whatever_was_refused_before(customer, register):
    register(customer, definition(attribute("badge", uniqueness="server")))
    customer.user("a@example.com", externalId="E", **{URN: {"badge": "ab"}})
    for _ in range(5):
        for more, taken in (({URN: {"badge": "ab"}}, "badge"), ({"externalId": "E"}, "externalId"), ({"userName": "a@example.com"}, "userName")):
            assert_error(customer.client.post("/Users", user_body(**more)), 409, "uniqueness", taken)


def test_equal_numbers_and_the_values_of_one_resource(customer, register):
    register(customer, definition(attribute("size", type="decimal", uniqueness="server"),
                                  attribute("keys", type="complex", multiValued=True,
                                            subAttributes=[attribute("value", uniqueness="server"), attribute("type")])))
    customer.user(**{URN: {"size": 1, "keys": [{"value": "a", "type": "x"}, {"value": "a", "type": "y"}]}})
    for clash in ({"size": 1.0}, {"keys": [{"value": "A", "type": "z"}]}):
        assert_error(customer.client.post("/Users", user_body(**{URN: clash})), 409, "uniqueness")
    customer.user(**{URN: {"size": 1.5}})


def test_removing_a_schema_leaves_the_values_of_one_whose_urn_goes_on(server, customer, register):
    longer = URN + ":More"
    register(customer, definition(attribute("a")))
    register(customer, definition(attribute("number", uniqueness="server"), urn=longer))
    customer.user(**{longer: {"number": "7"}})
    server.muster("schema", "remove", URN, "--org", customer.slug)
    assert_error(customer.client.post("/Users", user_body(**{longer: {"number": "7"}})), 409, "uniqueness")


def test_who_comes_back_keeps_what_a_put_would_keep(customer, register):
    register(customer, definition(attribute("fixed", mutability="immutable"), attribute("secret", mutability="writeOnly", returned="never")))
    body = user_body("back@example.com", **{URN: {"fixed": "f", "secret": "s"}})
    user = made(customer.client.post("/Users", body))
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    assert_error(customer.client.post("/Users", {**body, URN: {"fixed": "other"}}), 400, "mutability", "fixed")
    back = made(customer.client.post("/Users", user_body("back@example.com", title="T")))
    assert (back["id"], back[URN], back["title"]) == (user["id"], {"fixed": "f"}, "T")


def test_a_write_that_waits_for_a_schema_obeys_it(server, customer, register):
    """The writer has read its token's row before the schema is there, and waits for the connection's lock."""
    import contextlib
    import threading

    import psycopg2
    from helpers import wait_until
    key = server.sql("select muster.connection_lock(%s)", customer.connection["id"])[0][0]
    with contextlib.closing(psycopg2.connect(server.db)) as c, c.cursor() as cur:
        cur.execute("select pg_advisory_xact_lock(%s)", (key,))
        answers = []
        writer = threading.Thread(target=lambda: answers.append(customer.client_of().post("/Users", user_body(**{URN: {"number": "none"}}))))
        writer.start()
        wait_until(lambda: server.sql("select count(*) from pg_locks where locktype = 'advisory' and not granted")[0][0] == 1, 10, "the write waits")
        cur.execute("""insert into muster.extension_schema (organization_id, urn_key, urn, resource_type, definition) values (%s, lower(%s), %s, 'User', %s)""",
                    (customer.org["id"], URN, URN, json.dumps(definition(attribute("number", type="integer")))))
        cur.execute("update muster.organization set schema_version = schema_version + 1 where id = %s", (customer.org["id"],))
        c.commit()
        writer.join()
    assert_error(answers[0], 400, "invalidValue", "number")


def test_many_values_that_are_taken_do_not_hold_up_a_bulk_request(customer, register):
    """What fires again is certain: it is not tried four times, with a sleep before each."""
    register(customer, definition(attribute("badge", uniqueness="server")))
    customer.user(**{URN: {"badge": "taken"}})
    operations = [{"method": "POST", "path": "/Users", "bulkId": str(i), "data": user_body(**{URN: {"badge": "taken"}})} for i in range(120)]
    start = time.monotonic()
    answer = made(customer.client.post("/Bulk", {"schemas": [BULK], "Operations": operations}), 200)
    assert [o["status"] for o in answer["Operations"]] == ["409"] * 120 and time.monotonic() - start < 6
    print(f"\n120 duplicates: {time.monotonic() - start:.2f} s")


def test_unique_values_of_groups(customer, register):
    register(customer, definition(attribute("code", uniqueness="server")), "--type", "Group")
    one = customer.group("One", **{URN: {"code": "c"}})
    assert_error(customer.client.post("/Groups", group_body("Two", **{URN: {"code": "C"}})), 409, "uniqueness")
    two = customer.group("Two")
    assert_error(customer.client.patch(f"/Groups/{two['id']}", op("add", f"{URN}:code", "c")), 409, "uniqueness", f"{URN}:code")
    assert customer.client.delete(f"/Groups/{one['id']}").status == 204
    assert customer.client.patch(f"/Groups/{two['id']}", op("add", f"{URN}:code", "c")).status == 200
    assert customer.client.find("Groups", f'{URN}:code eq "C"').json["totalResults"] == 1


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
    # Who was there before the schema can be changed as ever; above all, can leave.
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


def test_canonical_values_are_the_only_ones(customer, register):
    register(customer, definition(attribute("size", canonicalValues=["S", "M"]), attribute("code", canonicalValues=["a"], caseExact=True),
                                  attribute("cards", type="complex", multiValued=True,
                                            subAttributes=[attribute("value"), attribute("type", canonicalValues=["gold"])])))
    assert customer.user(**{URN: {"size": "s", "code": "a"}})[URN] == {"size": "s", "code": "a"}
    for wrong in ({"size": "XL"}, {"code": "A"}):
        assert_error(customer.client.post("/Users", user_body(**{URN: wrong})), 400, "invalidValue", "must be one of")
    assert_error(customer.client.patch(f"/Users/{customer.user()['id']}", op("add", f'{URN}:cards[type eq "tin"].value', "x")), 400, "invalidValue",
                 "must be one of")
    assert customer.user(emails=[{"value": "c@example.com", "type": "club"}])["emails"][0]["type"] == "club"


def test_filters_and_sorting_reach_every_type(customer, register):
    register(customer, TEST)
    values = [{"level": 3, "score": 7.5, "hireDate": "2024-01-01T01:00:00+01:00", "tags": ["a", "B"]},
              {"level": 10, "score": -1, "hireDate": "2024-01-01T00:30:00Z"}, {}]
    ids = [customer.user(f"u{i}@example.com", **({T: v} if v else {}))["id"] for i, v in enumerate(values)]
    for text, found in ((f"{T}:level gt 3", [1]), ("level le 10", [0, 1]), (f"{T}:score lt 0", [1]), (f'{T}:hireDate eq "2024-01-01T00:00:00Z"', [0]),
                        (f'{T}:tags eq "b"', []),
                        (f'{T}:tags eq "B"', [0]), (f"not ({T}:level pr)", [2]), (f'{T}:hireDate gt "2024-01-01T00:00:00Z"', [1])):
        assert [u["id"] for u in customer.client.find("Users", text).json["Resources"]] == [ids[i] for i in found]
    for by, order in (("level", [0, 1, 2]), ("score", [1, 0, 2]), ("hireDate", [0, 1, 2]), ("tags", [0, 1, 2])):
        assert [u["id"] for u in customer.client.get(f"/Users?sortBy={T}:{by}").json["Resources"]] == [ids[i] for i in order]


def test_data_that_was_there_before_is_found(server, customer, register):
    """The lenient dialect keeps an extension that nobody registered; registering it makes it one like the others, and back."""
    user = customer.user(**{URN.upper(): {"COLOR": "Red", "other": 1}})

    def found():
        return customer.client.find("Users", f'{URN}:color eq "red"').json["totalResults"]
    assert found() == 1
    register(customer, definition(attribute("color")))
    assert found() == 1
    now = customer.client.get(f"/Users/{user['id']}").json
    assert now[URN] == {"color": "Red"} and now["schemas"] == [USER, URN] and now["meta"] == user["meta"]
    server.muster("schema", "remove", URN, "--org", customer.slug, "--keep-data")
    assert found() == 1


def test_data_that_does_not_fit_or_is_not_unique_refuses_the_schema(customer, register):
    customer.user("one@example.com", **{URN: {"badge": "x"}})
    customer.user("two@example.com", **{URN: {"badge": "X"}})
    assert "one@example.com" in register(customer, definition(attribute("badge", type="integer")), ok=False).stderr
    assert "same value" in register(customer, definition(attribute("badge", uniqueness="server")), ok=False).stderr
    assert made(customer.client.get("/Schemas"), 200)["totalResults"] == 6
    register(customer, definition(attribute("badge")))


def test_a_schema_is_not_refused_for_what_another_one_wants(customer, register):
    """Users who were there before a schema that demands something go on without it (they can be changed as ever)."""
    user = customer.user("early@example.com", **{URN: {"badge": "x"}})
    register(customer, definition(attribute("must", required=True), urn="urn:example:Other"), "--required")
    assert "must is required" in register(customer, definition(attribute("badge"), attribute("must", required=True)), ok=False).stderr
    register(customer, definition(attribute("badge", mutability="immutable")))
    assert customer.client.get(f"/Users/{user['id']}").json[URN] == {"badge": "x"}
    assert customer.client.find("Users", f'{URN}:badge eq "X"').json["totalResults"] == 1


def test_a_schema_for_many_users_takes_little_memory(server, customer, tmp_path):
    ids = fill_users(server, customer, 5000)
    server.fill(("""update muster.scim_user set resource = '{"schemas":["' || %s || '"],"id":"' || id || '","userName":"' || user_name_key || '","'
                    || %s || '":{"badge":"' || id || '"}}' where connection_id = %s""", USER, URN, customer.connection["id"]))
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(definition(attribute("badge"))))
    limit = [] if os.environ.get("SANITIZE") else ["prlimit", f"--data={32 << 20}"]
    done = subprocess.run([*limit, f"{ROOT}/{BUILD}/muster", "schema", "add", str(path), "--org", customer.slug], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, env={**server.environment(), "MUSTER_DB": server.db}, check=False)
    assert done.returncode == 0, done.stderr
    assert customer.client.find("Users", f'{URN}:badge eq "{ids[17]}"').json["totalResults"] == 1


def test_schemas_that_cannot_be_read_are_500_each_time(server, customer, register):
    """They are ours, so it never happens; a worker must not keep half of them."""
    register(customer, definition(attribute("badge")))
    spoil = "update muster.extension_schema set definition = %s where organization_id = %s"
    good = server.sql("select definition from muster.extension_schema where organization_id = %s", customer.org["id"])[0][0]
    server.sql(spoil, '{"id":"x"}', customer.org["id"])
    assert [customer.client.get("/Users").status for _ in range(20)] == [500] * 20
    assert server.customer().client.get("/Users").status == 200
    server.sql(spoil, good, customer.org["id"])
    assert [customer.client.find("Users", "badge pr").status for _ in range(20)] == [200] * 20


def test_removing_a_schema(server, customer, register):
    register(customer, definition(attribute("badge", uniqueness="server")))
    user = customer.user(**{URN: {"badge": "x"}})
    assert "1 users or groups have data" in server.muster("schema", "remove", URN, "--org", customer.slug, ok=False).stderr
    made(customer.client.patch(f"/Users/{user['id']}", op("remove", URN)), 200)
    assert server.muster("schema", "remove", URN.upper(), "--org", customer.slug)["urn"] == URN
    assert server.muster("schema", "list", "--org", customer.slug)["data"] == []
    assert "no schema" in server.muster("schema", "remove", URN, "--org", customer.slug, ok=False).stderr
    assert [a for a in customer.actions() if a.startswith("scim.schema")] == ["scim.schema.added", "scim.schema.removed"]


def test_removing_a_schema_can_leave_its_data(server, customer, register):
    register(customer, definition(attribute("badge", uniqueness="server")))
    user = customer.user("a@example.com", **{URN: {"badge": "x"}})
    server.muster("schema", "remove", URN, "--org", customer.slug, "--keep-data")
    assert customer.client.get(f"/Users/{user['id']}").json[URN] == {"badge": "x"}
    customer.user("b@example.com", **{URN: {"badge": "x"}})


@pytest.mark.parametrize("schema, complaint", [
    ("{", "JSON"), ([], "object"), (definition(), "at least one"), (definition(attribute("9x")), "name"), (definition(attribute("")), "name"),
    (definition(attribute("a b")), "name"),
    (definition(attribute("a"), attribute("A")), "twice"), (definition(attribute("a", type="text")), "type"),
    (definition(attribute("a", mutability="rw")), "mutability"),
    (definition(attribute("a", returned="maybe")), "returned"), (definition(attribute("a", uniqueness="yes")), "uniqueness"),
    (definition(attribute("a", required="yes")), "required"),
    (definition(attribute("a", multiValued=1)), "multiValued"), (definition(attribute("a", canonicalValues="x")), "canonicalValues"),
    (definition(attribute("a", type="complex")), "subAttributes"), (definition(attribute("a", subAttributes=[attribute("b")])), "subAttributes"),
    (definition(attribute("a", type="complex", subAttributes=[attribute("b", type="complex", subAttributes=[attribute("c")])])), "inside another"),
    (definition(attribute("a"), urn="http://x"), "URN"), (definition(attribute("a"), urn=USER), "not free"),
    (definition(attribute("a"), urn=GROUP.upper()), "not free"),
    (definition(attribute("a"), urn="urn:ietf:params:scim:api:messages:2.0:X"), "not free"), (definition(attribute("a"), urn="urn:x:"), "URN"),
    (definition(attribute("a"), urn=""), "id"),
    (definition(attribute("a", type="complex", subAttributes=[attribute("b", multiValued=True)])), "a.b: a sub-attribute cannot be multiValued"),
    (definition(attribute("a", required=True, mutability="readOnly")), "attribute a: what is readOnly cannot be required"),
    (definition(attribute("a", type="complex", subAttributes=[attribute("b", required=True, mutability="readOnly")])), "attribute a.b: what is readOnly"),
    *((definition(attribute("a"), urn=urn), "is the path of an attribute of") for urn in (
        f"{USER}:name", f"{USER}:NAME", f"{USER}:name.familyName", f"{USER}:externalId".upper(), f"{GROUP}:members", f"{ENTERPRISE}:manager",
        f"{ENTERPRISE}:manager.value"))])
def test_a_wrong_definition_is_refused_and_says_why(server, customer, register, schema, complaint):
    done = register(customer, schema, ok=False)
    assert done.returncode == 1 and complaint.lower() in done.stderr.lower(), done.stderr
    assert server.sql("select count(*) from muster.extension_schema where organization_id = %s", customer.org["id"]) == [(0,)]


def test_the_command_line_says_what_is_wrong(server, customer, register):
    register(customer, definition(attribute("a")))
    assert "registered already" in register(customer, definition(attribute("b"), urn=URN.upper()), ok=False).stderr
    assert "cannot be read" in server.muster("schema", "add", "/nowhere/x.json", "--org", customer.slug, ok=False).stderr
    assert "takes one of User|Group" in register(customer, definition(attribute("a")), "--type", "Team", ok=False).stderr
    assert "takes no value" in register(customer, definition(attribute("a")), "--required=yes", ok=False).stderr


def test_extensions_go_through_bulk_and_projection(customer, register):
    register(customer, TEST)
    user = customer.user("u@example.com", **{T: {"level": 3, "score": 1}})
    assert customer.client.get(f"/Users/{user['id']}?attributes={quote(T + ':level')}").json.keys() == {"schemas", "id", T}
    assert T not in customer.client.get(f"/Users/{user['id']}?excludedAttributes={quote(T)}").json
    assert customer.client.get(f"/Users/{user['id']}?excludedAttributes={quote(T + ':level')}").json[T] == {"score": 1}


def test_the_id_of_a_schema_is_no_path_of_another(customer, register):
    """An id that begins a path takes it: the attribute could not be named any more."""
    register(customer, definition(attribute("u"), attribute("box", type="complex", subAttributes=[attribute("part")]), urn="urn:example:Q"))
    for options in ((), ("--type", "Group")):
        for urn in ("urn:example:Q:u", "URN:example:q:U", "urn:example:Q:box.part"):
            assert "is the path of an attribute of urn:example:Q" in register(customer, definition(attribute("a"), urn=urn), *options, ok=False).stderr
    register(customer, definition(attribute("a"), urn="urn:example:Q:other"))
    register(customer, definition(attribute("a"), urn="urn:example:R:b"), "--type", "Group")
    assert "attribute b: its path is the id of another schema" in register(customer, definition(attribute("B"), urn="urn:example:r"), ok=False).stderr
    user = customer.user(**{"urn:example:Q": {"u": "x"}, "urn:example:Q:other": {"a": "y"}})
    for text in ('urn:example:Q:u eq "x"', 'urn:example:Q:other:a eq "y"', f"{USER}:userName pr"):
        assert [u["id"] for u in customer.client.find("Users", text).json["Resources"]] == [user["id"]]


def test_nothing_empty_is_left_of_what_is_not_shown(customer, register):
    register(customer, definition(attribute("cx", type="complex",
                                            subAttributes=[attribute("r", returned="request"), attribute("d"), attribute("z", mutability="writeOnly")]),
                                  attribute("list", type="complex", multiValued=True, subAttributes=[attribute("r", returned="request"), attribute("d")])))
    data = {"cx": {"r": "1"}, "list": [{"r": "1"}, {"r": "2", "d": "x"}]}
    user = customer.user(**{URN: data})
    path = f"/Users/{user['id']}"
    assert user[URN] == data
    assert customer.client.get(path).json[URN] == customer.client.get("/Users").json["Resources"][0][URN] == {"list": [{"d": "x"}]}
    assert customer.client.get(f"{path}?attributes={URN}:cx.d").json.keys() == {"schemas", "id"}
    assert customer.client.get(f"{path}?excludedAttributes={URN}:list.d").json.keys() == user.keys() - {URN}
    secret = customer.user(**{URN: {"cx": {"z": "1"}}})
    assert URN not in secret and URN not in customer.client.get(f"/Users/{secret['id']}").json


def test_a_secret_part_is_not_found_out_by_asking_for_the_whole(customer, register):
    register(customer, definition(attribute("cx", type="complex", subAttributes=[attribute("a"), attribute("z", mutability="writeOnly")]),
                                  attribute("list", type="complex", multiValued=True, subAttributes=[attribute("a"), attribute("z", returned="never")]),
                                  attribute("key", type="complex", subAttributes=[attribute("value", returned="never")])))
    customer.user("secret@example.com", **{URN: {"cx": {"z": "1"}, "list": [{"z": "1"}], "key": {"value": "1"}}})
    shown = customer.user("shown@example.com", **{URN: {"cx": {"z": "1", "a": "x"}, "list": [{"z": "1", "a": "x"}]}})
    for text in (f"{URN}:cx pr", f"{URN}:cx ne null", f"not ({URN}:cx eq null)", f"{URN}:list pr", f"{URN}:list ne null", f'{URN}:cx[not (a eq "b")]',
                 f'{URN}:list[not (a eq "b")]',
                 f'{URN}:list.a ne "b"'):
        assert [u["id"] for u in customer.client.find("Users", text).json["Resources"]] == [shown["id"]], text
    assert customer.client.find("Users", f"{URN}:key pr").json["totalResults"] == 0
    for text in (f'{URN}:key eq "1"', f"{URN}:key.value pr"):
        assert_error(customer.client.find("Users", text), 400, "invalidFilter", "cannot be filtered on")


def test_secret_values_can_be_unique(customer, register):
    register(customer, definition(attribute("pin", uniqueness="server", mutability="writeOnly"),
                                  attribute("keys", type="complex", multiValued=True,
                                            subAttributes=[attribute("value", uniqueness="server", returned="never")])))
    user = customer.user(**{URN: {"pin": "Ab", "keys": [{"value": "k"}]}})
    for clash in ({"pin": "aB"}, {"keys": [{"value": "K"}]}):
        assert_error(customer.client.post("/Users", user_body(**{URN: clash})), 409, "uniqueness")
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T")), 200)
    assert_error(customer.client.post("/Users", user_body(**{URN: {"pin": "ab"}})), 409, "uniqueness")
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    customer.user(**{URN: {"pin": "ab", "keys": [{"value": "k"}]}})


def test_as_many_attributes_can_be_named_as_there_are(customer, register):
    names = [f"a{i}" for i in range(1001)]
    register(customer, definition(*map(attribute, names)))
    customer.user(title="T", **{URN: {n: n for n in names}})

    def search(**shape):
        return customer.client.post("/Users/.search", {"schemas": [SEARCH], **shape})
    for few in (names[:200], names[1:]):
        assert made(search(attributes=[f"{URN}:{n}" for n in few]), 200)["Resources"][0][URN].keys() == set(few)
        assert made(search(excludedAttributes=[f"{URN}:{n}" for n in few]), 200)["Resources"][0][URN].keys() == set(names) - set(few)
    assert made(search(attributes=["userName", "bogus"] * 2000 + ["title"]), 200)["Resources"][0].keys() == {"schemas", "id", "userName", "title"}
    for shape in ("attributes", "excludedAttributes"):
        assert_error(search(**{shape: names[:1001]}), 400, "invalidValue", "1000")
        assert_error(search(**{shape: ["x" * 1000] * 2000}), 400, "invalidValue", "longer")


def test_what_a_write_sets_is_shown_however_much_it_is(customer, register):
    names = [f"a{i}" for i in range(200)]
    register(customer, definition(*(attribute(n, returned="request") for n in names)))
    user = customer.user(**{URN: {n: n for n in names}})
    assert user[URN].keys() == set(names)
    assert made(customer.client.patch(f"/Users/{user['id']}", *(op("replace", f"{URN}:{n}", "b") for n in names)), 200)[URN].keys() == set(names)


def test_a_unique_value_has_a_greatest_length(customer, register):
    register(customer, definition(attribute("badge", uniqueness="server"),
                                  attribute("keys", type="complex", multiValued=True, subAttributes=[attribute("value", uniqueness="server")]),
                                  attribute("free")))
    user = customer.user(**{URN: {"badge": "x" * 1000, "keys": [{"value": "y" * 1000}], "free": "z" * 5000}})
    for wrong, name in (({"badge": "x" * 1001}, f"{URN}:badge"), ({"keys": [{"value": "k"}, {"value": "y" * 1001}]}, f"{URN}:keys.value")):
        assert_error(customer.client.post("/Users", user_body(**{URN: wrong})), 400, "invalidValue", f"{name} is too long")
        assert_error(customer.client.patch(f"/Users/{user['id']}", op("add", value={URN: wrong})), 400, "invalidValue", f"{name} is too long")
