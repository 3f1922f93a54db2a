// A result whose place is gone: ten seconds, longer while it is pointed at or has the focus. Never an error.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { say } from "../say.js";
import { button } from "./button.js";

const SECONDS = 10;
let shown = null;

/** toast("Endpoint removed.", {undo: text, work}): `work` takes it back. */
export function toast(text, { undo, work } = {}) {
  shown?.remove();
  const node = h("aside", { class: "m-toast", "aria-label": t("toast.name") }, h("p", {}, text), undo && button(undo, { kind: "text", click: async () => { await work(); node.remove(); } }));
  let left = SECONDS;
  const timer = setInterval(() => {
    if (!node.isConnected) return clearInterval(timer);
    if (!node.matches(":hover, :focus-within") && --left <= 0) node.remove();
    return null;
  }, 1000);
  shown = node;
  document.body.append(node);
  say(text);
}
