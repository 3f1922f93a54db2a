"""PATCH: its operations one after the other, all or none."""
import copy

from .changes import Changes
from .foreign import Foreign
from .literals import assigned, get_ci, prep
from .matching import ev
from .paths import Fixed, Target, Unknown, parse_path
from .schemas import ScimError
from .values import single, unpack

PATCHOP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Patcher(Changes, Foreign):
    """A copy of a resource, and what operations make of it."""

    def __init__(self, rt, resource, lenient=False):
        self.rt, self.lenient = rt, lenient
        self.r = copy.deepcopy(resource)

    # -- storage
    def box(self, ext, make=False):
        if ext is None:
            return self.r
        if make and ext not in self.r:
            self.r[ext] = {}
        return self.r.get(ext, {})

    def get(self, t):
        return self.box(t.ext).get(t.attr.name)

    def put(self, t, v):
        a = t.attr
        if v is None or v == [] or v == {}:
            if a.required and a.name in self.box(t.ext):
                raise Fixed(f"{a.name} is required")
            if a.required:
                raise ScimError("invalidValue", f"{a.name} is required")
            had = self.box(t.ext).pop(a.name, None) is not None
            if t.ext and had and not self.r.get(t.ext):
                self.drop_ext(t.ext)
            return
        self.box(t.ext, True)[a.name] = v
        if t.ext:
            self.add_urn(t.ext)

    def add_urn(self, u):
        if u not in self.r.setdefault("schemas", []):
            self.r["schemas"].append(u)

    def drop_ext(self, u):
        self.r.pop(u, None)
        self.r["schemas"] = [x for x in self.r.get("schemas", []) if x.lower() != u.lower()]

    # -- one operation
    def op(self, o):
        if not isinstance(o, dict):
            raise ScimError("invalidSyntax", "operation is not an object")
        name = get_ci(o, "op")
        if not isinstance(name, str) or name.lower() not in ("add", "remove", "replace"):
            raise ScimError("invalidSyntax", "bad op")
        name = name.lower()
        path = get_ci(o, "path")
        blank = self.lenient and isinstance(path, str) and not path.strip(" ") and isinstance(get_ci(o, "value"), dict)
        has_path = path is not None and not blank
        has_val = any(k.lower() == "value" for k in o)
        val = get_ci(o, "value")
        self.in_text = False
        if not has_path:
            if name == "remove":
                raise ScimError("noTarget", "remove needs a path")
            val = unpack(val, self.lenient)
            if not isinstance(val, dict):
                raise ScimError("invalidValue", "value must be an object")
            self.no_path(name, val)
            return
        if self.lenient and name != "remove" and isinstance(path, str) and path.strip(" ").lower() == self.rt.base.lower():
            val = unpack(val, self.lenient)
            if not isinstance(val, dict):
                raise ScimError("invalidValue", "value must be an object")
            return self.no_path(name, val)
        t = parse_path(path, self.rt, self.lenient)
        if name != "remove" and not has_val:
            raise ScimError("invalidValue", "value missing")
        self.run(name, t, val, has_val)

    def no_path(self, name, val, ext=None):
        for k, v in val.items():
            self.part(lambda: self.member(name, k, v, ext))

    def part(self, do):
        """One part of a request: with `go_on` it is left out if it fails, and undone."""
        before = copy.deepcopy(self.r)
        try:
            do()
        except ScimError as e:
            if not self.go_on or not (self.lenient or isinstance(e, Fixed)):
                raise
            self.r = before
            self.failed = self.failed or e

    go_on, failed = False, None

    def member(self, name, k, v, ext):
        for _ in (1,):
            if ext is None and self.rt.ext_urn(k):
                u = self.rt.ext_urn(k)
                v = unpack(v, self.lenient)
                if v is None:
                    self.drop_ext(u) if u in self.r else None
                elif isinstance(v, dict):
                    self.no_path(name, v, u)
                else:
                    raise ScimError("invalidValue", "extension needs an object")
                continue
            if ext is None and k.lower() == "schemas":
                continue
            try:
                t = parse_path((ext + ":" if ext else "") + k, self.rt, self.lenient)
                if t.attr is None and not t.foreign:
                    continue
            except ScimError:
                if "[" in k:
                    raise
                continue  # unknown attributes inside a value object are ignored
            if not t.foreign and (t.attr.mut == "readOnly" or (t.sub is not None and t.sub.mut == "readOnly")):
                continue  # readOnly inside a value object is ignored
            self.run(name, t, v, True)

    def run(self, name, t, val, has_val):
        if t.foreign:
            return self.run_foreign(name, t, val)
        if t.attr is not None:
            val = single(t.sub or t.attr, val, self.lenient)
        if t.attr is not None and t.flt is not None and not t.attr.multi:
            now = self.get(t)
            if now is None or not ev(t.flt, now, t.attr):
                return self.writable(t)
            t = Target(t.ext, t.attr, None, t.sub)
        if t.attr is None:  # path is an extension URN
            if name == "remove":
                if t.ext in self.r:
                    self.drop_ext(t.ext)
            elif not isinstance(unpack(val, self.lenient), dict):
                raise ScimError("invalidValue", "extension needs an object")
            else:
                self.no_path(name, unpack(val, self.lenient), t.ext)
            return
        if t.attr.name == "schemas":
            return self.schemas_op(name, t, val)
        self.writable(t)
        getattr(self, "do_" + name)(t, val, has_val)

    def schemas_op(self, name, t, val):
        cur = list(self.r.get("schemas", []))
        vals = [] if val is None else (val if isinstance(val, list) else [val])
        if name == "remove":
            gone = [u for u in cur if t.flt is None or ev(t.flt, u, t.attr)] if val is None or t.flt else \
                   [u for u in cur if u.lower() in [str(x).lower() for x in vals]]
            new = [u for u in cur if u not in gone]
        else:
            ok = []
            for u in vals:
                c = self.rt.base if isinstance(u, str) and u.lower() == self.rt.base.lower() else \
                    (self.rt.ext_urn(u) if isinstance(u, str) else None)
                if c is None and self.lenient and isinstance(u, str) and self.rt.foreign(u):
                    c = next((k for k in cur if k.lower() == u.lower()), u)
                if c is None:
                    raise ScimError("invalidValue", "schema not known for this resource type")
                ok.append(c)
            new = (cur if name == "add" else []) + [u for u in ok if name == "replace" or u not in cur]
        if self.rt.base not in new:
            raise ScimError("invalidValue", "base schema cannot be removed")
        for u in cur:
            if u not in new:
                self.r.pop(u, None)
        self.r["schemas"] = list(dict.fromkeys(new))


