"""Extension schemas for tests."""
import json

from helpers import ROOT

with open(f"{ROOT}/test/data/spec/filters.json", encoding="utf-8") as f:
    TEST = json.load(f)["extensionSchema"]
T = TEST["id"]
URN = "urn:example:scim:schemas:1.0:Badge"


def attribute(name, **more):
    return {"name": name, **more}


def definition(*attributes, urn=URN, **more):
    return {"id": urn, "attributes": list(attributes), **more}
