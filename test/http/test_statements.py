"""scripts/statements.awk checks the headers of statements before anything is built."""
import re
import subprocess

import pytest

from helpers import ROOT

AWK = ["awk", "-f", f"{ROOT}/scripts/statements.awk"]


def made(tmp_path, files, *options):
    """The output of awk for statements, given as {"scim/name": text}."""
    paths = []
    for name, text in files.items():
        path = tmp_path / f"{name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        paths.append(str(path))
    return subprocess.run([*AWK, *options, *paths], capture_output=True, text=True, check=False)


GOOD = """-- A user.
-- params: 1 id uuid, 2 name text? (null: any
--         name), 3 ids uuid[]
-- row shared: id uuid, seen boolean
-- row: name text (as shown)
select $1::uuid, $3::uuid[] where $2 is null
"""


def test_a_statement_becomes_a_struct_a_function_and_columns(tmp_path):
    (tmp_path / "sql").mkdir()
    done = made(tmp_path, {"scim/a_user": GOOD}, "-v", f"out={tmp_path}")
    assert done.returncode == 0, done.stderr
    header = (tmp_path / "sql/scim.h").read_text()
    members = re.findall(r"const char \*(\w+); /\* (.*) \*/", header)
    assert members == [("id", "uuid"), ("name", "text, NULL (null: any name)"), ("ids", "uuid[]")]
    assert "#define sql_a_user(...) sql_a_user_((struct sql_a_user){__VA_ARGS__})" in header
    assert "A_USER_NAME = SQL_COLUMN(SQL_A_USER, 0)" in header
    names = (tmp_path / "sql_names.h").read_text()
    assert "SHARED_SEEN = SQL_COLUMN(SQL_ROW_SHARED, 1)" in names
    table = (tmp_path / "sql_statements.c").read_text()
    assert ".nulls = 2, .n_columns = 3, .parts = {{SQL_ROW_SHARED + 1, 0}, {SQL_A_USER + 1, 2}}" in table


def test_a_statement_is_described_for_the_check_against_the_schema(tmp_path):
    done = made(tmp_path, {"scim/a_user": GOOD})
    assert done.stdout == f"{tmp_path}/scim/a_user.sql|uuid,text,uuid[]|id,seen,name|uuid,boolean,text\n"


@pytest.mark.parametrize("old, new, told", [
    ("1 id uuid", "2 id uuid", "id has the number 2, it is the 1."),
    ("2 name text", "2 id text", "id stands there twice"),
    ("1 id uuid", "1 id", '"1 id" is no number, name and type'),
    ("1 id uuid", "1 id text", "$1 is cast to uuid, the header says text"),
    ("$3::uuid[]", "2", "the text does not use $3 (ids)"),
    ("$3::uuid[]", "$4::uuid[]", "$4 is no parameter of the header"),
    ("text?", "text", "the text asks whether $2 is null, the header does not allow it (text?)"),
    ("where $2 is null", "where coalesce($1, $2) = 'x'", "the text asks whether $1 is null"),
    ("-- row: name text", "-- row: name", '"name (as shown)" is no name and type'),
    ("-- params", "-- parameters", "the header comment needs a params: and a row: line"),
    ("$3::uuid[]", "$3::uuid[];", "one statement, without a semicolon"),
    ("-- A user.", "-- A user " + "x" * 120, "line 1 is longer than 120 columns"),
])
def test_what_is_wrong_with_a_header_is_told(tmp_path, old, new, told):
    assert old in GOOD
    done = made(tmp_path, {"scim/a_user": GOOD.replace(old, new)})
    assert done.returncode == 1
    assert "a_user.sql: " in done.stderr and told in done.stderr, done.stderr


def literals(text):
    """What a C compiler makes of the string literals of these lines."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], "".join(re.findall(r'^     "(.*)"$', text, re.M)))


def test_a_text_reaches_the_program_as_it_is(tmp_path):
    text = "select E'\\n' || E'\\\\' || '\\x00' || '\"' || '??=' || '&'\n"
    (tmp_path / "sql").mkdir()
    done = made(tmp_path, {"scim/odd": "-- Odd.\n-- params: none\n-- row: odd text\n" + text}, "-v", f"out={tmp_path}")
    assert done.returncode == 0 and text.strip() in literals((tmp_path / "sql_statements.c").read_text()), done.stderr
    for name in ("schema/0001_odd.sql", "functions/odd.sql"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    table = subprocess.run([f"{ROOT}/scripts/gen-sql", "table", *(str(tmp_path / d) for d in ("out", "scim", "schema", "functions"))],
                           capture_output=True, text=True, check=True).stdout
    assert literals(table) == 2 * text


def test_two_statements_share_columns_or_do_not(tmp_path):
    other = GOOD.replace("seen boolean", "seen text")
    done = made(tmp_path, {"scim/a_user": GOOD, "scim/b_user": other})
    assert done.returncode == 1 and "row shared: it is another one in a_user" in done.stderr
    done = made(tmp_path, {"scim/a_user": GOOD, "deliver/a_user": GOOD})
    assert done.returncode == 1 and "another folder has a statement of this name" in done.stderr
