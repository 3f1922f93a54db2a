"""Requests and answers are the same behind every web server."""
import gzip
import http.client
import json

import pytest
from helpers import Client, assert_error, made, made_up_token, unique, user_body
from server import Server


@pytest.fixture(scope="module", params=["lighttpd", "apache", "nginx", "cgi"])
def front(request):
    """A server behind each web server, which is a trusted proxy."""
    s = Server("--server", request.param, env={"MUSTER_TRUSTED_PROXIES": "127.0.0.1"}).start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def client(front):
    return front.client()


@pytest.fixture(scope="module")
def admin(front):
    return Client(front.env["MUSTER_ADMIN_URL"], front.env["MUSTER_API_KEY"])


def test_a_get_with_a_body_is_answered_as_without(client, admin):
    for body in ('{"a": 1}', "no json", b"\xff" * 70_000):
        assert client.get("/Users?count=1", body=body).json["itemsPerPage"] <= 1, body[:9]
        assert admin.get("/organizations?limit=1", body=body).status == 200, body[:9]
    assert client.get("/Users?count=1").status == 200


@pytest.mark.parametrize("size", [10, 70_000, 5_000_000])
def test_the_answer_to_a_stranger_arrives_though_nobody_reads_the_body(client, size):
    body = json.dumps(user_body(title="x" * size)).encode()
    for token in (made_up_token(), "nonsense"):
        for _ in range(5):
            assert_error(client.with_token(token).post("/Users", body), 401)
    assert made(client.post("/Users", json.dumps(user_body()) + " " * size))["id"]


def test_the_request_target_may_be_absolute(client, admin):
    root = f"http://{client.host}:{client.port}"
    assert client.get(f"{root}{client.base}/Users?count=1", absolute=True).json["startIndex"] == 1
    assert client.get(f"HTTP://{client.host}:{client.port}{client.base}/Users?count=1", absolute=True).status == 200
    assert admin.get(f"{root}/v1/organizations", absolute=True).status == 200
    assert client.get(f"{root}/healthz", absolute=True).status == 200


def test_slashes_that_are_repeated_are_one(client, admin):
    user = made(client.post("//Users", user_body()))
    for path in (f"//Users/{user['id']}", f"/Users//{user['id']}", f"///Users///{user['id']}//"):
        assert client.get(path).json["id"] == user["id"], path
    assert client.find("/Users//", f'id eq "{user["id"]}"').json["totalResults"] == 1
    assert client.request("POST", "//Users//.search", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 0}).status == 200
    assert client.get("/scim//v2//Users?count=0", absolute=True).status == 200
    assert admin.get("//organizations//demo/").json["slug"] == "demo"


def test_what_is_fixed_in_a_path_has_one_spelling(client, admin):
    user = made(client.post("/Users", user_body()))
    assert client.get("/Users/" + user["id"].replace("-", "%2D")).json["id"] == user["id"]
    for path in (f"{client.base}/%55sers", f"{client.base}/Users/%2Esearch", "/scim/%76%32/Users", "/scim/v%32/Users",
                 f"{client.base}/c%6Fnnections/x/Users", f"{client.base}/ServiceProviderConfi%67"):
        assert client.get(path, absolute=True).status == 404, path
    for path in ("/%76%31/organizations", "/v%31/organizations", "/v1/organization%73", "/v1/organizations/demo/%73cim/endpoint"):
        assert admin.get(path, absolute=True).status == 404, path
    assert admin.get("/organizations/%64emo").json["slug"] == "demo"


def test_a_plus_beside_percent_20_is_a_plus(client):
    name = unique("a+b") + "@example.com"
    made(client.post("/Users", user_body(name)))
    raw = name.replace("+", "%2B")
    for text, found in ((f'userName%20eq%20"{name}"', 1), (f'userName%20eq%20"{raw}"', 1), (f'userName+eq+"{raw}"', 1), (f'userName+eq+"{name}"', 0),
                        (f'userName+eq+"{name}"&x=%20', None)):
        answer = client.get(f"/Users?filter={text.replace(chr(34), '%22')}")
        assert answer.status == 400 if found is None else answer.json["totalResults"] == found, text


@pytest.mark.parametrize("charset", ["ISO-8859-1", "US-ASCII", '"UTF-16"', "utf8", "nonsense"])
def test_the_charset_parameter_means_nothing(client, charset):
    kind = {"Content-Type": f"application/scim+json; charset={charset}"}
    user = made(client.post("/Users", user_body(displayName="Éloïse"), headers=kind))
    assert user["displayName"] == "Éloïse"
    path = f"/Users/{user['id']}"
    assert client.put(path, user_body(user["userName"], displayName="Zoë"), headers=kind).json["displayName"] == "Zoë"
    assert client.patch(path, {"op": "replace", "path": "title", "value": "Ü"}, headers=kind).json["title"] == "Ü"
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": f'id eq "{user["id"]}" and title eq "Ü"'}
    assert client.post("/Users/.search", json.dumps(search, ensure_ascii=False), headers=kind).json["totalResults"] == 1
    bulk = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [{"method": "PUT", "path": path, "data": user_body(user["userName"], displayName="Jörg")}]}
    assert client.post("/Bulk", json.dumps(bulk, ensure_ascii=False), headers=kind).json["Operations"][0]["status"] == "200"
    assert client.get(path).json["displayName"] == "Jörg"


