"""Filters for filter_sql_db.py: made of what resources have, and those that must find their rows by an index."""
import itertools
import json


def literals_of(attr, values):
    """Texts that stand for a value of the attribute: those of the corpus, and others near them."""
    kind = attr["type"]
    if kind == "boolean":
        return ["true", "false", '"True"']
    if kind in ("integer", "decimal"):
        return sorted({json.dumps(v) for v in values}) + ["0", "7.5", "1e2", "-0", "9007199254740993"]
    if kind == "dateTime":
        return [json.dumps(v) for v in values[:4]] + ['"2024-03-01T12:30:00.4999999Z"', '"2024-03-01T12:30:00.5000001Z"',
                                                      '"2024-01-01T02:00:00+02:00"', '"0001-01-01T00:00:00Z"',
                                                      '"9999-12-31T23:59:59.999999999Z"']
    texts = list(dict.fromkeys(v for v in values if isinstance(v, str)))[:5]
    texts += [t.upper() for t in texts[:2]] + [t[:3] for t in texts[:2]] + [t[-3:] for t in texts[:2]]
    return [json.dumps(t, ensure_ascii=False) for t in [*texts, "", "%", "x'; --", "\u00e9", "\uff21"]]


OPERATORS = {"string": "eq ne co sw ew gt ge lt le", "reference": "eq ne co sw ew gt ge lt le", "boolean": "eq ne", "binary": "eq ne",
             "integer": "eq ne gt ge lt le", "decimal": "eq ne gt ge lt le", "dateTime": "eq ne gt ge lt le"}


def comparisons(name, attr, values):
    yield f"{name} pr"
    yield f"{name} eq null"
    yield f"{name} ne null"
    for op, literal in itertools.product(OPERATORS.get(attr["type"], "").split(), literals_of(attr, values)):
        yield f"{name} {op} {literal}"


def values_at(resources, urn, name, sub):
    """All single values at a place of the corpus."""
    out = []
    for resource in resources:
        value = resource.get(urn, {}).get(name) if urn else resource.get(name)
        for one in value if isinstance(value, list) else [value]:
            one = one.get(sub) if sub and isinstance(one, dict) else one
            if one not in (None, "", []) and not isinstance(one, (dict, list)):
                out.append(one)
    return out


def generated(resources, schemas, choice):
    """Every operator on every attribute; the same in brackets and negated; random combinations of them."""
    plain, bracketed = [], []
    for urn, attrs in schemas:
        for attr in attrs:
            if attr["name"] == "password" or attr.get("returned") == "never":
                continue
            name = f"{urn}:{attr['name']}" if urn else attr["name"]
            if attr["type"] != "complex":
                values = values_at(resources, urn, attr["name"], None)
                plain += comparisons(name, attr, values)
                if attr.get("multiValued"):
                    bracketed += [f"{name}[{c}]" for c in comparisons("value", attr, values)]
                continue
            plain += [f"{name} pr", f"{name} eq null", f"{name} ne null"]
            inner = []
            for sub in attr["subAttributes"]:
                values = values_at(resources, urn, attr["name"], sub["name"])
                plain += comparisons(f"{name}.{sub['name']}", sub, values)
                inner += comparisons(sub["name"], sub, values)
            bracketed += [f"{name}[{c}]" for c in inner]
            bracketed += [f"{name}[not ({choice.choice(inner)}) and {choice.choice(inner)}]" for _ in range(12)]
            bracketed += [f"{name}[{choice.choice(inner)} or {choice.choice(inner)}]" for _ in range(12)]
            bracketed += [f"{name}[{choice.choice(inner)}].{choice.choice(inner)}" for _ in range(12)]
    atoms = plain + bracketed
    yield from atoms
    for atom in choice.sample(atoms, min(len(atoms), 600)):
        yield f"not ({atom})"
    for _ in range(800):
        a, b, c = choice.sample(atoms, 3)
        yield choice.choice([f"{a} and {b}", f"{a} or {b}", f"not ({a} and {b}) or {c}", f"not ({a} or not ({b})) and {c}"])


