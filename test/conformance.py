#!/usr/bin/python3
"""
Checks test/conformance.tsv: every requirement of doc/protocol.md has a row, every row the tests that it needs, every test is there,
and doc/conformance.md shows what the table says. Prints the totals; with --page the part of that page that is made from the table.
"""
import collections
import os
import re
import sys
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LEVELS, STATUSES = ("MUST", "SHOULD", "MAY", "RULE"), ("pass", "deviation", "excluded")
Row = collections.namedtuple("Row", "id level status tests reason")


def read(path):
    with open(f"{ROOT}/{path}", encoding="utf-8") as f:
        return f.read()


def rows():
    lines = [line.split("\t") for line in read("test/conformance.tsv").splitlines() if not line.startswith("#")]
    return [Row(*line[:3], line[3].split(), line[4]) for line in lines]


def requirements():
    """{id: (level, topic)} of the matrix."""
    found, topic = {}, ""
    for line in read("doc/protocol.md").splitlines():
        section = re.match(r"## M\d+[ab]? ([^(]*)\(?", line)
        row = re.match(r"\| ([A-Z]{2}-\d+) \|[^|]*\| (MUST|SHOULD|MAY|RULE|—)", line)
        if section:
            topic = section.group(1).strip()
        if row:
            found[row.group(1)] = (row.group(2).replace("—", "MAY"), topic)
    return found


def tests():
    names = set()
    for name in os.listdir(f"{ROOT}/test/http"):
        if name.endswith(".py"):
            names |= {f"{name}::{test}" for test in re.findall(r"^def (test_\w+)", read(f"test/http/{name}"), re.M)}
    return names


def complaints(table, wanted):
    known, seen = tests(), set()
    for row in table:
        if row.id in seen:
            yield f"{row.id} stands there twice"
        seen.add(row.id)
        if row.id not in wanted:
            yield f"{row.id} is no requirement of doc/protocol.md"
        elif row.level != wanted[row.id][0]:
            yield f"{row.id} is a {wanted[row.id][0]}"
        if row.status not in STATUSES:
            yield f"{row.id}: \"{row.status}\" is no status"
        if (row.level == "MUST" or row.status != "excluded") and not row.tests:
            yield f"{row.id} has no test"
        if row.status != "pass" and not row.reason:
            yield f"{row.id} has no reason"
        for test in row.tests:
            if test not in known:
                yield f"{row.id}: there is no {test}"
    for missing in sorted(set(wanted) - seen):
        yield f"{missing} has no row"


def count(table):
    return [len(table), *(len([r for r in table if r.status == s]) for s in STATUSES)]


def in_words(ids):
    """AB-01 AB-02 AB-03 CD-01 → AB-01 to 03, CD-01"""
    groups = []
    for i in ids:
        prefix, number = i.split("-")
        if groups and groups[-1][0] == prefix and int(number) == groups[-1][2] + 1:
            groups[-1][2] = int(number)
        else:
            groups.append([prefix, int(number), int(number)])
    return ", ".join(f"{p}-{a:02}" + (f" to {b:02}" if b > a else "") for p, a, b in groups)


def page_part(table, wanted):
    topics = dict.fromkeys(topic for _, topic in wanted.values())
    yield "| topic | rows | proved by tests | done otherwise | left out |"
    yield "|---|---|---|---|---|"
    for topic in topics:
        yield f"| {topic} | " + " | ".join(str(n) for n in count([r for r in table if wanted[r.id][1] == topic])) + " |"
    yield "| **all** | " + " | ".join(str(n) for n in count(table)) + " |"
    for title, status in (("Done otherwise, on purpose", "deviation"), ("Left out", "excluded")):
        yield ""
        yield f"{title}:"
        yield ""
        for reason in dict.fromkeys(r.reason for r in table if r.status == status):
            ids = in_words(r.id for r in table if (r.status, r.reason) == (status, reason))
            yield textwrap.fill(f"- {ids}: {reason}", 100, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def main():
    table, wanted = rows(), requirements()
    part = "\n".join(page_part(table, wanted))
    if "--page" in sys.argv:
        print(part)
        return
    wrong = list(complaints(table, wanted))
    if part not in read("doc/conformance.md"):
        wrong.append("doc/conformance.md does not show what the table says: test/conformance.py --page")
    for line in wrong:
        print(line)
    for level in LEVELS:
        total, *each = count([r for r in table if r.level == level])
        print(f"{level}: {total} requirements, " + ", ".join(f"{n} {s}" for n, s in zip(each, STATUSES)))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
