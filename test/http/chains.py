"""Helpers of the tests of the sealed audit log."""
import contextlib
import json
import os
import subprocess

import psycopg2
from helpers import BUILD, ROOT, wait_until

ZEROS = "00000000-0000-0000-0000-000000000000"


def owner(server):
    return contextlib.closing(psycopg2.connect(server.db))


def insert_event(cursor, org, target, action="test.happened", data=None):
    cursor.execute("""insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, data, request_id)
                      values (%s, muster.uuid7(), now(), %s, 'operator', 'scim_user', %s, %s, muster.uuid7()) returning id::text""",
                   (org, action, target, json.dumps(data or {})))
    return cursor.fetchone()[0]


class Sealer:
    """Seals as the worker does, from where nothing was left."""

    def __init__(self, server):
        self.server, self.place = server, 0

    def round(self):
        busy, _, clear, _ = self.server.sql("select * from muster.audit_seal_next(%s, 10000)", self.place)[0]
        self.place = clear or self.place
        return not busy

    def until_sealed(self, org):
        def done():
            self.round()
            return self.server.sql("select count(*) from muster.audit_pending where organization_id = %s", org) == [(0,)]
        wait_until(done, 10, "everything is sealed")


def seal(server, org):
    Sealer(server).until_sealed(org)


def order(server, org):
    return server.sql("""select s.sequence, e.id::text, e.action from muster.audit_seal s
                         join muster.audit_event e on e.organization_id = s.organization_id and e.id = s.event_id and e.at = s.at
                         where s.organization_id = %s order by s.sequence""", org)


def verify(server, *args, ok=True):
    done = server.muster("audit", "verify", *args, ok=ok)
    return done if ok else json.loads(done.stdout)


def muster(server, *args):
    return subprocess.run([f"{ROOT}/{BUILD}/muster", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False,
                          env={"PATH": os.environ["PATH"], "MUSTER_DB": server.db})


def busy_customer(server):
    t = server.customer()
    users = [t.user() for _ in range(3)]
    t.group("Crew", [u["id"] for u in users])
    seal(server, t.org["id"])
    return t
