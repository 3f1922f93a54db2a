"""The feed of events: in order, each once, complete, at a cost that does not grow with the log."""
import contextlib
import re
import threading
import uuid

import psycopg2
import pytest
from api import problem
from customer import Customer
from feed import Sealer, read
from helpers import statement, user_body
from webhooks import seal


@pytest.fixture(scope="module", autouse=True)
def sealing(server):
    with Sealer(server):
        yield


def write_events(server, organization, n, action="scim.user.updated"):
    server.sql("""insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, request_id)
                  select %s, i, now(), %s, 'operator', 'scim_user', muster.uuid7(), i from (select muster.uuid7() as i from generate_series(1, %s)) x""",
               organization, action, n)
    seal(server)


@pytest.fixture(scope="module")
def large(api, server):
    """6000 events, and one of another kind as number 5500."""
    c = Customer(api)
    seal(server)
    write_events(server, c.id, 5498)
    write_events(server, c.id, 1, "member.role_changed")
    write_events(server, c.id, 500)
    server.sql("analyze muster.audit_event, muster.audit_seal")
    return c


def test_an_event_says_what_happened_and_what_it_is_about(api, server, customer):
    user = customer.client.post("/Users", user_body("ann@example.com")).json
    seal(server)
    events, head = read(api, customer)
    assert [e["type"] for e in events] == ["organization.created", "scim.connection.created", "scim.token.issued", "scim.user.provisioned"]
    assert [e["sequence"] for e in events] == [1, 2, 3, 4] and head == 4
    data = events[-1]["data"]
    assert data["organization"]["id"] == customer.id and data["connection"]["id"] == customer.connection["id"]
    assert data["actor"] == {"type": "token", "id": customer.token["id"]} and data["target"] == {"type": "scim_user", "id": user["id"]}
    assert data["user"]["userName"] == data["member"]["email"] == "ann@example.com"
    assert data["member"] == api.read(f"{customer.path}/members/ann@example.com")
    logged = customer.events(f"&request_id={data['request_id']}")
    assert [(e["id"], e["sequence"]) for e in logged] == [(events[-1]["id"], 4)] and re.fullmatch("[0-9a-f]{64}", logged[0]["hash"])


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_pages_join_without_a_gap(api, server, customer, limit):
    for i in range(5):
        customer.client.post("/Users", user_body(f"u{i}@example.com"))
    seal(server)
    events, head = read(api, customer, more=f"&limit={limit}")
    assert [e["sequence"] for e in events] == list(range(1, head + 1)) and len({e["id"] for e in events}) == head == 8


def test_types_are_actions_or_beginnings(api, server, customer):
    customer.client.post("/Users", user_body())
    seal(server)
    everything, head = read(api, customer)
    for types, expected in (("*", everything), ("scim.*", everything[1:]), ("scim.user.*", everything[3:]),
                            ("scim.token.issued,organization.created", [everything[0], everything[2]]),
                            ("scim.tok", []), ("scim.token.issued,scim.token.*", everything[2:3]), ("nothing_of_this", [])):
        assert read(api, customer, more=f"&types={types}") == (expected, head), types


def test_what_is_not_wanted_is_passed_over_in_bounded_steps(api, large):
    seen = []
    after = 0
    while after < 6000:
        page = api.read(f"{large.path}/events?after={after}&types=member.*")
        seen.append((after, [e["sequence"] for e in page["data"]], page["next_cursor"]))
        after = int(page["next_cursor"])
    assert seen == [(0, [], "5000"), (5000, [5500], "6000")]


def buffers(server, query, organization, *params):
    """Pages that a statement reads, as the responder's role with a generic plan."""
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "muster_admin"))) as c, c.cursor() as cur:
        cur.execute("select set_config('muster.organization', %s, false)", (organization,))
        cur.execute("set plan_cache_mode = force_generic_plan")
        cur.execute("prepare p as " + statement(query))
        for _ in range(2):
            cur.execute(f"explain (analyze, buffers, costs off) execute p({', '.join(['%s'] * len(params))})", params)
            plan = "\n".join(r[0] for r in cur.fetchall())
        return int(re.search(r"Buffers: shared hit=(\d+)", plan).group(1))


