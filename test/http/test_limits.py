"""Limits of size: strings, photos, users, groups. They apply to what a request brings, never to what is stored."""
import base64
import json

import pytest
from helpers import ENTERPRISE, GROUP, PATCH_OP, SEARCH, USER, assert_error, made, op, user_body

STRING, BINARY, RESOURCE, WHOLE = 8192, 1024 * 1024, 256 * 1024, 2 * 1024 * 1024
URN = "urn:example:own"


def compact(value):
    """Bytes of a resource as JSON, without its schemas."""
    value = {k: v for k, v in value.items() if k != "schemas"}
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


@pytest.fixture(scope="module")
def t(server):
    return server.customer()


def patch_each_way(client, user, attribute, value):
    """The same change by path, without a path, and by PUT."""
    yield client.patch(f"/Users/{user['id']}", op("replace", attribute, value))
    yield client.patch(f"/Users/{user['id']}", op("add", None, {attribute: value}))
    yield client.put(f"/Users/{user['id']}", user_body(user["userName"], **{attribute: value}))


@pytest.mark.parametrize("letter", ["x", "\u00e9", "\ufdfa"])
def test_a_string_may_have_8_kib(t, letter):
    n = STRING // len(letter.encode())
    fits, long = letter * n + "x" * (STRING % len(letter.encode())), letter * n + "x" * (STRING % len(letter.encode()) + 1)
    user = made(t.client.post("/Users", user_body(title=fits)))
    assert_error(t.client.post("/Users", user_body(title=long)), 400, "invalidValue", "title: a string of 8193 bytes, where 8192 are the limit")
    for answer in patch_each_way(t.client, user, "nickName", fits):
        assert answer.status == 200 and answer.json["nickName"] == fits
    for answer in patch_each_way(t.client, user, "nickName", long):
        assert_error(answer, 400, "invalidValue", "8192")


def test_everything_that_is_a_string_is_limited(t):
    for more in ({"emails": [{"value": "a@example.com", "display": "x" * 8193}]}, {URN: {"a": [{"b": "x" * 8193}]}}, {"name": {"formatted": "x" * 8193}},
                 {"x" * 8193: 1}, {"photos": [{"value": "x", "display": "x" * 8193}]}, {"title": "{" + "x" * 8192}, {"schemas": [USER, "x" * 8193]}):
        assert_error(t.client.post("/Users", user_body(**more)), 400, "invalidValue", "8192")
    assert_error(t.client.post("/Groups", {"schemas": [GROUP], "displayName": "g", URN: {"a": "x" * 8193}}), 400, "invalidValue", "8192")
    for member in ("filter", "sortBy", "cursor"):
        assert_error(t.client.post("/Users/.search", {"schemas": [SEARCH], member: "x" * 8193}), 400, "invalidValue", "8192")


def test_a_text_that_is_read_as_json_may_be_as_long_as_the_body_and_its_parts_have_their_limits(t):
    user = t.user()
    ims = [{"value": f"a{i}", "type": "x" * 1000} for i in range(20)]
    answer = t.client.patch(f"/Users/{user['id']}", op("replace", "ims", json.dumps(ims)))
    assert answer.status == 200 and len(answer.json["ims"]) == 20
    for value in ({"title": "x" * 8193}, {"emails": [{"value": "a@example.com", "display": "x" * 8193}]}):
        assert_error(t.client.patch(f"/Users/{user['id']}", op("replace", None, json.dumps(value))), 400, "invalidValue", "8192")
    assert_error(t.client.patch(f"/Users/{user['id']}", op("replace", "title", "[" + "x" * 8192)), 400, "invalidValue", "8192")