def test_bytes_that_are_not_utf8_are_400(client):
    kind = {"Content-Type": "application/scim+json; charset=ISO-8859-1"}
    user = made(client.post("/Users", user_body(displayName="Zoë")))
    for method, path in (("POST", "/Users"), ("PUT", f"/Users/{user['id']}"), ("PATCH", f"/Users/{user['id']}"), ("POST", "/Users/.search"), ("POST", "/Bulk")):
        assert_error(client.request(method, path, '{"displayName": "É"}'.encode("latin-1"), headers=kind), 400, "invalidSyntax")
    assert client.get(f"/Users/{user['id']}").json == user


def test_answers_have_the_bare_media_type(client, admin):
    for answer in (client.get("/Users"), client.post("/Users", user_body()), client.get("/Users/x"), client.post("/Users", "{"),
                   client.with_token("x").get("/Users")):
        assert answer.header("Content-Type") == "application/scim+json", answer
    for path, kind in (("/organizations", "application/json"), ("/openapi.json", "application/json"), ("/nothing", "application/problem+json")):
        assert admin.get(path).header("Content-Type") == kind, (path, kind)
    assert client.get("/healthz", absolute=True).header("Content-Type") == "application/json"


def test_a_compressed_body_is_415_and_says_what_is_taken(client, admin):
    body = gzip.compress(json.dumps(user_body()).encode())
    for coding in ("gzip", "br", "deflate", "gzip, identity"):
        answer = client.post("/Users", body, headers={"Content-Encoding": coding})
        assert "Content-Encoding" in assert_error(answer, 415)["detail"] and answer.header("Accept-Encoding") == "identity", coding
    answer = admin.post("/organizations", body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})
    assert answer.status == 415 and answer.header("Accept-Encoding") == "identity" and answer.header("Content-Type") == "application/problem+json"
    made(client.post("/Users", user_body(), headers={"Content-Encoding": "Identity"}))
    assert_error(client.with_token("x").post("/Users", body, headers={"Content-Encoding": "gzip"}), 401)
    assert client.post("/Users", "x", headers={"Content-Type": "text/plain"}).header("Accept-Encoding") is None


def send(client, *headers, method="POST", path="/Users", body=None):
    """A request with these header lines, in their order, some of them twice."""
    data = json.dumps(user_body() if body is None else body).encode()
    c = http.client.HTTPConnection(client.host, client.port, timeout=30)
    c.putrequest(method, client.base + path)
    for name, value in (*headers, ("Content-Type", "application/scim+json"), ("Content-Length", str(len(data)))):
        c.putheader(name, value)
    c.endheaders(data)
    answer = c.getresponse()
    answer.read()
    c.close()
    return answer.status


def test_underscores_do_not_forge_an_address(front, client):
    def came_from(*headers):
        assert send(client, ("Authorization", f"Bearer {client.token}"), *headers) == 201
        return front.sql("select client_address from muster.audit_event where action = 'scim.user.provisioned' order by at desc, id desc limit 1")[0][0]
    forged = [(name, "203.0.113.9") for name in ("X_Forwarded_For", "x_forwarded-for", "X-Forwarded_For")]
    for header in forged:
        assert came_from(header) == "127.0.0.1"
        assert came_from(("X-Forwarded-For", "192.0.2.7"), header) == came_from(header, ("X-Forwarded-For", "192.0.2.7")) == "192.0.2.7"
    assert came_from(("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-For", "192.0.2.7")) == "192.0.2.7"


def test_two_tokens_are_none(client):
    good, bad = ("Authorization", f"Bearer {client.token}"), ("Authorization", "Bearer scim_x")
    for headers in ((good, bad), (bad, good), (good, good)):
        assert send(client, *headers) in (400, 401), headers


def test_a_condition_cannot_be_doubled(client):
    user = made(client.post("/Users", user_body()))
    good = ("Authorization", f"Bearer {client.token}")
    for name in ("If_Match", "if_match"):
        assert send(client, good, ("If-Match", 'W/"9"'), (name, "*"), method="PUT", path=f"/Users/{user['id']}", body=user_body(user["userName"])) == 412, name
    assert client.get(f"/Users/{user['id']}").json == user
