"""No leaver is refused, whatever else the request carries; and who comes back is who left, who is new is new.

PROPERTY_CASES requests (default 2000) from PROPERTY_SEED; a failure prints the seed and the case."""
import collections
import itertools
import json
import random
import threading

import pytest
from conftest import SEED
from helpers import BULK, PATCH_OP, Client, made, op, unique
from leavers import BADGE, HEX, KINDS, REFERENCES, SCHEMA, make_users, patient, request, told_of

THREADS, BATCH = 4, 40


class Place:
    """An organization with a policy of each kind, a neighbour whose keys are taken, and a second connection."""

    def __init__(self, server, dialect, identity, linking, email, extended, mapped):
        self.dialect, self.identity, self.linking, self.email, self.extended, self.mapped = dialect, identity, linking, email, extended, mapped
        self.server = server
        first = server.customer(dialect=dialect, identity=identity, linking=linking, email=email)
        self.org, self.second = first.org, first.second(linking="auto")
        self.token, self.taken = first.token["token"], f"taken@{first.slug}.example"
        self.client = first.client
        admin = Client(server.env["MUSTER_ADMIN_URL"], server.env["MUSTER_API_KEY"])
        base = f"/organizations/{first.slug}"
        more = {"headers": {"Content-Type": "application/json"}}
        if extended:
            made(admin.post(f"{base}/scim/schemas", {"schema": SCHEMA, "resource_type": "User"}, **more))
        if mapped:
            made(admin.put(f"{base}/scim/attribute-mappings", {"mapping": {
                "userType": "{{ value | replace: 'gone', 'false' }}.active", "nickName": "public_metadata.nick",
                "groups[0].displayName": "{{ value }}.organization_role"}}, **more), 200)
        admin.close()
        first.user(self.taken, externalId="x-taken", **self.badge("taken"))

    def badge(self, number=None):
        if not self.extended:
            return {}
        return {BADGE: {"site": "A", "fixed": "f", **({"number": number} if number else {})}}

    def lift(self, cap):
        """None: no cap; else both have been reached long since."""
        self.server.sql("update muster.organization set max_users = %s, max_group_members = %s where id = %s", cap, cap and 0, self.org["id"])

    def __str__(self):
        return f"{self.dialect} {self.identity} linking={self.linking} email={self.email} extended={self.extended} mapped={self.mapped}"


@pytest.fixture(scope="module")
def places(server):
    every = list(itertools.product(["lenient", "strict"], ["immutable", "mutable"], ["auto", "never", "verified_domains"], ["required", "optional"]))
    return [Place(server, *policy, extended=i % 3 == 0, mapped=i % 4 == 1) for i, policy in enumerate(every)]


def new_users(r, t, batch):
    """People of one batch: some are inactive already, some live in a second connection too."""
    t.lift(None)
    out = []
    for n in range(BATCH):
        name = f"u{batch}.{n}@{unique()}.example"
        out.append({"n": f"{batch}.{n}", "name": name, "active": r.random() < 0.8, "external": f"x-{batch}-{n}" if r.random() < 0.7 else None,
                    "elsewhere": r.choice([None, None, None, "active", "inactive"]) if t.linking != "never" else None})
    bodies = [{"userName": u["name"], "emails": [{"value": u["name"], "type": "work", "primary": True}], "active": u["active"], "title": "Boss", "locale": "en",
               **({"externalId": u["external"]} if u["external"] else {}), **t.badge()} for u in out]
    if t.dialect == "strict":
        for b in bodies:
            b["schemas"] = ["urn:ietf:params:scim:schemas:core:2.0:User"]
    others = [dict(b, active=u["elsewhere"] == "active", externalId=None) for u, b in zip(out, bodies) if u["elsewhere"]]
    for u, identifier in zip(out, make_users(t, bodies)):
        u["id"] = identifier
    if others:
        make_users(t.second, others)
    t.lift(1)
    return out


STATE = """
select u.id::text, u.active, u.removed_at is not null, m.status,
       exists (select from muster.scim_user o where o.member_id = m.id and o.organization_id = m.organization_id and o.id <> u.id and o.active
                                                    and o.removed_at is null),
       (select coalesce(json_agg(h->>'part'), '[]')
        from muster.audit_event e cross join lateral jsonb_array_elements(case when e.data ? 'held' then e.data->'held' else '[]' end) h
        where e.organization_id = u.organization_id and e.target_id = u.id), u.resource
from muster.scim_user u join muster.member m on m.organization_id = u.organization_id and m.id = u.member_id
where u.organization_id = %s and u.id = any (%s::uuid[])"""


