"""Helpers of the tests of events: a sealer, readers of the feed, and the responder as a CGI program."""
import os
import subprocess
import threading

import psycopg2
from helpers import BUILD, ROOT


class Sealer(threading.Thread):
    """Numbers what was committed, every 50 ms, as the worker does; both may do it at the same time."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.done, self.failure = server, threading.Event(), None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()
        assert self.failure is None, self.failure

    def run(self):
        try:
            connection = psycopg2.connect(self.server.db)
            connection.autocommit = True
            with connection.cursor() as cur:
                while not self.done.wait(0.05):
                    cur.execute("select from muster.audit_seal_next(0, 1000)")
            connection.close()
        except psycopg2.Error as e:
            self.failure = e


def read(api, customer, after=0, more=""):
    """All events after a number, page by page, and the number to go on with."""
    events = []
    while True:
        page = api.read(f"{customer.path}/events?after={after}{more}")
        events += page["data"]
        if page["next_cursor"] == str(after):
            return events, after
        after = int(page["next_cursor"])


def cgi(server, path, **settings):
    """The responder of the admin API, started for one GET."""
    path, _, query = path.partition("?")
    env = {"REQUEST_METHOD": "GET", "REQUEST_URI": f"/v1{path}?{query}", "QUERY_STRING": query, "HTTP_AUTHORIZATION": f"Bearer {server.env['MUSTER_API_KEY']}",
           "MUSTER_DB": server.db.replace("muster_owner", "muster_admin"), "MUSTER_PUBLIC_URL": server.url, "PATH": os.environ["PATH"], **settings}
    return subprocess.Popen([f"{ROOT}/{BUILD}/muster-admin.fcgi"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
