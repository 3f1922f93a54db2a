"""POST /Bulk."""
import pytest
from helpers import BULK, ENTERPRISE, GROUP, PATCH_OP, USER, assert_error, digest, group_body, made, op, user_body

NOBODY = "01a20db4-3e9d-72d7-82e9-f673093deb64"


def post(path, data, bulk_id, **more):
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": data, **more}


def change(method, path, data=None, **more):
    return {"method": method, "path": path, **({"data": data} if data is not None else {}), **more}


def patch(path, *operations, **more):
    return change("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)}, **more)


def with_manager(name, manager):
    return user_body(name, **{ENTERPRISE: {"manager": {"value": manager}}})


def bulk(customer, *operations, **more):
    return customer.client.post("/Bulk", {"schemas": [BULK], "Operations": list(operations), **more})


def items(answer):
    body = made(answer, 200)
    assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]
    for item in body["Operations"]:
        assert isinstance(item["status"], str) and ("response" in item) == (item["status"][0] != "2")
        if "response" in item:
            assert item["response"]["status"] == item["status"] and item["response"]["detail"]
    return body["Operations"]


def statuses(answer):
    return [i["status"] for i in items(answer)]


def refused(item, status, scim_type=None, detail=""):
    assert item["status"] == status and item["response"].get("scimType") == scim_type and detail in item["response"]["detail"], item


def resource(customer, item):
    return made(customer.client.get(item["location"].removeprefix(customer.server.url)), 200)


def test_items_answer_as_single_requests_do(customer):
    old, group = customer.user("old@example.com"), customer.group("Crew")
    answers = items(bulk(customer, post("/Users", user_body("new@example.com"), "n"),
                         change("PUT", f"/Users/{old['id']}", user_body("old@example.com", title="T")),
                         patch(f"/Users/{old['id']}", op("replace", "title", "U")),
                         patch(f"/Groups/{group['id']}", op("add", "members", [{"value": old["id"]}])),
                         change("DELETE", f"/Groups/{group['id']}"), change("DELETE", f"/Users/{NOBODY}"), post("/Users", user_body("old@example.com"), "o")))
    assert [a["status"] for a in answers] == ["201", "200", "200", "200", "204", "404", "409"]
    assert [a["method"] for a in answers] == ["POST", "PUT", "PATCH", "PATCH", "DELETE", "DELETE", "POST"]
    assert answers[0]["bulkId"] == "n" and answers[0]["version"] == 'W/"1"' and resource(customer, answers[0])["meta"]["location"] == answers[0]["location"]
    assert answers[2]["version"] == resource(customer, answers[2])["meta"]["version"] == 'W/"3"'
    assert answers[5]["location"].endswith(NOBODY) and "location" not in answers[6]
    refused(answers[6], "409", "uniqueness")


def test_a_groups_patch_has_a_body_in_the_strict_dialect(strict):
    group = strict.group("Crew")
    assert statuses(bulk(strict, patch(f"/Groups/{group['id']}", op("replace", "displayName", "Team")))) == ["200"]


@pytest.mark.parametrize("body", [{}, {"Operations": []}, {"Operations": {}}, {"Operations": 5}])
def test_a_request_without_operations_is_400(customer, body):
    assert_error(customer.client.post("/Bulk", {"schemas": [BULK], **body}), 400, "invalidSyntax")


def test_the_message_must_say_what_it_is(customer, strict):
    body = {"Operations": [change("DELETE", f"/Users/{NOBODY}")]}
    assert_error(strict.client.post("/Bulk", body), 400, "invalidSyntax")
    assert statuses(customer.client.post("/Bulk", body)) == ["404"]
    assert_error(customer.client.post("/Bulk", {**body, "schemas": [USER]}), 400, "invalidSyntax")


@pytest.mark.parametrize("operation", [
    {"path": "/Users", "bulkId": "a", "data": {}}, change("GET", "/Users"), {"method": "POST", "bulkId": "a", "data": {}},
    {"method": "POST", "path": "/Users", "data": {}},
    {"method": "POST", "path": "/Users", "bulkId": "a"}, change("PUT", "/Users/x"), change("PATCH", "/Users/x"), change("PUT", "/Users", {}),
    change("DELETE", "/Users"),
    post("/Users/x", {}, "a"), post("/Bulk", {}, "a"), post("/Users/.search", {}, "a"), change("PUT", "/Schemas/x", {}), post("/Nope", {}, "a"), 5, [], "x",
    patch("/Users/x", version=3), change("PATCH", "/Users/x", [op("add", "title", "T")])])
