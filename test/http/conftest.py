import pytest
from helpers import Server


@pytest.fixture(scope="session")
def server():
    s = Server().start()
    yield s
    s.stop()


@pytest.fixture
def tenant(server):
    """A fresh organization with a lenient connection: what an identity provider meets by default."""
    return server.tenant()


@pytest.fixture
def strict(server):
    return server.tenant(dialect="strict")


@pytest.fixture
def client(tenant):
    return tenant.client
