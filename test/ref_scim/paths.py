"""Paths of PATCH."""
import re

from .filters import P, lenient_literal, lex
from .schemas import NAME, ScimError


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
