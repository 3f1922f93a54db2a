// Before and after: only what has changed, with words beside the colour.

import { h, hidden } from "../dom.js";
import { t } from "../i18n.js";

const value = (v) => (v === null || v === undefined ? "" : typeof v === "string" ? v : JSON.stringify(v));

function side(tone, word, text) {
  const short = text.length > 200;
  const content = short ? h("details", {}, h("summary", {}, `${text.slice(0, 120)}…`), h("code", {}, text)) : h("code", {}, text);
  return h("dd", { class: `m-${tone}` }, text ? [hidden(`${word}: `), content] : h("span", { class: "m-small" }, t("diff.nothing")));
}

/** diff([{name, before, after}]): values of any kind; undefined is what was not there. */
export function diff(changes) {
  const changed = changes.filter((c) => value(c.before) !== value(c.after));
  return h("dl", { class: "m-diff" }, h("div", { class: "m-diff-head", "aria-hidden": "true" }, h("span", {}), h("span", {}, t("diff.before")), h("span", {}, t("diff.after"))),
    changed.map((c) => h("div", {}, h("dt", {}, c.name), side("del", t("diff.before"), value(c.before)), side("add", t("diff.after"), value(c.after)))));
}
