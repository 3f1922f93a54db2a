"""Filters, users and PATCH operations made at random, for differential.py."""
import json
import random

import ref_scim
from helpers import ENTERPRISE, ROOT, USER

with open(f"{ROOT}/test/data/spec/filters.json", encoding="utf-8") as f:
    EXTENSION = json.load(f)["extensionSchema"]
T = EXTENSION["id"]
TYPES = ref_scim.load_types([EXTENSION])
WORDS = ["alma", "Alma", "ALMA", "bob", "Éloise", "e\u0301loise", "日本", "x y", "a%b", "a_b", "Zed", "zeta", "10", "9", "tour guide", "o'neil", "a\"b", "\\",
         "-"]
TYPES_OF = ["work", "home", "Work", "other", "mobile"]
OWN = "urn:example:own:2.0:User"
OTHER = "urn:other:Group"
TIMES = ["2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00", "2023-12-31T23:59:59.5Z", "2024-02-29T12:00:00.123Z", "2025-06-01T00:00:00",
         "2024-01-01T00:00:00.000000001Z"]
BLOBS = ["AQID", "aqid", "AAAA", "/+8="]
LINKS = ["https://x.example/A", "https://x.example/a", "Users/1", "urn:x:y"]
# readOnly at the service, so that only filters meet them.
COMPUTED = {"groups", "meta", "id"}


class Random(random.Random):
    """The parts of a random case; `lenient`: also those that only that dialect understands."""

    lenient = False

    def chance(self, percent):
        return self.random() * 100 < percent

    def value(self, a):
        """A value that fits the attribute, or its value part; never empty."""
        if a.type == "complex":
            parts = {s.name: self.value(s) for s in a.subs.values() if s.mut != "readOnly" and self.chance(60)}
            if a.name == "manager":
                parts.pop("$ref", None)
            return parts or {next(s.name for s in a.subs.values() if s.mut != "readOnly"): self.value(next(s for s in a.subs.values() if s.mut != "readOnly"))}
        pool = {"boolean": [True, False], "integer": [-5, 0, 3, 4, 2**53 + 1], "decimal": [7.5, 3, -0.25, 1e10], "dateTime": TIMES, "binary": BLOBS,
                "reference": LINKS}.get(a.type)
        if pool:
            return self.choice(pool)
        return self.choice(TYPES_OF if a.name == "type" else WORDS)

    def name(self, text):
        """The same name in other letters, now and then."""
        return self.choice([text.upper(), text.lower(), text.swapcase()]) if self.chance(15) else text

    def attribute(self, rt, allow):
        """(prefix or "", attribute) of a resource type: common, core or of an extension."""
        pools = [("", [a for a in [*rt.core.values(), rt.common["externalid"]] if allow(a)])] * 3
        pools += [(f"{urn}:", [a for a in attrs.values() if allow(a)]) for urn, attrs in rt.ext.items()]
        prefix, attrs = self.choice([p for p in pools if p[1]])
        if not prefix and self.chance(10):
            prefix = f"{rt.base}:"
        return prefix, self.choice(attrs)


OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]


def written(r, text):
    """A JSON literal as it is, or as lenient takes it too."""
    if not r.lenient or not r.chance(25):
        return text
    value = json.loads(text) if text[:1] == '"' else text
    if not isinstance(value, str) or any(c in value for c in "\n\t"):
        return text
    return f"'{value}'" if r.chance(60) else value if value and not set(value) & set(' )]"') and value[0] not in "'[{" else text


def foreign_name(r):
    """An attribute under a URN that nobody registered."""
    urn = r.choice([OWN, OWN, OWN, OWN.upper(), OTHER])
    return f'{urn}:{r.choice(["tag", "Tag", "level", "on", "desk", "boss", "keys", "tag.sub", "desk.value", "boss.value", "Boss.since"])}'


def foreign_comparison(r, name):
    operator = r.choice(OPERATORS)
    value = r.choice([json.dumps(r.choice(WORDS)), json.dumps(r.choice(TYPES_OF)), "3", "2.5", "true", "null"])
    return f"{name} pr" if r.chance(20) else f"{name} {r.name(operator)} {written(r, value)}"


def foreign_inner(r, depth):
    if depth and r.chance(40):
        left, right = foreign_inner(r, depth - 1), foreign_inner(r, depth - 1)
        return r.choice([f"{left} and {right}", f"{left} or {right}", f"not ({left})"])
    return foreign_comparison(r, r.choice(["value", "type", "since"])) if r.chance(50) else f'type eq "{r.choice(TYPES_OF)}"'


def foreign_value(r, depth=2):
    kind = r.randrange(10)
    if kind < 4:
        return r.choice(WORDS)
    if kind < 6 or not depth:
        return r.choice([3, 0, 2.5, True, False])
    if kind < 8:
        return {name: foreign_value(r, depth - 1) for name in r.sample(["value", "type", "since", "Sub"], r.randrange(1, 4))}
    return [foreign_value(r, depth - 1) for _ in range(r.randrange(1, 4))]