def attempt(rt, resource, ops, lenient, go_on):
    """The operations in order: the Patcher, whose .failed is the first failure. go_on leaves out what fails."""
    p = Patcher(rt, resource, lenient)
    p.go_on = go_on
    unknown = []
    for o in ops:
        try:
            p.part(lambda: p.op(copy.deepcopy(o)))
        except Unknown as e:
            if not lenient:
                raise
            unknown.append(e)
        if isinstance(p.failed, Unknown) and lenient:
            unknown.append(p.failed)
            p.failed = None
    if ops and len(unknown) == len(ops):
        p.failed = p.failed or unknown[0]
        if not go_on:
            raise unknown[0]
    return p


def patch(rt, resource, body, others=(), lenient=False):
    """Returns the changed resource or raises ScimError; the input is never touched (atomic)."""
    if not isinstance(body, dict):
        raise ScimError("invalidSyntax", "object expected")
    sch = get_ci(body, "schemas")
    names = [str(x).lower() for x in sch] if isinstance(sch, list) else []
    nearly = lenient and (sch is None or sch == [] or any(n.endswith(":patchop") for n in names))
    if PATCHOP.lower() not in names and not nearly:
        raise ScimError("invalidSyntax", "PatchOp schema missing")
    ops = get_ci(body, "Operations")
    if not isinstance(ops, list) or (not ops and not lenient):
        raise ScimError("invalidSyntax", "Operations missing")
    for o in ops:
        if not isinstance(o, dict) or str(get_ci(o, "op")).lower() not in ("add", "remove", "replace"):
            raise ScimError("invalidSyntax", "no operation")
    try:
        p = attempt(rt, resource, ops, lenient, False)
    except ScimError as first:
        if rt.name != "User":
            raise
        try:
            p = attempt(rt, resource, ops, lenient, True)
        except ScimError:
            raise first from None  # the first failure is the answer
        left = p.r.get("active", False if lenient and resource.get("active") is False else None)
        if left is not False:  # no leaver is refused, but everybody else
            raise
    if lenient and resource.get("active") is False:
        p.r.setdefault("active", False)
    foreign = [k for k, v in p.r.items() if rt.foreign(k) and assigned(v)]
    p.r["schemas"] = [rt.base] + [e for e in rt.ext if assigned(p.r.get(e))] + foreign  # shown when there is data
    a = rt.core.get("username")
    if a is not None and p.r.get("userName") is not None:
        for x in others:
            if x.get("id") != p.r.get("id") and prep(a, x["userName"]) == prep(a, p.r["userName"]):
                raise ScimError("uniqueness", "userName taken", 409)
    return p.r
