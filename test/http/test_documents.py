"""The files, commands and options that the documents name exist."""
import glob
import os
import re
import shlex
import subprocess

import pytest
from helpers import BUILD, ROOT

PAGES = [os.path.relpath(p, ROOT) for p in glob.glob(f"{ROOT}/*.md") + glob.glob(f"{ROOT}/*/*.md")]


def read(page):
    with open(f"{ROOT}/{page}", encoding="utf-8") as f:
        return f.read()


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_are_there(page):
    """A name in capitals (NAME, NNNN) or in braces is a placeholder."""
    named = re.findall(r"`((?:cgi|core|doc|scripts|sql|test|tools)/[\w./*-]+|[\w-]+-example\.conf|[A-Z]+\.md)(?= ?[^`]*`)", read(page))
    missing = [n for n in named if not re.search("[/_][A-Z]{4,}[./_]", n) and not glob.glob(f"{ROOT}/{n}")]
    assert not missing


def commands(page):
    """The lines of examples that call muster, as words."""
    for block in re.findall(r"(?:^    .*\n)+", read(page), re.M):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.match(r"(?:\$ )?(?:.*\| )?muster ([a-z].*)", line.strip())
            if found:
                yield shlex.split(found[1].split(" | ")[0], comments=True)


@pytest.fixture(scope="module")
def known():
    """{"org create": its options}"""
    text = subprocess.run([f"{ROOT}/{BUILD}/muster", "help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = re.findall(r"^  ([a-z].*)\n(?:      [^-].*\n)*((?:      --.*\n)*)", text, re.M)
    return {" ".join(w for w in head.split()[:2] if w == w.lower() and w.isascii()): options.split() for head, options in found}


@pytest.mark.parametrize("page", [p for p in PAGES if list(commands(p))])
def test_commands_of_examples_are_those_of_the_program(page, known):
    for words in commands(page):
        name = next((n for n in (" ".join(words[:2]), words[0]) if n in known), None)
        assert name, words
        assert {w for w in words if w.startswith("--")} <= {*known[name], "--json"}, words


def test_examples_that_choose_tests_find_some():
    chosen = [c for page in PAGES for c in re.findall(r"^ .*pytest .*?(test/\S+\.py) -k (\w+)", read(page), re.M)]
    assert chosen
    for path, word in chosen:
        assert re.search(rf"^def test_\w*{word}", read(path), re.M), (path, word)


def test_the_rooms_are_those_that_are_checked():
    arrows = dict(re.findall(r"^    (\w+): *(.*)$", read("scripts/check-layers").split("arrows='")[1].split("'")[0], re.M))
    rows = re.findall(r"^\| `(?:\w+/)?(\w+)` \|.*\| ([^|]*) \|$", read("ARCHITECTURE.md").split("## Rooms")[1].split("\n\n")[1], re.M)
    assert {room: into.replace(",", "").replace("-", "") for room, into in rows} == arrows