def test_a_page_costs_the_same_at_the_end_of_the_log(server, large):
    first, last = (buffers(server, "api_event_feed", large.id, after, 5000, None, 100, 16777216) for after in (3, 5900))
    assert last < first * 1.2 + 50, (first, last)
    assert buffers(server, "api_event_feed", large.id, 6000, 5000, None, 100, 16777216) < 300


def test_a_number_that_is_not_there_yet_is_refused(api, server, customer):
    """After a restored backup a consumer is ahead of the log: silence would let it miss everything that comes."""
    seal(server)
    assert api.read(f"{customer.path}/events?after=3") == {"data": [], "next_cursor": "3"}
    assert "snapshot" in problem(api.get(f"{customer.path}/events?after=4"), 409, "conflict")["message"]


@pytest.mark.parametrize("query, field",
                         [("after=-1", "after"), ("after=x", "after"), ("after=", "after"), ("after=1e3", "after"), ("after=99999999999999999999", "after"),
                          ("limit=0", "limit"), ("limit=1001", "limit"), ("wait=31", "wait"), ("wait=-1", "wait"), ("wait=0.5", "wait"),
                          ("types=", "types"),
                          ("types=a,,b", "types"), ("types=*.user", "types"), ("types=a**", "types"), ("types=A", "types"),
                          ("types=%7B%7D", "types"),
                          ("types=" + ",".join(["a"] * 51), "types"), ("types=" + "a" * 101, "types"), ("cursor=1", "cursor"),
                          ("sequence=1", "sequence")])
def test_wrong_parameters_are_named(api, customer, query, field):
    problem(api.get(f"{customer.path}/events?{query}"), 400, None, field)


def test_other_organizations_are_not_in_it(api, server, customer):
    other = Customer(api).connect()
    other.client.post("/Users", user_body("secret@example.com"))
    seal(server)
    events, _ = read(api, customer)
    assert len(events) == 3 and {e["data"]["organization"]["id"] for e in events} == {customer.id}
    key = customer.key("provisioning:read")
    assert key.get(f"{customer.path}/events").status == 200
    assert key.get(f"{other.path}/events").status == key.get(f"{other.path}/events/snapshot").status == 404
    assert customer.key("audit:read").get(f"{customer.path}/events").status == 403


class Consumer(threading.Thread):
    """Follows the feed until it learns that nothing more comes."""

    def __init__(self, api, customer):
        super().__init__()
        self.api, self.customer, self.events, self.last = api.with_key(api.token), customer, [], threading.Event()

    def run(self):
        after, calm = 0, 0
        while calm < 3:
            page = self.api.read(f"{self.customer.path}/events?after={after}&limit=7&wait=1")
            self.events += page["data"]
            after = int(page["next_cursor"])
            calm = calm + 1 if self.last.is_set() and not page["data"] else 0


def test_a_consumer_misses_nothing_and_sees_each_event_once_while_many_write(api, server, customer):
    """Also what a transaction wrote long before it was committed."""
    consumer = Consumer(api, customer)
    consumer.start()

    def write(n):
        client = customer.client_of()
        for i in range(6):
            user = client.post("/Users", user_body(f"w{n}-{i}@example.com")).json
            assert client.patch(f"/Users/{user['id']}", {"op": "replace", "path": "active", "value": i % 2 == 0}).status == 200
    with contextlib.closing(psycopg2.connect(server.db)) as slow, slow.cursor() as cur:
        late = str(uuid.uuid4())
        cur.execute("select muster.audit(%s, %s, 'organization.updated', null, 'organization', %s, '{}', %s, null)", (customer.id, late, customer.id, late))
        writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
        for t in writers:
            t.start()
        for t in writers:
            t.join()
        assert late not in {e["id"] for e in consumer.events}
        slow.commit()
    seal(server)
    consumer.last.set()
    consumer.join()
    written = {r[0] for r in server.sql("select id::text from muster.audit_event where organization_id = %s", customer.id)}
    assert [e["sequence"] for e in consumer.events] == list(range(1, len(written) + 1))
    assert {e["id"] for e in consumer.events} == written and late in written and len(written) > 8 * 6
