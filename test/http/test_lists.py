"""Lists, pages, projection, versions and conditional requests."""
import contextlib
import re

import psycopg2
import pytest
from helpers import ENTERPRISE, assert_error, fill_users, made, op, statement, user_body


@pytest.fixture(scope="module")
def customer(server):
    t = server.customer()
    t.users = [t.user(f"u{i}@example.com") for i in range(7)]
    return t


def test_the_default_order_is_creation(customer):
    listing = made(customer.client.get("/Users"), 200)
    assert [u["id"] for u in listing["Resources"]] == [u["id"] for u in customer.users]
    assert (listing["totalResults"], listing["startIndex"], listing["itemsPerPage"]) == (7, 1, 7)


@pytest.mark.parametrize("query, start, found", [("count=3", 1, [0, 1, 2]), ("startIndex=4&count=3", 4, [3, 4, 5]), ("startIndex=7&count=3", 7, [6]),
                                                 ("startIndex=0&count=1", 1, [0]), ("startIndex=-5&count=1", 1, [0]), ("count=0", 1, []),
                                                 ("count=-1", 1, []), ("startIndex=999", 999, []), ("count=99999999999999999999999", 1, list(range(7)))])
def test_pages(customer, query, start, found):
    listing = made(customer.client.get(f"/Users?{query}"), 200)
    assert (listing["totalResults"], listing["startIndex"], listing["itemsPerPage"]) == (7, start, len(found))
    assert [u["id"] for u in listing["Resources"]] == [customer.users[i]["id"] for i in found]


@pytest.mark.parametrize("query", ["count=abc", "startIndex=1.5", "count=", "count=+1", "count=1&count=2", "count=0x10", "filter=%zz",
                                   "attributes=a&excludedAttributes=b", "filter=" + "x" * 9000])
def test_bad_parameters_are_400(customer, query):
    assert_error(customer.client.get(f"/Users?{query}"), 400, "invalidValue")


def test_a_page_has_a_thousand_at_most(server):
    assert server.client().get("/ServiceProviderConfig").json["filter"]["maxResults"] == 1000


@pytest.mark.parametrize("query, keys", [
    ("attributes=userName", {"schemas", "id", "userName"}), ("attributes=USERNAME, name.givenName", {"schemas", "id", "userName", "name"}),
    ("attributes=bogus", {"schemas", "id"}), ("attributes=password", {"schemas", "id"}),
    ("excludedAttributes=name,emails,meta,id", {"schemas", "id", "userName", "title", "active", ENTERPRISE}),
    (f"attributes={ENTERPRISE}", {"schemas", "id", ENTERPRISE}), (f"attributes={ENTERPRISE}:department", {"schemas", "id", ENTERPRISE}),
    ('attributes=emails[type eq "work"]'.replace(" ", "+"), {"schemas", "id", "emails"}), ("attributes=meta.version", {"schemas", "id", "meta"}),
    ("attributes=name.middleName", {"schemas", "id"}), ("attributes=emails.display", {"schemas", "id"}),
    (f"attributes={ENTERPRISE}:manager.displayName", {"schemas", "id"}),
    ("attributes=" + "title," * 200 + "userName", {"schemas", "id", "title", "userName"})])
def test_projection(server, query, keys):
    t = server.customer()
    user = t.user("p@example.com", title="T", name={"givenName": "G", "familyName": "F"}, **{ENTERPRISE: {"department": "D", "division": "V"}})
    one = made(t.client.get(f"/Users/{user['id']}?{query}"), 200)
    assert set(one) == keys
    assert made(t.client.get(f"/Users?{query}"), 200)["Resources"] == [one]
    assert set(made(t.client.patch(f"/Users/{user['id']}?{query}", op("replace", "title", "T")), 200)) == keys
    assert set(made(t.client.post(f"/Users?{query}",
                                  user_body("q@example.com", title="T", name={"givenName": "G"}, **{ENTERPRISE: {"department": "D"}})))) == keys


def test_sub_attributes_select(customer):
    one = made(customer.client.get(f"/Users/{customer.users[0]['id']}?attributes=emails.value"), 200)
    assert one["emails"] == [{"value": "u0@example.com"}]


