"""No leaver is refused: a request at whose end the user is inactive ends the access, whatever else it carries."""
import pytest
from helpers import ENTERPRISE, PATCH_OP, USER, assert_error, digest, made, op, user_body

HEX = "1f2e3d4c5b6a79880011223344556677"
OFF = op("Replace", "active", "False")
TAKEN = "taken@example.com"


def one(customer, user):
    return customer.client.get(f"/Users/{user['id']}").json


def member_of(customer, user):
    (row,) = customer.server.sql("select m.id::text, m.email, m.email_key, m.status, u.email_key from muster.scim_user u join muster.member m "
                                 "on m.organization_id = u.organization_id and m.id = u.member_id where u.id = %s", user["id"])
    return dict(zip(("id", "email", "key", "status", "user_key"), row))


def held_rows(customer, user):
    return customer.server.sql("select data->'held' from muster.audit_event where target_id = %s order by at desc, id desc limit 1", user["id"])[0][0] or []


def held(customer, user):
    return [p["part"] for p in held_rows(customer, user)]


def left(customer, user):
    """The end of every test: the access has ended."""
    assert one(customer, user)["active"] is False
    assert member_of(customer, user)["status"] == "deactivated"


def leave(customer, user, *operations):
    answer = customer.client.patch(f"/Users/{user['id']}", *operations)
    assert answer.status == 200, answer
    left(customer, user)
    return answer.json


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
@pytest.mark.parametrize("operations", [
    (op("replace", "userName", f"{HEX}me@example.com"), OFF), (OFF, op("replace", "userName", f"{HEX}me@example.com")),
    (op("replace", "emails[type eq \"work\"].value", "new@example.com"), OFF), (op("replace", value={"active": "False", "userName": "x@example.com"}),),
    (OFF, op("remove", "emails")), (op("replace", value={"emails": [{"value": TAKEN}], "active": False}),)],
    ids=["tombstone", "tombstone-last", "mail", "path-less", "no-mail", "taken-mail"])
def test_identity_never_stands_before_the_end_of_access(server, dialect, operations):
    customer = server.customer(dialect=dialect)
    customer.user(TAKEN)
    user = customer.user("me@example.com")
    leave(customer, user, *operations)
    assert held(customer, user) == []
    assert member_of(customer, user)["email"] == "me@example.com"


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
@pytest.mark.parametrize("field, value, taken", [("userName", "boss@example.com", {}), ("externalId", "x-1", {"externalId": "x-1"})])
def test_what_another_user_holds_is_left_as_it_was(server, dialect, field, value, taken):
    customer = server.customer(dialect=dialect)
    customer.user("boss@example.com", **taken)
    user = customer.user("me@example.com", externalId="x-2")
    after = leave(customer, user, op("replace", field, value), op("replace", "title", "Gone"), OFF)
    assert after[field] == user[field] and after["title"] == "Gone"
    assert held(customer, user) == [field]
    answer = customer.client.put(f"/Users/{user['id']}", {**user_body("me@example.com", externalId="x-2", active=False), field: value})
    assert answer.status == 200 and answer.json[field] == user[field] and held(customer, user) == [field]


def test_lenient_leaves_out_what_cannot_be_applied(customer):
    user = customer.user(title="Boss")
    after = leave(customer, user, op("replace", "emails[type is 1].value", "x"), op("replace", "id", "x"), op("replace", "name", 5), op("remove"),
                  op("replace", 'emails[value eq "nobody"]', {"type": "x"}), op("remove", "userName"), op("replace", "nickName", "Jo"), OFF)
    assert after["nickName"] == "Jo" and after["title"] == "Boss" and after["userName"] == user["userName"]
    assert len(held(customer, user)) == 6


def test_what_fails_is_undone_wholly(customer):
    user = customer.user(phoneNumbers=[{"value": "1", "type": "work"}, {"value": "2", "type": "home"}])
    after = leave(customer, user, op("add", "phoneNumbers", [{"value": "3", "primary": True}, {"value": "4", "type": {"a": 5}}]), op("remove", "title"), OFF)
    assert after["phoneNumbers"] == user["phoneNumbers"]
    assert held(customer, user) == ["phoneNumbers"]


