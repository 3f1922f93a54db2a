"""Filters: read and looked up in the schemas."""
import json
import re

from .literals import parse_dt
from .schemas import ScimError

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
