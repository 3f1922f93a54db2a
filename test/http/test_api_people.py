"""Members and teams are searched, filtered and sorted, and a list says how many there are."""
import urllib.parse

import pytest
from api import good, problem
from helpers import group_body, made, op, unique, user_body, wait_until


def emails(page):
    return [m["email"].split("@")[0] for m in page["data"]]


def find(api, customer, what="members", **query):
    return api.read(f"{customer.path}/{what}?{urllib.parse.urlencode(query)}")


@pytest.fixture(scope="module")
def crowd(api):
    """Two sources and local people: one deactivated, one administrator, two in a team."""
    from customer import Customer
    c = Customer(api).connect()
    c.other = c.second()
    users = [made(c.client.post("/Users", user_body(f"{login}@example.com", displayName=name)))
             for login, name in (("ada", "Ada Lovelace"), ("alan", "Alan Turing"), ("zoe", "Zoë O'Brien-Müller"))]
    made(c.client.patch(f"/Users/{users[1]['id']}", op("replace", "active", False)), 200)
    made(c.client.post("/Groups", group_body("Crew", [users[0]["id"], users[2]["id"]])))
    made(c.other.client.post("/Users", user_body("grace@example.org", displayName="Grace Hopper")))
    api.made(f"{c.path}/members", {"email": "lone@example.net", "first_name": "Ann", "last_name": "Adams", "organization_role": "org:admin"})
    return c


@pytest.mark.parametrize(("q", "found"), [
    ("lov", "ada"), ("LOVELACE", "ada"), ("ada@exam", "ada"), ("ada", "ada lone"), ("a", "ada lone alan"), ("ada love", "ada"), ("love ada", "ada"),
    ("zoë", "zoe"), ("ZOË o'b", "zoe"), ("brien", "zoe"), ("müll", "zoe"), ("mull", ""), ("oelace", ""), ("example.com", ""), ("ann adams", "lone"),
    ("ada ada", "ada lone"), ("ada x", ""), ("%", ""), ("  hopper ", "grace"), ("x" * 200, "")])
def test_people_are_found_by_the_beginnings_of_words(api, crowd, q, found):
    page = find(api, crowd, q=q)
    assert sorted(emails(page)) == sorted(found.split())
    assert (page["total"], page["total_exact"], page["next_cursor"]) == (len(found.split()), True, None)


@pytest.mark.parametrize(("query", "found"), [
    ({"status": "deactivated"}, "alan"), ({"status": "active"}, "ada zoe grace lone"), ({"role": "org:admin"}, "lone"),
    ({"role": "org:member"}, "ada alan zoe grace"), ({"source": "local"}, "lone"), ({"team": "crew"}, "ada zoe"), ({"team": "nobody"}, ""),
    ({"q": "a", "status": "active"}, "ada lone"), ({"q": "z", "team": "Crew"}, "zoe"), ({"team": "Crew", "source": "local"}, ""),
    ({"role": "org:admin", "status": "deactivated"}, ""), ({"status": "deactivated", "sort": "name"}, "alan")])
def test_people_are_found_by_conditions(api, crowd, query, found):
    page = find(api, crowd, **query)
    assert sorted(emails(page)) == sorted(found.split()) and page["total"] == len(found.split())


def test_people_are_found_by_their_source(api, crowd):
    assert emails(find(api, crowd, source=crowd.other.connection["id"])) == ["grace"]
    assert emails(find(api, crowd, source=crowd.connection["id"], status="active")) == ["ada", "zoe"]
    assert emails(find(api, crowd, source=crowd.connection["id"], q="al")) == ["alan"]
    problem(api.get(f"{crowd.path}/members?source=entra"), 400, "invalid", "source")


def test_orders(api, crowd):
    assert emails(find(api, crowd)) == emails(find(api, crowd, sort="created")) == ["ada", "alan", "zoe", "grace", "lone"]
    assert emails(find(api, crowd, sort="-created")) == ["lone", "grace", "zoe", "alan", "ada"]
    assert emails(find(api, crowd, sort="name")) == ["ada", "alan", "lone", "grace", "zoe"]
    problem(api.get(f"{crowd.path}/members?sort=name&q=a"), 400, "invalid", "sort")
    problem(api.get(f"{crowd.path}/members?q=%20"), 400, "invalid", "q")


@pytest.mark.parametrize("query", ["", "q=a", "sort=name", "sort=-created", "status=active", "team=crew", "source=local", "q=e&status=active"])
def test_pages_are_the_list(api, crowd, query):
    path = f"{crowd.path}/members?{query}"
    whole, pages = api.read(path), api.all(path, limit=1)
    assert [m["id"] for m in pages] == [m["id"] for m in whole["data"]] and whole["total"] == len(pages)


def test_a_page_after_the_first_has_no_total(api, crowd):
    first = find(api, crowd, limit=2, sort="name")
    assert (first["total"], first["total_exact"]) == (5, True)
    second = find(api, crowd, limit=2, sort="name", cursor=first["next_cursor"])
    assert second["total"] is second["total_exact"] is None and emails(second) == ["lone", "grace"]
    for cursor in ("x", "." + first["data"][0]["id"], "AA.", "AA." + first["data"][0]["id"]):
        problem(api.get(f"{crowd.path}/members?cursor={cursor}"), 400, "invalid", "cursor")