def test_values_of_which_nothing_is_left_are_left_out(server):
    t = server.customer()
    boss = t.user()
    user = t.user(emails=[{"value": "a@example.com"}, {"value": "b@example.com", "display": "B"}],
                  **{ENTERPRISE: {"manager": {"value": boss["id"]}, "department": "D"}})
    assert t.client.get(f"/Users/{user['id']}?attributes=emails.display").json["emails"] == [{"display": "B"}]
    assert t.client.get(f"/Users/{user['id']}?attributes={ENTERPRISE}:manager.displayName,{ENTERPRISE}:department").json[ENTERPRISE] == {"department": "D"}
    assert "emails" not in t.client.get(f"/Users/{boss['id']}?excludedAttributes=emails.value,emails.type,emails.primary").json


def test_an_unregistered_extension_is_selected_and_left_out_as_a_whole(server):
    t = server.customer()
    user = t.user(title="T", **{"urn:Foo:bar": {"a": 1}, "urn:foo:baz": {"b": 2}})
    path = f"/Users/{user['id']}"
    assert t.client.get(f"{path}?attributes=title,URN:foo:bar").json == {"schemas": user["schemas"], "id": user["id"], "title": "T", "urn:Foo:bar": {"a": 1}}
    assert t.client.get(f"{path}?excludedAttributes=urn:foo:bar").json.keys() == user.keys() - {"urn:Foo:bar"}
    assert t.client.get(f"{path}?attributes=title").json.keys() == {"schemas", "id", "title"}
    assert t.client.get(f"{path}?excludedAttributes=title,urn:foo:nope").json.keys() == user.keys() - {"title"}


def test_excluded_members_are_not_read(server):
    t = server.customer()
    group = t.group("Crew", [t.user()["id"]])
    assert "members" not in t.client.get(f"/Groups/{group['id']}?excludedAttributes=members").json
    assert "members" not in t.client.get("/Groups?excludedAttributes=members").json["Resources"][0]
    assert len(t.client.get("/Groups").json["Resources"][0]["members"]) == 1


def test_head_answers_without_a_body(customer):
    answer = customer.client.request("HEAD", f"/Users/{customer.users[0]['id']}")
    assert answer.status == 200 and answer.raw == b"" and answer.header("ETag") == 'W/"1"'


@pytest.mark.parametrize("tag, status", [('W/"1"', 304), ('"1"', 304), ('W/"0", W/"1"', 304), ("*", 304), ('W/"2"', 200), ("abc", 200)])
def test_if_none_match(customer, tag, status):
    answer = customer.client.get(f"/Users/{customer.users[0]['id']}", headers={"If-None-Match": tag})
    assert answer.status == status and answer.header("ETag") == 'W/"1"' and (answer.raw == b"") == (status == 304)


@pytest.mark.parametrize("tag, good", [('W/"1"', True), ('"1"', True), ("*", True), ('W/"0", W/"1"', True), ('W/"2"', False), ("abc", False)])
def test_if_match(server, tag, good):
    t = server.customer()
    user, group = t.user("m@example.com"), t.group("Crew")
    for answer in (t.client.patch(f"/Users/{user['id']}", op("replace", "title", "T"), headers={"If-Match": tag}),
                   t.client.patch(f"/Groups/{group['id']}", op("replace", "externalId", "E"), headers={"If-Match": tag})):
        assert answer.status in (200, 204) if good else bool(assert_error(answer, 412)), answer
    assert ("title" in t.client.get(f"/Users/{user['id']}").json) == good


def test_if_match_on_put_and_unknown_ids(customer):
    user = customer.users[1]
    assert_error(customer.client.put(f"/Users/{user['id']}", user_body("u1@example.com"), headers={"If-Match": 'W/"9"'}), 412)
    assert_error(customer.client.put("/Users/01a20db4-3e9d-72d7-82e9-f673093deb64", user_body(), headers={"If-Match": 'W/"9"'}), 404)


