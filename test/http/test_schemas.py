"""Extension schemas that an organization registers."""
import json
import os
import subprocess

import pytest
from definitions import T, TEST, URN, attribute, definition
from helpers import BUILD, ENTERPRISE, GROUP, ROOT, SEARCH, USER, assert_error, fill_users, made, op, quote, user_body


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
        assert customer.client.find("Users", text).json["totalResults"] == n, (text, n)
    path = f"/Users/{user['id']}"
    assert made(customer.client.patch(path, op("replace", f'{URN}:car[plate eq "cd"].seats', 2)), 200)[URN]["car"][1]["seats"] == 2
    assert_error(customer.client.patch(path, op("add", f"{URN}:car.wheels", 4)), 400, "invalidPath")
    two = customer.user(**{URN: {"car": [{"plate": "y", "primary": True}, {"primary": True, "plate": "x"}]}})
    assert [c["primary"] for c in two[URN]["car"]] == [True, False]


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


def test_removing_a_schema_leaves_the_values_of_one_whose_urn_goes_on(server, customer, register):
    longer = URN + ":More"
    register(customer, definition(attribute("a")))
    register(customer, definition(attribute("number", uniqueness="server"), urn=longer))
    customer.user(**{longer: {"number": "7"}})
    server.muster("schema", "remove", URN, "--org", customer.slug)
    assert_error(customer.client.post("/Users", user_body(**{longer: {"number": "7"}})), 409, "uniqueness")


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
        assert [u["id"] for u in customer.client.find("Users", text).json["Resources"]] == [ids[i] for i in found], (text, found)
    for by, order in (("level", [0, 1, 2]), ("score", [1, 0, 2]), ("hireDate", [0, 1, 2]), ("tags", [0, 1, 2])):
        assert [u["id"] for u in customer.client.get(f"/Users?sortBy={T}:{by}").json["Resources"]] == [ids[i] for i in order], (by, order)


def test_data_that_was_there_before_is_found(server, customer, register):
    """The lenient dialect keeps an extension that nobody registered; registering it makes it one like the others, and back."""
    user = customer.user(**{URN.upper(): {"COLOR": "Red"}})

    def found():
        return customer.client.find("Users", f'{URN}:color eq "red"').json["totalResults"]
    assert found() == 1
    register(customer, definition(attribute("color")))
    assert found() == 1
    now = customer.client.get(f"/Users/{user['id']}").json
    assert now[URN] == {"color": "Red"} and now["schemas"] == [USER, URN] and now["meta"] == user["meta"]
    server.muster("schema", "remove", URN, "--org", customer.slug, "--keep-data")
    assert found() == 1


@pytest.mark.parametrize("data, reason", [
    ({"cost": "77"}, f"{URN}:cost would be lost"),
    ({"badge": {"n": "1", "more": "2"}}, f"{URN}:badge would be changed"),
    ({"number": 7}, f"{URN}:number would be changed"),
    ({"list": ["a", "a"]}, f"{URN}:list would be changed"),
    ({"shown": "x"}, f"{URN}:shown would be lost"),
    ({"flag": 5}, f"{URN}:flag")])
def test_a_schema_that_does_not_keep_data_as_it_is_is_refused(server, customer, register, data, reason):
    """What was acknowledged stays: registering is no way to lose it, or to change it without an event."""
    users = [customer.user(name, **{URN: data}) for name in ("first@example.com", "second@example.com")]
    customer.user(**{URN: {"number": "7"}})
    refused = register(customer, definition(attribute("number"), attribute("list", multiValued=True), attribute("shown", mutability="readOnly"),
                                            attribute("badge", type="complex", subAttributes=[attribute("n")]), attribute("flag", type="boolean")), ok=False)
    assert refused.returncode == 1 and "2 users or groups have data" in refused.stderr and reason in refused.stderr, refused.stderr
    assert "first@example.com" in refused.stderr or "second@example.com" in refused.stderr
    assert [customer.client.get(f"/Users/{u['id']}").json for u in users] == users
    assert server.muster("schema", "list", "--org", customer.slug)["data"] == []


