"""Shapes of requests that clients send and servers were seen to fail on, beside those of test/data/real: other attributes, other resources, other
methods. Each is a user or a group, one request, its answer, and what is there afterwards."""
import json

import pytest
from helpers import ENTERPRISE, GROUP, PATCH_OP, USER
from transcripts import replay

TOMBSTONE = "1f2e3d4c5b6a79880011223344556677u.${uuid}@example.com"
OWN = "urn:example:own:2.0:Thing"
MANAGER = f"/{ENTERPRISE}/manager/value"
PERSON = {"schemas": [USER], "externalId": "x-${uuid}", "userName": "u.${uuid}@example.com", "active": True, "displayName": "Ada", "title": "Lead",
          "name": {"givenName": "Ada", "familyName": "Moss"}, "emails": [{"value": "u.${uuid}@example.com", "type": "work", "primary": True}]}
TEAM = {"schemas": [GROUP], "displayName": "Team ${uuid}", "members": [{"value": "${a}"}, {"value": "${b}"}]}
DONE, BAD = [200, 204], [400]


def step(method, path, sent, status, save=None, headers=None, **expect):
    type_sent = {"Content-Type": "application/scim+json"} if sent is not None else {}
    return {"name": f"{method} {path}", "method": method, "path": path, "body": sent, "headers": {**type_sent, **(headers or {})}, "save": save or {},
            "expect": {"status": status, **expect}}


def person(name, **more):
    body = {**json.loads(json.dumps(PERSON).replace("u.${uuid}", f"{name}.${{uuid}}").replace("x-${uuid}", f"{name}-${{uuid}}")), **more}
    return step("POST", "/Users", body, [201], {name: "/id"})


def ops(*operations, **more):
    return {"schemas": [PATCH_OP],
            "Operations": [dict(zip(("op", "path", "value"), o)) if len(o) > 1 else {"op": "replace", "value": o[0]} for o in operations],
            **more}


def user(request, status, after, **more):
    """A user of this kind, one PATCH (or a whole step), and pointers into the user afterwards."""
    middle = request if "method" in request else step("PATCH", "/Users/${u}", request, status)
    return [person("m"), person("u", **more), middle, step("GET", "/Users/${u}", None, [200], body=after)]


def group(request, status, after, **more):
    middle = request if "method" in request else step("PATCH", "/Groups/${g}", request, status)
    return [person("a"), person("b"), step("POST", "/Groups", {**TEAM, **more}, [201], {"g": "/id"}), middle,
            step("GET", "/Groups/${g}", None, [200], body=after)]


def found(path, **more):
    """A user, and a list that has this one alone."""
    return [person("u", **more), step("GET", path, None, [200], body={"/totalResults": 1, "/Resources/0/id": "${u}"})]


def put(status=(200,), **more):
    return step("PUT", "/Users/${u}", {**PERSON, "externalId": "u-${uuid}", **more}, list(status))


def bulk(operation, status):
    return step("POST", "/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]}, [200],
                body={"/Operations/0/status": status})


OTHER_MAIL = {"emails": [{"value": "other.${uuid}@example.com", "type": "work", "primary": True}]}
GONE, BOTH, ONE = {"/active": False}, {"/members/1": "*"}, {"/members/0/value": "${b}", "/members/1": None}
HELD_MANAGER = {"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": "${m}"}}}
OWN_DATA = {"schemas": [USER, OWN], OWN: {"color": "red", "size": 3}}
MOBILE = {"phoneNumbers": [{"type": "mobile", "value": "+1 555 0100"}]}

