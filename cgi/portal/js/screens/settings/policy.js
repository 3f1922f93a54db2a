// What a connection does with addresses and with people who are here already; each choice with what it means.

import { call } from "../../api.js";
import { h } from "../../dom.js";
import { t } from "../../i18n.js";
import { alert } from "../../parts/alert.js";
import { button } from "../../parts/button.js";
import { diff } from "../../parts/diff.js";
import { radios } from "../../parts/field.js";
import { pill } from "../../parts/pill.js";
import { say } from "../../say.js";
import { draft, session } from "../../session.js";

// Of each field: its choices, the safer first; the problems that come of it; whether it stands under "More".
const FIELDS = {
  identity: { choices: ["immutable", "mutable"], codes: ["email_immutable", "user_name_immutable"] },
  linking: { choices: ["never", "verified_domains", "auto"], codes: ["approval"], ordered: true },
  unknown_members: { choices: ["refuse", "skip"], codes: ["unknown_member"], more: true },
  email: { choices: ["required", "optional"], codes: ["no_mail"], more: true },
  group_names: { choices: ["unique", "any"], codes: ["group_taken", "group_name_taken"], more: true },
};
const NAMES = Object.keys(FIELDS);

/** Linking may be tightened by anybody who manages; loosened only where the vendor's link says so. */
function allowed(name, choice, now) {
  const { choices, ordered } = FIELDS[name];
  return !ordered || session.own.allow_loosen_linking || choices.indexOf(choice) <= choices.indexOf(now);
}

const refusedToday = (activity, codes) => activity.problems.filter((p) => codes.includes(p.code) && new Date(p.last).toDateString() === new Date().toDateString()).length;

function fieldOf(name, data, value, changed) {
  const { choices, codes } = FIELDS[name], now = data.connection[name], refused = refusedToday(data.activity, codes);
  const options = choices.filter((c) => allowed(name, c, now)).map((c) => ({ value: c, text: t(`policy.${name}.${c}`), help: t(`policy.${name}.${c}.means`) }));
  const group = radios({ legend: t(`policy.${name}`), name, options, value, change: changed });
  const notes = [refused ? h("p", {}, pill("refused", { text: t("policy.refused", { n: refused }) })) : null,
    options.length < choices.length ? h("p", { class: "m-small" }, t("policy.loosen", { name: session.brand.name })) : null];
  return { value: group.value, node: h("div", { class: "m-near" }, group.node, notes) };
}

/** Who may only look sees what is chosen. */
function shown(data) {
  return h("dl", { class: "m-near" }, NAMES.map((name) => h("div", {}, h("dt", {}, t(`policy.${name}`)), h("dd", {}, t(`policy.${name}.${data.connection[name]}`), ". ",
    h("span", { class: "m-dim" }, t(`policy.${name}.${data.connection[name]}.means`))))));
}

/** Somebody else saved meanwhile: both, and whose it shall be. */
function conflict(ctx, mine, theirs, save) {
  const word = (name, fields) => t(`policy.${name}.${fields[name]}`);
  const changes = NAMES.filter((name) => name in mine).map((name) => ({ name: t(`policy.${name}`), before: word(name, theirs), after: word(name, mine) }));
  return h("div", { class: "m-near" }, alert({ tone: "warn", live: true, children: t("policy.conflict") }), diff(changes, [t("policy.theirs_is"), t("policy.mine_is")]),
    h("div", { class: "m-row" }, button(t("policy.theirs"), { click: () => { draft.set("policy", null); return ctx.refresh(); } }), button(t("policy.mine"), { kind: "filled", click: save })));
}

export function policy(ctx, data) {
  if (!ctx.manage) return shown(data);
  const kept = JSON.parse(draft.get("policy") ?? "{}"), mine = kept.id === data.connection.id ? kept.fields : {};
  const fields = {}, place = h("div", {});
  const changes = () => Object.fromEntries(NAMES.map((name) => [name, fields[name].value()]).filter(([name, value]) => value !== data.connection[name]));
  const changed = () => {
    const now = changes(), n = Object.keys(now).length;
    draft.set("policy", n ? JSON.stringify({ id: data.connection.id, fields: now }) : null);
    state.textContent = n ? t("policy.unsaved", { n }) : "";
    save.className = `m-button ${n ? "m-filled" : "m-outline"}`;
  };
  for (const name of NAMES) fields[name] = fieldOf(name, data, mine[name] ?? data.connection[name], changed);
  const state = h("span", { class: "m-small", role: "status" });
  async function write(etag) {
    const body = changes();
    if (!Object.keys(body).length) return state.replaceChildren(t("policy.nothing"));
    try {
      await call("PATCH", data.path, { body, ifMatch: etag });
    } catch (problem) {
      if (problem.status !== 412) throw problem;
      const theirs = await call("GET", data.path);
      return place.replaceChildren(conflict(ctx, body, theirs.data, () => write(theirs.etag))), save.classList.replace("m-filled", "m-outline");
    }
    draft.set("policy", null);
    say(t("policy.saved"));
    return ctx.refresh();
  }
  const save = button(t("policy.save"), { id: "save-policy", busy: t("policy.saving"), click: () => write(data.etag) });
  const rare = NAMES.filter((name) => FIELDS[name].more);
  const more = h("details", { open: rare.some((name) => name in mine) }, h("summary", {}, t("policy.more")), h("div", { class: "m-stack m-inside" }, rare.map((name) => fields[name].node)));
  changed();
  return h("section", { class: "m-stack" }, NAMES.filter((name) => !FIELDS[name].more).map((name) => fields[name].node), more, place, h("div", { class: "m-row m-wide" }, save, state));
}
