"""The proofs of claimed domains: muster-deliver asks a name server, whatever that answers."""
import pytest
from api import Api, good
from customer import Customer
from helpers import unique, user_body, wait_until
from name_server import CNAME, NXDOMAIN, REFUSED, SERVFAIL, TRUNCATED, TXT, NameServer, txt
from server import Server
from webhooks import Receiver, Worker


@pytest.fixture(scope="module")
def names():
    with NameServer() as n:
        yield n


@pytest.fixture(scope="module")
def server(names):
    s = Server(env={"MUSTER_DNS": f"127.0.0.1:{names.port}"}).start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def api(server):
    return Api(server)


class Claim:
    """A claim of a new domain, whose name server answers with `answer(query, value)`."""

    def __init__(self, org, names, answer, domain=None):
        self.api, self.org, self.names, self.domain = org.api, org, names, domain or f"{unique()}.example"
        self.value = None
        if answer:
            names.zone[self.domain] = lambda q: answer(q, self.value or self.stored())
        made = self.api.made(f"{org.path}/scim/domain-claims", {"domain": self.domain})
        self.value, self.path = made["value"], f"{org.path}/scim/domain-claims/{made['id']}"
        self.id = made["id"]

    def stored(self):
        """The value, of a query that is quicker than our answer."""
        return self.org.server.sql("select value from muster.domain_claim where organization_id = %s and ascii = %s", self.org.id, self.domain)[0][0]

    def now(self):
        return self.api.read(self.path)

    def answered(self, answer, seconds=10):
        wait_until(lambda: self.now()["answer"] == answer, seconds, self.now)
        return self.now()

    def again(self):
        """Has it looked up as when the time has come."""
        self.org.server.sql("update muster.domain_claim set next_check_at = now(), answer = null where id = %s", self.id)

    def verified(self):
        return self.api.read(f"{self.org.path}/scim/domains")["domains"]


def proof(q, value):
    return q.texts(value)


GOOD = {
    "plain": proof,
    "in parts": lambda q, v: q.texts((v[:3], "", v[3:40], v[40:])),
    "byte by byte": lambda q, v: q.texts(tuple(v)),
    "among others": lambda q, v: q.texts("v=spf1 -all", ("a" * 255, "b" * 255), v, "domain-verify=other"),
    "quoted": lambda q, v: q.texts(f'"{v}" '),
    "behind a CNAME": lambda q, v: q.answer((None, CNAME, b"\x01a\x07example\0"), ("a.example", TXT, txt(v))),
    "over TCP": lambda q, v: q.texts(v, *("x" * 200 for _ in range(100))) if q.tcp else q.texts(flags=TRUNCATED),
    "after a wrong id": lambda q, v: [q.texts("other", id=bytes(b ^ 255 for b in q.id)), q.texts(v)],
    "after another question": lambda q, v: [q.texts("other", question=b"\x01x\0\0\x10\0\x01"), q.texts(v)],
}


@pytest.mark.parametrize("how", GOOD)
def test_a_record_proves_the_domain(api, names, how):
    c = Claim(Customer(api), names, GOOD[how])
    now = c.answered("found")
    assert (now["state"], now["message"], now["lost_at"]) == ("verified", "the record is there", None) and now["verified_at"]
    assert c.verified() == [c.domain]
    event, = c.org.events("&action=scim.domain.verified")
    assert event["data"] == {"domain": c.domain, "claimed_by": now["claimed_by"]} and event["target_id"] == c.id


def test_a_question_that_was_lost_is_asked_again(api, names):
    seen = []

    def second(q, value):
        seen.append(q)
        return q.texts(value) if len(seen) > 1 else None
    assert Claim(Customer(api), names, second).answered("found", 15)["state"] == "verified"


