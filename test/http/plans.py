"""The plans that PostgreSQL makes for Muster's statements, as auto_explain writes them into the server's log."""
import contextlib
import glob
import json
import os
import re

import psycopg2
from helpers import ROOT

ROLES = {"transaction": "muster_scim", "scim": "muster_scim", "control": "muster_admin", "deliver": "muster_deliver"}
REPORTS = {"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_analyze": "on",
           "auto_explain.log_timing": "off", "auto_explain.log_format": "json", "auto_explain.log_nested_statements": "on"}


class Statement:
    """A file of sql/queries: its folder, its text, and its parameters as (name, type)."""

    def __init__(self, path):
        self.folder, self.name = path.split("/")[-2], os.path.basename(path)[:-len(".sql")]
        with open(path, encoding="utf-8") as f:
            lines = f.read().splitlines()
        self.text = "\n".join(line for line in lines if not line.startswith("--"))
        head = " ".join(line[2:].strip() for line in lines if line.startswith("--"))
        items = re.sub(r"\([^()]*\)", "", re.search(r"params: (.*?) row", head)[1])
        self.params = [] if items == "none" else [re.match(r"\d+ (\w+) ([^?]+)", item.strip()).groups() for item in items.split(",")]


def statements():
    paths = sorted(path for folder in ROLES for path in glob.glob(f"{ROOT}/sql/queries/{folder}/*.sql"))
    return {s.name: s for s in map(Statement, paths)}


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def rows(node):
    return node["Actual Rows"] * node["Actual Loops"]


class Plan:
    """One run of a statement."""

    def __init__(self, report):
        self.text, self.nodes = report["Query Text"], list(nodes(report["Plan"]))

    def indexes(self):
        """The indexes that it read, whatever the month of a partition."""
        return {re.sub(r"_\d{4}_\d\d", "", n["Index Name"]) for n in self.nodes if "Index Name" in n}

    def whole(self):
        """The tables that it read without an index."""
        return {n["Relation Name"] for n in self.nodes if n["Node Type"] == "Seq Scan"}

    def read(self):
        """How many rows of tables it looked at."""
        return sum((n["Actual Rows"] + n.get("Rows Removed by Filter", 0) + n.get("Rows Removed by Index Recheck", 0)) * n["Actual Loops"]
                   for n in self.nodes if "Relation Name" in n and "Scan" in n["Node Type"])

    def given(self):
        """How many rows it returned, wrote or locked."""
        changes = [child for n in self.nodes if n["Node Type"] in ("ModifyTable", "LockRows") for child in n["Plans"]]
        return max(map(rows, [self.nodes[0], *changes]))


class Reports:
    """What auto_explain writes into a server's log."""

    def __init__(self, server):
        self.path, self.uri, self.at = os.path.join(server.data, "log", "postgresql.log"), server.db, 0
        with contextlib.closing(self.connect("postgres")) as c, c.cursor() as cur:
            for role in set(ROLES.values()):
                for name, value in REPORTS.items():
                    cur.execute(f"alter role {role} in database muster set {name} = '{value}'")
            c.commit()

    def connect(self, role):
        return psycopg2.connect(self.uri.replace("muster_owner", role))

    def new(self):
        """The plans since the last call, in the order in which the statements ended: those of a function come before its caller's."""
        with open(self.path, encoding="utf-8") as f:
            f.seek(self.at)
            text = f.read()
            self.at = f.tell()
        return [Plan(json.loads(found)) for found in re.findall(r"duration: [\d.]+ ms  plan:\n((?:\t.*\n)+)", text)]


class Library:
    """Runs the statements of sql/queries as the programs do: each role over one connection, which prepares them, in one organization."""

    def __init__(self, reports, organization, connection):
        self.reports, self.tenant, self.prepared = reports, (organization, connection), set()
        self.connections = {role: reports.connect(role) for role in set(ROLES.values())}

    def close(self):
        for c in self.connections.values():
            c.close()

    def grown(self):
        """What a program does when there are very many more rows."""
        c = self.connections["muster_scim"]
        with c.cursor() as cur:
            cur.execute("select muster.settle_statistics()")
        c.commit()

    def run(self, statement, values, *before):
        """The plans of one run, which is undone; statements `before` it, each with values, belong to the same transaction."""
        c = self.connections[ROLES[statement.folder]]
        with c.cursor() as cur:
            for s in [statement, *(s for s, _ in before)]:
                if s.name not in self.prepared:
                    cur.execute(f"prepare {s.name} as {s.text}")
                    c.commit()
                    self.prepared.add(s.name)
            cur.execute("select set_config('muster.organization', %s, true), set_config('muster.connection', %s, true)", self.tenant)
            for s, given in [*before, (statement, values)]:
                self.reports.new()
                arguments = f"({', '.join(['%s'] * len(given))})" if given else ""
                cur.execute(f"execute {s.name}{arguments}", given)
        c.rollback()
        return self.reports.new()
