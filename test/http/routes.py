"""The table of the admin API's routes, as muster-admin.fcgi --routes prints it."""
import os
import subprocess
from collections import namedtuple

from helpers import BUILD, ROOT

Route = namedtuple("Route", "method path scopes installation creates key")


def routes():
    table = subprocess.run([os.path.join(ROOT, BUILD, "muster-admin.fcgi"), "--routes"], check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in table.splitlines()[1:]]
    return [Route(method, path, scopes.split(","), key == "installation", creates == "yes", key) for method, path, key, creates, scopes in rows]
