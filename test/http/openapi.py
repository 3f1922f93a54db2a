"""Checks requests and answers of the admin API against doc/openapi.json: anything not described there is a failure."""
import copy
import functools
import json
import os
import re
import urllib.parse
import warnings

import jsonschema
from helpers import ROOT

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from jsonschema import RefResolver  # the one that Debian's version has

with open(os.path.join(ROOT, "doc", "openapi.json"), encoding="utf-8") as f:
    DOCUMENT = json.load(f)

SOMETIMES = ("Idempotent-Replayed", "X-Next-Cursor")
METHODS = ("get", "post", "put", "patch", "delete")
ELSEWHERE = {405, 408, 413, 500}  # may be answered to any request, and stand in the document once, as `default`
FORMATS = jsonschema.FormatChecker(formats=())
FORMATS.checks("uuid")(lambda v: not isinstance(v, str) or re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", v) is not None)
FORMATS.checks("email")(lambda v: not isinstance(v, str) or re.fullmatch(r"[^@\s]+@[^@\s]+", v) is not None)
FORMATS.checks("date-time")(lambda v: not isinstance(v, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", v) is not None)


def resolve(x):
    """The target of a reference; anything else unchanged."""
    while isinstance(x, dict) and "$ref" in x:
        target = DOCUMENT
        for key in x["$ref"].lstrip("#/").split("/"):
            target = target[key]
        x = {**target, **{k: v for k, v in x.items() if k != "$ref"}}
    return x


def closed(x):
    """The document with every object closed: clients must expect new fields, the tests want them described."""
    if isinstance(x, list):
        return [closed(v) for v in x]
    if not isinstance(x, dict):
        return x
    out = {k: closed(v) for k, v in x.items()}
    for part in out.pop("allOf", ()):
        part = closed(resolve(part))
        out["properties"] = {**part["properties"], **out.get("properties", {})}
        out["required"] = part.get("required", []) + out.get("required", [])
    if isinstance(out.get("properties"), dict) and "type" in out:
        out.setdefault("additionalProperties", False)
    return out


STRICT = closed(copy.deepcopy(DOCUMENT))


with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    RESOLVER = RefResolver("", STRICT)


@functools.lru_cache(maxsize=None)
def validator(schema):
    """The validator of a schema given as text; cached, because making it costs more than most validations."""
    return jsonschema.Draft202012Validator(closed(json.loads(schema)), resolver=RESOLVER, format_checker=FORMATS)


def faults(schema, value):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator(json.dumps(schema)).iter_errors(value)]


PATTERNS = [(t, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(t)))) for t in sorted(DOCUMENT["paths"], key=lambda t: t.count("{"))]


@functools.lru_cache(maxsize=1000)
def find(path):
    """The template that a path (without its query) matches; fixed ones come first. None: there is none."""
    return next((t for t, pattern in PATTERNS if pattern.fullmatch(path)), None)


def operations():
    """(method, template, operation) of all that is described."""
    for template, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), template, item[method]


def parameters(template, method, place):
    item = DOCUMENT["paths"][template]
    return {p["name"]: p for p in map(resolve, item.get("parameters", []) + item[method.lower()].get("parameters", [])) if p["in"] == place}


def body_schema(operation):
    return resolve(operation["requestBody"]["content"]["application/json"]["schema"]) if "requestBody" in operation else None


def scopes(operation):
    return {s for one in operation.get("security", DOCUMENT["security"]) for s in one.get("apiKey", ())}


def check(method, target, body, answer):
    """Asserts that the document allows this answer, and that what was accepted is what it describes."""
    where = f"{method} {target} -> {answer}"
    assert answer.header("X-Request-Id"), where
    path, _, query = target.partition("?")
    template = find(path.rstrip("/"))
    item = DOCUMENT["paths"].get(template, {})
    operation = item.get("get" if method == "HEAD" else method.lower())
    if operation is None:
        assert answer.status in ({401, 405, 413, 503} if template else {400, 401, 404, 413, 503}), where
        return check_response(DOCUMENT["components"]["responses"]["Problem"], method, answer, where)
    responses = operation["responses"]
    assert str(answer.status) in responses or answer.status in ELSEWHERE, f"{where}: this status is not described"
    check_response(resolve(responses.get(str(answer.status), responses["default"])), method, answer, where)
    if answer.status < 300:
        check_accepted(template, method, operation, body, query, where)


def check_response(response, method, answer, where):
    content = response.get("content", {})
    assert bool(answer.raw) == (bool(content) and method != "HEAD"), where
    if answer.raw:
        media = answer.header("Content-Type").split(";")[0]
        assert media in content, where
        tree = media.endswith("json") and media != "application/x-ndjson"
        wrong = faults(content[media]["schema"], answer.json if tree else answer.text)
        assert not wrong, (where, wrong)
    described = response.get("headers", {})
    for name, header in described.items():
        foretold = name == "ETag" and "dry_run=true" in where  # what would be done is no state of the object
        assert answer.header(name) is not None or name in SOMETIMES or foretold or answer.status < 300 and name == "Retry-After", f"{where}: no {name}"
        schema, value = resolve(header)["schema"], answer.header(name)
        assert value is None or schema.get("const", value) == value, where
    for name in ("ETag", "Idempotent-Replayed"):
        assert answer.header(name) is None or name in described, f"{where}: {name} is not described"


def check_accepted(template, method, operation, body, query, where):
    known = parameters(template, "GET" if method == "HEAD" else method, "query")
    assert method in ("POST", "PATCH", "PUT") or set(urllib.parse.parse_qs(query, keep_blank_values=True)) <= set(known), where
    schema = body_schema(operation)
    if body not in (None, "", b"") and schema:
        value = body if isinstance(body, dict) else json.loads(body)
        assert not faults(schema, value), (where, body, faults(schema, value))
