"""The audit log as a file, and its filters at a cost that does not grow with the log."""
import contextlib
import csv
import io
import json
import uuid

import psycopg2
import pytest
from api import problem
from customer import Customer
from helpers import made, op, user_body
from test_events import buffers
from webhooks import seal

BOUND = 20000  # events that a request looks at


@pytest.fixture
def busy(api, server, customer):
    """A customer with a name that a spreadsheet would run, and some events."""
    user = made(customer.client.post("/Users", user_body("ann@example.com", displayName="=1+1")))
    assert customer.client.patch(f"/Users/{user['id']}", op("replace", "displayName", "a \"b\",\nc")).status == 200
    seal(server)
    return customer


def test_json_lines_are_the_events_of_the_list(api, busy):
    answer = api.get(f"{busy.path}/audit-logs/export?format=jsonl")
    assert answer.header("Content-Type") == "application/x-ndjson" and answer.header("X-Next-Cursor") is None
    assert answer.header("Content-Disposition") == f'attachment; filename="audit-log-{busy.id}.jsonl"'
    assert [{**json.loads(line), "actor_for": None} for line in answer.text.splitlines()] == busy.events() and len(busy.events()) == 5


def test_csv_is_the_same_in_rows(api, busy):
    answer = api.get(f"{busy.path}/audit-logs/export")
    assert answer.header("Content-Type") == "text/csv; charset=utf-8" and answer.header("Content-Disposition").endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    events = busy.events()
    assert [json.loads(r.pop("data")) for r in rows] == [e.pop("data") for e in events]
    assert rows == [{k: "" if v is None else str(v) for k, v in e.items() if k != "actor_for"} for e in events]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_parts_are_put_together_by_writing_one_behind_the_other(api, busy, form):
    whole, text, cursor = api.get(f"{busy.path}/audit-logs/export?format={form}").text, "", ""
    while cursor is not None:
        part = api.get(f"{busy.path}/audit-logs/export?format={form}&limit=2{cursor and '&cursor=' + cursor}")
        text, cursor = text + part.text, part.header("X-Next-Cursor")
    assert text == whole


def test_an_export_takes_the_filters_of_the_list(api, busy):
    for query in ("action=scim.user.*", "action=scim.user.updated", f"actor={busy.token['id']}", "from=2000-01-01T00:00:00Z"):
        ids = [json.loads(line)["id"] for line in api.get(f"{busy.path}/audit-logs/export?format=jsonl&{query}").text.splitlines()]
        assert ids == [e["id"] for e in busy.events("&" + query)], query


@pytest.mark.parametrize("query, field",
                         [("format=xml", "format"), ("limit=0", "limit"), ("limit=10001", "limit"), ("limit=x", "limit"), ("cursor=x", "cursor"),
                          ("request_id=x", "request_id"), ("after=1", "after")])
def test_wrong_parameters_are_named(api, customer, query, field):
    problem(api.get(f"{customer.path}/audit-logs/export?{query}"), 400, None, field)


def test_the_events_of_a_request_are_found_by_its_id(api, customer):
    users = [made(customer.client.post("/Users", user_body()))["id"] for _ in range(3)]
    answer = customer.client.post("/Groups",
                                  {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "All", "members": [{"value": u} for u in users]})
    request = answer.header("X-Request-Id")
    events = customer.events(f"&request_id={request}")
    assert {e["request_id"] for e in events} == {request} and request in {e["id"] for e in events}
    assert [e["id"] for e in events] == [e["id"] for e in customer.events() if e["request_id"] == request] and len(events) >= 4
    assert [e["action"] for e in customer.events(f"&request_id={request}&action=scim.group.created")] == ["scim.group.created"]
    assert customer.events(f"&request_id={uuid.uuid4()}") == customer.events(f"&request_id={request}&actor={uuid.uuid4()}") == []
    assert customer.events(f"&request_id={request}&target={users[0]}&to=2000-01-01T00:00:00Z") == []


@pytest.fixture(scope="module")
def large(api, server):
    """More events than a request looks at, without numbers; the one of its kind is the oldest."""
    c = Customer(api)
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as db, db, db.cursor() as cur:
        cur.execute("set session_replication_role = replica; set synchronous_commit = off")
        cur.execute("""insert into muster.audit_event (organization_id, id, at, action, actor_type, actor_id, target_type, target_id, request_id)
                       select %s, i, now() + n * interval '1 s', 'scim.user.updated', 'token', %s, 'scim_user', muster.uuid7(), i
                       from (select n, muster.uuid7() as i from generate_series(1, %s) n) x""", (c.id, c.id, BOUND + 500))
    server.sql("analyze muster.audit_event")
    return c


@pytest.mark.parametrize("query", ["action=organization.*", "action=organization.created"])
def test_what_is_rare_is_looked_for_in_bounded_steps(api, large, query):
    first = api.read(f"{large.path}/audit-logs?{query}")
    assert first["data"] == [] and first["next_cursor"]
    second = api.read(f"{large.path}/audit-logs?{query}&cursor={first['next_cursor']}")
    assert [e["action"] for e in second["data"]] == ["organization.created"] and second["next_cursor"] is None


def test_no_filter_reads_the_whole_log(server, large):
    target, request, at = server.sql("select target_id::text, request_id::text, at::text from muster.audit_event where organization_id = %s order by at "
                                     "offset 7000 limit 1", large.id)[0]

    def pages(action=None, prefix=None, actor=None, target=None, request=None, to=None, look=None, person=None, refused=None):
        return buffers(server, "api_audit_list", large.id, action, prefix, None, to, actor, target, request, None, None, look, 101, 16777216, person,
                       person, refused)
    page = 101 * 5  # each event, and its number by an index that may be four pages high
    bounded = 200 + BOUND // 2  # the bounded look, by the index and the pages of the table behind it
    assert pages() < page and pages(to=at) < page
    assert pages(target=target) < page and pages(request=request) < page and pages(target=target, request=request) < page
    assert pages(action="none.such", look=BOUND) < bounded and pages(prefix="none.", look=BOUND) < bounded
    assert pages(actor=target, look=BOUND) < bounded and pages(person="nobody", look=BOUND) < bounded and pages(refused=True, look=BOUND) < bounded
