// A link was opened. A GET changes nothing (robots that preview links do no more); the click makes the session.

import { h, link } from "../dom.js";
import { t, tr } from "../i18n.js";
import { button } from "../parts/button.js";
import { loadSession, openSession, session, supportHref } from "../session.js";
import { footer } from "../shell.js";
import { whenAt } from "../time.js";

const ISO = /\d{4}-\d\d-\d\dT[\d:.]+Z/;

/** The link is used or old: why, and the ways on. */
function refused(page, problem, begin) {
  const at = ISO.exec(problem.sentence ?? "")?.[0], help = supportHref(t("open.gone"));
  const tell = help ? link(help, {}, session.brand.support) : h("bdi", {}, session.brand.name);
  const again = button(t("open.go_on"), { kind: "filled", click: async () => {
    try {
      await loadSession({ quiet: true });
    } catch {
      throw Object.assign(new Error(), { code: "no_session", errors: [] });
    }
    await begin();
  } });
  const heading = h("h1", { tabindex: "-1" }, t("open.gone"));
  page.replaceChildren(heading, h("div", { class: "m-read m-near" },
    h("p", {}, at ? [tr("open.used", { at: whenAt(at) }), " ", tr("open.not_you", { name: session.brand.name, help: tell })] : t("open.old")),
    h("p", {}, t("open.other_tab"))), h("div", {}, again), h("p", { class: "m-dim" }, tr("open.ask", { name: session.brand.name })), footer());
  heading.focus();
}

export function openPage(secret, begin) {
  const page = h("div", { class: "m-alone m-stack" });
  const open = button(t("open.open"), { kind: "filled", busy: t("open.busy"), id: "open", click: async () => {
    try {
      await openSession(secret);
    } catch (problem) {
      if (problem.status !== 409 && problem.status !== 401) throw problem;
      return refused(page, problem, begin);
    }
    return begin();
  } });
  page.append(h("h1", { tabindex: "-1" }, t("open.title", { name: session.brand.name })), h("p", { class: "m-read" }, tr("open.text", { name: session.brand.name })),
    h("div", { class: "m-wide" }, open), h("p", { class: "m-dim" }, t("open.once")), footer());
  return page;
}

