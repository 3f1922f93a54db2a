"""muster export and muster import: an organization as a file, whole, checked, and the same on the other side."""
import glob
import hashlib
import json
import os
import re
import subprocess

import pytest
from helpers import BUILD, ROOT, digest, op, unique


def run(server, *args, stdin=None, **env):
    return subprocess.run([f"{ROOT}/{BUILD}/muster", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, input=stdin,
                          env={"PATH": os.environ["PATH"], "MUSTER_DB": server.db, **env}, check=False)


def export(server, org):
    done = run(server, "export", "--org", org)
    assert done.returncode == 0, done
    return done.stdout.decode().splitlines()


def sealed(lines):
    """Lines with the checks that they should have: what somebody who forges a file would make."""
    out, check = [], ""
    for i, line in enumerate(lines):
        text = line[:line.rindex(',"check":"')]
        check = hashlib.sha256((check + hashlib.sha256(text.encode()).hexdigest()).encode()).hexdigest()[:32]
        out.append(f'{text},"check":"{check}"}}')
        check = "" if i == 0 else check
    return out


def types(lines):
    return [json.loads(line)["type"] for line in lines]


def contents(lines):
    """The lines that must be the same after an import: all but the header, the tokens and the end, which counts them."""
    return [line for line in lines if json.loads(line)["type"] not in ("header", "token", "end")]


def forget(server, org_id):
    """As if the organization had never been in this installation: the tests have only one."""
    tables = ["scim_unique_value", "scim_user_email", "scim_group_user", "scim_group_group", "team_member", "team_member_parked", "link_request",
              "scim_user", "scim_group", "scim_modified", "member_word", "member", "team", "token", "connection", "organization_domain",
              "domain_claim", "connection_usage",
              "extension_schema", "attribute_mapping", "mapping_again", "left_behind", "audit_event", "audit_seal", "audit_pending", "idempotency_key"]
    server.fill(*[(f"delete from muster.{t} where organization_id = %s", org_id) for t in tables],
                ("delete from muster.organization where id = %s", org_id))


def furnish(server):
    """An organization with something of everything."""
    t = server.customer(linking="verified_domains")
    server.muster("org", "set", t.slug, "--verified-domains", "a.example,b.example", "--max-users", "77")
    server.sql("""insert into muster.domain_claim (organization_id, id, domain, ascii, value, claimed_by_type, next_check_at)
                  values (%s, gen_random_uuid(), 'c.example', 'c.example', 'domain-verify=x', 'operator', 'infinity')""", t.id)
    for name, value in (("schema", {"id": "urn:example:staff", "name": "Staff",
                                    "attributes": [{"name": "badge", "type": "string", "uniqueness": "server"}]}),
                        ("mapping", {"groups[0].displayName": "organization_role", "name.givenName": "first_name"})):
        path = f"{server.dir}/{unique('f')}.json"
        with open(path, "w", encoding="utf-8") as f:
            json.dump(value, f)
        server.muster(name, "add" if name == "schema" else "set", path, "--org", t.slug)
    assert server.muster("mapping", "status", "--org", t.slug, "--wait")["status"] == "applied"
    one = t.user("one@a.example", externalId="e1", name={"givenName": "Ünë \"q\" \\ 🙂", "familyName": "O'X"}, **{"urn:example:staff": {"badge": "7"}})
    two = t.user("two@b.example", active=False)
    three = t.user("three@b.example")
    assert t.client.delete(f"/Users/{three['id']}").status == 204
    inner = t.group("Inner", members=[{"value": one["id"], "display": "Öne \"q\" \\"}, {"value": two["id"]}])
    t.group("Outer", members=[{"value": inner["id"], "display": "Within"}])
    server.muster("team", "add", "Extra", "--org", t.slug)
    server.muster("team", "add", "Extra", "--member", "one@a.example", "--org", t.slug)
    server.muster("member", "add", "wait@c.example", "--org", t.slug)
    assert t.client.post("/Users", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "wait@c.example"}).status == 409
    four = t.user("four@b.example")
    server.muster("team", "add", "Extra", "--member", "four@b.example", "--org", t.slug)
    t.client.patch(f"/Users/{four['id']}", op("replace", "active", False))
    return t


@pytest.fixture(scope="module")
def furnished(server):
    t = furnish(server)
    return t, export(server, t.slug)


def test_what_an_export_has(furnished):
    t, lines = furnished
    objects = [json.loads(line) for line in lines]
    header, end = objects[0], objects[-1]
    assert (header["type"], header["format"], header["version"], header["slug"]) == ("header", "muster-export", 1, t.slug) and header["exported_at"]
    counts = {}
    for o in objects[1:-1]:
        counts[o["type"]] = counts.get(o["type"], 0) + 1
    assert end["type"] == "end" and end["lines"] == len(lines) - 1
    assert {k: n for k, n in end["counts"].items() if n} == counts
    assert set(counts) == {"organization", "domain", "domain_claim", "connection", "extension_schema", "attribute_mapping", "member", "team", "team_member",
                           "team_member_parked", "scim_user", "scim_group", "membership", "nesting", "link_request", "token", "audit_event"}
    assert counts["member"] == 5 and counts["scim_user"] == 4 and counts["nesting"] == 1 and counts["team_member_parked"] == 1
    (token,) = [o for o in objects if o["type"] == "token"]
    assert token["name"] and not token.keys() & {"hash", "of_connection", "of_organization"} and t.token["token"] not in "\n".join(lines)
    assert "removed_at" in [o for o in objects if o["type"] == "scim_user"][0]
    assert sealed(lines) == lines and all(line.startswith('{"type":"') for line in lines)


