"""Discovery tells the truth; URLs and methods are right."""
import json

import pytest
from helpers import ENTERPRISE, GROUP, LIST, ROOT, USER, assert_error, made, user_body


def test_service_provider_config(client):
    config = made(client.get("/ServiceProviderConfig"), 200)
    assert config["patch"]["supported"] and config["filter"]["supported"] and config["etag"]["supported"]
    assert isinstance(config["bulk"]["maxOperations"], int) and isinstance(config["bulk"]["maxPayloadSize"], int)
    for feature, path, method in (("bulk", "/Bulk", "POST"),):
        if not config[feature]["supported"]:
            assert_error(client.request(method, path, "{}"), 501)
    assert config["authenticationSchemes"][0]["type"] == "oauthbearertoken"


def test_schemas_are_those_of_the_rfc(client):
    listing = made(client.get("/Schemas?startIndex=2&count=1"), 200)
    assert listing["schemas"] == [LIST] and listing["totalResults"] == len(listing["Resources"]) == 6
    with open(f"{ROOT}/test/data/spec/schemas.json", encoding="utf-8") as f:
        expected = {s["id"]: s["attributes"] for s in json.load(f)["Resources"]}
    shown = {s["id"]: s["attributes"] for s in listing["Resources"]}
    for urn in (USER, GROUP):  # clients look for this common attribute in the schemas
        assert shown[urn].pop()["name"] == "externalId", urn
    for attributes in (*shown.values(), *expected.values()):
        for a in attributes:
            a.pop("description")  # says what the connection does
    assert shown == expected
    assert "null" not in json.dumps(listing)


def attributes_of(client, urn):
    return {a["name"]: a for a in made(client.get(f"/Schemas/{urn}"), 200)["attributes"]}


def test_users_and_groups_have_an_external_id(server):
    for settings, unique in (({}, "server"), ({"linking": "never"}, "none")):
        client = server.customer(**settings).client
        for urn, uniqueness in ((USER, unique), (GROUP, "none")):
            a = attributes_of(client, urn)["externalId"]
            assert a.pop("description"), (settings, unique, urn, uniqueness)
            assert a == {"name": "externalId", "type": "string", "multiValued": False, "required": False, "caseExact": True, "mutability": "readWrite",
                         "returned": "default", "uniqueness": uniqueness}, (settings, unique, urn, uniqueness)
        twice = [client.post("/Users", user_body(externalId="E")).status for _ in range(2)]
        assert twice == ([201, 409] if unique == "server" else [201, 201]), (settings, unique)


def test_descriptions_say_what_the_connection_does(server):
    default, open_one = server.customer().client, server.customer(identity="mutable", email="optional", linking="never", unknown_members="skip",
                                                                  group_names="any").client

    def texts(client):
        users, groups = attributes_of(client, USER), attributes_of(client, GROUP)
        assert [users[n]["mutability"] for n in ("userName", "emails")] == ["readWrite"] * 2  # as validators want it
        return [a["description"] for a in (users["userName"], users["emails"], users["externalId"], groups["displayName"], groups["members"])]
    for text, word in zip(texts(default), ("400 mutability", "400 mutability", "Unique", "Unique", "refused"), strict=True):
        assert word in text
    for text, word in zip(texts(open_one), ("400 mutability", "400 mutability", "Unique", "Unique", "refused"), strict=True):
        assert word not in text
    assert "at any time" in texts(open_one)[0] and "left out" in texts(open_one)[4]


@pytest.mark.parametrize("urn", [USER, GROUP, ENTERPRISE, USER.upper(), USER.replace(":", "%3A")])
def test_one_schema(client, urn):
    schema = made(client.get(f"/Schemas/{urn}"), 200)
    assert schema["id"].lower() == urn.replace("%3A", ":").lower() and schema["meta"]["location"].endswith(f"/Schemas/{schema['id']}")


def test_resource_types(client):
    types = {t["name"]: t for t in made(client.get("/ResourceTypes"), 200)["Resources"]}
    assert {n: (t["endpoint"], t["schema"]) for n, t in types.items()} == {"User": ("/Users", USER), "Group": ("/Groups", GROUP)}
    assert types["User"]["schemaExtensions"] == [{"schema": ENTERPRISE, "required": False}]
    assert made(client.get("/ResourceTypes/User"), 200) == types["User"]


@pytest.mark.parametrize("path", ["/ResourceTypes/Nope", "/Schemas/urn:x", "/Schemas/urn:ietf:params:scim:api:messages:2.0:PatchOp", "/Nope",
                                  "/Users/nope", "/Users/a%00b", "/Users/%00", "/No%00pe", "/Users/a/b", "/./Users", "/Users/..%2fGroups"])
def test_what_is_not_there_is_404(client, path):
    answer = client.get(path)
    assert answer.status in (400, 404), answer  # a web server may refuse the spelling itself
    if "%00" in path or path.count("%") == 0 and "//" not in path and "/." not in path:
        assert_error(answer, 404)


@pytest.mark.parametrize("method, path, allow", [
    ("PUT", "/Users", "GET, HEAD, POST"), ("DELETE", "/Groups", "GET, HEAD, POST"), ("POST", "/Users/x", "GET, HEAD, PUT, PATCH, DELETE"),
    ("POST", "/ServiceProviderConfig", "GET, HEAD"), ("PATCH", "/Schemas/x", "GET, HEAD"), ("POST", "/ResourceTypes", "GET, HEAD")])
def test_a_wrong_method_is_405_with_allow(client, method, path, allow):
    answer = client.request(method, path, "{}")
    assert_error(answer, 405)
    assert answer.header("Allow") == allow


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/Nope", 404), ("GET", "/Users/a/b", 404), ("PUT", "/Users", 405), ("POST", "/Schemas/.search", 404), ("GET", "/Users?count=%zz", 400)])
def test_faults_are_the_same_where_schemas_are_registered(server, tmp_path, method, path, status):
    t = server.customer()
    schema = tmp_path / "schema.json"
    schema.write_text('{"id": "urn:example:Fault", "attributes": [{"name": "a"}]}')
    server.muster("schema", "add", str(schema), "--org", t.slug)
    for _ in range(3):
        assert_error(t.client.request(method, path, None if method == "GET" else "{}"), status, "invalidValue" if status == 400 else None)


@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes", "/ResourceTypes/User"])
def test_a_filter_on_discovery_is_403(client, path):
    assert_error(client.get(f"{path}?filter=id%20pr"), 403)


def test_me_is_501(client):
    assert_error(client.get("/Me"), 501)


def test_versions_in_the_url(server, client):
    root = client.base.removesuffix("/v2")
    assert client.request("GET", f"{root}/Users", absolute=True).status == 200
    for version in ("v1", "v3"):
        assert_error(client.request("GET", f"{root}/{version}/Users", absolute=True), 400, "invalidVers")


def test_case_and_a_final_slash_do_not_matter(client):
    for path in ("/users", "/Users/", "/USERS?count=0"):
        assert client.get(path).status == 200, path


def test_urls_come_from_configuration(customer):
    user = customer.user()
    answer = customer.client.get(f"/Users/{user['id']}", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"})
    assert "evil" not in answer.text and answer.json["meta"]["location"].startswith(customer.server.url)
