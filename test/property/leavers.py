"""Requests that end somebody's access, made at random: by method, shape, dialect and what else they carry."""
import json
import time

from helpers import BULK, ENTERPRISE, PATCH_OP, USER, made, op, unique

HEX = "1f2e3d4c5b6a79880011223344556677"
BADGE = "urn:example:params:scim:schemas:badge:2.0:User"
SCHEMA = {"id": BADGE, "name": "Badge", "attributes": [
    {"name": "number", "type": "string", "uniqueness": "server"}, {"name": "fixed", "type": "string", "mutability": "immutable"},
    {"name": "site", "type": "string", "required": True}, {"name": "level", "type": "integer"}]}
LONG = "x" * 1500


class Kind:
    """Something beside the end of access that is refused by itself. `field`: the attribute for PUT and path-less values; `malformed`: strict
    refuses the whole; `held`: it is left out and told, else it is stored; `needs`: where that is so."""

    def __init__(self, name, part, field=None, malformed=True, held=True, needs=lambda t, u: True):
        self.name, self.part, self.field, self.malformed, self.held, self.needs = name, part, field, malformed, held, needs


def immutable(t, u):
    return t.identity == "immutable" and u["active"]


def identifies(t, _):
    return t.linking != "never"


def extended(t, _):
    return t.extended


KINDS = [
    Kind("another userName", lambda t, u: op("replace", "userName", f"n{u['n']}@new.example"), "userName", False, False, immutable),
    Kind("a tombstone", lambda t, u: op("replace", "userName", HEX + u["name"]), "userName", False, False, immutable),
    Kind("another email", lambda t, u: op("replace", "emails", [{"value": f"m{u['n']}@new.example", "type": "work"}]), "emails", False, False,
         immutable),
    Kind("another work email", lambda t, u: op("replace", 'emails[type eq "work"].value', f"m{u['n']}@new.example"), None, False, False, immutable),
    Kind("an email of somebody else", lambda t, u: op("replace", "emails", [{"value": t.taken, "type": "work"}]), "emails", False, False, immutable),
    Kind("an email that is none", lambda t, u: op("replace", "emails", [{"value": "nobody", "type": "work"}]), "emails", False, False,
         lambda t, u: immutable(t, u) and t.email == "required"),
    Kind("the userName of somebody else", lambda t, u: op("replace", "userName", t.taken.upper()), "userName", False),
    Kind("the externalId of somebody else", lambda t, u: op("replace", "externalId", "x-taken"), "externalId", False, True, identifies),
    Kind("a unique value of somebody else", lambda t, u: op("replace", f"{BADGE}:number", "taken"), None, False, True, extended),
    Kind("a fixed value", lambda t, u: op("replace", f"{BADGE}:fixed", "other"), None, False, True, extended),
    Kind("a required value taken away", lambda t, u: op("remove", f"{BADGE}:site"), None, False, True, extended),
    Kind("a number that is none", lambda t, u: op("replace", f"{BADGE}:level", "many"), None, True, True, extended),
    Kind("no userName", lambda t, u: op("remove", "userName"), None, False),
    Kind("a blank userName", lambda t, u: op("replace", "userName", " \t"), "userName"),
    Kind("a userName with a control character", lambda t, u: op("replace", "userName", "a\u0007b"), "userName"),
    Kind("a userName too long", lambda t, u: op("replace", "userName", LONG), "userName"),
    Kind("an externalId too long", lambda t, u: op("replace", "externalId", LONG), "externalId"),
    Kind("an unknown path", lambda t, u: op("replace", "favouriteColor", "red")),
    Kind("an unknown part", lambda t, u: op("add", "name.pronouns", "they")),
    Kind("a malformed path", lambda t, u: op("replace", "emails[type eq", "x")),
    Kind("a malformed filter", lambda t, u: op("replace", "emails[type is 1].value", "x")),
    Kind("no target", lambda t, u: op("replace", 'emails[value eq "nobody@x.example"]', {"value": "x@x.example"})),
    Kind("a readOnly path", lambda t, u: op("replace", "meta.created", "2020-01-01T00:00:00Z")),
    Kind("another id", lambda t, u: op("replace", "id", "x")),
    Kind("a name that is a number", lambda t, u: op("replace", "name", 5), "name"),
    Kind("a boolean that is none", lambda t, u: op("add", "emails", [{"value": "e@x.example", "primary": "perhaps"}]), None),
    Kind("an address that is a text", lambda t, u: op("replace", "addresses", ["Main Street"]), "addresses"),
    Kind("a certificate that is no base64", lambda t, u: op("add", "x509Certificates", [{"value": "%%%"}]), "x509Certificates"),
    Kind("an extension that is a text", lambda t, u: op("replace", ENTERPRISE, "Sales"), ENTERPRISE),
    Kind("a path that is a number", lambda t, u: {"op": "replace", "path": 7, "value": "x"}),
    Kind("remove without a path", lambda t, u: op("remove")),
    Kind("no value", lambda t, u: op("add", "title")),
    Kind("a path-less text", lambda t, u: op("replace", None, "gone")),
]
NOBODY = "bulkId:nobody"
REFERENCES = [  # in Bulk
    Kind("a text that refers to nobody", lambda t, u: op("replace", "locale", NOBODY), "locale"),
    Kind("a list that refers to nobody", lambda t, u: op("add", "ims", [{"value": NOBODY, "type": "work"}]), "ims"),
    Kind("nobody as a manager", lambda t, u: op("replace", f"{ENTERPRISE}:manager", {"value": NOBODY}), f"{ENTERPRISE}:manager"),
    Kind("nobody in a path", lambda t, u: op("replace", f'ims[value eq "{NOBODY}"].display', "x")),
]
BENIGN = [lambda r: op("replace", "displayName", unique("d")), lambda r: op("add", "title", "Gone"), lambda r: op("replace", "name.givenName", "Ada"),
          lambda r: op("Add", 'phoneNumbers[type eq "work"].value', "555"), lambda r: op("Add", f"{ENTERPRISE}:department", "Alumni"),
          lambda r: op("replace", value={"nickName": "Gone", "favouriteColor": "red"}), lambda r: op("remove", "title"),
          lambda r: op("replace", value={"name.familyName": "Moss", f"{ENTERPRISE}:costCenter": "7"}), lambda r: op("replace", "password", "secret"),
          lambda r: op("remove", f"{ENTERPRISE}:manager"), lambda r: op("remove", "emails"), lambda r: op("replace", "active", True)]


