#!/usr/bin/env python3
"""A second, plain evaluator of SCIM filters and PATCH (RFC 7643/7644 with the
readings that doc/protocol.md names), written apart from the C code. It favours
plainness over speed; test/differential.py compares the server with it."""
import base64
import copy
import json
import os
import re
import unicodedata
from datetime import datetime, timedelta

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "spec")
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCHOP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class ScimError(Exception):
    def __init__(self, scim_type, detail="", status=400):
        super().__init__(f"{status} {scim_type}: {detail}")
        self.scim_type, self.detail, self.status = scim_type, detail, status


NAME = r"[A-Za-z$][A-Za-z0-9_$-]*"


# ---------------------------------------------------------------- schemas
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


# ---------------------------------------------------------------- values
DT = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?")


def parse_dt(s):
    """xsd:dateTime -> comparable (datetime, fraction string); None if invalid. No zone counts as UTC."""
    m = DT.fullmatch(s) if isinstance(s, str) else None
    if not m:
        return None
    y, mo, d, h, mi, se, frac, z = m.groups()
    try:
        t = datetime(int(y), int(mo), int(d), 0, 0, 0)
        hh = int(h)
        if int(mi) > 59 or int(se) > 59 or hh > 24 or (hh == 24 and (int(mi) or int(se) or int(frac or 0))):
            return None
        t += timedelta(hours=hh, minutes=int(mi), seconds=int(se))
        if z and z != "Z":
            if int(z[1:3]) > 14 or int(z[4:6]) > 59:
                return None
            off = timedelta(hours=int(z[1:3]), minutes=int(z[4:6]))
            t = t - off if z[0] == "+" else t + off
    except (ValueError, OverflowError):
        return None
    return t, (frac or "").rstrip("0")


def _narrow(ch):
    d = unicodedata.decomposition(ch)
    return unicodedata.normalize("NFKC", ch) if d.startswith(("<wide>", "<narrow>")) else ch


def prep(attr, s):
    """String as compared: userName by PRECIS UsernameCaseMapped mapping, others NFC, folded unless caseExact."""
    if attr.name == "userName":
        return unicodedata.normalize("NFC", "".join(_narrow(c) for c in s).lower())
    s = unicodedata.normalize("NFC", s)
    return s if attr.ce else unicodedata.normalize("NFC", s.casefold())


def assigned(v):
    """Has a value in the sense of 'pr' (empty string counts as no value: reading R-05)."""
    if v is None or v == "" or v == [] or v == {}:
        return False
    if isinstance(v, dict):
        return any(assigned(x) for x in v.values())
    if isinstance(v, list):
        return any(assigned(x) for x in v)
    return True


def get_ci(d, name):
    if not isinstance(d, dict):
        return None
    n = name.lower()
    return next((v for k, v in d.items() if k.lower() == n), None)


# ---------------------------------------------------------------- filter: lexer and parser
TOK = re.compile(r'''(?P<sp>[ ]+)|(?P<str>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")
  |(?P<num>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[ \)\]]|$))|(?P<p>[()\[\]])|(?P<word>[^\s()\[\]"\\\x00-\x1f]+)''', re.X)
OPS = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"}


def lenient_literal(text, i):
    """A literal without double quotes and where it ends: '...' up to an apostrophe that a space, ), ] or the end follows, else a word."""
    if text[i] == "'":
        m = re.compile(r"'(?=[ )\]]|$)").search(text, i + 1)
        if m:
            return ("single", text[i + 1:m.start()]), m.end()
    m = re.compile(r"[^ )\]]+").match(text, i)
    return (("bare", m.group()), m.end()) if m else (None, i)


def lex(text, lenient=False):
    i, out = 0, []
    while i < len(text):
        if lenient and len(out) > 1 and out[-1][0] == "sp" and out[-2][0] == "word" and out[-2][1].lower() in OPS and text[i] not in '" ':
            token, i = lenient_literal(text, i)
            if token:
                out.append(token)
                continue
        m = TOK.match(text, i)
        if not m:
            raise ScimError("invalidFilter", f"bad character at {i}")
        k = m.lastgroup
        v = m.group()
        if k == "str":
            try:
                v = json.loads(v)
                v.encode("utf-8")
            except (ValueError, UnicodeEncodeError):
                raise ScimError("invalidFilter", "bad string literal")
        out.append((k, v))
        i = m.end()
    return out


