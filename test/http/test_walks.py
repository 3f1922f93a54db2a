"""Walks over a large directory while it grows."""
import os
import threading

import pytest
from helpers import fill_users, made, user_body

USERS = 10_000 if os.environ.get("SANITIZE") else 100_000


@pytest.fixture(scope="module")
def customer(server):
    t = server.customer()
    t.ids = set(fill_users(server, t, USERS))
    return t


@pytest.fixture
def growing(customer):
    """Somebody creates users all the time."""
    stop, created = threading.Event(), []

    def create():
        client = customer.client_of()
        while not stop.is_set():
            created.append(made(client.post("/Users", user_body()))["id"])

    thread = threading.Thread(target=create)
    thread.start()
    yield created
    stop.set()
    thread.join()


def check(customer, seen, created):
    assert len(created) > 10  # they came while the walk was on
    assert len(seen) == len(set(seen)), "somebody was seen twice"
    assert customer.ids <= set(seen), "somebody was not seen"
    customer.ids |= set(created)


@pytest.mark.parametrize("order", ["", "&sortBy=userName&sortOrder=descending"])
def test_every_user_is_seen_once_by_cursor(customer, growing, order):
    seen, cursor = [], ""
    while cursor is not None:
        page = made(customer.client.get(f"/Users?count=1000&attributes=id{order}&cursor={cursor}"), 200)
        seen += [u["id"] for u in page["Resources"]]
        cursor = page.get("nextCursor")
    check(customer, seen, growing)


def test_every_user_is_seen_once_by_start_index(customer, growing):
    seen = []
    while True:
        page = made(customer.client.get(f"/Users?count=1000&attributes=id&startIndex={len(seen) + 1}"), 200)
        seen += [u["id"] for u in page["Resources"]]
        if len(page["Resources"]) < 1000:
            break
    check(customer, seen, growing)


@pytest.mark.parametrize("query", ["", "&filter=active%20eq%20true", "&filter=userName%20pr&sortOrder=ascending"])
def test_who_stays_is_seen_once_by_start_index_while_others_leave(server, query):
    t = server.customer()
    ids = sorted(t.users([user_body() for _ in range(60)]))
    seen = []
    while True:
        page = made(t.client.get(f"/Users?count=10&attributes=id{query}&startIndex={len(seen) + 1}"), 200)
        if not page["Resources"]:
            break
        seen += [u["id"] for u in page["Resources"]]
        for gone in (seen[-1], seen[-2]):
            assert t.client.delete(f"/Users/{gone}").status == 204
    assert seen == ids


def test_searches_in_between_displace_no_walk(server):
    """An identity provider looks for each user that it has read."""
    t = server.customer()
    ids = sorted(t.users([user_body(f"u{n}@walks.example") for n in range(40)]))

    def page(start):
        return [u["id"] for u in made(t.client.get(f"/Users?count=10&startIndex={start}"), 200)["Resources"]]
    assert page(1) == ids[:10] and t.client.delete(f"/Users/{ids[0]}").status == 204
    for n in range(1, 40):
        assert made(t.client.find("Users", f'userName eq "u{n}@walks.example"'), 200)["totalResults"] == 1
    assert page(11) == ids[10:20]


def test_a_page_is_found_without_the_one_before_it(server):
    """A jump, another list, another token, or another count: by counting rows."""
    t = server.customer()
    ids = sorted(t.users([user_body() for _ in range(40)]))
    other = t.client_of(t.issue())

    def page(start, query="", count=10, client=t.client):
        return [u["id"] for u in made(client.get(f"/Users?count={count}&startIndex={start}{query}"), 200)["Resources"]]
    assert page(21) == ids[20:30] and page(1) == ids[:10] and page(11) == ids[10:20]
    assert t.client.delete(f"/Users/{ids[0]}").status == 204
    assert page(11) == ids[10:20], "where the page before ended"
    assert page(11, client=other) == ids[11:21] and page(11, "&filter=userName%20pr") == ids[11:21], "nobody has read the page before"
    assert page(13) == ids[13:23] and page(1, count=12) == ids[1:13] and page(13) == ids[13:23]
    assert page(1) == ids[1:11] and page(11) == ids[11:21], "a new walk"
    assert page(40) == [] and page(32) == ids[32:]


@pytest.mark.parametrize("query", ["", "&filter=active%20eq%20true"])
def test_who_stops_at_the_total_has_seen_everybody_who_stays(server, query):
    """Of the users on the pages before, some are gone meanwhile."""
    t = server.customer()
    ids = sorted(t.users([user_body() for _ in range(30)]))
    seen, total = [], 1
    while len(seen) < total:
        page = made(t.client.get(f"/Users?count=5&attributes=id{query}&startIndex={len(seen) + 1}"), 200)
        seen, total = seen + [u["id"] for u in page["Resources"]], page["totalResults"]
        for gone in seen[-5:]:
            t.client.delete(f"/Users/{gone}")
        assert len(seen) <= len(ids) and page["Resources"]
    assert seen == ids


@pytest.mark.parametrize("query", ["", "&filter=active%20eq%20true"])
def test_the_last_page_of_a_walk_has_the_total_of_what_was_seen(server, query):
    """Those who were not seen yet are gone: nobody waits for them."""
    t = server.customer()
    ids = sorted(t.users([user_body() for _ in range(15)]))
    for start, total in ((1, 15), (6, 15)):
        assert made(t.client.get(f"/Users?count=5&startIndex={start}{query}"), 200)["totalResults"] == total
    for gone in ids[11:]:
        t.client.delete(f"/Users/{gone}")
    last = made(t.client.get(f"/Users?count=5&startIndex=11{query}"), 200)
    assert [u["id"] for u in last["Resources"]] == ids[10:11] and last["totalResults"] == 11