def test_the_first_failure_is_the_answer_of_who_stays(customer):
    user = customer.user()
    before = digest(customer.server, customer.org["id"])
    answer = customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "Boss"), op("replace", "name", 5), op("replace", "active", "perhaps"))
    assert_error(answer, 400, "invalidValue", "operation 2: name must be an object")
    assert digest(customer.server, customer.org["id"]) == before


def test_strict_is_atomic_for_what_is_malformed(strict):
    user = strict.user()
    assert_error(strict.client.patch(f"/Users/{user['id']}", op("replace", "active", False), op("replace", "favouriteColor", 5)), 400, "invalidPath")
    assert_error(strict.client.put(f"/Users/{user['id']}", {"schemas": [USER], "active": False}), 400, "invalidValue", "userName is required")
    assert "active" not in one(strict, user)


@pytest.mark.parametrize("body", [
    {"schemas": [USER], "active": "False"}, {"active": False, "userName": ""}, {"active": False, "userName": {"a": 1}, "emails": True, "name": []},
    {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "active": False}, {"active": False, "userName": "x", ENTERPRISE: "x"},
    {"active": False, "userName": "\u200b \u0007"}])
def test_a_put_is_taken_attribute_by_attribute(customer, body):
    user = customer.user("me@example.com")
    answer = customer.client.put(f"/Users/{user['id']}", body)
    assert answer.status == 200 and answer.json["userName"] == ("x" if body.get("userName") == "x" else "me@example.com"), answer
    left(customer, user)


def test_what_a_put_leaves_out_stays_as_it_was(customer):
    wrong, boss = "x" * 9000, customer.user()
    extension = {"department": "X", "manager": {"value": boss["id"]}}
    user = customer.user(title="T", name={"givenName": "Ada", "familyName": "Moss"}, **{ENTERPRISE: extension})
    body = user_body(user["userName"], emails=user["emails"], active=False, **{
        f"{USER}:title": wrong, "name.givenName": {"a": 5}, "name.familyName": "Lee", ENTERPRISE: {"manager.value": wrong, "department": "Y"}})
    answer = customer.client.put(f"/Users/{user['id']}", body)
    assert answer.status == 200, answer
    left(customer, user)
    assert sorted(held(customer, user)) == ["name.givenName", f"{USER}:title", f"{ENTERPRISE}:manager.value"]
    assert answer.json["title"] == "T" and answer.json["name"] == {"givenName": "Ada", "familyName": "Lee"}
    assert answer.json[ENTERPRISE] == {**user[ENTERPRISE], "department": "Y"}


def test_one_attribute_under_a_urn_that_is_too_long_is_left_out_alone(customer):
    user = customer.user(title="T")
    after = leave(customer, user, op("replace", USER, {"active": False, "title": "x" * 9000}), op("add", ENTERPRISE, {
        "department": "X", "division": "x" * 9000}))
    assert after["title"] == "T" and after[ENTERPRISE] == {"department": "X"}
    assert held(customer, user) == ["title", "division"]


WORK = op("replace", 'ims[type co "none"].display', "x")


@pytest.fixture
def laden(customer):
    """A user on whose long list a few dozen operations are all the work that one PATCH may cause."""
    return customer.user(ims=[{"value": f"{i}", "type": "a"} for i in range(5000)])


@pytest.mark.parametrize("operations", [[*300 * [WORK], OFF], [OFF, *300 * [WORK]], [op("replace", "ims.display", "x"), *300 * [WORK], OFF]])
def test_too_much_work_does_not_hold_up_a_leaver(customer, laden, operations):
    leave(customer, laden, *operations)
    assert len(held(customer, laden)) == 300
    assert "too many operations on a long list" in held_rows(customer, laden)[-1]["detail"]


def test_too_much_work_is_refused_where_it_alone_is_the_reason(customer, laden):
    sets = [op("replace", 'ims[type eq "a"].display', f"{i}") for i in range(300)]
    assert_error(customer.client.patch(f"/Users/{laden['id']}", *sets), 413, None, "too many operations on a long list")
    assert one(customer, laden)["active"]


