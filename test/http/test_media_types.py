"""Media types, JSON, URLs and headers: what every answer and every request has."""
import json

import pytest
from helpers import GROUP, PATCH_OP, USER, assert_error, made, quote, user_body

JSON_TYPE = "application/scim+json"


@pytest.fixture(scope="module")
def customer(server):
    t = server.customer()
    t.ann = t.user("a+b@example.com", displayName="Éloïse 日本")
    t.crew = t.group("Crew", [t.ann["id"]])
    return t


def test_text_is_utf8_in_and_out(customer):
    answer = customer.client.get(f"/Users/{customer.ann['id']}")
    assert answer.json["displayName"] == "Éloïse 日本" and "Éloïse 日本".encode() in answer.raw


@pytest.mark.parametrize("accept", [None, "*/*", "application/*", "application/scim+json", "application/json", "Application/SCIM+JSON",
                                    "text/html, application/json;q=0.5"])
def test_answers_are_scim_json(customer, accept):
    answer = customer.client.get("/Users", headers={"Accept": accept} if accept else {})
    assert answer.status == 200 and answer.header("Content-Type").split(";")[0] in (JSON_TYPE, "application/json")
    if accept in (None, "*/*", "application/*"):
        assert answer.header("Content-Type").startswith(JSON_TYPE)


@pytest.mark.parametrize("kind",
                         ["application/scim+json", "application/json", "application/scim+json; charset=utf-8", "APPLICATION/SCIM+JSON; Charset=UTF-8", ""])
def test_bodies_of_both_json_types_are_taken(customer, kind):
    made(customer.client.post("/Users", user_body(), headers={"Content-Type": kind}))


def test_the_order_of_members_does_not_matter(customer):
    body = user_body()
    made(customer.client.post("/Users", {k: body[k] for k in reversed(body)}))


def test_numbers_stay_numbers_and_unassigned_is_absent(customer):
    listing = made(customer.client.get("/Users?count=1"), 200)
    assert all(type(listing[k]) is int for k in ("totalResults", "startIndex", "itemsPerPage"))
    user = customer.user(title=None, nickName="", phoneNumbers=[], name={"givenName": None})
    assert not {"title", "nickName", "phoneNumbers", "name"} & user.keys() and "null" not in customer.client.get(f"/Users/{user['id']}").text


def test_a_suffix_is_part_of_an_unknown_id(customer):
    assert_error(customer.client.get(f"/Users/{customer.ann['id']}.scim"), 404)


def test_locations_are_absolute_and_hold_no_secrets(customer):
    for path in ("/Users", "/Groups", "/Schemas", "/ResourceTypes"):
        for r in made(customer.client.get(path), 200)["Resources"]:
            assert r["meta"]["location"].startswith(customer.server.url + "/") and "@" not in r["meta"]["location"].split("/Users")[0], path


def test_queries_are_decoded(customer):
    for text in ('userName%20eq%20%22a%2Bb%40example.com%22', 'userName+eq+%22a%2Bb%40example.com%22', 'userName%20eq%20"a%2Bb@example.com"'):
        assert customer.client.get(f"/Users?filter={text}").json["totalResults"] == 1, text
    assert customer.client.get('/Users?filter=userName+eq+"a+b@example.com"').json["totalResults"] == 0
    assert customer.client.get('/Users?filter=userName%20eq%20"a+b@example.com"').json["totalResults"] == 1
    for broken in ("/Users?filter=%zz", "/Users?x=%", "/Users?%gg=1"):
        assert customer.client.get(broken).status == 400, broken


@pytest.mark.parametrize("query", ["foo=bar&", "", "&&&", "foo", "count=1&foo=bar", "access_type=x&filter=userName%20pr"])
def test_odd_queries_are_understood(customer, query):
    assert customer.client.get(f"/Users?{query}").status == 200


def test_parameter_names_ignore_case_and_come_once(customer):
    assert customer.client.get("/Users?STARTINDEX=2&COUNT=1").json["startIndex"] == 2
    for twice in ("count=1&count=2", "count=1&COUNT=1", "filter=id%20pr&Filter=id%20pr"):
        assert_error(customer.client.get(f"/Users?{twice}"), 400, "invalidValue")


def test_references_may_be_relative(customer):
    body = {"schemas": [GROUP], "displayName": "By reference", "members": [{"$ref": f"../Users/{customer.ann['id']}"}]}
    assert [m["value"] for m in made(customer.client.post("/Groups", body))["members"]] == [customer.ann["id"]]
    for path in ("Users", "v2/Users", "scim/v2/Users", customer.server.url + "/Users"):
        answer = customer.client.post("/Groups", {**body, "displayName": path, "members": [{"$ref": f"{path}/{customer.ann['id']}"}]})
        assert [m["value"] for m in made(answer)["members"]] == [customer.ann["id"]], path


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Bearer a b", "Bearer  ", "Basic YTpi", "Bearer\t", "Digest x", "Token x"])
def test_malformed_credentials_are_401(customer, value):
    answer = customer.client.get("/Users", headers={"Authorization": value})
    assert_error(answer, 401)
    challenge = answer.header("WWW-Authenticate")
    assert challenge.startswith('Bearer realm="scim"') and challenge.count("realm=") == 1 and challenge.count("error=") <= 1
    assert challenge.isascii() and challenge.isprintable() and "\\" not in challenge and challenge.count('"') % 2 == 0


