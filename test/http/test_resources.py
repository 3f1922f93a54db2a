"""Users and groups as RFC 7643 and 7644 have them, on a connection set up as conformance suites expect."""
import concurrent.futures
import re

import pytest
from helpers import ENTERPRISE, GROUP, PATCH_OP, USER, assert_error, made, op, unique
from resources import NOBODY, OPEN, TIME, body, client_url, create, path, read, team


@pytest.fixture(scope="module")
def customer(server):
    return server.customer(**OPEN)


# ---------------------------------------------------------------- common attributes
def test_ids_are_the_servers_and_never_used_again(client):
    first = create(client, "same", id="mine", bulkId="x")
    assert first["id"] not in ("mine", "") and "bulkId" not in first["id"] and read(client, first)["id"] == first["id"]
    assert client.delete(path(first)).status == 204
    second = create(client, "same")
    assert second["id"] != first["id"] and client.get(path(first)).status == 404
    assert client.delete(path(second)).status == 204


def test_ids_are_exact(client):
    assert_error(client.get(f"/Users/{create(client)['id'].upper()}"), 404)


def test_external_ids_are_the_clients(client):
    assert "externalId" not in create(client) and "externalId" not in team(client)
    first, second = create(client, externalId="Same"), create(client, externalId="Same")
    assert first["externalId"] == second["externalId"] == "Same" and team(client, externalId="Same")["externalId"] == "Same"
    assert client.find("Users", 'externalId eq "same"').json["totalResults"] == 0
    assert client.find("Users", 'externalId eq "Same"').json["totalResults"] == 2


def test_meta_is_the_servers(client):
    user = create(client, meta={"resourceType": "Group", "created": "2001-01-01T00:00:00Z", "version": "W/\"9\"", "location": "http://evil.example"})
    assert user["meta"] == {**user["meta"], "resourceType": "User", "version": 'W/"1"'} and "evil" not in user["meta"]["location"]
    assert user["meta"]["created"] == user["meta"]["lastModified"] > "2020" and re.fullmatch(TIME, user["meta"]["created"])
    now = made(client.patch(path(user), op("add", "title", "T")), 200)["meta"]
    assert now["created"] == user["meta"]["created"] and now["lastModified"] > user["meta"]["lastModified"] and now["version"] == 'W/"2"'
    assert team(client)["meta"]["resourceType"] == "Group"


def test_location_and_version_stand_in_the_headers_too(client):
    answer = client.post("/Users", body())
    user = made(answer)
    assert answer.header("Location") == answer.header("Content-Location") == user["meta"]["location"] == f"{client_url(client)}{path(user)}"
    assert answer.header("ETag") == user["meta"]["version"]
    for again in (client.get(path(user)), client.put(path(user), body(user["userName"])), client.patch(path(user), op("add", "title", "T"))):
        assert again.header("Content-Location") == user["meta"]["location"] and again.header("ETag") == again.json["meta"]["version"], again


def test_schemas_name_what_is_in_use(client):
    enterprise = {ENTERPRISE: {"department": "D"}}
    assert create(client, schemas=[ENTERPRISE, USER], **enterprise)["schemas"] == [USER, ENTERPRISE]
    assert create(client, **enterprise)["schemas"] == [USER, ENTERPRISE]
    assert create(client, schemas=[USER, ENTERPRISE, "urn:x:y", USER])["schemas"] == [USER]
    assert create(client, schemas=[USER, ENTERPRISE], **{ENTERPRISE: {"department": None}})["schemas"] == [USER]
    assert create(client, schemas=[USER.upper()])["schemas"] == [USER]


@pytest.mark.parametrize("schemas", [..., None, "x", USER, [], ["urn:x"], [GROUP], [ENTERPRISE], [5], {}])
def test_the_base_schema_must_be_named(client, schemas):
    wrong = {k: v for k, v in body(schemas=schemas).items() if v is not ...}
    assert_error(client.post("/Users", wrong), 400, "invalidSyntax")
    assert_error(client.put(path(create(client)), wrong), 400, "invalidSyntax")


