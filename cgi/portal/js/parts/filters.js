// Above a list: a field to search in, menus to choose by. What is chosen stands in the address; the list alone is drawn anew.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { say } from "../say.js";
import { hashOf } from "../router.js";
import { alert } from "./alert.js";
import { button } from "./button.js";
import { field, select } from "./field.js";
import { problemText } from "./problem.js";

const PAUSE = 300; // milliseconds after the last key

function searchField(label, value, change, signal) {
  let timer = null;
  const made = field({ label, value, type: "search", autocomplete: "off", spellcheck: "false", maxlength: 100, on: { input: () => {
    clearTimeout(timer);
    timer = setTimeout(() => change(made.input.value.trim()), PAUSE);
  } } });
  made.node.classList.add("m-search");
  const typing = () => /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
  document.addEventListener("keydown", (e) => {
    if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || typing() || document.querySelector("dialog[open]")) return;
    e.preventDefault();
    made.input.focus();
  }, { signal });
  return made;
}

/**
 * filters({ctx, path, search, menus: [{name, label, options: [{value, text}]}], fixed: [names], load(query), draw(data)}): {node, list}. The
 * list is what draw() makes of what load() gives; draw() answers {node, said}: what a screen reader is told. `fixed` are filters without
 * a menu, which the address alone brings.
 */
export function filters({ ctx, path, search, menus, fixed = [], load, draw, data }) {
  const names = [search && "q", ...menus.map((m) => m.name), ...fixed].filter(Boolean);
  const list = h("div", { class: "m-list" });
  let round = 0;
  const query = () => Object.fromEntries(names.map((name) => [name, ctx.query.get(name)]).filter(([, value]) => value));
  const show = (made) => { list.replaceChildren(made.node); clear.hidden = !Object.keys(query()).length; };

  async function change(name, value) {
    if (value) ctx.query.set(name, value);
    else ctx.query.delete(name);
    ctx.hash = hashOf(path, query());
    history.replaceState(null, "", ctx.hash);
    await again();
  }
  async function again() {
    const mine = ++round;
    list.setAttribute("aria-busy", "true");
    try {
      const found = await load(query());
      if (mine !== round || ctx.signal.aborted) return;
      const made = draw(found);
      show(made);
      say(made.said);
    } catch (problem) {
      if (mine === round && !ctx.signal.aborted) list.replaceChildren(alert({ tone: "bad", children: problemText(problem), live: true }));
    } finally {
      if (mine === round) list.removeAttribute("aria-busy");
    }
  }
  const text = search && searchField(search, ctx.query.get("q") ?? "", (value) => change("q", value), ctx.signal);
  const chosen = menus.map((menu) => select({ label: menu.label, options: menu.options, value: ctx.query.get(menu.name) ?? "", change: (value) => change(menu.name, value) }));
  const clear = button(t("filters.clear"), { kind: "text", click: async () => {
    for (const name of names) ctx.query.delete(name);
    for (const input of [text, ...chosen].filter(Boolean)) input.input.value = "";
    ctx.hash = hashOf(path);
    history.replaceState(null, "", ctx.hash);
    await again();
    (text ?? chosen[0])?.input.focus();
  } });
  show(draw(data));
  return { node: h("div", { class: "m-filters", role: "search" }, text?.node, chosen.map((c) => c.node), clear), list, again };
}
