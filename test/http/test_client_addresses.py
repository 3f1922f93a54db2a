"""An address has one form, however it is written: in logs and the audit log, allowed addresses, limits and lists of proxies."""
import pytest
from helpers import assert_error, made, user_body
from server import Server


@pytest.fixture(scope="module", params=["127.0.0.0/8", "::ffff:127.0.0.1", "::ffff:127.0.0.0/104"])
def behind(request):
    """A server behind a proxy that is trusted under this name."""
    s = Server("--rate", "1000", env={"MUSTER_TRUSTED_PROXIES": request.param, "MUSTER_AUTH_FAILURES": "3"}).start()
    yield s
    s.stop()


def came_from(customer, address):
    made(customer.client.post("/Users", user_body(), headers={"X-Forwarded-For": address}))
    return customer.server.sql("select client_address from muster.audit_event where organization_id = %s and action like 'scim.user%%' order by at desc, id "
                               "desc limit 1",
                               customer.org["id"])[0][0]


@pytest.mark.parametrize("sent, kept",
                         [("::ffff:192.0.2.7", "192.0.2.7"), ("::FFFF:c000:0207", "192.0.2.7"), ("192.0.2.7", "192.0.2.7"), ("2001:DB8:0:0::1", "2001:db8::1"),
                          ("198.51.100.1, ::ffff:192.0.2.7", "192.0.2.7"), ("192.0.2.7, ::ffff:127.0.0.1", "192.0.2.7"),
                          ("192.0.2.7:49152", "192.0.2.7"),
                          ("[2001:db8::1]:443", "2001:db8::1"), ("nobody", "127.0.0.1")])
def test_the_audit_log_has_the_one_form(behind, sent, kept):
    assert came_from(behind.customer(), sent) == kept


@pytest.mark.parametrize("allowed", ["192.0.2.7", "192.0.2.0/24", "::ffff:192.0.2.7", "::ffff:192.0.2.0/120"])
def test_allowed_addresses_are_met_in_either_form(behind, allowed):
    t = behind.customer()
    token = t.renew(allowed_addresses=[allowed])
    assert token["allowed_addresses"] == ["192.0.2.7/32" if "/" not in allowed else "192.0.2.0/24"]
    for address in ("192.0.2.7", "::ffff:192.0.2.7"):
        assert t.client.get("/Users", headers={"X-Forwarded-For": address}).status == 200, address
    for address in ("192.0.3.7", "::ffff:192.0.3.7", "::1"):
        assert_error(t.client.get("/Users", headers={"X-Forwarded-For": address}), 403)


def test_wrong_tokens_are_counted_by_address(behind):
    stranger = behind.client("wrong")

    def status(address):
        return stranger.get("/Users", headers={"X-Forwarded-For": address}).status
    assert [status("::ffff:198.51.100.1") for _ in range(4)] == [401, 401, 401, 429]
    assert status("198.51.100.1") == 429
    assert [status(a) for a in ("::ffff:198.51.100.2", "198.51.100.3")] == [401, 401]
    assert [status(f"2001:db8:0:7::{n}") for n in range(1, 5)] == [401, 401, 401, 429]
    assert status("2001:db8:0:8::1") == 401
