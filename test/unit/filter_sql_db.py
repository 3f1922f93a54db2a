#!/usr/bin/python3
"""Compiled filters against PostgreSQL: the migrated schema in a private cluster (unix socket only), as role muster_scim.

usage: test/unit/filter_sql_db.py [BUILD]     (BUILD: directory of the Makefile's BUILD=, default build)

Every filter is evaluated twice: by its SQL on the tables and by unit_matches() on the resources as clients see them.
Both must agree, and with the expected matches where the specification's cases have them. Ends with 0 if all do.
"""
import copy
import glob
import json
import os
import pwd
import random
import re
import shutil
import subprocess
import sys
import tempfile

import psycopg2
from filter_sql_cases import INDEXED_GROUPS, INDEXED_USERS, generated

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{ROOT}/test/http")
from cluster import BIN  # noqa: E402

BASE_URL = "https://scim.example.com/scim/v2"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
TEST = "urn:example:params:scim:schemas:extension:test:2.0:User"
ORGANIZATION = "0f000000-0000-4000-8000-000000000001"
CONNECTION = "0f000000-0000-4000-8000-000000000002"
REMOVED = "0a000000-0000-4000-8000-0000000000ff"  # a user who was deleted: a member and a manager, but not seen


class Cluster:
    """A PostgreSQL cluster in a temporary directory, ended with the block."""

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="filter-sql-")
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            os.chown(self.dir, pwd.getpwnam("postgres").pw_uid, -1)
        try:
            self.run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D")
            self.run("pg_ctl", "-w", "-s", "-l", os.path.join(self.dir, "log"), "-o",
                     f"-c listen_addresses= -c unix_socket_directories={self.dir} -c fsync=off", "start", "-D")
        except BaseException:
            shutil.rmtree(self.dir)
            raise
        return self

    def run(self, program, *args):
        subprocess.run([*self.user, os.path.join(BIN, program), *args, os.path.join(self.dir, "pg")],
                       check=True, stdout=subprocess.DEVNULL, cwd="/")

    def connect(self, user):
        return psycopg2.connect(host=self.dir, user=user, dbname="postgres")

    def __exit__(self, *_):
        self.run("pg_ctl", "-w", "-s", "-m", "immediate", "stop", "-D")
        shutil.rmtree(self.dir)


def shown_resources(corpus):
    """The corpus as clients would see it: members from the groups, everything computed from them."""
    users, groups = copy.deepcopy(corpus["users"]), copy.deepcopy(corpus["groups"])
    by_id = {r["id"]: r for r in users + groups}
    for user in users:
        depths = {}
        add_groups(groups, user["id"], 1, depths)
        user["groups"] = [{"value": g, "$ref": f"{BASE_URL}/Groups/{g}", "display": by_id[g]["displayName"],
                           "type": "direct" if depth == 1 else "indirect"} for g, depth in depths.items()]
        manager = user.get(ENTERPRISE, {}).get("manager")
        if manager:
            manager.pop("displayName", None)
            boss = by_id.get(manager["value"])
            if boss:
                manager["$ref"] = f"{BASE_URL}/Users/{boss['id']}"
                manager["displayName"] = boss.get("displayName")
    for group in groups:
        for member in group.get("members", []):
            member["$ref"] = f"{BASE_URL}/{member['type']}s/{member['value']}"
            member["display"] = by_id[member["value"]].get("displayName")
    return users, groups


def add_groups(groups, member, depth, depths):
    for group in groups:
        if any(m["value"] == member for m in group.get("members", [])):
            depths[group["id"]] = min(depth, depths.get(group["id"], depth))
            add_groups(groups, group["id"], depth + 1, depths)


def stored(resource):
    """What the folded column has: nothing that is computed."""
    out = {k: v for k, v in copy.deepcopy(resource).items() if k not in ("id", "meta", "groups", "members")}
    for part in ("displayName", "$ref"):
        out.get(ENTERPRISE, {}).get("manager", {}).pop(part, None)
    return out


