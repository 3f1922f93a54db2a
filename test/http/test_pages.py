"""A page of a list ends at 8 MiB, with whole resources and at least one; attributes that a projection omits are not fetched."""

import pytest
from helpers import fill_users

PAGE, LARGE = 8 * 1024 * 1024, 200_000


@pytest.fixture(scope="module")
def t(server):
    """A hundred users of 200 000 bytes, as they may be stored."""
    t = server.customer()
    ids = sorted(fill_users(server, t, 100))
    server.sql("""update muster.scim_user set resource = rtrim(resource, '}') || ',"userName":"u' || id || '","title":"t","urn:example:own":{"a":"'
                  || repeat('x', %s) || '"}}', folded = jsonb_build_object('userName', 'u' || id) where connection_id = %s""",
               LARGE, t.connection["id"])
    t.ids = ids
    return t


def walk_by_index(t, query=""):
    start, ids, sizes = 1, [], []
    while True:
        answer = t.client.get(f"/Users?count=1000&startIndex={start}{query}")
        page = answer.json
        assert answer.status == 200 and page["totalResults"] == 100 and page["itemsPerPage"] == len(page.get("Resources", []))
        if not page["itemsPerPage"]:
            return ids, sizes
        ids += [r["id"] for r in page["Resources"]]
        sizes.append(len(answer.raw))
        start += page["itemsPerPage"]


def walk_by_cursor(t, query="", name="nextCursor", cursor=""):
    ids, sizes = [], []
    while True:
        answer = t.client.get(f"/Users?count=1000&cursor={cursor}{query}")
        assert answer.status == 200, answer
        ids.append([r["id"] for r in answer.json["Resources"]])
        sizes.append(len(answer.raw))
        last, cursor = answer.json, answer.json.get(name)
        if not cursor:
            return ids, sizes, last


def test_a_page_ends_at_8_mib_and_the_next_goes_on(t):
    ids, sizes = walk_by_index(t)
    assert ids == t.ids
    assert len(sizes) == 3 and all(PAGE - 2 * LARGE < size < PAGE + 1000 for size in sizes[:2])


def test_cursors_go_on_behind_a_short_page_in_both_directions(t):
    pages, sizes, last = walk_by_cursor(t)
    assert sum(pages, []) == t.ids and len(pages) == 3 and max(sizes) < PAGE + 1000
    back, sizes, _ = walk_by_cursor(t, name="previousCursor", cursor=last["previousCursor"])
    assert sum(reversed(back), []) == t.ids[:len(t.ids) - len(pages[-1])] and max(sizes) < PAGE + 1000


@pytest.mark.parametrize("query", ["&attributes=userName", "&excludedAttributes=urn:example:own", "&attributes=title,userName&sortBy=userName"])
def test_what_is_left_out_takes_no_room(t, query):
    pages, sizes, _ = walk_by_cursor(t, query)
    assert len(pages) == 1 and sorted(pages[0]) == t.ids and sizes[0] < 100_000
    ids, _ = walk_by_index(t, query)
    assert sorted(ids) == t.ids


def test_a_projection_of_large_users_is_that_of_small_ones(server, t):
    """The database cuts large resources, the service small ones: the same is left."""
    answers = []
    for size in (LARGE, 10):
        server.sql("""update muster.scim_user set resource = jsonb_set(resource::jsonb, '{urn:example:own,a}', to_jsonb(repeat('x', %s)))::text
                      where id = %s""", size, t.ids[0])
        text = server.sql("select resource from muster.scim_user where id = %s", t.ids[0])[0][0]
        answers.append([])
        for query in ("attributes=userName", "attributes=urn:example:own", "attributes=title,meta", "excludedAttributes=title,urn:example:own",
                      "excludedAttributes=userName,meta", "attributes=URN:example:OWN,USERNAME", "attributes=nothing", "excludedAttributes=id,schemas"):
            r = t.client.get(f"/Users?count=1&{query}").json["Resources"][0]
            answers[-1].append((query, sorted(r), r.get("title"), r.get("userName"), "urn:example:own" in r))
        assert text, size
    assert answers[0] == answers[1]


def test_one_resource_that_is_larger_than_a_page_is_a_page(server):
    t = server.customer()
    fill_users(server, t, 3)
    server.sql("""update muster.scim_user set resource = rtrim(resource, '}') || ',"title":"' || repeat('x', %s) || '"}' where connection_id = %s""",
               PAGE + 1000, t.connection["id"])
    page = t.client.get("/Users").json
    assert (page["totalResults"], page["itemsPerPage"]) == (3, 1)
    pages, _, _ = walk_by_cursor(t)
    assert [len(p) for p in pages] == [1, 1, 1]


def test_a_page_of_large_groups_ends_too(server):
    t = server.customer()
    ids = fill_users(server, t, 2000)
    for n in range(60):
        t.group(f"g{n}")
    server.fill(("insert into muster.scim_group_user (organization_id, connection_id, group_id, user_id) "
                 "select g.organization_id, g.connection_id, g.id, u.id from muster.scim_group g join muster.scim_user u using (organization_id, "
                 "connection_id) "
                 "where g.connection_id = %s", t.connection["id"]))
    start, seen, sizes = 1, [], []
    while start <= 60:
        answer = t.client.get(f"/Groups?count=1000&startIndex={start}")
        seen += [(g["displayName"], len(g["members"])) for g in answer.json["Resources"]]
        sizes.append(len(answer.raw))
        start += answer.json["itemsPerPage"]
    assert sorted(seen) == sorted((f"g{n}", len(ids)) for n in range(60)) and max(sizes) < PAGE + 1000 and len(sizes) > 1
    assert len(t.client.get("/Groups?count=1000&excludedAttributes=members").json["Resources"]) == 60


@pytest.mark.parametrize("query",
                         ["attributes=urn:example:own:a", "attributes=URN:Example:Own:A,title", "attributes=urn:example:own", "attributes=urn" + ":x" * 20,
                          "excludedAttributes=urn:example:own:a", "attributes=urn:example:own:b"])
def test_of_a_large_resource_a_list_shows_what_a_get_shows(server, query):
    t = server.customer()
    user = t.user(title="t", **{"urn:example:own": {"a": "x" * 3000, "b": ["y" * 3000]}})
    (listed,) = t.client.get(f"/Users?{query}").json["Resources"]
    assert listed == t.client.get(f"/Users/{user['id']}?{query}").json
