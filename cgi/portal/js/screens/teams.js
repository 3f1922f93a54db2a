// Teams: who fills each of them, and beside a row its people and what can be done by hand.

import { all, get, pages } from "../api.js";
import { h, link, name } from "../dom.js";
import { t, tr } from "../i18n.js";
import { empty } from "../parts/empty.js";
import { filters } from "../parts/filters.js";
import { linkButton } from "../parts/button.js";
import { table } from "../parts/table.js";
import { hashOf, heading, leaveDrawer } from "../router.js";
import { footer } from "../shell.js";
import { addTeam } from "./teams/change.js";
import { showTeam } from "./teams/team.js";

async function find(ctx, query) {
  const list = pages(`${ctx.org}/teams`, query), first = await list.next(ctx.signal);
  return { rows: first.rows, more: first.more, next: () => list.next(ctx.signal), total: first.list.total ?? undefined };
}

export async function load(ctx) {
  const q = ctx.query.get("q"), [id] = ctx.params, query = q ? { q } : {};
  const path = id && `${ctx.org}/teams/${encodeURIComponent(id)}`;
  const [connections, list, team, people] = await Promise.all([
    all(`${ctx.org}/scim/connections`, {}, ctx.signal), find(ctx, query), path && get(path, { signal: ctx.signal }),
    path && pages(`${path}/members`).next(ctx.signal)]);
  return { connections, list, query, team, people };
}

/** Who fills a team: a group of a connection, or people by hand. */
export function filledBy(team, connections) {
  if (!team.link) return t("teams.by_hand");
  const provider = connections.find((c) => c.id === team.link.connection_id)?.name ?? t("teams.a_provider");
  return tr("teams.by_group", { provider, group: team.link.display_name });
}

/** What a group made of a name that was taken, or that it was renamed since. */
function note(team) {
  if (!team.link || team.link.display_name === team.name) return null;
  return h("span", { class: "m-small m-second" }, t(team.name.startsWith(`${team.link.display_name} (SCIM`) ? "teams.name_taken" : "teams.name_kept"));
}

function drawList(ctx, { list, query, connections }) {
  const columns = [
    { label: t("teams.name"), cell: (team) => [name(team.name), note(team)] },
    { label: t("teams.filled"), cell: (team) => filledBy(team, connections) },
    { label: t("teams.members"), number: true, cell: (team) => t("teams.n", { n: team.member_count }) },
  ];
  const none = query.q ? empty({ text: t("teams.none_found", { name: query.q }) })
    : empty({ text: t("teams.none"), help: t("teams.none_help"), action: linkButton(link(hashOf("provisioning"), {}, t("teams.to_provisioning")), "filled") });
  const grid = table({ caption: t("rail.teams"), columns, rows: list.rows, href: (team) => hashOf(`teams/${team.id}`, query), total: list.total,
    more: list.more ? list.next : null, empty: none });
  return { node: grid, said: t("table.shown", { n: list.rows.length }) };
}

export function view(ctx, data) {
  const list = filters({ ctx, path: "teams", search: t("teams.search"), menus: [], data, load: async (query) => ({ ...data, query, list: await find(ctx, query) }),
    draw: (found) => drawList(ctx, found) });
  if (data.team) queueMicrotask(() => showTeam(ctx, { ...data, back: () => leaveDrawer(ctx, hashOf("teams", Object.fromEntries(ctx.query))) }));
  return h("div", { class: "m-page" }, h("div", { class: "m-head" }, h("div", { class: "m-tight" }, heading(t("rail.teams")), h("p", { class: "m-dim" }, t("teams.state"))),
    ctx.manage ? addTeam(ctx) : null), list.node, list.list, footer());
}