@pytest.mark.parametrize("hidden, data", [
    (attribute("pin", returned="never"), {"pin": "1234"}), (attribute("pin", mutability="writeOnly", returned="never"), {"pin": "1234"}),
    (attribute("safe", type="complex", multiValued=True, subAttributes=[attribute("pin", returned="never")]), {"safe": [{"pin": "1234"}]})])
def test_what_is_never_shown_does_not_stay_without_its_schema(server, customer, register, hidden, data):
    register(customer, definition(attribute("badge"), hidden))
    user = customer.user(**{URN: data})
    refused = server.muster("schema", "remove", URN, "--org", customer.slug, "--keep-data", ok=False)
    assert refused.returncode == 1 and "would be shown" in refused.stderr and user["id"] in refused.stderr
    assert "1234" not in refused.stderr and "1234" not in str(customer.client.get(f"/Users/{user['id']}").json)
    customer.client.patch(f"/Users/{user['id']}", op("replace", f"{URN}:badge", "7"))
    customer.client.patch(f"/Users/{user['id']}", op("remove", f"{URN}:{hidden['name']}"))
    server.muster("schema", "remove", URN, "--org", customer.slug, "--keep-data")
    assert customer.client.get(f"/Users/{user['id']}").json[URN] == {"badge": "7"}


def test_a_schema_does_not_take_data_under_a_urn_that_goes_on(customer, register):
    """Read with the schema, the longer URN would be the path of an attribute that is not there."""
    user = customer.user(**{URN: {"a": "x"}, f"{URN}:More": {"b": 1}})
    assert f"{URN}:More would be lost" in register(customer, definition(attribute("a")), ok=False).stderr
    assert customer.client.get(f"/Users/{user['id']}").json == user


def test_a_schema_names_some_of_the_attributes_that_it_would_lose(customer, register):
    customer.user(**{URN: {f"{i}{'x' * 300}": "1" for i in range(9)}})
    refused = register(customer, definition(attribute("other")), ok=False).stderr
    assert "1 users or groups have data" in refused and refused.count(f" {URN}:") == 5 and len(refused) < 2500, refused


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
            refused = register(customer, definition(attribute("a"), urn=urn), *options, ok=False).stderr
            assert "is the path of an attribute of urn:example:Q" in refused, (options, urn)
    register(customer, definition(attribute("a"), urn="urn:example:Q:other"))
    register(customer, definition(attribute("a"), urn="urn:example:R:b"), "--type", "Group")
    assert "attribute b: its path is the id of another schema" in register(customer, definition(attribute("B"), urn="urn:example:r"), ok=False).stderr
    user = customer.user(**{"urn:example:Q": {"u": "x"}, "urn:example:Q:other": {"a": "y"}})
    for text in ('urn:example:Q:u eq "x"', 'urn:example:Q:other:a eq "y"', f"{USER}:userName pr"):
        assert [u["id"] for u in customer.client.find("Users", text).json["Resources"]] == [user["id"]], text


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


def test_as_many_attributes_can_be_named_as_there_are(customer, register):
    names = [f"a{i}" for i in range(1001)]
    register(customer, definition(*map(attribute, names)))
    customer.user(title="T", **{URN: {n: n for n in names}})

    def search(**shape):
        return customer.client.post("/Users/.search", {"schemas": [SEARCH], **shape})
    for few in (names[:200], names[1:]):
        assert made(search(attributes=[f"{URN}:{n}" for n in few]), 200)["Resources"][0][URN].keys() == set(few), len(few)
        assert made(search(excludedAttributes=[f"{URN}:{n}" for n in few]), 200)["Resources"][0][URN].keys() == set(names) - set(few), len(few)
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
