// A token is replaced in stages: the new one is shown, pasted, seen in use; then the old one ends. Both work meanwhile.

import { newKey, send } from "../../api.js";
import { h, link } from "../../dom.js";
import { t, tr } from "../../i18n.js";
import { alert } from "../../parts/alert.js";
import { button, linkButton } from "../../parts/button.js";
import { ask } from "../../parts/dialog.js";
import { pill } from "../../parts/pill.js";
import { toast } from "../../parts/toast.js";
import { pace, poll } from "../../poll.js";
import { hashOf, heading } from "../../router.js";
import { say } from "../../say.js";
import { footer } from "../../shell.js";
import { whenAt } from "../../time.js";
import { credential, tokenRow } from "./credential.js";
import { kindOf, labelsOf, tokensOf } from "./data.js";

const path = (ctx, data, act) => `${ctx.org}/scim/connections/${data.connection.id}/rotate/${act}`;
const home = (data) => hashOf(`provisioning/${data.connection.id}/healthy`);

function nextName(tokens, name) {
  const names = new Set(tokens.map((token) => token.name)), base = t("token.default", { name });
  for (let n = 2; ; n++) if (!names.has(`${base} ${n}`)) return `${base} ${n}`;
}

function begin(ctx, data, label) {
  return [h("p", { class: "m-read" }, t("replace.text", { name: data.short })),
    credential({ ctx, label, path: path(ctx, data, "start"), name: nextName(data.tokens, data.short), text: t("replace.create"), key: "replace", made: () => ctx.refresh() })];
}

/** Whether the old token may end: only when the new one was used, or somebody says so with open eyes. */
function finish(ctx, data, token, old) {
  const end = async (force) => {
    await send("POST", path(ctx, data, "complete"), force ? { force: true } : {}, { key: newKey() });
    toast(t("replace.done"));
    ctx.go(home(data));
  };
  return button(t("replace.finish"), { kind: "filled", id: "finish", click: async () => {
    if (token.last_used_at) return end(false);
    return ask({ title: t("replace.unused_title"), act: t("replace.finish"), danger: true, run: () => end(true),
      children: h("p", {}, t("replace.unused", { name: data.short })) });
  } });
}

function underWay(ctx, data, label) {
  const token = data.tokens.find((x) => x.id === data.connection.rotation_token_id), old = data.tokens.filter((x) => x !== token);
  if (!token) return [alert({ tone: "warn", children: t("replace.gone") }), cancelButton(ctx, data)];
  const used = token.last_used_at;
  return [
    h("ol", { class: "m-howto" },
      h("li", {}, h("div", {}, h("p", { class: "m-read" }, tr("replace.paste", { label: h("b", { lang: "en" }, label), name: data.short })), tokenRow(token))),
      h("li", {}, h("div", {}, h("p", { class: "m-read" }, t("replace.test", { name: data.short })),
        h("p", {}, used ? pill("done", { text: tr("replace.used", { at: whenAt(used) }) }) : pill("waiting", { text: t("replace.waiting") })))),
      h("li", {}, h("div", {}, h("p", { class: "m-read" }, t("replace.end", { n: old.length })), old.map(tokenRow)))),
    h("div", { class: "m-row m-rule m-wide" }, finish(ctx, data, token, old), cancelButton(ctx, data))];
}

function cancelButton(ctx, data) {
  return button(t("replace.cancel"), { id: "cancel", click: async () => {
    await ask({ title: t("replace.cancel_title"), act: t("replace.cancel"), children: h("p", {}, t("replace.cancel_text", { name: data.short })), cancel: t("replace.keep"),
      run: async () => { await send("POST", path(ctx, data, "cancel"), {}, { key: newKey() }); ctx.go(home(data)); } });
  } });
}

export function replace(ctx, data) {
  const label = labelsOf(data.guide, kindOf(ctx, data.guide)).token, since = Date.now(), going = data.connection.rotation_token_id;
  const parts = !ctx.manage ? h("p", {}, t("problem.forbidden")) : going ? underWay(ctx, data, label) : begin(ctx, data, label);
  const seen = (tokens) => tokens.find((x) => x.id === going)?.last_used_at;
  if (going) poll(async () => {
    const tokens = await tokensOf(ctx, data.connection);
    if (seen(tokens) === seen(data.tokens) || document.querySelector("dialog[open]")) return;
    say(t("replace.used_said"));
    await ctx.refresh();
  }, { signal: ctx.signal, wait: () => pace(false, since) });
  return h("div", { class: "m-page" }, h("div", { class: "m-tight" }, heading(t("replace.title", { name: data.short })), h("p", { class: "m-dim" }, t("replace.state"))),
    h("div", { class: "m-stack" }, parts, h("div", { class: "m-row m-flush" }, linkButton(link(home(data), {}, t("replace.back")), "text"))), footer());
}