SHAPES = {
    # No other part of a leaver's request prevents the end of access.
    "leaver by PUT with a tombstone": user(put(userName=TOMBSTONE, active=False), None, GONE),
    "leaver by PUT with another mail": user(put(active=False, **OTHER_MAIL), None, GONE),
    "leaver by a path-less value with a tombstone": user(ops([{"userName": TOMBSTONE, "active": False}]), DONE, GONE),
    "leaver in the other order": user(ops(("Replace", "active", "False"), ("Replace", "userName", TOMBSTONE)), DONE, GONE),
    "leaver in Bulk": user(bulk({"method": "PATCH", "path": "/Users/${u}", "data": ops(("replace", "userName", TOMBSTONE), ("replace", "active", False))},
                                "200"), None,
                           GONE),
    "leaver with the name of somebody else": user(ops(("Replace", "userName", "m.${uuid}@example.com"), ("Replace", "active", "False")), DONE, GONE),
    "leaver beside a path that is none": user(ops(("Replace", "emails[type is work].value", "x"), ("Replace", "active", "False")), DONE, GONE),
    "leaver beside a value of the wrong kind": user(ops(("Replace", "name", [1, 2]), ("Replace", "active", "False")), DONE, GONE),
    "leaver beside what cannot be set": user(ops(("Replace", "id", "x"), ("Replace", "active", "False")), DONE, GONE),
    "the name of who has left": [*user(ops(("Replace", "active", "False")), DONE, GONE),
                                 step("PATCH", "/Users/${u}", ops(("Replace", "userName", TOMBSTONE)), DONE),
                                 step("GET", "/Users/${u}", None, [200], body={"/active": False, "/userName": TOMBSTONE})],
    # A filter on an attribute that has one value.
    "manager by a filter that matches": user(ops(("Replace", f'{ENTERPRISE}:manager[value eq "${{m}}"].value', "${u}")), DONE, {MANAGER: "${u}"},
                                             **HELD_MANAGER),
    "manager by a filter that does not": user(ops(("remove", f'{ENTERPRISE}:manager[value eq "${{u}}"]')), DONE, {MANAGER: "${m}"}, **HELD_MANAGER),
    "name by a filter that matches": user(ops(("replace", 'name[givenName eq "Ada"].familyName', "Fen")), DONE,
                                          {"/name/familyName": "Fen", "/name/givenName": "Ada"}),
    "name added by a filter that does not": user(ops(("add", 'name[givenName eq "Bo"].familyName', "Fen")), DONE, {"/name/familyName": "Moss"}),
    # Extensions that nobody registered.
    "own extension by path": user(ops(("Add", f"{OWN}:color", "blue")), DONE, {f"/{OWN}/color": "blue"}),
    "own extension by path, more than one part": user(ops(("Replace", f"{OWN}:color", "blue")), DONE, {f"/{OWN}/color": "blue", f"/{OWN}/size": 3}, **OWN_DATA),
    "own extension by key": user(ops([{f"{OWN}:color": "blue"}]), DONE, {f"/{OWN}/color": "blue", f"/{OWN}/size": 3}, **OWN_DATA),
    "own extension cleared by null": user(ops(("Replace", f"{OWN}:color", None)), DONE, {f"/{OWN}/color": None, f"/{OWN}/size": 3}, **OWN_DATA),
    "own extension removed in part": user(ops(("remove", f"{OWN}:color")), DONE, {f"/{OWN}/color": None, f"/{OWN}/size": 3}, **OWN_DATA),
    "own extension by object": user(ops([{OWN: {"color": "blue"}}]), DONE, {f"/{OWN}/color": "blue", f"/{OWN}/size": 3}, **OWN_DATA),
    "own extension in a filter": found(f'/Users?filter={OWN}:color%20eq%20"c-${{uuid}}"', schemas=[USER, OWN], **{OWN: {"color": "c-${uuid}"}}),
    "own extension in attributes": [person("u", **OWN_DATA), step("GET", f"/Users/${{u}}?attributes={OWN}:color", None, [200],
                                                                  body={f"/{OWN}/color": "red", f"/{OWN}/size": None, "/userName": None})],
    "own extension of a group by key": group(ops([{f"{OWN}:text": "x"}]), DONE, {f"/{OWN}/text": "x"}),
    "own extension with an empty name in its URN": [step("POST", "/Users", {**PERSON, f"{OWN}::color": "red"}, BAD, body={"/detail": "*"})],
    # An unreadable value removes nobody, and is reported.
    "member by another key": group(ops(("remove", "members", [{"userId": "${a}"}])), BAD, BOTH),
    "member that is empty": group(ops(("remove", "members", "")), BAD, BOTH),
    "a good member and an empty one": group(ops(("remove", "members", [{"value": "${a}"}, {}])), BAD, BOTH),
    "member as text": group(ops(("remove", "members", "${a}")), DONE, ONE),
    "member by reference": group(ops(("Remove", "members", [{"$ref": "../Users/${a}"}])), DONE, ONE),
    "members of members as one object": group(ops(("Remove", "members", {"members": {"value": "${a}"}})), DONE, ONE),
    "email by no part that is known": user(ops(("remove", "emails", [{"mail": "u.${uuid}@example.com"}])), BAD, {"/emails/0/value": "*"}),
    "email that is empty": user(ops(("remove", "emails", [{}])), BAD, {"/emails/0/value": "*"}),
    "nobody of the emails": user(ops(("remove", "emails", [])), DONE, {"/emails/0/value": "*"}),
    # JSON as text.
    "name as JSON text": user(ops(("replace", "name", '{"givenName": "Bo"}')), DONE, {"/name/givenName": "Bo"}),
    "phones as JSON text": user(ops(("add", "phoneNumbers", '[{"type": "home", "value": "5"}]')), DONE, {"/phoneNumbers/0/value": "5"}),
    "a user as JSON text": user(ops(['{"title": "Cook", "active": false}']), DONE, {"/title": "Cook", "/active": False}),
    "JSON text with a name twice": user(ops(("replace", "name", '{"givenName": "Bo", "givenName": "Di"}')), BAD, {"/name/givenName": "Ada"}),
    # Quotes and plus signs.
    "userName in single quotes": found("/Users?filter=userName%20eq%20'u.${uuid}@example.com'"),
    "phone in single quotes": user(ops(("replace", "phoneNumbers[type eq 'mobile'].value", "7")), DONE, {"/phoneNumbers/0/value": "7", "/phoneNumbers/1": None},
                                   **MOBILE),
    "title with an apostrophe, bare": found("/Users?filter=externalId%20eq%20A'KELAH-${uuid}", externalId="A'KELAH-${uuid}"),
    "plus in an email, raw": found('/Users?filter=emails.value%20eq%20"p+q.${uuid}@example.com"',
                                   emails=[{"value": "p+q.${uuid}@example.com", "type": "work"}]),
    "plus for a space": found('/Users?filter=userName+eq+"u.${uuid}@example.com"'),
    # The message.
    "any URN of a PatchOp": user({**ops(("replace", "title", "Cook")), "schemas": ["urn:example:messages:PatchOp"]}, DONE, {"/title": "Cook"}),
    "empty Operations for a group": group({"schemas": [PATCH_OP], "Operations": []}, DONE, BOTH),
    "failOnErrors 0": [step("POST", "/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "failOnErrors": 0, "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": "x", "data": PERSON}]}, [200], body={"/Operations/0/status": "201"})],
    # Values.
    "replace makes a value": user(ops(("Replace", 'phoneNumbers[type eq "fax"].value', "5")), DONE,
                                  {"/phoneNumbers/1/value": "5", "/phoneNumbers/1/type": "fax"}, **MOBILE),
    "nothing in place of nothing": user(ops(("Replace", 'phoneNumbers[type eq "fax"].value', "")), DONE, {"/phoneNumbers/1": None}, **MOBILE),
    "a number as title": user(ops(("Replace", "title", 7)), DONE, {"/title": "7"}),
    "a number in a filter": found("/Users?filter=externalId%20eq%204711", externalId=4711),
    "an address cleared": user(ops(("Replace", 'addresses[type eq "work"].locality', None)), DONE, {"/addresses": None},
                               addresses=[{"type": "work", "locality": "Lima"}]),
    "no titles by PUT": user(put(title=[]), None, {"/title": None}),
    "no titles by POST": [person("u", title=[]), step("GET", "/Users/${u}", None, [200], body={"/title": None})],
    "an unknown path beside a known one": user(ops(("Replace", "favoriteColor", "red"), ("Replace", "title", "Cook")), DONE, {"/title": "Cook"}),
    "an unknown path alone": user(ops(("Replace", "favoriteColor", "red")), BAD, {"/title": "Lead"}),
    "two primaries": [person("u", emails=[{"value": "p.${uuid}@example.com", "primary": True}, {"value": "q.${uuid}@example.com", "primary": True}]),
                      step("GET", "/Users/${u}", None, [200], body={"/emails/0/primary": True, "/emails/1/primary": False})],
    # Addresses and headers.
    "slashes before groups": [step("GET", "//Groups?count=1", None, [200])],
    "slashes before an id": [person("u"), step("GET", "/Users//${u}", None, [200], body={"/id": "${u}"})],
    "a filter on the configuration": [step("GET", '/ServiceProviderConfig?filter=patch%20eq%20"x"', None, [200])],
    "a search without schemas": [person("u"),
                                 step("POST", "/Users/.search", {"filter": 'userName eq "u.${uuid}@example.com"'}, [200], body={"/totalResults": 1})],
    "another charset": [step("POST", "/Users", PERSON, [201], headers={"Content-Type": "application/scim+json; charset=ISO-8859-1"})],
}


@pytest.mark.parametrize("name", list(SHAPES))
def test_a_shape_is_taken_as_it_was_meant(server, name):
    assert replay(server.customer().client, {"name": name, "steps": SHAPES[name]}) == []
