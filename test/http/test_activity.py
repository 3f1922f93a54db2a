"""What a connection has received: its state, its requests, and what was refused to whom until that is mended."""
import json
import os
import re
import threading

import pytest
from activity import NOBODY, a_minute_passes, activity, age, problems
from customer import Customer
from helpers import BULK, group_body, made, op, user_body, wait_until


def test_a_new_connection_waits_for_its_first_request(customer):
    said = activity(customer)
    assert said == {"connection_id": customer.connection["id"], "identity_provider": "generic", "state": "waiting", "first": None, "last": None,
                    "last_taken": None, "people": 0, "groups": 0, "problem_count": 0, "problems": [], "token_hints": []}


def test_the_test_button_is_the_first_request(customer):
    answer = customer.client.get('/Users?filter=userName eq "secret@example.com"')
    said = activity(customer)
    assert answer.status == 200 and said["state"] == "arriving"
    assert said["first"] == said["last"] == said["last_taken"]
    first = said["first"]
    assert (first["method"], first["what"], first["status"]) == ("GET", "/Users", 200) and first["request_id"] == answer.header("X-Request-Id")
    assert first["token"] == {key: customer.token[key] for key in ("id", "name", "prefix")}
    assert "secret" not in str(said)


def test_people_and_groups_are_counted_at_once(customer):
    user = customer.user()
    customer.group("Crew", [user["id"]])
    said = activity(customer)
    assert (said["state"], said["people"], said["groups"]) == ("healthy", 1, 1)
    customer.client.delete(f"/Users/{user['id']}")
    assert activity(customer)["people"] == 0


@pytest.mark.parametrize("what", ["person", "group"])
def test_one_more_is_news(customer, what):
    """Within a minute, so that nothing else of the answer changes."""
    customer.user()
    tag = customer.api.get(f"{customer.connection_path}/activity").header("ETag")
    assert customer.api.get(f"{customer.connection_path}/activity", headers={"If-None-Match": tag}).status == 304
    customer.user() if what == "person" else customer.group("More")
    assert customer.api.get(f"{customer.connection_path}/activity", headers={"If-None-Match": tag}).status == 200


def test_a_paused_connection_says_so_and_nothing_else_is_wrong(customer):
    customer.user()
    customer.api.patch(customer.connection_path, {"status": "paused"})
    a_minute_passes(customer)
    assert customer.client.get("/Users").status == 503
    said = activity(customer)
    assert (said["state"], said["last"]["status"], said["problems"]) == ("paused", 503, [])
    assert said["last_taken"]["status"] == 201


@pytest.mark.parametrize("provider, state", [("entra", "silent"), ("okta", "healthy")])
def test_who_asks_every_forty_minutes_is_silent_after_three_hours(api, provider, state):
    customer = Customer(api).connect(identity_provider=provider)
    customer.user()
    age(customer, "2 hours 58 minutes")
    assert activity(customer)["state"] == "healthy"
    age(customer, "3 minutes")
    assert activity(customer)["state"] == state
    customer.client.get("/Users")
    assert activity(customer)["state"] == "healthy"


def test_a_connection_that_was_only_tested_is_not_silent(api):
    customer = Customer(api).connect(identity_provider="entra")
    customer.client.get("/Users")
    age(customer, "4 hours")
    assert activity(customer)["state"] == "arriving"


def test_who_was_refused_is_named_until_they_are_taken(customer):
    customer.user("ada@example.com")
    body = user_body("ADA@example.com", displayName="Ada Lovelace", externalId="x-1")
    answers = [customer.client.post("/Users", body) for _ in range(3)]
    said = activity(customer)
    (problem,) = said["problems"]
    assert [a.status for a in answers] == [409] * 3 and said["state"] == "refused" and said["problem_count"] == 1
    assert problem["person"] == {"type": "user", "id": None, "name": "Ada Lovelace", "user_name": "ADA@example.com", "external_id": "x-1"}
    assert {key: problem[key] for key in ("code", "method", "what", "status", "count", "token", "reason")} == {
        "code": "user_name_taken", "method": "POST", "what": "/Users", "status": 409, "count": 3, "token": None, "reason": None}
    assert problem["detail"] == answers[2].json["detail"] and problem["request_id"] == answers[2].header("X-Request-Id")
    assert problem["first"] <= problem["last"]
    made(customer.client.post("/Users", {**body, "userName": "ada.lovelace@example.com", "emails": [{"value": "ada.lovelace@example.com"}]}))
    said = activity(customer)
    assert (said["state"], said["problems"], said["problem_count"]) == ("healthy", [], 0)


