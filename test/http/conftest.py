import pytest
from api import Api, Customer
from helpers import Server


@pytest.fixture(scope="session")
def server(request):
    request.session.server = s = Server().start()
    yield s
    s.stop()


@pytest.fixture(scope="module", autouse=True)
def webhooks_of_the_installation(request):
    """They hear of everything that comes after, and so end with their module."""
    yield
    s = getattr(request.session, "server", None)
    if s:
        s.sql("""with gone as (update muster.webhook_endpoint set removed_at = now()
                               where organization_id = '00000000-0000-0000-0000-000000000000' and removed_at is null returning id)
                 delete from muster.webhook_queue q using gone where q.endpoint_id = gone.id""")


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