def load(cursor, users, groups, columns):
    cursor.execute("insert into muster.organization (id, slug, name) values (%s, 'o', 'O')", [ORGANIZATION])
    cursor.execute("insert into muster.connection (organization_id, id, name, identity_provider) values (%s, %s, 'C', 'generic')",
                   [ORGANIZATION, CONNECTION])
    gone = {"id": REMOVED, "userName": "gone", "displayName": "Gone Person", "emails": [{"value": "gone@example.com"}],
            "meta": {"created": "2020-01-01T00:00:00Z", "lastModified": "2020-01-01T00:00:00Z", "version": 'W/"1"'}}
    lost = {"user_name_key": "gone", "external_id": None, "folded": {"displayname": "gone person", "displayName": "gone person"}}
    for user, row in [*zip(users, columns["users"]), (gone, lost)]:
        manager = user.get(ENTERPRISE, {}).get("manager", {}).get("value")
        cursor.execute("insert into muster.member (organization_id, id) values (%s, %s)", [ORGANIZATION, user["id"]])
        cursor.execute("""insert into muster.scim_user (organization_id, connection_id, id, member_id, version, active, user_name_key,
                          external_id, display_name, manager_id, resource, folded, created_at, modified_at, removed_at)
                          values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', %s, %s, %s, %s)""",
                       [ORGANIZATION, CONNECTION, user["id"], user["id"], user["meta"]["version"][3:-1],
                        user.get("active", True) in (True, "True"), row["user_name_key"], row["external_id"], user.get("displayName"),
                        manager, json.dumps(row["folded"]), user["meta"]["created"], user["meta"]["lastModified"],
                        "2021-01-01" if user is gone else None])
        for email in {e["value"] for e in row["folded"].get("emails", []) if "value" in e}:
            cursor.execute("insert into muster.scim_user_email values (%s, %s, %s, %s)",
                           [ORGANIZATION, CONNECTION, email, user["id"]])
    for group, row in zip(groups, columns["groups"]):
        cursor.execute("insert into muster.team (organization_id, id, name, name_key) values (%s, %s, %s, %s)",
                       [ORGANIZATION, group["id"], group["displayName"], group["id"]])
        cursor.execute("""insert into muster.scim_group (organization_id, connection_id, id, team_id, version, display_name,
                          display_name_key, external_id, resource, folded, created_at, modified_at)
                          values (%s, %s, %s, %s, %s, %s, %s, %s, '', %s, %s, %s)""",
                       [ORGANIZATION, CONNECTION, group["id"], group["id"], group["meta"]["version"][3:-1], group["displayName"],
                        row["display_name_key"], row["external_id"], json.dumps(row["folded"]), group["meta"]["created"],
                        group["meta"]["lastModified"]])
    load_members(cursor, [(g["id"], m["value"]) for g in groups for m in g.get("members", [])] +
                 [(g["id"], REMOVED) for g in groups])


def load_members(cursor, pairs):
    cursor.execute("delete from muster.scim_group_user; delete from muster.scim_group_group")
    for group, member in pairs:
        table, name = (("scim_group_user", "user_id") if member.startswith("0a") else ("scim_group_group", "child_id"))
        owner = "group_id" if name == "user_id" else "parent_id"
        cursor.execute(f"insert into muster.{table} (organization_id, connection_id, {owner}, {name}) values (%s, %s, %s, %s)",
                       [ORGANIZATION, CONNECTION, group, member])


def statement(case, what="r.id::text"):
    rows = case.get("rows", "muster.scim_group r" if case["groups"] else "muster.scim_user r")
    live = "" if case["groups"] else " and r.removed_at is null"
    return (f"select {what} from {rows} where r.organization_id = muster.organization_id() "
            f"and r.connection_id = muster.connection_id(){live} and {case['where']}")


def prepared(cursor, case, query, before=""):
    """Runs a statement with $n as libpq would: types found by the server, values as text."""
    cursor.execute("savepoint one")
    try:
        cursor.execute("prepare filtered as " + query)
        values = ", ".join("'" + p.replace("'", "''") + "'" for p in case["params"])
        cursor.execute(f"{before}execute filtered{f'({values})' if values else ''}")
        rows = [r[0] for r in cursor.fetchall()]
        cursor.execute("deallocate filtered")
        return rows
    except psycopg2.Error as error:
        cursor.execute("rollback to savepoint one")
        cursor.execute("deallocate all")
        return str(error).strip().splitlines()[0]


# A plan that goes through all users or groups has at least so many rows somewhere.
READS_ALL = re.compile(r"rows=\d{5,} width")


