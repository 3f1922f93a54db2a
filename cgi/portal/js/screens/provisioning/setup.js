// Connect and test, then go live: the console's own steps, with the values to paste, and what arrives beside them.

import { h, link } from "../../dom.js";
import { inLanguage, rich, t } from "../../i18n.js";
import { alert } from "../../parts/alert.js";
import { button, linkButton } from "../../parts/button.js";
import { copyField } from "../../parts/copy.js";
import { select } from "../../parts/field.js";
import { hashOf, heading } from "../../router.js";
import { footer } from "../../shell.js";
import { setupSteps } from "./common.js";
import { credential, tokenRow } from "./credential.js";
import { isAccepted, kindOf, labelsOf, providerName } from "./data.js";
import { mappingTable } from "./mapping_table.js";
import { watch } from "./watch.js";

const place = (ctx, data, step) => hashOf(`provisioning/${data.connection.id}/${step}`, { kind: ctx.query.get("kind") });

/** Where a step that is done leads. */
const stepHref = (ctx, data) => (i) => [null, place(ctx, data, "connect"), place(ctx, data, "connect"), place(ctx, data, "live"), null][i];

function doneSteps(data) {
  const done = [0];
  if (data.tokens.length) done.push(1);
  if (isAccepted(data)) done.push(1, 2);
  if (data.activity.people > 0) done.push(3);
  return done;
}

/** A way back to another kind of app, where a console has several. */
function kindChoice(ctx, data) {
  const kind = kindOf(ctx, data.guide);
  if (!kind) return null;
  return select({ label: t("choose.kind", { name: data.guide.name }), value: kind.id, options: data.guide.kinds.filter((k) => !k.ends).map((k) => ({ value: k.id, text: inLanguage(k.text) })),
    change: (id) => ctx.go(hashOf(`provisioning/${data.connection.id}/connect`, { kind: id })) }).node;
}

/** The token's place among the steps: to be made, or there. */
function tokenPart(ctx, data, label) {
  const make = (filled) => credential({ ctx, label, path: `${ctx.org}/scim/tokens`, body: { connection_id: data.connection.id }, filled,
    name: t("token.default", { name: data.short }), text: t(filled ? "token.create" : "token.another"), made: () => ctx.refresh() });
  if (!data.tokens.length) return ctx.manage ? make(true) : h("p", { class: "m-dim" }, t("token.none"));
  const box = h("div", { class: "m-near" }, data.tokens.map(tokenRow));
  if (ctx.manage && !isAccepted(data)) {
    const another = button(t("token.lost"), { kind: "text", id: "token-lost", click: () => box.replaceChildren(make(false)) });
    box.append(h("div", { class: "m-row m-flush" }, another));
  }
  return box;
}

function howto(ctx, data, stages) {
  const kind = kindOf(ctx, data.guide), labels = labelsOf(data.guide, kind);
  const steps = data.guide.steps.filter((s) => stages.includes(s.stage) && (!s.kind || s.kind === kind?.id));
  const extra = (s) => [s.copy === "url" ? copyField({ label: labels.url, value: data.endpoint.endpoint_url }) : null, s.copy === "token" ? tokenPart(ctx, data, labels.token) : null,
    s.mapping ? mappingTable(data.guide) : null];
  return h("ol", { class: "m-howto" }, steps.map((s) => h("li", {}, h("div", {}, h("p", { class: "m-read" }, rich(inLanguage(s.text))), extra(s)))));
}

function page(ctx, data, { current, title, state, stages, buttons, after }) {
  const name = providerName(data.connection.identity_provider);
  const body = h("div", { class: "m-stack" }, kindChoice(ctx, data), howto(ctx, data, stages), after, h("div", { class: "m-row m-rule m-wide" }, buttons));
  return h("div", { class: "m-page" }, h("div", { class: "m-tight" }, heading(t(title, { name })), h("p", { class: "m-dim" }, state)),
    setupSteps(current, doneSteps(data), stepHref(ctx, data)),
    h("div", { class: "m-cols m-two" }, body, watch(ctx, data, () => ctx.guard || ctx.refresh())), footer());
}

const onward = (text, href, kind) => linkButton(link(href, {}, text), kind);

/** A button that leads on, or says why it is too early, and leads on all the same. */
function guarded(ctx, { text, href, ready, why, kind }) {
  if (ready) return onward(text, href, "filled");
  const box = h("div", { class: "m-near" });
  box.append(h("div", {}, button(text, { kind, id: "continue", click: () => {
    box.querySelector(".m-alert")?.remove();
    box.append(alert({ tone: "info", children: why, live: true, action: onward(t("setup.anyway"), href, "text") }));
  } })));
  return box;
}

export function connect(ctx, data) {
  if (data.guide.ways) return noSteps(ctx, data);
  const ready = isAccepted(data), has = data.tokens.length > 0;
  return page(ctx, data, { current: has ? 2 : 1, title: "connect.title", stages: ["connect", "test"],
    state: t(ready ? "connect.ready" : has ? "connect.test" : "connect.state", { name: data.short }),
    buttons: guarded(ctx, { text: t("connect.next"), href: place(ctx, data, "live"), ready, why: t("connect.early", { name: data.short }), kind: has ? "filled" : "outline" }) });
}

export function goLive(ctx, data) {
  const ready = data.activity.people > 0;
  return page(ctx, data, { current: 3, title: "golive.title", stages: ["live"], state: t(ready ? "golive.ready" : "golive.state", { name: data.short }),
    after: h("p", { class: "m-dim m-read" }, rich(inLanguage(data.guide.cadence))),
    buttons: [guarded(ctx, { text: t("golive.next"), href: place(ctx, data, "healthy"), ready, why: t("golive.early", { name: data.short }), kind: "filled" }),
      onward(t("setup.back"), place(ctx, data, "connect"), "outline")] });
}

/** Google: what is true, and the three ways; no steps. */
function noSteps(ctx, data) {
  return h("div", { class: "m-page" }, heading(t("connect.title", { name: providerName(data.connection.identity_provider) })),
    h("p", { class: "m-read" }, rich(inLanguage(data.guide.about))), h("ol", { class: "m-read m-near" }, data.guide.ways.map((way) => h("li", {}, rich(inLanguage(way))))),
    h("div", { class: "m-stack m-rule" }, h("h2", {}, t("connect.values")), copyField({ label: data.guide.url_label, value: data.endpoint.endpoint_url }), tokenPart(ctx, data, data.guide.token_label)), footer());
}