def foreign_extension(r):
    box = {"tag": r.choice(WORDS), "level": r.choice([3, 2.5, 7]), "on": r.chance(50), "keys": r.sample(WORDS, 2),
           "boss": {"value": r.choice(WORDS), "since": 3},
           "desk": [{"type": t, "value": r.choice(WORDS)} for t in r.sample(TYPES_OF, 2)]}
    return {k: v for k, v in box.items() if r.chance(60)} or {"tag": "x"}


def literal(r, a, operator):
    if r.chance(6):
        return r.choice(["null", "true", "5", '"x"', "bare", "1.5e2"])  # often of another type: both have to refuse
    if operator in ("eq", "ne") and r.chance(8):
        return "null"
    value = r.value(a)
    if isinstance(value, str) and operator in ("co", "sw", "ew") and r.chance(60):
        cut = r.randrange(len(value) + 1)
        value = value[cut:] if operator == "ew" else value[:cut]
    if isinstance(value, str) and a.type == "string" and r.chance(30):
        value = r.choice([value.upper(), value.lower()])
    return written(r, json.dumps(value, ensure_ascii=r.chance(50)))


def comparison(r, name, a):
    operator = "pr" if r.chance(15) else r.choice(OPERATORS)
    target = a.sub("value") or a if a.type == "complex" else a
    if target.type == "complex" and r.chance(90):
        operator = "pr"
    if operator == "pr":
        return f"{name} {r.name('pr')}"
    return f"{name} {r.name(operator)} {literal(r, target if target.type != 'complex' else r.choice(list(a.subs.values())), operator)}"


def inner(r, a, depth):
    """A filter between brackets."""
    if depth and r.chance(45):
        left, right = inner(r, a, depth - 1), inner(r, a, depth - 1)
        return r.choice([f"{left} and {right}", f"{left} or {right}", f"not ({left})", f"({left} or {right}) and {left}"])
    if a.type != "complex":
        return comparison(r, "value", a)
    sub = r.choice(list(a.subs.values()))
    return comparison(r, r.name(sub.name), sub)


def is_secret(a):
    return a.mut == "writeOnly" or a.ret == "never"


def term(r, rt, ids):
    if r.chance(8):
        kind = r.choice(["id", "members", "groups", "manager"])
        known = r.choice(ids)
        if kind == "id":
            return f'id {r.choice(["eq", "ne"])} "{known}"'
        if kind == "manager" and rt.name == "User":
            return f'{ENTERPRISE}:manager.value eq "{known}"'
        if kind == "groups" and rt.name == "User":
            return r.choice([f'groups.value eq "{known}"', f'groups[value eq "{known}" and type eq "direct"]', "groups pr", 'groups.display co "a"'])
        if rt.name == "Group":
            return r.choice([f'members eq "{known}"', f'members[value eq "{known}" and type eq "User"]', "members pr", f'not (members.value eq "{known}")'])
    if r.lenient and r.chance(15):
        name = foreign_name(r)
        if "." not in name and r.chance(30):
            return f"{name}[{foreign_inner(r, 1)}]" + (f'.{foreign_comparison(r, "value")}' if r.chance(30) else "")
        return foreign_comparison(r, name)
    if r.chance(5):
        operator, when = r.choice(OPERATORS[:2] + OPERATORS[5:]), r.choice(TIMES)
        return f'meta.{r.choice(["created", "lastModified"])} {operator} "{when}"'
    if r.chance(3):
        return r.choice(["bogus eq 1", "userName regex \"x\"", "((title pr)", "title eq", "name.bogus pr", "emails[bogus eq \"x\"]", "password eq \"x\"",
                         "title  pr", ""])
    # Computed values are asked for above, with values that can be there.
    prefix, a = r.attribute(rt, lambda a: a.name not in COMPUTED | {"members", "password"} and (not is_secret(a) or r.chance(3)))
    name = prefix + r.name(a.name)
    if a.type == "complex" and a.multi and r.chance(50):
        tail = ""
        if r.chance(25):
            sub = r.choice(list(a.subs.values()))
            tail = "." + comparison(r, sub.name, sub)
        return f"{name}[{inner(r, a, 2)}]{tail}"
    if a.multi and a.type != "complex" and r.chance(30):
        return f"{name}[{inner(r, a, 1)}]"
    if a.subs and r.chance(75):
        sub = r.choice([s for s in a.subs.values() if not (a.name == "manager" and s.name in ("$ref", "displayName"))])
        return comparison(r, f"{name}.{r.name(sub.name)}", sub)
    return comparison(r, name, a)


def random_filter(r, rt, ids, depth=3):
    if depth and r.chance(50):
        left, right = random_filter(r, rt, ids, depth - 1), random_filter(r, rt, ids, depth - 1)
        return r.choice([f"{left} and {right}", f"{left} or {right}", f"not ({left})", f"({left} or {right}) and {right}", f"not ({left} and {right})"])
    return term(r, rt, ids)


