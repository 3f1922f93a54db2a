// The steps of a way: done, current, to come.

import { h, hidden, icon, link } from "../dom.js";
import { t } from "../i18n.js";

/** steps({names, current, done: [numbers], href(i)}): counted from 0. A step that is done leads back to it. */
export function steps({ names, current, done, href }) {
  const item = (text, i) => {
    const isDone = done.includes(i) && i !== current, to = isDone && href(i);
    const word = [h("span", { class: "m-step-n" }, isDone ? icon("ok") : i + 1), h("span", {}, text), isDone && hidden(` (${t("steps.done")})`)];
    return h("li", { class: isDone ? "m-done" : null, "aria-current": i === current ? "step" : null }, to ? link(to, {}, word) : h("span", {}, word));
  };
  return h("div", { class: "m-steps" }, h("p", { class: "m-small m-steps-phone", "aria-hidden": "true" }, t("steps.of", { i: current + 1, n: names.length, name: names[current] })),
    h("ol", { "aria-label": t("steps.name") }, names.map(item)));
}
