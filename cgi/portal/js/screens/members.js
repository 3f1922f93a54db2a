// Members: who is here, found by name or by what they are; beside a row why somebody is as they are.

import { all, get, pages } from "../api.js";
import { h, link, name } from "../dom.js";
import { loadTexts, t } from "../i18n.js";
import { personName, roleName } from "../names.js";
import { empty } from "../parts/empty.js";
import { filters } from "../parts/filters.js";
import { linkButton } from "../parts/button.js";
import { pill } from "../parts/pill.js";
import { table } from "../parts/table.js";
import { hashOf, heading, leaveDrawer } from "../router.js";
import { footer } from "../shell.js";
import { showPerson } from "./members/person.js";

const NAMES = ["q", "status", "role", "source", "team"];
const LOOKS = 5; // a page may be empty although there is another

/** The first rows, and the way to the others. */
async function find(ctx, query) {
  const list = pages(`${ctx.org}/members`, { ...query, ...(Object.keys(query).length ? {} : { sort: "name" }) });
  let total = null, exact = false;
  const next = async () => {
    let rows = [], more = true;
    for (let n = 0; n < LOOKS && more && !rows.length; n++) {
      const page = await list.next(ctx.signal);
      if (page.list.total !== null && page.list.total !== undefined) [total, exact] = [page.list.total, page.list.total_exact];
      ({ rows, more } = page);
    }
    return { rows, more };
  };
  return { ...(await next()), next, total: () => total, isExact: () => exact };
}

export async function load(ctx) {
  const query = Object.fromEntries(NAMES.map((n) => [n, ctx.query.get(n)]).filter(([, value]) => value));
  const [id] = ctx.params;
  const [connections, teams, list, why] = await Promise.all([
    all(`${ctx.org}/scim/connections`, {}, ctx.signal), get(`${ctx.org}/teams?limit=100`, { signal: ctx.signal }), find(ctx, query),
    id && get(`${ctx.org}/members/${encodeURIComponent(id)}/explain`, { signal: ctx.signal }), id && loadTexts("actions")]);
  return { connections, teams: teams.data, list, why, query };
}

function teamsCell(member) {
  if (!member.teams.length) return "–";
  return member.teams.length === 1 ? name(member.teams[0].name) : t("members.teams", { n: member.teams.length });
}

const COLUMNS = () => [
  { label: t("members.name"), cell: (m) => [name(personName(m)), m.email && m.email !== personName(m) ? h("span", { class: "m-small m-second" }, m.email) : null] },
  { label: t("members.status"), cell: (m) => pill(m.status) },
  { label: t("members.role"), cell: (m) => roleName(m.organization_role) },
  { label: t("members.in_teams"), cell: teamsCell },
];

function nobody(ctx, query, connections) {
  const provider = connections[0]?.name ?? t("members.provider");
  if (query.q) return empty({ text: t("members.none_found", { name: query.q }), help: t("members.none_help", { provider }) });
  if (Object.keys(query).length) return empty({ text: t("members.none_fit") });
  return empty({ text: t("members.none", { provider }), action: linkButton(link(hashOf("provisioning"), {}, t("members.to_provisioning")), "filled") });
}

function drawList(ctx, { list, query, connections }) {
  const total = list.isExact() ? list.total() : undefined;
  const grid = table({ caption: t("rail.members"), columns: COLUMNS(), rows: list.rows, href: (m) => hashOf(`members/${m.id}`, query), total,
    more: list.more ? list.next : null, empty: nobody(ctx, query, connections) });
  return { node: grid, said: total === undefined ? t("table.shown", { n: list.rows.length }) : t("members.count", { n: total }) };
}

function menus(connections, teams) {
  const any = (text) => ({ value: "", text });
  return [
    { name: "status", label: t("members.status"), options: [any(t("members.any_status")), ...["active", "deactivated"].map((value) => ({ value, text: t(`state.${value}`) }))] },
    { name: "role", label: t("members.role"), options: [any(t("members.any_role")), ...["org:admin", "org:member"].map((value) => ({ value, text: roleName(value) }))] },
    { name: "source", label: t("members.source"), options: [any(t("members.any_source")), ...connections.map((c) => ({ value: c.id, text: c.name })), { value: "local", text: t("members.local") }] },
    { name: "team", label: t("members.team"), options: [any(t("members.any_team")), ...teams.map((team) => ({ value: team.id, text: team.name }))] },
  ];
}

export function view(ctx, data) {
  const { connections, teams, why } = data;
  const list = filters({ ctx, path: "members", search: t("members.search"), menus: menus(connections, teams), data,
    load: async (query) => ({ ...data, query, list: await find(ctx, query) }), draw: (found) => drawList(ctx, found) });
  if (why) queueMicrotask(() => showPerson(ctx, { why, connections, back: () => leaveDrawer(ctx, hashOf("members", Object.fromEntries(ctx.query))) }));
  return h("div", { class: "m-page" }, h("div", { class: "m-tight" }, heading(t("rail.members")), h("p", { class: "m-dim" }, t("members.state"))),
    list.node, list.list, footer());
}
