"""The table of the admin API's routes as cgi/admin/api_routes.c has it."""
import os
import re
from collections import namedtuple

from helpers import ROOT

Route = namedtuple("Route", "method path scopes installation creates")


def text_of(expression, macros):
    """"..." and names of macros side by side, as C joins them."""
    return "".join(part[1:-1] if part[0] == '"' else text_of(macros[part], macros) for part in re.findall(r'"[^"]*"|\w+', expression))


def routes():
    with open(os.path.join(ROOT, "cgi", "admin", "api_routes.c"), encoding="utf-8") as f:
        source = f.read()
    macros = dict(re.findall(r"^#define (\w+) (.+)$", source, re.M))
    table = source[source.index("api_routes[] = {"):source.index("};")]
    rows = [re.split(r",\s*(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", row) for row in re.findall(r"^    \{(.*)\},$", table, re.M)]
    return [Route(text_of(m, macros), text_of(p, macros), text_of(s, macros).split(), i == "true", x == "true") for m, p, s, _, i, x in rows]