class P:
    """Recursive descent. ctx None = whole resource; ctx Attr = inside [...] of that attribute."""

    def __init__(self, toks, rt, ctx=None, lenient=False):
        self.t, self.i, self.rt, self.ctx, self.lenient = toks, 0, rt, ctx, lenient
        self.depth = 0

    def peek(self, k=0):
        return self.t[self.i + k] if self.i + k < len(self.t) else (None, None)

    def take(self):
        x = self.peek()
        self.i += 1
        return x

    def sp(self, need=False):
        got = False
        while self.peek()[0] == "sp":
            self.i += 1
            got = True
        if need and not got:
            raise ScimError("invalidFilter", "space expected")
        return got

    def word_is(self, *w):
        k, v = self.peek()
        return k == "word" and v.lower() in w

    def logop(self, w):
        """SP and/or SP with look-ahead; 'and(' is not accepted."""
        j = self.i
        if self.peek()[0] == "sp" and self.peek(1)[0] == "word" and self.peek(1)[1].lower() == w:
            if self.peek(2)[0] != "sp":
                raise ScimError("invalidFilter", f"space expected after {w}")
            self.i += 3
            return True
        self.i = j
        return False

    def parse(self):
        self.sp()
        n = self.p_or()
        self.sp()
        if self.i != len(self.t):
            raise ScimError("invalidFilter", f"unexpected {self.peek()[1]!r}")
        return n

    def p_or(self):
        left = self.p_and()
        while self.logop("or"):
            left = ("or", left, self.p_and())
        return left

    def p_and(self):
        left = self.p_not()
        while self.logop("and"):
            left = ("and", left, self.p_not())
        return left

    def group(self):
        self.depth += 1
        if self.depth > 50:
            raise ScimError("invalidFilter", "too deep")
        self.take()
        self.sp()
        n = self.p_or()
        self.sp()
        if self.take() != ("p", ")"):
            raise ScimError("invalidFilter", ") expected")
        self.depth -= 1
        return n

    def p_not(self):
        if self.peek() == ("p", "("):
            return self.group()
        if self.word_is("not"):
            j = self.i
            self.take()
            self.sp()
            if self.peek() == ("p", "("):
                return ("not", self.group())
            self.i = j
        return self.expr()

    def attr(self, text):
        if self.ctx is not None:
            a = self.ctx
            if ":" in text or "." in text:
                raise ScimError("invalidFilter", "sub-attribute name expected")
            if a.type not in ("complex", "any"):
                if text.lower() != "value":
                    raise ScimError("invalidFilter", "only 'value' can be tested here")
                return None, a, None
            s = a.sub(text)
            if s is None:
                raise ScimError("invalidFilter", f"unknown sub-attribute {text}")
            return None, s, None
        r = self.rt.lookup(text) or (self.rt.lookup_foreign(text) if self.lenient else None)
        if r is None:
            raise ScimError("invalidFilter", f"unknown attribute {text}")
        return r

    def expr(self):
        k, text = self.take()
        if k != "word":
            raise ScimError("invalidFilter", "attribute expected")
        ext, a, s = self.attr(text)
        if self.peek() == ("p", "["):
            if self.ctx is not None:
                raise ScimError("invalidFilter", "nested value filter")
            if s is not None or (a.type != "complex" and not a.multi):
                raise ScimError("invalidFilter", "value filter on an attribute that has no parts")
            self.take()
            inner = P(self.t, self.rt, a, self.lenient)
            inner.i = self.i
            inner.sp()
            f = inner.p_or()
            inner.sp()
            self.i = inner.i
            if self.take() != ("p", "]"):
                raise ScimError("invalidFilter", "] expected")
            k, v = self.peek()
            if k == "word" and v.startswith("."):  # reading R-07: attr[f].sub op value
                self.take()
                s2 = a.sub(v[1:])
                if s2 is None:
                    raise ScimError("invalidFilter", "unknown sub-attribute")
                op, val = self.opval(s2)
                return ("vp", ext, a, ("and", f, ("cmp", None, s2, None, op, val)))
            return ("vp", ext, a, f)
        op, val = self.opval(s or a)
        tgt = s or a
        if tgt.type == "complex" and op != "pr" and not (val is None):
            s = tgt.sub("value")
        return ("cmp", ext, a, s, op, val)

    def opval(self, tgt):
        self.sp(need=True)
        k, v = self.take()
        if k != "word":
            raise ScimError("invalidFilter", "operator expected")
        op = v.lower()
        if op == "pr":
            self.check(tgt, op, None)
            return op, None
        if op not in OPS:
            raise ScimError("invalidFilter", f"unknown operator {v}")
        if self.peek()[0] != "str":  # eq"x" tolerated: the RFC's own PATCH example has it
            self.sp(need=True)
        else:
            self.sp()
        k, v = self.take()
        if k == "str":
            val = v
        elif k == "num":
            val = float(v) if re.search(r"[.eE]", v) else int(v)
        elif k == "word" and v in ("true", "false", "null"):
            val = {"true": True, "false": False, "null": None}[v]
        elif k == "single":
            val = v
        elif k == "bare":
            val = self.bare(tgt, v)
        else:
            raise ScimError("invalidFilter", "literal expected")
        return op, self.check(tgt, op, val)

    def bare(self, tgt, word):
        """An unquoted literal: text where the attribute is a string, else JSON if it is that."""
        t = (tgt.sub("value") or tgt).type if tgt.type == "complex" else tgt.type
        if t in ("string", "reference", "binary") and word != "null":
            return word
        if word in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[word]
        if re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", word):
            return float(word) if re.search(r"[.eE]", word) else int(word)
        if word[0] in "[{" and not word.endswith(("]", "}")):
            return word
        return word

    def check(self, tgt, op, val):
        """Type rules; returns the literal, maybe coerced."""

        def bad(why):
            raise ScimError("invalidFilter", why)
        for x in (tgt, tgt.parent):
            if x is not None and (x.mut == "writeOnly" or x.ret == "never"):
                bad("attribute cannot be filtered on")
        if op == "pr":
            return None
        if val is None:
            return None if op in ("eq", "ne") else bad("null needs eq or ne")
        if tgt.type == "complex":
            v = tgt.sub("value")
            if v is None:
                bad("name a sub-attribute")
            return self.check(v, op, val)
        t = tgt.type
        isnum = isinstance(val, (int, float)) and not isinstance(val, bool)
        if t == "any":
            t = "boolean" if isinstance(val, bool) else "decimal" if isnum else "string"
        if t == "boolean":
            if op not in ("eq", "ne"):
                bad("operator not for booleans")
            if isinstance(val, str) and val.lower() in ("true", "false"):
                val = val.lower() == "true"
            if not isinstance(val, bool):
                bad("boolean literal expected")
        elif t in ("integer", "decimal"):
            if op in ("co", "sw", "ew") or not isnum:
                bad("number comparison expected")
        elif t == "dateTime":
            if op in ("co", "sw", "ew"):
                bad("operator not for dateTime")
            if not isinstance(val, str) or parse_dt(val) is None:
                bad("dateTime literal expected")
        elif t == "binary":
            if op not in ("eq", "ne") or not isinstance(val, str):
                bad("operator not for binary")
        else:
            if not isinstance(val, str):
                bad("string literal expected")
        return val


