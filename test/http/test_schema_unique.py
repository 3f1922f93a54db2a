"""Unique values of extension schemas."""
import time

from definitions import URN, attribute, definition
from helpers import BULK, assert_error, group_body, made, op, user_body


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


def test_many_values_that_are_taken_do_not_hold_up_a_bulk_request(customer, register):
    """A constraint that fires again is final: there are not four attempts with a sleep before each."""
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


def test_data_that_does_not_fit_or_is_not_unique_refuses_the_schema(customer, register):
    customer.user("one@example.com", **{URN: {"badge": "x"}})
    customer.user("two@example.com", **{URN: {"badge": "X"}})
    assert "one@example.com" in register(customer, definition(attribute("badge", type="integer")), ok=False).stderr
    assert "same value" in register(customer, definition(attribute("badge", uniqueness="server")), ok=False).stderr
    assert made(customer.client.get("/Schemas"), 200)["totalResults"] == 6
    register(customer, definition(attribute("badge")))


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


def test_a_unique_value_has_a_greatest_length(customer, register):
    register(customer, definition(attribute("badge", uniqueness="server"),
                                  attribute("keys", type="complex", multiValued=True, subAttributes=[attribute("value", uniqueness="server")]),
                                  attribute("free")))
    user = customer.user(**{URN: {"badge": "x" * 1000, "keys": [{"value": "y" * 1000}], "free": "z" * 5000}})
    for wrong, name in (({"badge": "x" * 1001}, f"{URN}:badge"), ({"keys": [{"value": "k"}, {"value": "y" * 1001}]}, f"{URN}:keys.value")):
        assert_error(customer.client.post("/Users", user_body(**{URN: wrong})), 400, "invalidValue", f"{name} is too long")
        assert_error(customer.client.patch(f"/Users/{user['id']}", op("add", value={URN: wrong})), 400, "invalidValue", f"{name} is too long")
