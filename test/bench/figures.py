"""The figures of a run: medians over its rounds, the ratios made of them, and the table that shows both."""
import statistics

import peers
from stack import PARTS
from workloads import WORKLOADS

FRONT = ("web", "responder")
ALL = PARTS
YARDSTICKS = {"hello": "FastCGI hello, as many bytes as a GET", "hello_list100": "as many bytes as a list of 100",
              "select_1": "select 1, prepared", "lean_create": "lean.sql, as many connections as workers"}
REPLAY = "replay_"  # before the name of a workload: its statements without Muster
HELLO = "hello_"
REPLAYED = "its statements, without Muster"
COUNTS = ("round_trips", "system_calls")
COLUMNS = ("rate", "p50", "p99", *PARTS, "wal")

# Name, whether the rate or the CPU of which parts, of which workload, over that of which other. `rate` is so many times as fast; CPU is
# so many times as dear.
RATIOS = [
    ("get_ratio_hello", "rate", "get", "hello"),
    ("filter_ratio_hello", "rate", "filter", "hello"),
    ("list100_ratio_hello", "rate", "list100", "hello_list100"),
    ("get_cpu_over_hello", ALL, "get", "hello"),
    ("filter_cpu_over_hello", ALL, "filter", "hello"),
    ("list100_cpu_over_hello", ALL, "list100", "hello_list100"),
    ("get_web_over_hello", ("web",), "get", "hello"),
    ("get_responder_over_hello", ("responder",), "get", "hello"),
    ("write_front_over_hello", FRONT, "create", "hello"),
    ("create_cpu_over_hello", ALL, "create", "hello"),
    ("get_pg_over_select1", ("postgres",), "get", "select_1"),
    ("create_pg_over_lean", ("postgres", "sealing"), "create", "lean_create"),
    ("delete_over_active", "rate", "delete", "patch_active"),
    ("bulk_over_creates", "rate", "bulk", "create_1"),
    ("member_100k_over_100", ALL, "member_100k", "member_100_1m"),
    ("first_page_1m_over_10k", ALL, "list100_1m", "list100_10k"),
    ("group100_100k_over_1k", ALL, "group100_100k", "group100_1k"),
    ("eq_1m_over_10k", ALL, "filter_1m", "filter_10k"),
]
# Their backends are none of the responders.
ENDING = ("select_1", "lean_create", REPLAY)


# Measured once in a whole run, and what each needs.
ONCE = {
    "hot_share": "", "page_1m_over_first": "a directory of 1,000,000 users", "rss_mib_after_100k": "", "rss_mib_after_huge": "",
    "backend_mib": "", "neighbour_p99_ratio": "a run with --fair on the same directories, before", "seal_us_event_100": "", "cgi_over_floor": "",
}


class Figures:
    """Of each workload and yardstick, what its rounds gave."""

    def __init__(self, whole=False):
        self.whole = whole  # no workload was left out on purpose
        self.rounds = {}
        self.once = {}  # by name, what was measured once
        self.notes = {}  # by name, a text about it
        self.counted = {}  # of a workload, its COUNTS

    def add(self, name, figure):
        self.rounds.setdefault(name, []).append(figure)

    def values(self, name, what):
        return [figure[what] for figure in self.rounds.get(name, ()) if what in figure]

    def median(self, name, what):
        values = self.values(name, what)
        return statistics.median(values) if values else None

    def spread(self, name, what):
        """How far the rounds are apart, in parts of the median."""
        values = self.values(name, what)
        return (max(values) - min(values)) / statistics.median(values) if values and statistics.median(values) else 0.0

    def cpu(self, name, parts):
        """Microseconds of CPU a request of these parts; what a yardstick costs PostgreSQL is in `rest`."""
        if name.startswith(ENDING):
            parts = ("rest",)
        return sum(self.median(name, part) or 0 for part in parts)

    def ratio(self, what, name, other):
        if name not in self.rounds or other not in self.rounds:
            return None
        of = (lambda n: self.median(n, "rate")) if what == "rate" else (lambda n: self.cpu(n, what))
        return of(name) / of(other) if of(other) else None

    def ratios(self):
        """All figures of one number by their names; None for those of a whole run that could not be made."""
        found = {key: self.ratio(what, name, other) for key, what, name, other in RATIOS}
        found["member_us_of_10k"] = self.cpu("members_10k", ALL) if "members_10k" in self.rounds else None
        for name in (n[len(REPLAY):] for n in self.rounds if n.startswith(REPLAY)):
            found[f"{name}_rate_over_replay"] = self.ratio("rate", name, REPLAY + name)
        for name in (n[len(HELLO):] for n in self.rounds if n.startswith(HELLO) and f"get_{n[len(HELLO):]}" in self.rounds):
            found[f"get_{name}_ratio_hello"] = self.ratio("rate", f"get_{name}", HELLO + name)
        found.update({**dict.fromkeys(ONCE), **self.once})
        return {key: value if value is None else round(value, 3) for key, value in found.items() if value is not None or self.whole}

    def lacking(self):
        """Of each figure that could not be made, what it needs."""
        parts = {**{key: names for key, _, *names in RATIOS}, "member_us_of_10k": ["members_10k"]}
        return {key: ONCE.get(key) or needs([n for n in parts[key] if n not in self.rounds]) for key, value in self.ratios().items() if value is None}


