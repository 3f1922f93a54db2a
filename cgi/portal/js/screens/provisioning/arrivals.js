// The proof: who arrived, new or linked to somebody who was here; and what is wrong with them already now.

import { get } from "../../api.js";
import { h, icon } from "../../dom.js";
import { t, tr } from "../../i18n.js";
import { shows } from "../../session.js";
import { when } from "../../time.js";

const FEW = 20, SHOWN = 3;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The last people who arrived, of the audit log: [{id, name, at, linked, externalId}]; nobody where there are many, or no right to read it. */
export async function arrivals(ctx, { activity, connection }) {
  if (!shows("audit") || activity.people < 1 || activity.people > FEW) return [];
  const { data } = await get(`${ctx.org}/audit-logs?action=scim.user.*&limit=50`, { signal: ctx.signal });
  const mine = data.filter((e) => e.connection_id === connection.id);
  const linked = new Set(mine.filter((e) => e.action === "scim.user.linked").map((e) => e.target_id));
  return mine.filter((e) => e.action === "scim.user.provisioned").slice(0, SHOWN).map((e) => ({ id: e.target_id, at: e.at, linked: linked.has(e.target_id),
    name: e.data.after?.displayName ?? e.data.user_name, externalId: e.data.after?.externalId ?? null }));
}

/** Entra's default sends a mail nickname as externalId, which somebody else may have later. */
const isNickname = (connection, person) => connection.identity_provider === "entra" && person.externalId !== null && !GUID.test(person.externalId);

export function arrivalLines({ connection, arrived = [] }) {
  return arrived.map((person) => h("li", { class: `m-live-item m-seen${isNickname(connection, person) ? " m-wrong" : ""}` }, icon(isNickname(connection, person) ? "need" : "ok"), h("div", {},
    h("p", {}, tr(person.linked ? "watch.linked" : "watch.new", { name: h("b", {}, h("bdi", {}, person.name)) }), " ", h("span", { class: "m-small" }, when(person.at))),
    isNickname(connection, person) && h("p", { class: "m-dim" }, t("watch.not_object_id")))));
}
