#!/usr/bin/python3
"""Runs the fuzz targets that `make fuzz` built, two at a time: FUZZ_SECONDS each (60), all of them or those named. A line for each, then
"N passed, N failed". The inputs are the same each time, as many as there is time for: FUZZ_SEED=N makes others, FUZZ_SEED=0 makes up a seed.
A failure begins with its reason and the seed; the input is printed in base64, to be run again with: build-fuzz/fuzz/NAME FILE."""
import base64
import concurrent.futures
import glob
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAMS = os.path.join(ROOT, os.environ.get("BUILD", "build-fuzz"), "fuzz")
SECONDS = int(os.environ.get("FUZZ_SECONDS") or 60)
SEED = int(os.environ.get("FUZZ_SEED") or 1) or secrets.randbelow(2 ** 31) + 1
LIMITS = {"json": 4096, "patch": 4096, "resource": 4096, "bulk": 4096, "mapping": 4096, "schema": 4096, "template": 512, "url": 300, "text": 256,
          "path": 256, "cursor": 512}
ATTRIBUTES = ("patch", "resource", "path", "filter", "mapping", "bulk")  # and those of scim.dict
JSON = ("json", "patch", "resource", "bulk", "mapping", "schema")  # their words are those of json.dict, too
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "abort_on_error=1", "UBSAN_OPTIONS": "print_stacktrace=1", "MALLOC_PERTURB_": "0"}
# The addresses of objects also affect which inputs are found next. Some containers do not allow to fix them.
FIXED = ["setarch", "-R"]
if subprocess.run([*FIXED, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
    FIXED = []


def data(name):
    with open(os.path.join(ROOT, "test", "data", name), encoding="utf-8") as f:
        return json.load(f)


def compact(x):
    return json.dumps(x, separators=(",", ":"), ensure_ascii=False).encode()


def transcript_bodies():
    for path in sorted(glob.glob(os.path.join(ROOT, "test", "data", "*", "*.json"))):
        with open(path, encoding="utf-8") as f:
            document = json.load(f)
        for step in document.get("steps", ()) if isinstance(document, dict) else ():
            if isinstance(step.get("body"), dict):
                yield step["path"], step["body"]


def both(flags, text):
    """An input for each of some ways to read it."""
    return [flag + text for flag in flags]


def seeds_of_data(target):
    """Inputs made of what other tests have."""
    patches, filters = data("spec/patches.json")["cases"], data("spec/filters.json")["cases"]
    if target == "filter":
        return [x for c in filters for x in both((b"0", b"2") if c.get("on") != "Groups" else (b"1", b"3"), c["filter"].encode())]
    if target == "path":
        return [x for c in patches for o in c.get("ops", ()) if isinstance(o, dict) and isinstance(o.get("path"), str)
                for x in both((b"0", b"4", b"f", b"t", b"6", b"\x06", b"\x0e", b"\x46") if c["resourceType"] == "User" else (b"1", b"5", b"g", b"u", b"7"),
                              o["path"].encode())]
    if target == "patch":
        cases = [(c["resourceType"] == "Group", c.get("body") or {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                                                                  "Operations": c["ops"]}) for c in patches]
        cases += [("Groups" in path, body) for path, body in transcript_bodies() if "Operations" in body]
        return [x for group, body in cases for x in both((b"1", b"3", b"7") if group else (b"0", b"2", b"6"), compact(body))]
    if target == "resource":
        return [x for path, body in transcript_bodies() if "Operations" not in body
                for x in both((b"1", b"3", b"7") if "Groups" in path else (b"0", b"2", b"6"), compact(body))]
    if target == "schema":
        return [b"0" + compact(data("spec/patches.json")["extensionSchema"])]
    if target == "json":
        return [compact(body) for _, body in transcript_bodies()]
    return []


def seeds_of_file(target):
    path = os.path.join(HERE, target + ".seeds")
    if not os.path.exists(path):
        return []
    with open(path, "rb") as f:
        return [re.sub(rb"\\([n0\\])", lambda m: {b"n": b"\n", b"0": b"\0", b"\\": b"\\"}[m[1]], line) for line in f.read().splitlines()]


def words(target, directory):
    """The option for the target's dictionaries, which become one file."""
    path = os.path.join(directory, "words")
    parts = {target, *(["json"] if target in JSON else []), *(["scim"] if target in ATTRIBUTES else [])}
    found = [p for p in (os.path.join(HERE, name + ".dict") for name in sorted(parts)) if os.path.exists(p)]
    with open(path, "wb") as out:
        for part in found:
            with open(part, "rb") as f:
                out.write(f.read())
    return [f"-dict={path}"] if found else []


REASON = re.compile(r"does not hold: |Assertion .* failed|runtime error: |ERROR: \w+Sanitizer: |ERROR: libFuzzer: (?!deadly signal)")
PROGRESS = re.compile(r"#\d+\s+(INITED|NEW|REDUCE|RELOAD|pulse|DONE)\b|INFO: |.* # Uses: ")


def failure(target, text, directory):
    """The report of a failed target: the reason, how to repeat it, and the program's output without its progress."""
    lines = [line for line in text.splitlines() if not PROGRESS.match(line)]
    reasons = [line for line in lines if REASON.search(line)] or [line for line in lines if line.startswith("SUMMARY: ")]
    inputs = [name for name in os.listdir(directory) if name.split("-")[0] in ("crash", "timeout", "oom", "leak", "slow")]
    head = [f"{target} failed with FUZZ_SEED={SEED}: {reasons[0] if reasons else 'see below'}"]
    for name in inputs:
        with open(os.path.join(directory, name), "rb") as f:
            head.append(f"{name}, in base64: {base64.b64encode(f.read()).decode()}")
    return "\n".join([*head, *lines[:150]])


def make_corpus(target, directory):
    os.mkdir(directory)
    for n, seed in enumerate(seeds_of_data(target) + seeds_of_file(target)):
        with open(os.path.join(directory, str(n)), "wb") as f:
            f.write(seed)


def run(target):
    """Runs one: whether it found nothing, and what to print."""
    with tempfile.TemporaryDirectory(prefix="mf") as directory:
        corpus = os.path.join(directory, "corpus")
        make_corpus(target, corpus)
        # Looking for new files in the corpus is left off: it goes by the clock.
        done = subprocess.run([*FIXED, os.path.join(PROGRAMS, target), f"-seed={SEED}", "-reload=0", f"-max_total_time={SECONDS}",
                               "-timeout=10", "-rss_limit_mb=1024", f"-max_len={LIMITS.get(target, 1024)}", *words(target, directory),
                               f"-artifact_prefix={directory}/", "-print_final_stats=1", "-verbosity=1", corpus],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENVIRONMENT, cwd=directory,
                              timeout=SECONDS + 300, check=False)
        text = done.stdout.decode("utf-8", "replace")
        count = re.search(r"number_of_executed_units: (\d+)", text)
        edges = re.findall(r"cov: (\d+)", text)
        line = f"{target}: {count[1] if count else '?'} executions, {edges[-1] if edges else '?'} edges"
        if done.returncode == 0:
            return True, line
        return False, f"{failure(target, text, directory)}\n{line}, failed"


def main():
    targets = sys.argv[1:] or sorted(os.listdir(PROGRAMS))
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for good, text in pool.map(run, targets):
            passed += good
            print(text, flush=True)
    print(f"{passed} passed, {len(targets) - passed} failed")
    return passed != len(targets)


if __name__ == "__main__":
    sys.exit(main())
