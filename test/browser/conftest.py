"""The portal in a real browser. Servers and customers are those of test/http."""
import os
import shutil
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "http"))

from api import Api  # noqa: E402  (found by the path above)
from browser import SHOTS, Driver, Window  # noqa: E402
from customer import Customer  # noqa: E402
from server import Server  # noqa: E402


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        shutil.rmtree(SHOTS, ignore_errors=True)
    os.makedirs(SHOTS, exist_ok=True)


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"{len(os.listdir(SHOTS))} screenshots are in {SHOTS}")


@pytest.fixture(scope="session")
def server():
    """The vendor is Acme Cloud."""
    s = Server(env={"MUSTER_PORTAL_NAME": "Acme Cloud", "MUSTER_PORTAL_SUPPORT": "help@acme.example"}).start()
    yield s
    s.stop()


@pytest.fixture(scope="session")
def api(server):
    return Api(server)


@pytest.fixture
def customer(api):
    """Contoso, which has no connection yet."""
    return Customer(api, name="Contoso Ltd")


@pytest.fixture(scope="session")
def driver():
    d = Driver()
    yield d
    d.stop()


@pytest.fixture
def window(driver):
    """Makes windows, window(color_scheme="dark"), that are closed at the end: the policy has blocked nothing, and no script has failed."""
    made = []

    def make(**options):
        made.append(Window(driver, **options))
        return made[-1]
    yield make
    for w in made:
        w.close()


@pytest.fixture
def link(api, customer):
    """Makes links to the customer's portal, link(permissions="read")."""
    return lambda **fields: api.made(f"{customer.path}/portal-links", fields)["url"]


# Each accent on light and on dark, each language and theme wide and narrow.
LOOKS = [(1280, "light", "en-GB", None), (1280, "dark", "en-GB", "ffd400"), (1280, "light", "de-DE", "e11d48"), (1280, "dark", "de-DE", "ffffff"),
         (360, "light", "en-GB", "ffd400"), (360, "dark", "en-GB", None), (360, "light", "de-DE", "ffffff"), (360, "dark", "de-DE", "e11d48")]


@pytest.fixture(params=LOOKS, ids=["-".join((str(width), scheme, language[:2], accent or "plain")) for width, scheme, language, accent in LOOKS])
def look(request):
    """The options of a window."""
    width, scheme, language, accent = request.param
    return {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "locale": language, "accent": accent}
