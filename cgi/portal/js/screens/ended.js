// There is no session (any more).

import { h, link } from "../dom.js";
import { t, tr } from "../i18n.js";
import { hold } from "../parts/dialog.js";
import { cry } from "../say.js";
import { session, supportHref } from "../session.js";
import { footer } from "../shell.js";

/** Over the page, whose texts are kept: {close()}. */
export function endedLayer() {
  const help = supportHref(t("ended.title"));
  cry(t("ended.title"));
  return hold(t("ended.title"), [h("p", {}, tr("ended.kept", { name: session.brand.name })), h("p", { class: "m-dim" }, t("ended.goes_on")), help && h("p", {}, link(help, {}, session.brand.support))]);
}

/** Nobody was here before: how to get in. */
export function endedPage() {
  return h("div", { class: "m-alone m-stack" }, h("h1", { tabindex: "-1" }, t("ended.none")),
    h("p", { class: "m-read" }, tr("ended.ask", { name: session.brand.name })), footer());
}
