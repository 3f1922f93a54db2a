"""Replays requests of identity providers step by step (test/data), and checks each answer."""
import glob
import json
import re
import uuid

from helpers import ROOT


def transcripts(names=None, kind="idp"):
    for path in sorted(glob.glob(f"{ROOT}/test/data/{kind}/*.json")):
        with open(path, encoding="utf-8") as f:
            t = json.load(f)
        if names is None or t["name"] in names:
            yield t


def pointer(document, path):
    """A JSON pointer (RFC 6901); None if it leads nowhere."""
    for key in path.split("/")[1:]:
        key = key.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(key)] if key.isdigit() and int(key) < len(document) else None
        else:
            document = document.get(key) if isinstance(document, dict) else None
        if document is None:
            return None
    return document


def fill(x, values):
    if isinstance(x, str):
        return re.sub(r"\$\{(\w+)\}", lambda m: str(values.get(m.group(1), m.group(0))), x)
    if isinstance(x, dict):
        return {fill(k, values): fill(v, values) for k, v in x.items()}
    return [fill(v, values) for v in x] if isinstance(x, list) else x


def check_step(answer, expect):
    wrong = [] if answer.status in expect["status"] else [f"status {answer.status}, expected {expect['status']}"]
    for path, want in (expect.get("body") or {}).items() if answer.text else ():
        got = pointer(answer.json, path)
        fits = got is not None if want == "*" else got is None if want is None else got == want and type(got) is type(want)
        if not fits:
            wrong.append(f"{path} is {got!r}, expected {want!r}")
    for name, want in (expect.get("headers") or {}).items():
        got = answer.header(name)
        if got is None or (want != "*" and not got.lower().startswith(want.lower())):
            wrong.append(f"header {name} is {got!r}, expected {want!r}")
    return wrong


def replay(client, transcript):
    """Runs a transcript; a list of what was not as expected."""
    values, wrong = {"uuid": str(uuid.uuid4())}, []
    for number, step in enumerate(transcript["steps"], 1):
        body = step.get("body")
        headers = fill(step.get("headers") or {}, values)
        answer = client.request(step["method"], fill(step["path"], values), None if body is None else fill(body, values), headers)
        wrong += [f"{transcript['name']} step {number} ({step['name']}): {w}; {answer}" for w in check_step(answer, fill(step["expect"], values))]
        for name, path in (step.get("save") or {}).items():
            values[name] = pointer(answer.json, path)
    return wrong