BAD = {
    "no name": (lambda q, v: q.answer(rcode=NXDOMAIN), "not_found"),
    "no record": (lambda q, v: q.answer(), "not_found"),
    "a CNAME to nothing": (lambda q, v: q.answer((None, CNAME, b"\x01a\x07example\0")), "not_found"),
    "another value": (lambda q, v: q.texts("domain-verify=other"), "other_value"),
    "more than the value": (lambda q, v: q.texts(v + "x"), "other_value"),
    "the value in two records": (lambda q, v: q.texts(v[:20], v[20:]), "other_value"),
    "a very long one": (lambda q, v: q.texts((v, *["x" * 255] * 200)) if q.tcp else q.texts(flags=TRUNCATED), "other_value"),
    "an empty one": (lambda q, v: q.texts(""), "other_value"),
    "bytes": (lambda q, v: q.texts((bytes(range(256))[1:256],)), "other_value"),
    "failure": (lambda q, v: q.answer(rcode=SERVFAIL), "no_answer"),
    "refusal": (lambda q, v: q.answer(rcode=REFUSED), "no_answer"),
    "silence": (lambda q, v: None, "no_answer"),
    "garbage": (lambda q, v: [b"", b"\0", q.id, q.id + b"\xff" * 40, b"\xff" * 600], "no_answer"),
    "a record that ends too early": (lambda q, v: q.texts(v)[:-5], "no_answer"),
    "a name that points at itself": (lambda q, v: q.texts(v).replace(b"\xc0\x0c", bytes([0xc0, 12 + len(q.question)]), 1), "no_answer"),
    "more records than it has": (lambda q, v: q.texts(v)[:6] + b"\xff\xff" + q.texts(v)[8:], "no_answer"),
    "only a wrong id": (lambda q, v: q.texts(v, id=bytes(b ^ 255 for b in q.id)), "no_answer"),
    "truncated, then silence over TCP": (lambda q, v: None if q.tcp else q.texts(flags=TRUNCATED), "no_answer"),
}


@pytest.fixture(scope="module")
def unproved(api, names):
    """A claim for each bad answer, all at the same time: some wait for seconds."""
    return {how: Claim(Customer(api), names, answer) for how, (answer, _) in BAD.items()}


@pytest.mark.parametrize("how", BAD)
def test_what_is_no_proof_is_told_and_nothing_is_verified(unproved, how):
    c, answer = unproved[how], BAD[how][1]
    now = c.answered(answer, 60)
    assert now["state"] == "waiting" and now["message"] and c.verified() == []
    ((minutes, leased),) = c.org.server.sql("""select round(extract(epoch from next_check_at - checked_at) / 60), leased_until
                                               from muster.domain_claim where id = %s""", c.id)
    assert (minutes, leased) == (5, None)


def test_after_a_day_it_is_looked_up_once_a_day(server, api, names):
    c = Claim(Customer(api), names, None)
    c.answered("not_found")
    server.sql("update muster.domain_claim set created_at = now() - interval '25 hours' where id = %s", c.id)
    c.again()
    c.answered("not_found")
    assert server.sql("select next_check_at - checked_at = interval '1 day' from muster.domain_claim where id = %s", c.id) == [(True,)]


def test_a_proof_that_is_gone_is_shown_and_undoes_nothing(api, names):
    c = Claim(Customer(api).connect(linking="verified_domains"), names, proof)
    c.answered("found")
    record = names.zone.pop(c.domain)
    c.again()
    now = c.answered("not_found")
    assert (now["state"], now["message"]) == ("lost", "the record is not there any more") and now["lost_at"] and c.verified() == [c.domain]
    member = api.made(f"{c.org.path}/members", {"email": f"ada@{c.domain}"})
    assert c.org.client.post("/Users", user_body(f"ada@{c.domain}")).status == 201
    assert len(api.read(f"{c.org.path}/members/{member['id']}")["links"]) == 1
    names.zone[c.domain] = lambda q: q.answer(rcode=SERVFAIL)
    c.again()
    assert c.answered("no_answer")["state"] == "lost"
    names.zone[c.domain] = record
    c.again()
    now = c.answered("found")
    assert (now["state"], now["lost_at"]) == ("verified", None)
    assert c.org.actions(action="scim.domain.*") == [f"scim.domain.{x}" for x in ("claimed", "verified", "lost", "verified")]


def test_no_answer_loses_no_proof(api, names):
    c = Claim(Customer(api), names, proof)
    c.answered("found")
    names.zone[c.domain] = lambda q: q.answer(rcode=REFUSED)
    c.again()
    assert c.answered("no_answer")["state"] == "verified"


def test_a_claim_takes_out_only_what_it_brought_in(api, names):
    org = Customer(api)
    own = f"{unique()}.example"
    good(api.put(f"{org.path}/scim/domains", {"domains": [own]}))
    first, second = Claim(org, names, proof, own), Claim(org, names, proof)
    for c in (first, second):
        c.answered("found")
    assert set(first.verified()) == {own, second.domain}
    for c, left in ((first, {own, second.domain}), (second, {own})):
        assert api.delete(c.path).status == 204
        assert set(c.verified()) == left
    assert [e["data"]["taken_out"] for e in org.events("&action=scim.domain.removed")] == [True, False]


