"""PATCH: what an operation does to an attribute of a schema."""
from .literals import assigned, get_ci, prep
from .matching import ev, test_one
from .paths import Fixed
from .schemas import ScimError
from .values import clean, is_shell, key_of, names_more, norm, unpack


class Changes:
    """The part of the Patcher for attributes that a schema describes."""

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

    def same(self, a, e, g):
        """listed value g names element e: by value alone if g has only that, else every given part equal."""
        if not isinstance(g, dict):
            return key_of(a, e) == key_of(a, g)
        if a.name == "members":
            return key_of(a, e) == key_of(a, g)
        return all(s in e and test_one(a.sub(s), "eq", v, e[s]) for s, v in g.items())