def test_a_faulty_operation_is_400_and_the_others_go_on(customer, operation):
    first, second = items(bulk(customer, operation, post("/Users", user_body(), "good")))
    refused(first, "400", "invalidSyntax")
    assert second["status"] == "201"


def test_patch_data_is_a_whole_message(strict):
    user = strict.user("u@example.com")
    first, = items(bulk(strict, change("PATCH", f"/Users/{user['id']}", {"Operations": [op("add", "title", "T")]})))
    refused(first, "400", "invalidSyntax")


def test_bulk_ids_stand_for_what_is_made_wherever_they_are(customer):
    schema = {"schemas": [USER, ENTERPRISE], "userName": "boss@example.com"}
    answers = items(bulk(customer, post("/Users", schema, "boss"), post("/Users", with_manager("ann@example.com", "bulkId:boss"), "ann"),
                         post("/Groups", group_body("Crew", ["bulkId:ann"]), "crew"), post("/Groups", {"schemas": [GROUP], "displayName": "Top", "members": [
                             {"$ref": "../Groups/bulkId:crew"}]}, "top"),
                         patch("/Groups/bulkId:crew", op("add", "members", [{"value": "bulkId:boss"}])),
                         patch("/Groups/bulkId:crew", op("remove", 'members[value eq "bulkId:ann"]'))))
    assert [a["status"] for a in answers] == ["201"] * 4 + ["200"] * 2
    boss, ann, crew, top = [resource(customer, a) for a in answers[:4]]
    assert ann[ENTERPRISE]["manager"]["value"] == boss["id"]
    assert [m["value"] for m in crew["members"]] == [boss["id"]] and [m["value"] for m in top["members"]] == [crew["id"]]


def test_operations_may_name_what_comes_later(customer):
    answers = items(bulk(customer, patch("/Groups/bulkId:top", op("replace", "displayName", "Renamed")),
                         post("/Groups", group_body("Top", ["bulkId:crew"]), "top"),
                         post("/Groups", group_body("Crew", ["bulkId:ann"]), "crew"), post("/Users", user_body("ann@example.com"), "ann")))
    assert [a["status"] for a in answers] == ["200", "201", "201", "201"]
    assert resource(customer, answers[1])["displayName"] == "Renamed" and customer.people("Top") == ["ann@example.com"]


def test_two_managers_of_each_other(customer):
    answers = items(bulk(customer, post("/Users", with_manager("a@example.com", "bulkId:b"), "a"),
                         post("/Users", with_manager("b@example.com", "bulkId:c"), "b"), post("/Users", with_manager("c@example.com", "bulkId:a"), "c"),
                         post("/Users", with_manager("self@example.com", "bulkId:self"), "self")))
    assert [a["status"] for a in answers] == ["201"] * 4
    a, b, c, own = [resource(customer, x) for x in answers]
    assert [x[ENTERPRISE]["manager"]["value"] for x in (a, b, c, own)] == [b["id"], c["id"], a["id"], own["id"]]
    assert all(x[ENTERPRISE]["manager"]["$ref"].endswith(x[ENTERPRISE]["manager"]["value"]) and x["meta"]["version"] == 'W/"1"' for x in (a, b, c, own))


def test_a_circle_with_somebody_who_comes_back_has_the_old_id(customer):
    old = customer.user("old@example.com")
    assert customer.client.delete(f"/Users/{old['id']}").status == 204
    answers = items(bulk(customer, post("/Users", with_manager("new@example.com", "bulkId:old"), "new"),
                         post("/Users", with_manager("old@example.com", "bulkId:new"), "old")))
    new, back = [resource(customer, a) for a in answers]
    assert back["id"] == old["id"] == new[ENTERPRISE]["manager"]["value"] and back[ENTERPRISE]["manager"]["value"] == new["id"]


def test_one_refused_in_a_circle_takes_the_others_with_it_and_leaves_nothing(customer):
    customer.user("taken@example.com")
    before = len(customer.actions())
    answers = items(bulk(customer, post("/Users", with_manager("a@example.com", "bulkId:b"), "a"),
                         post("/Users", with_manager("taken@example.com", "bulkId:a"), "b")))
    refused(answers[0], "400", "invalidValue", "refused")
    refused(answers[1], "409", "uniqueness")
    assert made(customer.client.get("/Users?count=0"), 200)["totalResults"] == 1 and len(customer.actions()) == before


