// Settings: how much of each limit is used, what a connection does with addresses and people, pause, the end.

import { Problem, all, call, get } from "../api.js";
import { h, link } from "../dom.js";
import { loadTexts, t, tr } from "../i18n.js";
import { linkButton } from "../parts/button.js";
import { empty } from "../parts/empty.js";
import { select } from "../parts/field.js";
import { progress } from "../parts/progress.js";
import { hashOf, heading } from "../router.js";
import { session, supportHref } from "../session.js";
import { footer } from "../shell.js";
import { connectionPart, sessionPart } from "./settings/connection.js";
import { policy } from "./settings/policy.js";

export async function load(ctx) {
  const [connections, organization] = await Promise.all([all(`${ctx.org}/scim/connections`, {}, ctx.signal), get(ctx.org, { signal: ctx.signal }), loadTexts("provisioning")]);
  const id = ctx.params[0] ?? connections[0]?.id;
  if (!id) return { connections, organization };
  if (!connections.some((c) => c.id === id)) throw new Problem(404, { detail: null }, 0);
  const path = `${ctx.org}/scim/connections/${id}`;
  const [connection, activity] = await Promise.all([call("GET", path, { signal: ctx.signal }), get(`${path}/activity`, { signal: ctx.signal })]);
  return { connections, organization, path, connection: connection.data, etag: connection.etag, activity };
}

/** The limits are the vendor's to raise. */
function usage({ organization: o }) {
  const help = supportHref(t("use.subject"));
  const raise = help ? tr("use.raise", { name: session.brand.name, help: link(help, {}, session.brand.support) }) : t("use.raise_none", { name: session.brand.name });
  const rows = [progress({ label: t("use.people"), done: o.users, total: o.max_users, text: o.max_users === null ? t("use.no_limit", { n: o.users }) : null }),
    progress({ label: t("use.groups"), done: o.groups, total: o.max_groups, text: o.max_groups === null ? t("use.no_limit", { n: o.groups }) : null }),
    o.rate && h("p", { class: "m-progress" }, h("span", {}, t("use.rate")), h("span", { class: "m-tnum" }, t("use.a_second", { n: o.rate })))];
  return h("section", { class: "m-near" }, h("h2", {}, t("use.title")), h("div", { class: "m-use" }, rows), h("p", { class: "m-small" }, raise));
}

function which(ctx, { connections, connection }) {
  if (connections.length < 2) return null;
  return select({ label: t("settings.which"), value: connection.id, options: connections.map((c) => ({ value: c.id, text: c.name })), change: (id) => ctx.go(hashOf(`settings/${id}`)) }).node;
}

export function view(ctx, data) {
  const none = !data.connection && empty({ text: t("settings.none"), action: linkButton(link("#/provisioning", {}, t("settings.connect")), ctx.manage ? "filled" : "outline") });
  return h("div", { class: "m-page" }, h("div", { class: "m-tight" }, heading(t("rail.settings")), h("p", { class: "m-dim" }, t(ctx.manage ? "settings.state" : "settings.read_only"))),
    usage(data), none || [h("div", { class: "m-stack m-rule" }, which(ctx, data), policy(ctx, data)), connectionPart(ctx, data)], sessionPart(ctx), footer());
}
