"""Filters over HTTP in the forms that clients send; the specification's cases are in test_filter_cases.py."""
import itertools

import pytest
from helpers import SEARCH, assert_error, made
from server import Server


@pytest.fixture(scope="module")
def customer(server):
    """One lenient connection with two users and a group, for this whole module."""
    t = server.customer()
    t.ann = t.user("ann@example.com", externalId="Ext-1", displayName="Ann", name={"familyName": "Lee"})
    t.bob = t.user("bob@example.com", externalId="Ext-2", active=False, emails=[{"value": "bob@work.example", "type": "work"}])
    t.crew = t.group("Crew", [t.ann["id"], t.bob["id"]])
    t.top = t.group("Top", [t.crew["id"]])
    return t


def names(customer, endpoint, text):
    found = made(customer.client.find(endpoint, text), 200)["Resources"]
    return sorted(r.get("userName", r.get("displayName")) for r in found)


@pytest.mark.parametrize("text, found", [
    ('userName eq "ANN@example.com"', ["ann@example.com"]), ('username Eq "ann@example.com"', ["ann@example.com"]),
    ("userName eq ann@example.com", ["ann@example.com"]), ("userName sw b", ["bob@example.com"]),
    ('externalId eq "Ext-1"', ["ann@example.com"]), ('externalId eq "ext-1"', []), ("externalId eq Ext-2", ["bob@example.com"]),
    ('emails[type eq "work"].value eq "bob@work.example"', ["bob@example.com"]), ('emails.value eq "BOB@work.example"', ["bob@example.com"]),
    ('emails[type eq "home"].value eq "bob@work.example"', []), ('emails eq "bob@work.example"', ["bob@example.com"]),
    ("active eq false", ["bob@example.com"]), ('active eq "False"', ["bob@example.com"]),
    ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann@example.com"', ["ann@example.com"]),
    ('name.familyName co "E" and not (active eq false)', ["ann@example.com"]),
    ('meta.created gt "2020-01-01T00:00:00Z"', ["ann@example.com", "bob@example.com"]),
    ('meta.lastModified lt "2020-01-01T00:00:00+01:00"', []), ("meta.Created gt 2015-11-30T01:21:55Z", ["ann@example.com", "bob@example.com"]),
    ('meta.resourceType eq "User"', ["ann@example.com", "bob@example.com"]), ('meta.version eq "W/\\"1\\""', ["ann@example.com", "bob@example.com"]),
    ('groups.display eq "crew"', ["ann@example.com", "bob@example.com"]),
    ('groups[type eq "indirect"].display eq "Top"', ["ann@example.com", "bob@example.com"]),
    ('userName eq "x\' or 1=1; --"', []), ('userName co "%"', []), ('id eq "nobody"', [])])
def test_forms_of_clients(customer, text, found):
    assert names(customer, "Users", text) == found


def test_server_set_values_filter(customer):
    ann, crew = customer.ann, customer.crew
    assert names(customer, "Users", f'id eq "{ann["id"]}"') == ["ann@example.com"]
    assert names(customer, "Users", f'id ne "{ann["id"]}"') == ["bob@example.com"]
    assert names(customer, "Users", f'meta.location eq "{ann["meta"]["location"]}"') == ["ann@example.com"]
    assert names(customer, "Users", f'meta.lastModified eq "{ann["meta"]["lastModified"]}"') == ["ann@example.com"]
    assert names(customer, "Users", f'groups.value eq "{crew["id"]}" and userName sw "ann"') == ["ann@example.com"]
    assert names(customer, "Groups", f'members.value eq "{ann["id"]}"') == ["Crew"]
    assert names(customer, "Groups", f'members[value eq "{crew["id"]}" and type eq "Group"]') == ["Top"]
    assert names(customer, "Groups", f'id eq "{crew["id"]}" and members eq "{ann["id"]}"') == ["Crew"]
    assert names(customer, "Groups", 'members.display eq "ann"') == ["Crew"]
    assert names(customer, "Groups", 'displayName eq "CREW" or displayName sw "to"') == ["Crew", "Top"]
    assert names(customer, "Groups", "not (members pr)") == []


@pytest.mark.parametrize("text", ["bob", "userName", "userName eq", 'userName regex "x"', "(", "active gt true",
                                  'bogus[type eq "x"]', 'emails[bogus eq "x"]', 'emails[type eq "work"].bogus pr', 'password eq "x"', 'bogus eq "x"',
                                  'name eq "x"', "", "((((((((((((((((((userName pr))))))))))))))))))"])
def test_bad_filters_are_400(customer, text):
    assert_error(customer.client.find("Users", text), 400, "invalidFilter", "filter, byte")


def test_unquoted_literals_are_errors_in_the_strict_dialect(strict):
    for text in ("userName eq bob", "userName eq 5"):
        assert_error(strict.client.find("Users", text), 400, "invalidFilter")


def test_a_search_that_finds_nothing_is_200(customer):
    answer = made(customer.client.find("Users", 'userName eq "3e59e27b-0000"'), 200)
    assert answer["totalResults"] == 0 and answer["Resources"] == []


@pytest.mark.parametrize("query", ['filter=userName+eq+"ann@example.com"&', "aadOptscim062020&filter=userName+eq+%22ann@example.com%22",
                                   'startIndex=1&count=100&FILTER=userName%20eq%20"ann@example.com"&foo=bar'])
def test_odd_query_strings(customer, query):
    assert made(customer.client.get(f"/Users?{query}"), 200)["totalResults"] == 1


def backends_kib(server):
    """The memory of its own that each connection of the responder has in PostgreSQL."""
    pids = server.sql("select pid from pg_stat_activity where usename = 'muster_scim'")
    for pid, in pids:
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            yield next(int(line.split()[1]) for line in f if line.startswith("RssAnon:"))


def test_filters_of_many_shapes_leave_nothing_on_the_server():
    """Long ones and those that come once are not prepared; a prepared one that makes room for another is taken away."""
    attributes = ["userName", "displayName", "nickName", "title", "locale", "userType", "timezone", "externalId"]
    short = [" and ".join(f'{a} co "{a}"' for a in some) for some in itertools.permutations(attributes, 4)]
    long = [" or ".join(f'{a} {o} "x"' for a, o in some) for some in itertools.permutations(itertools.product(attributes, ["co", "eq"]), 3)]
    s = Server("--workers", "1").start()
    try:
        t = s.customer()
        t.user()

        def ask(texts):
            for text in texts:
                made(t.client.post("/Users/.search", {"schemas": [SEARCH], "filter": text}), 200)
        ask(short[:80] * 4)
        before = max(backends_kib(s))
        ask(text for text in short[80:480] for _ in range(3))
        after_short = max(backends_kib(s))
        ask(" or ".join(long[i:i + 20]) for i in range(300) for _ in range(2))
        after = max(backends_kib(s))
        print(f"\na backend: {before} KiB, {after_short} after 400 shapes, {after} after 300 long ones")
        assert after - before < 8 * 1024
    finally:
        s.stop()
