// Before and after: only what has changed, with words beside the colour.

import { h, hidden } from "../dom.js";
import { t } from "../i18n.js";

const value = (v) => (v === null || v === undefined ? "" : typeof v === "string" ? v : JSON.stringify(v));

function side(tone, word, text) {
  const long = text.length > 200;
  const content = long ? h("details", {}, h("summary", {}, `${text.slice(0, 120)}…`), text) : h("bdi", {}, text);
  return h("dd", { class: `m-${tone}` }, text ? [hidden(`${word}: `), content] : h("span", { class: "m-small" }, t("diff.nothing")));
}

/** diff([{name, before, after}], heads): values of any kind; undefined is what was not there. heads: other words for before and after. */
export function diff(changes, [before, after] = [t("diff.before"), t("diff.after")]) {
  const changed = changes.filter((c) => value(c.before) !== value(c.after));
  return h("dl", { class: "m-diff" }, h("div", { class: "m-diff-head", "aria-hidden": "true" }, h("span", {}), h("span", {}, before), h("span", {}, after)),
    changed.map((c) => h("div", {}, h("dt", {}, c.name), side("del", before, value(c.before)), side("add", after, value(c.after)))));
}
