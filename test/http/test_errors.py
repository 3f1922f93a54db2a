"""Bad input of every kind: the right envelope, and nothing changed."""
import json
import os
import subprocess


import pytest
from helpers import PATCH_OP, assert_error, digest, made, op, user_body

NOBODY = "01a20db4-3e9d-72d7-82e9-f673093deb64"


@pytest.fixture(scope="module")
def customer(server):
    t = server.customer()
    t.ann = t.user("ann@example.com")
    t.crew = t.group("Crew", [t.ann["id"]])
    return t


@pytest.fixture
def unchanged(customer):
    before = digest(customer.server, customer.org["id"])
    yield
    assert digest(customer.server, customer.org["id"]) == before


def test_every_truncation_of_a_body_is_400(customer, unchanged):
    body = json.dumps(user_body("t@example.com", displayName="é\"\\", active=True), ensure_ascii=False).encode()
    for n in range(len(body)):
        assert_error(customer.client.post("/Users", body[:n]), 400, "invalidSyntax")


@pytest.mark.parametrize("body, scim_type", [
    (b"", "invalidSyntax"), (b"[]", "invalidSyntax"), (b'"x"', "invalidSyntax"), (b"null", "invalidSyntax"), (b"{} {}", "invalidSyntax"),
    (b'{"userName":"a","userName":"b"}', "invalidSyntax"), (b'{"userName":"a","USERNAME":"b"}', "invalidSyntax"),
    (b'{"userName":"a\\u0000b"}', "invalidValue"), (b'{"userName\\u0000x":"b"}', "invalidValue"), (b'{"userName":"a\x00b"}', "invalidValue"),
    (b'{"userName":"\xc3("}', "invalidSyntax"), (b'{"userName":"\xc0\xaf"}', "invalidSyntax"), (b'{"userName":"\xed\xa0\x80"}', "invalidSyntax"),
    (b'{"userName":"\\ud800"}', "invalidSyntax"), (b'\xef\xbb\xbf{"userName":"a"}', "invalidSyntax"), (b"{'userName':'a'}", "invalidSyntax"),
    (b'{"userName":NaN}', "invalidSyntax"), (b'{"x":Infinity}', "invalidSyntax"), (b'{"x":1.}', "invalidSyntax"), (b'{"x":01}', "invalidSyntax"),
    (b'{"x":18446744073709551616}', "invalidValue"), (b'{"x":1e400}', "invalidValue"), (b'{"userName":"a\nb"}', "invalidSyntax"),
    (b"[" * 10000 + b"]" * 10000, "invalidSyntax"), (b'{"x":' + b"[" * 10000 + b"]" * 10000 + b"}", "invalidSyntax"),
    (b"{" + b",".join(b'"k%d":1' % i for i in range(2000)) + b"}", "invalidSyntax")])
@pytest.mark.parametrize("method, path", [("POST", "/Users"), ("PUT", "/Users/{ann}"), ("PATCH", "/Groups/{crew}")])
def test_bad_json(customer, unchanged, method, path, body, scim_type):
    path = path.format(ann=customer.ann["id"], crew=customer.crew["id"])
    assert_error(customer.client.request(method, path, body), 400, scim_type)


def test_ten_megabytes_are_413(customer, unchanged):
    for method, path in (("POST", "/Users"), ("PATCH", f"/Users/{customer.ann['id']}")):
        answer = customer.client.request(method, path, b'{"x":"' + b"a" * 10_000_000 + b'"}')
        assert answer.status == 413 and answer.json["status"] == "413", (method, path)  # the web server's own, which has our envelope
        assert_error(customer.client.request(method, path, b'{"x":"' + b"a" * 5_300_000 + b'"}'), 413, None, "5242880 bytes")


@pytest.mark.parametrize("body", [
    {"Operations": 5}, {}, {"Operations": {}}, {"Operations": [5]}, {"Operations": [{}]}, {"Operations": [{"op": "move"}]},
    {"Operations": [{"op": 5}]}, {"schemas": ["x"], "Operations": [op("add", "title", "T")]}])
def test_bad_patch_messages(customer, unchanged, body):
    body = {"schemas": [PATCH_OP], **body}
    assert_error(customer.client.request("PATCH", f"/Users/{customer.ann['id']}", body), 400, "invalidSyntax")


@pytest.mark.parametrize("operation, scim_type", [
    (op("replace", "emails[0].value", "x"), "invalidFilter"), (op("replace", "/userName", "x"), "invalidPath"), (op("replace", "", "x"), "invalidPath"),
    (op("replace", 5, "x"), "invalidPath"), (op("replace", "emails[type eq", "x"), "invalidPath"),
    (op("replace", 'emails[type eq "work"].value.x', "x"), "invalidPath"),
    (op("replace", "id", "x"), "mutability"), (op("replace", "meta.created", "x"), "mutability"), (op("add", "groups", []), "mutability"),
    (op("remove", "userName"), "mutability"), (op("remove"), "noTarget"), (op("replace", "title"), "invalidValue"),
    (op("replace", "title", {"a": 5}), "invalidValue"),
    (op("add", value="x"), "invalidValue"), (op("replace", "active", "maybe"), "invalidValue"), (op("replace", "userName", ""), "invalidValue"),
    (op("replace", "userName", "a\u0001b"), "mutability")])
