// How it does: one sentence, the line, what needs somebody, the tokens, what happens now.

import { get } from "../../api.js";
import { h, link } from "../../dom.js";
import { inLanguage, rich, t, tr } from "../../i18n.js";
import { alert } from "../../parts/alert.js";
import { linkButton } from "../../parts/button.js";
import { line } from "../../parts/line.js";
import { pill } from "../../parts/pill.js";
import { pace, poll } from "../../poll.js";
import { hashOf, heading } from "../../router.js";
import { say } from "../../say.js";
import { session } from "../../session.js";
import { footer } from "../../shell.js";
import { when } from "../../time.js";
import { facts } from "./common.js";
import { activityPath, providerName, tokenState, tokensOf } from "./data.js";
import { pauseButton } from "./pause.js";
import { needLine, tokenLine } from "./problems.js";
import { endingTokens, tokenList } from "./tokens.js";

/** How many things need somebody. */
const countOf = (activity) => activity.problem_count + activity.token_hints.length;

function stateOf({ activity, connection, tokens }) {
  if (tokens.every((token) => tokenState(token) === "token_expired")) return "locked";
  if (connection.status === "paused" || activity.state === "paused") return "paused";
  if (countOf(activity)) return "refused";
  return activity.state === "waiting" ? "waiting" : activity.state === "silent" ? "silent" : "healthy";
}

function head(data) {
  const state = stateOf(data), last = data.activity.last;
  const text = t(`healthy.${state}`, { n: countOf(data.activity), name: data.short });
  return h("div", { class: "m-row" }, pill(state, { text, soft: true }), last && h("span", { class: "m-dim" }, tr("healthy.last", { time: when(last.at) })));
}

function proof(data) {
  const { activity } = data, state = stateOf(data);
  const people = t("count.members", { n: activity.people }), groups = t("count.groups", { n: activity.groups });
  const first = ["silent", "waiting", "locked"].includes(state) ? state : state === "paused" ? "paused" : "healthy";
  return line({ stations: [data.short, session.brand.name, activity.groups ? `${people}, ${groups}` : people],
    joints: [{ state: first, text: t(`joint.reach.${first}`) }, { state: countOf(activity) ? "refused" : first === "healthy" ? "healthy" : "waiting",
      text: t(countOf(activity) ? "joint.some" : first === "healthy" ? "joint.taken" : "joint.rests", { n: countOf(activity) }) }] });
}

function needs(data) {
  const { problems, token_hints: hints } = data.activity;
  if (!countOf(data.activity)) return stateOf(data) === "healthy" && !endingTokens({}, data) ? h("p", {}, t("healthy.close")) : null;
  return h("section", { class: "m-near" }, h("h2", {}, t("healthy.needs", { n: countOf(data.activity) })), h("ul", { class: "m-plain" }, hints.map((p) => tokenLine(data, p)), problems.map((p) => needLine(data, p))));
}

function now(data) {
  return h("section", { class: "m-near" }, h("h2", {}, t("now.title")), facts([[t("now.joiners"), t("now.joiners_do")], [t("now.leavers"), t("now.leavers_do")], [t("now.changes"), t("now.changes_do")]]),
    h("p", { class: "m-small" }, rich(inLanguage(data.guide.changed_names))));
}

function main(ctx, data) {
  const more = h("section", { class: "m-near m-rule" }, h("h2", {}, t("healthy.connection")), h("p", { class: "m-dim" }, t("healthy.connection_is", { name: providerName(data.connection.identity_provider) })),
    h("div", { class: "m-row m-wide" }, ctx.manage && pauseButton(ctx, data), linkButton(link(hashOf(`provisioning/${data.connection.id}/connect`), {}, t("healthy.steps"))),
      ctx.manage && linkButton(link(hashOf("provisioning/new"), {}, t("list.another")))));
  return h("div", { class: "m-stack" }, endingTokens(ctx, data), needs(data),
    data.activity.groups || stateOf(data) !== "healthy" ? null : alert({ tone: "info", children: t(`healthy.no_groups.${data.connection.identity_provider}`) }), more);
}

export function healthy(ctx, data) {
  const since = Date.now(), state = stateOf(data);
  const top = h("div", { class: "m-near" }, heading(t("rail.provisioning")), head(data)), body = main(ctx, data);
  const side = h("div", { class: "m-side" }, tokenList(ctx, data), now(data));
  poll(async () => {
    const activity = await get(activityPath(ctx, data.connection), { signal: ctx.signal });
    if (activity === data.activity || ctx.guard) return;
    const before = stateOf(data);
    Object.assign(data, { activity, tokens: await tokensOf(ctx, data.connection) });
    if (document.querySelector("dialog[open]") || body.contains(document.activeElement)) top.lastChild.replaceWith(head(data));
    else await ctx.refresh();
    if (stateOf(data) !== before) say(t(`healthy.${stateOf(data)}`, { n: countOf(activity), name: data.short }));
  }, { signal: ctx.signal, wait: () => pace(state === "healthy", since) });
  return h("div", { class: "m-page" }, top, h("div", { class: "m-near" }, proof(data), h("p", { class: "m-small" }, rich(inLanguage(data.guide.cadence)))), h("div", { class: "m-cols m-two" }, body, side), footer());
}