def test_accept_and_content_type(customer):
    assert customer.client.get("/Users", headers={"Accept": "text/html, */*;q=0.1"}).status == 200
    for none in ("text/csv", "application/json;q=0", "application/json; Q=0", "application/json ; q = 0.000", "*/*;Q=0", 'application/json;x="a,b";q=0',
                 'text/csv;x=",application/json"'):
        assert_error(customer.client.get("/Users", headers={"Accept": none}), 406)
    for some in ("application/json; Q=0.1", 'application/json;x="q=0"', "application/json;iq=0", "application/json;q=0, */*",
                 'text/csv;x="a\\",b", application/json'):
        assert customer.client.get("/Users", headers={"Accept": some}).status == 200, some
    for good in ("application/json", "application/scim+json; charset=utf-8", "APPLICATION/JSON", 'application/json; x="charset=latin1"',
                 "application/json;xcharset=latin1",
                 'application/json; Charset="UTF-8"; x', "application/json ;charset=utf8", "application/json; charset=iso-8859-1", "application/json; charset"):
        assert_error(customer.client.post("/Users", "{", headers={"Content-Type": good}), 400, "invalidSyntax")
    for bad in ("text/plain", "application/jsonx", "text/json; charset=utf-8", "application/x-www-form-urlencoded"):
        assert_error(customer.client.post("/Users", user_body(), headers={"Content-Type": bad}), 415)


def buffers(server, customer, query, *params, as_role="muster_scim"):
    """How many pages a statement of sql/queries reads, as a role, with a plan that is kept."""
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", as_role))) as c, c.cursor() as cur:
        cur.execute("select set_config('muster.organization', %s, false), set_config('muster.connection', %s, false)",
                    (customer.org["id"], customer.connection["id"]))
        cur.execute("prepare q as " + statement(query))
        for _ in range(7):
            cur.execute(f"explain (analyze, buffers) execute q({', '.join(['%s'] * len(params))})", params)
            plan = "\n".join(row for row, in cur.fetchall())
    return sum(int(n) for n in re.findall(r" (?:hit|read)=(\d+)", next(line for line in plan.splitlines() if "Buffers:" in line)))


def test_a_directory_that_the_statistics_do_not_know_is_not_read_whole(server, customer):
    """The first sync of a new organization: the planner believes that it has no rows at all."""
    fill_users(server, server.customer(), 20_000)
    new = server.customer()
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c, c.cursor() as cur:
        cur.execute("set session_replication_role = replica")
        cur.execute("""insert into muster.scim_user (organization_id, id, connection_id, member_id, active, user_name_key, resource, folded, created_at,
                       modified_at)
                       select %s, muster.uuid7(), %s, muster.uuid7(), true, 'n' || n, '{"schemas":["x"],"id":""}', '{}', now(), now()
                       from generate_series(1, 4500) n returning id::text""", (new.org["id"], new.connection["id"]))
        one = cur.fetchone()[0]
    server.recount()
    read = {"by id": buffers(server, new, "user_by_id", one, "true"), "for update": buffers(server, new, "user_for_update", one),
            "conflicts": buffers(server, new, "user_conflicts", "nobody", "nobody", "y", "example.com"),
            "removed": buffers(server, new, "user_removed_for_update", "x", "y")}
    print(read)
    assert max(read.values()) < 40
    assert made(new.client.get(f"/Users/{one}"), 200)["id"] is not None


def test_a_member_is_found_among_many_by_email_or_id(server):
    many = server.customer()
    fill_users(server, many, 20_000)
    one = many.member(many.user()["userName"])
    read = {query: [buffers(server, many, query, who, who, as_role="muster_admin") for who in (one["email"], one["id"])]
            for query in ("api_member_show", "api_member_lock")}
    assert max(n for pages in read.values() for n in pages) < 40, read


def test_sort_by_id_is_the_order_of_creation(customer):
    for query, order in (("sortBy=id", 1), ("sortBy=id&sortOrder=descending", -1)):
        whole = made(customer.client.get(f"/Users?{query}"), 200)["Resources"]
        assert [u["id"] for u in whole] == [u["id"] for u in customer.users][::order], (query, order)
        seen, cursor = [], ""
        while cursor is not None:
            page = made(customer.client.get(f"/Users?{query}&count=2&cursor={cursor}"), 200)
            seen += [u["id"] for u in page["Resources"]]
            cursor = page.get("nextCursor")
        assert seen == [u["id"] for u in whole], (query, order)
