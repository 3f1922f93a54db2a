#!/usr/bin/python3
"""
Checks the files of the portal without a browser: the languages have the same keys and placeholders, each key that is used is there and
each that is there is used; nothing that Trusted Types or the page's policy would refuse; no file of 200 lines; what the first view
loads stays within its budget. Prints the bytes of the first load, compressed.
"""
import glob
import gzip
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PORTAL = f"{ROOT}/cgi/portal"
LINES, BUDGET, REQUESTS = 200, 150_000, 40
ANSWERS = 5  # brand, its colours, session, organization, connections
STRING = r'"(?:[^"\\\n]|\\.)*"'
# What makes code or markup of texts, or stands in the page itself.
REFUSED = {r"\b(inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdocument\.write": "a text becomes a text node",
           r"\beval\s*\(|\bnew Function\b": "no code is made of texts",
           r"\bset(Timeout|Interval)\(\s*[\"'`]": "no code is made of texts", r"<[^>]*\sstyle\s*=": "styles stand in css/",
           r"<[^>]*\son[a-z]+\s*=": "listeners are added by h()", r"<style\b": "styles stand in css/",
           r"\bstyle:\s*[\"'`]": "styles stand in css/",
           r"<script(?![^>]*\bsrc=)": "scripts stand in js/",
           r"\bdata:[a-z]+/": "the page's policy allows no data:", r"[^!]!important": "no rule overrides all"}
ALLOWED = {"css/portal.css": {r"[^!]!important"}}  # [hidden]
# Bootstrap's grid has classes of the same beginning.
BOOTSTRAP = re.compile(r"\.m[tbsexy]?-(sm-|md-|lg-|xl-|xxl-)?(\d|auto)\b")

found = []


def wrong(path, text):
    found.append(f"{os.path.relpath(path, PORTAL)}: {text}")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def files(*endings):
    return sorted(p for p in glob.glob(f"{PORTAL}/**", recursive=True) if p.endswith(endings))


def texts(path):
    """{key: [forms]} of a file of texts."""
    out = {}
    for key, one, forms in re.findall(rf'({STRING}): (?:({STRING})|\{{([^{{}}\n]*(?:\{{\w+\}}[^{{}}\n]*)*)\}})(?=,)', read(path)):
        key = json.loads(key)
        if key in out:
            wrong(path, f"{key} stands twice")
        out[key] = [json.loads(one)] if one else [json.loads(f) for f in re.findall(rf"\w+: ({STRING})", forms)]
    return out


def placeholders(forms):
    return {name for form in forms for name in re.findall(r"\{(\w+)\}", form)}


def check_languages():
    """Every language says what English says; the keys of all files."""
    languages = [os.path.basename(p)[:-3] for p in glob.glob(f"{PORTAL}/js/text/*.js")]
    keys = {}
    for path in files(".js"):
        name = re.fullmatch(rf"{PORTAL}/js/text/en(|/\w+)\.js", path)
        if not name:
            continue
        english = texts(path)
        if set(keys) & set(english):
            wrong(path, f"other files have {sorted(set(keys) & set(english))}, too")
        keys.update(english)
        for language in languages:
            other = f"{PORTAL}/js/text/{language}{name.group(1)}.js"
            theirs = texts(other) if os.path.exists(other) else {}
            if set(theirs) != set(english):
                wrong(other, f"not the keys of English: {sorted(set(theirs) ^ set(english))}")
            for key in set(theirs) & set(english):
                if placeholders(theirs[key]) != placeholders(english[key]) or not all(theirs[key]):
                    wrong(other, f"{key} has other placeholders than in English, or no text")
    return keys