def test_a_circle_of_members_is_refused_on_the_operation_that_closes_it(customer):
    answers = items(bulk(customer, post("/Groups", group_body("A", ["bulkId:b"]), "a"), post("/Groups", group_body("B", ["bulkId:a"]), "b"),
                         post("/Groups", group_body("Self", ["bulkId:s"]), "s"), post("/Groups", group_body("C"), "c")))
    refused(answers[0], "400", "invalidValue", '"b" was refused')
    refused(answers[1], "400", "invalidValue", "nested group would create a cycle")
    refused(answers[2], "400", "invalidValue", "nested group would create a cycle")
    assert answers[3]["status"] == "201" and made(customer.client.get("/Groups"), 200)["totalResults"] == 1


def test_an_unknown_or_refused_bulk_id_is_400(customer):
    customer.user("taken@example.com")
    answers = items(bulk(customer, post("/Groups", group_body("A", ["bulkId:nobody"]), "a"), post("/Users", user_body("taken@example.com"), "t"),
                         post("/Groups", group_body("B", ["bulkId:t"]), "b"), patch("/Users/bulkId:t", op("replace", "title", "T")),
                         change("DELETE", "/Users/bulkId:x")))
    for item, named in zip(answers, ("nobody", None, "t", "t", "x")):
        if named:
            refused(item, "400", "invalidValue", f'"{named}"')


def test_a_location_is_one_or_is_left_out(customer):
    user = customer.user("u@example.com")
    path = f"/Users/{user['id']}"
    title, wrong = op("replace", "title", "T"), op("add", f"{ENTERPRISE}:manager", "bulkId:nope")
    answers = items(bulk(customer, post("/Users", user_body("a@example.com"), "a"), patch("/Users/bulkId:a", wrong),
                         change("PUT", "/Users/bulkId:a", {"userName": 5}),
                         patch(path, wrong), change("PUT", path), patch(path, version=3), change("DELETE", "/Users/bulkId:a"),
                         change("DELETE", "/Users/bulkId:a"),
                         patch(f"{path}?x=1", title), patch(f"{path}/x", title), patch("/Users/bulkId:zz", title), patch("/Users/x", title),
                         change("DELETE", "/Groups/bulkId:a b"),
                         post("/Users", user_body("u@example.com"), "t"), patch("/Users/bulkId:t", title), change("GET", path), post(path, {}, "p"),
                         change("DELETE", f"/Users/{user['id'].upper()}"), change("PUT", "/Users/bulkId:a")))
    assert [a["status"] for a in answers] == ["201"] + ["400"] * 5 + ["204", "404"] + ["400"] * 3 + ["404", "400", "409"] + ["400"] * 3 + ["404", "400"]
    made_here = answers[0]["location"]
    assert [a.get("location") for a in answers] == (
        [made_here] * 3 + [user["meta"]["location"]] * 3 + [made_here] * 2 + [user["meta"]["location"]] + [None] * 10)


def test_one_bulk_id_twice_is_400(customer):
    assert_error(bulk(customer, post("/Users", user_body(), "a"), post("/Groups", group_body(), "a")), 400, "invalidSyntax", '"a"')
    assert made(customer.client.get("?count=0"), 200)["totalResults"] == 0


@pytest.mark.parametrize("limit, processed", [(1, 1), (2, 3), (3, 5), (None, 5)])
def test_fail_on_errors_stops_there(customer, limit, processed):
    bad, good = change("DELETE", f"/Users/{NOBODY}"), lambda i: post("/Users", user_body(), f"b{i}")
    answers = items(bulk(customer, bad, good(1), bad, good(2), bad, **({"failOnErrors": limit} if limit else {})))
    assert len(answers) == processed
    assert made(customer.client.get("/Users?count=0"), 200)["totalResults"] == len([a for a in answers if a["status"] == "201"])


@pytest.mark.parametrize("limit", [0, -1, "x", 1.5, True])
def test_fail_on_errors_is_a_number_from_one_on(strict, limit):
    assert_error(bulk(strict, post("/Users", user_body(), "a"), failOnErrors=limit), 400, "invalidValue", "failOnErrors")


def test_too_much_is_413_and_nothing_is_done(customer):
    before = digest(customer.server, customer.org["id"])
    assert_error(bulk(customer, *[post("/Users", user_body(), f"b{i}") for i in range(1001)]), 413, None, "maxOperations (1000)")
    assert_error(bulk(customer, post("/Users", user_body(title="x" * 5_242_880), "a")), 413, None, "5242880")
    assert digest(customer.server, customer.org["id"]) == before
    config = customer.client.get("/ServiceProviderConfig").json["bulk"]
    assert config == {"supported": True, "maxOperations": 1000, "maxPayloadSize": 5242880}


