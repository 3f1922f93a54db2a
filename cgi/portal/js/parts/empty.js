// What stands where nothing is yet, while it loads, or when it failed.

import { h, link } from "../dom.js";
import { t } from "../i18n.js";
import { supportHref } from "../session.js";
import { alert } from "./alert.js";
import { button, linkButton } from "./button.js";
import { problemText } from "./problem.js";

/** empty({text, help, action}): what will be here, what brings it, one action. */
export function empty({ text, help, action }) {
  return h("div", { class: "m-empty" }, h("p", {}, text), help && h("p", { class: "m-dim" }, help), action);
}

/** Rows of the height that the content will have; they do not move. */
export function skeleton(rows = 5) {
  return h("div", { class: "m-page", "aria-busy": "true" }, h("div", { class: "m-bone m-bone-head" }), Array.from({ length: rows }, () => h("div", { class: "m-bone" })),
    h("span", { class: "m-hidden" }, t("loading")));
}

/** A screen that could not be shown. */
export function failure(problem, again) {
  const title = h("h1", { tabindex: "-1" }, t(problem.status === 403 ? "failure.forbidden" : problem.status === 404 ? "failure.missing" : "failure.title"));
  const help = supportHref(problem.requestId);
  return h("div", { class: "m-page" }, title, alert({ tone: "bad", children: problemText(problem) }),
    h("div", { class: "m-row" }, problem.status === 403 ? null : button(t("failure.again"), { kind: "filled", click: again }),
      help && linkButton(link(help, {}, t("help.ask")))));
}
