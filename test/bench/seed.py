"""Directories of many users, made in the database: one user and one group come by SCIM, all others are copies of their rows with other
numbers. The tables have no index, key or trigger meanwhile; these are made again at the end, and the tables vacuumed."""
import contextlib
import json
import os
import time

import psycopg2
from api import Api
from customer import Customer
from stack import helpers, write_private

CHUNK = 50_000
EACH = 100  # members of the usual group; each user is in one of these
LARGE = (10_000, 100_000)  # members of a group that there is once, in directories of at least twice as many users
MARK = "4242424"  # where a copy has its number
TABLES = ("member", "scim_user", "scim_user_email", "team", "scim_group", "scim_group_user", "team_member")


def user_body(number):
    """A user with what Entra ID sends; `number` has seven digits."""
    name = f"user{number}@example.com"
    return {"schemas": [helpers.USER, helpers.ENTERPRISE], "externalId": f"0a000000-0000-4000-8000-00000{number}", "userName": name,
            "active": True, "displayName": f"Given {number} Family", "name": {"givenName": f"Given {number}", "familyName": "Family"},
            "title": "Engineer", "preferredLanguage": "en-US", "emails": [{"primary": True, "type": "work", "value": name}],
            "phoneNumbers": [{"type": "mobile", "value": f"+1 555 {number}"}],
            "addresses": [{"type": "work", "streetAddress": "1 Main Street", "locality": "Springfield", "country": "US"}],
            helpers.ENTERPRISE: {"employeeNumber": number, "department": "Engineering", "costCenter": "4130"}}


def made_id(directory, kind, n):
    """The id of the n-th copy (from 0): a UUIDv7 by its form, ascending with n. Kinds: 0 user, 1 member, 2 group, 3 team."""
    return f"{directory + 1:08x}-0000-7000-800{kind}-{n:012x}"


