"""The audit log has refused writes with a valid token, and the reasons."""
import json
import os
import subprocess

import pytest
from fastcgi import ask
from helpers import BUILD, ROOT, digest, kill, made, op, unique, user_body, wait_until

ACTION = "&action=scim.request.refused"


def refused(customer):
    """Oldest first."""
    return customer.events(ACTION)[::-1]


def test_the_reason_for_a_conflict(customer):
    body = user_body(unique())
    made(customer.client.post("/Users", body))
    answer = customer.client.post("/Users", body)
    (event,) = refused(customer)
    assert answer.status == 409
    assert event["data"] == {"method": "POST", "path": "/Users", "status": 409, "scim_type": "uniqueness", "detail": answer.json["detail"]}
    assert (event["actor_type"], event["actor_id"], event["connection_id"]) == ("token", customer.token["id"], customer.connection["id"])
    assert (event["target_type"], event["target_id"]) == ("connection", customer.connection["id"])
    assert event["request_id"] == answer.header("X-Request-Id") != event["id"] and event["client_address"]


def test_the_resource_that_the_url_names_is_the_target(customer):
    user, group = (made(customer.client.post(p, b)) for p, b in (("/Users", user_body()), ("/Groups", {"displayName": "Crew"})))
    answers = [customer.client.patch(f"/Users/{user['id']}", op("replace", "nonsense", 1)),
               customer.client.put(f"/Groups/{group['id']}", {"displayName": ""}),
               customer.client.put(f"/Users/{user['id']}", user_body(user["userName"]), headers={"If-Match": 'W/"77"'}),
               customer.client.delete("/Groups/01a20db4-3e9d-72d7-82e9-f673093deb64")]
    assert [a.status for a in answers] == [400, 400, 412, 404]
    events = refused(customer)
    assert [(e["target_type"], e["target_id"]) for e in events] == [
        ("scim_user", user["id"]), ("scim_group", group["id"]), ("scim_user", user["id"]), ("scim_group", "01a20db4-3e9d-72d7-82e9-f673093deb64")]
    assert [e["data"]["path"] for e in events] == [f"/Users/{user['id']}", f"/Groups/{group['id']}", f"/Users/{user['id']}",
                                                   "/Groups/01a20db4-3e9d-72d7-82e9-f673093deb64"]
    for event, answer in zip(events, answers):
        assert (event["data"]["status"], event["data"]["detail"]) == (answer.status, answer.json["detail"])
        assert event["data"].get("scim_type") == answer.json.get("scimType")
    of_user = customer.events(f"{ACTION}&target={user['id']}")
    assert [e["id"] for e in of_user] == [events[2]["id"], events[0]["id"]]


@pytest.mark.parametrize("method, path, body, headers, status", [
    ("POST", "/Users", "{", {}, 400), ("POST", "/Users", "x", {"Content-Type": "text/plain"}, 415), ("PUT", "/Users", "{}", {}, 405),
    ("PATCH", "/Users/not-an-id", '{"Operations": []}', {}, 404), ("DELETE", "/Users/a@b.example", None, {}, 404), ("POST", "/Nothing/secret", "{}", {}, 404),
    ("DELETE", "/Groups/not-an-id", None, {"Accept": "text/html"}, 406), ("POST", "/Bulk", "{}", {}, 400)])
def test_what_is_kept_of_other_faults(customer, method, path, body, headers, status):
    answer = customer.client.request(method, path, body, headers)
    (event,) = refused(customer)
    template = {"/Nothing/secret": None, "/Users/not-an-id": "/Users/{id}", "/Users/a@b.example": "/Users/{id}", "/Groups/not-an-id": "/Groups/{id}"}
    assert answer.status == status == event["data"]["status"] and event["data"].get("path") == template.get(path, path)
    assert event["target_id"] == customer.connection["id"] and event["data"]["detail"] == answer.json["detail"]


def test_a_cap_and_a_scope(api, customer):
    api.patch(customer.path, {"max_groups": 0})
    assert customer.client.post("/Groups", {"displayName": "x"}).status == 507
    reader = customer.client_of(customer.issue(scope="read"))
    assert reader.post("/Users", user_body()).status == 403
    assert [e["data"]["status"] for e in refused(customer)] == [507, 403]


