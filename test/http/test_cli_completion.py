"""Completion, in a real bash with the file that is installed."""
import os
import re
import subprocess

import pytest
from helpers import BUILD, ROOT

SCRIPT = f"""
source {ROOT}/tools/muster/completion.bash
IFS=' ' read -r -a COMP_WORDS <<<"$1"
[[ $1 == *' ' ]] && COMP_WORDS+=("")
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_muster
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def words(line, cwd=None):
    """The words that bash offers after `line`; a "=" is a word of its own, as in readline."""
    done = subprocess.run(["bash", "-c", SCRIPT, "bash", line.replace("=", " = ").rstrip() + (" " if line.endswith(" ") else "")], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=20, cwd=cwd, check=True,
                          env={"PATH": f"{ROOT}/{BUILD}:{os.environ['PATH']}"})
    return [w for w in done.stdout.splitlines() if w]


def table():
    """Noun, verb, arguments and options of every command, from the help text."""
    text = subprocess.run([f"{ROOT}/{BUILD}/muster", "help"], stdout=subprocess.PIPE, text=True, timeout=20, check=True).stdout
    body = text.split("\nOptions:")[0].splitlines()[2:]
    out = []
    for i, line in enumerate(body):
        if re.match(r"  [a-z]", line):
            name = [w for w in line.split() if w.islower() and not w.startswith("[")]
            options = body[i + 2].split() if i + 2 < len(body) and body[i + 2].strip().startswith("--") else []
            out.append((name, options))
    return out


def test_nouns():
    assert sorted(w for w in words("muster ") if w != "--help") == sorted({name[0] for name, _ in table()})
    assert words("muster mem") == ["member"] and words("muster e") == ["export", "erase"] and words("muster zz") == []
    assert words("muster --") == ["--help"] and not any(w.startswith("_") for w in words("muster "))


def test_verbs_of_every_noun():
    commands = [name for name, _ in table()]
    for noun in {name[0] for name in commands if len(name) > 1}:
        assert sorted(words(f"muster {noun} ")) == sorted(n[1] for n in commands if n[0] == noun), noun
    assert words("muster member s") == ["show", "set"] and words("muster doctor ") == []


def test_options_of_every_command():
    for name, options in table():
        assert words(f"muster {' '.join(name)} --") == [*options, "--json"], name
    assert words("muster member show a@x.example --e") == ["--explain"]


@pytest.mark.parametrize("line, offered", [
    ("muster connection create --dialect ", ["lenient", "strict"]), ("muster connection create --dialect s", ["strict"]),
    ("muster connection create --dialect=", ["lenient", "strict"]), ("muster connection create --dialect=l", ["lenient"]),
    ("muster connection set X --identity-provider o", ["okta", "onelogin"]), ("muster org set x --protect-last-admin ", ["on", "off"]),
    ("muster org set x --max-users ", ["none"]), ("muster org set x --rate ", ["off"]), ("muster token issue --scope ", ["full", "read", "users"]),
    ("muster org set x --name ", []), ("muster schema add f --required --ty", ["--type"]),
    ("muster schema remove urn:x --keep-data --o", ["--org"]), ("muster schema add f --type ", ["User", "Group"]),
    ("muster help co", ["config", "connection"]), ("muster help org s", ["show", "set"]), ("muster help org set ", []),
    ("muster session end ", []), ("muster nothing here --", []), ("muster member show ", [])])
def test_values(line, offered):
    assert words(line) == offered


def test_names_of_files(tmp_path):
    (tmp_path / "one.jsonl").touch()
    (tmp_path / "two.jsonl").touch()
    assert sorted(words("muster import ", tmp_path)) == ["one.jsonl", "two.jsonl"]
    assert words("muster import o", tmp_path) == ["one.jsonl"]
    assert words("muster export --org x --output t", tmp_path) == ["two.jsonl"]
    assert words("muster export --output=t", tmp_path) == ["two.jsonl"]


def test_the_hidden_command_alone():
    def run(*args):
        return subprocess.run([f"{ROOT}/{BUILD}/muster", "__complete", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20,
                              check=False)
    assert run("1", "muster", "doc").stdout.split() == ["doctor"]
    for args in ([], ["x"], ["-1", "muster"], ["99", "muster"], ["1x", "muster"]):
        assert run(*args).returncode == 64, args
    assert "__complete" not in subprocess.run([f"{ROOT}/{BUILD}/muster", "help"], stdout=subprocess.PIPE, text=True, timeout=20, check=True).stdout


def test_installed(tmp_path):
    subprocess.run(["flock", f"{ROOT}/{BUILD}/.lock", "make", "-s", "-C", ROOT, "install", f"BUILD={BUILD}", f"DESTDIR={tmp_path}", "PREFIX=/usr"],
                   check=True, timeout=300, stdout=subprocess.DEVNULL)
    assert (tmp_path / "usr/share/bash-completion/completions/muster").read_text().startswith("# shellcheck")
    for page in ("man1/muster.1", "man8/muster-scim.fcgi.8", "man8/muster-admin.fcgi.8", "man8/muster-deliver.8"):
        assert (tmp_path / "usr/share/man" / page).exists(), page
