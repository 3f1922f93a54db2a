"""Chromium, driven by playwright-core through test/npm/drive_browser.mjs: its API in Python's spelling, page.get_by_role("button", name="Copy").click()."""
import json
import os
import re
import subprocess

from helpers import BUILD, ROOT

SHOTS = os.path.join(ROOT, BUILD, "screens")
WAIT = 10_000  # milliseconds for what is expected to appear
# What gives a locator, or another object to go on with, and asks nothing of the browser.
GOES_ON = re.compile(r"(getBy\w+|locator|first|last|nth|filter|and|or|frameLocator|contentFrame)$")

FUNCTION = re.compile(r"\s*(async )?\(\w*\) => ")


def camel(name):
    return re.sub(r"_(\w)", lambda m: m[1].upper(), name)


def plain(x):
    if isinstance(x, str) and FUNCTION.match(x):
        return {"$function": x}
    if isinstance(x, re.Pattern):
        return {"$re": x.pattern, "flags": "i" if x.flags & re.I else ""}
    if isinstance(x, Remote):
        assert not x._chain, "only an object of its own can be passed"
        return {"$ref": x._on}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return {camel(k): plain(v) for k, v in x.items()} if isinstance(x, dict) else x


class Remote:
    """An object of the driver, and what shall be called of it."""

    def __init__(self, driver, on, chain=()):
        self._driver, self._on, self._chain = driver, on, tuple(chain)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Remote(self._driver, self._on, (*self._chain, {"name": camel(name)}))

    def __call__(self, *args, **options):
        *before, last = self._chain
        chain = (*before, {**last, "args": [plain(a) for a in args] + ([plain(options)] if options else [])})
        if GOES_ON.match(last["name"]):
            return Remote(self._driver, self._on, chain)
        return self._driver.ask(self._on, chain)


class Driver:
    """A running browser. `arguments` are chromium's."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(["node", os.path.join(ROOT, "test", "npm", "drive_browser.mjs"), *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, on, chain):
        self.process.stdin.write(json.dumps({"on": on, "chain": chain}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the browser has ended"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return Remote(self, answer["ref"]) if "ref" in answer else answer["value"]

    def call(self, name, *args):
        return self.ask(None, [{"name": name, "args": plain(args)}])

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


class Window:
    """A browser of its own, with cookies and storage of its own: an administrator. The pages behave unless `close` says otherwise."""

    def __init__(self, driver, errors=(), **options):
        made = driver.call("context", {"locale": "en-GB", "timezoneId": "Europe/Berlin", "viewport": {"width": 1280, "height": 800}, **options})
        self.errors = errors  # patterns of what the console may say
        self.driver, self.context, self.number = driver, Remote(driver, made["context"]), made["seen"]
        self.context.set_default_timeout(WAIT)
        self.page = self.context.new_page()

    @property
    def seen(self):
        """{violations, errors, requests} of all its pages."""
        self.page.evaluate("() => new Promise((done) => { setTimeout(done); })")  # the events of what has just been done
        return self.driver.call("seen", self.number)

    def open(self, url):
        self.page.goto(url)
        return self.page

    def shot(self, name):
        """A picture of the whole page, in the folder that the tests print."""
        self.page.screenshot(path=os.path.join(SHOTS, f"{name}.png"), full_page=True, animations="disabled")

    def axe(self):
        """What axe finds that is serious, as lines."""
        found = self.page.evaluate("axe.run({resultTypes: ['violations']}).then((r) => r.violations)")
        return [f"{v['id']}: {v['help']}: {n['target']}" for v in found if v["impact"] in ("serious", "critical") for n in v["nodes"]]

    def background(self, selector):
        return self.page.evaluate(f"getComputedStyle(document.querySelector({json.dumps(selector)})).backgroundColor")

    def close(self):
        """The end: nothing was blocked by the policy, and no script failed, but for `errors`."""
        seen = self.seen
        self.context.close()
        assert seen["violations"] == [], seen["violations"]
        strange = [e for e in seen["errors"] if not any(re.search(known, e) for known in self.errors)]
        assert strange == [], strange
