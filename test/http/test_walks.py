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