def test_a_photo_and_a_certificate_may_have_1_mib(t):
    photo, certificate = "https://example.com/" + "x" * (BINARY - 20), base64.b64encode(b"x" * (BINARY // 4 * 3)).decode()
    assert len(photo) == len(certificate) == BINARY
    user = t.user()
    for attribute, value, more in (("photos", photo, "x"), ("x509Certificates", certificate, "AAAA")):
        for send in (lambda v, a=attribute: t.client.post("/Users", user_body(**{a: [{"value": v}]})),
                     lambda v, a=attribute: t.client.put(f"/Users/{user['id']}", user_body(user["userName"], **{a: [{"value": v, "type": "t"}]})),
                     lambda v, a=attribute: t.client.patch(f"/Users/{user['id']}", op("replace", f'{a}[type eq "t"].value', v)),
                     lambda v, a=attribute: t.client.patch(f"/Users/{user['id']}", op("replace", a, [{"value": v, "type": "t"}])),
                     lambda v, a=attribute: t.client.patch(f"/Users/{user['id']}", op("replace", None, {f"{USER}:{a}": [{"value": v, "type": "t"}]})),
                     lambda v, a=attribute: t.client.patch(f"/Users/{user['id']}", op("replace", None, {f'{a}[type eq "t"].value': v}))):
            assert_error(send(value + more), 400, "invalidValue", "1048576")
            answer = send(value)
            assert answer.status in (200, 201) and answer.json[attribute][0]["value"] == value, attribute
        assert t.client.patch(f"/Users/{user['id']}", op("remove", attribute)).status == 200, attribute


def sized(size, **more):
    """A user of exactly so many bytes as JSON."""
    body = {**user_body(**more), "schemas": [USER, URN], URN: {}}
    strings = body[URN]
    while size - compact(body) > STRING:
        strings[f"s{len(strings)}"] = "x" * (STRING - 50)
    strings["last"] = ""
    strings["last"] = "x" * (size - compact(body))
    assert compact(body) == size
    return body


def test_a_user_may_have_256_kib_without_photos_and_2_mib_with_them(t):
    assert_error(t.client.post("/Users", sized(RESOURCE + 1)), 400, "invalidValue", "262145 bytes as JSON, where 262144 are the limit")
    user = made(t.client.post("/Users", sized(RESOURCE, active=True)))
    photos = [{"value": f"https://{i}.example.com/" + "x" * 950_000} for i in range(2)]
    assert made(t.client.patch(f"/Users/{user['id']}", op("add", "photos", photos[:1])), 200)
    assert_error(t.client.patch(f"/Users/{user['id']}", op("add", "photos", photos[1:])), 400, "invalidValue", "2097152 are the limit")
    assert_error(t.client.patch(f"/Users/{user['id']}", op("add", "title", "x")), 400, "invalidValue", "262144 are the limit")
    assert t.client.patch(f"/Users/{user['id']}", op("remove", f"{URN}:s1"), op("add", "title", "x")).status == 200


def test_a_group_may_have_256_kib_without_its_members(t):
    def group(size):
        body = sized(size)
        return {"schemas": [GROUP, URN], "displayName": body["userName"] + "x" * (size - compact(
            {"schemas": [GROUP, URN], "displayName": body["userName"], URN: body[URN]})), URN: body[URN]}
    assert_error(t.client.post("/Groups", group(RESOURCE + 1)), 400, "invalidValue", "262144 are the limit")
    made(t.client.post("/Groups", {**group(RESOURCE), "members": [{"value": t.user()["id"], "display": "x" * 1000}]}))


def left_out(t, user):
    rows = t.server.sql("select data->'held' from muster.audit_event where target_id = %s order by at desc, id desc limit 1", user["id"])
    return [p["part"] for p in rows[0][0] or []]


def enlarge(server, user, size):
    """As a user may have been stored before there were limits."""
    server.sql("update muster.scim_user set resource = rtrim(resource, '}') || %s where id = %s",
               "," + json.dumps({"title": "t" * 20_000, URN: {"big": "x" * size}})[1:], user["id"])


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
def test_an_older_larger_user_is_read_changed_and_deactivated(server, dialect):
    t = server.customer(dialect=dialect)
    user = t.user(displayName="x", active=True, name={"givenName": "A"})
    made(t.client.patch(f"/Users/{user['id']}", op("remove", "name")), 200)
    enlarge(server, user, 400_000)
    stored = t.client.get(f"/Users/{user['id']}").json
    assert len(stored[URN]["big"]) == 400_000
    answer = t.client.patch(f"/Users/{user['id']}", op("replace", "displayName", "y"))
    assert answer.status == 200 and answer.json["displayName"] == "y" and answer.json[URN] == stored[URN]
    answer = t.client.put(f"/Users/{user['id']}", {**stored, "displayName": "z"})
    assert answer.status == 200 and answer.json["displayName"] == "z" and len(answer.json["title"]) == 20_000
    assert t.client.patch(f"/Users/{user['id']}", op("add", "nickName", "n")).json["nickName"] == "n"
    photos = [{"value": f"https://{i}.example.com/" + "x" * 950_000} for i in range(2)]
    assert t.client.patch(f"/Users/{user['id']}", op("add", "photos", photos[:1])).status == 200
    assert_error(t.client.patch(f"/Users/{user['id']}", op("add", f"{URN}:b", "x" * 8193)), 400, "invalidValue")
    assert t.client.patch(f"/Users/{user['id']}", op("replace", "active", False)).json["active"] is False


def test_the_end_of_access_is_not_refused_for_what_makes_the_user_too_large(t):
    user = made(t.client.post("/Users", sized(RESOURCE, active=True)))
    answer = t.client.patch(f"/Users/{user['id']}", op("add", "title", "x" * 8000), op("replace", "active", False))
    assert answer.status == 200 and answer.json["active"] is False
    assert t.member(user["userName"])["status"] == "deactivated"


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
def test_nor_is_one_that_comes_from_a_mapping(server, api, dialect):
    t = server.customer(dialect=dialect)
    made(api.put(f"/organizations/{t.slug}/scim/attribute-mappings", {"mapping": {"userType": "{{ value | replace: 'gone', 'false' }}.active"}}), 200)
    user = t.user(userType="here")
    enlarge(server, user, RESOURCE - 21_000)
    assert_error(t.client.patch(f"/Users/{user['id']}", op("add", "nickName", "x" * 8000), op("replace", "userType", "there")), 400, "invalidValue",
                 "262144 are the limit")
    answer = t.client.patch(f"/Users/{user['id']}", op("add", "nickName", "x" * 8000), op("replace", "userType", "gone"))
    assert answer.status == 200 and len(answer.json["nickName"]) == 8000, answer
    assert t.member(user["userName"])["status"] == "deactivated"


LONG_TITLE, LONG_PHOTO = {"title": "x" * (STRING + 1)}, {"photos": [{"value": "x" * (BINARY + 1)}]}


@pytest.mark.parametrize("operations, held", [
    ([op("replace", "title", "x" * (STRING + 1))], ["title"]), ([op("add", None, {**LONG_TITLE, "nickName": "n"})], ["title"]),
    ([op("replace", "photos", LONG_PHOTO["photos"])], ["photos"]), ([op("replace", None, json.dumps(LONG_TITLE))], ["title"]),
    ([op("add", None, {ENTERPRISE: {"division": "x" * (STRING + 1)}, "x" * (STRING + 1): 1})], ["division", "x" * 297 + "..."])],
    ids=["path", "path-less", "photo", "text", "extension-and-name"])
def test_lenient_leaves_out_what_is_too_long_beside_the_end_of_access(t, operations, held):
    user = t.user(active=True)
    answer = t.client.patch(f"/Users/{user['id']}", *operations, op("replace", "active", False))
    assert answer.status == 200 and answer.json["active"] is False and "title" not in answer.json
    assert left_out(t, user) == held
    assert_error(t.client.patch(f"/Users/{user['id']}", *operations, op("replace", "active", True)), 400, "invalidValue", "are the limit")


def test_lenient_leaves_out_of_a_put_what_is_too_long_beside_the_end_of_access(t):
    user = t.user(title="T", **{ENTERPRISE: {"division": "D", "department": "E"}})
    long = {"title": "x" * (STRING + 1), ENTERPRISE: {"division": "x" * (STRING + 1), "department": "F", "other": "x" * (STRING + 1)}, "active": False}
    answer = t.client.put(f"/Users/{user['id']}", user_body(user["userName"], **long))
    assert answer.status == 200 and answer.json["active"] is False
    assert answer.json["title"] == "T" and answer.json[ENTERPRISE] == {"division": "D", "department": "F"}
    assert left_out(t, user) == ["title", f"{ENTERPRISE}:division", f"{ENTERPRISE}:other"]
    assert_error(t.client.put(f"/Users/{user['id']}", user_body(user["userName"], **{**long, "active": True})), 400, "invalidValue", "are the limit")


def test_of_very_many_changes_that_make_a_user_too_large_not_every_one_is_tried(t):
    user = t.user(active=True)
    body = user_body(user["userName"], **{f"urn:a:{n:04d}": {"v": "x" * 300} for n in range(1000)})
    assert_error(t.client.put(f"/Users/{user['id']}", body), 400, "invalidValue", "262144 are the limit")
    assert_error(t.client.patch(f"/Users/{user['id']}", op("add", None, body)), 400, "invalidValue", "262144 are the limit")
    left = made(t.client.patch(f"/Users/{user['id']}", op("replace", "active", False)), 200)
    after = t.client.put(f"/Users/{user['id']}", {**body, "active": False, "title": "Gone"})
    assert after.status == 200 and after.json["title"] == "Gone" and after.json["meta"]["version"] != left["meta"]["version"]
    assert compact({k: v for k, v in after.json.items() if k not in ("id", "meta")}) <= RESOURCE
    assert left_out(t, user)[-1] == "urn:a:0999"


def test_strict_is_atomic_for_what_is_too_long(server):
    t = server.customer(dialect="strict")
    user = t.user(active=True)
    operations = [op("replace", "title", LONG_TITLE["title"]), op("replace", "active", False)]
    assert_error(t.client.patch(f"/Users/{user['id']}", *operations), 400, "invalidValue", "title: a string of 8193 bytes, where 8192 are the limit")


def test_a_key_that_cannot_fit_is_refused_before_it_is_made(t):
    for more in ({"userName": "\ufdfa" * 2730}, {"externalId": "x" * 8192}):
        assert_error(t.client.post("/Users", user_body(**more)), 400, "invalidValue", "too long")
    body = {"schemas": [PATCH_OP], "Operations": [op("replace", "userName", "\ufdfa" * 2730)]}
    assert_error(t.client.request("PATCH", f"/Users/{t.user()['id']}", body), 400, "invalidValue", "too long")
