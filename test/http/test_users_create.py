"""POST /Users: who is who (reconciliation in its four steps)."""
import pytest
from helpers import USER, assert_error, digest, made, unique, user_body


def test_a_new_user_is_a_new_member(customer):
    user = customer.user("Ann@Example.com", externalId="e1", name={"givenName": "Ann", "familyName": "Lee"}, displayName="Ann Lee")
    (member,) = customer.members()
    assert (member["email"], member["first_name"], member["last_name"], member["display_name"], member["external_id"],
            member["status"], member["organization_role"]) == ("Ann@Example.com", "Ann", "Lee", "Ann Lee", "e1", "active", "org:member")
    assert customer.actions(user["id"]) == ["scim.user.provisioned"]


def test_201_has_location_etag_and_the_whole_user(customer):
    answer = customer.client.post("/Users", user_body("ann"))
    user = made(answer)
    assert answer.header("Location") == user["meta"]["location"] == f"{customer.server.url}/Users/{user['id']}"
    assert answer.header("ETag") == user["meta"]["version"] == 'W/"1"'
    assert user["meta"]["created"] == user["meta"]["lastModified"]
    assert customer.client.get(f"/Users/{user['id']}").json == user


def test_the_request_id_is_on_answer_and_event(customer):
    answer = customer.client.post("/Users", user_body())
    rows = customer.server.sql("select id::text, request_id::text from muster.audit_event where organization_id = %s and target_type = 'scim_user'",
                               customer.org["id"])
    assert rows == [(answer.header("X-Request-Id"), answer.header("X-Request-Id"))]


def test_an_escaped_pair_is_the_character_whatever_its_lower_half_looks_like(customer):
    user = made(customer.client.post("/Users", b'{"userName":"pair@example.com","displayName":"\\ud876\\udc00 \\uD83D\\uDE00"}'))
    assert user["displayName"] == "\U0002d800 \U0001f600"
    assert customer.client.get(f"/Users/{user['id']}").json["displayName"] == user["displayName"]


@pytest.mark.parametrize("again", ["same@example.com", "SAME@EXAMPLE.COM", "ｓame@example.com"])
def test_a_live_user_name_is_409(customer, again):
    customer.user("same@example.com")
    before = digest(customer.server, customer.org["id"])
    assert_error(customer.client.post("/Users", user_body(again, emails=...)), 409, "uniqueness")
    assert digest(customer.server, customer.org["id"]) == before


def test_a_live_external_id_is_409_and_is_case_exact(customer):
    customer.user(externalId="E-1")
    assert_error(customer.client.post("/Users", user_body(externalId="E-1")), 409, "uniqueness", "externalId")
    customer.user(externalId="e-1")


def test_two_identities_with_one_email_are_409(customer):
    customer.user("first", emails=[{"value": "shared@example.com"}])
    answer = customer.client.post("/Users", user_body("second", emails=[{"value": "Shared@example.com"}]))
    assert_error(answer, 409, "uniqueness", "email")


def test_a_removed_user_comes_back_by_external_id(customer):
    user = customer.user("old@example.com", externalId="e1", title="Clerk")
    (member,) = customer.members()
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    back = customer.user("new@example.com", externalId="e1")
    assert back["id"] == user["id"] and back["userName"] == "new@example.com" and "title" not in back
    (after,) = customer.members()
    assert (after["id"], after["email"], after["status"]) == (member["id"], "new@example.com", "active")
    assert customer.actions(user["id"])[-1] == "scim.user.reactivated"


def test_a_removed_user_comes_back_by_email(customer):
    user = customer.user("back@example.com")
    customer.client.delete(f"/Users/{user['id']}")
    assert customer.user("back@example.com", active=False)["id"] == user["id"]
    assert customer.member("back@example.com")["status"] == "deactivated"


def test_a_revived_user_cannot_take_anothers_email(customer):
    user = customer.user("one@example.com", externalId="e1")
    customer.client.delete(f"/Users/{user['id']}")
    customer.user("two@example.com")
    assert_error(customer.client.post("/Users", user_body("three", externalId="e1", emails=[{"value": "two@example.com"}])), 409, "uniqueness")


def test_a_member_with_the_email_is_linked(customer):
    member = customer.server.muster("member", "add", "Eve@example.com", "--org", customer.slug)
    user = customer.user("eve@EXAMPLE.com", name={"givenName": "Eve"})
    (after,) = customer.members()
    assert after["id"] == member["id"] and after["email"] == "Eve@example.com" and after["first_name"] == "Eve"
    assert [x["scim_user_id"] for x in after["links"]] == [user["id"]]
    assert customer.actions(user["id"]) == ["scim.user.linked"]


def test_two_connections_link_to_one_member(customer):
    other = customer.second()
    customer.user("both@example.com")
    other.user("both@example.com")
    assert len(customer.members()) == 1 and len(customer.member("both@example.com")["links"]) == 2


def test_linking_verified_domains(server):
    t = server.customer(linking="verified_domains")
    server.muster("org", "set", t.slug, "--verified-domains", "good.example")
    for email in ("a@good.example", "b@bad.example"):
        server.muster("member", "add", email, "--org", t.slug)
    t.user("a@good.example")
    assert_error(t.client.post("/Users", user_body("b@bad.example", externalId="x")), 409, "uniqueness")
    kept = server.sql("select user_name, external_id, status from muster.link_request where organization_id = %s", t.org["id"])
    assert kept == [("b@bad.example", "x", "open")]
    assert t.client.get("/Users").json["totalResults"] == 1