def parse_filter(text, rt, lenient=False):
    if not isinstance(text, str) or not text.strip(" "):
        raise ScimError("invalidFilter", "empty filter")
    return P(lex(text, lenient), rt, None, lenient).parse()


# ---------------------------------------------------------------- filter: evaluation
def test_one(attr, op, lit, v):
    """One single (not list) value against one literal."""
    if op == "pr":
        return assigned(v)
    if lit is None:
        return assigned(v) == (op == "ne")
    if v is None or v == "":  # "" is no value
        return op == "ne"
    t = attr.type
    if t == "any":
        def kind(x):
            return "b" if isinstance(x, bool) else "n" if isinstance(x, (int, float)) else "s" if isinstance(x, str) else "?"
        if kind(v) != kind(lit):
            return op == "ne"
        t = {"b": "boolean", "n": "decimal"}.get(kind(v), "string")
    if t == "boolean" or t == "binary":
        r = (v == lit)
        return r if op == "eq" else not r
    if t in ("integer", "decimal"):
        x, y = v, lit
    elif t == "dateTime":
        x, y = parse_dt(v), parse_dt(lit)
    else:
        x, y = prep(attr, v), prep(attr, lit)
    return {"eq": lambda: x == y, "ne": lambda: x != y, "gt": lambda: x > y, "ge": lambda: x >= y,
            "lt": lambda: x < y, "le": lambda: x <= y, "co": lambda: y in x,
            "sw": lambda: x.startswith(y), "ew": lambda: x.endswith(y)}[op]()


def any_part(v, name):
    """A part of a value without schema; `value` of what has no parts is itself."""
    if isinstance(v, dict):
        return get_ci(v, name)
    return v if name.lower() == "value" else None


def ev(n, obj, ctx=None):
    k = n[0]
    if k == "and":
        return ev(n[1], obj, ctx) and ev(n[2], obj, ctx)
    if k == "or":
        return ev(n[1], obj, ctx) or ev(n[2], obj, ctx)
    if k == "not":
        return not ev(n[1], obj, ctx)
    if k == "vp":
        _, ext, a, f = n
        v = get_ci(get_ci(obj, ext) if ext else obj, a.name)
        items = v if isinstance(v, list) else ([] if v is None else [v])
        return any(ev(f, x, a) for x in items if assigned(x))
    _, ext, a, s, op, lit = n
    if ctx is not None and ctx.type == "any":
        return test_one(a, op, lit, any_part(obj, a.name))
    if ctx is not None:  # inside brackets: obj is one value of ctx
        v = get_ci(obj, a.name) if ctx.type == "complex" else obj
        return test_one(a, op, lit, v)
    v = get_ci(get_ci(obj, ext) if ext else obj, a.name)
    if a.type == "any":
        if s is None and (op == "pr" or lit is None):
            return assigned(v) == (op != "eq")
        name = s.name if s else "value"
        return any(test_one(s or a, op, lit, any_part(x, name)) for x in (v if isinstance(v, list) else [v]))
    if s is None:
        if not a.multi:
            return test_one(a, op, lit, v)
        if op == "pr":
            return assigned(v)
        if lit is None:  # whole attribute unassigned or not
            return assigned(v) == (op == "ne")
        return any(test_one(a, op, lit, x) for x in v or [])
    if a.multi:
        return any(test_one(s, op, lit, get_ci(x, s.name)) for x in v or [])
    return test_one(s, op, lit, get_ci(v, s.name))