def told(kind, t, u, held):
    """Whether what the event says was left out has this in it."""
    part = kind.part(t, u)
    path, value = part.get("path"), part.get("value")
    names = {path, "", kind.field} if isinstance(path, str) else {""}
    if isinstance(value, str) and path is None:
        names |= {""}
    return bool(names & set(held)) or any(isinstance(path, str) and h and (path.endswith(h) or h.endswith(f":{kind.field}")) for h in held)


def wrong_with(t, u, method, path, body, kinds, answer, state):
    """A violation of the rule; None: there is none."""
    status, text = answer
    active, removed, member, elsewhere, held, resource = state
    if status == 400 and t.dialect == "strict" and any(k.malformed for k in kinds):
        return None if active == u["active"] else "refused, yet something was done"
    if not 200 <= status < 300:
        return f"status {status}: {text}"
    does = body["Operations"][0]["method"] if method == "BULK" else method
    if active or (does == "DELETE" and not removed):
        return "the user is still active"
    if member == "active" and not elsewhere:
        return "the member is still active"
    if elsewhere and member != "active":
        return "another link holds the member, who is not active"
    if not set(told_of(method, path, body)) <= set(held):
        return f"what is wrong beside the data is not told: held {held}"
    for k in kinds:
        if k.held and not told(k, t, u, held):
            return f"{k.name} is not told: held {held}"
        value = k.part(t, u).get("value")
        if not k.held and k.field == "userName" and json.loads(resource)["userName"] != value:
            return f"{k.name} is not stored"
        if k.held and k.field == "userName" and json.loads(resource)["userName"] == value:
            return f"{k.name} is stored"
        if k.field == "locale" and json.loads(resource).get("locale") != "en":
            return f"{k.name} did not stay as it was"
    return None


def send(client, method, path, body):
    answer = patient(client, "POST" if method == "BULK" else method, path, body)
    if method != "BULK" or answer.status != 200:
        return answer.status, answer.text
    (item,) = answer.json["Operations"]
    return int(item["status"]), json.dumps(item)


def run_batch(t, client, batch, counts):
    r = random.Random(f"{SEED}:{batch}")
    users = new_users(r, t, batch)
    asked = [request(r, t, u) for u in users]
    answers = [send(client, *a[:3]) for a in asked]
    rows = {row[0]: row[1:] for row in t.server.sql(STATE, t.org["id"], [u["id"] for u in users])}
    for u, (method, path, body, kinds), answer in zip(users, asked, answers):
        wrong = wrong_with(t, u, method, path, body, kinds, answer, rows[u["id"]])
        assert not wrong, f"seed {SEED}, batch {batch}, {t}: {wrong}\n{[k.name for k in kinds]}\n{u}\n{method} {path} {json.dumps(body)}\n{answer}"
        counts[method] += 1
        counts["refused by itself"] += bool(kinds) or bool(told_of(method, path, body))
        counts["a query"] += "?" in path
        counts["something odd beside the data"] += method == "BULK" and bool(told_of(method, "", body))
        counts["passed over by strict"] += answer[0] == 400
        counts.update(k.name for k in kinds)


def in_threads(places, batches, work):
    """Each place belongs to one thread; the first failure ends all."""
    failures, stop = [], threading.Event()

    def run(mine):
        clients = {t: Client(t.server.url, t.token) for t in mine}
        for batch in range(batches):
            t = places[batch % len(places)]
            if stop.is_set() or t not in clients:
                continue
            try:
                work(t, clients[t], batch)
            except BaseException as e:  # told below, with all that it says
                failures.append(e)
                stop.set()

    threads = [threading.Thread(target=run, args=([t for i, t in enumerate(places) if i % THREADS == k],)) for k in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_each_part_is_refused_by_itself(places):
    """The other parts of the cases really are refused for somebody who stays."""
    for t in places[::5]:
        t.lift(None)
        u = {"n": unique(), "name": f"{unique()}@stays.example", "external": None, "active": True}
        body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": u["name"], "emails": [{"value": u["name"], "type": "work"}],
                **t.badge()}
        u["id"] = made(t.client.post("/Users", body))["id"]
        for k in KINDS:
            if k.needs(t, u):
                answer = t.client.patch(f"/Users/{u['id']}", k.part(t, u))
                assert answer.status in (400, 409), (str(t), k.name, answer)
        for k in REFERENCES:
            data = {"schemas": [PATCH_OP], "Operations": [k.part(t, u)]}
            body = {"schemas": [BULK], "Operations": [{"method": "PATCH", "path": f"/Users/{u['id']}", "data": data}]}
            assert send(t.client, "BULK", "/Bulk", body)[0] == 400, (str(t), k.name)
        t.lift(1)


