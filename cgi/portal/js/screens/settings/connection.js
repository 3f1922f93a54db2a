// A connection: pause, show the people of before to it, end it. What ends access says first how many people that is.

import { call, newKey, send } from "../../api.js";
import { h } from "../../dom.js";
import { t } from "../../i18n.js";
import { alert } from "../../parts/alert.js";
import { button } from "../../parts/button.js";
import { ask } from "../../parts/dialog.js";
import { radios } from "../../parts/field.js";
import { pill } from "../../parts/pill.js";
import { toast } from "../../parts/toast.js";
import { leave, session } from "../../session.js";
import { pauseButton } from "../provisioning/pause.js";
import { providerName, shortName } from "../provisioning/data.js";

const MANY = 10; // who ends more people's access types the connection's name

/** The dry run, to its end: {deactivated, stay, teams}, numbers. */
async function counted(path, members) {
  const sum = { deactivated: 0, stay: 0, teams: 0 };
  for (let cursor = null, first = true; first || cursor; first = false) {
    const query = new URLSearchParams({ dry_run: "true", members, ...(cursor && { cursor }) });
    const { data } = await call("DELETE", `${path}?${query}`, { key: newKey() });
    sum.deactivated += data.deactivated.count;
    sum.stay += data.stay.count;
    sum.teams = Math.max(sum.teams, data.teams.count);
    cursor = data.complete ? null : data.next_cursor;
  }
  return sum;
}

function consequences(counts, members, short) {
  const who = members === "keep" ? [t("end.kept", { n: counts.deactivated + counts.stay })] : [t("end.deactivated", { n: counts.deactivated }), counts.stay ? t("end.stay", { n: counts.stay }) : null];
  const teams = counts.teams ? t(members === "keep" ? "end.teams_keep" : "end.teams", { n: counts.teams, name: short }) : null;
  return [...who, teams].filter(Boolean).map((text) => h("p", {}, text));
}

async function end(ctx, { path, connection }, members, short) {
  const counts = await counted(path, members), type = members === "deactivate" && counts.deactivated > MANY ? connection.name : null;
  return ask({ title: t("end.title", { name: connection.name }), act: t("end.act"), danger: true, type,
    children: [consequences(counts, members, short), h("p", { class: "m-dim" }, t("end.undo", { name: short }))],
    run: async () => {
      await call("DELETE", `${path}?${new URLSearchParams({ confirm: connection.name, members })}`);
      toast(t("end.said"));
      ctx.go("#/provisioning");
    } });
}

/** Which way first; then what it does, in numbers. */
function endPart(ctx, data, short) {
  const how = radios({ legend: t("end.how"), name: "end", value: "deactivate", options: ["deactivate", "keep"].map((m) => ({ value: m, text: t(`end.${m}`), help: t(`end.${m}.means`, { name: short }) })) });
  const go = button(t("end.next"), { kind: "danger", id: "end", busy: t("end.counting"), click: async () => { await end(ctx, data, how.value(), short); } });
  return h("details", {}, h("summary", {}, t("end.summary")), h("div", { class: "m-stack m-inside" }, how.node, h("div", { class: "m-wide" }, go)));
}

/** Okta's import matches people only if it is shown them. */
function adoptPart(ctx, data, short) {
  const result = h("div", {});
  const show = button(t("adopt.act", { name: short }), { id: "adopt", click: async () => {
    let made = null;
    const agreed = await ask({ title: t("adopt.title", { name: short }), act: t("adopt.show"), children: [h("p", {}, t("adopt.what", { name: short })), h("p", { class: "m-dim" }, t("adopt.undo"))],
      run: async () => { made = await send("POST", `${data.path}/adopt`, {}, { key: newKey() }); } });
    if (!agreed) return;
    const skipped = made.skipped.map((m) => h("li", {}, h("bdi", {}, m.email)));
    result.replaceChildren(alert({ tone: "ok", live: true, children: [made.adopted ? t("adopt.done", { n: made.adopted, name: short }) : t("adopt.none"), skipped.length ? [" ", t("adopt.skipped", { n: skipped.length }), h("ul", {}, skipped)] : null] }));
  } });
  return h("div", { class: "m-near" }, h("p", { class: "m-dim" }, t("adopt.text", { name: short })), h("div", { class: "m-wide" }, show), result);
}

export function connectionPart(ctx, data) {
  const short = shortName(data.connection.identity_provider), name = providerName(data.connection.identity_provider), state = data.connection.status === "paused" ? "paused" : "active";
  return h("section", { class: "m-stack m-rule" }, h("div", { class: "m-near" }, h("h2", {}, t("settings.connection")),
    h("p", { class: "m-row" }, h("b", {}, h("bdi", {}, data.connection.name)), name === data.connection.name ? null : h("span", { class: "m-dim" }, name), pill(state))),
  ctx.manage && [h("div", { class: "m-wide" }, pauseButton(ctx, { ...data, short, tone: "outline" })), adoptPart(ctx, data, short), endPart(ctx, data, short)]);
}

/** Who leaves a shared machine ends the session. */
export function sessionPart(ctx) {
  const out = button(t("settings.leave"), { id: "leave", click: async () => { await leave(); location.replace("/portal/"); location.reload(); } });
  return h("section", { class: "m-near m-rule" }, h("h2", {}, t("settings.session")),
    h("p", { class: "m-dim" }, session.own.for ? t("settings.session_for", { name: session.own.for }) : t("settings.session_text")), h("div", { class: "m-wide" }, ctx && out));
}