def check_keys(keys):
    """What is used: every literal of t() and tr(), and templates with something in the middle."""
    used, patterns = set(), []
    for path in files(".js"):
        if "/js/text/" in path:
            continue
        source = read(path)
        used |= {json.loads(s) for s in re.findall(STRING, source)}
        for key in re.findall(r'\btr?\("([^"]+)"', source):
            if key not in keys:
                wrong(path, f"there is no text {key}")
        for template in re.findall(r"`([a-z_.]+\.\$\{[^`]*)`", source):
            pattern = re.compile(r"[\w.]+".join(re.escape(part) for part in re.split(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", template)))
            patterns.append(pattern)
            if not any(pattern.fullmatch(key) for key in keys):
                wrong(path, f"there is no text {template}")
    for key in keys:
        if key not in used and not any(p.fullmatch(key) for p in patterns):
            found.append(f"the text {key} is not used")


def check_sources():
    for path in files(".js", ".css", ".html"):
        source, name = read(path), os.path.relpath(path, PORTAL)
        if source.count("\n") >= LINES:
            wrong(path, f"{source.count(chr(10))} lines: a file has less than {LINES}")
        for pattern, why in REFUSED.items():
            if pattern not in ALLOWED.get(name, ()) and re.search(pattern, source):
                wrong(path, f"{re.search(pattern, source).group(0)!r}: {why}")
        if path.endswith(".css") and BOOTSTRAP.search(source):
            wrong(path, f"{BOOTSTRAP.search(source).group(0)} is a class of Bootstrap's grid")


def imports(path):
    """The modules that a module loads before it runs."""
    out, todo = set(), [path]
    while todo:
        module = todo.pop()
        if module in out:
            continue
        if not os.path.exists(module):
            wrong(path, f"there is no {os.path.relpath(module, PORTAL)}, which it imports")
            continue
        out.add(module)
        todo += [os.path.normpath(f"{os.path.dirname(module)}/{other}")
                 for other in re.findall(r'^(?:import|export)\b[^;]*?from "(\.[^"]+)"', read(module), re.M)]
    return out


def wire(path):
    with open(path, "rb") as f:
        return len(gzip.compress(f.read(), 6)) + 300  # the headers


def check_first_load():
    """What is loaded until a provider can be chosen, and until it is connected: page, style sheets, modules, the longer language, guides."""
    js = f"{PORTAL}/js"
    first = {f"{PORTAL}/index.html", f"{PORTAL}/theme.js", *files(".css"), *glob.glob("/usr/share/bootstrap-html/css/bootstrap-reboot.min.css"),
             *glob.glob("/usr/share/bootstrap-html/css/bootstrap-grid.min.css")}
    for module in ("app", "screens/provisioning", "screens/provisioning/choose"):
        first |= imports(f"{js}/{module}.js")
    first |= {max(glob.glob(f"{js}/text/*{name}.js"), key=os.path.getsize) for name in ("", "/provisioning")}
    whole = first | imports(f"{js}/screens/provisioning/setup.js") | {f"{PORTAL}/guides/{name}.json" for name in ("okta", "problems")}
    # Preloaded, they come at once, and not as each is met in another.
    preloaded = set(re.findall(r'modulepreload" href="/portal/\{version\}/([^"]+)"', read(f"{PORTAL}/index.html")))
    needed = {os.path.relpath(path, PORTAL) for path in imports(f"{js}/app.js")} - {"js/app.js"}
    if preloaded != needed:
        wrong(f"{PORTAL}/index.html", f"modules to preload, or not to: {sorted(preloaded ^ needed)}")
    if sum(map(wire, whole)) > BUDGET:
        found.append(f"the first load has {sum(map(wire, whole))} bytes: {BUDGET} at most")
    if len(first) + ANSWERS > REQUESTS:
        found.append(f"the first view asks for {len(first)} files and {ANSWERS} answers of the API: {REQUESTS} at most")
    print(f"first view {sum(map(wire, first))} bytes in {len(first)} files, until connected {sum(map(wire, whole))} in {len(whole)}")


def main():
    keys = check_languages()
    check_keys(keys)
    check_sources()
    check_first_load()
    print("\n".join(found) or f"{len(keys)} texts")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
