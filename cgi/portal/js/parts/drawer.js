// A drawer beside the page; a layer where there is no room, the whole screen on phones.

import { h, icon, newId } from "../dom.js";
import { t } from "../i18n.js";

/** drawer({title, children, closed, signal}): focus goes to its heading, and back to the row when closed() has led there. */
export function drawer({ title, children, closed, signal }) {
  const id = newId("drawer"), wide = matchMedia("(min-width: 1200px)").matches;
  const back = document.activeElement;
  const close = h("button", { class: "m-button m-text m-close", type: "button", "aria-label": t("drawer.close"), on: { click: () => box.close() } }, icon("bad"));
  const heading = h("h2", { id, tabindex: "-1" }, title);
  const box = h("dialog", { class: "m-drawer", "aria-labelledby": id }, h("div", { class: "m-drawer-head" }, heading, close), h("div", { class: "m-stack" }, children));
  box.addEventListener("close", () => {
    box.remove();
    if (back?.isConnected) back.focus();
    if (!signal?.aborted) closed?.();
  });
  box.addEventListener("keydown", (e) => e.key === "Escape" && wide && box.close());
  signal?.addEventListener("abort", () => box.close());
  document.body.append(box);
  if (wide) box.show();
  else box.showModal();
  heading.focus();
  return box;
}
