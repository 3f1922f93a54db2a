"""PATCH: what an operation does under a URN that nobody registered."""
import re

from .literals import assigned
from .matching import ev
from .schemas import NAME, ScimError
from .values import KINDS, any_key, any_put, any_says, any_set, unpack


class Foreign:
    """The part of the Patcher for extensions without a schema: any JSON."""

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