def test_a_repetition_that_changes_nothing_ends_it_too(customer):
    user = customer.user("max@example.com", displayName="Max")
    changed = {**user_body("other@example.com"), "displayName": "Max"}
    assert customer.client.put(f"/Users/{user['id']}", changed).status == 400
    ((code, name, count),) = problems(customer)
    assert code in ("email_immutable", "user_name_immutable") and (name, count) == ("Max", 1)
    other = customer.user()
    assert customer.client.put(f"/Users/{other['id']}", {**user_body(other["userName"])}).status == 200
    assert len(problems(customer)) == 1
    events = len(customer.events())
    same = {key: user[key] for key in ("schemas", "userName", "displayName", "emails", "name", "active") if key in user}
    assert customer.client.put(f"/Users/{user['id']}", same).status == 200 and len(customer.events()) == events
    assert problems(customer) == []


def test_who_is_removed_has_no_problem(customer):
    user = customer.user()
    customer.client.patch(f"/Users/{user['id']}", op("replace", "nonsense", 1))
    assert len(problems(customer)) == 1
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    assert problems(customer) == []
    assert customer.client.delete(f"/Users/{user['id']}").status == 404
    assert problems(customer) == []


def test_a_group_with_somebody_unknown(customer):
    answer = customer.client.post("/Groups", group_body("Engineering", [NOBODY]))
    (problem,) = activity(customer)["problems"]
    assert answer.status == 400 and problem["code"] == "unknown_member"
    assert problem["person"] == {"type": "group", "id": None, "name": "Engineering", "user_name": None, "external_id": None}
    group = customer.group("engineering")
    assert problems(customer) == []
    assert customer.client.patch(f"/Groups/{group['id']}", op("add", "members", [{"value": NOBODY}])).status == 400
    assert problems(customer) == [("unknown_member", "engineering", 1)]


def test_operations_of_a_bulk_request(customer):
    user = customer.user(externalId="one")

    def bulk(*operations):
        return made(customer.client.post("/Bulk", {"schemas": [BULK], "Operations": list(operations)}), 200)
    wrong = {"method": "POST", "path": "/Users", "bulkId": "b", "data": user_body(user["userName"], displayName="Twice", externalId="two")}
    bulk({"method": "POST", "path": "/Users", "bulkId": "a", "data": user_body()}, wrong,
         {"method": "PATCH", "path": f"/Users/{user['id']}", "data": {"Operations": [op("replace", "nonsense", 1)]}})
    assert sorted(p[0] for p in problems(customer)) == ["invalid_path", "user_name_taken"]
    bulk({**wrong, "data": user_body(displayName="Twice")},
         {"method": "PATCH", "path": f"/Users/{user['id']}", "data": {"Operations": [op("replace", "nickName", "x")]}})
    assert [p[:2] for p in problems(customer)] == [("user_name_taken", "Twice")]


def test_a_wrong_url_is_over_with_the_next_request_that_is_taken(customer):
    assert customer.client.get("/Userss").status == 404
    said = activity(customer)
    assert [(p["code"], p["person"], p["what"]) for p in said["problems"]] == [("wrong_url", None, None)] and said["state"] == "refused"
    assert said["last_taken"] is None and (said["last"]["status"], said["last"]["what"]) == (404, None)
    a_minute_passes(customer)
    customer.client.get("/Users")
    assert problems(customer) == []


def test_what_is_not_there_is_an_answer(customer):
    assert customer.client.get(f"/Users/{NOBODY}").status == 404
    said = activity(customer)
    assert (said["problems"], said["last_taken"]["status"], said["last_taken"]["what"]) == ([], 404, "/Users/{id}")


def test_a_filter_that_fails_is_told_until_the_same_url_answers(customer):
    assert customer.client.get("/Users?filter=nonsense").status == 400
    assert problems(customer) == [("invalid_filter", None, 1)]
    a_minute_passes(customer)
    customer.client.get("/Groups")
    assert problems(customer) == [("invalid_filter", None, 1)]
    a_minute_passes(customer)
    customer.client.get("/Users")
    assert problems(customer) == []


def test_too_many_requests_are_told_until_one_is_taken(customer):
    customer.client.get("/Users")
    customer.api.patch(customer.path, {"rate": 1, "burst": 1})
    a_minute_passes(customer)
    customer.client.get("/Users")
    answers = []

    def ask():
        answers.append(customer.client_of().get("/Users").status)
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert 429 in answers
    assert problems(customer) == [("rate", None, answers.count(429))]
    customer.api.patch(customer.path, {"rate": None, "burst": None})
    a_minute_passes(customer)
    wait_until(lambda: customer.client.get("/Users").status == 200, 10, "a place")
    assert problems(customer) == []