def test_bad_operations(customer, unchanged, operation, scim_type):
    assert_error(customer.client.patch(f"/Users/{customer.ann['id']}", operation), 400, scim_type)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("id", [NOBODY, "nope", "01A20DB4-3E9D-72D7-82E9-F673093DEB64", "%27%20or%201=1", "x" * 3000])
@pytest.mark.parametrize("endpoint", ["Users", "Groups"])
def test_unknown_ids_are_404(customer, unchanged, endpoint, id, method):
    bodies = {"PUT": {"displayName": "D", **user_body("x@example.com", schemas=...)},
              "PATCH": {"schemas": [PATCH_OP], "Operations": [op("add", "externalId", "x")]}}
    assert_error(customer.client.request(method, f"/{endpoint}/{id}", bodies.get(method)), 404)


def test_ids_of_the_other_type_are_404(customer, unchanged):
    assert_error(customer.client.get(f"/Users/{customer.crew['id']}"), 404)
    assert_error(customer.client.delete(f"/Groups/{customer.ann['id']}"), 404)


def test_bombs_do_not_grow_the_workers(customer):
    most = 2000 if os.environ.get("SANITIZE") == "1" else 200  # MiB; the sanitizer keeps what was freed for a while
    for _ in range(3):
        customer.client.post("/Users", b'{"x":[' + b"[]," * 1_000_000 + b"[]]}")
        customer.client.find("Users", " or ".join(["title pr"] * 100))
    for pid in customer.server.workers():
        with open(f"/proc/{pid}/statm", encoding="ascii") as f:
            assert int(f.read().split()[1]) * 4 < most * 1024, f"a worker grew beyond {most} MiB"


def test_details_hold_nothing_of_the_machine(customer):
    answers = [customer.client.post("/Users", "{"), customer.client.post("/Users", user_body("ann@example.com")), customer.client.find("Users", "x"),
               customer.client.patch(f"/Groups/{customer.crew['id']}", op("add", "members", [{"value": NOBODY}]))]
    for answer in answers:
        detail = answer.json["detail"].lower()
        assert not any(word in detail for word in ("select", "insert", "constraint", "muster.", "/home", "/usr", "scim_user_", "pq"))


def test_a_short_body_is_never_taken_for_a_whole_one(server):
    """As a web server that streams (Apache) passes on a client that went away: fewer bytes than CONTENT_LENGTH says."""
    t = server.customer()
    body = json.dumps(user_body("cut@example.com")).encode()
    env = {"REQUEST_METHOD": "POST", "REQUEST_URI": "/scim/v2/Users", "CONTENT_LENGTH": str(len(body) + 10), "CONTENT_TYPE": "application/json",
           "HTTP_AUTHORIZATION": f"Bearer {t.token['token']}", "MUSTER_DB": server.db.replace("muster_owner", "muster_scim"),
           "MUSTER_PUBLIC_URL": server.url, "PATH": os.environ["PATH"]}
    build = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", os.environ.get("BUILD", "build"), "muster-scim.fcgi")
    done = subprocess.run([build], env=env, input=body, stdout=subprocess.PIPE, timeout=30, check=False)
    assert b"Status: 400" in done.stdout, done
    assert t.client.get("/Users").json["totalResults"] == 0
    env["CONTENT_LENGTH"] = str(len(body))
    done = subprocess.run([build], env=env, input=body, stdout=subprocess.PIPE, timeout=30, check=False)
    assert b"Status: 201" in done.stdout
    assert made(t.client.get("/Users"), 200)["totalResults"] == 1


@pytest.mark.parametrize("id", ["01a20db4-3e9d-72d7-82e9-f673093deb64", "nobody"])
def test_what_is_wrong_with_a_body_comes_before_who_is_unknown(customer, strict, id):
    for client in (customer.client, strict.client):
        for endpoint in ("Users", "Groups"):
            path = f"/{endpoint}/{id}"
            for wrong in ({"Operations": 5}, {}, {"schemas": [PATCH_OP], "Operations": [{"op": "jump"}]},
                          {"schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "(", "value": 1}]}):
                assert client.request("PATCH", path, wrong).status == 400, (path, wrong)
            assert_error(client.patch(path, {"op": "replace", "path": "externalId", "value": "E"}), 404)
            assert client.put(path, {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:" + endpoint[:-1]], "userName": 5, "displayName": {}}).status == 400, \
                (client.token, endpoint)