def test_who_is_inactive_already_takes_everything(customer):
    customer.user(TAKEN)
    user = customer.user("me@example.com", active=False)
    leave(customer, user, op("replace", "userName", "you@example.com"))
    leave(customer, user, op("replace", "emails", [{"value": TAKEN, "type": "work"}]))
    version = leave(customer, user, op("replace", "userName", TAKEN))["meta"]["version"]
    assert held(customer, user) == ["userName"]
    assert leave(customer, user, op("replace", "favouriteColor", "red"))["meta"]["version"] == version
    assert held(customer, user) == ["favouriteColor"]
    assert member_of(customer, user)["email"] == "me@example.com"
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", "active", True)), 409, "uniqueness", "email")
    back = made(customer.client.patch(f"/Users/{user['id']}", op("replace", "active", True), op("replace", "emails", [{"value": "b@example.com"}])), 200)
    assert back["active"] and back["userName"] == "you@example.com"
    assert member_of(customer, user)["email"] == "b@example.com"


def test_a_toggle_leaves_the_members_email_alone(customer):
    user = customer.user("me@example.com")
    before = member_of(customer, user)
    leave(customer, user, OFF)
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "active", True)), 200)
    assert member_of(customer, user) == before


def tombstoned(customer, user, *more):
    return leave(customer, user, op("replace", "userName", HEX + user["userName"]), *more)


def test_a_tombstone_gives_the_address_to_somebody_new(customer):
    user = customer.user("me@example.com", externalId="x-1")
    old = member_of(customer, user)
    tombstoned(customer, user, OFF)
    assert member_of(customer, user) == {**old, "status": "deactivated", "key": None, "user_key": None}
    newcomer = customer.user("me@example.com", externalId="x-2")
    assert newcomer["id"] != user["id"] and member_of(customer, newcomer)["id"] != old["id"]
    answer = customer.client.patch(f"/Users/{user['id']}", op("replace", "active", "True"), op("replace", "userName", "me2@example.com"))
    assert_error(answer, 409, "uniqueness")
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    assert customer.client.delete(f"/Users/{newcomer['id']}").status == 204
    assert customer.user("me@example.com", externalId="x-1b")["id"] == newcomer["id"]


def test_a_removed_tombstone_comes_back_by_its_external_id_alone(customer):
    user = customer.user("me@example.com", externalId="x-1")
    old = member_of(customer, user)
    tombstoned(customer, user, OFF)
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    back = customer.user("me@example.com", externalId="x-1")
    assert back["id"] == user["id"] and member_of(customer, back) == old


@pytest.mark.parametrize("emails", [True, False])
def test_who_is_restored_is_the_same_person(customer, emails):
    user = customer.user("me@example.com", **({} if emails else {"emails": ...}))
    customer.group("Staff", [user["id"]])
    old = member_of(customer, user)
    leave(customer, user, OFF)
    tombstoned(customer, user)
    tombstoned(customer, user, op("replace", "title", "Gone"))
    assert customer.people("Staff") == []
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "active", "True"), op("replace", "userName", "me@example.com")), 200)
    assert member_of(customer, user) == old and customer.people("Staff") == ["me@example.com"]


def test_a_tombstone_never_becomes_an_email(customer):
    user = customer.user("me@example.com", emails=...)
    old = member_of(customer, user)
    tombstoned(customer, user, OFF)
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "active", True)), 200)
    assert member_of(customer, user) == old
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "userName", "me@example.com")), 200)
    assert member_of(customer, user) == old


def test_an_address_that_another_connection_lives_by_is_not_given_away(customer):
    second = customer.second()
    user, other = customer.user("me@example.com"), second.user("me@example.com")
    assert member_of(customer, user)["id"] == member_of(second, other)["id"]
    made(customer.client.patch(f"/Users/{user['id']}", OFF, op("replace", "userName", HEX + "me@example.com")), 200)
    assert member_of(customer, user)["key"] == "me@example.com" and member_of(customer, user)["status"] == "active"
    made(second.client.patch(f"/Users/{other['id']}", OFF, op("replace", "userName", HEX + "me@example.com")), 200)
    assert [member_of(t, u)[k] for t, u in ((customer, user), (second, other)) for k in ("key", "user_key", "status")] == 2 * [None, None, "deactivated"]