def switched_off(r, t):
    """An operation that ends the access, as Entra (flagged and not), Okta, OneLogin and others spell it."""
    if t.mapped and r.random() < 0.3:
        return op("replace", "userType", "gone")
    value = r.choice([False, False, "False", "false", "FALSE"])
    forms = [lambda: op("replace", "active", value), lambda: op("Replace", "active", value), lambda: op("Add", "active", value),
             lambda: op("replace", value={"active": value}), lambda: {"op": "REPLACE", "value": {"Active": value}},
             lambda: op("add", value={"active": value, "displayName": "Gone"}), lambda: op("replace", f"{USER}:active", value),
             lambda: op("replace", value={f"{USER}:active": value}), lambda: {"op": "replace", "Path": "active", "Value": value}]
    if t.dialect == "lenient":
        forms += [lambda: op("Replace", "active", [{"$ref": None, "value": value}]), lambda: op("replace", "active", {"value": value}),
                  lambda: op("replace", USER, {"active": value}), lambda: op("add", f"{USER}.active", [value]),
                  lambda: op("replace", "active.value", value), lambda: op("replace", "", {"active": value}),
                  lambda: op("replace", value=json.dumps({"active": value}))]
    return r.choice(forms)()


def patch(r, t, u, kinds):
    """Parts in any order; references may share the path-less value that ends the access, which is the last word on `active`."""
    off = switched_off(r, t)
    shared = [k for k in kinds if k in REFERENCES and k.field and off.get("path") in (None, "", USER) and isinstance(off.get("value"), dict)
              and r.random() < 0.7]
    for k in shared:
        off["value"][k.field] = k.part(t, u)["value"]
    parts = [k.part(t, u) for k in kinds if k not in shared]
    about_emails = any(str(p.get("path")).startswith("emails") for p in parts)
    more = [b(r) for b in r.sample(BENIGN, r.randint(0, 3))]
    parts += [p for p in more if not (about_emails and p.get("path") == "emails")]
    r.shuffle(parts)
    on = [i for i, p in enumerate(parts) if p.get("path") == "active"]
    parts.insert(r.randint(on[-1] + 1 if on else 0, len(parts)), off)
    if t.dialect == "lenient" and r.random() < 0.1:
        return {"Operations": parts}
    return {"schemas": [PATCH_OP], "Operations": parts}


def inactive(r, t):
    """The end of access in a PUT."""
    value = r.choice([False, "False", "false"])
    forms = [{"active": value}] if t.dialect == "strict" else [
        {"active": value}, {"active": [value]}, {"active": {"value": value}}, {f"{USER}:active": value}, {f"{USER}.active": value}, {USER: {"active": value}},
        {USER: json.dumps({"active": value})}, {"active": True, f"{USER}:active": [{"value": value}]}]
    return r.choice(forms)