def test_what_the_operator_takes_out_stays_out(api, names):
    c = Claim(Customer(api), names, proof)
    c.answered("found")
    good(api.put(f"{c.org.path}/scim/domains", {"domains": []}))
    c.again()
    c.answered("found")
    assert c.verified() == []


def test_both_forms_of_a_name_are_verified(api, names):
    org, word = Customer(api).connect(linking="verified_domains"), unique()
    claimed = f"bücher-{word}.example"
    made = api.made(f"{org.path}/scim/domain-claims", {"domain": claimed})
    names.zone[made["name"].removeprefix("_provisioning.")] = lambda q: q.texts(made["value"])
    good(api.post(f"{org.path}/scim/domain-claims/{made['id']}/check"))
    api.server.sql("update muster.domain_claim set next_check_at = now() where id = %s", made["id"])
    wait_until(lambda: len(api.read(f"{org.path}/scim/domains")["domains"]) == 2, 10, "both are verified")
    assert set(api.read(f"{org.path}/scim/domains")["domains"]) == {claimed, made["name"].removeprefix("_provisioning.")}


def test_two_organizations_prove_one_domain_each_for_itself(api, names):
    """The value is of the claim: the record of one proves nothing for the other, and each links only its own people."""
    domain, record = f"{unique()}.example", []
    names.zone[domain] = lambda q: q.texts(*record)
    one, two = (Claim(Customer(api).connect(linking="verified_domains"), names, None, domain) for _ in range(2))
    record.append(one.value)
    for c in (one, two):
        wait_until(lambda c=c: c.now()["checked_at"], 10, c.now)
        c.again()
    assert one.answered("found")["state"] == "verified" and two.answered("other_value")["state"] == "waiting"
    assert (one.verified(), two.verified()) == ([domain], [])
    record.append(two.value)
    two.again()
    assert two.answered("found")["state"] == "verified"
    for c in (one, two):
        api.made(f"{c.org.path}/members", {"email": f"eve@{domain}"})
    assert one.org.client.post("/Users", user_body(f"eve@{domain}")).status == 201
    assert [len(c.org.api.read(f"{c.org.path}/members")["data"][0]["links"]) for c in (one, two)] == [1, 0]


def test_a_check_is_soon(server, api, names):
    c = Claim(Customer(api), names, None)
    c.answered("not_found")
    server.sql("update muster.domain_claim set checked_at = now() - interval '1 minute' where id = %s", c.id)
    names.zone[c.domain] = lambda q: q.texts(c.value)
    good(api.post(f"{c.path}/check"))
    assert c.answered("found")["state"] == "verified"


def test_name_servers_that_hang_hold_up_neither_sealing_nor_webhooks(server, api, names):
    org = Customer(api)
    slow = [Claim(org, names, lambda q, v: None) for _ in range(12)]
    wait_until(lambda: len({q.name for c in slow for q in names.asked(c.domain)}) >= 4, 10, "some are asked")
    with Receiver() as r:
        api.made(f"{org.path}/webhooks", {"url": r.url, "allow_private": True, "events": ["member.added"]})
        api.made(f"{org.path}/members", {"email": "quick@example.com"})
        r.wait(1, 5)
    assert any(c.now()["checked_at"] is None for c in slow)
    other = Claim(Customer(api), names, proof)  # it passes those that wait for a place
    other.answered("found", 15)
    assert any(c.now()["checked_at"] is None for c in slow)
    for c in slow:
        assert api.delete(c.path).status == 204


def test_several_workers_look_up_a_claim_once(server, api, names):
    with Worker(server), Worker(server):
        found = [Claim(Customer(api), names, proof) for _ in range(20)]
        for c in found:
            c.answered("found", 30)
    assert [len(names.asked(c.domain)) for c in found] == [1] * len(found)


def test_what_a_lost_worker_had_is_looked_up_again(server, api, names):
    c = Claim(Customer(api), names, proof)
    c.answered("found")
    server.sql("update muster.domain_claim set answer = null, next_check_at = now(), leased_until = now() + interval '1 hour' where id = %s", c.id)
    other = Claim(Customer(api), names, proof)
    other.answered("found")
    assert c.now()["answer"] is None
    server.sql("update muster.domain_claim set leased_until = now() where id = %s", c.id)
    c.answered("found")


def test_lookups_are_counted(server, api, names):
    def counted():
        return sum(float(line.split()[-1]) for line in api.get("/metrics", absolute=True).text.splitlines()
                   if line.startswith('muster_domain_lookups_total{answer="found"}'))
    before = counted()
    Claim(Customer(api), names, proof).answered("found")
    wait_until(lambda: counted() == before + 1, 5, "it is counted")
