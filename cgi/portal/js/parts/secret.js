// A secret, shown once: it is only here, in memory, and gone when the screen is left.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { ask } from "./dialog.js";
import { button } from "./button.js";
import { copyField } from "./copy.js";

/** secret({label, value, help, ctx, saved}): ctx.guard asks before it is left unsaved. */
export function secret({ label, value, help, ctx, saved }) {
  ctx.guard = () => ask({ title: t("secret.leave_title"), children: h("p", {}, t("secret.leave_text")), act: t("secret.leave"), cancel: t("secret.back") });
  const done = button(t("secret.saved"), { id: "secret-saved", click: () => { ctx.guard = null; return saved(); } });
  return h("section", { class: "m-secret", "aria-label": t("secret.name") },
    copyField({ label, value, help, secret: true }), h("p", { class: "m-small m-dim" }, t("secret.once")), h("div", {}, done));
}
