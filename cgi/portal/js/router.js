// From the address to the screen: #/members/ID?status=active is the screen of "members" with ["ID"] and the query.

import { h } from "./dom.js";
import { loadTexts, t } from "./i18n.js";
import { failure, skeleton } from "./parts/empty.js";
import { mayManage, orgPath, session, shows } from "./session.js";

/**
 * The screens, in the rail's three groups. `module` exports load(ctx), which gives data, and view(ctx, data), which gives the page: an
 * element with one h1. `texts` is a file of text/LANGUAGE. ctx: {signal, params, query, org, manage, go(hash), refresh(), guard}; guard()
 * asks before something unsaved is left. To add one: a row here, its module, its texts (and "rail.NAME" in each language).
 */
export const routes = [
  { path: "provisioning", group: 0, texts: "provisioning", module: () => import("./screens/provisioning.js") },
  { path: "domains", group: 0, texts: "domains", module: () => import("./screens/domains.js") },
  { path: "members", group: 1, texts: "members", module: () => import("./screens/members.js") },
  { path: "teams", group: 1, texts: "teams", module: () => import("./screens/teams.js") },
  { path: "audit", group: 1, texts: "audit", module: () => import("./screens/audit.js") },
  { path: "settings", group: 2, texts: "settings", module: () => import("./screens/settings.js") },
];

const places = new Map(); // hash → {scroll, from}: where somebody comes back to
let current = null, turn = 0, byClick = false, shown = () => {};

export const onShown = (work) => { shown = work; };
export const available = () => routes.filter((r) => shows(r.path));

function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [first, ...params] = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { first, params, query: new URLSearchParams(query) };
}

/** The hash of a screen, with what the query has. */
export function hashOf(path, query = {}) {
  const params = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  return `#/${path}${params.size ? `?${params}` : ""}`;
}

export function go(hash) {
  if (location.hash === hash) return show(hash);
  byClick = true;
  location.hash = hash;
  return null;
}

function context(hash, route) {
  const leave = new AbortController(), { params, query } = parse(hash);
  return { hash, route, leave, signal: leave.signal, params, query, org: orgPath(), manage: mayManage(), go, guard: null,
    refresh: () => (leave.signal.aborted ? null : draw(context(hash, route), false)) };
}

function title(page) {
  const parts = [page.dataset.title ?? page.querySelector("h1")?.textContent, session.organization?.name, session.brand.name];
  document.title = parts.filter(Boolean).join(" - ");
}

function settle(page, fresh) {
  const place = places.get(location.hash);
  if (!fresh) return;
  if (place && !byClick) {
    scrollTo(0, place.scroll);
    const row = [...page.querySelectorAll("a")].find((a) => a.getAttribute("href") === place.to);
    if (row) return row.focus({ preventScroll: true });
  } else scrollTo(0, 0);
  const heading = page.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

/** Loads and shows; what is drawn anew keeps the focus where an element of the same id is. What was there ends: its signal aborts. */
async function draw(ctx, fresh) {
  const main = document.getElementById("main"), mine = ++turn;
  const slow = fresh && setTimeout(() => main.replaceChildren(skeleton()), 200);
  let page;
  try {
    const [module] = await Promise.all([ctx.route.module(), loadTexts(ctx.route.texts)]);
    const data = await module.load(ctx);
    page = mine === turn && module.view(ctx, data);
  } catch (problem) {
    page = mine === turn && failure(problem, () => draw(context(ctx.hash, ctx.route), true));
  }
  clearTimeout(slow);
  if (mine !== turn) return;
  const focused = document.activeElement?.id;
  if (current !== ctx) current?.leave.abort();
  current = ctx;
  main.replaceChildren(page);
  title(page);
  settle(page, fresh);
  if (!fresh && focused) (document.getElementById(focused) ?? page.querySelector("h1"))?.focus({ preventScroll: true });
  shown(ctx);
}

async function show(hash) {
  const wanted = parse(hash).first;
  const route = available().find((r) => r.path === wanted) ?? available()[0];
  if (!route) return;
  current?.leave.abort();
  current = context(hash, route);
  await draw(current, true);
  byClick = false;
}

async function changed() {
  const hash = location.hash;
  if (current?.hash === hash) return;
  if (current?.guard) {
    history.pushState(null, "", current.hash);
    if (!(await current.guard())) return;
    current.guard = null;
    byClick = true;
    history.replaceState(null, "", hash);
  }
  if (current) places.set(current.hash, { scroll: scrollY, to: hash });
  await show(hash);
}

export function start() {
  addEventListener("hashchange", changed);
  addEventListener("click", (e) => { if (e.target.closest?.("a[href^='#/']")) byClick = true; });
  addEventListener("beforeunload", (e) => current?.guard && e.preventDefault());
  history.scrollRestoration = "manual";
  return show(location.hash);
}

/** A drawer was closed: the list under it stays as it is, has the address again, and its row the focus. */
export function leaveDrawer(ctx, hash) {
  const row = [...document.querySelectorAll("main a")].find((a) => a.getAttribute("href") === ctx.hash);
  ctx.params = [];
  ctx.hash = hash;
  history.pushState(null, "", hash);
  (row ?? document.querySelector("main h1"))?.focus();
}

/** In another language, say: the same screen again. */
export const redraw = () => current?.refresh();
export const heading = (text) => h("h1", { tabindex: "-1" }, text);
export const screenName = (path) => t(`rail.${path}`);
