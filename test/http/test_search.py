"""POST .search, and queries at the base URL over users and groups."""
import pytest
from helpers import SEARCH, USER, assert_error, made, quote
from server import Server


@pytest.fixture(scope="module")
def customer(server):
    t = server.customer(dialect="strict")
    t.ann = t.user("ann@example.com", displayName="Ann", title="T", name={"givenName": "A", "familyName": "B"})
    t.abe = t.user("abe@example.com", displayName="abe")
    t.crew = t.group("Atlas", [t.ann["id"]])
    t.zoo = t.group("Zoo")
    return t


def search(customer, path, **members):
    return customer.client.post(path, {"schemas": [SEARCH], **members})


def found(answer):
    return [(r["meta"]["resourceType"], r["displayName"]) for r in made(answer, 200)["Resources"]]


def test_a_search_answers_as_the_get_does(customer):
    for path, query in (("/Users", 'filter=displayName sw "a"&sortBy=displayName&sortOrder=descending&count=1&startIndex=2'),
                        ("/Groups", "excludedAttributes=members"),
                        ("", "attributes=displayName,name.givenName&sortBy=displayName")):
        members = dict(p.split("=", 1) for p in query.split("&"))
        members = {k: int(v) if k in ("count", "startIndex") else v for k, v in members.items()}
        by_get = customer.client.get(f"{path}?" + "&".join(f"{k}={quote(str(v))}" for k, v in members.items()))
        assert made(search(customer, f"{path}/.search", **members), 200) == made(by_get, 200), (path, query)


def test_names_may_be_a_list_or_one_text(customer):
    for names in (["userName", "name.givenName"], "userName,name.givenName", "USERNAME , name.GIVENNAME"):
        one = made(search(customer, "/Users/.search", filter='userName eq "ann@example.com"', attributes=names), 200)["Resources"][0]
        assert one == {"schemas": customer.ann["schemas"], "id": customer.ann["id"], "userName": "ann@example.com", "name": {"givenName": "A"}}, names
    one = made(search(customer, "/Users/.search", count=1, excludedAttributes=["meta", "emails"]), 200)["Resources"][0]
    assert "meta" not in one and "emails" not in one and one["displayName"] == "Ann"


def test_more_names_than_there_is_room_for_are_refused_not_cut(customer):
    many = [f"urn:example:scim:schemas:{i}:Extension:attribute" for i in range(900)]
    for name in ("attributes", "excludedAttributes"):
        assert made(search(customer, "/Users/.search", count=1, **{name: many}), 200)["itemsPerPage"] == 1, name
        assert_error(search(customer, "/Users/.search", count=1, **{name: [f"{n}{k}" for n in many for k in (1, 2)]}), 400, "invalidValue", name)


@pytest.mark.parametrize("members, scim_type", [
    ({"count": "x"}, "invalidValue"), ({"count": 1.5}, "invalidValue"), ({"startIndex": "1"}, "invalidValue"), ({"filter": 5}, "invalidValue"),
    ({"attributes": [5]}, "invalidValue"), ({"attributes": {}}, "invalidValue"), ({"sortBy": []}, "invalidValue"), ({"filter": "userName eq"}, "invalidFilter"),
    ({"attributes": ["a"], "excludedAttributes": ["b"]}, "invalidValue"), ({"cursor": 1}, "invalidValue"), ({"cursor": "", "count": "x"}, "invalidCount"),
    ({"cursor": "", "startIndex": 1}, "invalidValue"), ({"sortOrder": "up"}, "invalidValue")])
def test_wrong_members_are_400(customer, members, scim_type):
    for path in ("/Users/.search", "/.search"):
        assert_error(search(customer, path, **members), 400, scim_type)


def test_the_message_must_say_what_it_is(server, customer):
    for body in ({}, {"schemas": []}, {"schemas": ["urn:x"]}, {"schemas": SEARCH}):
        assert_error(customer.client.post("/Users/.search", body), 400, "invalidSyntax")
    lenient = server.customer().client
    for body in ({}, {"schemas": []}, {"schemas": ["urn:x"]}, {"schemas": SEARCH}, {"schemas": [USER]}, {"schemas": None}):
        assert lenient.post("/Users/.search", {**body, "count": 0}).status == 200, body


def test_members_in_other_letters_and_unknown_ones_are_taken(customer):
    answer = customer.client.post("/Users/.search", {"SCHEMAS": [SEARCH.upper()], "Filter": 'title pr', "bogus": 1})
    assert found(answer) == [("User", "Ann")]


def test_the_query_string_of_a_search_is_ignored(customer):
    assert len(made(customer.client.post("/Users/.search?count=0&filter=x", {"schemas": [SEARCH]}), 200)["Resources"]) == 2