# What an import makes anew of the rest, and what belongs to an installation: its keys, secrets, queues and counters.
NOT_EXPORTED = {"audit_seal", "organization_usage", "connection_problem", "connection_request", "connection_usage", "api_key",
                "audit_pending", "idempotency_key", "mapping_again", "portal_session",
                "left_behind", "member_word", "scim_modified",
                "webhook_delivery", "webhook_endpoint", "webhook_queue", "webhook_unmade"}


def test_no_table_of_an_organization_is_forgotten(server):
    tables = {t for t, in server.sql("""select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
                                        where c.relnamespace = 'muster'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
                                              and a.attname = 'organization_id' and not a.attisdropped""")}
    exported = set()
    for path in glob.glob(f"{ROOT}/sql/queries/operator/op_export_*.sql"):
        with open(path, encoding="utf-8") as f:
            exported |= set(re.findall(r"\bmuster\.([a-z_]+)", f.read())) & tables
    assert tables - exported == NOT_EXPORTED, sorted(tables - exported)


def test_twice_the_same(server, furnished):
    t, lines = furnished
    again = export(server, t.slug)
    assert again[1:] == lines[1:] and export(server, t.org["id"])[1:] == lines[1:]


def test_into_a_file(server, furnished):
    t, lines = furnished
    path = f"{server.dir}/{unique('out')}"
    done = run(server, "export", "--org", t.slug, "--output", path, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["lines"] == len(lines)
    assert os.stat(path).st_mode & 0o777 == 0o600 and not os.path.exists(path + ".part")
    with open(path, encoding="utf-8") as f:
        assert f.read().splitlines()[1:] == lines[1:]
    done = run(server, "export", "--org", "nobody", "--output", path + "2")
    assert done.returncode == 1 and b"muster org list" in done.stderr and not os.path.exists(path + "2") and not os.path.exists(path + "2.part")
    assert run(server, "export", "--org", t.slug, "--output", "/nowhere/x").returncode == 1
    assert run(server, "export", "--org", t.slug, "--output", "/dev/full").returncode == 1
    assert run(server, "export", "--org", t.slug, "--json").returncode == 64
    assert run(server, "export").returncode == 64


def test_where_the_organization_is_already_nothing_changes(server, furnished):
    t, lines = furnished
    before = digest(server, t.org["id"])
    text = ("\n".join(lines) + "\n").encode()
    for args in ([], ["--slug", unique("other")]):
        done = run(server, "import", "-", *args, stdin=text)
        assert done.returncode == 1 and b"already" in done.stderr and done.stdout == b"", args
    assert digest(server, t.org["id"]) == before


def test_what_is_broken_is_refused_by_line(server, furnished):
    """The organization is not there, so that nothing but the file is wrong."""
    t, lines = furnished
    new = lines[0].replace(t.org["id"], "01980000-0000-7000-8000-000000000000")

    def refused(changed, line, words, end="\n"):
        done = run(server, "import", "-", "--slug", unique("no"), stdin=("\n".join(changed) + end).encode())
        assert done.returncode == 1 and f"line {line}:" in done.stderr.decode() and words in done.stderr.decode(), (done, line)
    moved = "01980000-0000-7000-8000-%012x" % (os.getpid() + 1)
    fresh = sealed([new, *(line.replace(t.org["id"], moved) for line in lines[1:])])
    n = len(lines)
    refused(fresh[:-1], n - 1, "truncated")
    refused(fresh[:5], 5, "truncated")
    refused([*fresh[:5], fresh[5][:40]], 6, "broken", end="")
    refused([fresh[0], *fresh[1:7], fresh[7].replace("a", "b", 1), *fresh[8:]], 8, "changed")
    refused([*fresh[:7], *fresh[8:]], 8, "missing")
    refused([*fresh[:7], fresh[8], fresh[7], *fresh[9:]], 8, "moved")
    refused([*fresh[:7], fresh[6], *fresh[7:]], 8, "added")
    refused([*fresh, fresh[-1]], n + 1, "last line")
    refused(["{}"], 1, "no export")
    refused([], 1, "no export", end="")
    refused(sealed([fresh[0].replace('"version":1', '"version":2'), *fresh[1:]]), 1, "version 2")
    refused(sealed([*fresh[:-1], fresh[-1].replace('"member":5', '"member":6')]), n, "counts")
    refused(sealed([*fresh[:3], fresh[3].replace('"type":"', '"type":"x', 1), *fresh[4:]]), 4, "unknown")
    refused(sealed([fresh[0], *fresh[2:]]), 2, "organization")
    refused([*fresh[:3], fresh[3].replace("example", "exa\0mple"), *fresh[4:]], 4, "no line")
    # with right checks, but what the database cannot take: all of it is taken back
    bad = next(i for i, line in enumerate(fresh) if line.startswith('{"type":"member"'))
    for old, value in (("active", "asleep"), ('"created_at": "', '"created_at": "x')):
        done = run(server, "import", "-", "--slug", unique("no"),
                   stdin=("\n".join(sealed([*fresh[:bad], fresh[bad].replace(old, value), *fresh[bad + 1:]])) + "\n").encode())
        assert done.returncode == 1 and f"lines {bad + 1} to {bad + 5} (member)" in done.stderr.decode(), done
    assert server.sql("select count(*) from muster.organization where id = %s", moved) == [(0,)]
    assert server.sql("select count(*) from muster.audit_event where organization_id = %s", moved) == [(0,)]


def test_the_export_of_an_import_is_the_export(server):
    t = furnish(server)
    lines = export(server, t.slug)
    path = f"{server.dir}/{unique('org')}.jsonl"
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    usage = server.sql("select sum(users), sum(groups) from muster.connection_usage where organization_id = %s", t.org["id"])
    kept = digest(server, t.org["id"])
    members, teams = t.members(), t.teams()
    forget(server, t.org["id"])
    done = run(server, "import", path, "--json")
    assert done.returncode == 0, done
    summary = json.loads(done.stdout)
    assert (summary["organization"], summary["lines"], summary["counts"]["member"]) == (t.org["id"], len(lines), 5)
    assert b"tokens and API keys are not imported" in done.stderr
    again = export(server, t.slug)
    assert contents(again) == contents(lines)
    assert types(again) == [x for x in types(lines) if x != "token"]
    assert sealed(again) == again
    assert server.sql("select sum(users), sum(groups) from muster.connection_usage where organization_id = %s", t.org["id"]) == usage
    after = digest(server, t.org["id"])
    assert [a for i, a in enumerate(after) if i != 10] == [b for i, b in enumerate(kept) if i != 10]  # usage is counted in another slot
    assert t.members() == members and t.teams() == teams
    assert server.muster("token", "list", "--org", t.slug)["data"] == []
    t.renew()
    assert t.client.find("Users", 'emails.value eq "one@a.example"').json["totalResults"] == 1
    assert t.client.post("/Users", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "z@a.example",
                                    "urn:example:staff": {"badge": "7"}}).status == 409
    t.user("new@a.example")
    forget(server, t.org["id"])
    other = unique("moved")
    assert run(server, "import", path, "--slug", other).returncode == 0
    moved = contents(export(server, other))
    assert json.loads(moved[0])["slug"] == other
    assert [json.loads(x)["type"] for x in moved] == [json.loads(x)["type"] for x in contents(lines)]


