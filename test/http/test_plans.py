"""Each statement has one plan, which is right at every size. It is made on a database that was vacuumed while it was empty and then grew, with
the statistics that muster.settle_statistics() makes meanwhile, and again with those of a vacuum."""
import contextlib
import os

import pytest
from helpers import made, quote
from plan_values import BEFORE, CONNECTION, ORGANIZATION, PEOPLE, TOKEN, Directory, made_id, values_of
from plans import Library, Reports, statements
from server import Server

SMALL, LARGE = 1000, 100_000 if os.environ.get("TEST_EVERYTHING") == "yes" else 20_000
OLD, NEW, LATE, VACUUMED = "small, as planned for half", "small", "large, as planned for a tenth", "large, vacuumed"
EACH = 5  # groups of a user
SLACK, LEAST = 10, 200  # rows that may be read for each that is given, and anyway
LIBRARY = statements()
# Statements without a plan, and one that only a key of the installation may run.
WITHOUT = {"transaction_begin", "transaction_snapshot", "transaction_commit", "transaction_rollback", "transaction_tell", "transaction_barrier",
           "savepoint", "savepoint_release", "savepoint_rollback", "plans_settle", "plans_forget", "deliver_listen", "api_organization_create"}
NAMES = sorted(set(LIBRARY) - WITHOUT)

USERS = ['userName eq "u7@example.com"', 'userName sw "u777@"', 'userName gt "u9999@" and userName lt "u99990@"', 'externalId eq "x7-"',
         f'id eq "{made_id("a", 7)}"', 'emails eq "u7@example.com"', 'emails.value eq "u7@example.com"', 'emails.value sw "u777@"',
         'emails[type eq "work" and value eq "u7@example.com"]', 'displayName eq "User 7 Family"', 'displayName sw "User 777 "',
         'userName eq "u7@example.com" and active eq true', 'userName eq "u7@example.com" or externalId eq "x8-"',
         'emails.value eq "u7@example.com" or displayName eq "User 8 Family"', 'userName eq "u7@example.com" or displayName eq "User 8 Family"',
         'userName eq "u7@example.com" and title co "t"',
         'not (title pr) and userName eq "u7@example.com"']
RANGES = ['externalId sw "x777-"', 'meta.lastModified lt "2026-01-01T00:07:00Z"', 'meta.created le "2026-01-01T00:07:00Z"']
GROUPS = ['displayName eq "Group 7"', 'displayName sw "Group 777"', 'externalId eq "g7"', f'id eq "{made_id("c", 7)}"',
          f'members.value eq "{made_id("a", 7)}"', f'members eq "{made_id("a", 7)}" and displayName eq "Group 7"',
          'displayName eq "Group 7" and externalId eq "g7"', 'displayName eq "Group 7" or externalId eq "g8"']
BOTH = [f'id eq "{made_id("a", 7)}"', 'displayName eq "Group 7"', 'externalId eq "g7"']


def lists(kind, texts):
    return [f"/{kind}?count=10&excludedAttributes=members&filter={quote(text)}" for text in texts]


FILTERED = [*lists("Users", USERS), *lists("Groups", GROUPS), *lists("", BOTH)]
RANGED = lists("Users", RANGES)
WALKS = [f"/Users?count=10&excludedAttributes=groups&{order}cursor" for order in ("", "sortBy=userName&", "sortBy=meta.lastModified&sortOrder=descending&")]

# What may read more, and why.
READ = {
    **dict.fromkeys(["all_list", "group_list", "user_list", "user_walk"], "as it stands, without the fragments of a request, it counts for the total"),
    "admins_left": "counts the administrators, when a mapping takes that role from one",
    "adoptable": "looks for members without a user, for an operator who adopts a directory",
    "api_adoption_skipped": "counts them", "api_connection_users": "ends a connection, a hundred users at a time",
    "api_connection_end": "counts what a connection has, before it is ended", "api_connection_end_people": "counts its people, by pages",
    "api_event_snapshot": "reads a whole directory", "api_mapping_set": "counts the users that the mapping is for",
    "api_member_explain": "explains one member", "mapping_page": "walks over all users, in the background",
    "api_jobs": "counts conflicts among ten thousand events",
    "api_team_link_people": "counts the people of two teams", "api_mapping_members": "walks over all members, for at most two seconds",
    "api_connection_set": "changes all groups of a connection, when their names shall be unique", "api_metrics": "counts what waits to be sealed",
    "deliver_settle_pending": "looks at all that waits to be sealed", "mapping_progress": "counts the users that the mapping is for",
    **dict.fromkeys(RANGED, "how much a range holds is known by statistics alone"),
    "op_extension_users": "walks over all users, for a new schema", "op_extension_groups": "walks over all groups, for a new schema",
}
# What may read another index of a large table, and why.
OTHER = {**READ, **dict.fromkeys(WALKS, "would count if the counters did not say the total"),
         "api_mapping_subject": "tries a mapping on one user",
         "deliver_file_members": "files members who are new: nobody, once all are",
         "left_behind_groups": "one membership: by its key, or as one of the user's"}