def test_bulk_has_the_rule(customer):
    customer.user("boss@example.com")
    user = customer.user("me@example.com")
    data = {"schemas": [PATCH_OP], "Operations": [op("replace", "userName", "boss@example.com"), op("replace", "name", 5), OFF]}
    answer = customer.client.post("/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "PATCH", "path": f"/Users/{user['id']}", "data": data}]})
    assert answer.json["Operations"][0]["status"] == "200", answer
    left(customer, user)
    assert held(customer, user) == ["name", "userName"]


EXTENSION = "urn:example:params:scim:schemas:badge:2.0:User"
BADGE = {"id": EXTENSION, "name": "Badge", "attributes": [
    {"name": "number", "type": "string", "uniqueness": "server"}, {"name": "seat", "type": "string", "uniqueness": "server"},
    {"name": "fixed", "type": "string", "mutability": "immutable"}, {"name": "site", "type": "string", "required": True}]}


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
def test_registered_extensions_do_not_hold_up_a_leaver(api, server, dialect):
    customer = server.customer(dialect=dialect)
    api.made(f"/organizations/{customer.slug}/scim/schemas", {"schema": BADGE, "resource_type": "User"})
    customer.user(**{EXTENSION: {"number": "1", "site": "A"}})
    user = customer.user(**{EXTENSION: {"number": "2", "site": "A", "fixed": "f"}})
    after = leave(customer, user, op("replace", f"{EXTENSION}:number", "1"), op("replace", f"{EXTENSION}:seat", "7"),
                  op("replace", f"{EXTENSION}:fixed", "g"), op("replace", "active", False))
    assert after[EXTENSION] == {"number": "2", "site": "A", "fixed": "f", "seat": "7"}
    assert sorted(held(customer, user)) == [f"{EXTENSION}:fixed", f"{EXTENSION}:number"]
    answer = customer.client.put(f"/Users/{user['id']}", user_body(user["userName"], active=False, **{EXTENSION: {"fixed": "h", "site": "B"}}))
    assert answer.status == 200 and answer.json[EXTENSION] == {"site": "B", "fixed": "f"}, answer
    left(customer, user)


KEPT = "urn:example:params:scim:schemas:kept:2.0:User"
KEEPING = {"id": KEPT, "name": "Kept", "attributes": [
    {"name": "fixed", "type": "string", "mutability": "immutable"}, {"name": "secret", "type": "string", "mutability": "writeOnly", "returned": "never"},
    {"name": "site", "type": "string", "required": True}, {"name": "floor", "type": "string"}]}


def test_who_does_not_know_an_extension_deactivates_a_whole_batch(api, customer):
    """What such a PUT omits and what stays anyway (immutable, writeOnly) is no change: it is not told, and costs no time."""
    api.made(f"/organizations/{customer.slug}/scim/schemas", {"schema": KEEPING, "resource_type": "User"})
    bodies = [user_body(**{KEPT: {"fixed": "f", "secret": "s", "site": "A", "floor": "1"}}) for _ in range(25)]
    users = [{**body, "id": id} for body, id in zip(bodies, customer.users(bodies))]
    answer = customer.client.post("/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "PUT", "path": f"/Users/{u['id']}", "data": user_body(u["userName"], active=False)} for u in users]})
    assert [o["status"] for o in answer.json["Operations"]] == ["200"] * 25, answer
    for user in users:
        left(customer, user)
        assert one(customer, user)[KEPT] == {"fixed": "f", "site": "A"}
        assert held_rows(customer, user) == [{"part": f"{KEPT}:site", "detail": "site is required"}]


def test_each_part_of_an_extension_is_held_for_its_own_reason(api, customer):
    api.made(f"/organizations/{customer.slug}/scim/schemas", {"schema": KEEPING, "resource_type": "User"})
    user = customer.user(**{KEPT: {"fixed": "f", "secret": "s", "site": "A"}})
    made(customer.client.put(f"/Users/{user['id']}", user_body(user["userName"], active=False, **{KEPT: {"fixed": "g", "floor": "2"}})), 200)
    left(customer, user)
    assert one(customer, user)[KEPT] == {"fixed": "f", "site": "A", "floor": "2"}
    assert held_rows(customer, user) == [{"part": f"{KEPT}:fixed", "detail": "fixed is immutable"}, {"part": f"{KEPT}:site", "detail": "site is required"}]


CONTRADICTION, BROKEN = "attributes=userName&excludedAttributes=title", "attributes=%zz"
HEADS = {"contradiction": (CONTRADICTION, {}, "query"), "twice": ("attributes=id&attributes=id", {}, "query"), "broken": (BROKEN, {}, "query"),
         "long": ("x=" + 9000 * "a", {}, "query"), "names": ("attributes=" + ",".join(f"urn:{i:03x}" for i in range(1001)), {}, "query"),
         "accept": ("x=y", {"Accept": "text/html"}, "Accept")}


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
@pytest.mark.parametrize("kind", HEADS)
def test_what_the_answer_depends_on_does_not_hold_up_a_leaver(server, dialect, kind):
    query, headers, part = HEADS[kind]
    customer = server.customer(dialect=dialect)
    user, put = customer.user(title="Boss"), customer.user(title="Boss")

    def path(u):
        return f"/Users/{u['id']}?{query}"
    refusal = (406,) if kind == "accept" else (400, "invalidValue")
    assert_error(customer.client.patch(path(user), op("replace", "title", "Chief"), headers=headers), *refusal)
    assert one(customer, user) == user
    answer = customer.client.patch(path(user), op("replace", "title", "Gone"), OFF, headers=headers)
    assert answer.status == 200 and answer.json == one(customer, user) and answer.json["title"] == "Gone", answer
    assert customer.client.put(path(put), user_body(put["userName"], active=False), headers=headers).status == 200
    for u in user, put:
        left(customer, u)
        assert held(customer, u) == [part], u


def test_a_head_that_cannot_be_read_holds_up_no_delete_and_no_leaver_in_bulk(customer):
    gone, off, stays = customer.user(), customer.user(), customer.user()
    assert customer.client.delete(f"/Users/{gone['id']}?{BROKEN}").status == 204
    assert held(customer, gone) == ["query"]
    change = [("PATCH", f"/Users/{off['id']}", [OFF]), ("PATCH", f"/Users/{stays['id']}", [op("replace", "title", "Boss")])]
    operations = [{"method": m, "path": p, "data": {"schemas": [PATCH_OP], "Operations": ops}} for m, p, ops in change]
    operations.append({"method": "POST", "path": "/Users", "bulkId": "b", "data": user_body()})
    answer = customer.client.post(f"/Bulk?{BROKEN}", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations})
    assert [o["status"] for o in answer.json["Operations"]] == ["200", "400", "400"], answer
    left(customer, off)
    assert held(customer, off) == ["query"] and one(customer, stays) == stays
    assert customer.client.get(f"/Users/{stays['id']}?{BROKEN}").status == 400


@pytest.mark.parametrize("whose", ["own", "report"])
def test_a_damaged_stored_text_holds_up_no_delete(server, customer, whose):
    boss = customer.user("boss@example.com")
    report, other = (customer.user(name, **{ENTERPRISE: {"manager": {"value": boss["id"]}}}) for name in ("a@example.com", "b@example.com"))
    damaged = boss if whose == "own" else report
    server.sql("update muster.scim_user set resource = '{' where id = %s", damaged["id"])
    assert customer.client.delete(f"/Users/{boss['id']}").status == 204
    assert member_of(customer, boss)["status"] == "deactivated"
    assert customer.actions(boss["id"])[-1] == "scim.user.deprovisioned"
    assert "manager" not in one(customer, other).get(ENTERPRISE, {})


def test_an_unknown_user_is_404_but_a_bad_body_is_400_first(client):
    nobody = "/Users/0190a3b4-0000-7000-8000-000000000000"
    assert_error(client.patch(nobody, OFF), 404)
    assert_error(client.request("PATCH", nobody, {"schemas": [PATCH_OP], "Operations": 5}), 400, "invalidSyntax")
    assert_error(client.patch(nobody, op("replace", "emails[", "x")), 400, "invalidPath")
    assert_error(client.put(nobody, {"active": False}), 400, "invalidValue")
