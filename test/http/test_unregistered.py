"""Unregistered extensions in the lenient dialect: their attributes work everywhere."""
import pytest
from helpers import BULK, GROUP, PATCH_OP, USER, assert_error, made, op, unique

URN = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User"
OKTA = "urn:okta:custom:group:1.0"


class Thing:
    """A user or group, and how it is changed and read."""

    def __init__(self, customer, kind, extension=None):
        self.client, self.kind = customer.client, kind
        body = {"schemas": [USER], "userName": f"{unique()}@example.com"} if kind == "/Users" else {"schemas": [GROUP], "displayName": unique("g")}
        self.body = {**body, **({URN: extension} if extension else {})}
        self.path = f"{kind}/{made(self.client.post(kind, self.body))['id']}"

    def get(self, query=""):
        return made(self.client.get(self.path + query), 200)

    def patch(self, *operations):
        """The extension afterwards; what the answer says is what a GET says."""
        answer = self.client.patch(self.path, *operations)
        assert answer.status in (200, 204), answer
        now = self.get()
        assert answer.status == 204 or answer.json == now
        assert (URN in now["schemas"]) == (URN in now)
        return now.get(URN)

    def find(self, text):
        return [r["id"] for r in made(self.client.find(self.kind[1:], text), 200)["Resources"]] == [self.path.rsplit("/", 1)[1]]


@pytest.fixture(params=["/Users", "/Groups"])
def make(customer, request):
    return lambda extension=None: Thing(customer, request.param, extension)


def test_paths_set_merge_and_take_away(make):
    thing = make({"tag": "blue", "floor": "3"})
    assert thing.patch(op("Replace", f"{URN}:tag", "red")) == {"tag": "red", "floor": "3"}
    assert thing.patch(op("Add", f"{URN.upper()}:TAG", "green"), op("add", f"{URN}:seat.row", 4)) == {"tag": "green", "floor": "3", "seat": {"row": 4}}
    assert thing.patch(op("replace", f"{URN}:seat", {"number": 7})) == {"tag": "green", "floor": "3", "seat": {"row": 4, "number": 7}}
    assert thing.patch(op("remove", f"{URN}:seat.row"), op("replace", f"{URN}:floor", None)) == {"tag": "green", "seat": {"number": 7}}
    assert thing.patch(op("remove", f"{URN}:seat.number"), op("remove", f"{URN}:nothing")) == {"tag": "green"}
    assert thing.patch(op("Replace", f"{URN}:tag", "")) is None
    assert thing.patch(op("add", f"{URN}:tag", "new")) == {"tag": "new"}
    assert thing.patch(op("remove", URN)) is None


def test_keys_of_a_value_are_paths(make):
    thing = make({"tag": "blue", "floor": "3"})
    assert thing.patch(op("replace", value={f"{URN}:tag": "red", "externalId": "e"})) == {"tag": "red", "floor": "3"}
    assert thing.get()["externalId"] == "e"
    assert thing.patch(op("replace", value={URN: {"tag": "green"}})) == {"tag": "green", "floor": "3"}
    assert thing.patch(op("add", URN, {"floor": None, "seat": {"row": 1}})) == {"tag": "green", "seat": {"row": 1}}
    assert thing.patch(op("add", value={URN: {"Seat": {"Row": None, "number": 2}}})) == {"tag": "green", "seat": {"number": 2}}
    assert thing.patch(op("replace", value={f"{URN}:tag": None, f"{URN}:seat.number": ""})) is None
    assert thing.patch(op("replace", value={f"{URN}:tag": "again"})) == {"tag": "again"}
    assert thing.patch(op("replace", value={URN: None})) is None


def test_an_extension_that_was_not_there_begins_at_the_last_colon_or_is_the_object(make):
    assert make().patch(op("add", f"{URN}:tag", ["a", "b"])) == {"tag": ["a", "b"]}
    assert make().patch(op("replace", URN, {"tag": {"x": 1}})) == {"tag": {"x": 1}}
    assert make().patch(op("add", f"{URN}:seat", {"row": 1})) == {"seat": {"row": 1}}
    thing = make()
    thing.patch(op("replace", OKTA, {"description": "d"}), op("replace", f"{OKTA}:owner", "me"))
    assert thing.get()[OKTA] == {"description": "d", "owner": "me"}
    for path, value in ((OKTA.replace("okta", "other"), "text"), (f"{OKTA}:", "x"), (f"{URN}:a.b.c", "x"), (f"{URN}:9", "x"), ("urn:x", "y"),
                        (f"{URN}:a[x eq", "y")):
        before = thing.get()
        assert thing.client.patch(thing.path, op("add", path, value)).status == 400, path
        assert thing.get() == before, (path, value)