def test_without_credentials_the_challenge_names_no_error(customer):
    answer = customer.client.with_token(None).get("/Users")
    assert_error(answer, 401)
    assert answer.header("WWW-Authenticate") == 'Bearer realm="scim"'
    assert 'error="invalid_token"' in customer.client.with_token("wrong").get("/Users").header("WWW-Authenticate")


def test_every_answer_may_not_be_kept_or_guessed(customer):
    for answer in (customer.client.get("/Users"), customer.client.get(f"/Users/{customer.ann['id']}"), customer.client.get("/Users/nope"),
                   customer.client.with_token("x").get("/Users")):
        assert answer.header("Cache-Control") in ("private, no-cache", "no-store") and answer.header("X-Content-Type-Options") == "nosniff", answer


def test_answers_without_a_body_have_none(customer):
    user = customer.user()
    path = f"/Users/{user['id']}"
    not_modified = customer.client.get(path, headers={"If-None-Match": user["meta"]["version"]})
    deleted = customer.client.delete(path)
    assert [(a.status, a.raw) for a in (not_modified, deleted)] == [(304, b""), (204, b"")]
    assert not_modified.header("ETag") == user["meta"]["version"]


def test_discovery_ignores_paging_and_sorting(customer):
    for path in ("/Schemas", "/ResourceTypes"):
        plain = customer.client.get(path).json
        assert customer.client.get(f"{path}?startIndex=2&count=1&sortBy=name&sortOrder=up&cursor&attributes=x").json == plain, path
        assert "null" not in json.dumps(plain), path
        assert_error(customer.client.get(f"{path}?filter={quote('id pr')}"), 403)
    config = customer.client.get("/ServiceProviderConfig").json
    for query in (f"filter={quote('id pr')}", "filter=(((", "filter=&startIndex=x&filter=y"):
        assert customer.client.get(f"/ServiceProviderConfig?{query}").json == config, query
        assert customer.client.with_token(None).get(f"/ServiceProviderConfig?{query}").json == config, query


def test_service_provider_config_tells_the_truth(customer):
    config = made(customer.client.get("/ServiceProviderConfig"), 200)
    for name in ("patch", "bulk", "filter", "sort", "etag", "changePassword"):
        assert type(config[name]["supported"]) is bool, name
    assert {n: config[n]["supported"] for n in ("patch", "bulk", "filter", "sort", "etag", "changePassword")} == {
        "patch": True, "bulk": True, "filter": True, "sort": True, "etag": True, "changePassword": False}
    assert config["pagination"] == {"cursor": True, "index": True, "defaultPaginationMethod": "index", "defaultPageSize": 100, "maxPageSize": 1000,
                                    "cursorTimeout": 3600}
    assert config["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"] and config["meta"]["resourceType"] == "ServiceProviderConfig"
    scheme, = config["authenticationSchemes"]
    assert scheme["type"] == "oauthbearertoken" and scheme["name"] and scheme["description"]
    assert "securityEvents" not in config and config["documentationUri"].startswith("https://")
    for feature in ("PUT", "PATCH", "POST", "DELETE"):
        assert_error(customer.client.request(feature, "/ServiceProviderConfig", "{}"), 405)


def test_names_and_urns_ignore_case_everywhere(customer):
    name = "CASE@example.com"
    user = made(customer.client.post("/Users",
                                     {"SCHEMAS": [USER.upper()], "USERNAME": name, "Emails": [{"VALUE": name, "TYPE": "work"}], "Name": {"GIVENNAME": "C"}}))
    assert user["userName"] == name and user["emails"] == [{"value": name, "type": "work"}] and user["name"] == {"givenName": "C"}
    for text in (f'USERNAME EQ "{name.lower()}"', f'{USER.upper()}:username eq "{name}"', f'EMAILS[VALUE EQ "{name}" AND TYPE EQ "WORK"]'):
        assert customer.client.find("Users", text).json["totalResults"] == 1, text
    answer = customer.client.request("PATCH", f"/Users/{user['id']}?ATTRIBUTES=NICKNAME",
                                     {"SCHEMAS": [PATCH_OP], "OPERATIONS": [{"OP": "ADD", "PATH": "NickName", "VALUE": "N"}]})
    assert made(answer, 200)["nickName"] == "N"
