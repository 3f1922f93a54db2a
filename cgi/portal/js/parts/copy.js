// A value to paste into a console, under the console's own word.

import { h, newId } from "../dom.js";
import { t } from "../i18n.js";
import { say } from "../say.js";
import { button } from "./button.js";

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Copies what text() gives; where the browser refuses, refused() selects it. */
export function copyButton(text, { kind = "outline", name, refused } = {}) {
  const node = button(t("copy.copy"), { kind, name });
  const word = node.firstChild;
  let timer = null;
  const show = (key) => {
    word.textContent = t(key);
    say(t(key));
    clearTimeout(timer);
    timer = setTimeout(() => { word.textContent = t("copy.copy"); }, 2000);
  };
  node.addEventListener("click", async () => {
    const done = await write(text());
    if (!done) refused?.();
    show(done ? "copy.copied" : "copy.by_hand");
  });
  return node;
}

/** copyField({label, value, help}): label is the console's word, in English where the console's is. */
export function copyField({ label, value, help, secret = false }) {
  const id = newId("copy"), helpId = help ? `${id}-help` : null;
  const area = h("textarea", { id, class: "m-input m-mono m-copy-value", readonly: true, rows: 1, spellcheck: "false", autocomplete: "off",
    translate: "no", "aria-describedby": helpId, on: { focus: () => area.select() } });
  area.value = value;
  const copy = copyButton(() => value, { kind: secret ? "filled" : "outline", name: `${t("copy.copy")}: ${label}`,
    refused: () => { area.focus(); area.select(); } });
  copy.setAttribute("aria-label", `${t("copy.copy")}: ${label}`);
  return h("div", { class: "m-field" }, h("label", { for: id, lang: "en", translate: "no" }, label),
    h("div", { class: "m-copy" }, area, copy), help && h("p", { class: "m-small", id: helpId }, help));
}
