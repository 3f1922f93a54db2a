// One person, in a drawer: the state, why it is so, where it came from, what happened; and what can be done by hand.

import { get, newKey, send } from "../../api.js";
import { h, icon, link, name } from "../../dom.js";
import { t, tr } from "../../i18n.js";
import { sentence } from "../../actions.js";
import { personName, roleName } from "../../names.js";
import { button, linkButton } from "../../parts/button.js";
import { ask } from "../../parts/dialog.js";
import { drawer } from "../../parts/drawer.js";
import { select } from "../../parts/field.js";
import { pill } from "../../parts/pill.js";
import { hashOf } from "../../router.js";
import { say } from "../../say.js";
import { when } from "../../time.js";

const live = (links) => links.filter((l) => !l.removed_at);
const HISTORY = 5;

/** Why the person is active, or not: the connections that say so, or whoever did it by hand. */
function whyStatus({ status }) {
  const event = status.event, time = event && when(event.at);
  const holding = live(status.links).filter((l) => l.active).map((l) => l.connection);
  if (status.value === "active") return holding.length ? t("why.active", { names: holding.join(", ") }) : t("why.local");
  const by = status.links.find((l) => l.connection_id === event?.connection_id)?.connection;
  if (!event) return t("why.ended");
  return by ? tr("why.ended_by", { name: by, time }) : tr("why.ended_by_hand", { time });
}

function whyRole({ role }) {
  const word = roleName(role.value);
  if (role.group) return tr("why.role_group", { role: word, group: role.group.display });
  if (role.rule) return tr("why.role_rule", { role: word, rule: role.rule });
  return t(role.value === "org:member" ? "why.role_none" : "why.role_hand", { role: word });
}

function whyTeam(team) {
  const ways = [team.linked && t("why.team_group"), team.added && t("why.team_hand")].filter(Boolean);
  return h("li", {}, link(hashOf(`teams/${team.id}`), {}, name(team.name)), h("span", { class: "m-small" }, ` ${ways.join(", ")}`));
}

/** A second identity of a person is taken apart again: it becomes a person of its own. */
function splitButton(ctx, member, one, done) {
  return button(t("split.split"), { kind: "text", name: t("split.name", { name: one.connection }), click: () => ask({
    title: t("split.title", { person: personName(member), name: one.connection }), act: t("split.split"), danger: true,
    children: [h("p", {}, t("split.what", { name: one.connection })), h("p", { class: "m-dim" }, t("split.undo"))],
    run: async () => { await send("POST", `${ctx.org}/members/${member.id}/unlink`, { scim_user_id: one.scim_user_id }); await done(t("split.done")); } }) });
}

function links(ctx, why, done) {
  const rows = why.status.links;
  if (!rows.length) return h("p", { class: "m-dim" }, t("person.no_links"));
  return h("ul", { class: "m-plain m-near" }, rows.map((l) => h("li", { class: "m-tight" },
    h("div", { class: "m-row" }, h("b", {}, name(l.connection)), pill(l.removed_at ? "removed" : l.active ? "active" : "deactivated")),
    h("p", { class: "m-small" }, [l.user_name && name(l.user_name), l.user_name && ", ", tr(l.removed_at ? "person.until" : "person.since", { time: when(l.removed_at ?? l.since) })]),
    ctx.manage && !l.removed_at ? h("div", { class: "m-row m-flush" }, splitButton(ctx, why.member, l, done)) : null)));
}

function roleField(ctx, why, done) {
  const member = why.member, provider = live(why.status.links)[0]?.connection;
  const known = [...new Set(["org:member", "org:admin", member.organization_role])];
  const field = select({ label: t("person.role"), value: member.organization_role, options: known.map((value) => ({ value, text: roleName(value) })),
    help: provider && t("person.role_help", { name: provider }) });
  const save = button(t("person.role_save"), { click: async () => {
    if (field.input.value === member.organization_role) throw Object.assign(new Error("same"), { code: "same_role" });
    await send("PATCH", `${ctx.org}/members/${member.id}`, { organization_role: field.input.value });
    await done(t("person.role_done", { role: roleName(field.input.value) }));
  } });
  return h("div", { class: "m-near" }, field.node, h("div", {}, save));
}

/** People of no connection come and go by hand; of the others the connection decides. */
function statusButton(ctx, why, done) {
  const member = why.member, path = `${ctx.org}/members/${member.id}`;
  if (live(why.status.links).length) return null;
  if (member.status === "deactivated") return button(t("person.reactivate"), { click: async () => { await send("POST", `${path}/reactivate`, {}, { key: newKey() }); await done(t("person.reactivated")); } });
  return button(t("person.deactivate"), { kind: "danger", click: () => ask({ title: t("person.deactivate_title", { name: personName(member) }), act: t("person.deactivate"), danger: true,
    children: [h("p", {}, t("person.deactivate_what", { n: member.teams.length })), h("p", { class: "m-dim" }, t("person.deactivate_undo"))],
    run: async () => { await send("POST", `${path}/deactivate`, {}, { key: newKey() }); await done(t("person.deactivated")); } }) });
}

/** The last events, loaded when the drawer is there. */
function history(ctx, member) {
  const list = h("ol", { class: "m-plain m-near", "aria-busy": "true" }, h("li", { class: "m-bone" }));
  get(`${ctx.org}/audit-logs?person=${member.id}&limit=${HISTORY}`, { signal: ctx.signal }).then((page) => {
    list.removeAttribute("aria-busy");
    list.replaceChildren(...page.data.map((e) => h("li", { class: "m-tight" }, h("span", {}, sentence(e)), h("span", { class: "m-small" }, when(e.at)))),
      ...(page.data.length ? [] : [h("li", { class: "m-dim" }, t("person.no_history"))]));
  }).catch(() => { list.replaceChildren(h("li", { class: "m-dim" }, t("person.history_failed"))); });
  return list;
}

let shown = null; // the drawer, which is drawn anew after a change

const section = (title, ...children) => h("section", { class: "m-near" }, h("h3", {}, title), children);

/** showPerson(ctx, {why, connections, back}): why is what the API explains. */
export function showPerson(ctx, { why, back }) {
  const { member } = why, since = why.status.event && h("span", { class: "m-dim" }, tr("person.state_since", { time: when(why.status.event.at) }));
  const done = async (text) => { say(text); await ctx.refresh(); };
  const request = why.status.event?.request_id;
  shown?.remove();
  shown = drawer({ title: personName(member), signal: ctx.signal, closed: back, children: [
    h("div", { class: "m-near" }, h("div", { class: "m-row" }, pill(member.status, { soft: true }), since), member.email && h("p", { class: "m-dim" }, member.email)),
    section(t("why.title"), h("p", {}, whyStatus(why)), member.status === "deactivated" ? h("p", {}, t("why.no_team")) : null, h("p", {}, whyRole(why)),
      request ? h("p", { class: "m-small" }, t("problem.request", { id: request })) : null),
    section(t("person.teams"), why.teams.length ? h("ul", { class: "m-plain m-near" }, why.teams.map(whyTeam)) : h("p", { class: "m-dim" }, t("person.no_teams"))),
    section(t("person.links"), links(ctx, why, done)),
    section(t("person.history"), history(ctx, member), h("div", { class: "m-row m-flush" },
      linkButton(link(hashOf("audit", { person: member.id }), {}, t("person.history_all"), icon("next")), "text"))),
    ctx.manage ? h("div", { class: "m-near m-rule" }, roleField(ctx, why, done), h("div", {}, statusButton(ctx, why, done))) : null] });
}
