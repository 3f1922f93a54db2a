// A block of code, that scrolls in itself.

import { h } from "../dom.js";
import { copyButton } from "./copy.js";
import { t } from "../i18n.js";

export function code(text, label) {
  return h("div", { class: "m-code" }, h("pre", { tabindex: "0", role: "region", "aria-label": label }, h("code", {}, text)),
    copyButton(() => text, { name: `${t("copy.copy")}: ${label}` }));
}