# ---------------------------------------------------------------- create
@pytest.mark.parametrize("wrong", [{"userName": None}, {"userName": ""}, {"userName": " "}, {"userName": 5}, {"active": 1}, {"active": "yes"}, {"emails": 5},
                                   {"name": "x"}, {"name": 5},
                                   {"emails": [{"value": 5}]}, {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]}, {"title": ["x"]},
                                   {"title": {}},
                                   {"profileUrl": 5}, {"x509Certificates": [{"value": "***"}]}, {ENTERPRISE: "x"}, {ENTERPRISE: {"manager": {"value": 5}}}])
def test_wrong_values_are_400_and_leave_nothing(client, wrong):
    before = client.get("/Users?count=0").json["totalResults"]
    assert_error(client.post("/Users", body(**{"userName": unique(), **wrong}) if "userName" not in wrong else {"schemas": [USER], **wrong}), 400,
                 "invalidValue")
    assert client.get("/Users?count=0").json["totalResults"] == before


def test_read_only_and_unknown_attributes_are_passed_over(client):
    user = create(client, groups=[{"value": NOBODY}], favouriteColor="red", **{"urn:x:y": {"a": 1}})
    assert not {"groups", "favouriteColor", "urn:x:y"} & user.keys()


def test_absent_attributes_stay_absent(client):
    assert create(client).keys() == {"schemas", "id", "userName", "meta"}
    cleared = create(client, title=None, nickName="", emails=[], phoneNumbers=None, name={"givenName": ""}, addresses=[{}], roles=[None])
    assert cleared.keys() == {"schemas", "id", "userName", "meta"}


def test_the_answer_can_be_shaped(client):
    assert made(client.post("/Users?attributes=userName", body())).keys() == {"schemas", "id", "userName"}
    assert made(client.post("/Users?excludedAttributes=meta", body(title="T"))).keys() == {"schemas", "id", "userName", "title"}


def test_a_user_name_is_used_once_whatever_its_letters(client):
    name = unique("Näme")
    user = create(client, name)
    for same in (name.upper(), name.lower(), name.replace("ä", "a\u0308"), "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)):
        assert_error(client.post("/Users", body(same)), 409, "uniqueness")
    other = create(client)
    assert_error(client.put(path(other), body(name.upper())), 409, "uniqueness")
    assert_error(client.patch(path(other), op("replace", "userName", name)), 409, "uniqueness")
    assert client.delete(path(user)).status == 204
    assert create(client, name.upper())["userName"] == name.upper()


def test_user_names_may_have_spaces_but_no_control_characters(client):
    create(client, f"a b {unique()}")
    for wrong in ("a\nb", "a\u0007b", "a\u0085b", "   ", "\u3000"):
        assert_error(client.post("/Users", body(wrong)), 400, "invalidValue")


def test_a_long_value_is_stored_or_refused_never_an_error(client):
    import random
    long = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=8000))
    assert create(client, title=long)["title"] == long
    assert_error(client.post("/Users", body(long)), 400, "invalidValue")