def dump(build, data, users, groups, filters):
    program = os.path.join(build, "unit", "filter_sql_dump")
    asked = {"base_url": BASE_URL, "extensionSchema": data["extensionSchema"], "filters": filters,
             "users": [{"shown": u, "stored": stored(u)} for u in users],
             "groups": [{"shown": g, "stored": stored(g)} for g in groups]}
    done = subprocess.run([program], input=json.dumps(asked), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{program} ended with {done.returncode}\n{done.stderr}")
    out = json.loads(done.stdout)
    for asked_filter, answer in zip(filters, out["filters"]):
        answer.update(asked_filter)
    return out


def schemas_of(data):
    with open(os.path.join(ROOT, "test/data/spec/schemas.json"), encoding="utf-8") as f:
        by_id = {s["id"]: s for s in json.load(f)["Resources"]}
    with open(os.path.join(ROOT, "test/data/spec/common.json"), encoding="utf-8") as f:
        common = json.load(f)["attributes"]
    core = "urn:ietf:params:scim:schemas:core:2.0:"
    return ([(None, common), (None, by_id[core + "User"]["attributes"]), (ENTERPRISE, by_id[ENTERPRISE]["attributes"]),
             (TEST, data["extensionSchema"]["attributes"])],
            [(None, common), (None, by_id[core + "Group"]["attributes"])])


class Report:
    """What agreed and what did not."""

    def __init__(self):
        self.counts, self.bad = {}, 0

    def add(self, kind, good, text):
        agreed, all_ = self.counts.get(kind, (0, 0))
        self.counts[kind] = (agreed + good, all_ + 1)
        self.bad += not good
        if not good and self.bad <= 40:
            print(f"{kind}: {text}")


def indexes(rows, resources):
    if isinstance(rows, str):
        return rows
    places = {r["id"]: i for i, r in enumerate(resources)}
    return sorted(places.get(row, -1) for row in rows)


def check_specification(report, cursor, cases, answers, corpus, kind):
    """filters.json to the letter: the memberships of its users (its groups say something else)."""
    for case, answer in zip(cases, answers):
        if not case["valid"]:
            report.add(kind + ", refused", "error" in answer, f"{case['n']} {case['filter']}: was accepted")
            continue
        rows = answer.get("error") or indexes(prepared(cursor, answer, statement(answer)), corpus)
        report.add(kind, rows == sorted(case["matches"]), f"{case['n']} {case['filter']}: {rows}, want {case['matches']}")


def check_generated(report, cursor, answers, users, groups):
    for answer in answers:
        if "error" in answer:
            report.add("generated", False, f"{answer['filter']}: {answer['error']}")
            continue
        rows = indexes(prepared(cursor, answer, statement(answer)), groups if answer["groups"] else users)
        report.add("generated", rows == answer["matches"],
                   f"{answer['filter']}: {rows}, filter_match says {answer['matches']}\n    {answer['where']}\n    {answer['params']}")


def migrate(cursor):
    """As muster migrate does it: functions that migrations need, migrations, the other functions."""
    schema, functions = ([open(p, encoding="utf-8").read() for p in sorted(glob.glob(f"{ROOT}/sql/{d}/*.sql"))] for d in ("schema", "functions"))
    first = [text for text in functions if text.startswith("-- first: ")]
    cursor.execute("create schema muster; set check_function_bodies = off")
    for text in first + schema + [text for text in functions if text not in first]:
        cursor.execute(text)
    cursor.execute("reset check_function_bodies")


def grow(cursor, n):
    """Many more users and groups, so that plans are those of a directory and not of a handful of rows."""
    cursor.execute("set session_replication_role = replica")
    cursor.execute("""insert into muster.scim_user (organization_id, connection_id, id, member_id, active, user_name_key, external_id, resource, folded,
                                                    created_at, modified_at)
                      select %s, %s, muster.uuid7(), muster.uuid7(), true, 'grown' || n, 'X-' || n, '{}', '{}',
                             timestamptz '2020-01-01' + n * interval '1 minute', timestamptz '2020-01-01' + n * interval '1 minute'
                      from generate_series(1, %s) n""", [ORGANIZATION, CONNECTION, n])
    cursor.execute("""insert into muster.scim_user_email (organization_id, connection_id, value_key, user_id)
                      select organization_id, connection_id, user_name_key || '@example.org', id from muster.scim_user where user_name_key ^@ 'grown'""")
    cursor.execute("""insert into muster.scim_group (organization_id, connection_id, id, team_id, display_name, display_name_key, external_id, resource,
                                                     folded, created_at, modified_at)
                      select organization_id, connection_id, id, id, user_name_key, user_name_key, external_id, '{}', '{}', created_at, modified_at
                      from muster.scim_user where user_name_key ^@ 'grown'""")
    cursor.execute("""insert into muster.scim_group_user (organization_id, connection_id, group_id, user_id)
                      select organization_id, connection_id, id, id from muster.scim_user where user_name_key ^@ 'grown'""")
    cursor.execute("""insert into muster.scim_group_group (organization_id, connection_id, parent_id, child_id)
                      select organization_id, connection_id, id, muster.uuid7() from muster.scim_user where user_name_key ^@ 'grown'""")
    cursor.execute("""insert into muster.scim_modified (organization_id, connection_id, type, modified_at, id)
                      select organization_id, connection_id, 'User', modified_at, id from muster.scim_user where user_name_key ^@ 'grown'""")
    cursor.execute("analyze")
    cursor.execute("set session_replication_role = origin")


# A schema may be replaced by one with other types: what was folded by the old one is then unassigned, never an error.
STALE = {"active": "yes", "emails": {"value": "x"}, "name": ["x"], "schemas": "x", "title": ["x"],
         TEST: {"level": "7", "score": {}, "tags": "x", "hireDate": 5, "badge": {"a": "b"}}}


def check_stale(report, cursor, answers):
    for answer in answers:
        if not answer["groups"]:
            rows = prepared(cursor, answer, statement(answer))
            report.add("over values of other types", not isinstance(rows, str), f"{answer['filter']}: {rows}")


def check_plans(report, cursor, answers):
    cursor.execute("set local enable_seqscan = off")
    for answer in answers:
        lines = prepared(cursor, answer, statement(answer), "explain ")
        found = any("Index Cond" in line and re.search(rf"[( .]{re.escape(answer['wants'])}(?![=>])", line)
                    for line in lines if not isinstance(lines, str))
        found = found and not any("Seq Scan on scim" in line or READS_ALL.search(line) for line in lines)
        report.add("answered by an index", found, f"{answer['filter']}: wants {answer['wants']}\n" +
                   (lines if isinstance(lines, str) else "\n".join(lines)))


def main():
    build = os.path.join(ROOT, sys.argv[1] if len(sys.argv) > 1 else "build")
    with open(os.path.join(ROOT, "test/data/spec/filters.json"), encoding="utf-8") as f:
        data = json.load(f)
    choice, report = random.Random(7), Report()
    users, groups = shown_resources(data["corpus"])
    user_schemas, group_schemas = schemas_of(data)
    cases = [[c for c in data["cases"] if (c.get("on") == "Groups") == on] for on in (False, True)]
    asked = [{"filter": c["filter"], "groups": on} for on in (False, True) for c in cases[on]]
    made = ([{"filter": t, "groups": False} for t in generated(users, user_schemas, choice)] +
            [{"filter": t, "groups": True} for t in generated(groups, group_schemas, choice)])
    plans = ([{"filter": t, "wants": w, "groups": False} for t, w in INDEXED_USERS] +
             [{"filter": t, "wants": w, "groups": True} for t, w in INDEXED_GROUPS])
    out = dump(build, data, users, groups, asked + made + plans)
    answers = out["filters"]
    with Cluster() as cluster:
        owner = cluster.connect("postgres")
        cursor = owner.cursor()
        migrate(cursor)
        load(cursor, users, groups, out)
        owner.commit()
        scim = cluster.connect("muster_scim")
        seen = scim.cursor()
        tenant = "select set_config('muster.organization', %s, false), set_config('muster.connection', %s, false)"
        seen.execute(tenant, [ORGANIZATION, CONNECTION])
        check_specification(report, seen, cases[True], answers[len(cases[False]):len(asked)], groups, "specification")
        check_generated(report, seen, answers[len(asked):len(asked) + len(made)], users, groups)
        scim.commit()
        load_members(cursor, [(g["value"], u["id"]) for u in data["corpus"]["users"] for g in u.get("groups", [])
                              if g["type"] == "direct"] + [(groups[1]["id"], groups[0]["id"])])
        owner.commit()
        seen.execute(tenant, [ORGANIZATION, CONNECTION])
        check_specification(report, seen, cases[False], answers[:len(cases[False])], users, "specification")
        scim.commit()
        cursor.execute("update muster.scim_user set folded = %s where user_name_key = 'bob'", [json.dumps(STALE)])
        owner.commit()
        seen.execute(tenant, [ORGANIZATION, CONNECTION])
        check_stale(report, seen, answers[len(asked):len(asked) + len(made)])
        scim.commit()
        grow(cursor, 20000 if build.endswith("-san") else 200000)  # a plan is the same whatever made the filter
        owner.commit()
        seen.execute(tenant, [ORGANIZATION, CONNECTION])
        check_plans(report, seen, answers[len(asked) + len(made):])
        owner.close()
        scim.close()
    for kind, (agreed, all_) in report.counts.items():
        print(f"{kind}: {agreed} of {all_} agree")
    return 1 if report.bad else 0


if __name__ == "__main__":
    sys.exit(main())
