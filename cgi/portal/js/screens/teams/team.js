// One team, in a drawer: what fills it, who is in it and why; and what can be done by hand.

import { pages } from "../../api.js";
import { h, link, name } from "../../dom.js";
import { t } from "../../i18n.js";
import { personName } from "../../names.js";
import { button } from "../../parts/button.js";
import { drawer } from "../../parts/drawer.js";
import { hashOf } from "../../router.js";
import { say } from "../../say.js";
import { filledBy } from "../teams.js";
import { joinField, nameField, partButton, removeButton, unlinkButton } from "./change.js";

let shown = null; // the drawer, which is drawn anew after a change

function personLine(ctx, team, person, done) {
  const text = personName(person), way = [person.linked && t("team.by_group"), person.added && t("team.by_hand")].filter(Boolean).join(", ");
  return h("li", { class: "m-row" }, link(hashOf(`members/${person.id}`), {}, name(text)), h("span", { class: "m-small" }, way),
    ctx.manage && person.added && !person.linked ? partButton(ctx, team, person, text, done) : null);
}

function peopleList(ctx, team, first, done) {
  if (!first.rows.length) return h("p", { class: "m-dim" }, t(team.link ? "team.nobody_linked" : "team.nobody"));
  const list = h("ul", { class: "m-plain m-tight" }, first.rows.map((p) => personLine(ctx, team, p, done)));
  const rest = pages(`${ctx.org}/teams/${team.id}/members`);
  let begun = false;
  const more = first.more && button(t("table.more"), { click: async () => {
    if (!begun) await rest.next(ctx.signal); // the first page stands already
    begun = true;
    const page = await rest.next(ctx.signal);
    list.append(...page.rows.map((p) => personLine(ctx, team, p, done)));
    if (!page.more) more.remove();
  } });
  return h("div", { class: "m-near" }, list, more && h("div", {}, more));
}

export function showTeam(ctx, { team, people, connections, back }) {
  const done = async (text) => { say(text); await ctx.refresh(); };
  shown?.remove();
  shown = drawer({ title: team.name, signal: ctx.signal, closed: back, children: [
    h("div", { class: "m-near" }, h("p", {}, filledBy(team, connections)), ctx.manage && team.link ? h("div", {}, unlinkButton(ctx, team, done)) : null),
    h("section", { class: "m-near" }, h("h3", {}, t("team.people", { n: team.member_count })), peopleList(ctx, team, people, done)),
    ctx.manage ? h("div", { class: "m-stack m-rule" }, joinField(ctx, team, done), nameField(ctx, team, done), h("div", {}, removeButton(ctx, team))) : null] });
}
