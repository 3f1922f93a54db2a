"""Claims of domains: what may be claimed, and what the admin API and the command line say of it."""
import pytest
from api import good, problem
from customer import Customer
from helpers import unique


def claims(customer):
    return f"{customer.path}/scim/domain-claims"


def test_a_claim_names_the_record_that_proves_it(api, org):
    c = api.made(claims(org), {"domain": "Contoso.Example."})
    assert (c["domain"], c["name"], c["state"], c["lost_at"], c["verified_at"]) == ("contoso.example", "_provisioning.contoso.example", "waiting", None, None)
    assert c["value"].startswith("domain-verify=") and len(c["value"]) == len("domain-verify=") + 49
    assert c["claimed_by"]["type"] == "key" and c["claimed_by"]["id"]
    shown = api.read(f"{claims(org)}/{c['id']}")
    assert {**shown, "answer": None, "message": None, "checked_at": None, "next_check_at": None} == {**c, "next_check_at": None}
    assert [x["id"] for x in api.all(claims(org))] == [c["id"]]
    assert api.read(f"{org.path}/scim/domains") == {"domains": []}
    assert [e["data"] for e in org.events("&action=scim.domain.claimed")] == [{"domain": "contoso.example"}]


@pytest.mark.parametrize("domain, name", [
    ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.Example", "xn--bcher-kva.example"), ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ("例え。example", "xn--r8jz45g.example")])
def test_names_of_every_script_are_one_domain(api, org, domain, name):
    c = api.made(claims(org), {"domain": domain})
    assert c["name"] == f"_provisioning.{name}" and c["domain"] in ("bücher.example", "例え.example")
    problem(api.post(claims(org), {"domain": name}), 409, field="domain")


def test_a_name_that_folding_turns_into_another_domain_stays_as_name_servers_have_it(api, org):
    """An email's key has ss for ß: strasse.example may be somebody else's."""
    c = api.made(claims(org), {"domain": "straße.example"})
    assert c["domain"] == "xn--strae-oqa.example"


@pytest.mark.parametrize("domain, says", [
    ("localhost", "local networks"), ("printer.local", "local networks"), ("a.localhost.", "local networks"), ("intranet", "local networks"),
    ("192.0.2.1", "IP address"), ("2001:db8::1", "IP address"), ("1.2.3", "IP address"), ("０x7f.１", "IP address"), ("_dmarc.example.com", "with _"),
    ("a_b.example.com", "with _"), ("co.uk", "public suffix"), ("com", "local networks"), ("github.io", "public suffix"), ("*.example.com", "without @"),
    ("a@example.com", "without @"), ("https://example.com", "without @"), ("example.com:53", "without @"), ("-a.example.com", "valid name"),
    ("a..example.com", "name"), (".", "name"), ("..", "name"), ("a b.example", "without @"), ("a" * 64 + ".example", "valid name"),
    (".".join(["a" * 50] * 3) + ".example", None), (".".join(["abcdefg"] * 24) + "." + "a" * 60, None)])
def test_what_is_no_domain_of_a_customer_is_refused(api, org, domain, says):
    answer = api.post(claims(org), {"domain": domain})
    if says is None and len(domain) <= 239:
        assert answer.status == 201, answer
    else:
        said = problem(answer, 400, field="domain")
        assert (says or "") in said["message"], said


@pytest.mark.parametrize("body", [{}, {"domain": None}, {"domain": 1}, {"domain": ""}, {"domain": "x" * 300}, {"domain": "a.example", "more": 1}])
def test_a_claim_takes_a_domain_and_nothing_else(api, org, body):
    problem(api.post(claims(org), body), 400)


def test_claims_of_an_organization_are_bounded(server, api, org):
    server.sql("""insert into muster.domain_claim (organization_id, id, domain, ascii, value, claimed_by_type, next_check_at)
                  select %s, gen_random_uuid(), d, d, 'domain-verify=x', 'key', 'infinity' from generate_series(1, 99) n,
                         lateral (select 'd' || n || '.example') x (d)""", org.id)
    last = api.made(claims(org), {"domain": "last.example"})
    assert "100 domains" in problem(api.post(claims(org), {"domain": "more.example"}), 409)["message"]
    assert api.delete(f"{claims(org)}/{last['id']}").status == 204
    api.made(claims(org), {"domain": "more.example"})


def test_a_claim_is_found_by_its_domain_too_and_only_by_its_organization(api, org):
    other, c = Customer(api), api.made(claims(org), {"domain": "found.example"})
    assert api.read(f"{claims(org)}/Found.Example.")["id"] == c["id"]
    for path in (f"{claims(other)}/{c['id']}", f"{claims(other)}/found.example", f"{claims(org)}/other.example", f"{claims(org)}/x"):
        problem(api.get(path), 404)
        problem(api.post(f"{path}/check"), 404)
        problem(api.delete(path), 404)
    assert api.made(claims(other), {"domain": "found.example"})["value"] != c["value"]


@pytest.mark.parametrize("checked, soon", [("now()", False), ("now() - interval '1 minute'", True), ("null", True)])
def test_a_check_is_never_sooner_than_half_a_minute_after_the_last(server, api, org, checked, soon):
    """Somebody else's lease, so that no worker looks it up."""
    server.sql(f"""insert into muster.domain_claim (organization_id, id, domain, ascii, value, claimed_by_type, checked_at, next_check_at, leased_until)
                   values (%s, gen_random_uuid(), 'soon.example', 'soon.example', 'domain-verify=x', 'key', {checked}, now() + interval '1 day', 'infinity')""",
               org.id)
    good(api.post(f"{claims(org)}/soon.example/check"))
    due = """select next_check_at <= now(), next_check_at <= greatest(now(), checked_at + interval '30 seconds')
             from muster.domain_claim where organization_id = %s"""
    assert server.sql(due, org.id) == [(soon, True)]


def test_the_command_line_claims_lists_checks_and_removes(server, org):
    made = server.muster("domain", "claim", "cli.example", "--org", org.slug)
    assert made["name"] == "_provisioning.cli.example" and made["claimed_by"] == {"type": "operator", "id": None}
    assert [c["id"] for c in server.muster("domain", "list", "--org", org.slug)["data"]] == [made["id"]]
    assert server.muster("domain", "check", "cli.example", "--org", org.slug)["id"] == made["id"]
    assert "muster domain list" in server.muster("domain", "check", "no.example", "--org", org.slug, ok=False).stderr
    server.muster("domain", "remove", made["id"], "--org", org.slug)
    assert server.muster("domain", "list", "--org", org.slug)["data"] == []
    assert "public suffix" in server.muster("domain", "claim", "co.uk", "--org", org.slug, ok=False).stderr


def test_an_organization_that_ends_claims_nothing_any_more(server, api):
    c = Customer(api)
    api.made(claims(c), {"domain": "ends.example"})
    assert api.delete(f"{c.path}?confirm={c.slug}").status == 204
    assert server.sql("select count(*) from muster.domain_claim where organization_id = %s", c.id) == [(0,)]


def test_a_portal_session_claims_and_never_sets_the_list(api, org):
    s = api.with_key(api.made(f"{org.path}/portal-embed-tokens", {})["token"])
    c = s.made(claims(org), {"domain": f"{unique()}.example"})
    assert c["claimed_by"]["type"] == "session"
    good(s.post(f"{claims(org)}/{c['id']}/check"))
    problem(s.put(f"{org.path}/scim/domains", {"domains": [c["domain"]]}), 403)
    assert s.delete(f"{claims(org)}/{c['id']}").status == 204
