"""The specification's PATCH cases against a server started with --conformance."""
import json
import re

import pytest
from helpers import PATCH_OP, ROOT, assert_error, made
from server import Server

with open(f"{ROOT}/test/data/spec/patches.json", encoding="utf-8") as f:
    SPEC = json.load(f)
KEPT_BY_SERVER = {"members": {"$ref", "type", "display"}, "manager": {"$ref", "displayName"}}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A strict connection, and a lenient one for the cases that want `replaceCreates`."""
    schema = tmp_path_factory.mktemp("schema") / "test.json"
    schema.write_text(json.dumps(SPEC["extensionSchema"]))
    server = Server("--conformance").start()
    server.muster("connection", "set", server.env["MUSTER_CONNECTION"], "--group-names", "any", "--unknown-members", "refuse")  # as the cases want it
    server.muster("schema", "add", str(schema), "--org", server.env["MUSTER_ORG"])
    lenient = server.customer(identity="mutable", email="optional", linking="never", group_names="any")
    server.muster("schema", "add", str(schema), "--org", lenient.slug)
    yield {False: server.client(), True: lenient.client}
    server.stop()


def member_ids(x):
    """Every text of a case that names a member or manager: they have to be somebody."""
    return set(re.findall(r'"((?:m|u|g)\d+)"', json.dumps(x).replace('\\"', '"')))


def rename(x, ids):
    text = json.dumps(x)
    for theirs, ours in ids.items():
        text = re.sub(rf'(\\?"){theirs}(\\?")', rf"\g<1>{ours}\g<2>", text)
    return json.loads(text)


def tidy(x, top=True):
    """The comparable form: a primary that is false, null and empty values count as absent; password and meta are left out."""
    if isinstance(x, list):
        return [tidy(v, False) for v in x]
    if not isinstance(x, dict):
        return x
    out = {k: sorted(v) if top and k == "schemas" else tidy(v, False) for k, v in x.items() if not (top and k in ("password", "meta"))}
    return {k: v for k, v in out.items() if not (k == "primary" and v is False) and v not in (None, [], {})}


def without_kept(got, want, name=None):
    """Takes out of `got` what the server keeps by itself where the case does not name it."""
    if isinstance(got, list):
        wants = want if isinstance(want, list) else []
        return [without_kept(g, wants[i] if i < len(wants) else {}, name) for i, g in enumerate(got)]
    if not isinstance(got, dict):
        return got
    want = want if isinstance(want, dict) else {}
    return {k: without_kept(v, want.get(k), k) for k, v in got.items() if not (k in KEPT_BY_SERVER.get(name, ()) and k not in want)}


def by_value(x):
    """Members in any order."""
    return {**x, "members": sorted(x["members"], key=lambda m: m["value"])} if "members" in x else x


class Scene:
    """The resources of one case in the server."""

    def __init__(self, client, case):
        self.client, self.ids, self.made = client, {}, []
        own = case["before"]["id"]
        self.kind = f"/{case['resourceType']}s"
        others = {o["id"]: o for o in case.get("others", [])}
        for other in sorted((member_ids([case["before"].get("members"), case.get("ops"), case.get("after")]) | set(others)) - {own}):
            group = other.startswith("g")
            body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:" + ("Group" if group else "User")]}
            body["displayName" if group else "userName"] = others.get(other, {}).get("userName", f"somebody {other}")
            self.ids[other] = self.make("/Groups" if group else "/Users", body)
        before = {k: v for k, v in case["before"].items() if k != "id"}
        self.ids[own] = self.make(self.kind, rename(before, self.ids))
        self.path = f"{self.kind}/{self.ids[own]}"

    def make(self, kind, body):
        made_id = made(self.client.post(kind, body))["id"]
        self.made.append(f"{kind}/{made_id}")
        return made_id

    def end(self):
        for path in reversed(self.made):
            self.client.delete(path)


@pytest.mark.parametrize("case", SPEC["cases"], ids=lambda c: str(c["n"]))
def test_case(place, case):
    lenient = bool(case.get("settings", {}).get("replaceCreates"))
    scene = Scene(place[lenient], case)
    try:
        before = scene.client.get(scene.path).json
        body = case.get("body") or {"schemas": [PATCH_OP], "Operations": case["ops"]}
        answer = scene.client.request("PATCH", scene.path, rename(body, scene.ids))
        after = scene.client.get(scene.path).json
        if "error" in case:
            assert answer.json.get("scimType") in [case["error"]["scimType"], *case.get("alsoAccept", [])], answer
            assert_error(answer, case["error"]["status"], answer.json["scimType"])
            assert after == before
            return
        got, want = made(answer, 200), rename(case["after"], scene.ids)
        if lenient:
            got.pop("active")  # which the lenient dialect stores at once
        assert by_value(without_kept(tidy(got), tidy(want))) == by_value(tidy(want))
        changed = before["meta"]["version"] != got["meta"]["version"]
        assert changed == (before["meta"]["lastModified"] != got["meta"]["lastModified"])
        assert not (case.get("changed") is False and changed)
    finally:
        scene.end()
