#!/usr/bin/python3
"""
Makes doc/guides/ of cgi/portal/guides/: a page for each identity provider, in English. Prints the pages that differ from what is there;
with --write writes them.
"""
import json
import os
import sys
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCE, PAGES = f"{ROOT}/cgi/portal/guides", f"{ROOT}/doc/guides"
ORDER = ("entra", "okta", "onelogin", "google", "jumpcloud", "ping", "rippling", "generic")
STAGES = {"connect": "Connect", "test": "Test", "live": "Go live"}
COPY = {"url": "`muster connection endpoint --org ORG` prints the URL.", "token": "`muster token issue --org ORG` prints a token, once."}
COMMANDS = {"Settings, Changed addresses": "`muster connection set CONNECTION --identity mutable`",
            "allow changes in Settings": "allow changes (`muster connection set CONNECTION --identity mutable`)",
            "Continue the connection in Settings": "Continue the connection (`muster connection set CONNECTION --status active`)",
            "Approve the person in Domains": "Approve the person (`muster link-request approve`)",
            "Put them together in Teams": "Put them together (`muster team link`)"}


def source(name):
    with open(f"{SOURCE}/{name}.json", encoding="utf-8") as f:
        return json.load(f)


def wrap(text, first="", rest=None):
    return textwrap.fill(text, 100, initial_indent=first, subsequent_indent=first if rest is None else rest, break_long_words=False,
                         break_on_hyphens=False)


def cell(text):
    return text.replace("|", "\\|")


def operator(text):
    """What the portal has on a screen, an operator does by a command."""
    for screen, command in COMMANDS.items():
        text = text.replace(screen, command)
    return text


def steps(guide, kind):
    lines, stage, n = [], None, 0
    for step in guide["steps"]:
        if step.get("kind", kind) != kind:
            continue
        if step["stage"] != stage:
            stage = step["stage"]
            lines += ["", f"**{STAGES[stage]}**", ""]
        n += 1
        text = " ".join([step["text"]["en"]] + ([COPY[step["copy"]]] if "copy" in step else []))
        lines.append(wrap(text, f"{n}. ", " " * len(f"{n}. ")))
    return lines


def kinds(guide):
    """One list of steps for each kind of app that can provision."""
    lines = []
    for kind in guide.get("kinds", [{"id": None}]):
        if kind["id"]:
            lines += ["", f"### {kind['text']['en']}"]
        lines += ["", wrap(kind["why"]["en"])] if kind.get("ends") else steps(guide, kind["id"])
    return lines


def mapping(guide):
    lines = ["", "## Mapping", "", "| source | target | apply | |", "|---|---|---|---|"]
    for row in guide["mapping"]:
        note = " ".join(filter(None, ("**change**" if row["change"] else "", row.get("why", {}).get("en", ""))))
        lines.append("| " + " | ".join(cell(c) for c in (f"`{row['source']}`", f"`{row['target']}`", row["apply"] or "", note)) + " |")
    return lines if guide["mapping"] else []


def problems(guide):
    lines = ["", "## What an error means", "", "| seen | answered | meaning | what to do |", "|---|---|---|---|"]
    for p in source("problems"):
        if guide["id"] in p.get("only", [guide["id"]]):
            detail = " ".join(filter(None, (str(p["status"] or ""), f"`{p['detail']}`" if p["detail"] else "")))
            lines.append("| " + " | ".join(cell(c) for c in (p["symptom"]["en"], detail, p["means"]["en"], operator(p["fix"]["en"]))) + " |")
    return lines


def where(guide):
    """Which fields URL and token go into; nothing where the words of the console are not certain."""
    if "kinds" in guide:
        return ["", "Which steps are yours depends on the kind of app."]
    if guide.get("labels_described"):
        return []
    return ["", f"The endpoint URL goes into **{guide['url_label']}**, the token into **{guide['token_label']}**."]


def page(name):
    guide = source(name)
    title = "Another identity provider" if name == "generic" else guide["name"]
    lines = [f"# {title}", "", wrap(guide["about"]["en"])]
    if guide["steps"]:
        lines += where(guide) + ["", "## Steps"] + kinds(guide)
    for n, way in enumerate(guide.get("ways", []), 1):
        lines += ["" if n == 1 else None, wrap(way["en"], f"{n}. ", "   ")]
    lines += mapping(guide)
    lines += ["", "## Changed names", "", wrap(operator(guide["changed_names"]["en"])), "", "## When changes arrive", "", wrap(guide["cadence"]["en"]),
              "", "## Where errors are", "", wrap(guide["errors_at"]["en"])]
    lines += problems(guide) + ["", "## What is not done", ""] + [wrap(text["en"], "- ", "  ") for text in guide["not"]]
    return "\n".join(line for line in lines if line is not None) + "\n"


def main():
    stale = []
    for name in ORDER:
        path = f"{PAGES}/{name}.md"
        text = page(name)
        if os.path.exists(path) and open(path, encoding="utf-8").read() == text:
            continue
        stale.append(path)
        if "--write" in sys.argv:
            os.makedirs(PAGES, exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
    for path in stale:
        print(f"{os.path.relpath(path, ROOT)}: {'written' if '--write' in sys.argv else 'not what cgi/portal/guides says'}")
    sys.exit(1 if stale and "--write" not in sys.argv else 0)


if __name__ == "__main__":
    main()
