"""Lists, page by page: nothing twice, nothing missing, whatever is added meanwhile; and the audit log's filters."""
import threading

import pytest
from api import good, problem
from customer import Customer
from helpers import user_body


@pytest.fixture(scope="module")
def full(api):
    c = Customer(api).connect()
    for n in range(25):
        api.made(f"{c.path}/members", {"email": f"m{n}@example.com"})
        api.made(f"{c.path}/teams", {"name": f"T{n}"})
    for _ in range(6):
        c.issue()
        api.made(f"{c.path}/scim/connections", {})
    return c


@pytest.mark.parametrize("path, n", [("members", 25), ("teams", 25), ("scim/tokens", 7), ("scim/connections", 7), ("audit-logs", 65)])
@pytest.mark.parametrize("limit", [1, 2, 7, 24, 25, 26, 1000])
def test_walking_a_list(api, full, path, n, limit):
    if limit > n + 1 or n / limit > 30:
        limit = 5
    walked = api.all(f"{full.path}/{path}", limit=limit)
    assert len({x["id"] for x in walked}) == len(walked) and len(walked) >= n
    assert [x["id"] for x in walked] == [x["id"] for x in api.read(f"{full.path}/{path}?limit=1000")["data"]]


def test_a_page_has_a_hundred_by_default_and_the_last_no_cursor(api, server):
    c = Customer(api)
    server.sql("""insert into muster.member (organization_id, id, email, email_key) select %s, muster.uuid7(), n || '@x', n || '@x' from generate_series(1,
                  200) n""", c.id)
    first = api.read(f"{c.path}/members")
    second = api.read(f"{c.path}/members?cursor={first['next_cursor']}")
    assert len(first["data"]) == len(second["data"]) == 100 and second["next_cursor"] is None


def test_what_is_added_meanwhile_disturbs_nobody(api):
    c = Customer(api)
    for n in range(6):
        api.made(f"{c.path}/members", {"email": f"a{n}@example.com"})
    page = api.read(f"{c.path}/members?limit=3")
    api.made(f"{c.path}/members", {"email": "b@example.com"})
    rest = api.read(f"{c.path}/members?limit=10&cursor={page['next_cursor']}")["data"]
    assert [m["email"] for m in page["data"] + rest] == [f"a{n}@example.com" for n in range(6)] + ["b@example.com"]


def test_a_cursor_of_another_organization_shows_nothing_of_it(api, full, customer):
    cursor = api.read(f"{full.path}/members?limit=1")["next_cursor"]
    assert api.read(f"{customer.path}/members?cursor={cursor}")["data"] == []
    problem(api.get(f"{customer.path}/audit-logs?cursor={cursor}"), 400, "invalid", "cursor")


def test_audit_filters(api, customer):
    user = customer.client.post("/Users", user_body()).json
    customer.client.delete(f"/Users/{user['id']}")
    good(api.patch(customer.path, {"name": "New"}))
    everything = customer.events()
    assert [e["action"] for e in everything] == ["organization.updated", "scim.user.deprovisioned", "scim.user.provisioned", "scim.token.issued",
                                                 "scim.connection.created",
                                                 "organization.created"]
    for query, expected in (("&action=scim.user.*", everything[1:3]), ("&action=scim.*", everything[1:5]), ("&action=scim.user.provisioned", everything[2:3]),
                            ("&action=*", everything),
                            ("&action=nothing", []), (f"&actor={customer.token['id']}", everything[1:3]), (f"&target={user['id']}", everything[1:3]),
                            (f"&target={user['id']}&action=*", everything[1:3]), (f"&actor={customer.token['id']}&target={customer.id}", []),
                            (f"&from={everything[2]['at']}", everything[:3]), (f"&to={everything[2]['at']}", everything[3:]),
                            ("&from=2100-01-01T00:00:00Z", []),
                            ("&to=2000-01-01T00:00:00Z", [])):
        assert [e["id"] for e in customer.events(query)] == [e["id"] for e in expected], query  # a number may have come meanwhile


def test_an_event_says_who_what_and_by_which_request(api, customer):
    answer = api.patch(customer.path, {"rate": 7})
    event = customer.events("&action=organization.updated")[0]
    assert event["id"] == event["request_id"] == answer.header("X-Request-Id")
    assert (event["actor_type"], event["target_type"], event["target_id"], event["client_address"]) == ("key", "organization", customer.id, "127.0.0.1")
    assert (event["data"]["before"]["rate"], event["data"]["after"]["rate"]) == (None, 7)


def test_parallel_writers_appear_in_the_audit_log_once_each(api, customer):
    threads = [threading.Thread(target=lambda n=n: [api.with_key(api.token).made(f"{customer.path}/members", {"email": f"{n}-{i}@example.com"})
                                                    for i in range(5)]) for n in range(5)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    events = api.all(f"{customer.path}/audit-logs?action=member.added", limit=4)
    assert len({e["target_id"] for e in events}) == len(events) == 25
