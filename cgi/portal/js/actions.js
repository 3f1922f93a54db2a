// What an event of the audit log says, in a sentence; the names are those that the event carries.

import { has, t, tr } from "./i18n.js";
import { personName, roleName } from "./names.js";

const whole = (data) => ({ ...data, ...data.before, ...data.after });

/** Whom or what it is about: the first of what such an event may carry. */
function subject(event) {
  const data = whole(event.data ?? {}), named = data.member ?? data.user ?? data.team ?? data.group ?? data;
  const name = named.display_name ?? named.displayName ?? named.name ?? named.userName ?? named.user_name ?? named.email ?? named.label ?? named.url;
  if (typeof name === "string" && name) return name;
  return named.first_name || named.last_name ? personName(named) : null;
}

/** Nodes: "Created member Grace Hopper". */
export function sentence(event) {
  const data = whole(event.data ?? {}), name = subject(event), key = `action.${event.action}`;
  const values = { name: name ?? t("action.somebody"), team: data.team_name ?? data.team?.name ?? "", detail: data.detail ?? "", status: data.status ?? "",
    role: typeof data.after === "string" ? roleName(data.after) : "" };
  if (event.action === "member.role_changed" && typeof event.data?.after === "string") values.role = roleName(event.data.after);
  return has(key) ? tr(key, values) : [event.action];
}

/** What an event changed, for diff(). */
export function changesOf(event) {
  const { before, after } = event.data ?? {};
  if (before === undefined && after === undefined) return [];
  if (typeof before !== "object" && typeof after !== "object") return [{ name: t("diff.value"), before, after }];
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].map((name) => ({ name, before: before?.[name], after: after?.[name] }));
}

export const isRefusal = (event) => event.action === "scim.request.refused" || event.action === "scim.token.denied";