def test_a_name_is_found_as_it_is_now(server, api, customer):
    member = api.made(f"{customer.path}/members", {"email": "a@example.com", "display_name": "Old Name"})
    good(api.patch(f"{customer.path}/members/{member['id']}", {"display_name": "New Name"}))
    assert emails(find(api, customer, q="old")) == [] and emails(find(api, customer, q="new")) == ["a"]
    user = made(customer.client.post("/Users", user_body("b@example.com", name={"givenName": "Bea", "familyName": "Berg"})))
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "name.familyName", "Stein")), 200)
    assert emails(find(api, customer, q="stein")) == ["b"] and emails(find(api, customer, q="berg")) == []
    server.muster("erase", "a@example.com", "--org", customer.slug, "--confirm", "a@example.com")
    assert emails(find(api, customer, q="new")) == []
    with server.as_superuser() as cur:
        cur.execute("select word from muster.member_word where member_id = %s", (member["id"],))
        assert {row[0] for row in cur.fetchall()} <= {""}  # nothing, or that there is no name


def is_filed(server, customer):
    return server.sql("select count(*) from muster.member where organization_id = %s and not filed", customer.id) == [(0,)]


def test_who_is_not_filed_yet_is_found_like_the_others(server, api, customer):
    """A create writes no words: muster-deliver does, soon, and looks at nobody twice."""
    for name in ("Cilla Berg", "Anna Berg", "Boris Berger"):
        api.made(f"{customer.path}/members", {"email": f"{unique()}@example.com", "display_name": name})
    for _ in ("by looking at them", "by their words"):
        assert [m["display_name"] for m in find(api, customer, q="ber")["data"]] == ["Cilla Berg", "Anna Berg", "Boris Berger"]
        assert [m["display_name"] for m in find(api, customer, sort="name")["data"]] == ["Anna Berg", "Boris Berger", "Cilla Berg"]
        assert [m["display_name"] for m in api.all(f"{customer.path}/members?sort=name", limit=1)] == ["Anna Berg", "Boris Berger", "Cilla Berg"]
        wait_until(lambda: is_filed(server, customer), 20, "the worker files them")
    api.made(f"{customer.path}/members", {"email": f"{unique()}@example.com", "display_name": "Bea Berg"})
    assert [m["display_name"] for m in find(api, customer, sort="name")["data"]] == ["Anna Berg", "Bea Berg", "Boris Berger", "Cilla Berg"]


def test_the_words_of_who_came_are_those_of_who_was_renamed(server, crowd):
    """New members get their words many at once, renamed ones one by one."""
    assert server.sql("""select m.email from muster.member m
                         where m.organization_id = %s
                               and muster.member_words(m.display_name, m.first_name, m.last_name, m.email)
                                   is distinct from (select array_agg(w.word order by w.word collate "default") from muster.member_word w
                                                     where w.organization_id = m.organization_id and w.member_id = m.id and not w.whole)""",
                      crowd.id) == []


def test_more_than_a_thousand_are_counted_up_to_there(api, customer):
    with api.server.as_superuser() as cur:
        cur.execute("""insert into muster.member (organization_id, id, email, email_key, display_name, status)
                       select %s, muster.uuid7(), 'p' || n, 'p' || n, 'Person ' || n, case when n > 1490 then 'deactivated' else 'active' end
                       from generate_series(1, 1500) n""", (customer.id,))
    wait_until(lambda: is_filed(api.server, customer), 20, "the worker files them")
    page = find(api, customer, limit=10)
    assert len(page["data"]) == 10 and page["total"] >= 1000 and page["total_exact"] is False
    page = find(api, customer, status="deactivated", sort="name", limit=10)  # looked for among those in the order of names
    assert page["total_exact"] is False and page["next_cursor"]
    found = api.all(f"{customer.path}/members?status=deactivated&sort=name", limit=10)
    assert {m["email"] for m in found} == {f"p{n}" for n in range(1491, 1501)}
    page = find(api, customer, status="deactivated")
    assert (len(page["data"]), page["total"], page["total_exact"]) == (10, 10, True)
    assert len(api.all(f"{customer.path}/members?q=person", limit=400)) == 1500


def test_people_of_another_customer_are_not_found(api, crowd, customer):
    assert find(api, customer, q="ada")["data"] == find(api, customer, team="crew")["data"] == []
    assert find(api, customer, source=crowd.connection["id"])["data"] == find(api, customer, "teams", q="crew")["data"] == []


def test_teams_are_found_by_words(api, customer):
    for name in ("Sales DACH", "Engineering", "Sales France"):
        api.made(f"{customer.path}/teams", {"name": name})
    assert [t["name"] for t in find(api, customer, "teams", q="dac")["data"]] == ["Sales DACH"]
    page = find(api, customer, "teams", q="sales")
    assert ([t["name"] for t in page["data"]], page["total"], page["total_exact"]) == (["Sales DACH", "Sales France"], 2, True)
    assert len(api.all(f"{customer.path}/teams?q=sales", limit=1)) == 2 and find(api, customer, "teams", q="ales")["data"] == []


def test_the_command_line(server, crowd):
    org = ("--org", crowd.slug)
    assert emails(server.muster("member", "list", "--search", "love", *org)) == ["ada"]
    assert emails(server.muster("member", "list", "--status", "deactivated", *org)) == ["alan"]
    assert emails(server.muster("member", "list", "--source", "local", "--role", "org:admin", *org)) == ["lone"]
    assert emails(server.muster("member", "list", "--team", "crew", "--sort", "name", "--limit", "1", *org)) == ["ada"]
    assert [t["name"] for t in server.muster("team", "list", "--search", "cr", *org)["data"]] == ["Crew"]
    assert server.muster("member", "list", "--source", "entra", *org, ok=False).returncode == 64
