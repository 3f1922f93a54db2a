// The tokens of a connection: which is in use, until when; replace, revoke.

import { send } from "../../api.js";
import { h, link } from "../../dom.js";
import { t, tr } from "../../i18n.js";
import { alert } from "../../parts/alert.js";
import { button, linkButton } from "../../parts/button.js";
import { ask } from "../../parts/dialog.js";
import { pill } from "../../parts/pill.js";
import { toast } from "../../parts/toast.js";
import { hashOf } from "../../router.js";
import { day, when } from "../../time.js";
import { facts } from "./common.js";
import { tokenState } from "./data.js";

const nameOf = (token) => token.name || t("token.unnamed");
const replaceLink = (data, kind = "outline") => linkButton(link(hashOf(`provisioning/${data.connection.id}/replace`), {}, t(data.connection.rotation_token_id ? "token.go_on" : "token.replace")), kind);

function revoke(ctx, data, token) {
  const alone = data.tokens.every((other) => other.id === token.id || tokenState(other) === "token_expired");
  const what = alone ? t("revoke.alone", { name: data.short }) : t("revoke.others");
  return ask({ title: t("revoke.title", { name: nameOf(token) }), act: t("revoke.act"), danger: true,
    children: [h("p", {}, what, " ", t("revoke.stay", { n: data.activity.people })), h("p", { class: "m-dim" }, t("revoke.undo"))],
    run: async () => { await send("POST", `${ctx.org}/scim/tokens/${token.id}/revoke`, {}); toast(t("revoke.said")); await ctx.refresh(); } });
}

function row(ctx, data, token) {
  const buttons = ctx.manage && [data.connection.rotation_token_id ? null : replaceLink(data), button(t("revoke.short"), { kind: "text", name: `${t("revoke.short")}: ${nameOf(token)}`, click: async () => { await revoke(ctx, data, token); } })];
  return h("li", { class: "m-near" }, h("h3", {}, h("bdi", {}, nameOf(token))), pill(tokenState(token)),
    facts([[t("token.begins_short"), h("code", {}, `${token.prefix}…`)], token.last_used_at && [t("token.last_used"), when(token.last_used_at)],
      [t("token.expires"), token.expires_at ? day(token.expires_at) : t("token.no_end")]]), buttons && h("div", { class: "m-row" }, buttons));
}

export function tokenList(ctx, data) {
  const make = ctx.manage && !data.tokens.length && linkButton(link(hashOf(`provisioning/${data.connection.id}/connect`), {}, t("token.create")), "filled");
  return h("section", { class: "m-near" }, h("h2", {}, t("token.title")),
    data.tokens.length ? h("ul", { class: "m-plain m-stack" }, data.tokens.map((token) => row(ctx, data, token))) : [h("p", { class: "m-dim" }, t("token.none")), make]);
}

/** Thirty days before a token's end, and while another replaces it. */
export function endingTokens(ctx, data) {
  const action = ctx.manage ? replaceLink(data, "filled") : null;
  if (data.connection.rotation_token_id) return alert({ tone: "info", children: t("token.rotating"), action });
  const ending = data.tokens.find((token) => ["token_ends", "token_expired"].includes(tokenState(token)));
  return ending ? alert({ tone: "warn", children: tr(`token.soon.${tokenState(ending)}`, { name: nameOf(ending), day: day(ending.expires_at) }), action }) : null;
}
