#!/usr/bin/python3
"""
Random filters and PATCH requests against the server and against ref_scim, which was written apart from it: both have to find
the same users and groups, leave the same resource behind, or refuse with the same scimType.
"""
import argparse
import json
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, f"{HERE}/http"]
import ref_scim  # noqa: E402
from helpers import BULK, ENTERPRISE, GROUP, PATCH_OP, made, quote  # noqa: E402
from random_scim import EXTENSION, OTHER, OWN, TYPES, WORDS, Random, T, random_filter, random_operation, random_user  # noqa: E402
from server import Server  # noqa: E402


def answer_of_reference(text, rt, resources, lenient):
    try:
        return {x["id"] for x in resources if ref_scim.matches(text, rt, x, lenient)}
    except ref_scim.ScimError as e:
        return e.scim_type


def answer_of_server(client, kind, text):
    answer = client.get(f"/{kind}?count=1000&attributes=id&filter={quote(text)}")
    if answer.status != 200:
        return answer.json.get("scimType", answer.status)
    return {x["id"] for x in answer.json["Resources"]}


def tidy(x, top=True):
    """
    What is compared: not what the server keeps by itself; absent, null, empty and a primary that is false are one, and so are
    equal values of a list (the server keeps one of them).
    """
    if isinstance(x, list):
        values = [tidy(v, False) for v in x]
        return [v for i, v in enumerate(values) if v not in values[:i]]
    if not isinstance(x, dict):
        return x
    out = {}
    for k, v in x.items():
        if top and k in ("meta", "groups", "id", "password"):
            continue
        if k == "manager" and isinstance(v, dict):
            v = {p: t for p, t in v.items() if p == "value"}
        v = sorted(v) if top and k == "schemas" else tidy(v, False)
        if v not in (None, [], {}, "") and not (k == "primary" and v is False):
            out[k] = v
    return out


def patched_by_reference(before, operations, lenient):
    try:
        return tidy(ref_scim.patch(TYPES["User"], before, {"schemas": [PATCH_OP], "Operations": operations}, (), lenient))
    except ref_scim.ScimError as e:
        return e.scim_type


def faults_by_reference(before, operations, lenient):
    """The faults of all operations: a request is refused as a whole, for the fault that is found first."""
    faults, good = set(), []
    for operation in operations:
        result = patched_by_reference(before, [*good, operation], lenient)
        if isinstance(result, str):
            faults.add(result)
        else:
            good.append(operation)
    return faults


def patched_by_server(client, path, body):
    answer = client.request("PATCH", path, body)
    if answer.status != 200:
        return answer.json.get("scimType", answer.status)
    return tidy(whole(client, path))


def whole(client, path):
    """A user with the attributes that are returned on request."""
    return {**client.get(path).json, **client.get(path + NOTE).json}


NOTE = f"?attributes={','.join([*(a.name for a in TYPES['User'].core.values()), 'externalId', 'meta', ENTERPRISE, T, T + ':note', OWN, OTHER])}"


def make_all(client, bodies, endpoint="/Users"):
    """Creates many at once; their ids."""
    ids = []
    for start in range(0, len(bodies), 500):
        operations = [{"method": "POST", "path": endpoint, "bulkId": str(i), "data": b} for i, b in enumerate(bodies[start:start + 500])]
        for item in made(client.post("/Bulk", {"schemas": [BULK], "Operations": operations}), 200)["Operations"]:
            assert item["status"] == "201", item
            ids.append(item["location"].rsplit("/", 1)[1])
    return ids


def report(what, seed, **parts):
    print(f"difference in a {what} (seed {seed}):")
    for name, value in parts.items():
        print(f"  {name}: {json.dumps(value, ensure_ascii=False, default=sorted)}")


def run_filters(r, client, n, seed):
    people = make_all(client, [random_user(r, i, []) for i in range(20)])
    people += make_all(client, [random_user(r, 20 + i, people) for i in range(30)])
    groups = []
    for i in range(8):
        members = [{"value": m} for m in r.sample(people, 6) + (r.sample(groups, 1) if groups and i < 3 else [])]
        groups += make_all(client, [{"schemas": [GROUP], "displayName": f"{r.choice(WORDS)} {i}", "externalId": r.choice(WORDS), "members": members}],
                           "/Groups")
    corpus = {"Users": made(client.get(f"/Users{NOTE}&count=1000"), 200)["Resources"], "Groups": made(client.get("/Groups?count=1000"), 200)["Resources"]}
    differences = 0
    for i in range(n):
        kind = "Groups" if r.chance(15) else "Users"
        rt = TYPES[kind[:-1]]
        text = random_filter(r, rt, people + groups)
        want, got = answer_of_reference(text, rt, corpus[kind], r.lenient), answer_of_server(client, kind, text)
        if want != got:
            differences += 1
            report("filter", seed, filter=text, reference=want, server=got)
        progress("filters", i + 1, n)
    return differences


def run_patches(r, client, n, seed):
    differences = done = 0
    names = iter(range(10**9))

    def unique():
        return f"{r.choice(WORDS)} again {next(names)}"
    while done < n:
        ids = make_all(client, [random_user(r, f"p{next(names)}", []) for _ in range(min(500, n - done))])
        for user in ids:
            path = f"/Users/{user}"
            before = whole(client, path)
            body = {"schemas": [PATCH_OP], "Operations": [random_operation(r, unique) for _ in range(r.choice([1, 1, 1, 2, 3]))]}
            want, got = patched_by_reference(before, body["Operations"], r.lenient), patched_by_server(client, path, body)
            if want != got and not (isinstance(want, str) and isinstance(got, str) and got in faults_by_reference(before, body["Operations"], r.lenient)):
                differences += 1
                report("PATCH", seed, before=tidy(before), body=body["Operations"], reference=want, server=got)
            elif isinstance(want, str) and tidy(whole(client, path)) != tidy(before):
                differences += 1
                report("PATCH that was refused and yet changed something", seed, body=body["Operations"])
            done += 1
            progress("patches", done, n)
        operations = [{"method": "DELETE", "path": f"/Users/{user}"} for user in ids]
        made(client.post("/Bulk", {"schemas": [BULK], "Operations": operations}), 200)
    return differences


def progress(what, done, of):
    if done % 1000 == 0:
        print(f"{time.strftime('%H:%M:%S')} {done} of {of} {what}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--cases", type=int, default=2000, help="of filters and of PATCH requests each, half of them in each dialect")
    args = parser.parse_args()
    r = Random(args.seed)
    print(f"seed {args.seed}", flush=True)
    server = Server("--conformance", env={"MUSTER_DEADLINE_MS": "60000"}).start()
    try:
        schema = f"{server.dir}/schema.json"
        with open(schema, "w", encoding="utf-8") as f:
            json.dump(EXTENSION, f)
        server.muster("schema", "add", schema, "--org", server.env["MUSTER_ORG"])
        differences = 0
        for lenient in (False, True):
            client, r.lenient = server.client(timeout=120), lenient
            if lenient:
                customer = server.customer(identity="mutable", email="optional", linking="never", group_names="any")
                server.muster("schema", "add", schema, "--org", customer.slug)
                client = customer.client
                client.timeout = 120
            differences += run_filters(r, client, args.cases // 2, args.seed) + run_patches(r, client, args.cases // 2, args.seed)
    finally:
        server.stop()
    print(f"{args.cases} filters, {args.cases} patches, {differences} differences (seed {args.seed})")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