def test_a_version_protects_an_operation(customer):
    user = customer.user("u@example.com")
    path = f"/Users/{user['id']}"
    answers = items(bulk(customer, patch(path, op("replace", "title", "A"), version='W/"1"'), patch(path, op("replace", "title", "B"), version='W/"1"'),
                         change("DELETE", path, version='W/"1"'), patch(path, op("replace", "title", "C"), version='W/"2"')))
    assert [a["status"] for a in answers] == ["200", "412", "412", "200"]
    assert customer.client.get(path).json["title"] == "C"


def test_the_order_is_that_of_the_request(customer):
    answers = items(bulk(customer, post("/Users", user_body("u@example.com"), "a"), change("DELETE", "/Users/bulkId:a"),
                         post("/Users", user_body("u@example.com"), "b"),
                         post("/Users", user_body("u@example.com"), "c")))
    assert [a["status"] for a in answers] == ["201", "204", "201", "409"]


def test_who_names_what_comes_later_waits_and_all_else_keeps_its_place(customer):
    old, boss = customer.user("jo@example.com"), customer.user("boss@example.com")
    answers = items(bulk(customer, post("/Groups", group_body("g", ["bulkId:n"]), "g"), change("DELETE", f"/Users/{old['id']}"),
                         post("/Users", user_body("jo@example.com"), "n"),
                         post("/Users", with_manager("ann@example.com", "bulkId:b"), "a"), change("DELETE", f"/Users/{boss['id']}"),
                         post("/Users", with_manager("boss@example.com", "bulkId:a"), "b"), change("DELETE", "/Users/bulkId:n")))
    assert [a["status"] for a in answers] == ["201", "204", "201", "201", "204", "201", "204"]
    assert [a["method"] for a in answers] == ["POST", "DELETE", "POST", "POST", "DELETE", "POST", "DELETE"]
    assert "members" not in resource(customer, answers[0])


def test_each_operation_has_its_own_audit_event(customer):
    answers = items(bulk(customer, post("/Users", user_body("a@example.com"), "a"), post("/Users", user_body("b@example.com"), "b"),
                         patch("/Users/bulkId:a", op("replace", "title", "T")), post("/Users", user_body("a@example.com"), "c")))
    first, second = (a["location"].rsplit("/", 1)[1] for a in answers[:2])
    assert customer.actions(first) == ["scim.user.provisioned", "scim.user.updated"] and customer.actions(second) == ["scim.user.provisioned"]
    rows = customer.server.sql("select count(*), count(distinct id), count(distinct request_id), bool_or(id = request_id) from muster.audit_event "
                               "where organization_id = %s and target_type = 'scim_user'", customer.org["id"])
    assert rows == [(3, 3, 1, True)]


@pytest.mark.parametrize("same", [{"userName": "U3@EXAMPLE.com"}, {"externalId": "x-3"}, {"emails": [{"value": "u3@example.com"}]}])
def test_of_two_with_the_same_key_the_first_is_made_and_the_others_with_their_events(customer, same):
    bodies = [user_body(f"u{i}@example.com", externalId=f"x-{i}") for i in range(10)]
    answers = items(bulk(customer, *(post("/Users", {**body, **(same if i == 7 else {})}, str(i)) for i, body in enumerate(bodies))))
    assert [a["status"] for a in answers] == ["201"] * 7 + ["409"] + ["201"] * 2
    made_in_order = [e["target_id"] for e in reversed(customer.events("&action=scim.user.provisioned"))]
    assert made_in_order == [a["location"].rsplit("/", 1)[1] for a in answers if "location" in a]
    assert resource(customer, answers[3])["externalId"] == "x-3" and made(customer.client.get("/Users?count=0"), 200)["totalResults"] == 9


@pytest.mark.alone
def test_a_thousand_creates_in_one_request(customer):
    operations = [post("/Users", user_body(f"u{i}@example.com"), str(i)) for i in range(999)]
    answers = items(bulk(customer, *operations, post("/Groups", group_body("All", [f"bulkId:{i}" for i in range(999)]), "all")))
    assert {a["status"] for a in answers} == {"201"}
    assert made(customer.client.get("/Users?count=0"), 200)["totalResults"] == 999 and len(customer.team("All")["members"]) == 999


def test_only_post_is_taken(customer):
    answer = customer.client.get("/Bulk")
    assert_error(answer, 405)
    assert answer.header("Allow") == "POST"


