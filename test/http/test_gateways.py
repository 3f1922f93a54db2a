"""What the acceptance tests of identity providers' catalogues send, all on one connection of the preset for certifications."""
import glob
import json

import pytest
from helpers import ROOT
from transcripts import replay


def transcripts():
    for path in sorted(glob.glob(f"{ROOT}/test/data/gateways/*.json")):
        with open(path, encoding="utf-8") as f:
            yield json.load(f)


@pytest.fixture(scope="module")
def gallery(server):
    return server.customer(preset="certification")


@pytest.mark.parametrize("transcript", list(transcripts()), ids=lambda t: t["name"])
def test_transcript_passes(gallery, transcript):
    assert replay(gallery.client, transcript) == []
