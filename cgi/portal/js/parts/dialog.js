// Layers above the page: a question with counted consequences, or a message.

import { h, newId } from "../dom.js";
import { t } from "../i18n.js";
import { button } from "./button.js";
import { field } from "./field.js";

function layer(title, children, buttons) {
  const id = newId("dialog");
  return h("dialog", { class: "m-dialog", "aria-labelledby": id }, h("h2", { id, tabindex: "-1" }, title), h("div", { class: "m-near" }, children),
    h("div", { class: "m-row m-end m-wide" }, buttons));
}

/**
 * ask({title, children, act, danger, cancel, type, run}): whether it was agreed to. The title names act and object, `act` repeats the
 * verb; `type` must be typed first; run() is awaited inside, its problem is shown there.
 */
export function ask({ title, children, act, danger = false, cancel = t("button.cancel"), type, run }) {
  return new Promise((done) => {
    let agreed = false;
    const typed = type && field({ label: t("dialog.type", { name: type }), autocomplete: "off" });
    const no = button(cancel, { kind: "outline", click: () => box.close() });
    const yes = button(act, { kind: danger ? "danger-filled" : "filled", click: async () => {
      if (typed && typed.input.value.trim() !== type) return typed.fail(t("dialog.type_wrong", { name: type }));
      await run?.();
      agreed = true;
      return box.close();
    } });
    const box = layer(title, [children, typed?.node], [no, yes]);
    box.addEventListener("close", () => { box.remove(); done(agreed); });
    document.body.append(box);
    box.showModal();
    no.focus();
  });
}

/** A layer that stays until close() is called: the session's end. */
export function hold(title, children) {
  const box = layer(title, children, []);
  box.addEventListener("cancel", (e) => e.preventDefault());
  document.body.append(box);
  box.showModal();
  box.querySelector("h2").focus();
  return { close() { box.close(); box.remove(); } };
}
