"""The manuals and the help texts have every entry of the tables."""
import glob
import os
import re
import subprocess

import pytest
from helpers import BUILD, ROOT


def run(*args, **env):
    return subprocess.run([f"{ROOT}/{BUILD}/muster", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20, check=False,
                          env={"PATH": os.environ["PATH"], "MUSTER_DB": "", **env})


def table():
    """Noun and verb, and options, of every command; every option with the placeholder of its value."""
    commands, rest = run("help").stdout.split("\nOptions:\n")
    out, body = [], commands.splitlines()[2:]
    for i, line in enumerate(body):
        if re.match(r"  [a-z]", line):
            name = " ".join(w for w in line.split() if w.islower() and not w.startswith("["))
            has = i + 2 < len(body) and body[i + 2].strip().startswith("--")
            out.append((name, body[i + 2].split() if has else []))
    options = {line.split()[0]: (line.split() + [""])[1] for line in rest.split("\n\n")[0].splitlines()}
    return out, options


def manual(name):
    with open(f"{ROOT}/doc/man/{name}", encoding="utf-8") as f:
        return f.read()


def section(page, name):
    return re.split(r"(?m)^\.Sh ", page.split(f"\n.Sh {name}\n")[1])[0]


def items(text):
    """{the words after .It: the text below it}"""
    return {part.split("\n")[0]: part for part in re.split(r"(?m)^\.It ", text.split("\n.El")[0])[1:]}


def test_every_command_with_its_options_is_in_the_manual():
    entries = items(section(manual("muster.1"), "COMMANDS"))
    commands, _ = table()
    names = {re.sub(r" (Ar|Op Cm|Op Ar) .*", "", head)[len("Ic "):]: text for head, text in entries.items()}
    assert sorted(names) == sorted(name for name, _ in commands)
    for name, options in commands:
        said = {"--" + o for o in re.findall(r"(?m)^\.Fl Fl ([a-z-]+)", names[name])}
        assert said - {"--json"} == set(options), name


def test_every_option_with_its_choices_is_in_the_manual():
    entries = items(section(manual("muster.1"), "OPTIONS"))
    _, options = table()
    said = {"--" + head.split()[2]: "".join(head.split()[4:]) for head in entries}
    assert said == {**options, "--json": ""}


def test_help_of_one_command():
    commands, options = table()
    for name, takes in commands:
        done = run("help", *name.split())
        head, _, rest = done.stdout.partition("\nOptions:\n")
        assert done.returncode == 0 and head.startswith(f"  {name}"), done
        if takes:
            assert {line.split()[0]: (line.split() + [""])[1] for line in rest.splitlines()} == {o: options[o] for o in takes}


def test_help_of_a_noun():
    shown = run("help", "token").stdout
    assert [line.split()[:2] for line in shown.splitlines() if line.startswith("  token")] == [["token", v] for v in ("issue", "list", "revoke")]
    for words in (["bogus"], ["org", "bogus"], ["seed", "bogus"], ["config", "config"]):
        done = run("help", *words)
        assert done.returncode == 64 and f'"{" ".join(words)}" is no command' in done.stderr, done
    assert run("help", "org", "create", "more").returncode == 64


def test_every_setting_is_told():
    with open(f"{ROOT}/core/base/settings.def", encoding="utf-8") as f:
        settings = ["MUSTER_" + name for name in re.findall(r"(?m)^(?:TEXT|INT|FLAG)\(([A-Z_]+),", f.read())]
    config = run("help", "config").stdout
    pages = "".join(manual(os.path.basename(p)) for p in glob.glob(f"{ROOT}/doc/man/*"))
    assert len(settings) > 15
    for name in settings:
        assert re.search(rf"  {name} ", config), name
        assert re.search(rf"(?m)^\.It Ev .*\b{name}\b", pages), name


def test_the_manuals_are_clean():
    """All but references to pages that are not installed here."""
    pages = glob.glob(f"{ROOT}/doc/man/*")
    assert len(pages) == 4
    done = subprocess.run(["mandoc", "-Tlint", *pages], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20, check=False)
    wrong = [line for line in done.stdout.splitlines() if "referenced manual not found" not in line and "outdated mandoc.db" not in line]
    assert wrong == []


def test_programs_that_the_manuals_are_of():
    for page in glob.glob(f"{ROOT}/doc/man/*"):
        assert os.path.exists(f"{ROOT}/{BUILD}/{os.path.basename(page)[:-2]}")


def test_exit_codes(server, tmp_path):
    """0 done, 1 refused, 64 usage, 69 no database, 70 our fault: in the manual, in the help text, and so."""
    codes = {"0": ["help"], "1": ["org", "show", "nobody"], "64": ["bogus"], "69": ["org", "list"], "70": ["help"]}
    assert re.findall(r"(?m)^\.It (\d+)$", section(manual("muster.1"), "EXIT STATUS")) == list(codes)
    (line,) = [x for x in run("help").stdout.splitlines() if "Exit codes" in x]
    assert re.findall(r"\b\d+\b", line) == list(codes)
    for code, args in codes.items():
        db = "postgresql:///x?host=/nowhere" if code == "69" else server.db
        with open("/dev/full" if code == "70" else tmp_path / "out", "w", encoding="utf-8") as out:
            done = subprocess.run([f"{ROOT}/{BUILD}/muster", *args], stdout=out, stderr=subprocess.PIPE, text=True, timeout=20, check=False,
                                  env={"PATH": os.environ["PATH"], "MUSTER_DB": db})
        assert done.returncode == int(code), (code, done)
        assert bool(done.stderr) == (code != "0")


@pytest.mark.parametrize("args, code", [
    (["import", "/nowhere"], 64), (["import"], 64), (["import", "/etc/hostname"], 1), (["export", "--org", "nobody"], 1), (["export"], 64),
    (["erase", "a@x.example", "--org", "nobody"], 64), (["erase", "a@x.example", "--org", "nobody", "--confirm", "a@x.example"], 1),
    (["org", "list", "--explain"], 64), (["member", "show", "x", "--org", "nobody", "--explain"], 1), (["member", "show", "x", "--explain"], 64)])
def test_exit_codes_of_the_new_commands(server, args, code):
    done = run(*args, MUSTER_DB=server.db)
    assert done.returncode == code and done.stderr.startswith("muster: "), done
    assert done.stdout == ""


def test_a_setting_that_cannot_be(server):
    for env in ({"MUSTER_LOG": "loud"}, {"MUSTER_CONNECT_MS": "soon"}, {"MUSTER_PUBLIC_URL": "nowhere"}):
        done = run("org", "list", **{"MUSTER_DB": server.db, **env})
        assert done.returncode == 64 and list(env)[0] in done.stderr, env