def test_erased_events_stay_erased(server):
    t = server.customer()
    t.user("gone@canary.example")
    server.muster("erase", "gone@canary.example", "--org", t.slug, "--confirm", "gone@canary.example", "--force")
    lines = export(server, t.slug)
    assert any(json.loads(x).get("erased_at") for x in lines if json.loads(x)["type"] == "audit_event") and "canary" not in "\n".join(lines)
    forget(server, t.org["id"])
    assert run(server, "import", "-", stdin=("\n".join(lines) + "\n").encode()).returncode == 0
    assert contents(export(server, t.slug)) == contents(lines)


def test_many_pages_are_one_state_and_flat_memory(server):
    """More than a page of each; the memory of 8 000 lines is that of 500."""
    peaks = []
    for n in (500, 8000):
        t = server.customer()
        server.fill(("insert into muster.member (organization_id, id, email) select %s, muster.uuid7(), 'm' || n || repeat('x', 500) "
                     "from generate_series(1, %s) n", t.org["id"], n))
        path = f"{server.dir}/{unique('big')}"
        done = subprocess.run(["/usr/bin/python3", "-c", "import resource,subprocess,sys; c=subprocess.run(sys.argv[1:]).returncode; "
                               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(c)",
                               f"{ROOT}/{BUILD}/muster", "export", "--org", t.slug, "--output", path],
                              env={"PATH": os.environ["PATH"], "MUSTER_DB": server.db, "ASAN_OPTIONS": "quarantine_size_mb=0"},  # which keeps what was freed
                              stdout=subprocess.PIPE, check=True, timeout=60)
        peaks.append(int(done.stdout))
        with open(path, encoding="utf-8") as f:
            lines = f.read().splitlines()
        ids = [json.loads(x)["id"] for x in lines if x.startswith('{"type":"member"')]
        assert len(ids) == n and ids == sorted(ids) and sealed(lines) == lines, n
    assert peaks[1] < peaks[0] * 1.5 + 4096, peaks
    forget(server, t.org["id"])
    done = run(server, "import", path)
    assert done.returncode == 0 and contents(export(server, t.slug)) == contents(lines)