def matches(text, rt, resource, lenient=False):
    return ev(parse_filter(text, rt, lenient), resource)


# ---------------------------------------------------------------- PATCH
class Target:
    def __init__(self, ext, attr, flt=None, sub=None, foreign=None):
        self.ext, self.attr, self.flt, self.sub = ext, attr, flt, sub
        self.foreign = foreign  # URN[:NAME[.SUB]] under a URN that nobody registered


class Fixed(ScimError):
    """What is there cannot be changed or taken away: left out beside the end of access in both dialects."""

    def __init__(self, detail):
        super().__init__("mutability", detail)


class Unknown(ScimError):
    """A path that names, in good form, what nobody knows: lenient passes over it."""


def parse_path(path, rt, lenient=False):
    if not isinstance(path, str) or not path.strip():
        raise ScimError("invalidPath", "empty path")
    path = path.strip()
    if "[" not in path:
        u = rt.ext_urn(path)
        if u:
            return Target(u, None)
        r = rt.lookup(path)
        if r is None and lenient and path.lower().endswith(".value"):  # what wraps a single value is the value
            r = rt.lookup(path[:-len(".value")])
            a = r and (r[2] or r[1])
            r = r if a and a.type != "complex" and not a.multi else None
        if r is None and lenient and rt.foreign(path):
            return Target(None, None, foreign=path)
        if r is None:
            plain = path
            for u in [rt.base, *rt.ext]:
                if path.lower().startswith(u.lower() + ":"):
                    plain = path[len(u) + 1:]
            raise (Unknown if re.fullmatch(rf"{NAME}(\.{NAME})?", plain) else ScimError)("invalidPath", f"unknown attribute in {path!r}")
        return Target(r[0], r[1], None, r[2])
    head, rest = path.split("[", 1)
    r = rt.lookup(head)
    foreign = lenient and r is None and rt.foreign(head)
    if foreign:
        r = rt.lookup_foreign(head)
    if r is None or r[2] is not None or not (r[1].multi or (lenient and r[1].type == "complex")):
        raise ScimError("invalidPath", "a value filter needs a multi-valued attribute")
    i, q = 0, False
    operator = re.compile(r"(?i)(?<![^ (])(?:eq|ne|co|sw|ew|gt|ge|lt|le) +(?=[^ \"])")
    while i < len(rest):
        c = rest[i]
        m = operator.match(rest, i) if lenient and not q and i else None
        if m:
            i = lenient_literal(rest, m.end())[1]
            continue
        if q and c == "\\":
            i += 1
        elif c == '"':
            q = not q
        elif c == "]" and not q:
            break
        i += 1
    if i >= len(rest):
        raise ScimError("invalidPath", "] missing")
    inner, tail = rest[:i], rest[i + 1:]
    sub = None
    if tail:
        if not re.fullmatch(r"\.[A-Za-z$][A-Za-z0-9_$-]*", tail):
            raise ScimError("invalidPath", "bad text after ]")
        sub = r[1].sub(tail[1:])
        if sub is None and r[1].multi:
            raise Unknown("invalidPath", f"unknown sub-attribute {tail[1:]}")
        if sub is None:
            raise ScimError("invalidPath", f"unknown sub-attribute {tail[1:]}")
    if not inner.strip(" "):
        raise ScimError("invalidFilter", "empty value filter")
    parsed = P(lex(inner, lenient), rt, r[1], lenient).parse()
    return Target(None if foreign else r[0], r[1], parsed, sub, head if foreign else None)


UNSET = None


class Text(str):
    """Text that stood inside JSON that came as text: it is not read once more."""


def marked(v):
    if isinstance(v, str):
        return Text(v)
    if isinstance(v, list):
        return [marked(x) for x in v]
    return {k: marked(x) for k, x in v.items()} if isinstance(v, dict) else v


def unpack(v, lenient):
    """R-23: JSON as text where an object or a list is needed, one level."""
    if not lenient or not isinstance(v, str) or isinstance(v, Text) or v[:1] not in ("{", "["):
        return v

    def pairs(items):
        if len({k.lower() for k, _ in items}) != len(items):
            raise ValueError("twice")
        return dict(items)
    try:
        return marked(json.loads(v, object_pairs_hook=pairs))
    except ValueError:
        return v


def single(a, v, lenient):
    """Entra without its compliant mode wraps single values: [{"$ref": null, "value": x}]."""
    if not lenient or a.type in ("complex", "any") or a.multi:
        return v
    if isinstance(v, list) and len(v) == 1:
        v = v[0]
    for k in v if isinstance(v, dict) else ():
        if k.lower() == "value":
            return v[k]
    return v


