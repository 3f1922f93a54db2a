"""The specification's filter cases against a server started with --conformance: by GET and by POST .search."""
import json
import sys

import pytest
from helpers import ROOT, SEARCH, assert_error, made, quote
from server import Server

sys.path.insert(0, f"{ROOT}/test")
import ref_scim  # noqa: E402

with open(f"{ROOT}/test/data/spec/filters.json", encoding="utf-8") as f:
    SPEC = json.load(f)
USERS, GROUPS = SPEC["corpus"]["users"], SPEC["corpus"]["groups"]
TYPES = ref_scim.load_types([SPEC["extensionSchema"]])


class Corpus:
    """The users and groups of the file in the server, and how its ids and ours answer to each other."""

    def __init__(self, server, schema_file):
        self.server, self.client, self.ids = server, server.client(), {}
        server.muster("schema", "add", schema_file, "--org", server.env["MUSTER_ORG"])
        for kind, resources in (("Users", USERS), ("Groups", GROUPS)):
            for resource in resources:
                self.add(kind, resource)

    def add(self, kind, resource):
        body = {k: v for k, v in resource.items() if k not in ("id", "meta", "groups")}
        text = self.to_ours(json.dumps(body))
        self.ids[resource["id"]] = made(self.client.post(f"/{kind}", text))["id"]
        # The times are the file's; only the server could set them.
        table = {"Users": "scim_user", "Groups": "scim_group"}[kind]
        self.server.sql(f"update muster.{table} set created_at = %s, modified_at = %s where id = %s",
                        resource["meta"]["created"], resource["meta"]["lastModified"], self.ids[resource["id"]])

    def to_ours(self, text):
        for theirs, ours in self.ids.items():
            text = text.replace(theirs, ours)
        return text


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    schema = tmp_path_factory.mktemp("schema") / "test.json"
    schema.write_text(json.dumps(SPEC["extensionSchema"]))
    server = Server("--conformance").start()
    server.muster("connection", "set", server.env["MUSTER_CONNECTION"], "--group-names", "any", "--unknown-members", "refuse")  # as the cases want it
    yield Corpus(server, str(schema))
    server.stop()


def with_groups(user):
    """A user with the groups that follow from the members of the file's groups; its own list leaves some out."""
    chosen, ids = [], {user["id"]}
    while True:
        more = [g for g in GROUPS if g not in chosen and ids & {m["value"] for m in g.get("members", [])}]
        if not more:
            break
        chosen += more
        ids |= {g["id"] for g in more}
    groups = [{"value": g["id"], "display": g["displayName"]} for g in chosen]
    return {**{k: v for k, v in user.items() if k != "groups"}, **({"groups": groups} if groups else {})}


def expected(case):
    resources = GROUPS if case.get("on") == "Groups" else USERS
    if "groups" not in case["filter"].lower():
        return {resources[i]["id"] for i in case["matches"]}
    return {u["id"] for u in USERS if ref_scim.matches(case["filter"], TYPES["User"], with_groups(u))}


def check(corpus, case, answer):
    if not case["valid"]:
        assert answer.json.get("scimType") in [case["scimType"], *case.get("alsoAccept", [])], answer
        assert_error(answer, 400, answer.json["scimType"])
        return
    got = {r["id"] for r in made(answer, 200)["Resources"]}
    assert got == {corpus.ids[i] for i in expected(case)}
    assert answer.json["totalResults"] == len(got)


@pytest.mark.parametrize("case", SPEC["cases"], ids=lambda c: str(c["n"]))
def test_case(corpus, case):
    kind, text = case.get("on", "Users"), corpus.to_ours(case["filter"])
    check(corpus, case, corpus.client.get(f"/{kind}?count=100&attributes=id&filter={quote(text)}"))


@pytest.mark.parametrize("case", SPEC["cases"], ids=lambda c: str(c["n"]))
def test_case_by_search(corpus, case):
    body = {"schemas": [SEARCH], "filter": corpus.to_ours(case["filter"]), "attributes": ["id"], "count": 100}
    check(corpus, case, corpus.client.post(f"/{case.get('on', 'Users')}/.search", body))
