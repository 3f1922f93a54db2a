"""/healthz, /readyz and /metrics while the database is well, away, late, read-only or too old."""
import contextlib
import time

import psycopg2
import pytest
from api import Api, problem
from exposition import scrape
from helpers import wait_until
from server import Server

OPEN = {"Authorization": ""}


@pytest.fixture(scope="module")
def ailing():
    s = Server("--workers", "2").start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def api(ailing):
    return Api(ailing)


def ready(api):
    return api.get("/readyz", absolute=True, headers=OPEN)


def assert_not_ready(api, why):
    began = time.monotonic()
    answer = ready(api)
    assert time.monotonic() - began < 1
    assert why in problem(answer, 503, "unavailable")["message"] and answer.header("Cache-Control") == "no-store"
    assert api.get("/healthz", absolute=True, headers=OPEN).status == 200


@pytest.fixture
def back(api):
    """The end of a test: all is well again."""
    yield
    wait_until(lambda: ready(api).status == 200, 10, "the service is ready again")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_never_kept(api, path):
    for answer in (api.get(path, absolute=True, headers=OPEN), api.head(path, absolute=True, headers=OPEN)):
        assert answer.status == 200 and answer.header("Cache-Control") == "no-store", answer
        assert int(answer.header("Content-Length")) == len('{"status":"ok"}'), answer


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/v1/openapi.json"])
def test_open_urls_are_read_alone(api, path):
    answer = api.post(path, absolute=True)
    assert problem(answer, 405, "method_not_allowed") and answer.header("Allow") == "GET, HEAD"


def test_without_a_database(ailing, api, back):
    ailing.database("stop")
    try:
        assert_not_ready(api, "database")
        page = scrape(api, headers=OPEN)
        assert page.value("muster_database_up") == 0 and "muster_sealer_lag_seconds" not in page.metrics
        assert page.value("muster_database_errors_total", service="admin", kind="connect") > 0
        assert page.value("muster_http_requests_total", route="/readyz", status="503") > 0
        problem(api.get("/metrics", absolute=True, headers={"X-Forwarded-For": "203.0.113.9"}), 503, "unavailable")
    finally:
        ailing.database("start")
    wait_until(lambda: scrape(api, headers=OPEN).value("muster_database_up") == 1, 10, "the database is back")


def test_a_database_that_takes_no_writes(ailing, api, back):
    ailing.sql("alter role muster_admin set default_transaction_read_only = on")
    ailing.hang_up("muster-admin")
    try:
        assert_not_ready(api, "takes no writes")
    finally:
        ailing.sql("alter role muster_admin reset default_transaction_read_only")
        ailing.hang_up("muster-admin")


def test_a_database_that_is_late(ailing, api, back):
    with contextlib.closing(psycopg2.connect(ailing.db)) as c, c.cursor() as cur:
        cur.execute("lock table muster.schema_migration in access exclusive mode")
        assert_not_ready(api, "did not answer in time")


def test_a_database_that_is_frozen(ailing, api, back):
    for _ in range(3):
        assert ready(api).status == 200  # each worker may have its connection
    with ailing.frozen_database():
        for _ in range(3):
            assert_not_ready(api, "the database")
        assert scrape(api, headers=OPEN).value("muster_database_up") == 0


def test_a_schema_that_is_too_old(ailing, api, back):
    newest = ailing.sql("delete from muster.schema_migration where number = (select max(number) from muster.schema_migration) "
                        "returning number, name, applied_at")[0]
    try:
        assert_not_ready(api, "older than this program")
    finally:
        ailing.sql("insert into muster.schema_migration values (%s, %s, %s)", *newest)


def test_functions_of_an_older_release(ailing, api, back):
    newest = ailing.sql("select name from muster.schema_migration where number = 0")[0]
    ailing.sql("update muster.schema_migration set name = 'functions_1.1.9' where number = 0")
    try:
        assert_not_ready(api, "functions of the database are older than this program")
        ailing.sql("update muster.schema_migration set name = 'functions_99.0.0' where number = 0")
        assert ready(api).status == 200
    finally:
        ailing.sql("update muster.schema_migration set name = %s where number = 0", *newest)