def norm(a, v, lenient=False):
    """Check and coerce one single value of attribute a. None means unassigned."""
    v = single(a, v, lenient)
    if v is None or v == "" or (lenient and v == [] and not a.multi):
        return None
    t = a.type
    if t == "complex":
        v = unpack(v, lenient)
    if lenient and t == "string" and isinstance(v, (int, float)) and not isinstance(v, bool):
        v = json.dumps(v)

    def bad():
        raise ScimError("invalidValue", f"wrong type for {a.name}")
    if t == "complex":
        if isinstance(v, list) and len(v) == 1 and isinstance(v[0], dict) and not a.multi:
            v = v[0]  # R-23 Entra
        if isinstance(v, str):
            if a.sub("value") is None:
                bad()
            v = {"value": v}
        if not isinstance(v, dict):
            bad()
        out, seen, known = {}, set(), False
        for k, x in v.items():
            s = a.sub(k)
            known = known or s is not None
            if s is None or s.mut == "readOnly":
                continue  # unknown and readOnly parts are ignored
            if s.name in seen:
                raise ScimError("invalidSyntax", "same name twice")
            seen.add(s.name)
            out[s.name] = norm(s, x, lenient)
        if a.multi and v and not known:
            bad()
        return out
    if t == "boolean":
        if isinstance(v, str) and v.lower() in ("true", "false"):
            return v.lower() == "true"
        return v if isinstance(v, bool) else bad()
    if t == "integer":
        return v if isinstance(v, int) and not isinstance(v, bool) else bad()
    if t == "decimal":
        return v if isinstance(v, (int, float)) and not isinstance(v, bool) else bad()
    if not isinstance(v, str):
        bad()
    if t == "dateTime" and parse_dt(v) is None:
        bad()
    if t == "binary":
        try:
            base64.b64decode(v + "=" * (-len(v) % 4), validate=True)
        except ValueError:
            bad()
    return v


def clean(d):
    return {k: x for k, x in d.items() if x is not None and x != []}


def key_of(a, e):
    """Identity of one value of a multi-valued attribute, for 'already there'."""
    if a.type != "complex":
        return prep(a, e) if isinstance(e, str) else e
    if a.sub("value") is not None and e.get("value") is not None:
        v = e["value"]
        v = prep(a.sub("value"), v) if isinstance(v, str) else v
        return ("v", v) if a.name == "members" else ("v", v, (e.get("type") or "").casefold())
    return ("o", json.dumps({k: (prep(a.sub(k), x) if isinstance(x, str) and a.sub(k).type == "string" else x)
                             for k, x in e.items() if not (k == "primary" and not x)}, sort_keys=True))


KINDS = {"type", "primary", "display"}


def is_shell(a, e):
    """An element that tells its kind and nothing else."""
    return isinstance(e, dict) and any(p.name not in KINDS for p in a.subs.values()) and all(k in KINDS for k, v in e.items() if v is not None)


def names_more(a, v):
    return isinstance(v, dict) and any(a.sub(k) and a.sub(k).name not in KINDS and a.sub(k).mut != "readOnly" for k in v)


def any_key(box, name):
    return next((k for k in box if k.lower() == name.lower()), name)


def any_put(box, key, v):
    if assigned(v):
        box[key] = v
    else:
        box.pop(key, None)


def any_kept(v):
    """Without what is unassigned in it."""
    if isinstance(v, list):
        return [any_kept(x) for x in v if assigned(x)]
    return {k: any_kept(x) for k, x in v.items() if assigned(x)} if isinstance(v, dict) else v


def any_set(box, name, v, add):
    """One member of an object without schema: objects are merged, add appends to a list, nothing takes away."""
    key = any_key(box, name)
    now = box.get(key)
    if add and isinstance(now, list):
        for x in any_kept(v if isinstance(v, list) else [v] if assigned(v) else []):
            if not any(json.dumps(x) == json.dumps(y) for y in now):
                now.append(x)
        return any_put(box, key, now)
    if not isinstance(v, dict):
        return any_put(box, key, any_kept(v))
    now = now if isinstance(now, dict) else {}
    for k, x in v.items():
        any_set(now, k, x, add)
    any_put(box, key, now)


def any_says(e, x):
    """Whether an element has all that a listed value says."""
    if isinstance(e, dict) and isinstance(x, dict):
        return all(get_ci(e, k) == v for k, v in x.items() if assigned(v))
    return type(e) is type(x) and e == x


