"""
No success without effect: whatever a PATCH or a PUT sends, an answer of 2xx means that it is stored, is gone or was so before, and one of 4xx that nothing
changed. Unknown names, readOnly parts and password alone may be passed over. The answer says what a GET says.
"""
import json

import pytest
from helpers import ENTERPRISE, made, op, unique

REGISTERED = "urn:example:effects:1.0:Thing"
OWN = "urn:example:own:1.0:Thing"
SCHEMA = {"id": REGISTERED, "name": "Thing", "attributes": [
    {"name": "text"}, {"name": "whole", "type": "integer"}, {"name": "part", "type": "decimal"}, {"name": "yes", "type": "boolean"},
    {"name": "when", "type": "dateTime"},
    {"name": "link", "type": "reference", "referenceTypes": ["external"]}, {"name": "blob", "type": "binary"}, {"name": "words", "multiValued": True},
    {"name": "box", "type": "complex", "subAttributes": [{"name": "value"}, {"name": "size", "type": "integer"}]},
    {"name": "boxes", "type": "complex", "multiValued": True, "subAttributes": [{"name": "value"}, {"name": "type"}, {"name": "size", "type": "integer"}]}]}
TEXTS = ["Kim", "x y", "7", "Éloise", "[draft]", "{x", "o'neil"]
ANY = {"any": None}
PLURAL = {"value": "text", "type": "kind", "display": "text", "primary": "boolean"}
FIELDS = {
    "/Users": {"": {"displayName": "text", "title": "text", "nickName": "text", "profileUrl": "link", "locale": "text", "externalId": "text",
                    "name": {"givenName": "text", "familyName": "text", "formatted": "text"}, "phoneNumbers": [PLURAL], "ims": [PLURAL], "roles": [PLURAL],
                    "photos": [{**PLURAL, "value": "link"}], "x509Certificates": [{"value": "blob"}],
                    "addresses": [{"locality": "text", "country": "text", "type": "kind", "primary": "boolean"}]},
               ENTERPRISE: {"department": "text", "costCenter": "text", "employeeNumber": "text", "manager": {"value": "text"}}},
    "/Groups": {"": {"externalId": "text", "displayName": "name", "members": [{"value": "member"}]}}}
EXTENSION = {"text": "text", "whole": "integer", "part": "decimal", "yes": "boolean", "when": "when", "link": "link", "blob": "blob", "words": ["text"],
             "box": {"value": "text", "size": "integer"}, "boxes": [{"value": "text", "type": "kind", "size": "integer"}]}
FOREIGN = {"tag": ANY, "level": ANY, "seat": ANY, "keys": ANY}


def nothing(v):
    """Whether nothing is assigned."""
    if isinstance(v, (dict, list)):
        return all(nothing(x) for x in (v.values() if isinstance(v, dict) else v))
    return v is None or v == ""


def fold(name, box):
    """The member of an object without regard to case."""
    return next((v for k, v in box.items() if k.lower() == name.lower()), None) if isinstance(box, dict) else None