def test_another_tenants_resources_are_nobodys(server, customer):
    other = server.customer()
    user, group = other.user("x@example.com"), other.group("Crew")
    answers = items(bulk(customer, change("DELETE", f"/Users/{user['id']}"), patch(f"/Groups/{group['id']}", op("replace", "displayName", "Mine")),
                         post("/Groups", group_body("G", [user["id"]]), "g")))
    assert [a["status"] for a in answers] == ["404", "404", "400"]
    assert other.client.get(f"/Groups/{group['id']}").json["displayName"] == "Crew"


def test_caps_hold_inside_a_request(server):
    t = server.customer()
    server.muster("org", "set", t.slug, "--max-users", "2")
    assert statuses(bulk(t, *[post("/Users", user_body(), str(i)) for i in range(4)])) == ["201", "201", "507", "507"]


def test_long_texts_are_not_repeated(customer):
    long = "<" * 3_000_000
    user = customer.user("u@example.com")
    answers = items(bulk(customer, patch(f"/Users/{user['id']}", op("replace", "title", "T"), bulkId=long)))
    assert answers[0]["status"] == "400" and "bulkId" not in answers[0] and "1024" in answers[0]["response"]["detail"]
    answers = items(bulk(customer, change("DELETE", f"/Users/{user['id']}", bulkId="<" * 1024)))
    assert answers[0]["status"] == "204" and answers[0]["bulkId"] == "<" * 1024
    for operation in (change(long, f"/Users/{NOBODY}"), change("DELETE", f"/Users/{long}"), patch(f"/Users/{customer.user()['id']}", op("add", long, "x")),
                      change("DELETE", f"/Users/bulkId:{long}"), post("/Users", user_body(active="é" * 400_000), "a"),
                      post("/Groups", group_body(members=[f"bulkId:{long}"]), "a"),
                      post("/Groups", group_body(members=["é" * 400_000]), "a")):
        answer = bulk(customer, operation)
        assert items(answer)[0]["status"] in ("400", "404") and len(answer.text) < 10_000, operation


def test_a_thousand_answers_that_are_as_long_as_can_be(customer):
    operations = [patch("/Users/bulkId:" + "<" * 1100, bulkId="<" * 1010 + f"{i:04}") for i in range(1000)]
    answers = items(bulk(customer, *operations))
    assert len(answers) == 1000 and {a["status"] for a in answers} == {"400"}
    assert {len(a["response"]["detail"].encode()) for a in answers} == {1024}


def test_one_who_names_himself_and_comes_back_has_the_old_id(customer):
    old = customer.user("old@example.com")
    assert customer.client.delete(f"/Users/{old['id']}").status == 204
    customer.user("taken@example.com")
    answers = items(bulk(customer, post("/Users", with_manager("old@example.com", "bulkId:me"), "me"), patch("/Users/bulkId:me", op("replace", "title", "T")),
                         post("/Users", with_manager("taken@example.com", "bulkId:not"), "not")))
    assert [a["status"] for a in answers] == ["201", "200", "409"]
    back = resource(customer, answers[0])
    assert back["id"] == old["id"] == back[ENTERPRISE]["manager"]["value"] and back["title"] == "T"
    assert customer.actions(old["id"])[-2:] == ["scim.user.reactivated", "scim.user.updated"]


def test_each_operation_needs_a_token_that_allows_it(customer):
    group, user = customer.group("Crew"), customer.user("u@example.com")
    customer.renew(scope="users")
    answers = items(bulk(customer, post("/Users", user_body("a@example.com"), "a"), post("/Groups", group_body("G", ["bulkId:a"]), "g"),
                         patch(f"/Groups/{group['id']}", op("add", "members", [{"value": user["id"]}])),
                         change("PUT", f"/Groups/{group['id']}", group_body("H")),
                         change("DELETE", f"/Groups/{group['id']}"), patch(f"/Users/{user['id']}", op("replace", "title", "T")),
                         change("DELETE", "/Users/bulkId:a")))
    assert [a["status"] for a in answers] == ["201", "403", "403", "403", "403", "200", "204"]
    for a in answers[1:5]:
        refused(a, "403", None, "for users only")
    customer.renew()
    assert [(g["displayName"], "members" in g) for g in made(customer.client.get("/Groups"), 200)["Resources"]] == [("Crew", False)]


def test_a_token_that_may_only_read_is_refused_as_a_whole(customer):
    customer.renew(scope="read")
    before = digest(customer.server, customer.org["id"])
    assert_error(bulk(customer, post("/Users", user_body(), "a"), change("DELETE", f"/Groups/{NOBODY}")), 403, None, "only read")
    assert digest(customer.server, customer.org["id"]) == before
