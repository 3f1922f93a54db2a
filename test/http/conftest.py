import pytest
from api import Api, Customer
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


@pytest.fixture(scope="session")
def api(server):
    """The admin API, with a key of the installation that may do everything."""
    return Api(server)


@pytest.fixture
def customer(api):
    """A fresh organization with a connection, a token and a SCIM client, made by the API."""
    return Customer(api).connect()
