"""Attributes and types of resources."""
import json
import os
import re

HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "spec")
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class ScimError(Exception):
    def __init__(self, scim_type, detail="", status=400):
        super().__init__(f"{status} {scim_type}: {detail}")
        self.scim_type, self.detail, self.status = scim_type, detail, status


NAME = r"[A-Za-z$][A-Za-z0-9_$-]*"


class Attr:
    def __init__(self, d, parent=None):
        self.name, self.type = d["name"], d["type"]
        self.multi = d.get("multiValued", False)
        self.required = d.get("required", False)
        self.ce = d.get("caseExact", False) or self.type in ("reference", "binary")
        self.mut = d.get("mutability", "readWrite")
        self.ret = d.get("returned", "default")
        self.uniq = d.get("uniqueness", "none")
        self.canon = [c.casefold() for c in d.get("canonicalValues", [])]
        self.parent = parent
        self.subs = {s["name"].lower(): Attr(s, self) for s in d.get("subAttributes", [])}

    def sub(self, name):
        return self.subs.get(name.lower())


class AnyAttr(Attr):
    """An attribute of an extension that nobody registered: whatever JSON is there."""

    def __init__(self, name, parent=None):
        super().__init__({"name": name, "type": "any", "multiValued": parent is None}, parent)

    def sub(self, name):
        return AnyAttr(name, self) if re.fullmatch(NAME, name) else None


class ResourceType:
    """schemas: base first, then extensions, each a Schema resource (dict)."""

    def __init__(self, name, base, exts=()):
        common = json.load(open(os.path.join(HERE, "common.json")))["attributes"]
        self.name, self.base = name, base["id"]
        self.common = {d["name"].lower(): Attr(d) for d in common}
        self.core = {d["name"].lower(): Attr(d) for d in base["attributes"]}
        self.ext = {s["id"]: {d["name"].lower(): Attr(d) for d in s["attributes"]} for s in exts}

    def ext_urn(self, text):
        return next((u for u in self.ext if u.lower() == text.lower()), None)

    def foreign(self, text):
        """Whether it begins with a URN that nobody registered."""
        known = [self.base, *self.ext]
        return text.lower().startswith("urn:") and len(text) > 4 and not any(
            text.lower() == u.lower() or text.lower().startswith((u.lower() + ":", u.lower() + ".")) for u in known)

    def lookup_foreign(self, text):
        """URN:NAME[.SUB] -> as lookup(), None if there is no name; the URN goes to the last colon."""
        if not self.foreign(text) or text.count(":") < 3:
            return None
        urn, name = text.rsplit(":", 1)
        if not re.fullmatch(rf"{NAME}(\.{NAME})?", name):
            return None
        a = AnyAttr(name.split(".")[0])
        return urn.lower(), a, a.sub(name.split(".")[1]) if "." in name else None

    def lookup(self, text):
        """attrPath text -> (extension urn or None, Attr, sub Attr or None), or None if unknown."""
        urn, rest = None, text
        for u in [self.base] + list(self.ext):
            if text.lower().startswith(u.lower() + ":"):
                urn, rest = u, text[len(u) + 1:]
                break
        parts = rest.split(".")
        if len(parts) > 2 or not all(re.fullmatch(r"[A-Za-z$][A-Za-z0-9_$-]*", p) for p in parts):
            return None
        n = parts[0].lower()
        if urn is None:
            if n in self.common:
                e, a = None, self.common[n]
            elif n in self.core:
                e, a = None, self.core[n]
            else:  # reading R-08: unqualified name of exactly one extension
                hits = [u for u in self.ext if n in self.ext[u]]
                if len(hits) != 1:
                    return None
                e, a = hits[0], self.ext[hits[0]][n]
        elif urn == self.base:
            a, e = self.core.get(n) or self.common.get(n), None
        else:
            a, e = self.ext[urn].get(n), urn
        if a is None:
            return None
        s = None
        if len(parts) == 2:
            s = a.sub(parts[1])
            if s is None:
                return None
        return e, a, s


def load_types(extra_user_exts=()):
    byid = {s["id"]: s for s in json.load(open(os.path.join(HERE, "schemas.json")))["Resources"]}
    return {"User": ResourceType("User", byid[CORE_USER], [byid[ENT]] + list(extra_user_exts)),
            "Group": ResourceType("Group", byid[CORE_GROUP])}
