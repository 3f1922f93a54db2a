"""What is written beside requests, and when: once a minute, and sooner while a session of the portal watches."""
from activity import NOBODY, a_minute_passes, activity, rows, watched
from api import good
from helpers import wait_until


def test_what_is_unchanged_is_304(customer):
    customer.client.get("/Users")
    first = customer.api.get(f"{customer.connection_path}/activity")
    again = customer.api.get(f"{customer.connection_path}/activity", headers={"If-None-Match": first.header("ETag")})
    assert (first.status, again.status, again.raw) == (200, 304, b"")
    customer.client.post("/Users", {})
    changed = customer.api.get(f"{customer.connection_path}/activity", headers={"If-None-Match": first.header("ETag")})
    assert changed.status == 200 and changed.json["state"] == "refused"


def test_reads_write_once_a_minute(customer):
    customer.user()
    before = rows(customer)
    for path in ["/Users", "/Users?startIndex=1&count=1", f"/Users/{NOBODY}", "/Groups", "/Schemas"] * 4:
        assert customer.client.get(path).status in (200, 404)
    assert rows(customer) == before
    a_minute_passes(customer)
    customer.client.get("/Groups")
    assert activity(customer)["last"]["what"] == "/Groups"
    after = rows(customer)
    customer.client.get("/Schemas")
    assert rows(customer) == after != before


def test_while_a_session_watches_requests_are_told_within_two_seconds(customer):
    customer.client.get("/Users")
    session, path = watched(customer), f"/organizations/{customer.slug}/scim/connections/{customer.connection['id']}/activity"
    assert good(session.get(path))["last"]["what"] == "/Users"
    before = rows(customer)
    tag = session.get(path).header("ETag")
    assert session.get(path, headers={"If-None-Match": tag}).status == 304 and rows(customer) == before

    def told():
        customer.client.get("/Groups")
        return good(session.get(path))["last"]["what"] == "/Groups"
    wait_until(told, 10, "a request that is watched")


def test_a_key_does_not_watch(customer):
    customer.client.get("/Users")
    before = rows(customer)
    activity(customer)
    assert rows(customer) == before