TINY = "select relname from pg_class where relkind in ('r', 'S') and pg_relation_size(oid) <= %s"
SIZES = {OLD: 64 * 8192}  # a plan for half of it may read so much, until the next is made; else one page, since no index has less
# Both begin with the member; both are searched for the whole key.
TWINS = {"scim_user_member": "scim_user_by_link", "scim_user_live": "scim_user_pkey", "audit_event_pkey": "audit_event_organization_id_at_id_idx"}
ALL = [*NAMES, *FILTERED, *RANGED, *WALKS]


class Runs:
    """The plans of every statement and of every list, at each size."""

    def __init__(self, server):
        self.server, self.reports, self.plans, self.tiny = server, Reports(server), {}, {}
        self.library = Library(self.reports, ORGANIZATION, CONNECTION)
        self.client = server.client(TOKEN)

    def look(self, when):
        self.tiny[when] = {row[0] for row in self.server.sql(TINY, SIZES.get(when, 8192))}
        for name in NAMES:
            before = [(LIBRARY[b], values_of(LIBRARY[b])) for b in BEFORE.get(name, [])]
            self.plans[name, when] = self.library.run(LIBRARY[name], values_of(LIBRARY[name]), *before)
        people = LIBRARY["api_member_list"]
        for way, asked in PEOPLE.items():
            self.plans[f"people: {way}", when] = self.library.run(people, [asked[name] for name, _ in people.params])
        self.server.hang_up("muster-scim")  # whose plans are of another size: nobody told it of the new users
        for path in FILTERED + RANGED + WALKS:
            for _ in range(2):  # not prepared, and prepared
                self.reports.new()
                made(self.client.get(path), 200)
            self.plans[path, when] = self.reports.new()

    def indexes(self, name, when):
        found = set().union(*(p.indexes() for p in self.plans[name, when]))
        return {TWINS.get(index, index) for index in found & self.large}


@pytest.fixture(scope="module")
def runs():
    server = Server("--workers", "1").start()
    r = Runs(server)
    with contextlib.closing(r.reports.connect("postgres")) as c, c.cursor() as cur:
        c.autocommit = True
        for text in ("alter system set autovacuum = off", "select pg_reload_conf()", "vacuum analyze"):
            cur.execute(text)
        directory = Directory(cur)
        directory.grow(SMALL // 2, SMALL // 2, EACH)
        r.library.grown()
        r.look("half of small")
        directory.grow(SMALL, SMALL // 2, EACH)
        r.look(OLD)
        r.library.grown()
        r.look(NEW)
        directory.grow(LARGE // 10, 1, 100)
        r.library.grown()
        directory.grow(LARGE, 20, LARGE // 10)
        r.look(LATE)
        cur.execute("vacuum analyze")
        r.look(VACUUMED)
        cur.execute("""select regexp_replace(c.relname, '_[0-9]{4}_[0-9]{2}', '') from pg_index i join pg_class c on c.oid = i.indexrelid
                       join pg_class t on t.oid = i.indrelid where t.reltuples >= %s""", (SMALL,))
        r.large = {row[0] for row in cur.fetchall()}
    yield r
    r.library.close()
    server.stop()


def refuse(found):
    assert not found, "\n".join(["", *found])


def too_long(runs, names, when, most):
    """Plans that read more than most(plan)."""
    return [f"{name}: {p.read()} rows were read for {p.given()}, in {' '.join(p.text.split())[:80]}"
            for name in names if name not in READ for p in runs.plans[name, when] if p.read() > most(p)]


@pytest.mark.parametrize("when", [OLD, NEW, LATE, VACUUMED])
def test_no_table_of_a_tenant_is_read_whole(runs, when):
    refuse([f"{name}: {table}" for name in [*NAMES, *FILTERED] if name not in READ for p in runs.plans[name, when] for table in p.whole() - runs.tiny[when]])


@pytest.mark.parametrize("when", [LATE, VACUUMED])
def test_what_is_read_is_ten_times_what_is_given_at_most(runs, when):
    refuse(too_long(runs, ALL, when, lambda p: max(SLACK * p.given(), LEAST)))


@pytest.mark.parametrize("when", [OLD, NEW])
def test_a_small_directory_is_read_twice_at_most(runs, when):
    refuse(too_long(runs, ALL, when, lambda p: 2 * EACH * SMALL + LEAST + SLACK * p.given()))


@pytest.mark.parametrize("when", [NEW, LATE])
def test_the_indexes_are_the_same_at_every_size(runs, when):
    pairs = [(name, runs.indexes(name, when), runs.indexes(name, VACUUMED)) for name in ALL if name not in OTHER]
    refuse([f"{name}: {sorted(now - then)} instead of {sorted(then - now)}" for name, now, then in pairs if now != then])


PEOPLE_LISTS = [f"people: {way}" for way in PEOPLE]


@pytest.mark.parametrize("when", [OLD, NEW, LATE, VACUUMED])
def test_a_list_of_people_looks_at_some_thousand_whatever_the_size(runs, when):
    refuse([f"{name}: {p.read()} rows" for name in PEOPLE_LISTS for p in runs.plans[name, when] if p.read() > 5000])
    refuse([f"{name}: {table}" for name in PEOPLE_LISTS for p in runs.plans[name, when] for table in p.whole() & {"member", "member_word", "scim_user"}])
