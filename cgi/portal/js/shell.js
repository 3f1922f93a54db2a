// Around every screen: header, rail, footer.

import { h, hidden, link } from "./dom.js";
import { embedded, tell } from "./embedded.js";
import { NAMES, currentLanguage, t, tr } from "./i18n.js";
import { button } from "./parts/button.js";
import { pill } from "./parts/pill.js";
import { available, hashOf, screenName } from "./router.js";
import { cry } from "./say.js";
import { mayManage, session, sessionCanStay, sessionEnd, stay, supportHref } from "./session.js";
import { clockText, minutesUntil } from "./time.js";

const byId = (id) => document.getElementById(id);

export function saved(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key);
    localStorage.setItem(key, value);
  } catch { /* no storage: for this page only */ }
  return null;
}

function choice(name, value, options, change) {
  const node = h("select", { class: "m-choice", "aria-label": t(name), on: { change: () => change(node.value) } },
    options.map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
  return node;
}

export function setTheme(theme) {
  saved("theme", theme);
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

function brand() {
  const logo = session.brand.logo && h("img", { alt: "" });
  if (logo) logo.src = "/v1/portal/logo";
  const of = session.organization && h("span", { class: "m-of" }, "/ ", h("bdi", {}, session.organization.name));
  return h("div", { class: "m-brand" }, logo, h("span", {}, session.brand.name), of);
}

/** When the session ends; in its last ten minutes how soon, and how it goes on. */
function sessionPart(warned) {
  const end = sessionEnd(), node = h("span", { class: "m-small m-row", id: "session" });
  if (!end) return null;
  const minutes = minutesUntil(end);
  if (minutes > 10) return h("span", { class: "m-small", id: "session" }, t("session.until", { time: clockText(end) }));
  const text = t("session.ends", { n: Math.max(0, minutes) });
  if (!warned.done) cry(text);
  warned.done = true;
  node.append(pill("silent", { text }));
  if (sessionCanStay()) node.append(button(t("session.stay"), { kind: "text", click: async () => { await stay(); warned.done = false; drawSession(warned); } }));
  return node;
}

const warned = { done: false };

export function drawSession() {
  const old = byId("session"), made = sessionPart(warned);
  if (old && made && old.textContent !== made.textContent) old.replaceWith(made);
}

/** The header; changed(code) is told of another language. */
export function drawHeader(changed) {
  const help = supportHref();
  const languages = session.brand.languages.filter((code) => NAMES[code]).map((code) => [code, NAMES[code]]);
  const menu = button(t("rail.menu"), { kind: "outline", expanded: "false", click: toggleMenu, id: "menu" });
  menu.classList.add("m-menu");
  menu.setAttribute("aria-controls", "rail");
  byId("header").replaceChildren(h("div", {}, brand(), session.own && available().length > 1 && menu, h("div", { class: "m-tools" },
    session.own && !mayManage() ? pill("open", { text: t("session.read_only") }) : null, session.own && sessionPart(warned),
    help && link(help, {}, t("help.help")),
    choice("language.name", currentLanguage(), languages, changed),
    choice("theme.name", document.documentElement.dataset.theme ?? "system", ["system", "light", "dark"].map((k) => [k, t(`theme.${k}`)]), setTheme))));
  const skip = byId("skip");
  skip.textContent = t("skip");
  skip.hidden = false;
}

function toggleMenu(open) {
  const rail = byId("rail"), isOpen = typeof open === "boolean" ? open : !rail.classList.contains("m-open");
  rail.classList.toggle("m-open", isOpen);
  byId("menu")?.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) rail.querySelector("a")?.focus();
}

export function drawRail(path) {
  const rail = byId("rail"), groups = [0, 1, 2].map((n) => available().filter((r) => r.group === n)).filter((g) => g.length);
  rail.hidden = !session.own;
  rail.setAttribute("aria-label", t("rail.name"));
  rail.replaceChildren(...groups.map((group) => h("ul", {}, group.map((r) => h("li", {},
    link(hashOf(r.path), { "aria-current": r.path === path ? "page" : null }, h("span", {}, screenName(r.path)), r.needs?.() ? pill("needs_you", { text: hidden(t("state.needs_you")) }) : null))))));
}

export function watchMenu() {
  byId("rail").addEventListener("click", (e) => e.target.closest("a") && toggleMenu(false));
  addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !byId("rail").classList.contains("m-open")) return;
    toggleMenu(false);
    byId("menu")?.focus();
  });
  byId("skip").addEventListener("click", (e) => { e.preventDefault(); (document.querySelector("main h1") ?? byId("main")).focus(); });
}

/** The way back to where somebody came from: the page that embeds the portal is told, and a link has an address. */
function wayBack() {
  const text = t("back.back", { name: session.brand.name });
  if (embedded) return button(text, { kind: "text", click: () => tell("done") });
  return session.own?.return_url ? link(session.own.return_url, { here: true }, text) : null;
}

/** The last line of a page: the way back, whom to ask; and that http is for trying out. */
export function footer() {
  const help = supportHref();
  const ask = help ? tr("help.line", { name: session.brand.name, help: link(help, {}, session.brand.support.replace("https://", "")) }) : t("help.line_none", { name: session.brand.name });
  const back = session.own && wayBack();
  return h("p", { class: "m-foot" }, back && [back, " "], ask, session.brand.secure ? null : [" ", t("help.http")]);
}
