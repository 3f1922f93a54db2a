"""The set-up guides (cgi/portal/guides, doc/guides) say what the server says, in each language."""
import json
import os
import re
import subprocess
import sys

import pytest
from helpers import BUILD, ROOT

sys.path.insert(0, os.path.join(ROOT, "test"))
import guides  # noqa: E402  pylint: disable=wrong-import-position

LANGUAGES = {"en", "de"}
GUIDES = {name: guides.source(name) for name in guides.ORDER}
PROBLEMS = guides.source("problems")


def texts(value):
    """Every text of a guide: a dict of languages."""
    if isinstance(value, dict) and "en" in value:
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def sentences():
    """All string constants of the programs, with N for a number that is put in."""
    found = []
    for top in ("core", "cgi"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                if name.endswith((".c", ".def")) and name != "causes.c":
                    with open(os.path.join(folder, name), encoding="utf-8") as f:
                        text = re.sub(r'%" PRI\w+ "|%zu', "N", f.read())
                    found.append(re.sub(r'"\s+"', "", text).replace("exceeds %d", "exceeds 3"))
    return "\n".join(found)


@pytest.mark.parametrize("name", guides.ORDER)
def test_a_page_is_what_its_guide_says(name):
    with open(f"{guides.PAGES}/{name}.md", encoding="utf-8") as f:
        assert f.read() == guides.page(name)


def test_each_identity_provider_of_a_connection_has_a_guide():
    with open(f"{ROOT}/doc/openapi.json", encoding="utf-8") as f:
        providers = json.load(f)["components"]["schemas"]["IdentityProvider"]["enum"]
    assert set(providers) == set(guides.ORDER)


@pytest.mark.parametrize("source", [*GUIDES.values(), PROBLEMS], ids=[*GUIDES, "problems"])
def test_each_text_is_there_in_each_language_with_the_same_words_of_the_console(source):
    found = list(texts(source))
    assert found
    for text in found:
        assert set(text) == LANGUAGES and all(text.values()), text
        for quoted in (r"\*\*(.+?)\*\*", r"`(.+?)`"):
            words = {language: sorted(re.findall(quoted, text[language])) for language in LANGUAGES}
            assert words["en"] == words["de"], text


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p["id"])
def test_what_a_problem_quotes_is_what_the_server_answers(problem):
    assert (problem["detail"] is None) or (problem["status"] and problem["detail"] in sentences())
    assert set(problem.get("only", [])) <= set(guides.ORDER)


def test_problems_have_names_of_their_own():
    names = [p["id"] for p in PROBLEMS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", [n for n in guides.ORDER if GUIDES[n]["steps"]])
def test_each_kind_of_app_is_given_the_url_and_the_token_once(name):
    guide = GUIDES[name]
    for kind in guide.get("kinds", [{"id": None}]):
        if not kind.get("ends"):
            copies = [s["copy"] for s in guide["steps"] if "copy" in s and s.get("kind", kind["id"]) == kind["id"]]
            assert sorted(copies) == ["token", "url"]


def test_the_commands_of_the_pages_are_there():
    said = subprocess.run([f"{ROOT}/{BUILD}/muster", "help"], stdout=subprocess.PIPE, text=True, timeout=20, check=True).stdout
    commands = {command for name in guides.ORDER for command in re.findall(r"`muster ([a-z-]+ [a-z]+)", guides.page(name))}
    assert {"connection endpoint", "token issue"} <= commands
    assert [c for c in sorted(commands) if f"\n  {c} " not in said] == []
