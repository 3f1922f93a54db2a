"""
What Bulk does together is what it does one by one: two organizations that are alike get the same operations, one with something between any two that
changes nothing and keeps them apart. The answers, the rows and the audit log are the same, whatever fails in the middle.
"""
import itertools
import json
import re

import pytest
from helpers import BULK, ENTERPRISE, PATCH_OP, USER, group_body, made, op, wait_until
from leavers import BADGE, LONG, SCHEMA

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOBODY = "01a20db4-3e9d-72d7-82e9-f673093deb64"
PEOPLE = 12  # of each kind whose keys are known
OPERATIONS = 140
WRITTEN = {"member": "created_at updated_at filed", "scim_user": "created_at modified_at removed_at", "scim_user_email": "", "scim_unique_value": "",
           "scim_modified": "modified_at", "scim_group": "created_at modified_at", "scim_group_user": "created_at", "team": "created_at updated_at",
           "team_member": "created_at", "link_request": "created_at decided_at"}
EVENTS = """
select row_to_json(e)::jsonb - '{at,organization_id}'::text[] from muster.audit_event e
join muster.audit_seal s on s.organization_id = e.organization_id and s.event_id = e.id
where e.organization_id = %s and e.actor_type = 'token' and e.action <> 'scim.request.refused' order by s.sequence"""


class Twins:
    """Two organizations with one policy, the same people and the same past."""

    def __init__(self, server, dialect, linking, email, extended):
        self.server, self.dialect, self.extended = server, dialect, extended
        self.two = [server.customer(dialect=dialect, linking=linking, email=email) for _ in range(2)]
        for customer in self.two:
            second = customer.second(linking="auto")
            if extended:
                customer.api.made(f"{customer.path}/scim/schemas", {"schema": SCHEMA, "resource_type": "User"})
            for kind, client in (("live", customer), ("gone", customer), ("member", second)):
                for n in range(PEOPLE):
                    client.user(f"{kind}{n}@old.example", externalId=f"x-{kind}{n}", **self.badge(f"{kind}{n}"))
        self.live = [self.found(c, "live") for c in self.two]
        for customer in self.two:
            for identifier in self.found(customer, "gone"):
                assert customer.client.delete(f"/Users/{identifier}").status == 204
        self.idle = [c.user("idle@old.example", title="Idle", **self.badge("idle"))["id"] for c in self.two]

    def __str__(self):
        return f"{self.two[0].connection['dialect']} linking={self.two[0].connection['linking']} email={self.two[0].connection['email']} {self.extended}"

    def found(self, customer, kind):
        return [made(customer.client.find("Users", f'userName eq "{kind}{n}@old.example"'), 200)["Resources"][0]["id"] for n in range(PEOPLE)]

    def badge(self, number):
        return {BADGE: {"site": "A", "number": number}} if self.extended else {}

    def nothing(self, which):
        """An operation without an effect."""
        return {"method": "PATCH", "path": f"/Users/{self.idle[which]}", "data": {"schemas": [PATCH_OP], "Operations": [op("replace", "title", "Idle")]}}

    def limit(self, room):
        """So many users more; None: any number."""
        for customer in self.two:
            self.server.sql("update muster.organization set max_users = (select users + %s from muster.organization_totals(%s)) where id = %s",
                            room, customer.id, customer.id)


@pytest.fixture(scope="module")
def twins(server):
    policies = itertools.product(["lenient", "strict"], ["auto", "never", "verified_domains"], ["required", "optional"])
    return [Twins(server, *policy, extended=i % 3 == 0) for i, policy in enumerate(policies)]


def newcomer(r, t, name, n):
    """Somebody new, with more or less that is known of them."""
    body = {"schemas": [USER], "userName": name, "emails": [{"value": name, "type": "work", "primary": True}], "externalId": f"x-{name}",
            "name": {"givenName": r.choice(["Ada", 'A"d\\a', "Éloise", "{x}", "NULL", ""]), "familyName": "O'Neil, \t"}, **t.badge(name)}
    for drop in r.sample(["externalId", "emails", "name"], r.choice([0, 0, 0, 1, 2])):
        del body[drop]
    if r.random() < 0.2:
        body["active"] = r.random() < 0.5
    if r.random() < 0.2:
        body["emails"] = [{"value": f"home.{name}", "type": "home"}, {"value": name.upper(), "type": "work"}, {"value": name, "type": "other"}]
    if n and r.random() < 0.1:
        body[ENTERPRISE] = {"manager": {"value": f"bulkId:{r.randrange(n + 5)}"}, "department": "R&D"}
    return body


def spoilt(r, t, body, names):
    """The same with something that another may have, or that nobody may have."""
    kind, number = r.choice(["live", "gone", "member"]), r.randrange(PEOPLE)
    earlier = r.choice(names)
    return {**body, **r.choice([
        {"userName": f"{kind}{number}@old.example"}, {"userName": f"LIVE{number}@Old.example"}, {"externalId": f"x-{kind}{number}"},
        {"emails": [{"value": f"{kind}{number}@old.example", "type": "work"}]}, {"userName": earlier}, {"userName": earlier.upper()},
        {"externalId": f"x-{earlier}"}, {"emails": [{"value": earlier, "type": "work"}]}, {"userName": " \t"}, {"userName": None},
        {"emails": [{"value": "nobody", "type": "work"}]}, {"userName": LONG}, {"externalId": LONG}, {"name": 5}, {"schemas": []},
        {"emails": [{"value": "a@b.example", "primary": True}, {"value": "c@b.example", "primary": True}]}, t.badge("idle"), t.badge(earlier),
        {ENTERPRISE: {"manager": {"value": "bulkId:nobody"}}}])}


