import contextlib
import json
import os
import shutil
import subprocess
import tempfile

import cluster
import psycopg2
import pytest
from api import Api
from customer import Customer
from helpers import ROOT, statement, wait_until
from server import Server
from webhooks import NOWHERE


def pytest_configure(config):
    config.addinivalue_line("markers", "alone: measures times, or keeps all the cores busy: no other test runs beside it")
    config.addinivalue_line("markers", "plain: measures memory, so it is no test of a build with sanitizers, which keep what is freed")
    if not hasattr(config, "workerinput"):  # the processes of pytest-xdist have this one's environment
        config.template = tempfile.TemporaryDirectory(prefix="mt")
        os.environ[cluster.TEMPLATE] = config.template.name


def pytest_collection_modifyitems(config, items):
    if os.environ.get("SANITIZE") == "1":
        left = [i for i in items if i.get_closest_marker("plain")]
        config.hook.pytest_deselected(items=left)
        items[:] = [i for i in items if i not in left]


def pytest_unconfigure(config):
    if hasattr(config, "template"):
        for directory in cluster.left(config.template.name):
            subprocess.run([f"{ROOT}/scripts/run", "--stop", "--data", f"{directory}/d"], stdout=subprocess.DEVNULL, timeout=120, check=False)
            shutil.rmtree(directory, ignore_errors=True)
        config.template.cleanup()


@pytest.fixture(scope="session")
def server(request):
    request.session.server = s = Server().start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def own():
    """A server with four workers that the module has for itself."""
    s = Server("--workers", "4").start()
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


@pytest.fixture(scope="module", autouse=True)
def counters(request):
    """Whatever a module does, its counters of users and groups end as a count gives them."""
    yield
    s = getattr(request.session, "server", None)
    if s:
        assert s.sql(statement("op_doctor_usage")) == []


@pytest.fixture
def customer(api):
    """A fresh organization with a lenient connection: what an identity provider meets by default."""
    return Customer(api).connect()


@pytest.fixture
def strict(api):
    return Customer(api).connect(dialect="strict")


@pytest.fixture
def client(customer):
    return customer.client


@pytest.fixture(scope="module")
def durable(server):
    """Lets the server's database write as in production, for tests of the reports about it."""
    def write(on):
        with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
            c.autocommit = True
            cur.execute(f"alter system set fsync = {on}")
            cur.execute("select pg_reload_conf()")
        wait_until(lambda: server.sql("show fsync") == [(on,)], 5, "the setting is known")
    write("on")
    yield
    write("off")


@pytest.fixture(scope="session")
def api(server):
    """The admin API, with a key of the installation that may do everything."""
    return Api(server)


@pytest.fixture
def org(api):
    """An organization; there is no connection, since none is needed."""
    return Customer(api)


@pytest.fixture
def hook(api, org):
    """A webhook of the organization that leads nowhere."""
    made = api.made(f"{org.path}/webhooks", {"url": NOWHERE})
    made["path"] = f"{org.path}/webhooks/{made['id']}"
    return made


@pytest.fixture
def register(server, tmp_path):
    """Registers a definition for a customer."""
    def run(customer, schema, *options, ok=True):
        path = tmp_path / "schema.json"
        path.write_text(schema if isinstance(schema, str) else json.dumps(schema))
        return server.muster("schema", "add", str(path), "--org", customer.slug, *options, ok=ok)
    return run
