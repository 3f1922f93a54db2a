"""Pages by cursor (RFC 9865)."""
import re

import pytest
from helpers import SEARCH, assert_error, made, quote, user_body, wait_until
from server import Server


@pytest.fixture(scope="module")
def customer(server):
    t = server.customer()
    t.users = [t.user(f"u{i:02}@example.com", title=f"T{i % 3}" if i % 4 else ...)["id"] for i in range(23)]
    return t


def page(customer, cursor, query="count=5"):
    return made(customer.client.get(f"/Users?{query}&cursor={cursor}"), 200)


def walk(customer, query="count=5"):
    """All pages from the first on."""
    pages = [page(customer, "", query)]
    while "nextCursor" in pages[-1]:
        pages.append(page(customer, pages[-1]["nextCursor"], query))
    return pages


def ids(pages):
    return [u["id"] for p in pages for u in p["Resources"]]


def test_an_empty_cursor_is_the_first_page(customer):
    for start in ("cursor", "cursor=", "CURSOR="):
        first = made(customer.client.get(f"/Users?{start}&count=5"), 200)
        assert ids([first]) == customer.users[:5] and "nextCursor" in first, start
        assert first["totalResults"] == 23 and first["itemsPerPage"] == 5 and "startIndex" not in first, start


def test_without_a_cursor_pages_go_by_index(customer):
    listing = made(customer.client.get("/Users?count=5"), 200)
    assert listing["startIndex"] == 1 and "nextCursor" not in listing and "previousCursor" not in listing


def test_every_page_but_the_last_has_the_next(customer):
    pages = walk(customer)
    assert [len(p["Resources"]) for p in pages] == [5, 5, 5, 5, 3] and ids(pages) == customer.users
    assert [("nextCursor" in p, "previousCursor" in p) for p in pages] == [(True, False), *[(True, True)] * 3, (False, True)]
    assert "nextCursor" not in page(customer, "", "count=23")


@pytest.mark.parametrize("by", ["userName", "title", "emails", "meta.lastModified", "id"])
@pytest.mark.parametrize("direction", ["ascending", "descending"])
def test_pages_follow_the_order_forwards_and_back(customer, by, direction):
    query = f"count=4&sortBy={by}&sortOrder={direction}"
    pages = walk(customer, query)
    assert ids(pages) == ids([made(customer.client.get(f"/Users?sortBy={by}&sortOrder={direction}"), 200)])
    back, last = [], pages[-1]
    while "previousCursor" in last:
        last = page(customer, last["previousCursor"], query)
        back.insert(0, last)
    assert [ids([p]) for p in back] == [ids([p]) for p in pages[:-1]] and "nextCursor" in back[0]


def test_a_cursor_is_text_for_urls(customer):
    for p in walk(customer, "count=4&sortBy=title"):
        assert all(re.fullmatch(r"[A-Za-z0-9._~-]+", p[name]) for name in ("nextCursor", "previousCursor") if name in p)


def test_a_cursor_goes_with_its_filter_and_order(customer):
    cursor = page(customer, "", "count=5&sortBy=title")["nextCursor"]
    for other in ("count=5", "count=5&sortBy=userName", "count=5&sortBy=title&sortOrder=descending", "count=5&sortBy=title&filter=title%20pr"):
        assert_error(customer.client.get(f"/Users?{other}&cursor={cursor}"), 400, "invalidCursor")
    assert_error(customer.client.get(f"/Groups?count=5&cursor={page(customer, '')['nextCursor']}"), 400, "invalidCursor")
    assert len(page(customer, cursor, "count=5&sortBy=title&attributes=userName")["Resources"]) == 5


def test_a_cursor_of_somebody_else_shows_nothing(server, customer):
    other = server.customer()
    cursor = page(customer, "")["nextCursor"]
    assert_error(other.client.get(f"/Users?count=5&cursor={cursor}"), 400, "invalidCursor")