def test_no_leaver_is_refused(places, cases, capsys):
    counts = collections.Counter()
    batches = -(-cases(2000) // BATCH)
    in_threads(places, batches, lambda t, client, batch: run_batch(t, client, batch, counts))
    with capsys.disabled():
        print(f"\nleavers: seed {SEED}, {batches * BATCH} cases")
        for name, n in counts.most_common():
            print(f"  {n:7} {name}")
    assert counts["refused by itself"] >= batches * BATCH / 5


PERSON = """select m.id::text, m.email, m.status,
                   (select coalesce(array_agg(tm.team_id::text order by tm.team_id), '{}') from muster.team_member tm
                    where tm.organization_id = m.organization_id and tm.member_id = m.id)
            from muster.scim_user u join muster.member m on m.organization_id = u.organization_id and m.id = u.member_id where u.id = %s"""


def tombstone(r, client, u):
    """Entra's ways to put a user into the bin: in one request or two, in any order, once more in a later cycle."""
    name, path = op("Replace", "userName", HEX + u["name"]), f"/Users/{u['id']}"
    off = op("Replace", "active", r.choice([False, "False"]))
    ways = [[[name, off]], [[off, name]], [[off], [name]], [[off, name], [name]], [[op("replace", value={"userName": HEX + u["name"], "active": False})]]]
    for operations in r.choice(ways):
        made(client.patch(path, *operations), 200)


def restore(r, client, u):
    """Out of the bin again, by PATCH or PUT, with the name; or removed and made anew with the externalId. The id, and whether the groups stay."""
    on, path = op("Replace", "active", r.choice([True, "True"])), f"/Users/{u['id']}"
    name, body = op("Replace", "userName", u["name"]), u["body"]
    way = r.randrange(4)
    if way == 0:
        assert client.delete(path).status == 204
        return made(client.post("/Users", body))["id"], False
    if way == 1:
        return made(client.put(path, dict(body, active=True)), 200)["id"], True
    for operations in r.choice([[[on, name]], [[name, on]], [[on], [name]], [[name], [on]]]):
        out = made(client.patch(path, *operations), 200)
    return out["id"], True


def return_case(r, t, client, n):
    sql = t.server.sql
    name = f"p{n}@{unique()}.example"
    u = {"name": name, "body": {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "externalId": unique("x-"), "active": True,
                                "emails": [{"value": name, "type": "work"}] if r.random() < 0.6 else [], **t.badge()}}
    u["id"] = made(client.post("/Users", u["body"]))["id"]
    if r.random() < 0.5:
        made(client.post("/Groups", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": unique("g"),
                                     "members": [{"value": u["id"]}]}))
    (before,) = sql(PERSON, u["id"])
    tombstone(r, client, u)
    (gone,) = sql(PERSON, u["id"])
    assert gone == (before[0], before[1], "deactivated", []), gone
    if r.random() < 0.5:
        same, stays = restore(r, client, u)
        (after,) = sql(PERSON, u["id"])
        assert same == u["id"] and after == (*before[:3], before[3] if stays else []), (before, after)
        return
    removed = r.random() < 0.5
    if removed:
        assert client.delete(f"/Users/{u['id']}").status == 204
    new = made(client.post("/Users", dict(u["body"], externalId=r.choice([unique("y-"), None]))))["id"]
    (newcomer,) = sql(PERSON, new)
    assert new != u["id"] and newcomer[0] != before[0] and newcomer[1:] == (name, "active", []), newcomer
    answer = client.patch(f"/Users/{u['id']}", op("replace", "userName", f"q{n}@{unique()}.example"), op("replace", "active", True))
    assert answer.status == (404 if removed else 409 if u["body"]["emails"] else 200), answer  # that address is given away
    (after,) = sql(PERSON, new)
    assert after == newcomer


def test_who_comes_back_is_who_left_and_who_is_new_is_new(places, cases):
    """Those whom a tombstone has hidden, from the other side."""
    mine = [t for t in places if t.linking == "auto" and not t.mapped]
    for t in mine:
        t.lift(None)
    each = 10

    def work(t, client, batch):
        for n in range(each):
            where = f"{SEED}:return:{batch}:{n}"
            try:
                return_case(random.Random(where), t, client, f"{batch}.{n}")
            except BaseException as e:
                raise AssertionError(f"seed {SEED}, batch {batch}, case {n}, {t}: {e}") from e

    in_threads(mine, max(1, cases(2000) // 10 // each), work)
