// An alert in its place: a shape, a sentence, one action.

import { h, icon } from "../dom.js";

const SHAPE = { ok: "ok", info: "info", warn: "need", bad: "bad" };

/** alert({tone, children, action, live}): live where it appears after an action. */
export function alert({ tone = "info", children, action, live = false }) {
  return h("div", { class: `m-alert m-${tone}`, role: live ? "alert" : null }, icon(SHAPE[tone]), h("div", { class: "m-alert-text" }, children), action);
}
