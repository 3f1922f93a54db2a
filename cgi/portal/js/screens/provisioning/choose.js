// Which identity provider: one radio tile each.

import { newKey, send } from "../../api.js";
import { h } from "../../dom.js";
import { inLanguage, rich, t } from "../../i18n.js";
import { alert } from "../../parts/alert.js";
import { button } from "../../parts/button.js";
import { radios } from "../../parts/field.js";
import { footer } from "../../shell.js";
import { hashOf, heading } from "../../router.js";
import { setupSteps } from "./common.js";
import { PROVIDERS, guide, providerName, shortName } from "./data.js";

/** What Google cannot do, said at once. */
function ways(words) {
  return alert({ tone: "info", live: true, children: h("div", { class: "m-near" }, h("p", {}, rich(inLanguage(words.about))),
    h("ol", {}, words.ways.map((way) => h("li", {}, rich(inLanguage(way)))))) });
}

/** Okta asks one thing more: where the app was made. */
function kinds(words, more) {
  const note = h("div", {});
  const group = radios({ legend: t("choose.kind", { name: words.name }), name: "kind", options: words.kinds.map((k) => ({ value: k.id, text: inLanguage(k.text) })),
    change: (id) => {
      const kind = words.kinds.find((k) => k.id === id);
      note.replaceChildren(kind.ends ? alert({ tone: "warn", children: rich(inLanguage(kind.why)), live: true }) : "");
    } });
  more.replaceChildren(group.node, note);
  return group;
}

export function choose(ctx, { connections }) {
  const more = h("div", { class: "m-stack" }), key = newKey();
  let asked = null, words = null;
  const providers = radios({ legend: t("choose.title"), name: "provider", tiles: true, quiet: true,
    options: PROVIDERS.map((id) => ({ value: id, text: providerName(id), help: t(`idp.${id}.also`) })),
    change: async (id) => {
      words = asked = null;
      more.replaceChildren();
      const found = await guide(id);
      if (providers.value() !== id) return;
      words = found;
      if (found.ways) more.replaceChildren(ways(found));
      if (found.kinds) asked = kinds(found, more);
    } });
  const next = button(t("choose.continue"), { kind: "filled", id: "continue", click: async () => {
    const id = providers.value();
    if (!id) return providers.fail(t("choose.missing"));
    const kind = asked?.value();
    if (asked && !kind) return asked.fail(t("choose.kind_missing"));
    if (words?.kinds?.find((k) => k.id === kind)?.ends) return asked.fail(t("choose.kind_ends"));
    const made = await send("POST", `${ctx.org}/scim/connections`, { name: freeName(id, connections), identity_provider: id }, { key });
    return ctx.go(hashOf(`provisioning/${made.id}/connect`, { kind }));
  } });
  return h("div", { class: "m-page" }, h("div", { class: "m-tight" }, heading(t("choose.title")), h("p", { class: "m-dim" }, t("choose.state"))), setupSteps(0, [], null),
    ctx.manage ? [providers.node, more, h("div", { class: "m-row m-wide" }, next, h("p", { class: "m-small" }, t("choose.help")))]
      : h("p", { class: "m-read" }, t("choose.read_only")), footer());
}

/** A connection's name is for people, and unique. */
function freeName(id, connections) {
  const names = new Set(connections.map((c) => c.name));
  for (let n = 1; ; n++) {
    const name = n === 1 ? shortName(id) : `${shortName(id)} ${n}`;
    if (!names.has(name)) return name;
  }
}
