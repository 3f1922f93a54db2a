"""The whole directory at one moment, and the number of the event from which to go on."""
import contextlib
import threading
import time

import psycopg2
import pytest
from api import problem
from customer import Customer
from feed import Sealer, read
from helpers import made, op, user_body
from webhooks import seal


@pytest.fixture(scope="module", autouse=True)
def sealing(server):
    with Sealer(server):
        yield


def test_it_has_what_the_single_objects_have(api, server, customer):
    ids = [made(customer.client.post("/Users", user_body(f"{n}@example.com", name={"givenName": n})))["id"] for n in ("ann", "bob", "eve")]
    made(customer.second().client.post("/Users", user_body("ann@example.com")))
    customer.client.patch(f"/Users/{ids[2]}", op("replace", "active", False))
    for team, members in (("Zoo", ids[:2]), ("Ant", ids[:1])):
        customer.group(team, members)
    api.made(f"{customer.path}/teams", {"name": "Empty"})
    api.made(f"{customer.path}/members", {"email": "operator@example.com", "organization_role": "org:admin"})
    seal(server)
    snapshot = api.read(f"{customer.path}/events/snapshot")
    assert snapshot["sequence"] == read(api, customer)[1]
    assert sorted(m["email"] for m in snapshot["members"]) == ["ann@example.com", "bob@example.com", "eve@example.com", "operator@example.com"]
    assert [len(m["links"]) for m in snapshot["members"] if m["email"] == "ann@example.com"] == [2]
    for member in snapshot["members"]:
        assert member == api.read(f"{customer.path}/members/{member['id']}")
    assert {t["name"]: len(t["member_ids"]) for t in snapshot["teams"]} == {"Ant": 1, "Zoo": 2, "Empty": 0}
    for team in snapshot["teams"]:
        assert sorted(team["member_ids"]) == sorted(m["id"] for m in api.read(f"{customer.path}/teams/{team['id']}/members")["data"])


def test_an_empty_organization_has_an_empty_one(api, server):
    c = Customer(api)
    seal(server)
    assert api.read(f"{c.path}/events/snapshot") == {"sequence": 1, "members": [], "teams": []}
    problem(api.get(f"{c.path}/events/snapshot?limit=1"), 400, "unknown_field", "limit")


def test_snapshot_and_feed_lead_to_the_directory_as_it_is(api, server, customer):
    """While others write: no change is lost between the two."""
    users = [made(customer.client.post("/Users", user_body(f"u{i}@example.com"))) for i in range(6)]
    started = threading.Event()

    def write(n):
        client = customer.client_of()
        for i in range(12):
            client.patch(f"/Users/{users[n]['id']}", op("replace", "name.givenName", f"{n}-{i}"))
            client.post("/Users", user_body(f"new{n}-{i}@example.com"))
            started.set()
    writers = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for t in writers:
        t.start()
    started.wait(10)
    snapshot = api.read(f"{customer.path}/events/snapshot")
    for t in writers:
        t.join()
    seal(server)
    members = {m["id"]: m for m in snapshot["members"]}
    assert len(members) < 6 + 6 * 12
    for event in read(api, customer, after=snapshot["sequence"])[0]:
        member = event["data"].get("member")
        if member:
            members[member["id"]] = member
    expected = {m["id"]: m for m in api.all(f"{customer.path}/members")}
    assert {i: {k: v for k, v in m.items() if v is not None} for i, m in members.items()} == \
        {i: {k: v for k, v in m.items() if v is not None} for i, m in expected.items()}


def fill(server, customer, n):
    """Members with a SCIM user and two teams each, of whom the planner has not heard yet."""
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c, c.cursor() as cur:
        cur.execute("set session_replication_role = replica; set synchronous_commit = off")
        cur.execute("insert into muster.member (organization_id, id, email) select %s, muster.uuid7(), 'm' || n from generate_series(1, %s) n",
                    (customer.id, n))
        cur.execute("""insert into muster.scim_user (organization_id, id, connection_id, member_id, active, user_name_key, resource, folded, created_at,
                       modified_at)
                       select m.organization_id, m.id, %s, m.id, true, m.email, '{}', '{}', now(), now() from muster.member m where m.organization_id = %s""",
                    (customer.connection["id"], customer.id))
        cur.execute("insert into muster.team (organization_id, id, name, name_key) select %s, muster.uuid7(), 't' || n, 't' || n from generate_series(0, 99) n",
                    (customer.id,))
        cur.execute("""insert into muster.team_member (organization_id, team_id, member_id, linked, added)
                       select m.organization_id, t.id, m.id, true, false
                       from (select m.*, row_number() over (order by m.id) as n from muster.member m where m.organization_id = %s) m
                       join muster.team t on t.organization_id = m.organization_id and t.name in ('t' || m.n %% 100, 't' || (m.n + 1) %% 100)""",
                    (customer.id,))
    server.recount()


def test_ten_thousand_members_are_a_matter_of_a_second(api, server, customer):
    fill(server, customer, 10000)
    took = []
    for _ in range(3):
        begin = time.monotonic()
        answer = api.with_key(api.token)
        answer = super(type(answer), answer).request("GET", f"{customer.path}/events/snapshot")  # checking it all takes longer
        took.append(time.monotonic() - begin)
        assert answer.status == 200
    assert len(answer.json["members"]) == 10000 and {len(m["teams"]) for m in answer.json["members"]} == {2}
    assert sum(len(t["member_ids"]) for t in answer.json["teams"]) == 20000
    assert min(took) < 2, took


def test_too_many_members_are_refused_with_the_number_to_begin_at(api, server, customer):
    seal(server)
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c, c.cursor() as cur:
        cur.execute("set session_replication_role = replica; set synchronous_commit = off")
        cur.execute("insert into muster.member (organization_id, id) select %s, muster.uuid7() from generate_series(1, 100001) n", (customer.id,))
    answer = api.get(f"{customer.path}/events/snapshot")
    assert "events after 3" in problem(answer, 400)["message"]
