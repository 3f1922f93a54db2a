"""What identity providers send, step by step, twice against the same data."""
import pytest
from server import Server
from transcripts import replay, transcripts

CORE = {"entra-create-match", "entra-disable-string-false", "entra-group-add-one", "entra-group-remove-path-filter",
        "entra-match-filters", "okta-create", "okta-deactivate-patch", "okta-group-push", "okta-update-put"}


@pytest.fixture(scope="module")
def connection(server):
    return server.customer()


@pytest.mark.parametrize("transcript", list(transcripts()), ids=lambda t: t["name"])
def test_transcript_passes_twice(connection, transcript):
    assert replay(connection.client, transcript) == []
    assert replay(connection.client, transcript) == []


@pytest.mark.parametrize("transcript", list(transcripts(kind="real")), ids=lambda t: t["name"])
def test_what_was_seen_elsewhere_passes(server, transcript):
    """Requests that other servers were seen to fail on. Each manner of connection that the file names."""
    for dialect in transcript["profiles"]:
        assert replay(server.customer(dialect=dialect).client, transcript) == []


@pytest.fixture(scope="module", params=["apache", "nginx", "cgi"])
def other_server(request):
    s = Server("--server", request.param).start()
    yield s
    s.stop()


def test_core_transcripts_pass_behind(other_server):
    wrong = [w for t in transcripts(CORE) for w in replay(other_server.client(), t)]
    assert wrong == []


def test_the_pages_of_the_service_are_answered_behind(other_server):
    for path in ("/healthz", "/readyz", "/metrics"):
        answer = other_server.client("").get(path, absolute=True)
        assert answer.status == 200 and answer.header("X-Request-Id"), answer


def test_a_body_over_the_limit_is_our_413_behind(other_server):
    answer = other_server.client().post("/Users", b'{"x":"' + b"a" * (5 * 1024 * 1024) + b'"}')
    assert answer.status == 413 and answer.json["status"] == "413"


def test_the_public_keys_are_found_behind(other_server):
    answer = other_server.client().get("/.well-known/jwks.json", absolute=True)
    assert answer.status == 200 and answer.header("Content-Type") == "application/jwk-set+json" and answer.json == {"keys": []}