def test_every_forged_cursor_gets_the_same_error(customer):
    cursor = page(customer, "", "count=5&sortBy=meta.created")["nextCursor"]
    flipped = [cursor[:i] + ("A" if cursor[i] != "A" else "B") + cursor[i + 1:] for i in range(0, len(cursor), 3)]
    texts = set()
    for bad in [*flipped, "AAAA", "x.y", ".", "....", cursor + "A", cursor[:-2], cursor.split(".")[0], quote("é"), "-"]:
        answer = customer.client.get(f"/Users?count=5&sortBy=meta.created&cursor={bad}")
        texts.add((answer.status, answer.json.get("scimType"), answer.json["detail"]))
    assert texts - {(400, "invalidCount", "count must be a whole number, and the same for all pages of a cursor")} == {
        (400, "invalidCursor", "the cursor is not one of this list; begin again without it")}


def test_the_count_is_that_of_the_first_page(customer):
    cursor = page(customer, "")["nextCursor"]
    for count in ("count=6", "count=0", ""):
        assert_error(customer.client.get(f"/Users?{count}&cursor={cursor}"), 400, "invalidCount")
    assert_error(customer.client.get("/Users?cursor&count=x"), 400, "invalidCount")
    assert len(page(customer, "", "count=5000")["Resources"]) == 23


def test_a_count_of_none_has_the_total_alone(customer):
    for count in (0, -3):
        empty = page(customer, "", f"count={count}")
        assert (empty["totalResults"], empty["Resources"], empty["itemsPerPage"]) == (23, [], 0) and "nextCursor" not in empty, count


def test_cursor_and_start_index_exclude_each_other(customer):
    assert_error(customer.client.get("/Users?cursor&startIndex=1"), 400, "invalidValue")


def test_a_search_takes_a_cursor(customer):
    body = {"schemas": [SEARCH], "count": 20, "cursor": ""}
    first = made(customer.client.post("/Users/.search", body), 200)
    rest = made(customer.client.post("/Users/.search", {**body, "cursor": first["nextCursor"]}), 200)
    assert ids([first, rest]) == customer.users and "nextCursor" not in rest


def test_an_old_cursor_has_expired():
    s = Server(env={"MUSTER_CURSOR_SECONDS": "1"}).start()
    try:
        t = s.customer()
        for i in range(3):
            t.user(f"u{i}@example.com")
        assert t.client.get("/ServiceProviderConfig").json["pagination"]["cursorTimeout"] == 1
        first, answers = page(t, "", "count=1"), []

        def expired():
            answers.append(t.client.get(f"/Users?count=1&cursor={first['nextCursor']}"))
            return answers[-1].status != 200

        wait_until(expired, 10, "the cursor expires")
        assert_error(answers[-1], 400, "expiredCursor")
        assert answers[0].status == 200 and len(page(t, "", "count=1")["Resources"]) == 1
    finally:
        s.stop()


def test_what_comes_and_goes_between_pages_neither_repeats_nor_loses_another(server):
    t = server.customer()
    users = [t.user(f"u{i:02}@example.com")["id"] for i in range(20)]
    for query in ("count=3", "count=3&sortBy=userName", "count=3&sortBy=userName&sortOrder=descending"):
        stay, seen, cursor, turn = set(users), [], "", 0
        while cursor is not None:
            p = page(t, cursor, query)
            seen += ids([p])
            cursor = p.get("nextCursor")
            gone = next((i for i in seen if i in stay and i in users and turn % 2 == 0), None)
            if gone:
                t.client.delete(f"/Users/{gone}")
                users.remove(gone)
            made(t.client.post("/Users", user_body(f"{'a' if turn % 2 else 'z'}{turn}.{len(query)}@example.com")))
            turn += 1
        assert len(seen) == len(set(seen)) and stay <= set(seen), query


def test_long_and_missing_sort_keys_walk_too(server):
    t = server.customer(email="optional")
    for i in range(9):
        t.user(f"u{i}", emails=..., title="x" * 3000 + str(i % 2) if i % 3 else ...)
    pages = walk(t, "count=2&sortBy=title")
    assert len(ids(pages)) == len(set(ids(pages))) == 9
