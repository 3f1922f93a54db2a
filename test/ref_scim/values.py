"""Values of PATCH: checked, and brought into the form in which they are kept."""
import base64
import json

from .literals import assigned, get_ci, parse_dt, prep
from .schemas import ScimError

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