def groups_of(size):
    """How the directory is grouped: name, number of groups, members of each. Member k of group g is user (k * groups + g) * stride."""
    large = [(str(n), 1, n, size // n) for n in LARGE if size >= 2 * n]
    return [("each", max(size // EACH, 1), min(EACH, size), 1), *large]


class Copier:
    """Copies rows of a directory's first user and group."""

    def __init__(self, cursor, number, customer, first):
        self.cur, self.number, self.organization = cursor, number, customer.id
        self.user, self.member, self.group, self.team = first

    def columns(self, table):
        self.cur.execute("""select quote_ident(attname) from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped
                            and attgenerated = '' order by attnum""", (f"muster.{table}",))
        return [row[0] for row in self.cur.fetchall()]

    def copy(self, table, where, numbers, replaced):
        """The row of `table` that matches `where`, once for each row n of the query `numbers`; `replaced`: texts and what comes in their
        place."""
        row, columns = "to_jsonb(t)::text", self.columns(table)
        for old, new in replaced:
            row = f"replace({row}, '{old}', {new})"
        self.cur.execute(f"""insert into muster.{table} ({', '.join(columns)}) select {', '.join('r.' + c for c in columns)}
                             from ({numbers}) n, (select * from muster.{table} where organization_id = '{self.organization}' and {where}) t,
                             jsonb_populate_record(null::muster.{table}, {row}::jsonb) r""")

    def users(self, begin, end):
        numbers = f"select generate_series({begin}, {end - 1}) as n"
        replaced = [(self.user, self.id_of(0, "n.n")), (self.member, self.id_of(1, "n.n")), (MARK, "lpad(n.n::text, 7, '0')")]
        self.copy("member", f"id = '{self.member}'", numbers, replaced)
        self.copy("scim_user", f"id = '{self.user}'", numbers, replaced)
        self.copy("scim_user_email", f"user_id = '{self.user}'", numbers, replaced)

    def groups(self, name, first, count, members):
        numbers = f"select generate_series({first}, {first + count - 1}) as n"
        replaced = [(self.group, self.id_of(2, "n.n")), (self.team, self.id_of(3, "n.n")), (MARK, f"'{name} ' || lpad(n.n::text, 7, '0')"),
                    ('"member_count": 1,', f"'\"member_count\": {members},'")]
        self.copy("team", f"id = '{self.team}'", numbers, replaced)
        self.copy("scim_group", f"id = '{self.group}'", numbers, replaced)

    def members(self, numbers):
        replaced = [(self.user, self.id_of(0, "n.u")), (self.member, self.id_of(1, "n.u")), (self.group, self.id_of(2, "n.g")),
                    (self.team, self.id_of(3, "n.g")), (MARK, "lpad(n.u::text, 7, '0')")]
        self.copy("scim_group_user", f"user_id = '{self.user}'", numbers, replaced)
        self.copy("team_member", f"member_id = '{self.member}'", numbers, replaced)

    def id_of(self, kind, n):
        """made_id() in SQL."""
        return f"('{self.number + 1:08x}-0000-7000-800{kind}-' || lpad(to_hex({n}), 12, '0'))"


def first_rows(server, customer):
    """The user and the group that are copied, and what they are linked to: user, member, group, team."""
    user = helpers.made(customer.client.post("/Users", user_body(MARK)))["id"]
    group = customer.group(f"Group {MARK}", [user])["id"]
    server.sealed()
    (member, team), = server.ask("""select u.member_id::text, g.team_id::text from muster.scim_user u, muster.scim_group g
                                    where u.id = %s and g.id = %s and g.organization_id = u.organization_id""", user, group)
    return user, member, group, team


def fill(cur, number, customer, size, first):
    """A directory; gives what its workloads need to know."""
    rows, begin = Copier(cur, number, customer, first), time.monotonic()
    for at in range(0, size, CHUNK):
        rows.users(at, min(at + CHUNK, size))
        print(f"  {customer.slug}: {min(at + CHUNK, size):,} of {size:,} users, {time.monotonic() - begin:.0f} s", flush=True)
    place, groups = 0, {}
    for name, count, members, stride in groups_of(size):
        rows.groups(name, place, count, members)
        rows.members(f"""select {place} + g as g, (k * {count} + g) * {stride} as u
                         from generate_series(0, {count - 1}) g, generate_series(0, {members - 1}) k""")
        groups[name] = {"first": place, "count": count, "members": members, "stride": stride}
        place += count
    for kind in ("User", "Group"):
        cur.execute(f"""insert into muster.scim_modified (organization_id, connection_id, type, modified_at, id)
                        select r.organization_id, r.connection_id, '{kind}', r.modified_at, r.id from muster.scim_{kind.lower()} r
                        where r.organization_id = %s on conflict do nothing""", (customer.id,))
    cur.execute("""insert into muster.member_word (organization_id, whole, word, member_id)
                   select m.organization_id, true, muster.member_sort_name(m.display_name, m.first_name, m.last_name, m.email), m.id
                   from muster.member m where m.organization_id = %s
                   union all
                   select m.organization_id, false, unnest(muster.member_words(m.display_name, m.first_name, m.last_name, m.email)), m.id
                   from muster.member m where m.organization_id = %s
                   on conflict do nothing""", (customer.id, customer.id))
    cur.execute("update muster.member set filed = true where organization_id = %s", (customer.id,))
    cur.execute("""update muster.connection_usage set users = users + %s, groups = groups + %s where connection_id = %s
                   and slot = (select min(slot) from muster.connection_usage where connection_id = %s)""",
                (size, place, customer.connection["id"], customer.connection["id"]))
    assert cur.rowcount == 1
    return {"number": number, "size": size, "organization": customer.id, "connection": customer.connection["id"], "slug": customer.slug,
            "token": customer.token["token"], "groups": groups}


@contextlib.contextmanager
def bare_tables(cur):
    """No foreign keys, keys, indexes and triggers on the tables until the block ends."""
    tables = [f"muster.{t}" for t in TABLES]
    cur.execute("""select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) from pg_constraint
                   where contype in ('f', 'p', 'u') and conparentid = 0 and (conrelid = any (%s::regclass[]) or confrelid = any (%s::regclass[]))
                   order by contype = 'f', contype""", (tables, tables))
    keys = cur.fetchall()
    cur.execute("""select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index i where indrelid = any (%s::regclass[])
                   and not exists (select from pg_constraint c where c.conindid = i.indexrelid)""", (tables,))
    indexes = cur.fetchall()
    for table, name, _ in reversed(keys):
        cur.execute(f"alter table {table} drop constraint {name}")
    for name, _ in indexes:
        cur.execute(f"drop index {name}")
    cur.execute("set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '256MB'")
    yield
    begin = time.monotonic()
    cur.execute("set session_replication_role = default")
    for table, name, definition in [k for k in keys if "FOREIGN" not in k[2]]:
        cur.execute(f"alter table {table} add constraint {name} {definition}")
    for name, definition in indexes:
        cur.execute(definition)
    print(f"  keys and indexes: {time.monotonic() - begin:.0f} s", flush=True)
    for table, name, definition in [k for k in keys if "FOREIGN" in k[2]]:
        cur.execute(f"alter table {table} add constraint {name} {definition}")
    print(f"  with foreign keys: {time.monotonic() - begin:.0f} s", flush=True)


def path_of(server):
    return os.path.join(server.data, "seed.json")


def load(server):
    """What make() gave."""
    with open(path_of(server), encoding="utf-8") as f:
        return json.load(f)


def make(server, sizes):
    print(f"making directories of {', '.join(f'{n:,}' for n in sizes)} users in {server.data}", flush=True)
    begin = time.monotonic()
    api = Api(server)
    customers = [Customer(api, slug=f"bench-{n}", name=f"{n} users").connect() for n in sizes]
    first = [first_rows(server, c) for c in customers]
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c:
        c.autocommit = True
        with c.cursor() as cur:
            with bare_tables(cur):
                found = [fill(cur, n, customers[n], sizes[n], first[n]) for n in range(len(sizes))]
            cur.execute("vacuum analyze")
            cur.execute("checkpoint")
    write_private(path_of(server), found)
    print(f"made in {time.monotonic() - begin:.0f} s", flush=True)
    return found
