"""Each connection plans a statement once, and again when statistics are new: counted by pg_stat_statements after a mixed run."""
import pytest
from api import Api
from customer import Customer
from helpers import made, op, user_body
from server import Server

ROUNDS = 30
TOLD = "select muster.settle_statistics()"


@pytest.fixture(scope="module")
def server():
    s = Server("--workers", "2").start()
    with s.as_superuser() as cur:
        cur.execute("alter system set shared_preload_libraries = pg_stat_statements")
        cur.execute("alter system set autovacuum = off")
    s.database("stop")
    s.database("start")
    with s.as_superuser() as cur:
        for setting in ("track_planning = on", "track = top"):
            cur.execute(f"alter system set pg_stat_statements.{setting}")
        cur.execute("select pg_reload_conf()")
        cur.execute("create extension pg_stat_statements")
    yield s
    s.stop()


def run_once(customer, group, n):
    """What identity providers do with a user, and a few reads."""
    client = customer.client
    user = made(client.post("/Users", user_body(f"u{n}@plans.example", externalId=f"x{n}")))
    for text in (f'userName eq "u{n}@plans.example"', f'externalId eq "x{n}"', f'emails eq "u{n}@plans.example"', f'id eq "{user["id"]}"'):
        assert made(client.find("Users", text), 200)["totalResults"] == 1
    made(client.get(f"/Users/{user['id']}"), 200)
    made(client.patch(f"/Groups/{group['id']}", op("add", "members", [{"value": user["id"]}])), 200)
    for active in (False, True):
        made(client.patch(f"/Users/{user['id']}", op("replace", "active", active)), 200)
    made(client.patch(f"/Users/{user['id']}", op("replace", "displayName", f"User {n}")), 200)
    made(client.get(f"/Groups/{group['id']}?excludedAttributes=members"), 200)
    made(client.get("/Users?count=10"), 200)
    if n % 3 == 0:
        assert client.delete(f"/Users/{user['id']}").status == 204


def test_no_statement_is_planned_again_and_again(server):
    customer = Customer(Api(server)).connect()
    group = customer.group()
    for n in range(ROUNDS):
        run_once(customer, group, n)
    with server.as_superuser() as cur:
        cur.execute("select usename, count(*) from pg_stat_activity where usename like 'muster\\_%' group by usename")
        connections = dict(cur.fetchall())
        cur.execute("""select r.rolname, s.query, s.plans, s.calls from pg_stat_statements s join pg_roles r on r.oid = s.userid
                       where r.rolname like 'muster\\_%' and r.rolname <> 'muster_owner'""")
        found = cur.fetchall()
    invalidations = sum(calls for _, query, _, calls in found if query == TOLD)
    often = [f"{role}: {plans} plans for {calls} calls of {' '.join(query.split())[:100]}" for role, query, plans, calls in found
             if plans > connections[role] * (2 + invalidations)]
    assert not often, "\n".join(["", *often])
    calls_of = [calls for _, _, _, calls in found]
    assert max(calls_of) > 5 * max(connections.values()) * (2 + invalidations)  # so often that planning each call would be seen
