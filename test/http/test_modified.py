"""meta.lastModified has a table of its own: whatever is done, it is as the resources are, and lists by it are as lists of everything."""
import random

import pytest
from helpers import GROUP, USER, made, op, unique, user_body

DIFFERENCE = """
    with kept as (select organization_id, connection_id, type, modified_at, id from muster.scim_modified),
         real as (select organization_id, connection_id, 'User', modified_at, id from muster.scim_user
                  union all select organization_id, connection_id, 'Group', modified_at, id from muster.scim_group)
    select * from ((table kept except all table real) union all (table real except all table kept)) d where organization_id = %s"""


class Directory:
    """Does something at random; each change of a resource is one that a client, an operator or the command line can make."""

    def __init__(self, customer, seed):
        self.customer, self.client, self.random = customer, customer.client, random.Random(seed)
        self.users, self.left, self.groups = [], [], []

    def create(self):
        login = self.left.pop() if self.left and self.random.random() < .5 else unique()  # who left comes back
        self.users.append(made(self.client.post("/Users", user_body(login, externalId=login))))

    def group(self):
        members = self.random.sample(self.users, min(len(self.users), 3)) + self.random.sample(self.groups, min(len(self.groups), 1))
        self.groups.append(self.customer.group(unique("g"), [m["id"] for m in members]))

    def patch(self):
        if self.users:
            value = self.random.choice([op("replace", "title", unique()), op("replace", "active", self.random.random() < .5),
                                        op("replace", "displayName", unique())])
            made(self.client.patch(f"/Users/{self.random.choice(self.users)['id']}", value), 200)

    def put(self):
        if self.users:
            user = self.random.choice(self.users)
            body = {"schemas": [USER], "userName": user["userName"], "emails": user["emails"], "nickName": unique()}
            made(self.client.put(f"/Users/{user['id']}", body), 200)

    def manage(self):
        if len(self.users) > 1:
            one, other = self.random.sample(self.users, 2)
            made(self.client.patch(f"/Users/{one['id']}", op("add", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", other["id"])), 200)

    def join(self):
        if self.groups and self.users:
            group, user = self.random.choice(self.groups)["id"], self.random.choice(self.users)["id"]
            made(self.client.patch(f"/Groups/{group}", op(self.random.choice(["add", "remove"]), "members", [{"value": user}])), 200)

    def rename(self):
        if self.groups:
            group = self.random.choice(self.groups)["id"]
            made(self.client.put(f"/Groups/{group}", {"schemas": [GROUP], "displayName": unique("g")}), 200)

    def leave(self):
        if self.users:
            user = self.users.pop(self.random.randrange(len(self.users)))
            assert self.client.delete(f"/Users/{user['id']}").status == 204
            self.left.append(user["userName"])

    def end(self):
        if self.groups:
            assert self.client.delete(f"/Groups/{self.groups.pop(self.random.randrange(len(self.groups)))['id']}").status == 204

    def anything(self):
        self.random.choice([self.create, self.create, self.group, self.patch, self.patch, self.put, self.manage, self.join, self.join, self.rename,
                            self.leave, self.end])()


@pytest.fixture(scope="module", params=[3, 14, 159])
def directory(request, server):
    d = Directory(server.customer(), request.param)
    for _ in range(120):
        d.anything()
    for _ in range(2):
        d.create()
        d.group()
    return d


def listed(directory, endpoint, query):
    answer = made(directory.client.get(f"/{endpoint}?count=1000&{query}"), 200)
    assert answer["totalResults"] == len(answer["Resources"])
    return [(r["meta"]["lastModified"], r["id"]) for r in answer["Resources"]]


def test_the_table_is_as_the_resources_are(server, directory):
    assert server.sql(DIFFERENCE, directory.customer.id) == []


@pytest.mark.parametrize("endpoint", ["Users", "Groups"])
def test_the_order_is_that_of_the_resources(directory, endpoint):
    everything = sorted(listed(directory, endpoint, ""))
    assert listed(directory, endpoint, "sortBy=meta.lastModified") == everything
    down = listed(directory, endpoint, "sortBy=meta.lastModified&sortOrder=descending")
    assert sorted(down) == everything and [t for t, _ in down] == [t for t, _ in reversed(everything)]
    seen, cursor = [], ""
    while cursor is not None:
        page = made(directory.client.get(f"/{endpoint}?sortBy=meta.lastModified&count=7&cursor={cursor}"), 200)
        seen += [(r["meta"]["lastModified"], r["id"]) for r in page["Resources"]]
        cursor = page.get("nextCursor")
    assert seen == everything


@pytest.mark.parametrize("endpoint", ["Users", "Groups", ""])
@pytest.mark.parametrize("form, wanted", [
    ('meta.lastModified ge "{a}"', lambda t, a, b: t >= a), ('meta.lastModified lt "{a}"', lambda t, a, b: t < a),
    ('meta.lastModified eq "{a}"', lambda t, a, b: t == a), ('meta.lastModified gt "{a}" and meta.lastModified le "{b}"', lambda t, a, b: a < t <= b),
    ('meta.lastModified gt "{b}" or meta.lastModified lt "{a}"', lambda t, a, b: t > b or t < a), ('not (meta.lastModified gt "{a}")', lambda t, a, b: t <= a),
    ('id pr and meta.lastModified gt "{a}"', lambda t, a, b: t > a), ('meta.lastModified gt "{a}" and displayName ne "x"', lambda t, a, b: t > a)])
def test_filters_find_what_they_name(directory, endpoint, form, wanted):
    everything = listed(directory, endpoint, "")
    for _ in range(3):
        a, b = sorted(t for t, _ in directory.random.sample(everything, 2))
        found = [r for r in everything if wanted(r[0], a, b)]
        query = f"filter={form.format(a=a, b=b)}".replace(" ", "%20").replace('"', "%22")
        assert listed(directory, endpoint, query) == found
        assert sorted(listed(directory, endpoint, query + "&sortBy=meta.lastModified")) == sorted(found)


IS_HEAP_ONLY = """
    select i.t_infomask2 & 32768 > 0
    from (select (ctid::text::point)[0]::bigint as page, (ctid::text::point)[1]::integer as line from muster.scim_user where id = %s) u
    cross join lateral heap_page_items(get_raw_page('muster.scim_user', u.page)) i
    where i.lp = u.line"""


def test_a_change_that_no_index_knows_writes_to_none(server):
    """PostgreSQL calls it HOT: the new version of the row is in the page of the old one, and no index points to it."""
    customer = server.customer()
    users = [customer.user(title="Engineer")["id"] for _ in range(20)]
    changes = [op("replace", path, value) for path, value in (("title", "Owner"), ("active", False), ("active", True), ("name.familyName", "Doe"))]
    hot = []
    with server.as_superuser() as cur:
        cur.execute("create extension pageinspect with schema public")
        for user in users:
            for change in changes:
                made(customer.client.patch(f"/Users/{user}", change), 200)
                cur.execute(IS_HEAP_ONLY, [user])
                hot += cur.fetchall()
        cur.execute("drop extension pageinspect")
    assert len(hot) == len(users) * len(changes) and hot.count((True,)) >= 0.9 * len(hot)