def test_linking_never_makes_a_new_member_each_time(server):
    t = server.customer(linking="never", email="optional")
    server.muster("member", "add", "a@example.com", "--org", t.slug)
    first = t.user("one", externalId="same", emails=[{"value": "a@example.com"}])
    second = t.user("two", externalId="same", emails=[{"value": "a@example.com"}])
    assert first["id"] != second["id"] and len(t.members()) == 3
    assert_error(t.client.post("/Users", user_body("ONE", emails=...)), 409, "uniqueness")
    t.client.delete(f"/Users/{first['id']}")
    assert t.user("one")["id"] != first["id"]


@pytest.mark.parametrize("body, email", [
    ({"emails": [{"value": "h@x.example", "type": "home"}, {"value": "w@x.example", "type": "work"}]}, "w@x.example"),
    ({"emails": [{"value": "a@x.example", "type": "home"}, {"value": "p@x.example", "primary": True}]}, "p@x.example"),
    ({"emails": [{"value": "a@x.example"}, {"value": "b@x.example"}]}, "a@x.example"),
    ({"userName": "me@x.example", "emails": ...}, "me@x.example"),
    ({"userName": "me@x.example", "emails": [{"value": None, "type": "work"}]}, "me@x.example"),
])
def test_the_canonical_email(customer, body, email):
    customer.user("someone", **body)
    assert [m["email"] for m in customer.members()] == [email]


@pytest.mark.parametrize("body", [{"userName": "noaddress", "emails": ...}, {"emails": [{"value": "no address"}]},
                                  {"emails": [{"value": "a@b@c"}]}, {"emails": [{"value": "@b"}]}, {"emails": [{"value": "a@"}]}])
def test_a_user_needs_an_email(customer, body):
    assert_error(customer.client.post("/Users", user_body(**body)), 400, "invalidValue")
    assert customer.members() == []


def test_email_optional(server):
    t = server.customer(email="optional")
    t.user(userName="noaddress", emails=...)
    assert [m["email"] for m in t.members()] == [None]


def test_active_absent_is_stored_true_in_the_lenient_dialect_only(customer, strict):
    assert customer.user()["active"] is True
    assert "active" not in strict.user()


@pytest.mark.parametrize("value, stored", [("True", True), ("false", False), ("FALSE", False), (True, True)])
def test_string_booleans(customer, value, stored):
    assert customer.user(active=value)["active"] is stored


def test_an_inactive_new_user_is_a_deactivated_member(customer):
    customer.user("off@example.com", active="False")
    assert customer.member("off@example.com")["status"] == "deactivated"


def test_the_password_is_dropped(customer):
    user = customer.user("pw@example.com", password="tr0ub4dor-secret")
    assert "password" not in user
    for table in ("scim_user", "audit_event", "member"):
        rows = customer.server.sql(f"select t::text from muster.{table} t where organization_id = %s", customer.org["id"])
        assert "tr0ub4dor" not in str(rows), table


def test_nulls_unknown_attributes_and_foreign_schemas_are_ignored(customer):
    user = customer.user("n@example.com", title=None, favouriteColor="red", addresses=None, id="x", meta={"resourceType": "Group"},
                         schemas=[USER, "http://schemas.example/Other"])
    assert user["id"] != "x" and user["meta"]["resourceType"] == "User"
    assert {"title", "favouriteColor", "addresses"}.isdisjoint(user) and user["schemas"] == [USER]


def test_an_unregistered_extension_is_kept_in_the_lenient_dialect_only(customer, strict):
    urn = "urn:example:custom:1.0:User"
    assert customer.user(**{urn: {"badge": 7}})[urn] == {"badge": 7}
    assert urn not in strict.user(**{urn: {"badge": 7}})


def test_schemas_may_be_missing_in_the_lenient_dialect_only(customer, strict):
    assert customer.client.post("/Users", user_body(schemas=...)).status == 201
    assert_error(strict.client.post("/Users", user_body(schemas=...)), 400, "invalidSyntax")


@pytest.mark.parametrize("body", [{"userName": ...}, {"userName": ""}, {"userName": " "}, {"userName": "a\nb"}, {"userName": True},
                                  {"active": "yes"}, {"active": 1}, {"emails": 5}, {"name": "x"}, {"profileUrl": 1},
                                  {"phoneNumbers": [{"bogus": 1}]}, {"emails": [5]}, {"title": ["a", "b"]},
                                  {"x509Certificates": [{"value": "***"}]}])
def test_a_wrong_value_is_400_and_changes_nothing(customer, body):
    before = digest(customer.server, customer.org["id"])
    assert_error(customer.client.post("/Users", user_body(**body)), 400, "invalidValue")
    assert digest(customer.server, customer.org["id"]) == before


def test_a_group_body_is_not_a_user(customer):
    assert_error(customer.client.post("/Users", user_body(schemas=["urn:ietf:params:scim:schemas:core:2.0:Group"])), 400, "invalidSyntax")


def test_equal_emails_are_stored_once(customer):
    user = customer.user(emails=[{"value": "a@x.example", "type": "work"}, {"value": "A@x.example", "type": "work"}])
    assert len(user["emails"]) == 1


def test_adopted_members_can_be_imported(server):
    t = server.customer()
    for i in range(25):
        server.muster("member", "add", f"m{i}@example.com", "--org", t.slug)
    t.user("m0@example.com")
    assert server.muster("connection", "adopt", t.connection["id"]) == {"adopted": 24, "skipped": []}
    listing = t.client.get("/Users?count=100").json
    assert listing["totalResults"] == 25 and sum("externalId" in u for u in listing["Resources"]) == 0
    assert all(len(m["links"]) == 1 for m in t.members())
    assert t.client.find("Users", 'userName eq "M7@example.com"').json["totalResults"] == 1


def test_unicode_survives(customer):
    user = customer.user(unique(), displayName="Éloïse 日本 😀")
    assert customer.client.get(f"/Users/{user['id']}").json["displayName"] == "Éloïse 日本 😀"
