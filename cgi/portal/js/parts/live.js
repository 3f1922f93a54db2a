// The live panel: what we wait for and what was seen, beside the steps; one line under the header where there is no room.

import { h, newId } from "../dom.js";
import { t } from "../i18n.js";
import { agoText } from "../time.js";
import { button } from "./button.js";

/**
 * live({signal}): {node, attach(poll), show({head, body})}. `head` is one line that says how things stand, `body` the rest. The line
 * "checked 3 s ago" ticks and is no news, so it is in no live region.
 */
export function live({ signal }) {
  const id = newId("live"), head = h("div", { class: "m-live-head" }), body = h("div", { class: "m-near" });
  const checked = h("p", { class: "m-small" }), controls = h("div", { class: "m-row m-flush" });
  const inside = h("div", { class: "m-live-body m-near", id });
  const fold = h("button", { type: "button", class: "m-button m-text m-live-fold", "aria-expanded": "false", "aria-controls": id,
    on: { click: () => toggle(fold.getAttribute("aria-expanded") !== "true") } }, t("live.open"));
  function toggle(open) {
    fold.setAttribute("aria-expanded", String(open));
    fold.textContent = t(open ? "live.fold" : "live.open");
    inside.classList.toggle("m-shown", open);
  }
  inside.append(body, checked, controls);
  const node = h("section", { class: "m-live", "aria-label": t("live.name") }, h("div", { class: "m-live-top" }, head, fold), inside);
  let polled = null;
  const tick = () => {
    if (!polled) return;
    const { paused, failed, checked: at, next } = polled.state;
    const text = paused ? t("live.paused") : failed ? t("live.offline", { n: Math.max(0, Math.round((next - Date.now()) / 1000)) })
      : at ? t("live.checked", { ago: agoText(at) }) : t("live.first");
    if (checked.textContent !== text) checked.textContent = text;
    checked.classList.toggle("m-bad", Boolean(failed));
  };
  const timer = setInterval(tick, 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
  return {
    node, tick,
    attach(poll) {
      polled = poll;
      const pause = button(t("live.pause"), { kind: "text", click: () => {
        if (poll.state.paused) poll.resume();
        else poll.pause();
        pause.firstChild.textContent = t(poll.state.paused ? "live.resume" : "live.pause");
        tick();
      } });
      controls.replaceChildren(pause);
      tick();
    },
    show(parts) {
      head.replaceChildren(parts.head);
      body.replaceChildren(...[parts.body].flat().filter(Boolean));
      tick();
    },
  };
}