def random_user(r, n, people):
    rt = TYPES["User"]
    user = {"schemas": [USER], "userName": f"{r.choice(WORDS)} {n}"}
    for prefix, attrs in [("", rt.core), *((urn, a) for urn, a in rt.ext.items())]:
        box = user.setdefault(prefix, {}) if prefix else user
        for a in attrs.values():
            # Nothing that is never shown: the reference sees what a GET shows.
            if a.name in ("userName", "groups") or is_secret(a) or a.mut == "readOnly" or not r.chance(45):
                continue
            if a.name == "manager":
                box[a.name] = {"value": r.choice(people) if people else "nobody"}
            elif a.multi:
                box[a.name] = one_primary([r.value(a) for _ in range(r.randrange(1, 4))])
            else:
                box[a.name] = r.value(a)
    if r.lenient and r.chance(60):
        user[OWN] = foreign_extension(r)
    return user


def one_primary(values):
    """More than one primary value is an error that another case is about."""
    seen = False
    for v in values:
        if isinstance(v, dict) and v.get("primary"):
            if seen:
                v.pop("primary")
            seen = True
    return values


def patch_value(r, a, multi, unique):
    if r.lenient and r.chance(12) and a.name != "userName":
        value = patch_value(r, a, multi, unique)
        return r.choice([json.dumps(value) if isinstance(value, (dict, list)) else 7, [value], {a.name: value}, [{}], {}, [None], [{"bogus": 1}], 12, 2.5,
                         [json.dumps(value)] if isinstance(value, dict) else value, [{"type": "work", "value": ""}], "{x", "[]", {"value": value}])
    if r.chance(8):
        return r.choice([None, "", []])
    if r.chance(6) and a.name != "userName":  # which has to be another one each time
        return r.choice([5, "text", True, {"value": "x"}, ["x"], {"bogus": 1}, [5], 1.5])
    if a.name == "userName":
        return unique()
    if multi:
        values = [r.value(a) for _ in range(r.randrange(1, 3))]
        return one_primary(values) if r.chance(95) else values
    return r.value(a)


def foreign_operation(r, op):
    """A change under a URN that nobody registered."""
    value = r.choice([None, "", [], {}]) if r.chance(12) else foreign_value(r)
    name = foreign_name(r)
    if r.chance(12):
        name = r.choice([OWN, OTHER, OWN.lower(), f"{OWN}:", f"{OWN}:a.b.c", "urn:x:y"])
        value = value if isinstance(value, dict) or r.chance(30) else {"tag": value, "boss": {"since": None}}
    elif "." not in name and r.chance(30):
        name += f"[{foreign_inner(r, 1)}]" + (f'.{r.choice(["value", "type", "since"])}' if r.chance(60) else "")
    if op.lower() == "remove":
        return {"op": op, "path": name, **({"value": value} if r.chance(30) else {})}
    return {"op": op, "value": {name: value}} if r.chance(30) else {"op": op, "path": name, "value": value}


def random_operation(r, unique):
    rt = TYPES["User"]
    op = r.choice(["add", "replace", "remove", "Add", "Replace", "remove"])
    if r.chance(4):
        return r.choice([{"op": "move", "path": "title"}, {"op": "add", "path": "bogus", "value": 1}, {"op": "remove"}, {"op": "add", "value": "x"},
                         {"op": "replace", "path": "id", "value": "x"}, {"op": "replace", "path": "emails[", "value": "x"}, {"op": "add", "path": "title"},
                         {"op": "replace", "path": "emails[0].value", "value": "x"}, {"op": "add", "path": "groups", "value": [{"value": "x"}]}])
    if r.lenient and r.chance(15):
        return foreign_operation(r, op)
    if r.lenient and r.chance(3):
        return {"op": op, "path": r.choice(["favouriteColor", "name.bogus", 'phoneNumbers[type eq "work"].bogus']), "value": "x"}

    def usable(a):
        return a.name not in ("groups", "password") and not is_secret(a)
    if op.lower() != "remove" and r.chance(15):
        whole = {"path": r.name(USER)} if r.lenient and r.chance(20) else {}
        value = {}
        for _ in range(r.randrange(1, 4)):
            prefix, a = r.attribute(rt, usable)
            value[prefix + a.name] = patch_value(r, a, a.multi, unique)
        if r.chance(20):
            value[T] = {a.name: patch_value(r, a, a.multi, unique) for a in rt.ext[T].values() if usable(a) and r.chance(30)}
        return {"op": op, **whole, "value": value}
    prefix, a = r.attribute(rt, usable)
    path, target, multi = prefix + r.name(a.name), a, a.multi
    if a.type == "complex" and r.chance(55 if a.multi else 25 if r.lenient else 0):
        path, multi = f"{path}[{inner(r, a, 1)}]", False
        if r.chance(65):
            target = r.choice([s for s in a.subs.values()])
            path += f".{r.name(target.name)}"
    elif a.subs and r.chance(50):
        target, multi = r.choice(list(a.subs.values())), False
        path += f".{r.name(target.name)}"
    out = {"op": op, "path": path}
    if op.lower() != "remove" or (a.multi and r.chance(20)):
        out["value"] = patch_value(r, target, multi, unique)
    return out