def put(r, t, u, kinds):
    body = {"schemas": [USER, ENTERPRISE], "userName": u["name"], "emails": [{"value": u["name"], "type": "work", "primary": True}],
            "displayName": "Gone", **inactive(r, t), "favouriteColor": "red", "groups": [], "id": u["id"],
            "name": {"givenName": "Ada", "familyName": None}, "meta": {"resourceType": "User"}, "password": "secret"}
    if u["external"]:
        body["externalId"] = u["external"]
    if t.extended:
        body[BADGE] = {"site": "A", "fixed": "f"}
    for name in r.sample(["displayName", "favouriteColor", "groups", "id", "name", "meta", "password"], 3):
        del body[name]
    for k in kinds:
        flat = t.dialect == "lenient" and ":" not in k.field and r.random() < 0.3
        body[f"{USER}:{k.field}" if flat else k.field] = k.part(t, u)["value"]
    if t.dialect == "lenient" and r.random() < 0.2:
        del body["schemas"]
    return body


def choose(r, t, u, method):
    """The other parts of the request: none in a third of the cases, and never two for the same attribute."""
    if method == "DELETE" or r.random() < 0.33:
        return []
    possible = [k for k in KINDS if k.needs(t, u) and (method != "PUT" or k.field)]
    if t.dialect == "strict" and r.random() < 0.7:
        possible = [k for k in possible if not k.malformed]
    out, seen = [], set()
    for k in r.sample(possible, min(len(possible), r.choice([1, 1, 1, 2, 3]))):
        path = k.part(t, u).get("path")
        about = (path if isinstance(path, str) else k.name).split("[")[0]
        if about not in seen:
            seen.add(about)
            out.append(k)
    return out


QUERIES = ["attributes=userName&excludedAttributes=title", "attributes=id&attributes=id", "attributes=%zz", "x=%ff&attributes=id"]


def told_of(method, path, body):
    """The reported faults beside the data: of an unreadable query always, of its contents only if they are read; of an operation in Bulk."""
    item = body["Operations"][0] if method == "BULK" else {}
    query = "%" in path or "?" in item.get("path", "") or ("?" in path and method in ("PATCH", "PUT"))
    names = {"query": query, "version": not isinstance(item.get("version", ""), str), "bulkId": len(str(item.get("bulkId", ""))) > 1024}
    return [name for name in names if names[name]]


ODD = [{"version": 1}, {"version": {}}, {"version": [NOBODY]}, {"bulkId": LONG}, {"bulkId": 7}, {"bulkId": None}, {"tail": "/"}, {"tail": "?x=1"},
       {"comment": {"value": NOBODY}}]
DATA = [{"active": NOBODY}, [NOBODY], "x", 5, {"schemas": [PATCH_OP], "Operations": []}]


def item(r, method, path, body):
    """An operation of Bulk, and what may stand beside its data."""
    odd = r.choice(ODD) if r.random() < 0.5 else {}
    data = {"data": body} if body else {"data": r.choice(DATA)} if r.random() < 0.5 else {}
    return {"method": method, "path": path + odd.get("tail", ""), **data, **{k: v for k, v in odd.items() if k != "tail"}}


def request(r, t, u):
    """(method, path, body, kinds)"""
    method, path, body, kinds = plain_request(r, t, u)
    return method, path + (f"?{r.choice(QUERIES)}" if r.random() < 0.1 else ""), body, kinds


def plain_request(r, t, u):
    method = r.choice(["PATCH"] * 5 + ["PUT"] * 3 + ["DELETE"])
    kinds, bulk = choose(r, t, u, method), r.random() < 0.25
    if bulk and method != "DELETE" and r.random() < (0.5 if t.dialect == "lenient" else 0.1):
        kinds = kinds + [r.choice([k for k in REFERENCES if k.field or method == "PATCH"])]
    body = None if method == "DELETE" else (patch if method == "PATCH" else put)(r, t, u, kinds)
    path = f"/Users/{u['id']}"
    if bulk:
        return "BULK", "/Bulk", {"schemas": [BULK], "Operations": [item(r, method, path, body)]}, kinds
    return method, path, body, kinds


def patient(client, method, path, body):
    """The answer, asked for again while the organization has its share of the service: that is 429, and no word about the request."""
    for _ in range(200):
        answer = client.request(method, path, body)
        if answer.status != 429:
            break
        time.sleep(0.02)
    return answer


def make_users(t, specs):
    """Users by Bulk, fifty at a time; their ids."""
    out = []
    for i in range(0, len(specs), 50):
        items = [{"method": "POST", "path": "/Users", "bulkId": str(n), "data": body} for n, body in enumerate(specs[i:i + 50])]
        answer = made(patient(t.client, "POST", "/Bulk", {"schemas": [BULK], "Operations": items}), 200)
        out += [o["location"].rsplit("/", 1)[1] if o["status"] == "201" else o for o in answer["Operations"]]
    assert all(isinstance(x, str) for x in out), out
    return out