# Filters that must find their rows by an index, also under row-level security, and what its condition has to name.
INDEXED_USERS = [
    ('userName eq "bob"', "user_name_key ="), ('userName sw "b"', "user_name_key >="), ('externalId eq "HR-1001"', "external_id ="),
    ('externalId sw "HR"', "external_id >="), ('id eq "0a000000-0000-4000-8000-000000000001"', "id ="),
    ('emails.value eq "bob@example.com"', "value_key ="), ('emails eq "bob@example.com"', "value_key ="),
    ('emails.value sw "bob@"', "value_key >="), ('emails sw "bob@"', "value_key >="),
    ('emails[type eq "work" and value eq "bob@example.com"]', "value_key ="),
    ('emails[type eq "work"].value eq "bob@example.com"', "value_key ="),
    ('emails[type eq "work"].value sw "bob@"', "value_key >="),
    ('meta.created gt "2024-01-01T00:00:00Z"', "created_at >"), ('meta.created eq "2024-01-01T00:00:00Z"', "created_at ="),
    ('meta.lastModified ge "2024-01-01T00:00:00Z"', "modified_at >="), ('meta.lastModified lt "2020-01-02T00:00:00Z"', "modified_at <"),
    ('meta.lastModified gt "2024-01-01T00:00:00.0000001Z"', "modified_at >"),
    ('meta.lastModified le "2020-01-02T00:00:00Z"', "modified_at <="),
    ('title pr and meta.lastModified ge "2024-01-01T00:00:00Z" and not (meta.lastModified gt "2024-02-01T00:00:00Z")', "modified_at >="),
    ('meta.lastModified ge "2026-01-01T00:00:00Z" or userName eq "bob"', "modified_at >="),
    ('meta.lastModified ge "2024-01-01T00:00:00Z" and userName eq "bob"', "user_name_key ="),
    ('displayName eq "Bob"', "display_name_key ="), ('displayName sw "Bo"', "display_name_key >="),
    ('userName eq "bob" or emails.value eq "bob@example.com"', "user_name_key ="),
    ('userName eq "bob" or displayName eq "Bob"', "display_name_key ="), ('displayName eq "Bob" or displayName eq "Rob"', "display_name_key ="),
    ('userName eq "bob" or displayName sw "Bo"', "user_name_key ="),
    ('emails.value eq "bob@example.com" or externalId eq "HR-1001" or id eq "0a000000-0000-4000-8000-000000000001"', "value_key ="),
    ('title pr and (emails.value eq "bob@example.com" or displayName eq "Bob" and active eq true)', "display_name_key ="),
    ('userName eq "bob" and active eq true', "user_name_key ="), ('title pr and externalId eq "HR-1001"', "external_id ="),
]
INDEXED_GROUPS = [
    ('displayName eq "Tour Guides"', "display_name_key ="), ('displayName sw "Tour"', "display_name_key >="),
    ('displayName sw "Tour \u00c9"', "display_name_key >="), ('externalId eq "grp-0"', "external_id ="),
    ('id eq "0b000000-0000-4000-8000-000000000001"', "id ="),
    ('members.value eq "0a000000-0000-4000-8000-000000000000"', "user_id ="),
    ('members eq "0a000000-0000-4000-8000-000000000000"', "user_id ="),
    ('members[value eq "0a000000-0000-4000-8000-000000000000" and type eq "User"]', "user_id ="),
    ('members eq "0b000000-0000-4000-8000-000000000000"', "child_id ="),
    ('meta.created ge "2024-01-01T00:00:00Z"', "created_at >="),
    ('displayName eq "Empty" and externalId pr', "display_name_key ="),
    ('displayName eq "Empty" or displayName eq "Tour Guides"', "display_name_key ="),
    ('displayName eq "Empty" or externalId eq "grp-0"', "external_id ="),
    ('displayName eq "Empty" or members.value eq "0a000000-0000-4000-8000-000000000000"', "user_id ="),
]
