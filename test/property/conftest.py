"""Requests made at random, and what must hold after each. PROPERTY_CASES (how many a test makes) and PROPERTY_SEED (the same ones again) are
environment variables; a failure shows the seed and the case."""
import os
import random
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "http"))

from server import Server  # noqa: E402  (found by the path above)

SEED = int(os.environ.get("PROPERTY_SEED") or random.randrange(2**32))


def pytest_report_header():
    return f"PROPERTY_SEED={SEED}"


@pytest.fixture(scope="session")
def server():
    s = Server().start()
    yield s
    s.stop()


@pytest.fixture
def customer(server):
    return server.customer()


@pytest.fixture
def chance(request):
    """A source of chance of the test's own: the same for the same seed, whatever ran before."""
    print(f"PROPERTY_SEED={SEED}")  # pytest shows it with a test that failed
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture
def cases():
    """How many cases a test makes, of the number that it would make by itself."""
    def number(usual):
        return int(os.environ.get("PROPERTY_CASES") or usual)
    return number