class Case:
    """A random change of one attribute: its path, and what it sends."""

    def __init__(self, r, fields, members):
        self.r, self.members = r, members
        self.urn = r.choice(list(fields))
        self.name = r.choice(list(fields[self.urn]))
        self.kind = fields[self.urn][self.name]
        self.sub = self.type = None
        self.verb = r.choice(["add", "replace", "Replace", "remove"])
        inner = self.kind[0] if isinstance(self.kind, list) else self.kind
        target = self.kind
        self.path = f"{self.urn}:{self.name}" if self.urn else self.name
        if isinstance(inner, dict) and inner is not ANY and self.name != "members" and r.random() < 0.5:
            if isinstance(self.kind, list) and "type" in inner:
                self.type = r.choice(["work", "home", "alias"])
                self.path += f'[type eq "{self.type}"]'
            if not isinstance(self.kind, list) or self.type:
                self.sub = r.choice([s for s in inner if s not in ("type", "primary")])
                self.path += f".{self.sub}"
                target = inner[self.sub]
        self.value = None if self.verb == "remove" else self.odd(target) if r.random() < 0.35 else self.good(target)
        self.operation = op(self.verb, self.path, self.value)
        if self.verb == "remove" and "value" in self.operation:
            del self.operation["value"]
        elif self.verb != "remove" and "[" not in self.path and r.random() < 0.3:
            self.operation = op(self.verb, value={self.path: self.value})

    def good(self, kind):
        r = self.r
        if isinstance(kind, list):
            values = [self.good(kind[0]) for _ in range(r.randrange(1, 4))]
            for v in values:
                if isinstance(v, dict):
                    v.pop("primary", None)
                if isinstance(v, dict) and isinstance(kind[0], dict) and kind[0].get("value") in ("text", "link") and "value" in v:
                    v["value"] = unique(v["value"])  # of two equal values one is kept, with the parts of both
            return values
        if kind is ANY:
            return r.choice([r.choice(TEXTS), 5, 2.5, True, {"row": r.choice(TEXTS), "n": 4}, [1, "two"], [{"type": "work", "value": "x"}]])
        if isinstance(kind, dict):
            value = {k: self.good(t) for k, t in kind.items() if r.random() < 0.6}
            return value or {k: self.good(t) for k, t in list(kind.items())[:1]}
        return {"text": lambda: r.choice(TEXTS), "name": lambda: unique("g"), "integer": lambda: r.choice([0, 3, -7]), "decimal": lambda: r.choice([1.5, 3]),
                "boolean": lambda: r.random() < 0.5, "when": lambda: "2026-01-01T00:00:00Z", "link": lambda: "https://x.example/a", "blob": lambda: "AQID",
                "kind": lambda: r.choice(["work", "home", "other"]), "member": lambda: r.choice(self.members)}[kind]()

    def odd(self, kind):
        """A value of another shape: as some client writes it, or nonsense."""
        r, good = self.r, self.good(kind)
        return r.choice([None, "", [], {}, [{}], [None], good and json.dumps(good), [good], {"value": good}, {self.name: good}, [json.dumps(good)],
                         {"bogus": 1}, [{"bogus": 1}],
                         5, 2.5, True, "nobody", [[good]], [good, {"bogus": 1}] if isinstance(kind, list) else [good, good], {"value": None}, [{"value": ""}]])


def holds(sent, stored, lenient, kind):
    """Whether the stored resource contains what was sent."""
    inner = kind[0] if isinstance(kind, list) else kind
    if lenient and inner is not ANY and isinstance(stored, (dict, list)):
        sent = unwrapped(sent)
    if nothing(sent):
        return True
    if isinstance(stored, list):
        return all(nothing(x) or any(holds(x, s, lenient, inner) for s in stored) for x in (sent if isinstance(sent, list) else [sent]))
    if isinstance(sent, list) and len(sent) == 1:
        return holds(sent[0], stored, lenient, inner)
    if isinstance(sent, dict) and isinstance(inner, dict) and inner is not ANY and not any(fold(k, inner) for k in sent):
        return not isinstance(kind, list)  # unknown parts of one object are passed over
    if isinstance(sent, dict) and not isinstance(stored, dict):
        return "value" in sent and holds(sent["value"], stored, lenient, inner)
    if isinstance(sent, dict):
        known = {k: v for k, v in sent.items() if inner is ANY or not isinstance(inner, dict) or any(k.lower() == n.lower() for n in inner)}
        return all(nothing(v) or k == "primary" or holds(v, fold(k, stored), lenient, inner if inner is ANY else inner.get(k) if isinstance(inner, dict)
                                                         else None) for k, v in known.items())
    if isinstance(stored, dict):
        stored = stored.get("value")
    return str(sent).lower() == str(stored).lower()


def at(resource, case):
    return fold(case.name, fold(case.urn, resource) if case.urn else resource)


def untouched(resource, case):
    """The resource without what the case is about, and without what follows from that."""
    out = json.loads(json.dumps({k: v for k, v in resource.items() if k not in ("meta", "schemas")}))
    box = out.get(case.urn, {}) if case.urn else out
    box.pop(case.name, None)
    return {k: v for k, v in out.items() if v != {}}


def chosen(stored, case):
    """The values that the case's filter means."""
    return [v for v in stored or [] if v.get("type", "").lower() == case.type]


