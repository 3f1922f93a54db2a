"""Every field and parameter of doc/openapi.json with values that it must not have: refused, and named."""
import urllib.parse
import uuid

import openapi
import pytest
from api import problem
from customer import Customer
from helpers import USER

VALUES = [None, True, False, 0, -1, 1.5, 2**31, 10**18, "", " ", "\t", "x\u0001y", "x" * 201, "\u00e9" * 201, "nope", "-a", "A", "org:", "org:a b", "a@b@c",
          "a b@c", "@", "a" * 250 + "@b.example",
          "2027-13-01T00:00:00Z", "2027-01-31", "tomorrow", [], {}, [None], [1], [""], ["a b"], ["a/b"], [["x"]], ["x" * 254], ["x.example"] * 1001,
          ["192.0.2.1/24"], ["192.0.2.0/33"], ["999.1.1.1"], ["::1/129"], ["10.0.0.0/"], ["192.0.2.0/24"] * 101, {"a": 1}]
GOOD = {"name": "Name", "email": "a@example.com", "domains": [], "mapping": {}, "schema": {}, "resource": {"schemas": [USER], "userName": "a@example.com"},
        "scim_group_id": str(uuid.uuid4()), "scim_user_id": str(uuid.uuid4()), "url": "https://hooks.invalid/", "member": "a@example.com",
        "domain": "a.example"}
# Rules that a schema cannot express, by name: blanks and control characters in text, the grammar of domains and of addresses.
TEXTS = {"name", "first_name", "last_name", "display_name", "organization_role", "audience", "organization", "member"}


def accepts(name, schema, value):
    """Whether the API takes it, as the document describes it."""
    if openapi.faults(schema, value):
        return False
    if name in TEXTS and isinstance(value, str):
        return value.strip() != "" and "\u0001" not in value
    if name in ("verified_domains", "domains") and value:
        return all(not set(d) & set(" @/:") for d in value)
    if name == "allowed_addresses" and value:
        return all(a in ("192.0.2.0/24",) for a in value)
    return name not in ("resource", "schema", "url", "events", "domain") and (name != "mapping" or value == {})  # what they hold is looked at elsewhere


def of_bodies():
    for method, path, operation in openapi.operations():
        for name, schema in (openapi.body_schema(operation) or {}).get("properties", {}).items():
            yield pytest.param(method, path, name, schema, id=f"{method}{path[3:]}-{name}")


@pytest.fixture(scope="module")
def known(api):
    """The values of {org} and {id}; nothing may happen to them."""
    c = Customer(api)
    c.team = api.made(f"{c.path}/teams", {"name": "Team"})
    c.hooks = [api.made(f"{place}/webhooks", {"url": GOOD["url"]})["id"] for place in (c.path, "")]
    return c


def url(path, known):
    thing = known.team["id"] if "/webhooks" not in path else known.hooks["{org}" not in path]
    return path[3:].replace("{org}", known.slug).replace("{id}", thing)


def caller(api, known, method, path):
    """Whom the route serves: an API key, or in the portal a link that becomes a session, and the session then."""
    if not path.startswith("/v1/portal/"):
        return api
    if (method, path) == ("POST", "/v1/portal/sessions"):
        return api.with_key(api.made(f"{known.path}/portal-links", {})["url"].split("#/open/")[1])
    return api.with_key(api.made(f"{known.path}/portal-embed-tokens", {})["token"])


@pytest.mark.parametrize("method, path, name, schema", of_bodies())
def test_a_wrong_value_is_refused_by_name(api, known, method, path, name, schema):
    required = {k: GOOD[k] for k in openapi.body_schema(openapi.DOCUMENT["paths"][path][method.lower()]).get("required", ())}
    wrong = [v for v in VALUES if not accepts(name, schema, v)]
    assert len(wrong) >= 10
    for value in wrong:
        problem(api.request(method, url(path, known), {**required, name: value}), 400, "invalid", name)


def test_nothing_came_of_it(api, known):
    assert api.read(known.path) == known.org
    assert api.read(f"{known.path}/teams")["data"] == [known.team]
    for path in ("scim/connections", "scim/tokens", "members"):
        assert api.read(f"{known.path}/{path}")["data"] == [], path


@pytest.mark.parametrize("method, path", [(m, p) for m, p, o in openapi.operations() if "requestBody" in o])
def test_an_unknown_field_is_refused_by_name(api, known, method, path):
    for body in ({"bogus": 1}, {"id": str(uuid.uuid4())}, {"": None}, {"Name": "x"}):
        name = next(iter(body))
        problem(caller(api, known, method, path).request(method, url(path, known), body), 400, "unknown_field", name)