def test_where_there_is_nothing_to_search(customer):
    for path in ("/Schemas/.search", "/ResourceTypes/.search", "/ServiceProviderConfig/.search", "/Me/.search", "/Users/x/.search"):
        assert_error(customer.client.post(path, {"schemas": [SEARCH]}), 404)
    answer = customer.client.get("/Users/.search")
    assert_error(answer, 405)
    assert answer.header("Allow") == "POST"


def test_the_base_url_lists_all_types(customer):
    everybody = [("User", "Ann"), ("User", "abe"), ("Group", "Atlas"), ("Group", "Zoo")]
    for path in ("", "/"):
        listing = customer.client.get(path)
        assert found(listing) == everybody and listing.json["totalResults"] == 4, path
    assert found(customer.client.get("?sortBy=displayName")) == [("User", "abe"), ("User", "Ann"), ("Group", "Atlas"), ("Group", "Zoo")]
    assert found(search(customer, "/.search", filter='displayName sw "A"', sortBy="displayName", sortOrder="descending")) == [
        ("Group", "Atlas"), ("User", "Ann"), ("User", "abe")]


@pytest.mark.parametrize("text, names", [
    ('meta.resourceType eq "Group"', ["Atlas", "Zoo"]), ('userName pr', ["Ann", "abe"]), ('not (userName pr)', ["Atlas", "Zoo"]),
    ('userName ne "ann@example.com"', ["abe", "Atlas", "Zoo"]), ('userName eq null', ["Atlas", "Zoo"]), ('emails ne "x"', ["Ann", "abe"]),
    ('members pr', ["Atlas"]), ('members[type eq "User"]', ["Atlas"]), ('displayName eq "zoo" or title eq "t"', ["Ann", "Zoo"]),
    ('bogus eq "x"', []), ('bogus pr or title pr', ["Ann"]), ('bogus eq null', []), ('not (bogus pr)', ["Ann", "abe", "Atlas", "Zoo"]),
    ('groups.display eq "Atlas"', ["Ann"]), ('id pr', ["Ann", "abe", "Atlas", "Zoo"]), ('emails[type eq "work"].value sw "ann"', ["Ann"]),
    ('bogus[type eq "x"]', []), ('bogus[type eq "x" and not (y pr)].z eq 1', []), ("not (bogus[type pr])", ["Ann", "abe", "Atlas", "Zoo"]),
    ('emails[bogus eq "x"]', []), ("emails[bogus pr]", []),
    ("emails[bogus eq null]", []), ('emails[not (bogus eq "x")]', ["Ann", "abe"]), ('emails[bogus eq "x" or type eq "work"]', ["Ann", "abe"]),
    ('emails[type eq "work"].bogus eq "x"', []),
    ("groups[bogus pr]", []), ("members[bogus pr]", []), ("members[not (bogus pr)]", ["Atlas"]), ("meta[bogus pr]", []), ('schemas[bogus eq "x"]', []),
    ('name[bogus eq "x"]', [])])
def test_at_the_base_url_attributes_of_other_types_are_unassigned(customer, text, names):
    assert [name for _, name in found(customer.client.get(f"?filter={quote(text)}"))] == names


def test_cursors_walk_over_all_types(customer):
    for query in ("count=1", "count=3&sortBy=displayName", "count=1&sortBy=userName&sortOrder=descending", "count=2&sortBy=members.value"):
        seen, cursor = [], ""
        while cursor is not None:
            p = made(customer.client.get(f"?{query}&cursor={cursor}"), 200)
            seen += [r["id"] for r in p["Resources"]]
            cursor = p.get("nextCursor")
        assert seen == [r["id"] for r in made(customer.client.get("?" + query.replace("count=", "x=")), 200)["Resources"]] and len(seen) == 4, query


def test_what_no_type_has_cannot_be_sorted_by_or_be_malformed(customer):
    for query, scim_type in (("sortBy=bogus", "invalidValue"), ("filter=bogus", "invalidFilter"), ("filter=title%20eq%205", "invalidFilter"),
                             ("filter=members%20eq%205", "invalidFilter")):
        assert_error(customer.client.get(f"?{query}"), 400, scim_type)


def test_a_sensitive_attribute_stands_in_no_url():
    s = Server(env={"MUSTER_SENSITIVE": "name, emails.value"}).start()
    try:
        t = s.customer()
        t.user("ann@example.com", name={"familyName": "Lee"})
        for text in ('name.familyName eq "Lee"', 'emails eq "ann@example.com"', 'title pr or name pr', 'emails[value sw "a"]'):
            assert_error(t.client.find("Users", text), 403, "sensitive")
            assert made(search(t, "/Users/.search", filter=text), 200)["totalResults"] == 1, text
        for text in ('userName eq "ann@example.com"', 'emails.type eq "work"'):
            assert made(t.client.find("Users", text), 200)["totalResults"] == 1, text
    finally:
        s.stop()