def needs(names):
    """What directories the workloads of these names need."""
    wanted = [w for w in WORKLOADS if w.name in names]
    return ", ".join(dict.fromkeys(f"a directory of {w.size:,} users" if w.size else f"a group of {int(w.group):,} members" for w in wanted))


def heading(about):
    """Where the figures were made."""
    return "\n".join(["", ", ".join(f"{k} {v}" for k, v in about.items() if not isinstance(v, dict)),
                      "PostgreSQL: " + ", ".join(f"{k} {v}" for k, v in about["settings"].items())])


def table(found):
    """All of it, for people."""
    says = {**{w.name: w.says for w in WORKLOADS}, **YARDSTICKS}
    lines = ["Medians; CPU in microseconds, for a request or for each user or member in it; wal in bytes.", "",
             f"{'':20} {'rate/s':>9} {'spread':>6} {'p50 ms':>8} {'p99 ms':>8} " + " ".join(f"{p:>9}" for p in (*PARTS, "wal")) + "  trips  calls"]
    for name in found.rounds:
        cells = [f"{found.median(name, 'rate'):9,.0f}", f"{found.spread(name, 'rate') * 100:5.0f}%",
                 *(f"{found.median(name, q):8.2f}" for q in ("p50", "p99")),
                 *("" if found.median(name, p) is None else f"{found.median(name, p):,.1f}" for p in (*PARTS, "wal"))]
        about = says.get(name) or (REPLAYED if name.startswith(REPLAY) else beside(name))
        counts = [f"{found.counted.get(name, {}).get(what, ''):>6}" for what in COUNTS]
        lines.append(f"{name:20} " + " ".join(cells[:4]) + " " + " ".join(f"{c:>9}" for c in cells[4:]) + f" {' '.join(counts)}  {about}")
    refused = {name: sum(found.values(name, "refused")) for name in found.rounds}
    lines += [f"{n} requests of {name} were refused (429): its rate is too low" for name, n in refused.items() if n]
    return "\n".join([*lines, "", *lines_of(found)])


def beside(name):
    """What a row is that is no workload and no yardstick by itself."""
    kind, _, what = name.partition("_")
    if kind in peers.NAMES:
        return peers.SAYS[kind]
    return f"{kind}, clients: {what[len('clients_'):]}" if what.startswith("clients_") else f"{kind} behind {what}"


def lines_of(found):
    """Each figure of one number; what it needs where it could not be made."""
    lacking = found.lacking()
    for key, value in found.ratios().items():
        said = f"    none: needs {lacking[key]}" if value is None else f"{value:8.3f}  {found.notes.get(key, '')}"
        yield f"{key:28} {said}".rstrip()


def as_json(found):
    """The ratios by their names, what those need that could not be made, and of each workload the medians, spreads and rounds."""
    return {**found.ratios(), "needs": found.lacking(), "notes": found.notes,
            "figures": {name: {"median": {c: found.median(name, c) for c in COLUMNS}, "spread": {c: found.spread(name, c) for c in COLUMNS},
                               "rounds": rounds, **found.counted.get(name, {})} for name, rounds in found.rounds.items()}}