@pytest.mark.parametrize("method, path, name", [(m, p, n) for m, p, o in openapi.operations() for n in (openapi.body_schema(o) or {}).get("required", ())])
def test_a_required_field_must_be_there(api, known, method, path, name):
    body = {k: GOOD[k] for k in openapi.body_schema(openapi.DOCUMENT["paths"][path][method.lower()])["required"] if k != name}
    problem(api.request(method, url(path, known), body), 400, "required", name)


def test_all_that_is_wrong_is_told_at_once(api, known):
    answer = api.post(f"{known.path}/members", {"email": "nope", "first_name": 1, "organization_role": "admin", "bogus": None})
    assert sorted(e["meta"]["field"] for e in answer.json["errors"]) == ["bogus", "email", "first_name", "organization_role"]
    assert "4 fields" in answer.json["detail"]


@pytest.mark.parametrize("length", [1, 300, 600])
def test_of_very_many_wrong_fields_the_first_are_told(api, known, length):
    """The document stays whole JSON, however much was wrong, and names no field with more than there is room for."""
    names = [f"\u00fc<{n}" + "\u00fc" * length for n in range(1000)]
    answer = api.post(f"{known.path}/members", {"email": "a@example.com", **dict.fromkeys(names)})
    problem(answer, 400, "unknown_field")
    errors = answer.json["errors"]
    assert "1000 fields are wrong" in answer.json["detail"] and "the first 20" in answer.json["detail"]
    assert len(errors) == 20 and all(name.startswith(e["meta"]["field"]) for name, e in zip(names, errors))
    assert all(len(e["meta"]["field"].encode()) <= 200 and len(e["message"].encode()) <= 1000 for e in errors)


def test_one_wrong_field_of_megabytes_is_told_too(api, known):
    for name in ("x" * 4_000_000, "<" * 4_000_000):
        error = problem(api.post(f"{known.path}/members", {"email": "a@example.com", name: 1}), 400, "unknown_field")
        assert error["meta"]["field"] == name[:200], name[0]
    problem(api.put(f"{known.path}/scim/attribute-mappings", {"mapping": {"\u0001" * 600_000: "active"}}), 400, "invalid", "mapping")


READS = [(m, p) for m, p, o in openapi.operations() if m in ("GET", "DELETE") and o.get("security") != [] and p.startswith("/v1")]
TEXT_PARAMETERS = {"limit": ["0", "1001", "-1", "x", "", "1.5", "5x", "+5", "%205", "1e2", "99999999999999999999"],
                   "cursor": ["", "x", "2026-01-01T00:00:00Z/x"],
                   "status": ["", "OPEN", "x"], "action": ["", "%20", "a%01b"], "from": ["", "x", "2026-02-30T00:00:00Z"], "to": ["", "x"],
                   "actor": ["", "x"], "state": ["", "PENDING", "x"], "event_id": ["", "x"], "target": ["", "x"], "connection_id": ["", "x"],
                   "request_id": ["", "x"], "format": ["", "xml"],
                   "after": ["", "-1", "x", "1.5", "+1", "%201", "99999999999999999999"], "wait": ["", "31", "-1", "x"], "types": ["", "A", "*a", "a,", "%7B"]}


@pytest.mark.parametrize("method, path", READS)
def test_an_unknown_parameter_is_refused_by_name(api, known, method, path):
    problem(caller(api, known, method, path).request(method, url(path, known) + "?bogus=1"), 400, "unknown_field", "bogus")


@pytest.mark.parametrize("method, path", READS)
def test_a_wrong_parameter_is_refused_by_name(api, known, method, path):
    for name, parameter in openapi.parameters(path, method, "query").items():
        for value in TEXT_PARAMETERS.get(name, ()):
            if value.isdigit() and 0 < int(value) <= parameter["schema"].get("maximum", 0):
                continue  # right here, and too much for other lists
            problem(api.request(method, f"{url(path, known)}?{name}={value}"), 400, None, name)
        twice = "&".join(f"{name}={urllib.parse.quote(v)}" for v in ("1", "1"))
        assert "twice" in api.request(method, f"{url(path, known)}?{twice}").json["detail"]
        if parameter.get("required"):
            problem(api.request(method, url(path, known)), 400, "required", name)
