// Drives Debian's chromium for the tests (test/browser/browser.py). In: a line of JSON for each call, {on, chain: [{name, args}]}: the object with that
// number, and what is called or read of it, one after the other. Out: a line, {value} or {error}. An object that is no JSON is kept, and its
// number given: {ref}.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf-8");
const objects = new Map();

function keep(object) {
  objects.set(objects.size, object);
  return { ref: objects.size - 1 };
}

/** Counts, of each page of a context, what the tests must not find. */
function watch(context) {
  const seen = { violations: [], errors: [], requests: [] };
  const page = (p) => {
    p.on("pageerror", (e) => seen.errors.push(String(e)));
    p.on("console", (m) => m.type() === "error" && !/Failed to load resource/.test(m.text()) && seen.errors.push(m.text()));
  };
  context.on("page", page);
  context.on("requestfinished", async (r) => {
    const sizes = await r.sizes().catch(() => null);
    seen.requests.push({ url: r.url(), method: r.method(), bytes: sizes && sizes.responseBodySize + sizes.responseHeadersSize });
  });
  return seen;
}

const own = {
  /** A context with axe in it; `accent` is another colour than the server's. */
  async context({ accent, ...options }) {
    const context = await browser.newContext(options), seen = watch(context);
    await context.exposeBinding("sawViolation", (_, v) => { seen.violations.push(v); });
    await context.addInitScript(() => addEventListener("securitypolicyviolation", (e) => window.sawViolation(`${e.effectiveDirective} ${e.blockedURI} ${e.sample} ${e.sourceFile}:${e.lineNumber}`)));
    await context.addInitScript(AXE);
    if (accent) await context.route("**/v1/portal/brand.css", (r) => r.continue({ url: `${r.request().url()}?accent=${accent}` }));
    return { context: keep(context).ref, seen: keep(seen).ref };
  },
  seen: (n) => objects.get(n),
};

const revive = (x) => {
  if (x?.$function) return (0, eval)(`(${x.$function})`); // for evaluate(): of the tests' own
  if (Array.isArray(x)) return x.map(revive);
  if (x?.$re) return new RegExp(x.$re, x.flags);
  if (x?.$ref !== undefined) return objects.get(x.$ref);
  if (x && typeof x === "object") return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, revive(v)]));
  return x;
};

async function answer({ on, chain }) {
  let object = on === null ? own : objects.get(on);
  for (const { name, args } of chain) {
    const next = object[name];
    if (next === undefined) throw new Error(`there is no ${name}`);
    object = await (args ? next.apply(object, revive(args)) : next);
  }
  if (object === undefined) return { value: null };
  const plain = object === null || typeof object !== "object" || Array.isArray(object) || Object.getPrototypeOf(object) === Object.prototype;
  return plain ? { value: object } : keep(object);
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", ...process.argv.slice(2)] });
for await (const line of createInterface({ input: process.stdin })) {
  let out;
  try {
    out = await answer(JSON.parse(line));
  } catch (e) {
    out = { error: e.message };
  }
  process.stdout.write(`${JSON.stringify(out)}\n`);
}
await browser.close();
