"""Filters: whether a resource fits."""
from .filters import parse_filter
from .literals import assigned, get_ci, parse_dt, prep


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