def test_lists_grow_shrink_and_are_chosen_from(make):
    thing = make({"keys": ["a"], "desk": [{"type": "work", "value": "1", "room": 5}, {"type": "home", "value": "2"}]})
    assert thing.patch(op("add", f"{URN}:keys", ["b", "a"]), op("add", f"{URN}:keys", "c"))["keys"] == ["a", "b", "c"]
    assert thing.patch(op("remove", f"{URN}:keys", ["b"]))["keys"] == ["a", "c"]
    assert thing.patch(op("remove", f"{URN}:keys", []))["keys"] == ["a", "c"]
    assert thing.patch(op("replace", f"{URN}:keys", ["z"]))["keys"] == ["z"]
    assert thing.patch(op("replace", f'{URN}:desk[type eq "WORK"].value', "9"))["desk"][0] == {"type": "work", "value": "9", "room": 5}
    assert thing.patch(op("remove", f'{URN}:desk[type eq "home"]'))["desk"] == [{"type": "work", "value": "9", "room": 5}]
    assert thing.patch(op("Replace", f"{URN}:desk[type eq 'lab'].value", "7"))["desk"][1] == {"type": "lab", "value": "7"}
    assert thing.patch(op("Replace", f'{URN}:desk[type eq "lab"].value', ""))["desk"] == [{"type": "work", "value": "9", "room": 5}]
    assert thing.patch(op("remove", f"{URN}:desk", [{"value": "9"}]), op("remove", f'{URN}:desk[value eq "nobody"]')) == {"keys": ["z"]}
    for operation in (op("remove", f"{URN}:keys", [{}]), op("remove", f"{URN}:keys", ""), op("add", f'{URN}:desk[type co "x"].value', "1")):
        assert thing.client.patch(thing.path, operation).status == 400, operation
    assert thing.get()[URN] == {"keys": ["z"]}


def test_brackets_behind_one_object_choose_it_or_nothing(make):
    thing = make({"boss": {"value": "x", "since": 3}})
    assert thing.patch(op("remove", f'{URN}:boss[value eq "y"]'), op("replace", f'{URN}:boss[value eq "x"].since', 4)) == {"boss": {"value": "x", "since": 4}}
    assert thing.patch(op("remove", f'{URN}:boss[value eq "x" and since gt 3]')) is None


def test_schemas_name_what_is_there_and_take_it_away(make):
    thing = make({"tag": "x"})
    assert thing.patch(op("add", "schemas", ["urn:x:y:z", URN])) == {"tag": "x"}
    assert thing.patch(op("remove", "schemas", [URN])) is None


def test_bodies_and_bulk_take_the_keys_too(customer, make):
    thing = make({"tag": "x", "empty": None})
    assert thing.get()[URN] == {"tag": "x"}
    body = {**thing.body, f"{URN}:floor": "4", URN: {"tag": "y"}}
    assert made(thing.client.put(thing.path, body), 200)[URN] == {"tag": "y", "floor": "4"}
    operations = [{"method": "PATCH", "path": thing.path, "data": {"schemas": [PATCH_OP], "Operations": [op("replace", f"{URN}:floor", 5)]}}]
    assert made(customer.client.post("/Bulk", {"schemas": [BULK], "Operations": operations}), 200)["Operations"][0]["status"] in ("200", "204")
    assert thing.get()[URN] == {"tag": "y", "floor": 5}
    made(thing.client.put(thing.path, {k: v for k, v in thing.body.items() if k != URN}), 200)
    assert URN not in thing.get()


def test_the_key_of_an_object_in_a_body_is_the_urn_though_it_ends_in_a_name_with_a_dot(customer):
    urn = "urn:example:seats:Floor.plan"
    body = {"schemas": [USER], "userName": f"{unique()}@example.com", urn: {"row": 4}}
    user = made(customer.client.post("/Users", body))
    assert user[urn] == {"row": 4} and urn in user["schemas"]
    again = made(customer.client.put(f"/Users/{user['id']}", user), 200)
    assert again[urn] == {"row": 4} and again["schemas"] == user["schemas"]