def unwrapped(sent):
    """One level of what clients wrap around {name: list}, and JSON as text."""
    if isinstance(sent, str) and sent[:1] in ("{", "["):
        try:
            sent = json.loads(sent)
        except ValueError:
            return sent
    return sent


def what_is_wrong(case, before, after, lenient):
    now, was, sent = at(after, case), at(before, case), case.value
    if untouched(before, case) != untouched(after, case):
        return "something else changed"
    if case.verb == "remove":
        left = [v for v in chosen(now, case) if case.sub in v] if case.type else fold(case.sub, now) if case.sub else now
        return "it is still there" if left else None
    if lenient:
        sent = unwrapped(sent) if not case.sub and case.kind is not ANY else sent
        if isinstance(case.kind, list) and not case.type and isinstance(sent, dict) and len(sent) == 1 and case.name in sent:
            sent = sent[case.name]
    if case.type:
        places = [v.get(case.sub) for v in chosen(now, case)] if case.sub else chosen(now, case)
        kind = case.kind[0].get(case.sub) if case.sub else case.kind[0]
        if nothing(sent):
            return "it was not cleared" if case.sub and any(p is not None for p in places) else None
        return None if places and all(holds(sent, p, lenient, kind) for p in places) else "it is not there"
    if case.sub:
        now, kind = fold(case.sub, now), case.kind[case.sub]
        return None if (now is None if nothing(sent) else holds(sent, now, lenient, kind)) else "it is not there"
    if isinstance(case.kind, list) and case.verb == "add" and not all(any(holds(w, n, lenient, case.kind) for n in now or []) for w in was or []):
        return "what was there has gone"
    if nothing(sent):
        clears = case.verb != "add" or not isinstance(was, list)
        whole = isinstance(case.kind, list) or sent in (None, "", [])  # an object without members says nothing about what is there
        return "it was not cleared" if clears and whole and now is not None else None
    return None if holds(sent, now, lenient, case.kind) else "it is not there"


def bare(resource):
    """The body of a PUT that changes nothing."""
    return {k: v for k, v in resource.items() if k in ("schemas", "userName", "emails", "displayName") and (k != "displayName" or "userName" not in resource)}


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
@pytest.mark.parametrize("endpoint", ["/Users", "/Groups"])
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_success_has_its_effect_and_a_refusal_has_none(server, chance, cases, tmp_path, dialect, endpoint, method):
    customer = server.customer(dialect=dialect, identity="mutable", email="optional")
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(SCHEMA))
    server.muster("schema", "add", str(schema), "--org", customer.slug, *(["--type", "Group"] if endpoint == "/Groups" else []))
    members = [customer.user()["id"] for _ in range(5)]
    fields = {**FIELDS[endpoint], REGISTERED: EXTENSION, **({OWN: FOREIGN} if dialect == "lenient" else {})}
    refused = 0
    for number in range(cases(250)):
        if number % 25 == 0:
            path = f"{endpoint}/{(customer.user() if endpoint == '/Users' else customer.group())['id']}"
        case = Case(chance, fields, members)
        before = made(customer.client.get(path), 200)
        if method == "PUT" and case.verb == "remove":
            continue
        if method == "PUT":  # of what the case is about there is nothing before: its name, a path maybe, adds to that
            before = made(customer.client.put(path, bare(before)), 200)
            case.verb = "add"
            answer = customer.client.put(path, {**bare(before), case.path: case.value})
        else:
            answer = customer.client.patch(path, case.operation)
        after = made(customer.client.get(path), 200)
        wrong = None
        if answer.status >= 400:
            refused += 1
            wrong = "it was refused and changed something" if after != before else None
        else:
            wrong = "the answer is not what is stored" if answer.status != 204 and answer.json != after else what_is_wrong(case, before, after,
                                                                                                                           dialect == "lenient")
        if answer.status not in (200, 204, 400, 409) or wrong:
            pytest.fail(f"case {number}: {wrong}: {json.dumps(case.operation)} {answer}\nbefore {json.dumps(before)}\nafter {json.dumps(after)}")
    assert 0 < refused < cases(250)