class Patcher:
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

    # -- primary and duplicates
    def settle(self, a, items, touched):
        """touched: elements this operation asserted; enforces one primary and no full duplicates."""
        if a.sub("primary") is not None:
            now = [e for i, e in enumerate(touched) if e.get("primary") is True and not any(e is t for t in touched[:i])]
            if len(now) > 1:
                raise ScimError("invalidValue", "more than one primary")
            if now:
                for e in items:
                    if e is not now[0] and e.get("primary"):
                        e["primary"] = False
        out = []
        for e in items:
            if e == {} or any(e == o for o in out):
                continue
            out.append(e)
        return out

    # -- mutability
    def writable(self, t):
        if t.attr.mut == "readOnly" or (t.sub is not None and t.sub.mut == "readOnly"):
            raise ScimError("mutability", f"{t.attr.name} is readOnly")

    def set_sub(self, e, s, v, removing=False):
        old = e.get(s.name)
        if s.mut == "immutable" and old is not None:
            if removing or v is None or (prep(s, v) if isinstance(v, str) else v) != (prep(s, old) if isinstance(old, str) else old):
                raise Fixed(f"{s.name} is immutable")
            return
        if v is None:
            e.pop(s.name, None)
        else:
            e[s.name] = v

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

    def many(self, a, val, named=False, bare=False):
        """value for a multi-valued attribute -> list of normalised elements; `named`: each has to say what to remove."""
        val = unpack(val, self.lenient)
        if self.lenient and isinstance(val, dict) and len(val) == 1 and get_ci(val, a.name) is not None and not a.sub(a.name):
            val = get_ci(val, a.name)
        if val is None or (val == "" and not named):
            return []
        if not isinstance(val, list) and not self.lenient and not bare and val != "":
            raise ScimError("invalidValue", "a list is needed")
        out = []
        for v in val if isinstance(val, list) else [val]:
            n = norm(a, v, self.lenient)
            if isinstance(n, dict):
                n = clean(n)
                if self.lenient and is_shell(a, n) and names_more(a, unpack(v, self.lenient)):
                    n = {}
                if a.name == "members" and "value" not in n:
                    ref = str(n.get("$ref", ""))
                    if "Users/" in ref or "Groups/" in ref:
                        n["value"] = ref.rsplit("/", 1)[1]
            if n is not None and n != {}:
                if a.name == "members" and "value" not in n:
                    raise ScimError("invalidValue", "a member needs a value")
                out.append(n)
            elif named or a.name == "members":
                raise ScimError("invalidValue", "nothing can be read from it")
        if self.lenient and not named:  # the first primary stays
            for e in [e for e in out if isinstance(e, dict) and e.get("primary") is True][1:]:
                e["primary"] = False
        return out

    def merge_in(self, a, items, new):
        """append new values unless already there; a same-identity value is merged."""
        touched = []
        for n in new:
            k = key_of(a, n)
            hit = next((e for e in items if key_of(a, e) == k), None)
            if hit is None:
                items.append(n)
                touched.append(n)
            elif isinstance(hit, dict):
                for s, v in n.items():
                    if s in hit and (a.sub(s).mut == "immutable" or test_one(a.sub(s), "eq", v, hit[s])):
                        continue
                    hit[s] = v
                touched.append(hit)
        return touched

    def from_filter(self, a, f):
        """conjunction of eq tests -> dict, else None."""
        if f[0] == "and":
            l, r = self.from_filter(a, f[1]), self.from_filter(a, f[2])
            return None if l is None or r is None or set(l) & set(r) else {**l, **r}
        if f[0] == "cmp" and f[4] == "eq" and f[5] is not None and a.type == "complex" and f[2].mut != "readOnly":
            return {f[2].name: f[5]}
        return None

    def one(self, a, val):
        """The value of attr[filter]: JSON as text, an array of one."""
        val = unpack(val, self.lenient)
        if isinstance(val, list) and len(val) == 1 and self.lenient:
            val = unpack(val[0], self.lenient)
        return val

    def do_add(self, t, val, has_val, replaces=False):
        a = t.attr
        if t.flt is None and t.sub is None:
            if a.multi:
                new = self.many(a, val, bare=True)
                if not new:
                    return
                items = list(self.get(t) or [])
                touched = self.merge_in(a, items, new)
                self.put(t, self.settle(a, items, touched) if a.type == "complex" else items)
            else:
                self.set_single(t, val)
            return
        if t.flt is None:
            return self.set_sub_path(t, val)
        items = list(self.get(t) or [])
        hits = [e for e in items if ev(t.flt, e, a)]
        if self.lenient and not hits and val in (None, "", []) and (t.sub is not None or replaces):
            return
        if a.type != "complex":
            raise ScimError("invalidPath", "value filter not usable here")
        if not hits:
            e = self.from_filter(a, t.flt)
            if e is None:
                raise ScimError("noTarget", "no value matches")
            if t.sub is not None:
                n = norm(t.sub, val, self.lenient)
                if n is not None:
                    e[t.sub.name] = n
            else:
                n = norm(a, self.one(a, val), self.lenient)
                if not isinstance(n, dict) or not assigned(n):
                    raise ScimError("invalidValue", "object expected")
                e.update(clean(n))
            items.append(e)
            self.put(t, self.settle(a, items, [e]))
            return
        self.touch(t, items, hits, val)

    def touch(self, t, items, hits, val):
        """merge val (object) or set one sub-attribute in every matching element."""
        a, touched = t.attr, []
        for e in hits:
            if t.sub is not None:
                n = norm(t.sub, val, self.lenient)
                self.set_sub(e, t.sub, n)
                cleared = n is None
                if t.sub.name == "primary":
                    touched.append(e)
            else:
                n = norm(a, self.one(a, val), self.lenient)
                if not isinstance(n, dict) or not assigned(self.one(a, val)):
                    raise ScimError("invalidValue", "object expected")
                for s, v in n.items():
                    self.set_sub(e, a.sub(s), v)
                cleared = None in n.values()
                if n.get("primary"):
                    touched.append(e)
            if self.lenient and cleared and is_shell(a, e):
                e.clear()
        self.put(t, self.settle(a, items, touched))

    def set_single(self, t, val):
        a = t.attr
        if a.type == "complex":
            n = norm(a, val, self.lenient)
            if n is None:
                return self.put(t, None)
            cur = dict(self.get(t) or {})
            for s, v in n.items():
                self.set_sub(cur, a.sub(s), v)
            return self.put(t, cur)
        if a.required and isinstance(val, str) and not val.strip():
            raise ScimError("invalidValue", f"{a.name} must not be empty")
        if a.mut == "immutable" and self.get(t) is not None and self.get(t) != val:
            raise Fixed(f"{a.name} is immutable")
        self.put(t, norm(a, val, self.lenient))

    def set_sub_path(self, t, val):
        a = t.attr
        if not a.multi:
            cur = dict(self.get(t) or {})
            self.set_sub(cur, t.sub, norm(t.sub, val, self.lenient))
            return self.put(t, cur)
        items = list(self.get(t) or [])
        if not items:
            raise ScimError("noTarget", "no values")
        self.touch(t, items, items, val)

    def do_replace(self, t, val, has_val):
        a = t.attr
        if t.flt is None and t.sub is None:
            if not a.multi:
                return self.set_single(t, val)
            new = [] if val is None else self.many(a, val)
            items = []
            if a.type == "complex":
                if a.sub("primary") is not None and sum(1 for e in new if e.get("primary") is True) > 1:
                    raise ScimError("invalidValue", "more than one primary")
                self.merge_in(a, items, new)
            else:
                self.merge_in(a, items, new)
            return self.put(t, items)
        if t.flt is None:
            return self.set_sub_path(t, val)
        items = list(self.get(t) or [])
        hits = [e for e in items if ev(t.flt, e, a)]
        if not hits:
            if self.lenient and (t.sub is not None or val in (None, "", [])):
                return self.do_add(t, val, has_val, True)
            raise ScimError("noTarget", "no value matches")
        if a.type != "complex":
            n = None if self.lenient and val == [] else norm(a, val, self.lenient)
            items = [n if any(e is h for h in hits) else e for e in items]
            out = []
            for e in items:
                if e is not None and key_of(a, e) not in [key_of(a, x) for x in out]:
                    out.append(e)
            return self.put(t, out)
        if t.sub is not None:
            return self.touch(t, items, hits, val)
        if val is None or (self.lenient and val in ("", [])):
            return self.put(t, [e for e in items if not any(e is h for h in hits)])
        given = self.one(a, val)
        n = norm(a, given, self.lenient)
        if self.lenient and isinstance(n, dict) and is_shell(a, clean(n)) and names_more(a, given):
            n = {}
        if not isinstance(n, dict):
            raise ScimError("invalidValue", "object expected")
        touched = []
        for i, e in enumerate(items):
            if not any(e is h for h in hits):
                continue
            new = dict(clean(n))
            for s in a.subs.values():
                if s.mut == "immutable" and e.get(s.name) is not None:
                    if s.name in new and prep(s, new[s.name]) != prep(s, e[s.name]):
                        raise Fixed(f"{s.name} is immutable")
                    new[s.name] = e[s.name]
            items[i] = new
            touched.append(new)
        uniq = []
        for e in touched:
            if not any(e == u for u in uniq):
                uniq.append(e)
        keep = []
        for e in items:
            if any(e is x for x in touched) and not any(e is u for u in uniq):
                continue
            keep.append(e)
        self.put(t, self.settle(a, keep, uniq))

    def do_remove(self, t, val, has_val):
        a = t.attr
        if t.flt is None and t.sub is None:
            if a.mut == "immutable" and self.get(t) is not None:
                raise Fixed(f"{a.name} is immutable")
            cur = self.get(t)
            gone = self.many(a, val, named=True) if a.multi and val is not None else None
            if gone == []:
                return  # a list of nobody
            if cur is None:
                if a.required:
                    raise Fixed(f"{a.name} is required")
                return
            if gone:  # R-22 Entra: only the listed values
                keep = [e for e in cur if not any(self.same(a, e, g) for g in gone)]
                return self.put(t, keep)
            return self.put(t, None)
        if t.flt is None and not a.multi:
            cur = dict(self.get(t) or {})
            self.set_sub(cur, t.sub, None, removing=True)
            return self.put(t, cur) if self.get(t) is not None else None
        cur = list(self.get(t) or [])
        hits = [e for e in cur if t.flt is None or ev(t.flt, e, a)]
        if not hits:
            return
        if t.sub is not None:
            for e in hits:
                self.set_sub(e, t.sub, None, removing=True)
                if self.lenient and is_shell(a, e):
                    e.clear()
            return self.put(t, [e for e in cur if e])
        self.put(t, [e for e in cur if not any(e is h for h in hits)])

    # -- extensions that nobody registered
    def run_foreign(self, name, t, val):
        """R-75; val is any JSON."""
        path, r = t.foreign, self.r
        stored = max((k for k in r if self.rt.foreign(k) and (path.lower() == k.lower() or path.lower().startswith(k.lower() + ":"))), key=len, default=None)
        named = self.rt.lookup_foreign(path)
        if stored:
            urn, rest = stored, path[len(stored) + 1:]
        elif named and not (name != "remove" and isinstance(val, dict) and t.flt is None and named[2] is None
                            and not re.search(r":[A-Z][^:]*:[a-z][^:]*$", path)):
            urn, rest = path.rsplit(":", 1)
        else:
            urn, rest = path, ""
        if not rest:
            if t.flt is not None:
                raise ScimError("invalidPath", "an attribute was expected")
            if path.endswith(":"):
                raise ScimError("invalidPath", "an attribute was expected")
            val = unpack(val, self.lenient)
            if name == "remove" or val is None:
                return r.pop(urn, None)
            if not isinstance(val, dict):
                raise ScimError("invalidValue", "an object was expected")
            return any_set(r, urn, val, name == "add")
        if not re.fullmatch(rf"{NAME}(\.{NAME})?", rest):
            raise ScimError("invalidPath", "no name")
        box = r.get(urn, {})
        attr, _, part = rest.partition(".")
        key = any_key(box, attr)
        if t.flt is not None:
            self.any_choose(name, t, val, box, key)
        elif part:
            now = box.get(key)
            if now is None or isinstance(now, dict):
                now = now or {}
                any_set(now, part, None if name == "remove" else val, name == "add")
            elif isinstance(now, list):
                for e in now:
                    if isinstance(e, dict):
                        any_set(e, part, None if name == "remove" else val, name == "add")
                now = [e for e in now if assigned(e)]
            elif name != "remove":
                raise ScimError("invalidPath", "no parts")
            any_put(box, key, now)
        elif name != "remove":
            any_set(box, key, val, name == "add")
        elif val is not None and isinstance(box.get(key), list):
            listed = val if isinstance(val, list) else [val]
            if not all(assigned(x) for x in listed):
                raise ScimError("invalidValue", "says nothing")
            any_put(box, key, [e for e in box[key] if not any(any_says(e, x) for x in listed)])
        else:
            box.pop(key, None)
        any_put(r, urn, box)

    def any_choose(self, name, t, val, box, key):
        a, now, tail = t.attr, box.get(key), t.sub.name if t.sub else None
        items = now if isinstance(now, list) else [] if now is None else [now]
        hits = [ev(t.flt, e, a) for e in items]
        if now is not None and not isinstance(now, list) and not hits[0]:
            return
        if not any(hits):
            if name == "remove" or not assigned(val):
                return
            e = self.from_any_filter(t.flt)
            if e is None or (name == "replace" and not tail):
                raise ScimError("noTarget", "no value matches")
            if not tail and not isinstance(val, dict):
                raise ScimError("invalidValue", "an object was expected")
            for k, v in ({tail: val} if tail else val).items():
                any_set(e, k, v, False)
            return any_set(box, key, [e], True) if now is not None else any_put(box, key, [e])
        out = []
        for e, hit in zip(items, hits):
            if hit and tail:
                if not isinstance(e, dict):
                    raise ScimError("invalidPath", "no parts")
                v = None if name == "remove" else val
                any_set(e, tail, v, name == "add")
                if not assigned(v) and all(k.lower() in KINDS for k, x in e.items() if assigned(x)):
                    continue
            elif hit:
                if name == "remove" or not assigned(val):
                    continue
                slot = {"x": e} if name == "add" else {}
                any_set(slot, "x", val, False)
                e = slot.get("x")
            out.append(e)
        any_put(box, key, (out if isinstance(now, list) else out[0] if out else None))

    def from_any_filter(self, f):
        if f[0] == "and":
            x, y = self.from_any_filter(f[1]), self.from_any_filter(f[2])
            return None if x is None or y is None or {k.lower() for k in x} & {k.lower() for k in y} else {**x, **y}
        return {f[2].name: f[5]} if f[0] == "cmp" and f[4] == "eq" and f[5] is not None else None

    def same(self, a, e, g):
        """listed value g names element e: by value alone if g has only that, else every given part equal."""
        if not isinstance(g, dict):
            return key_of(a, e) == key_of(a, g)
        if a.name == "members":
            return key_of(a, e) == key_of(a, g)
        return all(s in e and test_one(a.sub(s), "eq", v, e[s]) for s, v in g.items())


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