def other(r, n):
    """Something that creates no user: of the two organizations, `live` names a user of each."""
    who = f"/Users/live{r.randrange(PEOPLE)}"
    crowd = [f"bulkId:{r.randrange(n + 3)}" for _ in range(4)]
    return r.choice([
        {"method": "PATCH", "path": who, "data": {"schemas": [PATCH_OP], "Operations": [op("replace", "title", str(r.random()))]}},
        {"method": "PATCH", "path": who, "data": {"schemas": [PATCH_OP], "Operations": [op("replace", "active", r.random() < 0.5)]}},
        {"method": "DELETE", "path": f"/Users/{NOBODY}"}, {"method": "DELETE", "path": f"/Users/bulkId:{r.randrange(n + 1)}"},
        {"method": "POST", "path": "/Groups", "data": group_body(f"g{r.random()}", crowd)}, {"method": "POST", "path": "/Users"}])


def operations(r, t, case):
    """Of any length, with any share of troubles."""
    trouble, names, out = r.choice([0, 0.02, 0.1, 0.5]), [f"first.{case}@new.example"], []
    for n in range(r.choice([3, 20, OPERATIONS, OPERATIONS])):
        if n and r.random() < trouble / 3:
            out.append({"bulkId": str(n), **other(r, n)})
            continue
        name = f"n{case}.{n}@new.example"
        body = newcomer(r, t, name, n)
        out.append({"method": "POST", "path": "/Users", "bulkId": str(n), "data": spoilt(r, t, body, names) if r.random() < trouble else body})
        names.append(name)
    return out


def own(t, which, operation):
    """The operation as the organization knows it."""
    return json.loads(re.sub(r"/Users/live(\d+)", lambda m: f"/Users/{t.live[which][int(m[1])]}", json.dumps(operation)))


def answered(customer, body):
    return made(customer.client_of().post("/Bulk", {"schemas": [BULK], **body}), 200)["Operations"]


class Log:
    """The audit log of an organization, and its rows, with each id as the number of its first place in the log."""

    def __init__(self, server, customer):
        wait_until(lambda: not server.sql("select true from muster.audit_pending where organization_id = %s limit 1", customer.id), 20, "all is sealed")
        self.numbers = {}
        self.events = [UUID.sub(lambda m: f"#{self.numbers.setdefault(m[0], len(self.numbers))}", json.dumps(e, sort_keys=True))
                       for (e,) in server.sql(EVENTS, customer.id)]
        self.counted = server.sql("select users, groups from muster.organization_totals(%s)", customer.id)
        self.rows = [sorted(self.known(json.dumps(row, sort_keys=True)) for (row,) in server.sql(
            f"select row_to_json(t)::jsonb - %s::text[] from muster.{table} t where organization_id = %s",
            ["organization_id", *times.split()], customer.id)) for table, times in WRITTEN.items()]

    def known(self, text):
        return UUID.sub(lambda m: f"#{self.numbers.get(m[0], '?')}", text)


def plain(log, customer, answers):
    return [log.known(json.dumps(a, sort_keys=True)).replace(customer.server.url, "") for a in answers]


def batches(server, customer):
    """How many (sub)transactions wrote the newcomers, and how many there are."""
    return server.sql("""select count(distinct xmin::text), count(*) from muster.scim_user
                         where organization_id = %s and user_name_key like '%%@new.example'""", customer.id)[0]


def test_operations_that_run_together_do_what_they_do_one_by_one(server, twins, chance, cases):
    for case in range(cases(48)):
        r, t = chance, twins[case % len(twins)]
        t.limit(r.choice([None, None, None, None, 0, 3, r.randrange(200)]))
        stop = r.choice([None, None, None, 1, 5])
        more = {"failOnErrors": stop} if stop else {}
        wanted = operations(r, t, case)
        together = answered(t.two[0], {"Operations": [own(t, 0, o) for o in wanted], **more})
        apart = answered(t.two[1], {"Operations": [x for o in wanted for x in (own(t, 1, o), t.nothing(1))], **more})
        apart = [a for a in apart if "bulkId" in a or t.idle[1] not in a.get("location", "")]
        logs = [Log(server, c) for c in t.two]
        where = f"case {case}, {t}"
        for a, b in itertools.zip_longest(plain(logs[0], t.two[0], together), plain(logs[1], t.two[1], apart)):
            assert a == b, where
        for a, b in itertools.zip_longest(logs[0].events, logs[1].events):
            assert a == b, where
        assert logs[0].rows == logs[1].rows and logs[0].counted == logs[1].counted, where
    counts = [[sum(n) for n in zip(*(batches(server, t.two[which]) for t in twins))] for which in (0, 1)]
    assert counts[0][0] < counts[0][1] / 2 and counts[1][0] > counts[1][1] * 0.8, counts
