"""ETag, If-Match and If-None-Match: a late change is refused, and a known version is not sent again."""
import threading

import pytest
from api import good, problem
from helpers import user_body


@pytest.fixture
def things(api, customer):
    """(path, method, a change) of everything that has an entity tag and can be changed."""
    member = api.made(f"{customer.path}/members", {"email": "a@example.com"})
    return [(customer.path, "PATCH", {"name": "New"}), (customer.connection_path, "PATCH", {"name": "New"}),
            (f"{customer.path}/members/{member['id']}", "PATCH", {"first_name": "New"}),
            (f"{customer.path}/scim/domains", "PUT", {"domains": ["new.example"]}),
            (f"{customer.path}/scim/attribute-mappings", "PUT", {"mapping": {"title": "public_metadata.title"}})]


def test_a_change_wants_the_tag_of_what_is_there(api, things):
    for path, method, change in things:
        tag = api.get(path).header("ETag")
        problem(api.request(method, path, change, headers={"If-Match": '"000000000000000000000000"'}), 412, "precondition_failed")
        assert api.get(path).header("ETag") == tag
        after = api.request(method, path, change, headers={"If-Match": tag})
        good(after)
        assert after.header("ETag") == api.get(path).header("ETag") != tag
        problem(api.request(method, path, change, headers={"If-Match": tag}), 412)
        good(api.request(method, path, change, headers={"If-Match": f'"x", {after.header("ETag")}'}))
        good(api.request(method, path, change, headers={"If-Match": "*"}))
        good(api.request(method, path, change))


def test_what_is_known_is_304(api, things, customer):
    for path in [t[0] for t in things] + [f"{customer.path}/scim/tokens/{customer.token['id']}", f"{customer.path}/scim/endpoint"]:
        answer = api.get(path)
        for method in ("GET", "HEAD"):
            same = api.request(method, path, headers={"If-None-Match": answer.header("ETag")})
            assert same.status == 304 and same.raw == b"" and same.header("ETag") == answer.header("ETag"), method
        assert api.get(path, headers={"If-None-Match": '"other"'}).json == answer.json


def test_the_tag_follows_the_object_but_not_its_counters(api, customer):
    before = api.get(customer.path).header("ETag")
    assert customer.client.post("/Users", user_body()).status == 201  # a sync does not get in the way of an administrator
    assert api.get(customer.path).header("ETag") == before
    assert api.patch(customer.path, {"name": "Another"}, headers={"If-Match": before}).json["users"] == 1
    assert api.get(customer.path).header("ETag") != before


def test_lists_have_no_tag(api, customer):
    assert api.get(f"{customer.path}/members").header("ETag") is None


def test_of_many_who_know_the_same_state_one_wins(api, things):
    for path, method, change in things[:4]:
        tag, answers = api.get(path).header("ETag"), []

        def work(n, path=path, method=method, change=change, tag=tag, answers=answers):
            value = next(iter(change.values()))
            body = {next(iter(change)): [f"n{n}.example"] if isinstance(value, list) else f"{value} {n}"}
            answers.append(api.with_key(api.token).request(method, path, body, headers={"If-Match": tag}).status)
        threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert sorted(answers) == [200] + [412] * 5, path