def test_what_could_not_be_sent_again_under_its_urn_is_refused(customer):
    body = {"schemas": [USER], "userName": f"{unique()}@example.com"}
    assert_error(customer.client.post("/Users", {**body, "urn:example:2.0:Seat:plan:row": 4}), 400, "invalidPath")
    user = made(customer.client.post("/Users", {**body, "urn:example:2.0:Desk:size": {"width": 2}}))
    assert user["urn:example:2.0:Desk"] == {"size": {"width": 2}}
    assert made(customer.client.put(f"/Users/{user['id']}", user), 200)["urn:example:2.0:Desk"] == user["urn:example:2.0:Desk"]


def test_filters_and_sorting_look_into_it(customer, make):
    thing, other = make({"Tag": "Éloise", "level": 7, "on": True, "desk": [{"type": "work", "value": "A"}], "boss": {"value": "b"},
                         "keys": ["k1", "k2"]}), make({"tag": "zeta", "level": 30})
    none = make()
    for text in ("tag eq \"éloise\"", "TAG sw 'ÉL'", "tag co \"loi\" and " + URN + ":level lt 10", "level eq 7", "level le 29", "on eq true",
                 "desk.value eq \"a\"", "keys eq \"K2\"",
                 "desk[type eq \"work\" and value eq \"a\"]", "desk[type eq \"work\"].value eq \"a\"", "boss eq \"b\"", "boss.value eq \"b\"", "boss[value pr]",
                 "desk pr", "keys[value eq \"k1\"]",
                 "level ne 30 and " + URN + ":tag pr"):
        assert thing.find(f"{URN}:{text}"), text
    assert other.find(f'{URN.lower()}:tag eq "zeta"') and none.find(f"not ({URN}:tag pr)") and none.find(f"{URN}:tag eq null")
    assert not thing.find(f'{URN}:level eq "7"') and not thing.find(f"{URN}:username pr")
    found = made(thing.client.get(f"{thing.kind}?sortBy={URN}:tag"), 200)["Resources"]
    assert [r["id"] for r in found] == [t.path.rsplit("/", 1)[1] for t in (other, thing, none)]
    assert made(customer.client.post(f"{thing.kind}/.search", {"filter": f"{URN}:level eq 7"}), 200)["totalResults"] == 1
    assert made(customer.client.find("", f"{URN}:level eq 7"), 200)["totalResults"] == 1


def test_strict_knows_none_of_it(strict):
    user = strict.user()
    assert_error(strict.client.find("Users", f'{URN}:tag eq "x"'), 400, "invalidFilter")
    assert_error(strict.client.get(f"/Users?sortBy={URN}:tag"), 400, "invalidValue")
    assert_error(strict.client.patch(f"/Users/{user['id']}", op("replace", f"{URN}:tag", "x")), 400, "invalidPath")
    assert made(strict.client.patch(f"/Users/{user['id']}", op("replace", value={f"{URN}:tag": "x"})), 200) == user


def test_answers_name_its_parts(make):
    thing = make({"tag": "x", "seat": {"row": 1, "number": 2}, "desk": [{"type": "work", "value": "1"}]})

    def get(query):
        return thing.get(query).get(URN)
    assert get(f"?attributes={URN}:tag") == {"tag": "x"} and get(f"?attributes={URN}:SEAT.row,{URN}:desk.value") == {"seat": {"row": 1},
                                                                                                                     "desk": [{"value": "1"}]}
    assert get(f"?attributes={URN}") == {"tag": "x", "seat": {"row": 1, "number": 2}, "desk": [{"type": "work", "value": "1"}]}
    assert get("?attributes=externalId") is None and get(f"?attributes={URN}:nothing") is None and get(f"?excludedAttributes={URN}") is None
    assert get(f"?excludedAttributes={URN}:tag,{URN}:seat.row,{URN}:desk.type,{URN}:desk.value") == {"seat": {"number": 2}}


def test_it_grows_no_deeper_and_no_longer_than_a_body(customer):
    thing = Thing(customer, "/Users")
    deep = "x"
    for _ in range(28):
        deep = [deep]
    assert_error(thing.client.patch(thing.path, op("add", f"{URN}:a.b", deep)), 400, "invalidValue")
    members = {f"m{i}": i for i in range(1000)}
    assert len(thing.patch(op("add", URN, members))) == 1000
    assert_error(thing.client.patch(thing.path, op("add", URN, {f"n{i}": i for i in range(25)})), 400, "invalidValue")
    thing.patch(op("replace", f"{URN}:m1", list(range(19000))))
    assert_error(thing.client.patch(thing.path, op("add", f"{URN}:m1", list(range(19000, 21000)))), 400, "invalidValue")
    assert_error(thing.client.patch(thing.path, *[op("add", f"{URN}:m1", "x")] * 500), 413)
