"""The examples of doc/mapping.md are what the preview says, and its tables name what there is."""
import json
import re

import pytest
from helpers import ROOT, USER

with open(f"{ROOT}/doc/mapping.md", encoding="utf-8") as f:
    TEXT = f.read()


def examples():
    for part in TEXT.split("## Six examples")[1].split("\n### ")[1:]:
        title, _, rest = part.partition("\n")
        blocks = re.findall(r"(?:^    .*\n)+", rest + "\n", re.M)
        yield pytest.param(*[json.loads(b) for b in blocks], id=title)


def preview(customer, resource, mapping):
    return customer.api.post(f"{customer.path}/scim/attribute-mappings/preview", {"resource": resource, "mapping": mapping}).json


@pytest.mark.parametrize("mapping, user, shown", examples())
def test_an_example_is_what_the_preview_says(customer, mapping, user, shown):
    found = preview(customer, {"schemas": [USER], **user}, mapping)
    assert found.pop("problem") is None and found.pop("role")["value"] == found["organization_role"]
    assert {r["path"].split("group_roles[")[0] or "group_roles" for r in found.pop("rules")} >= set(mapping)
    assert found == shown


@pytest.mark.parametrize("template, value, gives", re.findall(r"^\| `\w+` \| `({{.*?}})` \| (\S.*?) \| (\S.*?) \|$", TEXT.replace("\\|", "|"), re.M))
def test_a_filter_gives_what_the_table_says(customer, template, value, gives):
    value = None if value == "nothing" else json.loads(value.strip("`")) if value.startswith('`"') else value.strip("`")
    want = re.findall("`(.*?)`", gives)
    found = preview(customer, {"schemas": [USER], "userName": "ada@example.com", "title": value}, {"title": f"{template}.public_metadata.x"})
    assert found["public_metadata"]["x"] == (want if "list" in gives else want[0])


@pytest.mark.parametrize("path", re.findall(r"^\| [a-z].*? \| (`.*?`) \|", TEXT.split("## Paths")[1].split("## Fields")[0], re.M))
def test_a_path_of_the_table_is_taken(customer, path):
    for one in re.findall("`(.*?)`", path):
        assert preview(customer, {"schemas": [USER], "userName": "ada@example.com"}, {one: "public_metadata.x"})["rules"][0]["effect"] == "nothing_there"


def test_every_filter_and_every_field_is_named(customer):
    refused = preview(customer, {"schemas": [USER], "userName": "a@example.com"}, {"title": "{{ value | shout }}.first_name"})["detail"]
    assert re.findall(r"^\| `(\w+)` \| `{{", TEXT, re.M) == re.search("is no filter: use (.*)", refused)[1].rstrip(".").split(", ")
    refused = preview(customer, {"schemas": [USER], "userName": "a@example.com"}, {"title": "nobody"})["detail"]
    fields = TEXT.split("## Fields")[1].split("\n- ")[0]
    named = re.search("expected: (.*)", refused)[1].rstrip(".").replace(" or ", ", ").split(", ")
    assert [n for row in re.findall(r"^\| (`.*?) \|", fields, re.M) for n in re.findall("`(.*?)`", row)] == named