def test_operations_of_a_bulk_request(customer):
    user = made(customer.client.post("/Users", user_body()))
    operations = [{"method": "POST", "path": "/Users", "bulkId": "a", "data": user_body()},
                  {"method": "POST", "path": "/Users", "bulkId": "b", "data": user_body(user["userName"])},
                  {"method": "PATCH", "path": f"/Users/{user['id']}", "data": {"Operations": [op("replace", "nonsense", 1)]}}]
    answer = customer.client.post("/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations})
    assert [o["status"] for o in made(answer, 200)["Operations"]] == ["201", "409", "400"]
    events = sorted(refused(customer), key=lambda e: e["data"]["operation"])
    assert [(e["data"]["operation"], e["data"]["method"], e["data"]["path"], e["data"]["status"]) for e in events] == [
        (2, "POST", "/Users", 409), (3, "PATCH", f"/Users/{user['id']}", 400)]
    assert [e["data"]["detail"] for e in events] == [o["response"]["detail"] for o in answer.json["Operations"][1:]]
    assert [e["target_id"] for e in events] == [customer.connection["id"], user["id"]]
    assert {e["request_id"] for e in events} == {answer.header("X-Request-Id")}


def test_reads_and_what_took_effect_leave_none(customer):
    user = made(customer.client.post("/Users", user_body()))
    assert customer.client.get("/Users?filter=nonsense").status == 400
    assert customer.client.post("/Users/.search", {"filter": "nonsense"}).status == 400
    assert customer.client.get("/Users/01a20db4-3e9d-72d7-82e9-f673093deb64").status == 404
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    assert refused(customer) == []


def test_a_wrong_token_leaves_none(api, customer):
    token = customer.token["token"]
    for wrong in ("", "x", token[:-1] + ("a" if token[-1] != "a" else "b"), "scim_" + "0" * 49):
        assert customer.server.client(wrong).post("/Users", user_body()).status == 401, wrong[:9]
    other = customer.issue()
    api.post(f"{customer.path}/scim/tokens/{other['id']}/revoke")
    assert customer.client_of(other).post("/Users", user_body()).status == 401
    assert refused(customer) == []


def test_another_organization_sees_nothing(api, customer):
    other = type(customer)(api).connect()
    user = made(customer.client.post("/Users", user_body()))
    assert other.client.delete(f"/Users/{user['id']}").status == 404
    assert refused(customer) == []
    assert [e["target_id"] for e in refused(other)] == [user["id"]]
    assert other.key("audit:read").get(f"{customer.path}/audit-logs?x=1").status == 404


def test_nothing_else_changes(customer):
    before = digest(customer.server, customer.id)
    assert customer.client.post("/Users", {}).status == 400
    assert digest(customer.server, customer.id) == before and len(refused(customer)) == 1


def test_no_password_and_no_token_is_kept(customer):
    secret = unique("Secret-")
    for body in (user_body(password=secret, active="maybe"), user_body(password=[secret, secret]), json.dumps(user_body(password=secret))[:-1]):
        assert customer.client.post("/Users", body).status == 400, body
    text = json.dumps(refused(customer))
    assert len(refused(customer)) == 3 and secret not in text and customer.token["token"] not in text


def test_a_long_detail_is_cut_at_a_character(customer):
    name = "ü" * 2000
    user = made(customer.client.post("/Users", user_body()))
    answer = customer.client.patch(f"/Users/{user['id']}", op("replace", name, 1))
    (event,) = refused(customer)
    assert answer.status == 400 and len(event["data"]["detail"].encode()) in (1023, 1024) and answer.json["detail"].startswith(event["data"]["detail"])


def test_an_email_in_a_reason_is_erased_with_the_person(customer):
    email = f"{unique()}@canary.example"
    made(customer.client.post("/Users", user_body(email)))
    answer = customer.client.post("/Groups", {"displayName": "x", "members": [{"value": email}]})
    assert answer.status == 400 and email in refused(customer)[0]["data"]["detail"]
    customer.server.muster("erase", email, "--org", customer.slug, "--confirm", email, "--force")
    assert refused(customer)[0]["data"] == {"erased": True}


def flood(client, n):
    for _ in range(n):
        assert client.post("/Users", {}).status == 400


def test_a_flood_is_bounded_for_each_connection(api, customer):
    other = type(customer)(api).connect()
    flood(customer.client, 80)
    flood(other.client, 3)
    assert 30 <= len(refused(customer)) <= 40 and len(refused(other)) == 3


def test_without_limits_each_process_is_bounded(server, customer):
    listening = f"{server.dir}/{unique('fcgi')}"
    env = {"PATH": os.environ["PATH"], "MUSTER_DB": server.db.replace("muster_owner", "muster_scim"), "MUSTER_PUBLIC_URL": server.url,
           "MUSTER_LIMITS": ""}
    process = subprocess.Popen(["spawn-fcgi", "-n", "-s", listening, "--", f"{ROOT}/{BUILD}/muster-scim.fcgi", "--workers", "1"], env=env,
                               stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: os.path.exists(listening), 10, "the responder's socket")
        for _ in range(60):
            assert b"Status: 400" in ask(listening, customer.token["token"], "POST", "/scim/v2/Users", b"{}")
    finally:
        kill(process.pid, 15)
        process.wait(30)
    (n,) = server.sql("select count(*) from muster.audit_event where organization_id = %s and action = 'scim.request.refused'", customer.org["id"])[0]
    assert 30 <= n <= 40


def test_the_answer_is_the_same_if_it_cannot_be_kept(server, customer):
    """Nobody may add such events any more."""
    superuser = "alter table muster.audit_event add constraint no_refusals check (action <> 'scim.request.refused') not valid"
    server.fill((superuser,))
    try:
        answer = customer.client.post("/Users", {})
        assert answer.status == 400 and answer.json["detail"]
        made(customer.client.post("/Users", user_body()))
    finally:
        server.fill(("alter table muster.audit_event drop constraint no_refusals",))
    assert refused(customer) == []
