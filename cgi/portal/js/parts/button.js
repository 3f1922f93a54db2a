// Buttons: filled (one a screen), outline, text, danger.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { alert } from "./alert.js";
import { problemText } from "./problem.js";

function showProblem(button, problem) {
  button.parentElement?.querySelector(":scope > .m-alert")?.remove();
  button.after(alert({ tone: "bad", children: problemText(problem), live: true }));
}

/**
 * button(text, {kind, click, busy, id, name}): while click() is under way it says `busy`, keeps its width, and does nothing twice; a
 * problem is shown behind it. What cannot be done now throws its reason: a button that is grey does not say why.
 */
export function button(text, { kind = "outline", click, busy, id, name, type = "button", expanded } = {}) {
  const word = h("span", {}, text);
  const node = h("button", { class: `m-button m-${kind}`, type, id, "aria-label": name, "aria-expanded": expanded }, word);
  node.run = async (event) => {
    if (node.getAttribute("aria-disabled")) return;
    node.style.minWidth = `${node.offsetWidth}px`;
    node.setAttribute("aria-disabled", "true");
    const before = word.textContent, during = busy ?? t("button.busy");
    const slow = setTimeout(() => { word.textContent = during; }, 150);
    try {
      node.parentElement?.querySelector(":scope > .m-alert")?.remove();
      await click(event);
    } catch (problem) {
      showProblem(node, problem);
    } finally {
      clearTimeout(slow);
      if (word.textContent === during) word.textContent = before;
      node.removeAttribute("aria-disabled");
    }
  };
  if (click) node.addEventListener("click", node.run);
  return node;
}

export const linkButton = (node, kind = "outline") => {
  node.classList.add("m-button", `m-${kind}`);
  return node;
};
