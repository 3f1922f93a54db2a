"""What a GET of a user costs as plain CGI: a process for each request, with a connection to PostgreSQL of its own. It is held against the
least that such a process costs (floor.c), and measured through PgBouncer as well where that is installed."""
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import tempfile

from stack import cpu, ended, family, helpers
from workloads import by_id

EACH = 20  # processes of a round


def libraries(program):
    done = subprocess.run(["readelf", "-d", program], stdout=subprocess.PIPE, text=True, check=True)
    return sorted(re.findall(r"NEEDED.*\[(.*)\]", done.stdout))


def programs():
    """The program of the floor and the responder, which have the same libraries."""
    floor, scim = f"{helpers.ROOT}/{helpers.BUILD}/bench/floor", f"{helpers.ROOT}/{helpers.BUILD}/muster-scim.fcgi"
    assert libraries(floor) == libraries(scim), (libraries(floor), libraries(scim))
    return floor, scim


def once(command, env, expected=b""):
    """Microseconds of CPU of a process, whose output begins as it is expected to."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        pid = os.posix_spawn(command[0], command, env, file_actions=[(os.POSIX_SPAWN_DUP2, f.fileno(), n) for n, f in ((1, out), (2, errors))])
        _, status, used = os.wait4(pid, 0)
        for f in (out, errors):
            f.seek(0)
        said = out.read(200)
        assert status == 0 and said.startswith(expected), (command[0], status, said, errors.read(500))
    return (used.ru_utime + used.ru_stime) * 1e6


class Postgres:
    """The CPU of backends that begin and end, with that of making them."""

    def __init__(self, server):
        with open(os.path.join(server.data, "pg", "postmaster.pid"), encoding="utf-8") as f:
            self.server, self.postmaster = server, int(f.readline())

    def used(self):
        """Microseconds, once no new backend is left."""
        helpers.wait_until(lambda: not self.server.ask("""select 1 from pg_stat_activity where usename = 'muster_scim'
                               and backend_start > %s""", self.began), 10, "the backends have ended")
        return (cpu(self.postmaster) + ended(self.postmaster)) / 1000

    @contextlib.contextmanager
    def measured(self, found, n):
        """Adds the microseconds of one of the n processes that start meanwhile."""
        self.began = self.server.ask("select clock_timestamp()")[0][0]
        before = self.used()
        yield
        found.append((self.used() - before) / n)


class Bouncer:
    """PgBouncer in front of PostgreSQL, with session pooling; `uri` is None where it is not installed."""

    def __init__(self, server):
        self.server, self.place, self.process, self.uri = server, os.path.join(server.data, "run", "bouncer"), None, None

    def __enter__(self):
        if shutil.which("pgbouncer") is None:
            return self
        os.makedirs(self.place, exist_ok=True)
        uid, gid = self.server.user()
        files = {"users": '"muster_scim" ""\n',
                 "ini": f"[databases]\nmuster = host={os.path.dirname(self.server.socket())}\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = {self.place}\n"
                        f"auth_type = trust\nauth_file = {self.place}/users\npool_mode = session\nserver_reset_query = discard all\n"}
        for name, text in files.items():
            with open(os.path.join(self.place, name), "w", encoding="ascii") as f:
                f.write(text)
        os.chown(self.place, uid, gid)
        drop = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen([*drop, "pgbouncer", "-q", f"{self.place}/ini"], cwd="/", stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        helpers.wait_until(lambda: os.path.exists(f"{self.place}/.s.PGSQL.6432"), 10, "PgBouncer listens")
        self.uri = f"postgresql:///muster?host={self.place}&port=6432&user=muster_scim"
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            self.process.wait(10)

    def used(self):
        """Microseconds of CPU of PgBouncer and of all backends: those behind it stay."""
        pids = [self.process.pid, *family(Postgres(self.server).postmaster)]
        return sum(cpu(pid) for pid in pids) / 1000


def environment(server, uri, directory):
    """Of a GET of any user, as a web server gives it to a CGI program."""
    (_, path, _), = by_id(directory, 1)[0]
    return {"MUSTER_DB": uri, "MUSTER_PUBLIC_URL": server.url, "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_METHOD": "GET",
            "REQUEST_URI": f"/scim/v2{path}", "QUERY_STRING": "", "REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": f"Bearer {directory.token}"}


def answered(scim, server, uri, directory, n):
    """Microseconds of each of n GETs."""
    return [once([scim], environment(server, uri, directory), b"Status: 200") for _ in range(n)]


def over_floor(server, directory, rounds, each=EACH):
    """cgi_over_floor, and the milliseconds of CPU that it is made of: medians of the rounds."""
    floor, scim = programs()
    uri, postgres = server.db.replace("muster_owner", "muster_scim"), Postgres(server)
    spent = {name: [] for name in ("program", "postgres", "linked", "floor", "connection", "bouncer_program", "bouncer_servers")}
    with Bouncer(server) as bouncer:
        for _ in range(rounds):
            with postgres.measured(spent["postgres"], each):
                spent["program"] += answered(scim, server, uri, directory, each)
            spent["linked"] += [once([floor], {}) for _ in range(each)]
            with postgres.measured(spent["connection"], each):
                spent["floor"] += [once([floor, uri], {}) for _ in range(each)]
            if bouncer.uri:
                before = bouncer.used()
                spent["bouncer_program"] += answered(scim, server, bouncer.uri, directory, each)
                spent["bouncer_servers"].append((bouncer.used() - before) / each)
    return figures(spent)


def figures(spent):
    of = {name: statistics.median(values) / 1000 for name, values in spent.items() if values}
    least = of["floor"] + of["connection"]
    out = {"cgi_over_floor": (of["program"] + of["postgres"]) / least, "cgi_program_ms": of["program"], "cgi_postgres_ms": of["postgres"],
           "cgi_floor_linked_ms": of["linked"], "cgi_floor_program_ms": of["floor"], "cgi_floor_postgres_ms": of["connection"]}
    if "bouncer_program" in of:
        out["cgi_bouncer_ms"] = of["bouncer_program"] + of["bouncer_servers"]
        out["cgi_bouncer_over_floor"] = out["cgi_bouncer_ms"] / least
    return out
