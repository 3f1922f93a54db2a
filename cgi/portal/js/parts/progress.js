// How far something is: a use against its limit, or long work.

import { h, newId } from "../dom.js";
import { formatNumber, t } from "../i18n.js";

/** progress({label, done, total, text}); without a total only the number. */
export function progress({ label, done, total, text }) {
  const id = newId("progress");
  const said = text ?? (total ? t("progress.of", { n: done, total }) : formatNumber(done));
  return h("div", { class: "m-progress" }, h("span", { id }, label), h("span", { class: "m-tnum" }, said),
    total ? h("progress", { max: total, value: Math.min(done, total), "aria-labelledby": id }) : null);
}
