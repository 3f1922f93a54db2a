"""A repeated POST with an Idempotency-Key is done only once."""
import threading

from api import new_key, problem
from helpers import unique


def key(name=None):
    return {"Idempotency-Key": name or unique("i")}


def test_the_same_request_has_the_same_answer(api, customer):
    headers, body = key(), {"email": "a@example.com", "first_name": "A"}
    first, second = (api.post(f"{customer.path}/members", body, headers=headers) for _ in range(2))
    assert first.status == second.status == 201 and first.json == second.json
    assert first.header("Idempotent-Replayed") is None and second.header("Idempotent-Replayed") == "true"
    assert customer.actions(action="member.added") == ["member.added"]


def test_a_replayed_token_comes_without_its_secret(api, customer):
    headers = key()
    first, second = (api.post(f"{customer.path}/scim/tokens", {"connection_id": customer.connection["id"]}, headers=headers) for _ in range(2))
    assert second.status == 201 and second.header("Idempotent-Replayed") == "true"
    assert second.json == {k: v for k, v in first.json.items() if k != "token"} and first.json["token"] not in second.text
    headers = key()
    first, second = (api.post(f"{customer.connection_path}/rotate/start", headers=headers) for _ in range(2))
    assert (first.status, second.status) == (201, 201) and "token" in first.json and "token" not in second.json
    headers = key()
    first, second = (api.post(f"{customer.connection_path}/rotate/complete", {"force": True}, headers=headers) for _ in range(2))
    assert first.json == second.json and second.status == 200


def test_an_organization_is_made_once(api):
    headers, name = key(), unique("Once ")
    first, second = (api.post("/organizations", {"name": name}, headers=headers) for _ in range(2))
    assert first.json == second.json and second.header("Idempotent-Replayed") == "true"


def test_another_request_is_422(api, customer):
    headers = key()
    api.made(f"{customer.path}/members", {"email": "a@example.com"}, headers=headers)
    problem(api.post(f"{customer.path}/members", {"email": "b@example.com"}, headers=headers), 422, "idempotency_key_reused")
    problem(api.post(f"{customer.path}/teams", {"name": "a@example.com"}, headers=headers), 422, "idempotency_key_reused")
    assert len(api.all(f"{customer.path}/members")) == 1 and api.all(f"{customer.path}/teams") == []


def test_another_key_and_another_organization_do_not_see_it(server, api, customer):
    headers = key()
    path = f"{customer.path}/scim/connections"
    other = api.with_key(new_key(server)["key"])
    ids = {api.made(path, {}, headers=headers)["id"], other.made(path, {}, headers=headers)["id"], api.made(path, {}, headers=headers)["id"]}
    assert len(ids) == 2
    org = api.made("/organizations", {"name": unique()})
    answer = api.post(f"/organizations/{org['slug']}/scim/connections", {}, headers=headers)
    assert answer.status == 201 and answer.header("Idempotent-Replayed") is None


def test_in_parallel_only_one_is_made(api, customer):
    headers, answers = key(), []
    threads = [threading.Thread(target=lambda: answers.append(api.with_key(api.token).post(f"{customer.path}/scim/connections", {"name": "P"},
                                                                                           headers=headers))) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert {a.status for a in answers} == {201} and len({a.json["id"] for a in answers}) == 1
    assert sum(a.header("Idempotent-Replayed") == "true" for a in answers) == 7
    assert len(api.all(f"{customer.path}/scim/connections")) == 2


def test_after_24_hours_it_is_forgotten(server, api, customer):
    headers = key()
    first = api.made(f"{customer.path}/scim/connections", {}, headers=headers)
    age = "update muster.idempotency_key set created_at = created_at - %s * interval '1 hour' where key = %s"
    server.sql(age, 23, headers["Idempotency-Key"])
    assert api.made(f"{customer.path}/scim/connections", {}, headers=headers)["id"] == first["id"]
    server.sql(age, 2, headers["Idempotency-Key"])
    assert api.made(f"{customer.path}/scim/connections", {}, headers=headers)["id"] != first["id"]


def test_a_failed_request_does_not_take_the_key(api, customer):
    headers = key()
    api.made(f"{customer.path}/members", {"email": "a@example.com"})
    problem(api.post(f"{customer.path}/members", {"email": "a@example.com"}, headers=headers), 409)
    problem(api.post(f"{customer.path}/members", {"email": "nope"}, headers=headers), 400)
    assert api.post(f"{customer.path}/members", {"email": "b@example.com"}, headers=headers).status == 201


def test_a_key_has_255_characters_at_most(api, customer):
    problem(api.post(f"{customer.path}/scim/connections", {}, headers=key("x" * 256)), 400)
    assert api.post(f"{customer.path}/scim/connections", {}, headers=key("x" * 240 + unique())).status == 201