def test_nobody_sees_another_organization(api):
    one, two = Customer(api).connect(), Customer(api).connect()
    one.client.post("/Users", {})
    quiet = activity(two)
    assert (quiet["state"], quiet["problems"], len(activity(one)["problems"])) == ("waiting", [], 1)
    key = two.key("provisioning:read")
    assert key.get(f"/organizations/{one.slug}/scim/connections/{one.connection['id']}/activity").status == 404
    assert key.get(f"/organizations/{two.slug}/scim/connections/{one.connection['id']}/activity").status == 404
    assert key.get(f"{two.connection_path}/activity").json == quiet
    made(two.client.post("/Users", user_body()))
    assert len(activity(one)["problems"]) == 1


def test_two_connections_of_an_organization_are_apart(customer):
    other = customer.second()
    other.client.post("/Users", {})
    assert activity(customer)["state"] == "waiting" and activity(other)["state"] == "refused"
    customer.user()
    assert activity(other)["state"] == "refused" and activity(customer)["people"] == 1 and activity(other)["people"] == 0


def test_a_connection_that_is_not_there(customer):
    assert customer.api.get(f"{customer.path}/scim/connections/{NOBODY}/activity").status == 404
    assert customer.api.get(f"{customer.path}/scim/connections/x/activity").status == 404
    assert customer.api.get(f"{customer.connection_path}/activity?nonsense=1").status == 400


def test_the_command_says_the_same(customer):
    customer.user()
    assert customer.server.muster("connection", "activity", customer.connection["id"]) == activity(customer)


def test_a_damaged_user_is_named_as_far_as_known(customer):
    user = customer.user("ada@example.com")
    customer.client.patch(f"/Users/{user['id']}", op("replace", "nonsense", 1))
    customer.server.sql(f"update muster.scim_user set resource = 'broken', display_name = null where id = '{user['id']}'")
    ((_, name, _),) = problems(customer)
    assert name == "ada@example.com"


def test_who_is_erased_is_named_no_more(customer):
    user = customer.user("ada@example.com", displayName="Ada")
    other = customer.user("max@example.com")
    customer.client.patch(f"/Users/{user['id']}", op("replace", "nonsense", 1))
    customer.client.post("/Users", user_body("ada@example.com", displayName="Ada"))
    customer.client.patch(f"/Users/{other['id']}", op("replace", "nonsense", 1))
    assert len(problems(customer)) == 3
    customer.server.muster("erase", "ada@example.com", "--org", customer.slug, "--confirm", "ada@example.com", "--force")
    (left,) = activity(customer)["problems"]
    assert left["person"]["id"] == other["id"]


def test_a_connection_has_five_hundred_problems_at_most(customer):
    customer.server.sql(f"""insert into muster.connection_problem (organization_id, connection_id, code, kind, keys, name, method, what, status, detail,
                                                                   request_id, last_at)
                            select '{customer.id}', '{customer.connection['id']}', 'no_mail', 'user', array['n:' || n], 'Person ' || n, 'POST', '/Users', 400,
                                   'a user needs an email', '{NOBODY}', now() - n * case n when 499 then interval '1 day' else interval '1 second' end
                            from generate_series(1, 500) n""")
    said = activity(customer)
    assert said["problem_count"] == 499 and len(said["problems"]) == 100 and said["problems"][0]["person"]["name"] == "Person 1"
    customer.client.post("/Users", {"userName": "nobody"})
    kept = customer.server.sql(f"select name from muster.connection_problem where organization_id = '{customer.id}' and name is not null")
    assert len(kept) == 499 and ("Person 499",) not in kept


def test_changes_of_many_at_once(customer):
    """Who notes, who ends problems and who looks do not wait for each other in a circle."""
    bodies = [user_body(displayName=f"P{n}") for n in range(6)]
    statuses = []

    def work(body):
        client = customer.client_of()
        for _ in range(4):
            statuses.append(client.post("/Users", {**body, "emails": [{"value": "none"}]}).status)
            answer = client.post("/Users", body)
            statuses.append(answer.status)
            statuses.append(client.delete(f"/Users/{answer.json['id']}").status)
    threads = [threading.Thread(target=work, args=(body,)) for body in bodies]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert set(statuses) == {400, 201, 204}
    assert problems(customer) == []
    assert customer.server.sql(f"select troubled from muster.connection where id = '{customer.connection['id']}'") == [(None,)]


def test_each_answer_of_a_guide_is_a_cause():
    root = os.path.join(os.path.dirname(__file__), "../..")
    with open(f"{root}/cgi/scim/causes.c", encoding="utf-8") as f:
        causes = re.findall(r'{"(\w+)", ERR_\w+, (?:NULL|"(.*)")}', f.read())
    with open(f"{root}/cgi/portal/guides/problems.json", encoding="utf-8") as f:
        guides = {p["id"]: p["detail"] for p in json.load(f) if p["detail"]}
    assert {code for code, _ in causes} == set(guides)
    assert [(code, part) for code, part in causes if part and part not in guides[code]] == []
