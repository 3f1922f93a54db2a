"""Web servers in front of a socket of FastCGI: each with the example configuration, as scripts/run makes it."""
import contextlib
import os
import pwd
import socket
import subprocess

import load
from stack import cpu, family, free_port, helpers
from workloads import measured, requests

NAMES = ("lighttpd", "nginx", "apache")
RENDER = """set -eu
. scripts/lib/common.sh
. scripts/lib/front.sh
run_user=$user
trap '[ -z "$reason" ] || echo "$reason" >&2' EXIT
"render_$server"
"""


class Front:
    """A web server in front of one of the sockets of a running stack, as a context."""

    def __init__(self, server, name, socket_name="scim.sock"):
        self.server, self.name, self.socket_name, self.port = server, name, socket_name, free_port()
        self.place = os.path.join(server.data, "run", f"{name}-{socket_name.split('.')[0]}")
        self.log = os.path.join(self.place, "output.log")

    def __enter__(self):
        uid, gid = self.server.user()
        for path in (self.place, f"{self.place}/tmp", f"{self.place}/empty"):
            os.makedirs(path, exist_ok=True)
            os.chown(path, uid, gid)
        self.render()
        drop = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"] if os.geteuid() == 0 else []
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([*drop, *self.command()], cwd="/", env={"PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        try:
            helpers.wait_until(self.answers, 20, self.complaint)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def render(self):
        """Its configuration, with this socket instead of the responders'."""
        sockets = os.path.join(self.server.data, "run", "sock")
        names = {"root": helpers.ROOT, "run": self.place, "logs": self.place, "sockets": sockets, "port": str(self.port), "server": self.name,
                 "user": pwd.getpwuid(self.server.user()[0]).pw_name, "scim": "/none/muster-scim.fcgi", "admin": "/none/muster-admin.fcgi"}
        done = subprocess.run(["bash", "-c", RENDER], cwd=helpers.ROOT, env={"PATH": os.environ["PATH"], **names}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout
        path = os.path.join(self.place, "web.conf")
        with open(path, encoding="utf-8") as f:
            text = f.read().replace("/scim.sock", f"/{self.socket_name}")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def command(self):
        config = f"{self.place}/web.conf"
        return {"lighttpd": ["lighttpd", "-D", "-f", config], "apache": ["apache2", "-D", "FOREGROUND", "-f", config],
                "nginx": ["nginx", "-e", f"{self.place}/error.log", "-p", f"{self.place}/tmp", "-c", config, "-g", "daemon off;"]}[self.name]

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def complaint(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f"{self.name} answers: {f.read()[-1000:]}"

    def used(self):
        """Nanoseconds of CPU."""
        return sum(cpu(pid) for pid in family(self.process.pid))

    def measure(self, workload, directory, clients, seconds):
        """A round of a workload that only reads, through this web server."""
        sent, before = requests(workload, directory, seconds), self.used()
        found = measured(self.server, 1, lambda: load.run(sent, clients=clients, seconds=seconds, port=self.port))
        return {**found, "web": (self.used() - before) / 1000 / (found["rate"] * found["seconds"])}
