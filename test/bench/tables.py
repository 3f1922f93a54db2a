#!/usr/bin/python3
"""The tables of doc/performance.md: test/bench/tables.py FILE [BEFORE]

Prints Markdown from what scripts/bench --json has written: of a run of the workloads, or of one with --fair. BEFORE is a run of the same kind
with an older Muster, whose figures stand beside."""
import json
import sys

import fair
import figures
import peers
from stack import PARTS
from workloads import WORKLOADS

# What each figure of one number is to reach.
WANTED = {
    "get_ratio_hello": ">= 0.40", "filter_ratio_hello": ">= 0.36", "list100_ratio_hello": ">= 0.25", "get_web_over_hello": "<= 1.3",
    "get_responder_over_hello": "<= 3", "get_pg_over_select1": "<= 7", "write_front_over_hello": "<= 4", "create_pg_over_lean": "<= 2.5",
    "create_cpu_over_hello": "<= 18", "delete_over_active": ">= 0.8", "bulk_over_creates": ">= 4", "member_100k_over_100": "<= 1.3",
    "member_us_of_10k": "<= 100", "page_1m_over_first": "<= 2", "page_1m_jump_ms": "<= 100", "first_page_1m_over_10k": "<= 1.3",
    "group100_100k_over_1k": "<= 3", "eq_1m_over_10k": "<= 1.5", "hot_share": ">= 0.9", "rss_mib_after_100k": "<= 16", "hwm_mib_huge": "<= 64",
    "rss_mib_after_huge": "<= 20", "backend_mib": "<= 16", "seal_us_event_100": "<= 40", "cgi_over_floor": "<= 1.4",
    "neighbour_p99_ratio": "<= 2", "neighbour_p99_ratio_worst_run": "<= 3", "neighbour_p99_over_quiet": "<= 4", "loud_kept_least": ">= 0.5",
    "create_over_jackson": ">= 3", "patch_over_jackson": ">= 2.5", "member_over_jackson": ">= 3",
    **{f"{name.split('_100')[0]}_over_best_peer": ">= 1" for name in peers.COMPARED},
}
SAYS = {**{w.name: w.says for w in WORKLOADS}, **figures.YARDSTICKS}


def number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def rows(head, body):
    """A table; columns after the first are numbers."""
    return ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|", *("| " + " | ".join(row) + " |" for row in body), ""]


def is_reached(value, wanted):
    sign, bound = wanted.split()
    return value >= float(bound) if sign == ">=" else value <= float(bound)


def ratios(after, before):
    """Every figure of one number: before, after, what is wanted, and whether it is reached."""
    names = [key for key, value in after.items() if not isinstance(value, (dict, list, str)) and not key.endswith("_rate_over_replay")]
    head = ["", *(["before"] if before else []), "now", "wanted", ""]
    body = []
    for key in sorted(names, key=lambda key: list(WANTED).index(key) if key in WANTED else len(WANTED)):
        value, wanted = after[key], WANTED.get(key, "")
        verdict = "" if not wanted or value is None else "yes" if is_reached(value, wanted) else "**no**"
        body.append([f"`{key}`", *([number(before.get(key))] if before else []), number(value), wanted.replace(">=", "≥").replace("<=", "≤"), verdict])
    return rows(head, body)


def all_cpu(figure):
    """Microseconds of every part, what a yardstick costs PostgreSQL included."""
    return sum(figure["median"].get(part) or 0 for part in PARTS)


def part_of(figure, part):
    value = figure["median"].get(part)
    return "–" if value is None else number(value)


def workloads(after, before, names):
    """Rate, times and CPU of these; of a run before, the rate and all CPU."""
    old = before["figures"] if before else {}
    head = ["", *(["rate before", "CPU before"] if before else []), "rate", "spread", "p50 ms", "p99 ms", "CPU µs", *PARTS, "WAL bytes", "round trips",
            "system calls"]
    body = []
    for name in names:
        of = after["figures"][name]
        was = [number(old[name]["median"]["rate"]), number(all_cpu(old[name]))] if name in old else ["–", "–"]
        body.append([f"`{name}`: {SAYS[name]}" if name in SAYS else f"`{name}`", *(was if before else []), number(of["median"]["rate"]),
                     f"{(of['spread'].get('rate') or 0) * 100:.0f} %", number(of["median"]["p50"]), number(of["median"]["p99"]), number(all_cpu(of)),
                     *(part_of(of, part) for part in (*PARTS, "wal")), *(str(of.get(count, "–")) for count in figures.COUNTS)])
    return rows(head, body)


def compared(after):
    """Requests a second of Muster and of each peer."""
    body = []
    for name in peers.COMPARED:
        rates = [after["figures"][row]["median"]["rate"] for row in (name, *(f"{peer}_{name}" for peer in peers.NAMES))]
        body.append([SAYS[name], *map(number, rates), number(rates[0] / max(rates[1:]))])
    return rows(["requests a second", "Muster", *peers.SAYS.values(), "over the best"], body)


def felt(after, before):
    """A run with --fair."""
    head, body = ["p99 in ms beside", *(word for what in fair.FELT for word in (what, "ratio")), "kept"], []
    for kind in fair.LOUD:
        of = after["loads"][kind.name]
        cells = [number(n) for what in fair.FELT for n in (of[what], of[what] / after["loads"]["gets"][what])]
        body.append([kind.says, *cells, number(of["kept"])])
    return [*rows(head, body), *ratios(after, before)]


def markdown(after, before=None):
    """All tables of a run."""
    about = after["machine"]
    told = ", ".join(f"{k} {v}" for k, v in about.items() if not isinstance(v, dict))
    lines = [told + ".", "", "PostgreSQL: " + ", ".join(f"{k} {v}" for k, v in about["settings"].items()) + ".", ""]
    if "loads" in after:
        return "\n".join([*lines, *felt(after, before)])
    measured = list(after["figures"])
    own, rest = [n for n in measured if n in SAYS and n not in figures.YARDSTICKS], [n for n in measured if n not in SAYS or n in figures.YARDSTICKS]
    lines += [*ratios(after, before), *workloads(after, before, own), *workloads(after, before, [n for n in rest if n.split("_")[0] not in peers.NAMES])]
    if any(name.startswith(peers.NAMES) for name in rest):
        lines += compared(after)
    return "\n".join([*lines, *(f"`{key}` is not there: it needs {what}." for key, what in after["needs"].items())])


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    print(markdown(*map(read, sys.argv[1:])))
