// What is done to a team by hand.

import { newKey, send } from "../../api.js";
import { h } from "../../dom.js";
import { t } from "../../i18n.js";
import { button } from "../../parts/button.js";
import { ask } from "../../parts/dialog.js";
import { field } from "../../parts/field.js";
import { hashOf } from "../../router.js";
import { say } from "../../say.js";

const MISSING = () => Object.assign(new Error("missing"), { code: "no_name" });

export function addTeam(ctx) {
  return button(t("team.add"), { kind: "filled", click: async () => {
    const name = field({ label: t("teams.name"), maxlength: 200, autocomplete: "off" }), key = newKey();
    let made = null;
    const done = await ask({ title: t("team.add"), act: t("team.add_act"), children: [name.node, h("p", { class: "m-small" }, t("team.add_help"))],
      run: async () => {
        if (!name.input.value.trim()) throw MISSING();
        made = await send("POST", `${ctx.org}/teams`, { name: name.input.value.trim() }, { key });
      } });
    if (done) ctx.go(hashOf(`teams/${made.id}`));
  } });
}

export function nameField(ctx, team, done) {
  const name = field({ label: t("teams.name"), value: team.name, maxlength: 200, autocomplete: "off" });
  const save = button(t("team.rename"), { click: async () => {
    const wanted = name.input.value.trim();
    if (!wanted) return name.fail(t("problem.no_name"));
    if (wanted === team.name) throw Object.assign(new Error("same"), { code: "same_name" });
    await send("PATCH", `${ctx.org}/teams/${team.id}`, { name: wanted });
    return done(t("team.renamed", { name: wanted }));
  } });
  return h("div", { class: "m-near" }, name.node, h("div", {}, save));
}

export function joinField(ctx, team, done) {
  const member = field({ label: t("team.join_label"), help: t("team.join_help"), type: "email", autocomplete: "off", maxlength: 254 });
  const add = button(t("team.join"), { click: async () => {
    const wanted = member.input.value.trim();
    if (!wanted) return member.fail(t("team.join_missing"));
    await send("POST", `${ctx.org}/teams/${team.id}/members`, { member: wanted });
    return done(t("team.joined", { name: wanted }));
  } });
  return h("div", { class: "m-near" }, member.node, h("div", {}, add));
}

export function partButton(ctx, team, person, text, done) {
  return button(t("team.part"), { kind: "text", name: t("team.part_name", { name: text }), click: async () => {
    await send("DELETE", `${ctx.org}/teams/${team.id}/members/${person.id}`);
    await done(t("team.parted", { name: text }));
  } });
}

export function removeButton(ctx, team) {
  return button(t("team.remove"), { kind: "danger", click: async () => {
    const done = await ask({ title: t("team.remove_title", { name: team.name }), act: t("team.remove"), danger: true, type: team.member_count > 10 ? team.name : null,
      children: [h("p", {}, t("team.remove_what", { n: team.member_count })), h("p", { class: "m-dim" }, t("team.remove_stays"))],
      run: () => send("DELETE", `${ctx.org}/teams/${team.id}?confirm=${encodeURIComponent(team.name)}`) });
    if (!done) return;
    say(t("team.removed", { name: team.name }));
    ctx.go(hashOf("teams"));
  } });
}

/** The group is taken off, or the team gets another one's people. */
export function unlinkButton(ctx, team, done) {
  return button(t("team.unlink"), { click: () => ask({ title: t("team.unlink_title", { name: team.name }), act: t("team.unlink"), danger: true,
    children: [h("p", {}, t("team.unlink_what", { group: team.link.display_name, n: team.member_count })), h("p", { class: "m-dim" }, t("team.unlink_undo"))],
    run: async () => { await send("PATCH", `${ctx.org}/teams/${team.id}/link`, { scim_group_id: null }); await done(t("team.unlinked")); } }) });
}