@pytest.mark.parametrize("text, folded, exact", [("x", 1, 1), ("é", 2, 2), ("\ufdfa", 33, 3), ("Ａ", 3, 3)])
def test_what_an_index_holds_has_a_greatest_length(client, text, folded, exact):
    """1000 bytes of the key, whether PostgreSQL can compress it or not; as a name U+FDFA is 33 of them."""
    start = unique()
    most, more, more_exact = start + text * ((1000 - len(start)) // folded), text * (1000 // folded + 1), text * (1000 // exact + 1)
    user = create(client, most, externalId=text * (1000 // exact), emails=[{"value": most}, {"value": "b"}])
    for wrong, name in (({"externalId": more_exact}, "externalId"), ({"emails": [{"value": "a"}, {"value": more}]}, "emails.value")):
        for answer in (client.post("/Users", body(**wrong)), client.put(path(user), body(most, **wrong)), client.patch(path(user), op("add", value=wrong))):
            assert "1000" in assert_error(answer, 400, "invalidValue", f"{name} is too long")["detail"], (name, answer)
    group = team(client, displayName=most)
    if text != "Ａ":  # a name's wide letter is one byte
        assert_error(client.post("/Users", body(more)), 400, "invalidValue", "userName is too long")
    assert_error(client.post("/Groups", {"schemas": [GROUP], "displayName": more}), 400, "invalidValue", "displayName is too long")
    assert_error(client.patch(path(group), op("replace", "displayName", more)), 400, "invalidValue", "displayName is too long")
    assert create(client, displayName=more)["displayName"] == more


def test_a_value_that_is_too_long_but_there_already_stays(customer, client):
    user = create(client, externalId="here")
    customer.server.sql("update muster.scim_user set resource = replace(resource, 'here', repeat('e', 2000)) where id = %s", user["id"])
    assert made(client.patch(path(user), op("replace", "active", False)), 200)["externalId"] == "e" * 2000
    assert_error(client.patch(path(user), op("replace", "externalId", "e" * 1999)), 400, "invalidValue", "externalId")


def test_values_are_kept_as_they_were_sent(client):
    values = {"locale": "en_US", "preferredLanguage": "EN", "timezone": "Nowhere", "phoneNumbers": [{"value": "5555555", "type": "club"}],
              "addresses": [{"country": "Bermuda", "formatted": "1 St\nTown"}], "emails": [{"value": "Not An Address"}],
              "name": {"givenName": "G", "formatted": "Other"},
              "x509Certificates": [{"value": "AQI"}]}
    user = create(client, **values)
    assert {k: user[k] for k in values} == values
    assert create(client, active="False", emails=[{"value": "a", "primary": "TRUE"}])["active"] is False


def test_equal_values_of_a_list_are_one(client):
    user = create(client, emails=[{"value": "a@x.example", "type": "work"}, {"value": "A@x.example", "type": "WORK", "display": "D"},
                                  {"value": "a@x.example", "type": "home"}])
    assert user["emails"] == [{"value": "a@x.example", "type": "work", "display": "D"}, {"value": "a@x.example", "type": "home"}]


def test_passwords_go_nowhere(customer, client):
    user = create(client, password="Zzyzx-1")
    assert_error(client.post("/Users", body(password=5)), 400, "invalidValue")
    answer = client.patch(path(user), op("replace", "password", "Zzyzx-2"))
    for text in (answer.text, client.get(f"{path(user)}?attributes=password").text, client.get("/Users").text):
        assert "Zzyzx" not in text and "password" not in text, text
    for table in ("scim_user", "member", "audit_event"):
        assert "Zzyzx" not in str(customer.server.sql(f"select t::text from muster.{table} t where organization_id = %s", customer.org["id"])), table
    assert_error(client.find("Users", 'password eq "x"'), 400, "invalidFilter")


# ---------------------------------------------------------------- read
def test_what_is_not_there_is_404(client):
    user, group = create(client), team(client)
    for wrong in (f"/Users/{NOBODY}", "/Users/nope", f"/Users/{group['id']}", f"/Groups/{user['id']}", f"/Users/{user['id']}x", "/Groups/%27", "/Users/a%00b"):
        whole = body() if "Users" in wrong else {"schemas": [GROUP], "displayName": "G"}
        for method, data in (("GET", None), ("PUT", whole), ("PATCH", {"schemas": [PATCH_OP], "Operations": [op("add", "externalId", "x")]}), ("DELETE", None)):
            assert_error(client.request(method, wrong, data), 404)


@pytest.mark.parametrize("wrong", ["/Users/%zz", "/Users/a%0", "/Users/%%00"])
def test_a_broken_escape_is_400(client, wrong):
    assert client.get(wrong).status == 400


def test_list_parameters_mean_nothing_for_one_resource(client):
    user = create(client)
    assert made(client.get(f"{path(user)}?filter=userName%20eq%20%22nobody%22&count=0&startIndex=7&sortBy=title&cursor=x"), 200) == user


# ---------------------------------------------------------------- replace
def test_a_put_replaces_what_can_be_written(client):
    user = create(client, title="T", nickName="N", emails=[{"value": "a"}, {"value": "b"}], **{ENTERPRISE: {"department": "D"}})
    now = made(client.put(path(user), body("Renamed" + user["userName"], emails=[{"value": "c"}], id="x", meta={"version": "x"}, groups=[{"value": "x"}])), 200)
    assert {k: v for k, v in now.items() if k != "meta"} == {"schemas": [USER], "id": user["id"], "userName": "Renamed" + user["userName"],
                                                             "emails": [{"value": "c"}]}
    assert now["meta"]["version"] == 'W/"2"' and now["meta"]["created"] == user["meta"]["created"]
    assert "emails" not in made(client.put(path(user), body(user["userName"], emails=[], title=None)), 200)


def test_what_was_read_can_be_put_back_and_changes_nothing(client):
    boss = create(client, displayName="Boss")
    user = create(client, title="T", emails=[{"value": "a", "primary": False}], active=True, **{ENTERPRISE: {"manager": {"value": boss["id"]}}})
    group = team(client, user["id"], boss["id"])
    for resource in (read(client, user), read(client, group)):
        again = made(client.put(path(resource), resource), 200)
        assert again == resource, resource


def test_a_put_must_have_what_is_required(client):
    user, group = create(client), team(client)
    assert_error(client.put(path(user), {"schemas": [USER], "title": "T"}), 400, "invalidValue", "userName")
    assert_error(client.put(path(group), {"schemas": [GROUP], "members": []}), 400, "invalidValue", "displayName")


# ---------------------------------------------------------------- delete
def test_what_was_deleted_is_gone_everywhere(client):
    boss, user = create(client), create(client)
    made(client.patch(path(user), op("add", f"{ENTERPRISE}:manager", boss["id"])), 200)
    group = team(client, boss["id"], user["id"])
    answer = client.delete(path(boss))
    assert (answer.status, answer.raw) == (204, b"")
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        data = body() if method == "PUT" else {"schemas": [PATCH_OP], "Operations": [op("add", "title", "T")]} if method == "PATCH" else None
        assert_error(client.request(method, path(boss), data), 404)
    assert client.find("Users", f'id eq "{boss["id"]}"').json["totalResults"] == 0
    now = read(client, group)
    assert [m["value"] for m in now["members"]] == [user["id"]] and now["meta"]["version"] != group["meta"]["version"]
    left = read(client, user)
    assert ENTERPRISE not in left and ENTERPRISE not in left["schemas"] and left["meta"]["version"] != user["meta"]["version"]
    assert client.find("Users", f'{ENTERPRISE}:manager.value eq "{boss["id"]}"').json["totalResults"] == 0


# ---------------------------------------------------------------- versions
def test_versions_count_changes(client):
    user = create(client)
    assert re.fullmatch(r'W/"\d+"', user["meta"]["version"])
    same = made(client.patch(path(user), op("remove", "title")), 200)
    assert same["meta"] == user["meta"]
    assert made(client.patch(path(user), op("add", "title", "T")), 200)["meta"]["version"] != user["meta"]["version"]


@pytest.mark.parametrize("headers, status", [
    ({"If-Match": 'W/"1"'}, 200), ({"If-Match": '"1"'}, 200), ({"If-Match": "*"}, 200), ({"If-Match": 'W/"0", W/"1"'}, 200), ({"If-Match": 'W/"7"'}, 412),
    ({"If-Match": "abc"}, 412),
    ({"If-None-Match": "*"}, 412), ({"If-None-Match": 'W/"1"'}, 412), ({"If-None-Match": 'W/"7"'}, 200), ({"If-None-Match": "abc"}, 200),
    ({"If-Match": '"01"'}, 412), ({"If-Match": '"1"x'}, 412), ({"If-Match": 'W/"1"W/"1"'}, 412), ({"If-Match": '"1x"'}, 412), ({"If-Match": '"+1"'}, 412),
    ({"If-Match": 'w/"1"'}, 412),
    ({"If-Match": '"1'}, 412), ({"If-Match": 'W/"0,x" ,W/"1"'}, 200), ({"If-Match": '"1",x'}, 200), ({"If-None-Match": '"01"'}, 200),
    ({"If-None-Match": '"1"x'}, 200),
    ({"If-Match": 'W/"7"', "If-None-Match": 'W/"7"'}, 412), ({"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 200)])
def test_preconditions_of_changes(client, headers, status):
    for method in ("PUT", "PATCH", "DELETE"):
        for resource in (create(client, title="T"), team(client)):
            data = {k: v for k, v in resource.items() if k not in ("id", "meta")} if method == "PUT" else {"schemas": [PATCH_OP],
                                                                                                           "Operations": [op("add", "externalId", "x")]}
            answer = client.request(method, path(resource), None if method == "DELETE" else data, headers)
            assert answer.status == (204 if status == 200 and method == "DELETE" else status), answer
            if status == 412:
                assert read(client, resource) == resource, (method, resource)
            nobody = f"{path(resource).rsplit('/', 1)[0]}/{NOBODY}"
            assert client.request(method, nobody, None if method == "DELETE" else data, headers).status == 404, (method, resource)


def test_one_of_two_with_the_same_version_wins(client):
    for _ in range(10):
        user = create(client)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            tries = [pool.submit(client.with_token(client.token).put, path(user), body(user["userName"], title=t), headers={"If-Match": 'W/"1"'}) for t in "AB"]
        assert sorted(t.result().status for t in tries) == [200, 412]


def test_a_version_that_is_known_is_not_sent_again(client):
    user = create(client, title="T")
    for query in ("", "?attributes=title"):
        for tag in (user["meta"]["version"], "*", '"1"', 'W/"5", W/"1"'):
            answer = client.get(path(user) + query, headers={"If-None-Match": tag})
            assert (answer.status, answer.raw, answer.header("ETag")) == (304, b"", 'W/"1"'), (query, tag)
        for tag in ('W/"2"', "abc", '""', '"01"', '"1"x', 'W/"1x"'):
            assert client.get(path(user) + query, headers={"If-None-Match": tag}).status == 200, (query, tag)
    head = client.request("HEAD", path(user))
    assert (head.status, head.raw, head.header("ETag")) == (200, b"", 'W/"1"')


def test_inactive_users_stay_as_they_are(client):
    user = create(client, active=True, title="T")
    group = team(client, user["id"])
    now = made(client.patch(path(user), op("replace", "active", False)), 200)
    assert now["active"] is False and now["title"] == "T" and read(client, group)["members"] == group["members"]
    assert client.find("Users", f'id eq "{user["id"]}" and active eq false').json["totalResults"] == 1
    assert made(client.patch(path(user), op("replace", "password", "x")), 200)["active"] is False


@pytest.mark.parametrize("form",
                         [lambda i: i, lambda i: {"value": i}, lambda i: [{"value": i}], lambda i: {"value": i, "displayName": "Wrong", "$ref": "../Users/x"}])
def test_a_manager_in_every_form_is_an_object_kept_current(client, form):
    boss, user = create(client, displayName="Boss"), create(client)
    managed = made(client.patch(path(user), op("add", f"{ENTERPRISE}:manager", form(boss["id"]))), 200)
    assert managed[ENTERPRISE]["manager"] == {"value": boss["id"], "$ref": boss["meta"]["location"], "displayName": "Boss"}
    made(client.patch(path(boss), op("replace", "displayName", "Chief")), 200)
    assert read(client, user)[ENTERPRISE]["manager"]["displayName"] == "Chief" and read(client, user)["meta"] == managed["meta"]
    assert made(client.put(path(user), body(user["userName"], **{ENTERPRISE: {"manager": form(boss["id"])}})),
                200)[ENTERPRISE]["manager"]["displayName"] == "Chief"
    assert ENTERPRISE not in made(client.patch(path(user), op("replace", f"{ENTERPRISE}:manager", "")), 200)


def test_a_manager_nobody_knows_is_kept_without_a_reference(client):
    user = create(client, **{ENTERPRISE: {"manager": {"value": "nobody", "$ref": "../Users/nobody"}}})
    assert user[ENTERPRISE]["manager"]["value"] == "nobody" and "displayName" not in user[ENTERPRISE]["manager"]


# ---------------------------------------------------------------- PATCH
def test_a_patch_is_applied_in_order_or_not_at_all(client):
    user = create(client)
    now = made(client.patch(path(user), op("add", "emails", [{"value": "a", "type": "work"}]), op("replace", 'emails[type eq "work"].value', "b"),
                            op("add", "title", "T")), 200)
    assert now["emails"] == [{"value": "b", "type": "work"}] and now["title"] == "T"
    for bad in (op("replace", "active", "maybe"), op("add", "bogus", 1), op("replace", "id", "x"), op("remove", "userName"),
                op("replace", 'emails[type eq "home"]', {"value": "x"})):
        assert client.patch(path(user), op("replace", "title", "Changed"), bad).status == 400, bad
        assert read(client, user) == now, bad


def test_identical_patches_have_identical_results(client):
    operations = [op("replace", "title", "T"), op("add", "emails", [{"value": "a", "type": "work", "primary": True}]),
                  op("replace", "name", {"familyName": "F"}), op("remove", "nickName")]
    users = [create(client, nickName="N", emails=[{"value": "z", "primary": True}]) for _ in range(2)]
    results = [made(client.patch(path(u), *operations), 200) for u in users]
    assert [{k: v for k, v in r.items() if k not in ("id", "meta", "userName")}
            for r in results] == [{k: v for k, v in results[0].items() if k not in ("id", "meta", "userName")}] * 2
    assert made(client.patch(path(users[0]), *operations), 200) == results[0]


def test_a_thousand_operations_and_members_take_seconds(client):
    users = [i["location"].rsplit("/", 1)[1]
             for part in range(0, 1000, 250)
             for i in made(client.post("/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
                 {"method": "POST", "path": "/Users", "bulkId": str(i), "data": body(f"many{i}")} for i in range(part, part + 250)]}), 200)["Operations"]]
    group = team(client)
    assert len(made(client.patch(path(group), *[op("add", "members", [{"value": u}]) for u in users]), 200)["members"]) == 1000
    assert "members" not in made(client.patch(path(group), op("remove", "members", [{"value": u} for u in users])), 200)


# ---------------------------------------------------------------- errors
def test_errors_have_the_envelope(client):
    user = create(client)
    for answer, status in ((client.get("/Nope"), 404), (client.get("/Users?filter=x"), 400), (client.post("/Users", body(user["userName"])), 409),
                           (client.post("/Users", "{"), 400),
                           (client.get("/Me"), 501), (client.put("/Users", {}), 405),
                           (client.post("/Users", body(), headers={"Content-Type": "text/plain"}), 415),
                           (client.get("/Users", headers={"Accept": "image/png"}), 406), (client.delete(path(user), headers={"If-Match": "x"}), 412)):
        assert_error(answer, status, answer.json.get("scimType"))


def test_a_detail_never_repeats_a_secret(client):
    answer = client.post("/Users", body(password={"Zzyzx": "Zzyzx"}))
    assert answer.status == 400 and "Zzyzx" not in answer.text
    assert "Zzyzx" not in client.get("/Users?access_token=Zzyzx&filter=x").text
