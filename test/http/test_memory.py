"""The memory of a worker during large requests, and what it keeps of it afterwards; that of its database connection."""
import contextlib
import re

import psycopg2
import pytest
from helpers import BULK, ROOT, fill_users, group_body, made, user_body, wait_until
from plans import ROLES, statements
from server import Server

pytestmark = pytest.mark.plain
SMALL, MOST = 16, 64  # MiB: when the request is over, and during it


@pytest.fixture(scope="module")
def one():
    """One worker, so that it is known who serves; patient, because the machine may be busy."""
    s = Server("--workers", "1", env={"MUSTER_CPU_MS": "60000", "MUSTER_DEADLINE_MS": "120000"}).start()
    yield s
    s.stop()


def weights(server):
    """MiB: now, and at most until now."""
    (pid,) = server.workers()
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        found = {line.split(":")[0]: line.split()[1] for line in f if line.startswith("Vm")}
    return int(found["VmRSS"]) / 1024, int(found["VmHWM"]) / 1024


def bulk(client, customer):
    made(client.post("/Bulk", {"schemas": [BULK], "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": f"b{i}", "data": user_body()} for i in range(1000)]}), 200)


def group(client, customer):
    ids = fill_users(customer.server, customer, 10_000)
    path = f"/Groups/{customer.group('Everybody')['id']}?excludedAttributes=members"
    made(client.put(path, group_body("Everybody", ids)), 200)


def page(client, customer):
    fill_users(customer.server, customer, 100)
    customer.server.sql("""update muster.scim_user set resource = rtrim(resource, '}') || ',"urn:example:own":{"a":"' || repeat('x', 200000) || '"}}'
                           where connection_id = %s""", customer.connection["id"])
    assert len(client.get("/Users?count=100").raw) > 8_000_000


@pytest.mark.parametrize("request_of", [bulk, group, page])
def test_a_worker_is_small_again_when_a_large_request_is_over(one, request_of):
    customer = one.customer()
    request_of(one.client(customer.token["token"], 120), customer)
    most = weights(one)[1]
    wait_until(lambda: weights(one)[0] <= SMALL, 20, lambda: weights(one))
    print(f"{request_of.__name__}: {weights(one)[0]:.1f} MiB, at most {most:.1f} MiB")
    assert most <= MOST


def test_a_busy_worker_keeps_nothing_of_large_requests(one):
    """It serves them one after another, and has no time in which it could clear up."""
    for request_of in (bulk, group, page):
        customer = one.customer()
        client = one.client(customer.token["token"], 120)
        request_of(client, customer)
    for _ in range(64):
        made(client.get("/Users?count=1"), 200)
    print(f"{weights(one)[0]:.1f} MiB")
    assert weights(one)[0] <= SMALL


def private(pid):
    """MiB of a process that are its own."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii", errors="replace") as f:
        return sum(int(n) for n in re.findall(r"^Private_(?:Clean|Dirty):\s+(\d+) kB", f.read(), re.M)) / 1024


def test_a_connection_with_every_statement_is_small(one):
    """Those of the library, each with its plan, and as many of filters as a connection keeps."""
    with open(f"{ROOT}/core/db/db_internal.h", encoding="utf-8") as f:
        filters = int(re.search(r"DB_SHAPES = (\d+)", f.read())[1])
    library = [s for s in statements().values() if ROLES[s.folder] == "muster_scim" and re.match("(select|insert|update|delete|with) ", s.text)]
    assert len(library) > 70
    with contextlib.closing(psycopg2.connect(one.db.replace("muster_owner", "muster_scim"))) as c, c.cursor() as cur:
        for s in library:
            cur.execute(f"prepare {s.name} as {s.text}")
            cur.execute(f"explain execute {s.name}" + (f"({', '.join(['null'] * len(s.params))})" if s.params else ""))
        of_library = private(c.get_backend_pid())
        for n in range(filters):
            cur.execute(f"prepare filtered_{n} as {statements()['user_list'].text}")
        print(f"{of_library:.1f} MiB, with filters {private(c.get_backend_pid()):.1f} MiB")
        assert private(c.get_backend_pid()) <= SMALL
